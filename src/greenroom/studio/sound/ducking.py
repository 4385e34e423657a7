"""When a voice speaks, and how far music goes down for it."""

import itertools

import numpy as np
from numpy.typing import NDArray

from greenroom.studio.sound.loudness import MOMENT, lufs_of, power_of

DEPTH_DB = 10.0
"""By how much music is quieter under the voice than between what it says."""
_PER_S = 100  # moments in a second
_BELOW_LU = 18.0  # speech is no quieter than this below its own loudness
_ABOVE_FLOOR_LU = 8.0  # and this much above the noise of its room
_CLICK_S = 0.05
_ONE_PHRASE_S = 1.2  # music that came back for less would be heard to pump
_ATTACK_S = 0.35
_AHEAD_S = 0.08  # the music is down before the voice begins
_HOLD_S = 0.35
_RELEASE_S = 1.1

Curve = NDArray[np.float32]


def phrases(moments: NDArray[np.float64], lufs: float) -> list[tuple[float, float]]:
    """When a voice speaks, in seconds; by its weighted power in each hundredth of a second and its loudness."""
    heard = moments[moments > power_of(-70.0)]
    if not len(heard):
        return []
    # A third of a recording may be speech without a pause, so the quiet tenth is at most the noise of the room.
    floor = lufs_of(float(np.percentile(heard, 10))) + _ABOVE_FLOOR_LU
    threshold = power_of(max(lufs - _BELOW_LU, min(floor, lufs - 10.0)))
    edges = np.flatnonzero(np.diff(np.concatenate([[0], (moments > threshold).astype(np.int8), [0]])))
    spoken = [(start / _PER_S, end / _PER_S) for start, end in edges.reshape(-1, 2)]
    return _joined(_without_clicks(_joined(spoken, 0.1)), _ONE_PHRASE_S)


def ducking(spoken: list[tuple[float, float]], moments: int) -> NDArray[np.float64]:
    """The gain of music in decibels at each hundredth of a second, 0 to -DEPTH_DB: half periods of a cosine."""
    down = np.zeros(moments)
    times = np.arange(moments) / _PER_S
    for start, end in spoken:
        first = max(0, int((start - _AHEAD_S - _ATTACK_S) * _PER_S))
        last = min(moments, int((end + _HOLD_S + _RELEASE_S) * _PER_S) + 2)
        at = times[first:last]
        falling = (at - (start - _AHEAD_S - _ATTACK_S)) / _ATTACK_S
        rising = 1 - (at - (end + _HOLD_S)) / _RELEASE_S
        share = np.clip(np.minimum(falling, rising), 0, 1)
        down[first:last] = np.maximum(down[first:last], (1 - np.cos(np.pi * share)) / 2)
    return -DEPTH_DB * down


def gains(curve_db: NDArray[np.float64], first: int, frames: int) -> Curve:
    """The factors of a curve for frames from `first` on."""
    at = np.arange(first, first + frames) / MOMENT
    return np.asarray(10 ** (np.interp(at, np.arange(len(curve_db)), curve_db) / 20), np.float32)


def _joined(spoken: list[tuple[float, float]], gap_s: float) -> list[tuple[float, float]]:
    if not spoken:
        return []
    breaks = [i + 1 for i, (one, other) in enumerate(itertools.pairwise(spoken)) if other[0] - one[1] >= gap_s]
    cuts = itertools.pairwise([0, *breaks, len(spoken)])
    return [(spoken[first][0], spoken[last - 1][1]) for first, last in cuts]


def _without_clicks(spoken: list[tuple[float, float]]) -> list[tuple[float, float]]:
    return [(start, end) for start, end in spoken if end - start >= _CLICK_S]
