"""
Measuring sound while it is decoded: loudness (EBU R 128), peaks, clipping, noise floor, silence.

Loudness costs about as much as decoding an MP3. A meter that is not thorough therefore measures the first
seconds and then a stretch now and again; peaks, clipping and silence are watched throughout, by looking at
some samples of some frames.
"""

import heapq
import math
import re
from collections.abc import Sequence
from typing import Final, Literal

import av
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.filter import Graph
from av.filter.context import FilterContext

from greenroom.domain.media import SoundMeasurements
from greenroom.media.stretches import Stretches

_WHOLE_START_S = 3.0
_EVERY_S = 24.0
_STRETCH_S = 3.0

_LOOK_EVERY_S = 0.2
_STEP = 41  # samples between those that are looked at; prime, so that no tone hides between them
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
_NOISE_PERCENTILE = 0.05
_DIGITAL_SILENCE_LUFS = -80.0
_GATE_LUFS = -70.0
_CHANNELS_MAX = 8
_HIGHEST_RATE_HZ = 768_000  # no converter is faster; the meter's filters take memory and time in proportion
_MEASURE_S = 0.4  # below one block of R 128 there is no loudness
_DRAIN_EVERY = 64

_Kind = Literal["f", "d", "h", "i"]
_SAMPLES: Final[dict[str, tuple[_Kind, float]]] = {
    "flt": ("f", 1.0),
    "dbl": ("d", 1.0),
    "s16": ("h", 32768.0),
    "s32": ("i", 2147483648.0),
}

_METER_ERRORS = (av.FFmpegError, ValueError, TypeError, OverflowError)
"""What a filter raises on sound that it does not take; such sound goes unmeasured, and is no worse for it."""


class SoundMeter:
    """Fed with every decoded frame of one sound track, in order; `thorough` measures the loudness of all of it."""

    def __init__(self, *, thorough: bool) -> None:
        self._thorough = thorough
        self._loudness: _Loudness | None = None
        self._shape: tuple[str, int, str] | None = None
        self._kind: _Kind | None = None
        self._full_scale = 1.0
        self._count = 0
        self._at_s = self._next_look_s = 0.0
        self._silent = Stretches(_SILENT_MIN_S)
        self._peak = 0.0
        self._equal = True
        self._looks = self._loud = self._looked = 0
        self._flat_samples = self._loud_samples = 0
        self._loudest: list[tuple[float, int, AudioFrame]] = []

    def feed(self, frame: AudioFrame) -> None:
        """Measure one frame."""
        if self._shape is None:
            self._begin(frame)
        if self._kind is not None and self._at_s >= self._next_look_s:
            self._next_look_s = self._at_s + _LOOK_EVERY_S
            self._looks += 1
            self._look(frame, self._kind)
        if self._loudness is not None and (self._thorough or _is_scheduled(self._at_s)):
            self._loudness.feed(frame, self._shape)
        self._count += 1
        self._at_s += frame.samples / frame.sample_rate if frame.sample_rate else 0.0

    def result(self) -> SoundMeasurements | None:
        """What was measured; None if there was no sound or none in a form that is measured."""
        if not self._looks:
            return None
        self._silent.end(self._at_s)
        is_silent = self._peak < _SILENCE
        loudness = self._loudness.result() if self._loudness is not None else _LoudnessRead()
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
        self._shape = _shape(frame)
        self._kind, self._full_scale = _SAMPLES.get(frame.format.name.removesuffix("p"), (None, 1.0))
        channels = frame.layout.nb_channels
        self._equal = channels == 2
        if self._kind and channels <= _CHANNELS_MAX and frame.sample_rate <= _HIGHEST_RATE_HZ:
            self._loudness = _Loudness.of(frame)

    def _look(self, frame: AudioFrame, kind: _Kind) -> None:
        channels = _some_samples(frame, kind, _STEP)
        if not channels or not channels[0]:
            return
        peaks = [max(max(some), -min(some)) / self._full_scale for some in channels]
        peak = max(peaks)
        self._peak = max(self._peak, peak)
        self._silent.see(self._at_s, peak < _SILENCE)
        if self._equal and len(channels) > 1:
            slack = _EQUAL_WITHIN * self._full_scale
            self._equal = all(abs(left - right) <= slack for left, right in zip(*channels, strict=True))
        if len(self._loudest) < _LOUDEST_KEPT:
            heapq.heappush(self._loudest, (peak, self._count, frame))
        elif peak > self._loudest[0][0]:
            heapq.heapreplace(self._loudest, (peak, self._count, frame))
        if peak < _LOUD:
            return
        self._loud += 1
        if self._loud % _LOUD_EVERY == 1 and self._looked < _LOUD_LOOKED_AT_MAX:
            self._look_for_flat_tops(_some_samples(frame, kind, 1)[peaks.index(peak)])

    def _look_for_flat_tops(self, samples: Sequence[float]) -> None:
        self._looked += 1
        top = _FLAT * self._full_scale
        marks = bytes(abs(sample) >= top for sample in samples)
        self._flat_samples += sum(map(len, _FLAT_RUN.findall(marks)))
        self._loud_samples += len(samples)

    def _true_peak(self) -> float:
        """The highest peak between samples among the loudest frames, as BS.1770 annex 2 finds it."""
        try:
            return max((_oversampled_peak(frame) for _, _, frame in self._loudest), default=self._peak)
        except _METER_ERRORS:
            return self._peak


class _LoudnessRead:
    """What FFmpeg's meter says at the end."""

    def __init__(self) -> None:
        self.measured_s = 0.0
        self.integrated_lufs: float | None = None
        self.range_lu: float | None = None
        self.floor_lufs: float | None = None


class _Loudness:
    """FFmpeg's `ebur128`, and every value of its momentary loudness."""

    def __init__(self, graph: Graph, source: FilterContext, sink: FilterContext) -> None:
        self._graph = graph
        self._source = source
        self._sink = sink
        self._fed = 0
        self._fed_s = 0.0
        self._moments: list[float] = []
        self._last: dict[str, str] = {}
        self._failed = False

    @classmethod
    def of(cls, frame: AudioFrame) -> "_Loudness | None":
        """A meter for frames like this one; None if there is none for them."""
        graph = Graph()
        graph.threads = 1
        try:
            source = graph.add_abuffer(
                format=frame.format.name,
                sample_rate=frame.sample_rate,
                layout=frame.layout.name,
                time_base=frame.time_base,
            )
            meter = graph.add("ebur128", "framelog=quiet:metadata=1")
            sink = graph.add("abuffersink")
            source.link_to(meter)
            meter.link_to(sink)
            graph.configure()
        except _METER_ERRORS:
            return None
        return cls(graph, source, sink)

    def feed(self, frame: AudioFrame, shape: tuple[str, int, str] | None) -> None:
        """Measure a frame; one unlike the first is left out."""
        if self._failed or _shape(frame) != shape:
            return
        try:
            self._source.push(frame)
        except _METER_ERRORS:
            self._failed = True
            return
        self._fed += 1
        self._fed_s += frame.samples / frame.sample_rate
        if self._fed % _DRAIN_EVERY == 0:
            self._drain()

    def result(self) -> _LoudnessRead:
        """Read the meter."""
        self._drain()
        read = _LoudnessRead()
        read.measured_s = self._fed_s
        integrated, wide = _number(self._last, "I"), _number(self._last, "LRA")
        if integrated is not None and integrated > _GATE_LUFS and self._fed_s >= _MEASURE_S:
            read.integrated_lufs = round(integrated, 1)
            read.range_lu = None if wide is None else round(wide, 1)
            read.floor_lufs = _quietest(self._moments)
        return read

    def _drain(self) -> None:
        while not self._failed:
            try:
                metadata = self._sink.pull().metadata
            except (BlockingIOError, EOFError):
                return
            except _METER_ERRORS:
                self._failed = True
                return
            self._last = metadata
            moment = _number(metadata, "M")
            if moment is not None:
                self._moments.append(moment)


def _number(metadata: dict[str, str], name: str) -> float | None:
    try:
        return float(metadata["lavfi.r128." + name])
    except (KeyError, ValueError):
        return None


def _quietest(moments: list[float]) -> float | None:
    """The momentary loudness that one moment in twenty stays below; those of digital silence do not count."""
    # The first three windows are not full yet.
    heard = sorted(moment for moment in moments[3:] if moment > _DIGITAL_SILENCE_LUFS)
    return round(heard[int(len(heard) * _NOISE_PERCENTILE)], 1) if heard else None


def _shape(frame: AudioFrame) -> tuple[str, int, str]:
    return frame.format.name, frame.sample_rate, frame.layout.name


def _is_scheduled(at_s: float) -> bool:
    return at_s < _WHOLE_START_S or (at_s - _WHOLE_START_S) % _EVERY_S >= _EVERY_S - _STRETCH_S


def _some_samples(frame: AudioFrame, kind: _Kind, step: int) -> Sequence[Sequence[float]]:
    """Every `step`th sample of each of the first two channels."""
    if frame.format.is_planar:
        # A plane may be longer than its samples: what follows them is no sound.
        return [memoryview(plane).cast("B").cast(kind)[: frame.samples : step].tolist() for plane in frame.planes[:2]]
    channels = frame.layout.nb_channels
    together = memoryview(frame.planes[0]).cast("B").cast(kind)[: frame.samples * channels]
    return [together[channel :: channels * step].tolist() for channel in range(min(2, channels))]


def _oversampled_peak(frame: AudioFrame) -> float:
    finer = AudioResampler(format="fltp", rate=frame.sample_rate * _OVERSAMPLING)
    edge = _EDGE_SAMPLES * _OVERSAMPLING
    highest = 0.0
    for out in finer.resample(frame):
        for plane in out.planes[:2]:
            inside = memoryview(plane).cast("B").cast("f")[: out.samples][edge:-edge].tolist()
            if inside:
                highest = max(highest, max(inside), -min(inside))
    return highest or _plain_peak(frame)


def _plain_peak(frame: AudioFrame) -> float:
    kind, full_scale = _SAMPLES[frame.format.name.removesuffix("p")]
    return max(max(map(abs, some), default=0.0) for some in _some_samples(frame, kind, 1)) / full_scale
