"""The mouth by loudness alone: for sounds in which nothing else can be found."""

import numpy as np

from greenroom.studio.speech import CHANNELS, MOUTH_HZ, Mouth, Sound
from greenroom.studio.timing.letters import REST
from greenroom.studio.timing.resample import HEARD_HZ
from greenroom.studio.timing.track import LEAD_S

_LOW_HZ, _HIGH_HZ, _HISS_HZ = 500, 1000, 3000  # the first formant of open vowels, and the friction of s
_SIZE, _PIECE = 512, 3000


def mouth_of_energy(sound: Sound, duration_s: float) -> Mouth:
    """A mouth that opens with the energy between 500 and 1000 Hz of a sound of 16 kHz, and widens with its hiss."""
    rows = max(1, round(duration_s * MOUTH_HZ))
    padded = np.pad(sound, (_SIZE // 2, _SIZE + rows * HEARD_HZ // MOUTH_HZ))
    windows = np.lib.stride_tricks.sliding_window_view(padded, _SIZE)[:: HEARD_HZ // MOUTH_HZ][:rows]
    hz = np.fft.rfftfreq(_SIZE, 1 / HEARD_HZ)
    bands = np.stack([(hz >= _LOW_HZ) & (hz < _HIGH_HZ), hz >= _HISS_HZ], 1).astype(np.float64)
    power = np.concatenate(
        [
            np.square(np.abs(np.fft.rfft(windows[i : i + _PIECE] * np.hanning(_SIZE)))) @ bands
            for i in range(0, rows, _PIECE)
        ]
    )
    opened, hiss = (_scaled(np.sqrt(power[:, band])) for band in (0, 1))
    lead = round(LEAD_S * MOUTH_HZ)
    track = np.zeros((rows, len(CHANNELS)))
    track[:, 0] = 0.85 * np.append(opened[lead:], np.zeros(min(lead, rows)))[:rows]
    track[:, 1] = 0.3 * np.append(hiss[lead:], np.zeros(min(lead, rows)))[:rows]
    track[:, 2] = 0.35 * track[:, 0]
    track[:, 3] = REST[3] * np.clip(1 - 6 * track[:, 0], 0, 1)
    return track.astype(np.float32)


def _scaled(
    level: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """From 0 in silence to 1 where it is loud, smoothed."""
    loud = max(float(np.percentile(level, 95)), 0.05)
    kernel = np.hanning(11)[1:-1]
    curve = np.clip(level / loud - 0.05, 0, 1) ** 0.7
    return np.asarray(np.convolve(curve, kernel / kernel.sum(), "same"))
