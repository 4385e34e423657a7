"""Pictures of a film in any order, forward and backward, as planes of the frame."""

from collections.abc import Iterator
from contextlib import contextmanager

import cv2
import numpy as np

from greenroom.domain.video import FRAME_RATE
from greenroom.errors import NotProduced
from greenroom.studio.ground.films import FilmBackdrop
from greenroom.studio.photo.networks import Rgb
from greenroom.studio.plan import Material
from greenroom.studio.planes import Planes

_HELD_BYTES = 128 << 20
"""Of pictures that were decoded forward, to be shown backward."""


def opened(material: Material, name: str, size: tuple[int, int], threads: int) -> FilmBackdrop:
    """A film whose pictures have some size, at the rate of the result. Raises NotProduced for a broken one."""
    with _called_video():
        return FilmBackdrop(material, name, size, FRAME_RATE, (0.5, 0.5), loop=False, threads=threads)


@contextmanager
def _called_video() -> Iterator[None]:
    """What is wrong with a film, told of a video and not of a background."""
    try:
        yield
    except NotProduced as problem:
        text = str(problem).replace("The background", "The video")
        raise NotProduced(problem.code.replace("background", "film"), text) from problem


class Reading:
    """Pictures of a film by their numbers. Forward they come as they are decoded, backward from stretches held."""

    def __init__(self, film: FilmBackdrop, size: tuple[int, int]) -> None:
        self._film = film
        self._most = max(2, min(60, _HELD_BYTES // (size[0] * size[1] * 3 // 2)))
        self._held: dict[int, Planes] = {}
        self._last = -1

    def at(self, number: int) -> Planes:
        """A picture of the film; not to be written to, and good until the next call."""
        if number < self._last and number not in self._held:
            first = max(0, number - self._most + 1)
            self._held = {i: _copied(self._shown(i)) for i in range(first, number + 1)}
        self._last = number
        return self._held[number] if number in self._held else self._shown(number)

    def _shown(self, number: int) -> Planes:
        with _called_video():
            return self._film.at(number)


def pictures(film: FilmBackdrop, count: int) -> Iterator[Rgb]:
    """The first pictures of a film in RGB, for networks: their colours are nearly right."""
    shown: Planes | None = None
    for number in range(count):
        with _called_video():
            planes = film.at(number)
        if planes is not shown:
            shown, picture = planes, seen(planes)
        yield picture


def seen(planes: Planes) -> Rgb:
    """A picture in RGB, for networks."""
    width, height = planes.size
    packed = np.empty((height * 3 // 2, width), np.uint8)
    packed[:height] = planes.y
    chroma = packed[height:].reshape(-1)
    half = planes.u.size
    chroma[:half], chroma[half:] = planes.u.ravel(), planes.v.ravel()
    return np.asarray(cv2.cvtColor(packed, cv2.COLOR_YUV2RGB_I420), np.uint8)


def _copied(planes: Planes) -> Planes:
    return Planes(*(plane.copy() for plane in planes))
