"""Backgrounds for tests."""

from collections.abc import Iterator

import pytest
from ground_samples import Opened


@pytest.fixture
def opened() -> Iterator[Opened]:
    """Opens backgrounds, and closes them at the end."""
    held = Opened()
    yield held
    held.close()
