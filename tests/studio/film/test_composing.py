"""Frames are composed of what changed since the last one, and are what they would be if all of it were made anew."""

from collections.abc import Iterator

import numpy as np
import pytest
from film_scenes import RATE, SIZE, Moving, Plain, poses, presenter

from greenroom.studio.avatar import Box, Layer
from greenroom.studio.film.composing import Backdrop, Composer, Scene
from greenroom.studio.film.drawing import DrawnHere
from greenroom.studio.film.frames import Canvas
from greenroom.studio.pose import REST


def words() -> list[tuple[Layer, ...]]:
    """Captions that come, stay, move on and overlap."""

    def word(left: int, top: int, alpha: int) -> Layer:
        picture = np.full((24, 60, 4), alpha, np.uint8)
        picture[..., 1] //= 2
        return Layer(picture, Box(left, top, 60, 24))

    one, other, third = word(20, 200, 255), word(70, 212, 140), word(40, 90, 90)
    return [(), (one,), (one,), (one, other), (other,), (other, third), (third,), ()]


class Written:
    """Says which words are seen in a frame."""

    def __init__(self) -> None:
        self._words = words()

    def at(self, time_s: float) -> tuple[Layer, ...]:
        return self._words[round(time_s * RATE) // 2 % len(self._words)]


class Turning:
    """A ground that changes now and then, and is the same object while it does not."""

    def __init__(self) -> None:
        self._grounds = [Plain((200, 40, 40)), Plain((40, 200, 40))]

    def at(self, index: int) -> object:
        return self._grounds[index // 5 % 2].at(index)


def bytes_of(canvas: Canvas) -> bytes:
    planes = (*canvas.planes, *((canvas.alpha,) if canvas.alpha is not None else ()))
    return b"".join(plane.tobytes() for plane in planes)


@pytest.mark.parametrize("ground", [Plain(), Moving(), Turning(), None], ids=["still", "moving", "turning", "none"])
def test_a_frame_is_the_same_whatever_was_made_before_it(ground: Backdrop | None) -> None:
    moves = [*poses(14), REST, REST, REST, *poses(5)]
    shadow = Layer(np.full((40, SIZE[0], 4), (0, 0, 0, 90), np.uint8), Box(0, 280, SIZE[0], 40))

    def frames(first: int) -> Iterator[Canvas]:
        scene = Scene(SIZE, RATE, moves, DrawnHere(presenter()), ground, Written(), shadow if ground else None)
        return Composer(scene).frames(first)

    one_after_the_other = [bytes_of(canvas) for canvas in frames(0)]

    for index in range(0, len(moves), 3):
        assert bytes_of(next(frames(index))) == one_after_the_other[index]
