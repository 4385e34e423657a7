"""Joining: coded segments and a mix of sound become one film, without coding a picture again."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.audio.codeccontext import AudioCodecContext
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.packet import Packet
from av.video.stream import VideoStream
from numpy.typing import NDArray

from greenroom.errors import NotProduced
from greenroom.studio.film.coding import Coding, packets

SOUND_HZ = 48_000
Blocks = Iterable[NDArray[np.float32]]
"""Stereo sound at SOUND_HZ: arrays of n x 2 samples from -1 to 1."""

_SOUND_BLOCK = {"aac": 1024, "libopus": 960}


@contextmanager
def joining(
    first: Path,
    frames: int,
    frame_rate: int,
    sound: Blocks,
    coding: Coding,
    target: Path,
    metadata: Mapping[str, str],
) -> Iterator["Joining"]:
    """
    A film whose sound is coded by a thread while its pictures are still being made; the `first` segment is there.

    The sound begins with the first frame and ends with the last one.
    """
    with av.open(str(target), "w", format=coding.suffix[1:], container_options=_container(coding)) as film:
        film.metadata.update(metadata)
        with av.open(str(first)) as template:
            pictures = film.add_stream_from_template(template.streams.video[0])
        voice = film.add_stream(coding.sound_codec, rate=SOUND_HZ, layout="stereo")
        assert isinstance(voice, AudioStream)
        _set_up(voice, coding)
        heard = _Heard(voice, frames * SOUND_HZ // frame_rate, _SOUND_BLOCK[coding.sound_codec], sound)
        with ThreadPoolExecutor(1, "sound") as beside:
            try:
                yield Joining(film, pictures, beside.submit(lambda: list(heard.packets())), frames, frame_rate)
            finally:
                heard.stop()


@dataclass(frozen=True, slots=True)
class Joining:
    """A film that is being put together; made by `joining`."""

    film: OutputContainer
    pictures: VideoStream
    sound: "Future[list[Packet[AudioStream]]]"
    frames: int
    frame_rate: int

    def end(self, segments: Iterable[Path]) -> None:
        """
        Write the film of all its segments and its sound.

        Raises NotProduced unless the segments hold exactly as many frames, and the sound as many samples, as they must.
        """
        heard, count = deque(self.sound.result()), 0
        for offset, packet in _numbered(segments, self.frame_rate):
            # The sound goes a little before the picture, so that the muxer need not hold pictures back.
            until = (offset + (packet.dts or 0)) / self.frame_rate + 1
            while heard and (heard[0].dts or 0) < until * SOUND_HZ:
                self.film.mux(heard.popleft())
            packet.pts, packet.dts = (packet.pts or 0) + offset, (packet.dts or 0) + offset
            packet.duration, packet.stream = 1, self.pictures
            self.film.mux(packet)
            count += 1
        for late in heard:
            self.film.mux(late)
        if count != self.frames:
            raise NotProduced(
                "frames_missing", f"The film has {count} frames where {self.frames} were drawn. Try again."
            )


def _container(coding: Coding) -> dict[str, str]:
    # No random numbers, clock or version in the file: the same film is the same bytes.
    options = {"fflags": "+bitexact"}
    if coding.suffix == ".mp4":
        # A film's length is told in units of its sound, not rounded to milliseconds.
        options["movie_timescale"] = str(SOUND_HZ)
    return options


def _set_up(stream: AudioStream, coding: Coding) -> None:
    codec: AudioCodecContext = stream.codec_context
    codec.bit_rate = coding.sound_rate_bps
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

    def __init__(self, stream: AudioStream, samples: int, block: int, sound: Blocks) -> None:
        self._stream, self._samples, self._block = stream, samples, block
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
        packed = self._stream.codec_context.format.is_planar if self._stream.codec_context.format else True
        if packed:
            frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(block.T), "fltp", "stereo")
        else:
            frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(block).reshape(1, -1), "flt", "stereo")
        frame.sample_rate, frame.pts, frame.time_base = SOUND_HZ, self._coded, Fraction(1, SOUND_HZ)
        self._coded += len(block)
        return self._stream.encode(frame)

    def _end(self) -> "list[Packet[AudioStream]]":
        if self._given != self._samples:
            raise NotProduced(
                "sound_missing",
                f"The sound is {self._given} samples long where the picture needs {self._samples}. Try again.",
            )
        return self._stream.encode(None)
