"""Joining: coded segments and a mix of sound become one film, without coding a picture again."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeAlias

import av
import numpy as np
from av.audio.codeccontext import AudioCodecContext
from av.audio.format import AudioFormat
from av.audio.stream import AudioStream
from av.codec import CodecContext
from av.container import OutputContainer
from av.packet import Packet
from av.video.stream import VideoStream
from numpy.typing import NDArray

from greenroom.errors import NotProduced
from greenroom.studio.film.coding import Coding, packets

SOUND_HZ = 48_000
Blocks = Iterable[NDArray[np.float32]]
"""Stereo sound at SOUND_HZ: arrays of n x 2 samples from -1 to 1."""

CodedSound: TypeAlias = "Future[list[Packet[AudioStream]]]"
_SAMPLES = {"aac": (1024, "fltp"), "libopus": (960, "flt")}
"""How many samples each encoder takes at a time, and how they lie."""


@dataclass(frozen=True, slots=True)
class Film:
    """What a film is made to be: so many frames at a rate, coded so, telling so of itself."""

    frames: int
    frame_rate: int
    coding: Coding
    metadata: Mapping[str, str]


@contextmanager
def coded_sound(film: Film, sound: Blocks) -> "Iterator[CodedSound]":
    """
    The sound of a film, coded by a thread while its pictures are being made.

    It begins with the first frame and ends with the last one.
    """
    heard = _Heard(film, sound)
    with ThreadPoolExecutor(1, "sound") as beside:
        try:
            yield beside.submit(lambda: list(heard.packets()))
        finally:
            heard.stop()


def join(film: Film, segments: Sequence[Path], sound: CodedSound, target: Path) -> None:
    """
    Write a film of all its segments and its sound.

    Raises NotProduced unless the segments hold exactly as many frames, and the sound as many samples, as they must.
    """
    heard, count = deque(sound.result()), 0
    with av.open(str(target), "w", format=film.coding.suffix[1:], container_options=_container(film.coding)) as file:
        file.metadata.update(film.metadata)
        with av.open(str(segments[0])) as template:
            pictures = file.add_stream_from_template(template.streams.video[0])
        voice = file.add_stream(film.coding.sound_codec, rate=SOUND_HZ, layout="stereo")
        assert isinstance(voice, AudioStream)
        _set_up(voice.codec_context, film.coding)
        for offset, packet in _numbered(segments, film.frame_rate):
            # The sound goes a little before the picture, so that the muxer need not hold pictures back.
            until = (offset + (packet.dts or 0)) / film.frame_rate + 1
            while heard and (heard[0].dts or 0) < until * SOUND_HZ:
                _mux(file, heard.popleft(), voice)
            packet.pts, packet.dts = (packet.pts or 0) + offset, (packet.dts or 0) + offset
            packet.duration = 1
            _mux(file, packet, pictures)
            count += 1
        for late in heard:
            _mux(file, late, voice)
    if count != film.frames:
        raise NotProduced("frames_missing", f"The film has {count} frames where {film.frames} were drawn. Try again.")


def _mux(file: OutputContainer, packet: "Packet[Any]", stream: "AudioStream | VideoStream") -> None:
    packet.stream = stream
    file.mux(packet)


def _container(coding: Coding) -> dict[str, str]:
    # No random numbers, clock or version in the file: the same film is the same bytes.
    options = {"fflags": "+bitexact"}
    if coding.suffix == ".mp4":
        # A film's length is told in units of its sound, not rounded to milliseconds.
        options["movie_timescale"] = str(SOUND_HZ)
    return options


def _set_up(codec: AudioCodecContext, coding: Coding) -> None:
    codec.bit_rate = coding.sound_rate_bps
    codec.options = dict(coding.sound_options)
    codec.thread_count = 1


def _numbered(paths: Iterable[Path], frame_rate: int) -> "Iterator[tuple[int, Packet[VideoStream]]]":
    """The packets of all segments, each with the number of its segment's first frame."""
    offset = 0
    for path in paths:
        count = 0
        for packet in packets(path, frame_rate):
            yield offset, packet
            count += 1
        offset += count


class _Heard:
    """The sound of a film, coded."""

    def __init__(self, film: Film, sound: Blocks) -> None:
        codec = CodecContext.create(film.coding.sound_codec, "w")
        assert isinstance(codec, AudioCodecContext)
        _set_up(codec, film.coding)
        self._block, self._format = _SAMPLES[film.coding.sound_codec]
        codec.sample_rate, codec.layout, codec.time_base = SOUND_HZ, "stereo", Fraction(1, SOUND_HZ)
        codec.format = AudioFormat(self._format)
        self._codec = codec
        self._samples = film.frames * SOUND_HZ // film.frame_rate
        self._blocks = iter(sound)
        self._held: list[NDArray[np.float32]] = []
        self._holding = 0
        self._given = self._coded = 0
        self._stopped = False

    def packets(self) -> "Iterator[Packet[AudioStream]]":
        """All of it; raises NotProduced if the sound is shorter or longer than the film."""
        for block in self._blocks:
            self._hold(block)
            while self._holding >= self._block:
                yield from self._code(self._take(self._block))
            if self._stopped:
                return
        if self._holding:
            yield from self._code(self._take(self._holding))
        yield from self._end()

    def stop(self) -> None:
        """Have no more of it be coded."""
        self._stopped = True

    def _hold(self, block: NDArray[np.float32]) -> None:
        self._held.append(block)
        self._holding += len(block)
        self._given += len(block)

    def _take(self, count: int) -> NDArray[np.float32]:
        whole = np.concatenate(self._held)
        self._held, self._holding = [whole[count:]], self._holding - count
        return whole[:count]

    def _code(self, block: NDArray[np.float32]) -> "list[Packet[AudioStream]]":
        samples = block.T if self._codec.format.is_planar else block.reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples), self._format, "stereo")
        frame.sample_rate, frame.pts, frame.time_base = SOUND_HZ, self._coded, Fraction(1, SOUND_HZ)
        self._coded += len(block)
        return self._codec.encode(frame)

    def _end(self) -> "list[Packet[AudioStream]]":
        if self._given != self._samples:
            raise NotProduced(
                "sound_missing",
                f"The sound is {self._given} samples long where the picture needs {self._samples}. Try again.",
            )
        return self._codec.encode(None)
