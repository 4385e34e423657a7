"""Frames on their way to an encoder: an encoder's own memory, seen as planes that are composed in place."""

from collections.abc import Iterator
from concurrent.futures import Future, wait
from fractions import Fraction
from itertools import cycle

import av
import numpy as np

from greenroom.studio.planes import BLACK, NEUTRAL, Plane, Planes

CANVASES = 3
"""One is composed, one is encoded, and one lies ready: so neither waits because a frame took the other long."""


class Canvas:
    """
    A frame of a width and height that is composed, encoded, and composed anew.

    `alpha` is None where the film has none. While it is lent to who encodes it, nobody may change it.
    """

    def __init__(self, size: tuple[int, int], frame_rate: int, *, alpha: bool = False) -> None:
        width, height = size
        self._time_base = Fraction(1, frame_rate)
        self.frame = av.VideoFrame(width, height, "yuva420p" if alpha else "yuv420p")
        planes = [_seen(plane) for plane in self.frame.planes]
        self.planes = Planes(*planes[:3])
        self.alpha: Plane | None = planes[3] if alpha else None
        self._lent: Future[None] | None = None

    def lend(self, until: Future[None]) -> None:
        """Give it away until something is done, or failed; whoever is told of that is not here."""
        self._lent = until

    def take_back(self) -> None:
        """Wait until it may be composed anew."""
        if self._lent is not None:
            wait([self._lent])
            self._lent = None

    def ground(self, planes: Planes, top: int = 0, bottom: int | None = None) -> None:
        """Begin a picture with what is behind everything, or some of its rows; both are even numbers."""
        for mine, theirs, step in zip(self.planes, planes, (1, 2, 2), strict=True):
            rows = slice(top // step, None if bottom is None else bottom // step)
            np.copyto(mine[rows], theirs[rows])

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


def canvases(size: tuple[int, int], frame_rate: int, *, alpha: bool = False) -> Iterator[Canvas]:
    """`CANVASES` in turn, without end, each when it may be composed anew."""
    for canvas in cycle([Canvas(size, frame_rate, alpha=alpha) for _ in range(CANVASES)]):
        canvas.take_back()
        yield canvas


def _seen(plane: av.video.plane.VideoPlane) -> Plane:
    # A line in memory may be longer than one of the picture.
    return np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)[: plane.height, : plane.width]
