"""Loudness as EBU R 128 has it: FFmpeg's meter, and every value of its momentary loudness."""

import math

import av
from av.audio.frame import AudioFrame
from av.filter import Graph
from av.filter.context import FilterContext

_NOISE_PERCENTILE = 0.05
_DIGITAL_SILENCE_LUFS = -80.0
_GATE_LUFS = -70.0
_CHANNELS_MAX = 8
_HIGHEST_RATE_HZ = 768_000  # no converter is faster; the meter's filters take memory and time in proportion
_MEASURE_S = 0.4  # below one block of R 128 there is no loudness
_DRAIN_EVERY = 64
_WINDOWS_TO_FILL = 3  # the first moments look back to before the sound

METER_ERRORS = (av.FFmpegError, ValueError, TypeError, OverflowError)
"""What a filter raises on sound that it does not take; such sound goes unmeasured, and is no worse for it."""

Shape = tuple[str, int, str]


class LoudnessRead:
    """What FFmpeg's meter says at the end."""

    def __init__(self) -> None:
        self.measured_s = 0.0
        self.integrated_lufs: float | None = None
        self.mean_lufs: float | None = None  # of all moments, the quiet ones too
        self.range_lu: float | None = None
        self.floor_lufs: float | None = None


class Loudness:
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
    def of(cls, frame: AudioFrame) -> "Loudness | None":
        """A meter for frames like this one; None if there is none for them."""
        if frame.layout.nb_channels > _CHANNELS_MAX or frame.sample_rate > _HIGHEST_RATE_HZ:
            return None
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
        except METER_ERRORS:
            return None
        return cls(graph, source, sink)

    def feed(self, frame: AudioFrame, shape: Shape | None) -> None:
        """Measure a frame; one unlike the first is left out."""
        if self._failed or shape_of(frame) != shape:
            return
        try:
            self._source.push(frame)
        except METER_ERRORS:
            self._failed = True
            return
        self._fed += 1
        self._fed_s += frame.samples / frame.sample_rate
        if self._fed % _DRAIN_EVERY == 0:
            self._drain()

    def result(self) -> LoudnessRead:
        """Read the meter."""
        self._drain()
        read = LoudnessRead()
        read.measured_s = self._fed_s
        integrated, wide = _number(self._last, "I"), _number(self._last, "LRA")
        if integrated is not None and integrated > _GATE_LUFS and self._fed_s >= _MEASURE_S:
            read.integrated_lufs = round(integrated, 1)
            read.range_lu = None if wide is None else round(wide, 1)
            read.mean_lufs = _mean(self._moments[_WINDOWS_TO_FILL:])
            read.floor_lufs = _quietest(self._moments[_WINDOWS_TO_FILL:])
        return read

    def _drain(self) -> None:
        while not self._failed:
            try:
                metadata = self._sink.pull().metadata
            except (BlockingIOError, EOFError):
                return
            except METER_ERRORS:
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


def _mean(moments: list[float]) -> float | None:
    power = sum(10 ** (moment / 10) for moment in moments)
    return 10 * math.log10(power / len(moments)) if power > 0 else None


def _quietest(moments: list[float]) -> float | None:
    """The momentary loudness that one moment in twenty stays below; those of digital silence do not count."""
    heard = sorted(moment for moment in moments if moment > _DIGITAL_SILENCE_LUFS)
    return round(heard[int(len(heard) * _NOISE_PERCENTILE)], 1) if heard else None


def shape_of(frame: AudioFrame) -> Shape:
    """How the samples of a frame are stored, how many there are in a second, and of which channels."""
    return frame.format.name, frame.sample_rate, frame.layout.name
