"""Layers: what does not change from frame to frame, painted once for a size."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from greenroom.studio.cast.paint import Brush, painted
from greenroom.studio.planes import yuva_of_rgba
from greenroom.studio.pose import Picture


@dataclass(frozen=True, slots=True)
class Layer:
    """A picture in `Colors.YUVA`, and where its upper left corner is in the coordinates of the box, in pixels."""

    picture: Picture
    left: int
    top: int

    @property
    def right(self) -> int:
        """The first column to its right."""
        return self.left + int(self.picture.shape[1])

    @property
    def bottom(self) -> int:
        """The first row below it."""
        return self.top + int(self.picture.shape[0])


Bounds = tuple[float, float, float, float]
"""Left, top, right, bottom, in units."""


def layer(paint: Callable[[Brush], None], scale: float, origin: tuple[float, float], bounds: Bounds) -> Layer:
    """Paint within bounds, for an origin in pixels, and cut off what stays empty."""
    left, top = int(origin[0] + bounds[0] * scale), int(origin[1] + bounds[1] * scale)
    right, bottom = int(origin[0] + bounds[2] * scale) + 1, int(origin[1] + bounds[3] * scale) + 1
    picture = np.zeros((max(bottom - top, 2), max(right - left, 2), 4), np.uint8)
    canvas = painted(picture).getCanvas()
    canvas.translate(origin[0] - left, origin[1] - top)
    canvas.scale(scale, scale)
    paint(Brush(canvas))
    seen = picture[..., 3] > 0
    rows, columns = np.flatnonzero(seen.any(1)), np.flatnonzero(seen.any(0))
    if not len(rows):
        return Layer(np.zeros((2, 2, 4), np.uint8), left, top)
    r0, r1, c0, c1 = int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1
    return Layer(yuva_of_rgba(np.ascontiguousarray(picture[r0:r1, c0:c1])), left + c0, top + r0)
