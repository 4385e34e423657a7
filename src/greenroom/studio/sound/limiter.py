"""A limiter that sees ahead and between samples: no peak passes the ceiling, and no gain changes at once."""

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from greenroom.studio.sound.blocks import RATE, Channels
from greenroom.studio.sound.filters import smooth
from greenroom.studio.sound.loudness import EDGE, peaks

_AHEAD = RATE * 5 // 1000
"""Frames before a peak in which the gain goes down, along half a period of a cosine."""
_RELEASE_DB_PER_S = 45.0

Curve = NDArray[np.float32]


class Limiter:
    """Limits a stream of blocks; `peak` is the highest magnitude of what went out, `deepest_db` the most taken away."""

    def __init__(self, ceiling: float) -> None:
        self._ceiling = ceiling
        self._reduction_db = 0.0  # at the end of the last block
        self._reductions = np.zeros(_AHEAD, np.float32)  # at its last frames, as seen ahead
        window = np.hanning(_AHEAD + 3)[1:-1]
        self._window = window / window.sum()
        self.peak = 0.0
        self.deepest_db = 0.0

    def through(self, blocks: Iterable[Channels]) -> Iterator[Channels]:
        """The blocks, limited, as long as they were and without delay."""
        for before, block, after in _with_edges(blocks):
            yield self._limited(np.concatenate([before, block, after], 1), block)

    def _limited(self, around: Channels, block: Channels) -> Channels:
        frames = block.shape[1]
        heights = peaks(around)
        needed = _decibels_over(heights, self._ceiling)
        if not needed.any() and self._reduction_db == 0 and not self._reductions.any():
            self.peak = max(self.peak, float(heights[:frames].max(initial=0.0)))
            return block
        gain = self._gain(needed, frames)
        self.peak = max(self.peak, float((heights[:frames] * gain).max(initial=0.0)))
        return block * gain

    def _gain(self, needed: Curve, frames: int) -> Curve:
        released = _released(needed, self._reduction_db)
        self._reduction_db = float(released[frames - 1])
        ahead = np.concatenate([self._reductions, _highest_ahead(released, _AHEAD)[:frames]])
        self._reductions = ahead[-_AHEAD:]
        self.deepest_db = max(self.deepest_db, float(ahead.max()))
        size = smooth(len(ahead) + _AHEAD)
        curve = np.fft.irfft(np.fft.rfft(ahead, size) * np.fft.rfft(self._window, size), size)
        eased = np.maximum(curve[_AHEAD : _AHEAD + frames], 0)
        return np.asarray(10 ** (-eased / 20), np.float32)


def _decibels_over(heights: Curve, ceiling: float) -> Curve:
    return np.asarray(20 * np.log10(np.maximum(heights / np.float32(ceiling), 1)), np.float32)


def _released(needed: Curve, before_db: float) -> NDArray[np.float64]:
    """What is needed, falling off no faster than the release does."""
    slope = np.arange(1, len(needed) + 1) * (_RELEASE_DB_PER_S / RATE)
    highest = np.maximum.accumulate(np.maximum(needed + slope, before_db))
    return np.asarray(np.maximum(highest - slope, 0), np.float64)


def _highest_ahead(curve: NDArray[np.float64], frames: int) -> NDArray[np.float64]:
    """The highest of each value and the `frames` after it."""
    highest, reach = np.pad(curve, (0, frames)), 1
    while reach < frames + 1:
        step = min(reach, frames + 1 - reach)
        highest = np.maximum(highest[: len(highest) - step], highest[step:])
        reach += step
    return highest


def _with_edges(blocks: Iterable[Channels]) -> Iterator[tuple[Channels, Channels, Channels]]:
    """Each block with what its peaks need of the sound before and after it; silence at both ends."""
    before = block = None
    for following in blocks:
        if block is None or before is None:
            before = np.zeros((following.shape[0], EDGE), np.float32)
        else:
            yield before, block, _fitted(following)
            before = np.concatenate([before, block], 1)[:, -EDGE:]
        block = following
    if block is not None and before is not None:
        yield before, block, _fitted(block[:, :0])


def _fitted(following: Channels) -> Channels:
    after = following[:, : _AHEAD + EDGE]
    return np.pad(after, ((0, 0), (0, _AHEAD + EDGE - after.shape[1])))
