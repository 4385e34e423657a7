"""The voice as the mix takes it: at 48 kHz, without what is too low to be heard, and what is known of it."""

from collections.abc import Iterator
from dataclasses import dataclass

import av
import numpy as np
from numpy.typing import NDArray

from greenroom.studio.sound.blocks import BLOCK, RATE, Channels, cut
from greenroom.studio.sound.filters import StreamFilter, high_pass
from greenroom.studio.sound.loudness import Meter
from greenroom.studio.speech import Sound

_CORNER_HZ = 35.0  # half an octave below the lowest voices
_STEP = 1 << 16
_FLAT_RUN = 4
_LOUD = 0.25  # flat tops are tops, not silence


@dataclass(frozen=True, slots=True)
class Voice:
    """A voice and what was measured of it: its loudness, its weighted power over time, the share in flat tops."""

    sound: Sound
    rate: int
    mean: float
    lufs: float
    moments: NDArray[np.float64]
    clipped_share: float


def measured(sound: Sound, rate: int, frames: int) -> Voice:
    """Measure what a film of so many frames plays of a voice."""
    if not np.isfinite(sound).all():  # files of 32-bit floats may hold anything
        sound = np.nan_to_num(sound, nan=0.0, posinf=0.0, neginf=0.0)
    mean = float(sound.mean(dtype=np.float64)) if len(sound) else 0.0
    meter = Meter(1, heard_on=2)
    for block in _filtered(sound, rate, mean, frames):
        meter.feed(block)
    return Voice(sound, rate, mean, meter.lufs(), meter.moments(), _clipped_share(sound))


def played(voice: Voice, frames: int) -> Iterator[Channels]:
    """The voice in blocks of one channel, followed by silence."""
    return _filtered(voice.sound, voice.rate, voice.mean, frames)


def _filtered(sound: Sound, rate: int, mean: float, frames: int) -> Iterator[Channels]:
    # What is constant goes before the filter, which would ring where it begins and ends.
    filter_ = StreamFilter(high_pass(_CORNER_HZ), channels=1)
    return (filter_.through(block) for block in cut(_resampled(sound, rate, mean), frames, 1))


def _resampled(sound: Sound, rate: int, mean: float) -> Iterator[Channels]:
    pieces = (
        np.asarray(sound[None, start : start + _STEP], np.float32) - np.float32(mean)
        for start in range(0, len(sound), _STEP)
    )
    if rate == RATE:
        yield from pieces
        return
    resampler = av.AudioResampler(format="fltp", layout="mono", rate=RATE)
    for piece in pieces:
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(piece), format="fltp", layout="mono")
        frame.sample_rate = rate
        for finer in resampler.resample(frame):
            yield np.asarray(finer.to_ndarray(), np.float32)
    for finer in resampler.resample(None):
        yield np.asarray(finer.to_ndarray(), np.float32)


def _clipped_share(sound: Sound) -> float:
    """The share of samples that stand in runs at the highest or lowest value there is."""
    if not len(sound):
        return 0.0
    flat = 0
    # Each side by itself: voices rise farther to one than to the other, and pass there what is the top here.
    for side, top in ((1, float(sound.max())), (-1, float(-sound.min()))):
        if top < _LOUD:
            continue
        for start in range(0, len(sound), BLOCK):
            block = sound[start : start + BLOCK]
            at_top = (side * block >= top * 0.9995).astype(np.int8)
            edges = np.flatnonzero(np.diff(np.concatenate([[0], at_top, [0]])))
            runs = edges[1::2] - edges[::2]
            flat += int(runs[runs >= _FLAT_RUN].sum())
    return flat / len(sound)
