"""How loud a voice is, by ITU-R BS.1770, and made as loud as the others."""

import numpy as np
from numpy.typing import NDArray

from greenroom.studio.speech import Sound

TARGET_LUFS = -22.0
HIGHEST_PEAK = 0.95


def _weights(rate: int, size: int) -> NDArray[np.float64]:
    """The power that K weighting gives each frequency of a real transform: a high shelf, then a high pass."""
    power = np.ones(size // 2 + 1)
    z = np.exp(-2j * np.pi * np.arange(size // 2 + 1) / size)
    # The filters of the recommendation as they are for any rate: corner, quality and gain.
    k, q = np.tan(np.pi * 1681.974450955533 / rate), 0.7071752369554196
    high = 10 ** (3.999843853973347 / 20)
    band = high**0.4996667741545416
    shelf_b = (high + band * k / q + k * k, 2 * (k * k - high), high - band * k / q + k * k)
    shelf_a = (1 + k / q + k * k, 2 * (k * k - 1), 1 - k / q + k * k)
    k, q = np.tan(np.pi * 38.13547087602444 / rate), 0.5003270373238773
    pass_a = (1 + k / q + k * k, 2 * (k * k - 1), 1 - k / q + k * k)
    for b, a in ((shelf_b, shelf_a), ((1.0, -2.0, 1.0), tuple(x / pass_a[0] for x in pass_a))):
        power *= np.abs((b[0] + b[1] * z + b[2] * z * z) / (a[0] + a[1] * z + a[2] * z * z)) ** 2
    return power


def loudness(sound: Sound, rate: int) -> float:
    """Integrated loudness of a mono sound in LUFS, gated; minus infinity for silence."""
    block = min(len(sound), int(rate * 0.4))
    if block == 0:
        return float("-inf")
    step = max(1, block // 4)
    count = (len(sound) - block) // step + 1
    # Block by block, so that memory does not grow with the length.
    weights = _weights(rate, block)
    window_power = np.empty(count)
    for index in range(count):
        spectrum = np.abs(np.fft.rfft(sound[index * step : index * step + block])) ** 2 * weights
        window_power[index] = (2 * spectrum.sum() - spectrum[0] - (spectrum[-1] if block % 2 == 0 else 0)) / block**2
    loud = window_power[window_power > 10 ** ((-70 + 0.691) / 10)]
    if not len(loud):
        return float("-inf")
    loud = loud[loud >= loud.mean() / 10]
    return float(-0.691 + 10 * np.log10(loud.mean()))


def levelled(sound: Sound, rate: int, target_lufs: float = TARGET_LUFS) -> Sound:
    """The sound at a loudness, or as near to it as its peaks allow; silence stays silent."""
    now = loudness(sound, rate)
    if not np.isfinite(now):
        return sound
    peak = float(np.abs(sound).max())
    gain = min(10 ** ((target_lufs - now) / 20), HIGHEST_PEAK / peak)
    return (sound * np.float32(gain)).astype(np.float32)
