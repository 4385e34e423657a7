"""What the parts of a rig share: where they are drawn, and how a still layer is moved onto it."""

from typing import NamedTuple

import cv2
import numpy as np
import skia
from numpy.typing import NDArray

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


class Area(NamedTuple):
    """A part of a picture: columns from `left` to before `right`, rows from `top` to before `bottom`."""

    left: int = 0
    top: int = 0
    right: int = 0
    bottom: int = 0

    def __bool__(self) -> bool:
        return self.left < self.right and self.top < self.bottom

    def __or__(self, other: "Area") -> "Area":
        """The smallest area around both."""
        if not self or not other:
            return self or other
        return Area(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )

    def within(self, size: tuple[int, int]) -> "Area":
        """What of it lies in a picture of a width and height."""
        return Area(max(0, self.left), max(0, self.top), min(size[0], self.right), min(size[1], self.bottom))

    def moved(self, down: int) -> "Area":
        """The same so many rows below."""
        return Area(self.left, self.top + down, self.right, self.bottom + down)

    @property
    def part(self) -> tuple[slice, slice]:
        """What picks it out of a picture."""
        return slice(self.top, self.bottom), slice(self.left, self.right)


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
    corners = np.array([(one.left, one.top), (one.right, one.top), (one.left, one.bottom), (one.right, one.bottom)])
    at = corners @ matrix[:, :2].T + matrix[:, 2]
    left, top = (max(0, int(v) - 1) for v in np.floor(at.min(0)))
    right, bottom = (min(limit, int(v) + 1) for v, limit in zip(np.ceil(at.max(0)), size, strict=True))
    return Area(left, top, right, bottom) if right - left > 1 and bottom - top > 1 else NOWHERE


def turn(one: Layer, matrix: Matrix, area: Area, into: Picture) -> None:
    """Fill a picture with what is in an area when a layer was moved by a matrix; skia turns at ten times the cost."""
    back = np.linalg.inv(matrix[:, :2])
    shift = matrix[:, :2] @ (one.left, one.top) + matrix[:, 2] - (area.left, area.top)
    cv2.warpAffine(
        one.picture,
        np.column_stack([back, -back @ shift]),
        (area.right - area.left, area.bottom - area.top),
        dst=into,
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_CONSTANT,
    )
