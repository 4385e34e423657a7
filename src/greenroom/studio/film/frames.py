"""Frames on their way to an encoder: an encoder's own memory, seen as planes that are composed in place."""

from fractions import Fraction

import av
import numpy as np

from greenroom.studio.planes import BLACK, NEUTRAL, Plane, Planes


class Canvas:
    """
    A frame of a width and height that is composed, encoded, and composed anew.

    `alpha` is None where the film has none. Who encodes copies what is kept, so that one canvas does for a film.
    """

    def __init__(self, size: tuple[int, int], frame_rate: int, *, alpha: bool = False) -> None:
        width, height = size
        self._time_base = Fraction(1, frame_rate)
        self.frame = av.VideoFrame(width, height, "yuva420p" if alpha else "yuv420p")
        planes = [_seen(plane) for plane in self.frame.planes]
        self.planes = Planes(*planes[:3])
        self.alpha: Plane | None = planes[3] if alpha else None

    def ground(self, planes: Planes, top: int = 0, bottom: int | None = None) -> None:
        """Begin a picture with what is behind everything, or some of its rows; both are even numbers."""
        for mine, theirs, step in zip(self.planes, planes, (1, 2, 2), strict=True):
            rows = slice(top // step, None if bottom is None else bottom // step)
            np.copyto(mine[rows], theirs[rows])

    def take(self, other: "Canvas") -> None:
        """Have the same picture as another one of the same size."""
        self.ground(other.planes)
        if self.alpha is not None and other.alpha is not None:
            np.copyto(self.alpha, other.alpha)

    def clear(self, top: int, bottom: int) -> None:
        """Begin some rows of a picture that has nothing behind it."""
        for plane, value, step in zip(self.planes, (BLACK, NEUTRAL, NEUTRAL), (1, 2, 2), strict=True):
            plane[top // step : bottom // step] = value
        if self.alpha is not None:
            self.alpha[top:bottom] = 0

    def at(self, index: int) -> av.VideoFrame:
        """The picture as the frame of a number, for the encoder."""
        self.frame.pts, self.frame.time_base = index, self._time_base
        return self.frame


def _seen(plane: av.video.plane.VideoPlane) -> Plane:
    # A line in memory may be longer than one of the picture.
    return np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)[: plane.height, : plane.width]
