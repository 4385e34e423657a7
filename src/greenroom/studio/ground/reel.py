"""
A film by its descriptor: what its packets say of its times, and its frames from any place on.

Only the demuxer of the verified format is allowed, and only the descriptor is read: no name in a file is opened.
"""

from __future__ import annotations  # PyAV's packets are generic in its stubs alone

from collections.abc import Generator, Iterator
from contextlib import suppress
from fractions import Fraction
from typing import NamedTuple

import av
import numpy as np
from av.codec.context import CodecContext
from av.container import InputContainer
from av.packet import Packet
from av.stream import Disposition
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from numpy.typing import NDArray

from greenroom.domain.media import Format
from greenroom.studio.ground.chain import Chain
from greenroom.studio.ground.look import look_of, name_colours
from greenroom.studio.ground.port import Reading
from greenroom.studio.plan import Material

_DEMUXERS = {Format.MP4: "mov", Format.MOV: "mov", Format.WEBM: "matroska"}
# FFmpeg's own decoders of these drop the transparency of WebM, which is a second stream beside the first.
_DECODERS_WITH_ALPHA = {"vp8": "libvpx", "vp9": "libvpx-vp9"}
_BUFFER_BYTES = 1 << 18
_DEINTERLACED = ("bwdif", "mode=send_frame:deint=interlaced")
_FRAMES_BEFORE = 2
"""How many frames before one a deinterlacer has to have seen: it looks at the neighbours."""


class Broken(Exception):
    """The film cannot be decoded any further. `at_s` is where."""

    def __init__(self, reason: str, at_s: float) -> None:
        super().__init__(reason)
        self.at_s = at_s


class Times(NamedTuple):
    """When the pictures of a film are shown, in units of its `base`, in order; and which can be begun at."""

    base: Fraction
    shown: NDArray[np.int64]
    keys: NDArray[np.int64]
    end: int

    @property
    def length(self) -> int:
        """From the first picture to the end of the last."""
        return self.end - int(self.shown[0])

    def key_before(self, moment: int) -> int:
        """The last place to begin at to have the picture of a moment; the film's start if there is none."""
        place = int(np.searchsorted(self.keys, moment, side="right")) - 1
        return int(self.keys[max(0, place)])

    def earlier(self, moment: int, pictures: int) -> int:
        """The moment so many pictures before."""
        place = int(np.searchsorted(self.shown, moment, side="right")) - 1
        return int(self.shown[max(0, place - pictures)])


class Film:
    """A film that can be begun anywhere. `threads` are the decoder's; its frames do not depend on them."""

    def __init__(self, material: Material, threads: int) -> None:
        self._material, self._threads = material, threads
        with self._opened() as container:
            stream = _picture(container)
            self.times = _times(container, stream)
            self.pixel_aspect = float(stream.sample_aspect_ratio or 1)
        self.first = next(self._frames(self.times.keys[0]), None)
        if self.first is None:
            raise Broken("it has no picture that can be decoded", 0.0)
        self._interlaced = look_of(self.first).interlaced

    def frames(self, moment: int) -> Iterator[VideoFrame]:
        """
        The frames in the order they are shown, from that of a moment or some before; `pts` is in `times.base`.

        Raises Broken where they end before the film does.
        """
        if not self._interlaced:
            yield from self._begun_at(self.times.key_before(moment), moment)
            return
        # The first ones come out without the neighbours that they would have had.
        early = self.times.earlier(moment, _FRAMES_BEFORE)
        yield from self._deinterlaced(self._begun_at(self.times.key_before(early), early))

    def _begun_at(self, key: int, moment: int) -> Iterator[VideoFrame]:
        """Frames from a key on, or from one before if that one alone does not give the picture of the moment."""
        frames = self._frames(key)
        first = next(frames, None)
        if (first is None or (first.pts or 0) > moment) and key > self.times.keys[0]:
            frames.close()
            yield from self._begun_at(self.times.key_before(key - 1), moment)
            return
        if first is not None:
            yield first
        yield from frames

    def _frames(self, key: int) -> Generator[VideoFrame]:
        at = int(key)
        with self._opened() as container:
            stream = _picture(container)
            decoder = _decoder(stream, self._threads)
            if at > self.times.keys[0]:
                container.seek(at, stream=stream)
            try:
                for packet in container.demux(stream):
                    for frame in _decoded(decoder, packet):
                        if frame.is_corrupt:
                            raise Broken("a picture is damaged", self._seconds(frame.pts or at))
                        at = frame.pts if frame.pts is not None else at
                        yield frame
            except av.FFmpegError as broken:
                raise Broken(str(broken.strerror), self._seconds(at)) from broken
        if at < self.times.shown[-1]:
            raise Broken("its pictures end", self._seconds(at))

    def _deinterlaced(self, frames: Iterator[VideoFrame]) -> Iterator[VideoFrame]:
        chain: Chain | None = None
        for frame in frames:
            look = look_of(frame)
            name_colours(frame, look)
            chain = chain or Chain(look, self.times.base, [_DEINTERLACED])
            yield from map(self._timed, chain.through(frame))
        if chain is not None:
            yield from map(self._timed, chain.through(None))

    def _timed(self, frame: VideoFrame) -> VideoFrame:
        """With its time in the film's unit: the filter halves that."""
        assert frame.time_base is not None
        frame.pts = int((frame.pts or 0) * frame.time_base / self.times.base)
        frame.time_base = self.times.base
        return frame

    def _seconds(self, moment: int) -> float:
        return float((moment - int(self.times.shown[0])) * self.times.base)

    def _opened(self) -> InputContainer:
        file = Reading(self._material.descriptor)
        return av.open(file, "r", format=_DEMUXERS[self._material.format], buffer_size=_BUFFER_BYTES)


def _picture(container: InputContainer) -> VideoStream:
    """The first film in the file; covers are films of one picture for FFmpeg."""
    for stream in container.streams.video:
        if not stream.disposition & Disposition.attached_pic:
            return stream
    raise Broken("it has no pictures", 0.0)


def _decoder(stream: VideoStream, threads: int) -> VideoCodecContext:
    name = stream.codec_context.codec.canonical_name
    if stream.metadata.get("alpha_mode") == "1" and name in _DECODERS_WITH_ALPHA:
        decoder = CodecContext.create(_DECODERS_WITH_ALPHA[name], "r")
    else:
        decoder = stream.codec_context
    assert isinstance(decoder, VideoCodecContext)
    decoder.thread_type = "AUTO"
    decoder.thread_count = threads
    return decoder


def _decoded(decoder: VideoCodecContext, packet: Packet[VideoStream]) -> list[VideoFrame]:
    if packet.size and packet.is_corrupt:
        raise Broken("a part of the file is missing", float((packet.pts or 0) * packet.time_base))
    with suppress(av.EOFError):
        return decoder.decode(packet if packet.size else None)
    return []


def _times(container: InputContainer, stream: VideoStream) -> Times:
    shown, keys, ends = [], [], []
    for packet in container.demux(stream):
        moment = packet.pts if packet.pts is not None else packet.dts
        if moment is None or not packet.size:
            continue
        if packet.is_keyframe:
            keys.append(moment)
        if not packet.is_discard:
            shown.append(moment)
            ends.append(moment + (packet.duration or 0))
    if not shown or stream.time_base is None:
        raise Broken("it has no pictures", 0.0)
    in_order = np.array(sorted(shown), np.int64)
    end = max(max(ends), int(in_order[-1]) + _usual_step(in_order))
    return Times(stream.time_base, in_order, np.array(sorted(keys) or [shown[0]], np.int64), end)


def _usual_step(shown: NDArray[np.int64]) -> int:
    """The step between two pictures that half of all do not exceed; WebM does not say how long its last one is."""
    return int(np.median(np.diff(shown))) if len(shown) > 1 else 1
