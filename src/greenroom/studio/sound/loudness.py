"""Loudness by ITU-R BS.1770, and peaks between samples."""

import math

import numpy as np
from numpy.typing import NDArray

from greenroom.studio.sound.blocks import RATE, Channels
from greenroom.studio.sound.filters import K_WEIGHTING, StreamFilter, smooth

SILENCE_LUFS = -70.0
"""What silence is said to have: the recommendation measures nothing below."""
MOMENT = RATE // 100
"""Frames of a moment: the grain of what is known of loudness over time."""
_HOP = 10  # moments from window to window, and four hops a window
_OFFSET_DB = -0.691
_OVERSAMPLING = 4
EDGE = 1024
"""Frames around a block that its peaks need."""


class Meter:
    """
    Measures sound block by block. `heard_on` says by how many loudspeakers each channel is played: 2 for a voice in
    the middle.
    """

    def __init__(self, channels: int = 2, heard_on: int = 1) -> None:
        self._filter = StreamFilter(*K_WEIGHTING, channels=channels)
        self._heard_on = heard_on
        self._rest = np.zeros(0)
        self._moments: list[NDArray[np.float64]] = []

    def feed(self, block: Channels) -> None:
        """Measure the next block."""
        weighted = self._filter.through(block).astype(np.float64)
        power = np.concatenate([self._rest, np.square(weighted).sum(0) * self._heard_on])
        whole = len(power) // MOMENT * MOMENT
        self._moments.append(power[:whole].reshape(-1, MOMENT).mean(1))
        self._rest = power[whole:]

    def moments(self) -> NDArray[np.float64]:
        """The weighted power of each hundredth of a second."""
        return np.concatenate([*self._moments, np.zeros(0)])

    def lufs(self) -> float:
        """Integrated loudness, gated; SILENCE_LUFS for silence. What is shorter than a window is one window."""
        return integrated(self.moments())


def integrated(moments: NDArray[np.float64]) -> float:
    """The integrated loudness of a sound whose weighted power in each hundredth of a second is given."""
    window = 4 * _HOP
    padded = np.pad(moments, (0, max(0, window - len(moments))))
    hops = padded[: len(padded) // _HOP * _HOP].reshape(-1, _HOP).mean(1)
    windows = np.lib.stride_tricks.sliding_window_view(hops, 4).mean(1)
    heard = windows[windows > power_of(SILENCE_LUFS)]
    if not len(heard):
        return SILENCE_LUFS
    return lufs_of(float(heard[heard > heard.mean() / 10].mean()))


def lufs_of(power: float) -> float:
    """The loudness of a weighted power."""
    return max(SILENCE_LUFS, _OFFSET_DB + 10 * math.log10(max(power, 1e-12)))


def power_of(lufs: float) -> float:
    """The weighted power of a loudness."""
    return float(10 ** ((lufs - _OFFSET_DB) / 10))


def peaks(around: Channels) -> NDArray[np.float32]:
    """
    The highest magnitude in and after each frame, between samples too, over all channels.

    `around` has EDGE frames before and after those that are asked of, which it fades: at a hard edge a transform rings.
    """
    length = around.shape[1]
    size = smooth(length)
    faded = around.astype(np.float32)
    ramp = np.linspace(0, 1, EDGE // 2, dtype=np.float32)
    faded[:, : EDGE // 2] *= ramp
    faded[:, -(EDGE // 2) :] *= ramp[::-1]
    finer = np.fft.irfft(np.fft.rfft(faded, size), size * _OVERSAMPLING)
    magnitude = np.abs(finer, out=finer).max(0).reshape(size, _OVERSAMPLING).max(1)
    return np.asarray(magnitude[EDGE : length - EDGE] * _OVERSAMPLING, np.float32)
