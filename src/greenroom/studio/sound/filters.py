"""Filters of streams of sound: short recursive ones as the impulse responses that they have, by fast convolution."""

import math

import numpy as np
from numpy.typing import NDArray

from greenroom.studio.sound.blocks import RATE, Channels

_TAPS = 8192  # at 35 Hz what is cut off is 200 dB down

Section = tuple[tuple[float, float, float], tuple[float, float, float]]
"""A biquad: three coefficients above, three below."""


def high_pass(corner_hz: float, quality: float = math.sqrt(0.5)) -> Section:
    """Let pass what is above a frequency, 12 dB an octave."""
    k = math.tan(math.pi * corner_hz / RATE)
    return (1.0, -2.0, 1.0), (1 + k / quality + k * k, 2 * (k * k - 1), 1 - k / quality + k * k)


def high_shelf(corner_hz: float, gain_db: float, quality: float, slope: float) -> Section:
    """Raise what is above a frequency; `slope` is the share of the gain (as exponent) that the corner gets."""
    k = math.tan(math.pi * corner_hz / RATE)
    high = 10 ** (gain_db / 20)
    band = high**slope
    above = (high + band * k / quality + k * k, 2 * (k * k - high), high - band * k / quality + k * k)
    return above, (1 + k / quality + k * k, 2 * (k * k - 1), 1 - k / quality + k * k)


# The two filters of ITU-R BS.1770 by their corners, gain and qualities: its coefficients are for 48 kHz alone.
K_WEIGHTING = (
    high_shelf(1681.974450955533, 3.999843853973347, 0.7071752369554196, 0.4996667741545416),
    high_pass(38.13547087602444, 0.5003270373238773),
)


def response(sections: tuple[Section, ...], size: int) -> NDArray[np.complex128]:
    """What sections do to each frequency of a real transform of so many samples."""
    z = np.exp(-2j * np.pi * np.arange(size // 2 + 1) / size)
    whole = np.ones(len(z), np.complex128)
    for above, below in sections:
        whole *= np.polynomial.polynomial.polyval(z, above) / np.polynomial.polynomial.polyval(z, below)
    return whole


class StreamFilter:
    """Filters a stream block by block, as if it were one; without delay."""

    def __init__(self, *sections: Section, channels: int) -> None:
        self._taps = np.fft.irfft(response(sections, 4 * _TAPS))[:_TAPS]
        self._past = np.zeros((channels, _TAPS - 1), np.float32)
        self._spectra: dict[int, NDArray[np.complex64]] = {}

    def through(self, block: Channels) -> Channels:
        """The next block, filtered."""
        whole = np.concatenate([self._past, block], 1)
        self._past = whole[:, block.shape[1] :]
        size = smooth(whole.shape[1])
        if size not in self._spectra:
            self._spectra[size] = np.fft.rfft(self._taps, size).astype(np.complex64)
        filtered = np.fft.irfft(np.fft.rfft(whole, size) * self._spectra[size], size)
        return np.ascontiguousarray(filtered[:, _TAPS - 1 : whole.shape[1]], np.float32)


def smooth(size: int) -> int:
    """The next even length with no prime factor above 5, which transforms are quick at."""
    best = 1 << max(1, (size - 1).bit_length())
    five = 1
    while five < best:
        three = five
        while three < best:
            two = 2
            while two * three < size:
                two *= 2
            best = min(best, two * three)
            three *= 3
        five *= 5
    return best
