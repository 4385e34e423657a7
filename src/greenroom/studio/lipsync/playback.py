"""Which picture of a film each frame of the result shows, when what is said is longer than the film, or shorter."""

import numpy as np
from numpy.typing import NDArray

from greenroom.domain.video import Playback

Order = NDArray[np.int64]
"""For each frame of the result the frame of the film, both at the rate of the result."""


def order(playback: Playback, frames: int, film_frames: int) -> Order:
    """
    The film's frames in the order in which they are shown, for so many frames of the result.

    In all of them a film that is long enough is played forward until the end of the sound.
    """
    index = np.arange(frames)
    if frames <= film_frames or film_frames == 1:
        return np.minimum(index, film_frames - 1)
    if playback is Playback.NORMAL:
        return index % film_frames
    if playback is Playback.REVERSE:
        return _to_and_fro(index, film_frames)
    legs = -(-(frames - 1) // (film_frames - 1))
    return _to_and_fro(index, -(-(frames - 1) // legs) + 1)


def _to_and_fro(index: Order, leg: int) -> Order:
    """Forward and backward in turn; neither end is shown twice in a row."""
    if leg == 1:
        return np.zeros_like(index)
    at = index % (2 * leg - 2)
    return np.where(at < leg, at, 2 * leg - 2 - at)
