"""A small house for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from small_house import SmallHouse, small_house


@pytest.fixture
def house(tmp_path: Path) -> Iterator[SmallHouse]:
    built = small_house(tmp_path / "data")
    yield built
    built.database.close()
