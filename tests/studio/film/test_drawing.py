"""Avatars drawn in a second process: the same bytes, clear failures, and nothing left behind."""

import os
import signal
from collections.abc import Iterator

import numpy as np
import pytest
from film_scenes import poses, presenter

from greenroom.errors import NotProduced
from greenroom.studio.avatar import Avatar
from greenroom.studio.film.blend import BAND, Stamp
from greenroom.studio.film.drawing import DrawingProcess, DrawnHere


def set_up(what: bytes) -> Avatar:
    if what == b"nobody":
        raise NotProduced("avatar_unknown", "There is nobody of that name.")
    return presenter(what)


@pytest.fixture
def process() -> Iterator[DrawingProcess]:
    made = DrawingProcess(set_up)
    yield made
    made.close()


def is_same(one: Stamp, other: Stamp) -> bool:
    """Whether all that is seen of two stamps is the same."""
    if not np.array_equal(one.spans, other.spans):
        return False
    return all(
        np.array_equal(ours, theirs)
        for row, (a, b) in zip(range(0, one.box.height, BAND), one.spans.tolist(), strict=True)
        for ours, theirs in zip(one.part(row, a, BAND, b - a), other.part(row, a, BAND, b - a), strict=True)
    )


def test_a_second_process_draws_the_same_bytes(process: DrawingProcess) -> None:
    here = [one.copied() for one in DrawnHere(presenter()).stamps(poses(12))]

    aside = [one.copied() for one in process.draw(b"sarah_full_01").stamps(poses(12))]

    assert len(aside) == 12
    assert all(is_same(one, other) for one, other in zip(here, aside, strict=True))


def test_what_is_asked_for_and_not_taken_does_not_disturb_what_follows(process: DrawingProcess) -> None:
    drawing = process.draw(b"sarah_full_01")
    left = drawing.stamps(poses(12))
    next(left)
    left.close()  # type: ignore[attr-defined]

    (stamp,) = [one.copied() for one in drawing.stamps(poses(1))]

    (true,) = [one.copied() for one in DrawnHere(presenter()).stamps(poses(1))]
    assert is_same(stamp, true)


def test_what_was_begun_and_is_not_wanted_any_more_is_not_drawn(process: DrawingProcess) -> None:
    process.begin(b"nobody")
    process.begin(b"sarah_full_01")

    drawing = process.draw(b"sarah_full_01")

    assert drawing.box == presenter().box
    assert len(list(drawing.stamps(poses(2)))) == 2


def test_an_avatar_that_cannot_be_set_up_is_told_as_what_it_is(process: DrawingProcess) -> None:
    with pytest.raises(NotProduced, match="nobody of that name") as failed:
        process.draw(b"nobody")

    assert failed.value.code == "avatar_unknown"


def test_a_drawing_process_that_dies_fails_the_film(process: DrawingProcess) -> None:
    stamps = process.draw(b"sarah_full_01").stamps(poses(1000))
    next(stamps)

    os.kill(process.pid, signal.SIGKILL)

    with pytest.raises(NotProduced) as failed:
        for _ in stamps:
            pass
    assert failed.value.code == "drawing_ended"


def test_the_drawing_process_ends_with_the_one_it_draws_for() -> None:
    there, here = os.pipe()
    first = os.fork()
    if first == 0:
        os.write(here, str(DrawingProcess(set_up).pid).encode())
        os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(first, 0)
    second = int(os.read(there, 32))
    os.close(here)

    # The pipe's other end is held by nobody when both have ended.
    assert os.read(there, 1) == b""
    assert second != first
    os.close(there)
