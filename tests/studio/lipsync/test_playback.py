"""Which picture of a film each frame shows."""

import numpy as np
import pytest

from greenroom.domain.video import Playback
from greenroom.studio.lipsync.playback import order


@pytest.mark.parametrize("playback", list(Playback))
def test_a_film_that_is_long_enough_is_played_forward(playback: Playback) -> None:
    assert order(playback, 5, 9).tolist() == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(
    ("playback", "shown"),
    [
        (Playback.NORMAL, [0, 1, 2, 3, 0, 1, 2, 3, 0]),
        (Playback.REVERSE, [0, 1, 2, 3, 2, 1, 0, 1, 2]),
        (Playback.REVERSE_BY_AUDIO, [0, 1, 2, 3, 2, 1, 0, 1, 2]),
    ],
)
def test_a_shorter_film_goes_on_as_it_was_asked(playback: Playback, shown: list[int]) -> None:
    assert order(playback, 9, 4).tolist() == shown


@pytest.mark.parametrize(("frames", "film"), [(13, 10), (25, 10), (28, 10), (100, 7), (11, 10)])
def test_by_audio_the_last_leg_ends_with_the_sound(frames: int, film: int) -> None:
    shown = order(Playback.REVERSE_BY_AUDIO, frames, film)

    legs = -(-(frames - 1) // (film - 1))
    assert np.abs(np.diff(shown)).max() == 1
    assert shown.max() < film
    assert abs(shown[-1] - (shown.max() if legs % 2 else 0)) < legs


@pytest.mark.parametrize("playback", list(Playback))
def test_a_film_of_one_picture_is_that_picture(playback: Playback) -> None:
    assert order(playback, 4, 1).tolist() == [0, 0, 0, 0]
