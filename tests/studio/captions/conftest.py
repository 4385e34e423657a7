"""The installed fonts, and words that are heard one after the other."""

import pytest

from greenroom.studio import models


@pytest.fixture(scope="session")
def fonts() -> str:
    """The folder of the fonts that `greenroom models install` fetched."""
    return models.fonts_folder(models.usual_folder())
