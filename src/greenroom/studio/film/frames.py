"""Frames on their way to an encoder: an encoder's own memory, seen as planes that are composed in place."""

from fractions import Fraction

import av
import numpy as np

from greenroom.studio.planes import Plane, Planes


class Canvas:
    """
    A frame of a width and height that is composed, encoded, and composed anew.

    `alpha` is None where the film has none. Encoders copy what they keep, so that one canvas does for a film.
    """

    def __init__(self, size: tuple[int, int], frame_rate: int, *, alpha: bool = False) -> None:
        width, height = size
        self._time_base = Fraction(1, frame_rate)
        self.frame = av.VideoFrame(width, height, "yuva420p" if alpha else "yuv420p")
        planes = [_seen(plane) for plane in self.frame.planes]
        self.planes = Planes(*planes[:3])
        self.alpha: Plane | None = planes[3] if alpha else None

    def ground(self, planes: Planes) -> None:
        """Begin a picture with what is behind everything."""
        for mine, theirs in zip(self.planes, planes, strict=True):
            np.copyto(mine, theirs)

    def at(self, index: int) -> av.VideoFrame:
        """The picture as the frame of a number, for the encoder."""
        self.frame.pts, self.frame.time_base = index, self._time_base
        return self.frame


def _seen(plane: av.video.plane.VideoPlane) -> Plane:
    # A line in memory may be longer than one of the picture.
    return np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)[: plane.height, : plane.width]
