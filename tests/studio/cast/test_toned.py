"""Hair painted in tones: colours of hair where it was painted, lighter where it shines, nothing elsewhere."""

import numpy as np
import pytest

from greenroom.studio.cast.look import Hair
from greenroom.studio.cast.paint import Brush, painted, polygon
from greenroom.studio.cast.toned import Toned, tone_of
from greenroom.studio.pose import Picture

HAIR = Hair("long_waves", 0x201008, 0x804020, 0xF0C090)
LOCK = np.stack(np.meshgrid(np.linspace(20, 80, 9), np.linspace(10, 90, 11), indexing="ij"), 2)
"""A lock from y 10 to 90, 60 wide: across x along x 2."""
EVEN = [(0.0, 0.0), (1.0, 0.0)]


@pytest.fixture
def canvas() -> tuple[Picture, Brush]:
    """A picture of 100 x 100 pixels, and what paints on it."""
    picture = np.zeros((100, 100, 4), np.uint8)
    return picture, Brush(painted(picture).getCanvas())


def test_a_tone_is_the_colour_that_hair_has_at_it(canvas: tuple[Picture, Brush]) -> None:
    picture, brush = canvas
    toned = Toned(brush, LOCK, 5)
    toned.fill(polygon([(20, 10), (80, 10), (80, 90), (20, 90)]), 0.25)
    toned.lay(HAIR, EVEN)
    assert rgb(picture, 50, 50) == tone_of(HAIR, 0.25)
    assert picture[5, 50, 3] == 0


def test_hair_is_lighter_where_it_shines(canvas: tuple[Picture, Brush]) -> None:
    picture, brush = canvas
    toned = Toned(brush, LOCK, 5)
    toned.fill(polygon([(20, 10), (80, 10), (80, 90), (20, 90)]), 0.4)
    toned.lay(HAIR, [(0.0, -0.1), (0.5, 0.3), (1.0, -0.1)])
    along = [int(picture[y, 50, :3].sum()) for y in (12, 30, 50, 70, 88)]
    assert along[0] < along[1] < along[2] > along[3] > along[4]
    assert rgb(picture, 50, 50) == pytest.approx(tone_of(HAIR, 0.7), abs=0x050505)


def test_strands_beside_the_lock_shine_like_it(canvas: tuple[Picture, Brush]) -> None:
    picture, brush = canvas
    narrow = (LOCK - (20, 0)) * (0.1, 1) + (47, 0)
    toned = Toned(brush, narrow, 10)
    toned.fill(polygon([(38, 4), (62, 4), (62, 96), (38, 96)]), 0.4)
    toned.lay(HAIR, [(0.0, -0.1), (0.5, 0.3), (1.0, -0.1)])
    for x in (40, 60):
        assert (picture[50, x] == picture[50, 50]).all()
    for y in (6, 94):
        assert rgb(picture, 50, y) == tone_of(HAIR, 0.3)


def test_a_tone_beyond_those_of_hair_is_the_nearest(canvas: tuple[Picture, Brush]) -> None:
    picture, brush = canvas
    toned = Toned(brush, LOCK, 5)
    toned.fill(polygon([(20, 10), (50, 10), (50, 90), (20, 90)]), 1.4)
    toned.fill(polygon([(50, 10), (80, 10), (80, 90), (50, 90)]), -0.7)
    toned.lay(HAIR, EVEN)
    assert rgb(picture, 30, 50) == HAIR.light
    assert rgb(picture, 70, 50) == HAIR.dark


def test_nothing_is_laid_where_nothing_may_be_painted(canvas: tuple[Picture, Brush]) -> None:
    picture, brush = canvas
    with brush.clipped(polygon([(0, 0), (100, 0), (100, 50), (0, 50)])):
        toned = Toned(brush, LOCK, 5)
        toned.fill(polygon([(20, 10), (80, 10), (80, 90), (20, 90)]), 0.5)
        toned.lay(HAIR, EVEN)
    assert picture[40, 50, 3] == 255
    assert not picture[52:, :, 3].any()


def test_a_lock_outside_of_the_picture_is_no_error(canvas: tuple[Picture, Brush]) -> None:
    picture, brush = canvas
    toned = Toned(brush, LOCK + 500, 5)
    toned.fill(polygon([(520, 510), (580, 510), (580, 590)]), 0.5)
    toned.lay(HAIR, EVEN)
    assert not picture.any()


def rgb(picture: Picture, x: int, y: int) -> int:
    """The colour of a pixel as a number."""
    red, green, blue, alpha = picture[y, x].tolist()
    assert alpha == 255
    return red << 16 | green << 8 | blue
