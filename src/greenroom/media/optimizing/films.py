"""
Making a video or a sound render-safe: read once to survey it, once to measure its sound, once to make the copy.

Nothing is held but what decoders, filters and encoders hold by themselves, so memory does not grow with length.
"""

from __future__ import annotations  # PyAV's streams are generic in its stubs alone

import importlib
import io
import os
import pkgutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import av
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from msgspec import structs

from greenroom.domain import tone
from greenroom.domain.media import Finding, Format
from greenroom.domain.optimize_findings import remark
from greenroom.domain.recipe import MP3_KBPS, AudioRecipe, VideoRecipe, fitted, nearest_frame_rate
from greenroom.domain.rendition import Measured, Optimized
from greenroom.media.optimizing.messages import NotMade, OptimizeLimits
from greenroom.media.optimizing.picture_chain import Look, Pace, PictureChain
from greenroom.media.optimizing.sound_chain import (
    MEASURED_S,
    Leveling,
    Loudness,
    Meter,
    SoundChain,
    corrected,
    decoded_sound,
    leveling,
)
from greenroom.media.optimizing.source_film import Source, Survey, opened

Tell = Callable[[float], None]

VIDEO_SOUND_HZ = 48_000
MP3_HZ = 44_100
_MOST_MEASURINGS = 3
_MOST_TRIES = 4
_MEASURED, _MADE = 0.1, 0.95  # where the parts of the work end, of 1
_CONTAINER_SHARE = 0.02
_PRIMING_S = 0.1
_LEAST_VIDEO_KBPS = 50
_NAMES = {"h264": "H.264", "hevc": "H.265", "libdav1d": "AV1", "mp3float": "MP3", "aac": "AAC"}
_TRANSFERS = {1: "BT.709", 6: "BT.601", 14: "BT.2020", 16: "PQ", 18: "HLG"}


def warm_up() -> None:
    """Import what PyAV would import when it first meets a kind of stream, since no file can be opened later."""
    for module in pkgutil.walk_packages(av.__path__, "av."):
        if not module.name.endswith(".__main__"):
            importlib.import_module(module.name)


def optimize_video(
    source: int, target: int, recipe: VideoRecipe, limits: OptimizeLimits, name: str, tell: Tell
) -> Optimized:
    """Make an MP4; raises NotMade with the reason when there can be none. `name` is the source's in words."""
    return _Film(source, target, recipe, limits, name, tell).made()


def optimize_audio(
    source: int, target: int, recipe: AudioRecipe, limits: OptimizeLimits, name: str, tell: Tell
) -> Optimized:
    """Make an MP3; raises NotMade with the reason when there can be none."""
    return _Sound(source, target, recipe, limits, name, tell).made()


@dataclass(frozen=True, slots=True)
class _Plan:
    """What the survey says of the source, and what is made of it."""

    zero_s: float
    end_s: float
    duration_s: float
    picture: Survey
    sound: Survey
    loudness: Loudness
    leveling: Leveling


class _Work:
    """What making a video and making a sound have in common."""

    sample_rate_hz = VIDEO_SOUND_HZ

    def __init__(
        self,
        source: int,
        target: int,
        recipe: VideoRecipe | AudioRecipe,
        limits: OptimizeLimits,
        name: str,
        tell: Tell,
    ) -> None:
        self._source = source
        self._target = target
        self._limits = limits
        self._name = name
        self._tell = tell
        self._level = recipe
        self._remarks: list[Finding] = []
        self._lost_sound = 0

    def _planned(self) -> _Plan:
        with opened(self._source, self._limits) as source:
            self._require(source)
            seen = source.survey()
            picture = seen[source.picture.index] if source.picture is not None else Survey()
            sound = seen[source.sound.index] if source.sound is not None else Survey()
            heard = _span(sound, source.sound) if source.sound is not None else (0.0, 0.0)
            spans = [_span(seen[stream.index], stream) for stream in source.streams if seen[stream.index].count]
            iso = "mov" in source.container.format.name
            if source.sound is not None and source.sound.channels > 2:
                self._remarks.append(remark("surround_folded", measured=f"{source.sound.channels} channels"))
        if not spans:
            raise NotMade(remark("optimize_undecodable"))
        # In MP4 and MOV the film begins at 0 by definition; elsewhere with its first packet.
        zero_s = 0.0 if iso else _zero([start for start, _ in spans])
        end_s = max(end for _, end in spans)
        before = self._measured(self._source, Leveling(), zero_s) if sound.count else Loudness(None, None)
        level = self._leveling(before, zero_s, heard[1] - heard[0]) if sound.count else Leveling()
        self._tell(_MEASURED)
        return _Plan(zero_s, end_s, max(0.0, end_s - zero_s), picture, sound, before, level)

    def _require(self, source: Source) -> None:
        raise NotImplementedError

    def _leveling(self, before: Loudness, zero_s: float, heard_s: float) -> Leveling:
        target = self._level.loudness_lufs
        if target is None:
            return Leveling()
        if before.lufs is None:
            self._remarks.append(remark("silent" if heard_s >= MEASURED_S else "sound_too_short"))
            return Leveling()
        level = leveling(before, target, self._level.true_peak_dbtp)
        for _ in range(_MOST_MEASURINGS):
            if level.limit_dbtp is None:
                break
            better = corrected(level, self._measured(self._source, level, zero_s), target)
            if better is None:
                break
            level = better
        if before.lufs + level.gain_db < target - 1:
            measured, wanted = f"{before.lufs + level.gain_db:.1f} LUFS", f"{target:g} LUFS"
            self._remarks.append(remark("loudness_not_reached", measured=measured, allowed=wanted))
        return level

    def _measured(self, file: int, level: Leveling, zero_s: float) -> Loudness:
        meter = Meter()
        with opened(file, self._limits) as source:
            assert source.sound is not None
            chain = SoundChain(self.sample_rate_hz, _layout(source.sound), zero_s, level, list(Meter.STEPS))
            for packet in _packets(source, [source.sound]):
                for frame in decoded_sound(packet)[0]:
                    for out in chain.through(frame):
                        meter.took(out)
            for out in chain.rest():
                meter.took(out)
        return meter.loudness()

    @contextmanager
    def _output(self, format_: str, options: dict[str, str]) -> Iterator[OutputContainer]:
        os.lseek(self._target, 0, os.SEEK_SET)
        os.ftruncate(self._target, 0)
        with (
            open(self._target, "w+b", closefd=False) as file,
            av.open(_Outlet(file), "w", format=format_, options=options, io_open=self._reopened) as container,
        ):
            yield container

    def _reopened(self, url: str, flags: int, options: dict[str, str]) -> io.FileIO:  # noqa: ARG002
        """Once more the file that is written: to move its index to the front, the muxer reads what it wrote."""
        return _Reread(self._target)

    def _add_sound(self, container: OutputContainer, source: AudioStream, encoder: str, kbps: int) -> AudioStream:
        stream = container.add_stream(encoder, rate=self.sample_rate_hz)
        assert isinstance(stream, AudioStream)
        stream.codec_context.layout = _layout(source)
        stream.codec_context.bit_rate = kbps * 1000
        return stream

    def _progress(self, plan: _Plan, at_s: float) -> None:
        if plan.duration_s > 0:
            part = min(1.0, max(0.0, (at_s - plan.zero_s) / plan.duration_s))
            self._tell(_MEASURED + part * (_MADE - _MEASURED))

    def _decoded_sound(self, packet: Packet[Any]) -> list[AudioFrame]:
        frames, lost = decoded_sound(packet)
        self._lost_sound += lost
        return frames

    def _check_size(self, size_bytes: int) -> None:
        most = self._level.max_bytes
        if most is not None and size_bytes > most:
            raise _too_big(size_bytes, most)

    def _facts(self, file: int, name: str, loudness: Loudness | None = None) -> Measured:
        with opened(file, self._limits) as source:
            seen = source.survey()
            facts = _described(name, os.fstat(file).st_size, source, seen)
        if loudness is None and facts.audio_codec is not None:
            loudness = self._measured(file, Leveling(), 0.0)
        return _with_loudness(facts, loudness or Loudness(None, None))


class _Sound(_Work):
    """A sound on its way into an MP3."""

    sample_rate_hz = MP3_HZ

    def __init__(
        self, source: int, target: int, recipe: AudioRecipe, limits: OptimizeLimits, name: str, tell: Tell
    ) -> None:
        super().__init__(source, target, recipe, limits, name, tell)
        self._recipe = recipe

    def made(self) -> Optimized:
        plan = self._planned()
        before = self._facts(self._source, self._name, plan.loudness)
        self._encode(plan)
        if self._lost_sound:
            self._remarks.append(remark("sound_lost", measured=f"{self._lost_sound} packets"))
        after = self._facts(self._target, "MP3 audio")
        self._check_size(after.size_bytes)
        return Optimized(Format.MP3, before, after, tuple(self._remarks))

    def _require(self, source: Source) -> None:
        if source.sound is None:
            raise NotMade(remark("optimize_no_sound"))

    def _kbps(self, duration_s: float) -> int:
        asked, most = self._recipe.bit_rate_kbps, self._recipe.max_bytes
        if most is None:
            return asked
        fitting = [kbps for kbps in MP3_KBPS if kbps <= asked and kbps * 125 * duration_s + 8192 <= most]
        if not fitting:
            raise _too_big(round(MP3_KBPS[0] * 125 * duration_s), most)
        if fitting[-1] != asked:
            how = f"{fitting[-1]} kbit/s, to stay under {most:,} bytes"
            self._remarks.append(remark("quality_lowered", how))
        return fitting[-1]

    def _encode(self, plan: _Plan) -> None:
        written = 0
        with opened(self._source, self._limits) as source, self._output("mp3", {"id3v2_version": "3"}) as container:
            assert source.sound is not None
            if self._recipe.keep_metadata:
                container.metadata.update(source.container.metadata)
            kbps = self._kbps(plan.duration_s)
            stream = self._add_sound(container, source.sound, "libmp3lame", kbps)
            chain = SoundChain(self.sample_rate_hz, _layout(source.sound), plan.zero_s, plan.leveling, [])
            for packet in _packets(source, [source.sound]):
                for frame in self._decoded_sound(packet):
                    self._progress(plan, frame.time or 0.0)
                    for out in chain.through(frame):
                        container.mux(stream.encode(out))
                        written += out.samples
            for out in chain.rest():
                container.mux(stream.encode(out))
                written += out.samples
            if not written:
                raise NotMade(remark("optimize_undecodable"))
            container.mux(stream.encode(None))


class _Film(_Work):
    """A video on its way into an MP4."""

    def __init__(
        self, source: int, target: int, recipe: VideoRecipe, limits: OptimizeLimits, name: str, tell: Tell
    ) -> None:
        super().__init__(source, target, recipe, limits, name, tell)
        self._recipe = recipe
        self._lost_frames = 0
        self._look: Look | None = None

    def made(self) -> Optimized:
        plan = self._planned()
        before = self._facts(self._source, self._name, plan.loudness)
        self._encode_small_enough(plan)
        self._remark_losses()
        after = self._facts(self._target, "MP4 video")
        self._check_size(after.size_bytes)
        return Optimized(Format.MP4, self._as_shown(before), after, tuple(self._remarks))

    def _require(self, source: Source) -> None:
        if source.picture is None:
            raise NotMade(remark("optimize_no_picture"))

    def _encode_small_enough(self, plan: _Plan) -> None:
        """An encoder goes over its cap in a short film: it is then given less, as often as may help."""
        most, share = self._recipe.max_bytes, 1 - _CONTAINER_SHARE
        for _try in range(_MOST_TRIES):
            self._encode(plan, share)
            size_bytes = os.fstat(self._target).st_size
            if most is None or size_bytes <= most:
                return
            share *= most / size_bytes * 0.97

    def _encode(self, plan: _Plan, share: float) -> None:
        self._lost_frames = self._lost_sound = 0
        with (
            opened(self._source, self._limits) as source,
            self._output("mp4", {"movflags": "+faststart"}) as container,
        ):
            _Encoding(self, source, container, plan, self._recipe, self._limits, share).run()

    def _remark_losses(self) -> None:
        if self._lost_frames:
            self._remarks.append(remark("frames_lost", measured=f"{self._lost_frames} packets"))
        if self._lost_sound:
            self._remarks.append(remark("sound_lost", measured=f"{self._lost_sound} packets"))
        look = self._look
        if look is not None and look.needs_table:
            self._remarks.append(remark("hdr_tone_mapped" if tone.is_hdr(look.transfer) else "wide_gamut_clipped"))
        if look is not None and look.has_alpha:
            self._remarks.append(remark("transparency_dropped"))

    def _as_shown(self, before: Measured) -> Measured:
        if self._look is None or not self._look.sideways:
            return before
        return _replaced(before, width=before.height, height=before.width)


class _Encoding:
    """The one pass in which pictures and sound are made."""

    def __init__(
        self,
        film: _Film,
        source: Source,
        container: OutputContainer,
        plan: _Plan,
        recipe: VideoRecipe,
        limits: OptimizeLimits,
        share: float,
    ) -> None:
        assert source.picture is not None
        self._share = share
        self._film = film
        self._source = source
        self._container = container
        self._plan = plan
        self._recipe = recipe
        self._limits = limits
        self._picture = source.picture
        self._picture.codec_context.thread_count = limits.threads
        self._picture.thread_type = "AUTO"
        self._rate = recipe.frame_rate or _usual_rate(plan.picture, self._picture)
        self._pace = Pace(self._rate)
        self._chain: PictureChain | None = None
        self._pictures: VideoStream | None = None
        self._sounds: AudioStream | None = None
        self._sound_chain: SoundChain | None = None
        self._early: list[AudioFrame] = []
        if recipe.keep_metadata:
            container.metadata.update(source.container.metadata)

    def run(self) -> None:
        """Read, decode, convert, encode, in the order of the file."""
        for packet in _packets(self._source, self._source.streams):
            # An empty packet at the end knows its stream, but not its number.
            if packet.stream.index == self._picture.index:
                for frame in self._decoded(packet):
                    self._take_picture(frame)
            elif self._sound_is_wanted():
                for sound in self._film._decoded_sound(packet):
                    self._take_sound(sound)
        if self._chain is None or self._pictures is None:
            raise NotMade(remark("optimize_undecodable"))
        self._finish(self._chain, self._pictures)

    def _sound_is_wanted(self) -> bool:
        return self._source.sound is not None and self._plan.sound.count > 0

    def _decoded(self, packet: Packet[Any]) -> list[VideoFrame]:
        try:
            frames: list[Any] = packet.decode()
        except av.FFmpegError:
            self._film._lost_frames += 1
            return []
        return [frame for frame in frames if isinstance(frame, VideoFrame)]

    def _take_picture(self, frame: VideoFrame) -> None:
        if self._chain is None:
            self._begin(frame)
        assert self._chain is not None
        for out in self._chain.through(frame):
            self._show(out)

    def _show(self, frame: VideoFrame) -> None:
        at_s = (frame.time or 0.0) - self._plan.zero_s
        self._film._progress(self._plan, frame.time or 0.0)
        for tick, shown in self._pace.shown(frame, at_s):
            self._encode_picture(tick, shown)

    def _encode_picture(self, tick: int, frame: VideoFrame) -> None:
        assert self._pictures is not None
        frame.pts, frame.time_base = tick, 1 / self._pictures.codec_context.rate
        frame.pict_type = 0  # what the source chose for its key frames is not for the encoder
        frame.colorspace, frame.color_primaries, frame.color_trc, frame.color_range = 1, 1, 1, 1
        self._container.mux(self._pictures.encode(frame))

    def _begin(self, frame: VideoFrame) -> None:
        """The first frame tells how the film looks; only now the output can be laid out."""
        look = self._film._look = Look.of(frame)
        shape = self._picture.sample_aspect_ratio or 1
        width, height = max(2, round(frame.width * shape)), frame.height
        if look.sideways:
            width, height = height, width
        wide, high = fitted(width, height, self._recipe)
        size = max(2, wide // 2 * 2), max(2, high // 2 * 2)
        self._chain = PictureChain(look, size, self._limits.threads)
        self._pictures = self._add_picture(size)
        if self._sound_is_wanted():
            assert self._source.sound is not None
            kbps = self._sound_kbps()
            self._sounds = self._film._add_sound(self._container, self._source.sound, "aac", kbps)
            layout = _layout(self._source.sound)
            self._sound_chain = SoundChain(VIDEO_SOUND_HZ, layout, self._plan.zero_s, self._plan.leveling, [])
            early, self._early = self._early, []
            for sound in early:
                self._take_sound(sound)

    def _add_picture(self, size: tuple[int, int]) -> VideoStream:
        options = {"crf": str(self._recipe.crf), "preset": self._recipe.preset, **self._rate_cap()}
        stream = self._container.add_stream("libx264", rate=self._rate, options=options)
        assert isinstance(stream, VideoStream)
        stream.width, stream.height = size
        stream.pix_fmt = "yuv420p"
        context = stream.codec_context
        context.gop_size = 2 * self._rate
        context.thread_count = self._limits.threads
        context.colorspace, context.color_primaries, context.color_trc, context.color_range = 1, 1, 1, 1
        return stream

    def _total_kbps(self) -> float | None:
        most = self._recipe.max_bytes
        if most is None:
            return None
        return most * self._share / 125 / max(1.0, self._plan.duration_s)

    def _sound_kbps(self) -> int:
        total, asked = self._total_kbps(), self._recipe.bit_rate_kbps
        if total is None or total > 1000:
            return asked
        return min(asked, 96 if total > 300 else 64)

    def _rate_cap(self) -> dict[str, str]:
        total = self._total_kbps()
        if total is None:
            return {}
        kbps = round(total - (self._sound_kbps() if self._sound_is_wanted() else 0))
        if kbps < _LEAST_VIDEO_KBPS:
            assert self._recipe.max_bytes is not None
            least = (_LEAST_VIDEO_KBPS + self._sound_kbps()) * 125 * self._plan.duration_s / self._share
            raise _too_big(round(least), self._recipe.max_bytes)
        # The encoder may run ahead of the cap by what the buffer holds: a second, of which little is used.
        return {"maxrate": f"{kbps}k", "bufsize": f"{kbps}k"}

    def _take_sound(self, frame: AudioFrame) -> None:
        if self._sound_chain is None:
            # Sound that comes before the first picture: as much as containers interleave, a second or so.
            self._early.append(frame)
            return
        for out in self._sound_chain.through(frame):
            self._encode_sound(out)

    def _encode_sound(self, frame: AudioFrame) -> None:
        assert self._sounds is not None
        self._container.mux(self._sounds.encode(frame))

    def _finish(self, chain: PictureChain, pictures: VideoStream) -> None:
        for out in chain.rest():
            self._show(out)
        end = _span(self._plan.picture, self._picture)[1]
        for tick, shown in self._pace.last(end - self._plan.zero_s):
            self._encode_picture(tick, shown)
        if self._sound_chain is not None and self._sounds is not None:
            for sound in self._sound_chain.rest():
                self._encode_sound(sound)
            self._container.mux(self._sounds.encode(None))
        self._container.mux(pictures.encode(None))


class _Outlet:
    """The file for PyAV, which asks for a name."""

    name = "copy"

    def __init__(self, file: Any) -> None:
        self.write, self.seek, self.tell = file.write, file.seek, file.tell
        self.flush = file.flush


class _Reread(io.FileIO):
    """Reads the file that is being written, at places of its own: both use one descriptor, which has one place."""

    def __init__(self, fd: int) -> None:
        super().__init__(fd, "rb", closefd=False)
        self._at = 0

    def read(self, size: int | None = -1) -> bytes:
        piece = os.pread(self.fileno(), size if size is not None and size >= 0 else 1 << 20, self._at)
        self._at += len(piece)
        return piece

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at}.get(whence)
        self._at = (os.fstat(self.fileno()).st_size if base is None else base) + offset
        return self._at

    def tell(self) -> int:
        return self._at


def _packets(source: Source, streams: list[Any]) -> Iterator[Packet[Any]]:
    """All packets, and the empty ones at the end that make decoders give what they hold."""
    with suppress(av.FFmpegError):  # a file that breaks off: what came before is all there is
        yield from source.container.demux(streams)


def _span(survey: Survey, stream: Any) -> tuple[float, float]:
    unit_s = float(stream.time_base or 0)
    start, end = survey.start or 0, survey.end or 0
    if survey.moments and end <= max(survey.moments):
        end += survey.usual_step()
    return start * unit_s, end * unit_s


def _zero(starts: list[float]) -> float:
    """When a film begins; the picture's start comes first. Sound that is a moment early is what its decoder skips."""
    earliest = min(starts)
    return starts[0] if starts[0] - earliest < _PRIMING_S else earliest


def _usual_rate(survey: Survey, stream: VideoStream) -> int:
    step_s = survey.usual_step() * float(stream.time_base or 0)
    if step_s <= 0:
        return 30
    return nearest_frame_rate(1 / step_s)


def _layout(stream: AudioStream) -> str:
    return "mono" if stream.channels == 1 else "stereo"


def _described(name: str, size_bytes: int, source: Source, seen: dict[int, Survey]) -> Measured:
    picture, sound = source.picture, source.sound
    spans = [_span(seen[stream.index], stream) for stream in source.streams if seen[stream.index].count]
    duration_s = max((end for _, end in spans), default=0.0) - max(0.0, min((start for start, _ in spans), default=0.0))
    facts = Measured(name, size_bytes, duration_s=round(duration_s, 3))
    if picture is not None:
        survey = seen[picture.index]
        start, end = _span(survey, picture)
        rate = (survey.count / (end - start)) if end > start else None
        facts = _replaced(
            facts,
            width=picture.width,
            height=picture.height,
            frame_count=survey.count,
            frame_rate=None if rate is None else round(rate, 3),
            video_codec=_codec(picture),
            color=_TRANSFERS.get(int(picture.codec_context.color_trc)),
        )
    if sound is not None:
        facts = _replaced(facts, audio_codec=_codec(sound), sample_rate_hz=sound.sample_rate, channels=sound.channels)
    return facts


def _with_loudness(facts: Measured, loudness: Loudness) -> Measured:
    return _replaced(facts, loudness_lufs=loudness.lufs, true_peak_dbtp=loudness.true_peak_dbtp)


def _replaced(facts: Measured, **changes: Any) -> Measured:
    return structs.replace(facts, **changes)


def _codec(stream: VideoStream | AudioStream) -> str:
    name = stream.codec_context.codec.canonical_name
    return _NAMES.get(name, name)


def _too_big(size_bytes: int, most: int) -> NotMade:
    return NotMade(
        remark("optimize_not_small_enough", measured=f"at least {size_bytes:,} bytes", allowed=f"{most:,} bytes")
    )
