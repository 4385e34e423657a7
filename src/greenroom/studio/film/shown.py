"""What a film is made of, for the loop that makes it: its frames, its cover, and what is to be said of them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from greenroom.studio.captions import Captions
from greenroom.studio.film.frames import Canvas
from greenroom.studio.planes import Planes
from greenroom.studio.speech import Notice


@dataclass(frozen=True, slots=True)
class Shown:
    """
    All that is seen in a film. `frames` gives those from a first one to the last, each good until the next one is asked
    for, or while it is lent, and the same whatever was made before it. `captions` is None where nobody knows what is
    said.
    """

    size: tuple[int, int]
    frames: Callable[[int], Iterator[Canvas]]
    cover: Callable[[], Planes]
    captions: Captions | None
    warnings: tuple[Notice, ...]
