"""What the parts of a rig share: where they are drawn, and how a still layer is moved onto it."""

import math

import cv2
import numpy as np
import skia
from numpy.typing import NDArray

from greenroom.studio.avatar import Area
from greenroom.studio.cast.layers import Layer
from greenroom.studio.cast.paint import image_of
from greenroom.studio.pose import Picture

Matrix = NDArray[np.float64]


class Scratch:
    """Memory for one picture at a time, used again and again."""

    def __init__(self, pixels: int) -> None:
        self._bytes = np.zeros(pixels * 4, np.uint8)

    def lend(self, width: int, height: int) -> Picture:
        """A picture of a size, with what was in it; the next loan overwrites it."""
        if width * height * 4 > len(self._bytes):
            self._bytes = np.zeros(width * height * 4, np.uint8)
        return self._bytes[: width * height * 4].reshape(height, width, 4)


NOWHERE = Area()


def place(canvas: skia.Canvas, size: tuple[int, int], one: Layer, matrix: Matrix, scratch: Scratch) -> Area:
    """Draw a layer, moved by an affine matrix on its coordinates, onto a canvas of a width and height; says where."""
    area = reached(size, one, matrix)
    if not area:
        return NOWHERE
    picture = scratch.lend(area.right - area.left, area.bottom - area.top)
    turn(one, matrix, area, picture)
    canvas.drawImage(image_of(picture), area.left, area.top)
    return area


def reached(size: tuple[int, int], one: Layer, matrix: Matrix) -> Area:
    """Where in a picture of a width and height a layer is when it was moved by an affine matrix on its coordinates."""
    (a, b, x), (c, d, y) = matrix.tolist()
    corners = [(u, v) for u in (one.left, one.right) for v in (one.top, one.bottom)]
    xs, ys = [a * u + b * v + x for u, v in corners], [c * u + d * v + y for u, v in corners]
    left, top = (max(0, math.floor(min(most)) - 1) for most in (xs, ys))
    right, bottom = (min(limit, math.ceil(max(most)) + 1) for most, limit in zip((xs, ys), size, strict=True))
    return Area(left, top, right, bottom) if right - left > 1 and bottom - top > 1 else NOWHERE


def turn(one: Layer, matrix: Matrix, area: Area, into: Picture) -> None:
    """Fill a picture with what is in an area when a layer was moved by a matrix; skia turns at ten times the cost."""
    there = matrix.copy()
    there[:, 2] += matrix[:, :2] @ (one.left, one.top) - (area.left, area.top)
    cv2.warpAffine(
        one.picture,
        cv2.invertAffineTransform(there),
        (area.right - area.left, area.bottom - area.top),
        dst=into,
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_CONSTANT,
    )
