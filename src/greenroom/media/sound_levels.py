"""
The plain level of a sound all over, by which a loudness that was measured in parts of it is carried to the whole.

R 128 weighs frequencies and costs more than decoding; the square of some samples costs next to nothing. How much
louder the whole is than the measured parts is told well by the plain level, since both have the same frequencies.
"""

import math
from collections.abc import Sequence
from operator import mul

_GATE_LOOKS = 6  # in a window that a gate judges: three seconds, so that it does not fall between two beats
_RANGE_LOOKS = 9
_GATE = 1e-7  # -70 dBFS: silence does not count
_RELATIVE_GATE = 0.1  # -10 dB, as R 128 has it for loudness
_RANGE_GATE = 0.01  # -20 dB, as EBU Tech 3342 has it for the range
_LOW, _HIGH = 0.10, 0.95


class Levels:
    """
    Told some samples of looks all over a sound, and of frames in the parts whose loudness is measured.

    Of songs made up of notes and of beats, what it says was within 1 LU of a measurement of the whole in the mean.
    """

    def __init__(self, full_scale: float) -> None:
        self._scale = full_scale**-2
        self._all: list[float] = []
        self._measured: list[float] = []

    def see(self, channels: Sequence[Sequence[float]]) -> None:
        """Take note of a look: some samples of each channel."""
        self._keep(self._all, channels)

    def see_measured(self, channels: Sequence[Sequence[float]]) -> None:
        """Take note of a frame whose loudness is measured."""
        self._keep(self._measured, channels)

    def whole_lufs(self, measured_lufs: float) -> float | None:
        """
        The loudness of the whole, where the mean of the measured parts is `measured_lufs`; None if all is silent.

        The mean is that of all moments of theirs; what is too quiet to count is left out here, as R 128 does.
        """
        part = sum(self._measured) / max(1, len(self._measured))
        whole = _gated_mean(_windows(self._all, _GATE_LOOKS), _RELATIVE_GATE)
        return round(measured_lufs + 10 * math.log10(whole / part), 1) if whole and part else None

    def range_lu(self) -> float | None:
        """The range between the quiet and the loud passages of the whole; None if it is shorter than a few windows."""
        windows = _windows(self._all, _RANGE_LOOKS)
        gate = max(_GATE, _RANGE_GATE * _mean_above(windows, _GATE))
        heard = sorted(window for window in windows if window > gate)
        if len(heard) < 2:
            return None
        low, high = (heard[round((len(heard) - 1) * place)] for place in (_LOW, _HIGH))
        return round(10 * math.log10(high / low), 1)

    def _keep(self, powers: list[float], channels: Sequence[Sequence[float]]) -> None:
        power = self._scale * sum(sum(map(mul, some, some)) / len(some) for some in channels if some)
        if math.isfinite(power):  # samples that are stored as floats need be no numbers
            powers.append(power)


def _windows(powers: Sequence[float], looks: int) -> list[float]:
    return [sum(powers[start : start + looks]) / looks for start in range(len(powers) - looks + 1)]


def _gated_mean(powers: Sequence[float], relative_gate: float) -> float:
    return _mean_above(powers, max(_GATE, relative_gate * _mean_above(powers, _GATE)))


def _mean_above(powers: Sequence[float], gate: float) -> float:
    heard = [power for power in powers if power > gate]
    return sum(heard) / len(heard) if heard else 0.0
