"""What the parts of a rig share: where they are drawn, and how a still layer is moved onto it."""

import cv2
import numpy as np
import skia
from numpy.typing import NDArray

from greenroom.studio.cast.layers import Layer
from greenroom.studio.cast.paint import blit_of
from greenroom.studio.pose import Picture

Matrix = NDArray[np.float64]
_NEAREST = skia.SamplingOptions()


class Scratch:
    """Memory for one picture at a time, used again and again."""

    def __init__(self, pixels: int) -> None:
        self._bytes = np.zeros(pixels * 4, np.uint8)

    def lend(self, width: int, height: int) -> Picture:
        """A picture of a size, with what was in it; the next loan overwrites it."""
        if width * height * 4 > len(self._bytes):
            self._bytes = np.zeros(width * height * 4, np.uint8)
        return self._bytes[: width * height * 4].reshape(height, width, 4)


def place(
    canvas: skia.Canvas,
    size: tuple[int, int],
    one: Layer,
    matrix: Matrix,
    scratch: Scratch,
    paint: skia.Paint | None = None,
) -> None:
    """Draw a layer, moved by an affine matrix on its coordinates, onto a canvas of a width and height."""
    corners = np.array([(one.left, one.top), (one.right, one.top), (one.left, one.bottom), (one.right, one.bottom)])
    at = corners @ matrix[:, :2].T + matrix[:, 2]
    left, top = (max(0, int(v) - 1) for v in np.floor(at.min(0)))
    right, bottom = (min(limit, int(v) + 1) for v, limit in zip(np.ceil(at.max(0)), size, strict=True))
    if right - left < 2 or bottom - top < 2:
        return
    back = np.linalg.inv(matrix[:, :2])
    shift = matrix[:, :2] @ (one.left, one.top) + matrix[:, 2] - (left, top)
    picture = scratch.lend(right - left, bottom - top)
    # skia turns bitmaps too, at ten times the cost.
    cv2.warpAffine(
        one.picture,
        np.column_stack([back, -back @ shift]),
        (right - left, bottom - top),
        dst=picture,
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_CONSTANT,
    )
    canvas.drawImage(blit_of(picture), left, top, _NEAREST, paint)
