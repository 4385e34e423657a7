"""Sounds at the rate that recognisers hear."""

from collections.abc import Iterator

import av
import numpy as np

from greenroom.studio.speech import Sound

HEARD_HZ = 16_000
_STEP = 1 << 16


def heard(sound: Sound, rate: int) -> Sound:
    """A sound at 16 kHz, through the windowed sinc of FFmpeg's resampler, as long as it was and without delay."""
    if rate == HEARD_HZ:
        return np.asarray(sound, np.float32)
    resampler = av.AudioResampler(format="flt", layout="mono", rate=HEARD_HZ)
    pieces = [piece.to_ndarray()[0] for frame in _frames(sound, rate) for piece in resampler.resample(frame)]
    whole = np.concatenate([*pieces, np.zeros(0, np.float32)])
    length = round(len(sound) * HEARD_HZ / rate)
    return np.asarray(np.pad(whole[:length], (0, max(0, length - len(whole)))), np.float32)


def pcm(sound: Sound) -> bytes:
    """16-bit samples, as loud as recognisers like them."""
    loudest = float(np.abs(sound).max(initial=0.0))
    return np.asarray(sound * (24_000 / max(loudest, 1e-4))).clip(-32768, 32767).astype("<i2").tobytes()


def _frames(sound: Sound, rate: int) -> Iterator[av.AudioFrame | None]:
    for start in range(0, len(sound), _STEP):
        piece = np.ascontiguousarray(sound[None, start : start + _STEP], np.float32)
        frame = av.AudioFrame.from_ndarray(piece, format="flt", layout="mono")
        frame.sample_rate = rate
        frame.pts = start
        yield frame
    yield None
