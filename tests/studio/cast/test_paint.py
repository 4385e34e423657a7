"""What a brush paints with."""

import numpy as np

from greenroom.studio.cast.paint import Brush, painted, polygon, tiled


def test_a_tile_repeats_to_all_sides() -> None:
    picture = np.zeros((100, 100, 4), np.uint8)
    brush = Brush(painted(picture).getCanvas())
    dot = polygon([(-2, -2), (2, -2), (2, 2), (-2, 2)])
    brush.fill(polygon([(0, 0), (100, 0), (100, 100), (0, 100)]), tiled(lambda tile: tile.fill(dot, 0xFF0000), (10, 8)))
    assert picture[..., 3].any()
    assert (picture[:-8] == picture[8:]).all()
    assert (picture[:, :-10] == picture[:, 10:]).all()
