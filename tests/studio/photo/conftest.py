from collections.abc import Callable
from functools import cache

import pytest

from greenroom.studio import models
from greenroom.studio.photo import Networks, Portrait, prepare
from portraits import PEOPLE, portrait


@pytest.fixture(scope="session")
def networks() -> Networks:
    return Networks(models.usual_folder())


@pytest.fixture(scope="session")
def prepared(networks: Networks) -> Callable[[str], Portrait]:
    """One of `portraits.PEOPLE`, prepared."""

    @cache
    def made(name: str) -> Portrait:
        return prepare(portrait(PEOPLE[name]), networks)

    return made
