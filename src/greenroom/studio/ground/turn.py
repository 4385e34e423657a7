"""The eight ways to show a stored picture, as a file's display matrix names them."""

from __future__ import annotations  # PyAV's frames are generic in its stubs alone

import struct
from typing import NamedTuple

import cv2
from av.video.frame import VideoFrame

from greenroom.studio.planes import Plane, Planes


class Turn(NamedTuple):
    """Rows and columns change places first, then left and right, then top and bottom."""

    transposed: bool = False
    flip_across: bool = False
    flip_down: bool = False

    def stored_size(self, shown: tuple[int, int]) -> tuple[int, int]:
        """The size before the turn of what is shown with a width and height."""
        return shown[::-1] if self.transposed else shown

    def stored_point(self, shown: tuple[float, float]) -> tuple[float, float]:
        """Where a point was before the turn, in parts of the picture from the left and the top."""
        across = 1 - shown[0] if self.flip_across else shown[0]
        down = 1 - shown[1] if self.flip_down else shown[1]
        return (down, across) if self.transposed else (across, down)

    def turned(self, planes: Planes) -> Planes:
        """The picture as it is shown."""
        return Planes(*(self._plane(plane) for plane in planes)) if any(self) else planes

    def _plane(self, plane: Plane) -> Plane:
        turned = cv2.transpose(plane) if self.transposed else plane
        if self.flip_across or self.flip_down:
            turned = cv2.flip(turned, (1 if self.flip_across else 0) - 2 * (self.flip_across and self.flip_down))
        return turned  # type: ignore[return-value]  # of bytes there come bytes


def turn_of(frame: VideoFrame) -> Turn:
    """
    How a frame is to be shown (ISO 14496-12, 8.3.2: x' = a x + c y, y' = b x + d y); other angles are ignored.

    To be asked of one frame of a film: PyAV makes a cycle of a frame and its side data, and a frame that waits for the
    collector of cycles is three megabytes.
    """
    side = frame.side_data.get("DISPLAYMATRIX")
    if side is None:
        return Turn()
    matrix = struct.unpack_from("=9i", memoryview(side))  # type: ignore[arg-type]  # a buffer, which stubs do not say
    a, b, c, d = (_sign(matrix[place]) for place in (0, 1, 3, 4))
    if a and d and not b and not c:
        return Turn(False, a < 0, d < 0)
    if b and c and not a and not d:
        return Turn(True, c < 0, b < 0)
    return Turn()


def _sign(value: int) -> int:
    return (value > 1 << 14) - (value < -(1 << 14))
