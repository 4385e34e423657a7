"""How a painted head bends: turn and nod in depth, tilt about the neck, the jaw's fall, cheeks that a smile lifts."""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from greenroom.studio.cast.face import CHIN_Y, MOUTH_Y

PIVOT = (0.0, 168.0)
"""About what a head tilts, in units."""
_STEP = 8
_DEPTH = 92.0
_JAW = 17.0
Map = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Stance:
    """How a head is held: turn, nod and tilt in radians, its shift in units, jaw and smile 0 to 1."""

    turn: float = 0.0
    nod: float = 0.0
    tilt: float = 0.0
    shift: tuple[float, float] = (0.0, 0.0)
    jaw: float = 0.0
    smile: float = 0.0


class Bend:
    """
    Where each pixel of a bent head comes from.

    It is reckoned on a coarse grid and enlarged, for all displacements are smooth, and only where the head gets to.
    """

    def __init__(
        self,
        size: tuple[int, int],
        head: tuple[int, int, int, int],
        origin: tuple[float, float],
        scale: float,
        length: float,
    ) -> None:
        """
        For a frame of a width and height, a head's picture at left, top, right, bottom of it, and the drawing's
        origin in it, all in pixels; `length` is the face's.
        """
        self._head, self._origin, self._k, self._length = head, origin, scale, length
        # A cell more on each side: the enlargement takes each node for the middle of its cell, and is flat in the outer
        # half of the last one.
        self._columns, self._rows = -(-size[0] // _STEP) + 2, -(-size[1] // _STEP) + 2
        x = ((np.arange(self._columns) - 1) * _STEP + (_STEP - 1) / 2 - origin[0]) / scale
        y = ((np.arange(self._rows) - 1) * _STEP + (_STEP - 1) / 2 - origin[1]) / scale
        self._x, self._y = (np.ascontiguousarray(v, np.float32) for v in np.meshgrid(x, y))
        self._fine = np.empty(self._columns * self._rows * _STEP * _STEP * 2, np.float32)

    def map(self, s: Stance) -> tuple[int, int, Map]:
        """Left and top of where the head gets to, and for each pixel from there its source in the head's picture."""
        c0, r0, c1, r1 = self._cells(s)
        cos, sin = np.float32(math.cos(s.tilt)), np.float32(math.sin(s.tilt))
        dx, dy = self._x[r0:r1, c0:c1] - (PIVOT[0] + s.shift[0]), self._y[r0:r1, c0:c1] - (PIVOT[1] + s.shift[1])
        x, y = cos * dx + sin * dy + PIVOT[0], cos * dy - sin * dx + PIVOT[1]
        square = x * x
        depth = np.square(np.maximum(0, 1 - square / 132**2 - np.square(y + 2) / 205**2))
        depth += 0.2 * np.exp(-square / 24**2 - np.square(y - 42) / 30**2)
        mouth = MOUTH_Y * self._length
        fall = np.clip((y - (mouth - 4)) / (CHIN_Y * self._length - mouth + 2), 0, 1)
        fall = fall * fall * (3 - 2 * fall) * np.maximum(0, 1 - square / 108**2)
        cheek = np.exp(-np.square(np.abs(x) - 56) / 26**2 - np.square(y - 52) / 24**2)
        coarse = np.empty((r1 - r0, c1 - c0, 2), np.float32)
        left, top = self._origin[0] - self._head[0], self._origin[1] - self._head[1]
        coarse[..., 0] = (x - math.sin(s.turn) * _DEPTH * depth) * self._k + left
        coarse[..., 1] = (
            y - math.sin(s.nod) * _DEPTH * 0.6 * depth - s.jaw * _JAW * fall + s.smile * 4.5 * cheek
        ) * self._k + top
        width, height = (c1 - c0) * _STEP, (r1 - r0) * _STEP
        fine = self._fine[: width * height * 2].reshape(height, width, 2)
        cv2.resize(coarse, (width, height), dst=fine, interpolation=cv2.INTER_LINEAR)
        return (c0 - 1) * _STEP, (r0 - 1) * _STEP, fine

    def _cells(self, s: Stance) -> tuple[int, int, int, int]:
        """The part of the grid that a head held so gets to: left, top, right, bottom."""
        k = self._k
        px, py = self._origin[0] + PIVOT[0] * k, self._origin[1] + PIVOT[1] * k
        cos, sin = math.cos(s.tilt), math.sin(s.tilt)
        left, top, right, bottom = self._head
        corners = [(x - px, y - py) for x in (left, right) for y in (top, bottom)]
        xs = [cos * x - sin * y + px + s.shift[0] * k for x, y in corners]
        ys = [sin * x + cos * y + py + s.shift[1] * k for x, y in corners]
        aside, down = 0.35 * _DEPTH * abs(math.sin(s.turn)) * k + 2, 0.35 * _DEPTH * abs(math.sin(s.nod)) * k + 2
        c0, r0 = max(0, int(min(xs) - aside) // _STEP), max(0, int(min(ys) - down) // _STEP)
        c1 = min(self._columns, int(max(xs) + aside) // _STEP + 3)
        r1 = min(self._rows, int(max(ys) + down) // _STEP + 3)
        return c0, r0, max(c1, c0 + 1), max(r1, r0 + 1)
