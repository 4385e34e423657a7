import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from greenroom.domain.media import Format
from greenroom.studio import models
from greenroom.studio.photo import Networks
from greenroom.studio.plan import Material
from talking_films import FRAMES, babble, talking


@pytest.fixture(scope="session")
def networks() -> Networks:
    return Networks(models.usual_folder())


@pytest.fixture(scope="session")
def film(networks: Networks, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seconds of somebody who babbles and sways."""
    return talking("anna", tmp_path_factory.mktemp("films") / "anna.mp4", babble(FRAMES), networks)


@pytest.fixture
def material() -> Iterator[Callable[[Path, Format], Material]]:
    """An open file of a path."""
    opened: list[int] = []

    def made(path: Path, format_: Format) -> Material:
        opened.append(os.open(path, os.O_RDONLY))
        return Material(opened[-1], format_)

    yield made
    for descriptor in opened:
        os.close(descriptor)
