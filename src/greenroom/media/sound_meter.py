"""
Measuring sound while it is decoded: loudness (EBU R 128), peaks, clipping, noise floor, silence.

A second of loudness costs more than to decode it. A meter that is not thorough therefore measures it in short
stretches, a thirtieth of a long sound, and carries it over to the whole by the plain level, which is watched
throughout, as are peaks, clipping and silence, by looking at some samples of some frames.
"""

import heapq
import math
import re
from collections.abc import Sequence
from typing import Final, Literal

from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler

from greenroom.domain.media import SoundMeasurements
from greenroom.media.loudness import METER_ERRORS, Loudness, LoudnessRead, Shape, shape_of
from greenroom.media.sound_levels import Levels
from greenroom.media.stretches import Stretches

_FIRST_STRETCH_S = 2.0
_STRETCH_S = 0.6  # three blocks of R 128
_OFTEN_S = 4.0  # from stretch to stretch, in the beginning
_BEGINNING_S = 16.0
_SELDOM_S = 32.0
_LEVEL_EVERY = 2  # frames of a stretch

_LOOK_EVERY_S = 0.2
# Half a second in the mean, and at no beat: music repeats itself, and would be seen at the same point each time.
_UNEVEN_S = tuple(0.3 + 0.4 * (number * 0.618034 % 1) for number in range(34))
_LOOKS_AT_ONCE = 32
# Samples between those that are looked at; prime, so that no tone hides between them.
_STEP = 41
_WIDE_STEP = 83
_LONG_STEP = 251
_LONG_FRAME = 2048
_SILENCE = 0.001  # -60 dBFS
_SILENT_MIN_S = 2.0
_EQUAL_WITHIN = 1e-4

_LOUD = 0.985
_FLAT = 0.9995
_FLAT_RUN = re.compile(rb"\x01{3,}")
_LOUD_LOOKED_AT_MAX = 100
_LOUD_EVERY = 2

_LOUDEST_KEPT = 2
_OVERSAMPLING = 4
_EDGE_SAMPLES = 64  # where a frame is cut off, the resampler rings
_Kind = Literal["f", "d", "h", "i"]
_SAMPLES: Final[dict[str, tuple[_Kind, float]]] = {
    "flt": ("f", 1.0),
    "dbl": ("d", 1.0),
    "s16": ("h", 32768.0),
    "s32": ("i", 2147483648.0),
}


class SoundMeter:
    """Fed with every decoded frame of one sound track, in order; `thorough` measures the loudness of all of it."""

    def __init__(self, *, thorough: bool) -> None:
        self._thorough = thorough
        self._loudness: Loudness | None = None
        self._levels = Levels(1.0)
        self._shape: Shape | None = None
        self._kind: _Kind | None = None
        self._full_scale = 1.0
        self._at_s = self._next_look_s = 0.0
        self._stretch_s = 0.0 if thorough else _FIRST_STRETCH_S
        self._waiting: list[tuple[float, AudioFrame]] = []
        self._silent = Stretches(_SILENT_MIN_S)
        self._peak = 0.0
        self._equal = True
        self._kept = self._looks = self._loud = self._looked = self._measured = 0
        self._flat_samples = self._loud_samples = 0
        self._loudest: list[tuple[float, int, AudioFrame]] = []

    def feed(self, frame: AudioFrame) -> None:
        """Measure one frame."""
        # This runs for every frame of every sound; most are not looked into.
        at_s = self._at_s
        self._at_s = at_s + frame.samples / (frame.sample_rate or math.inf)
        if at_s >= self._next_look_s:
            self._keep(frame, at_s)
        if at_s >= self._stretch_s:
            self._measure(frame, at_s)

    def result(self) -> SoundMeasurements | None:
        """What was measured; None if there was no sound or none in a form that is measured."""
        self._look_at_waiting()
        if not self._looks:
            return None
        self._silent.end(self._at_s)
        is_silent = self._peak < _SILENCE
        loudness = self._loudness_read()
        peak = self._true_peak()
        flat = self._flat_samples / self._loud_samples if self._loud_samples else 0.0
        return SoundMeasurements(
            measured_s=round(loudness.measured_s, 3),
            loudness_lufs=None if is_silent else loudness.integrated_lufs,
            loudness_range_lu=None if is_silent else loudness.range_lu,
            true_peak_dbtp=round(20 * math.log10(peak), 2) if peak > 0 else None,
            noise_floor_lufs=None if is_silent else loudness.floor_lufs,
            clipped_share=round(flat * self._loud / self._looks, 6),
            is_silent=is_silent,
            channels_are_equal=self._equal and not is_silent,
            silent=() if is_silent else self._silent.found(),
        )

    def _begin(self, frame: AudioFrame) -> None:
        self._shape = shape_of(frame)
        self._kind, self._full_scale = _SAMPLES.get(frame.format.name.removesuffix("p"), (None, 1.0))
        self._equal = frame.layout.nb_channels == 2
        self._levels = Levels(self._full_scale)
        self._loudness = Loudness.of(frame) if self._kind else None

    # Loudness

    def _measure(self, frame: AudioFrame, at_s: float) -> None:
        if self._loudness is None:
            return
        if self._thorough:
            self._loudness.feed(frame, self._shape)
        elif at_s < self._stretch_s + _STRETCH_S:
            self._loudness.feed(frame, self._shape)
            self._measured += 1
            if self._measured % _LEVEL_EVERY == 1:
                self._levels.see_measured(self._some_samples(frame))
        else:
            self._stretch_s += _OFTEN_S if self._stretch_s + _OFTEN_S < _BEGINNING_S else _SELDOM_S

    def _loudness_read(self) -> LoudnessRead:
        if self._loudness is None:
            return LoudnessRead()
        read = self._loudness.result()
        if not self._thorough and read.integrated_lufs is not None and read.mean_lufs is not None:
            read.integrated_lufs = self._levels.whole_lufs(read.mean_lufs) or read.integrated_lufs
            read.range_lu = self._levels.range_lu()
        return read

    # Peaks, clipping, silence

    def _keep(self, frame: AudioFrame, at_s: float) -> None:
        # Several at once: between two frames the decoder drives this code out of the processor's caches.
        if self._shape is None:
            self._begin(frame)
        if self._kind is None:
            self._next_look_s = math.inf
            return
        self._next_look_s = at_s + (_LOOK_EVERY_S if self._thorough else _UNEVEN_S[self._kept % len(_UNEVEN_S)])
        self._kept += 1
        self._waiting.append((at_s, frame))
        if len(self._waiting) == _LOOKS_AT_ONCE:
            self._look_at_waiting()

    def _look_at_waiting(self) -> None:
        for at_s, frame in self._waiting:
            self._look(frame, at_s)
        self._waiting.clear()

    def _look(self, frame: AudioFrame, at_s: float) -> None:
        assert self._kind is not None
        self._looks += 1
        channels = self._some_samples(frame)
        if not channels or not channels[0]:
            return
        if not self._thorough:
            self._levels.see(channels)
        peaks = [max(max(some), -min(some)) / self._full_scale for some in channels]
        peak = max(peaks)
        self._peak = max(self._peak, peak)
        self._silent.see(at_s, peak < _SILENCE)
        if self._equal:
            self._equal = self._are_equal(channels)
        if len(self._loudest) < _LOUDEST_KEPT:
            heapq.heappush(self._loudest, (peak, self._looks, frame))
        elif peak > self._loudest[0][0]:
            heapq.heapreplace(self._loudest, (peak, self._looks, frame))
        if peak < _LOUD:
            return
        self._loud += 1
        if self._loud % _LOUD_EVERY == 1 and self._looked < _LOUD_LOOKED_AT_MAX:
            self._look_for_flat_tops(_some_samples(frame, self._kind, 1)[peaks.index(peak)])

    def _some_samples(self, frame: AudioFrame) -> Sequence[Sequence[float]]:
        assert self._kind is not None
        if self._shape is None or frame.format.name != self._shape[0]:
            return ()
        step = _STEP if self._thorough else _WIDE_STEP if frame.samples < _LONG_FRAME else _LONG_STEP
        return _some_samples(frame, self._kind, step)

    def _are_equal(self, channels: Sequence[Sequence[float]]) -> bool:
        slack = _EQUAL_WITHIN * self._full_scale
        return len(channels) == 2 and all(abs(one - other) <= slack for one, other in zip(*channels, strict=True))

    def _look_for_flat_tops(self, samples: Sequence[float]) -> None:
        self._looked += 1
        top = _FLAT * self._full_scale
        marks = bytes(abs(sample) >= top for sample in samples)
        self._flat_samples += sum(map(len, _FLAT_RUN.findall(marks)))
        self._loud_samples += len(samples)

    def _true_peak(self) -> float:
        """The highest peak between samples among the loudest frames, as BS.1770 annex 2 finds it."""
        try:
            return _oversampled_peak([frame for _, _, frame in self._loudest]) or self._peak
        except METER_ERRORS:
            return self._peak


def _some_samples(frame: AudioFrame, kind: _Kind, step: int) -> Sequence[Sequence[float]]:
    """Every `step`th sample of each of the first two channels."""
    if frame.format.is_planar:
        # A plane may be longer than its samples: what follows them is no sound.
        return [memoryview(plane).cast("B").cast(kind)[: frame.samples : step].tolist() for plane in frame.planes[:2]]
    channels = frame.layout.nb_channels
    together = memoryview(frame.planes[0]).cast("B").cast(kind)[: frame.samples * channels]
    return [together[channel :: channels * step].tolist() for channel in range(min(2, channels))]


def _oversampled_peak(frames: Sequence[AudioFrame]) -> float:
    """The peak within frames like one another, each without its edges; 0.0 if they are too short."""
    # One for all: making its filters costs as much as decoding seconds of sound.
    finer = AudioResampler(format="fltp", rate=frames[0].sample_rate * _OVERSAMPLING)
    edge = _EDGE_SAMPLES * _OVERSAMPLING
    highest = 0.0
    for frame in frames:
        frame.pts = None
        for out in finer.resample(frame):
            for plane in out.planes[:2]:
                inside = memoryview(plane).cast("B").cast("f")[: out.samples][edge:-edge].tolist()
                if inside:
                    highest = max(highest, max(inside), -min(inside))
    return highest or max(map(_plain_peak, frames))


def _plain_peak(frame: AudioFrame) -> float:
    kind, full_scale = _SAMPLES[frame.format.name.removesuffix("p")]
    return max(max(map(abs, some), default=0.0) for some in _some_samples(frame, kind, 1)) / full_scale
