"""
Warping: a script spoken by a voice with known times, and those times bent onto the sound that is to be timed.

Both are compared by mel cepstra every 10 ms. A coarse path over the whole comes first, and the fine one keeps near it:
the table is a band, so that five minutes take no more memory for each second than five seconds do.
"""

import numpy as np
from numpy.typing import NDArray

from greenroom.studio.speech import Phone, Sound, Speech, Word
from greenroom.studio.timing.resample import HEARD_HZ, heard
from greenroom.studio.timing.script import too_long

Array = NDArray[np.float64]

_HOP, _WINDOW, _SIZE = 160, 400, 512
_BANDS, _CEPSTRA = 26, 13
_COARSE = 8  # frames in one of the coarse path
_BAND = 50  # frames to either side of the coarse path
_STAY = 0.15  # what it costs not to go on in both
_WORST = 5.15
"""Where the mean distance on the path is larger, the script is not what is said."""


class NotWarped(Exception):
    """A script was not found in a sound; the text says how that was seen."""


def warp(sound: Sound, spoken: Speech) -> tuple[tuple[Word, ...], tuple[Phone, ...]]:
    """
    The words and sounds of `spoken` at the times at which they are heard in a sound of 16 kHz.

    Raises NotWarped.
    """
    theirs, ours = cepstra(sound), cepstra(heard(spoken.sound, spoken.rate))
    if min(len(theirs), len(ours)) < 3 * _COARSE or not spoken.phones:
        raise NotWarped("there is too little to compare")
    to, distance = _path(ours, theirs)
    if distance > _WORST:
        raise NotWarped(f"the script sounds otherwise, at a distance of {distance:.2f}")
    at = np.arange(len(to)) / 100

    def moved(time_s: float) -> float:
        return round(float(np.interp(time_s, at, to)) / 100, 4)

    words = tuple(Word(one.text, moved(one.start_s), moved(one.end_s), one.start, one.end) for one in spoken.words)
    phones = tuple(Phone(one.ipa, moved(one.start_s), moved(one.end_s), one.stressed) for one in spoken.phones)
    sounds = [sum(1 for p in spoken.phones if p.ipa and w.start_s <= p.start_s < w.end_s) for w in spoken.words]
    if (long := too_long(words, sounds)) is not None:
        raise NotWarped(f"{long.text!r} was heard for {long.end_s - long.start_s:.1f} s")
    return words, phones


def cepstra(sound: Sound) -> Array:
    """Mel cepstra of a sound of 16 kHz every 10 ms and how they change, each of mean 0 and deviation 1."""
    if len(sound) < _WINDOW:
        return np.zeros((0, 2 * _CEPSTRA))
    raised = np.append(sound[:1], sound[1:] - 0.97 * sound[:-1]).astype(np.float64)
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(raised, _WINDOW // 2), _WINDOW)[::_HOP]
    filters, shape = _filters(), np.hamming(_WINDOW)
    # Half a minute at a time: windows overlap, and all of them would be 60 times the sound.
    mel = np.concatenate(
        [
            np.square(np.abs(np.fft.rfft(windows[i : i + 3000] * shape, _SIZE))) @ filters
            for i in range(0, len(windows), 3000)
        ]
    )
    logs = np.log(mel + 1e-3 * np.median(mel) + 1e-9)
    order, band = np.arange(_CEPSTRA)[None, :], np.arange(_BANDS)[:, None]
    found = logs @ np.cos(np.pi * order * (band + 0.5) / _BANDS)
    found = (found - found.mean(0)) / (found.std(0) + 1e-6)
    found[:, 0] *= 1.5
    return np.hstack([found, 2 * np.gradient(found, axis=0)])


def _filters() -> Array:
    """Triangles on the mel scale from 60 to 7600 Hz: one column a band."""
    low, high = (2595 * np.log10(1 + hz / 700) for hz in (60, 7600))
    edges = 700 * (10 ** (np.linspace(low, high, _BANDS + 2) / 2595) - 1)
    hz = np.fft.rfftfreq(_SIZE, 1 / HEARD_HZ)[:, None]
    rising = (hz - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - hz) / (edges[2:] - edges[1:-1])
    return np.asarray(np.clip(np.minimum(rising, falling), 0, None))


def _path(ours: Array, theirs: Array) -> tuple[Array, float]:
    """For each frame of ours the one of theirs, and how far they are from each other in the mean."""
    coarse_ours, coarse_theirs = _coarser(ours), _coarser(theirs)
    whole = np.zeros(len(coarse_ours), np.int64)
    rough, _ = _banded(coarse_ours, coarse_theirs, whole, len(coarse_theirs))
    centre = np.interp(np.arange(len(ours)), (np.arange(len(rough)) + 0.5) * _COARSE, (rough + 0.5) * _COARSE)
    width = min(2 * _BAND, len(theirs))
    low = np.clip(np.maximum.accumulate(np.round(centre).astype(np.int64)) - _BAND, 0, len(theirs) - width)
    # The band begins where both begin, and ends where both end.
    low[0], low[-1] = 0, len(theirs) - width
    steps = np.arange(len(low))
    low = np.minimum(low, steps * (width // 2))
    low = np.maximum(low, len(theirs) - width - (len(low) - 1 - steps) * (width // 2))
    return _banded(ours, theirs, np.clip(low, 0, len(theirs) - width), width)


def _coarser(frames: Array) -> Array:
    number = len(frames) // _COARSE
    return np.asarray(frames[: number * _COARSE].reshape(number, _COARSE, -1).mean(1))


def _banded(ours: Array, theirs: Array, low: NDArray[np.int64], width: int) -> tuple[Array, float]:
    """The cheapest path through a band that begins at frame `low` of theirs for each frame of ours."""
    rows = len(ours)
    back = np.zeros((rows, width), np.int8)
    last = np.full(width, np.inf)
    for row in range(rows):
        here = theirs[low[row] : low[row] + width] - ours[row]
        cost = np.sqrt(np.einsum("ij,ij->i", here, here))
        if row == 0:
            both, stay = np.full(width, np.inf), np.full(width, np.inf)
            both[0] = 0.0
        else:
            shift = low[row] - low[row - 1]
            beside = np.full(width + 1, np.inf)
            known = last[max(0, shift - 1) :][: width + 1]
            beside[(1 if shift == 0 else 0) :][: len(known)] = known[: width + (shift != 0)]
            both, stay = beside[:-1], beside[1:] + _STAY
        best = np.minimum(both, stay)
        # To stay in ours while theirs goes on is a running minimum, once what it costs is taken off.
        paid = np.cumsum(cost + _STAY)
        entered = best + cost - paid
        total = np.minimum.accumulate(entered)
        back[row] = np.where(total < entered, 2, np.where(both <= stay, 0, 1))
        last = total + paid
    return _traced(back, low, float(last[-1]), rows, len(theirs))


def _traced(
    back: NDArray[np.int8], low: NDArray[np.int64], total: float, rows: int, columns: int
) -> tuple[Array, float]:
    row, column = rows - 1, columns - 1
    first, final = np.zeros(rows), np.zeros(rows)
    final[row] = column
    steps = 1
    while row > 0 or column > 0:
        move = back[row, column - low[row]]
        steps += 1
        if move == 2:
            column -= 1
            continue
        first[row] = column
        row, column = row - 1, column - (move == 0)
        if row < 0:
            break
        final[row] = column
    return (first + final) / 2, total / steps
