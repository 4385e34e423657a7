"""Parts of a face that move: painted by themselves, and only when what they are painted of has changed."""

from collections.abc import Callable

import numpy as np

from greenroom.studio.avatar import Area
from greenroom.studio.cast.paint import Brush, painted
from greenroom.studio.planes import yuva_of_rgba


class Part:
    """
    A part of a head's picture, `at` some place of it; `picture` is what is painted there, in `Colors.YUVA`.

    `origin` is that of the drawing in the head's picture, in pixels, `scale` the pixels of a unit.
    """

    def __init__(self, at: Area, origin: tuple[float, float], scale: float) -> None:
        self.at = at
        self._painted = np.zeros((at.bottom - at.top, at.right - at.left, 4), np.uint8)
        self._surface = painted(self._painted)
        canvas = self._surface.getCanvas()
        canvas.translate(origin[0] - at.left, origin[1] - at.top)
        canvas.scale(scale, scale)
        self._held: tuple[float, ...] = ()
        self.picture = self._painted

    def paint(self, held: tuple[float, ...], paint: Callable[[Brush], None]) -> bool:
        """Have `paint` paint it, unless it was last painted of the same values; says whether it did."""
        if held == self._held:
            return False
        self._held = held
        self._painted[:] = 0
        paint(Brush(self._surface.getCanvas()))
        self.picture = yuva_of_rgba(self._painted)
        return True
