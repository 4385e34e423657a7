"""
A film by its descriptor: what its packets say of its times, and its frames from any place on.

Only the demuxer of the verified format is allowed, and only the descriptor is read: no name in a file is opened.
"""

from __future__ import annotations  # PyAV's packets are generic in its stubs alone

from collections.abc import Iterator
from contextlib import suppress
from fractions import Fraction
from itertools import chain
from typing import NamedTuple

import av
import numpy as np
from av.codec.context import CodecContext
from av.container import InputContainer
from av.packet import Packet
from av.stream import Discard
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from numpy.typing import NDArray

from greenroom.domain.media import Format
from greenroom.studio.ground.chain import Chain
from greenroom.studio.ground.look import BT601, look_of, name_colours
from greenroom.studio.ground.port import Reading
from greenroom.studio.ground.turn import turn_of
from greenroom.studio.plan import Material
from greenroom.studio.tracks import picture_of

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

    @property
    def start(self) -> int:
        """The first place to begin at."""
        return int(self.keys[0])

    def key_before(self, moment: int) -> int:
        """The last place to begin at to have the picture of a moment; the film's start if there is none."""
        place = int(np.searchsorted(self.keys, moment, side="right")) - 1
        return int(self.keys[max(0, place)])

    def earlier(self, moment: int, pictures: int) -> int:
        """The moment so many pictures before."""
        place = int(np.searchsorted(self.shown, moment, side="right")) - 1
        return int(self.shown[max(0, place - pictures)])


class Film:
    """
    A film that can be begun anywhere, one beginning at a time. `threads` are the decoder's; its frames do not depend
    on them.
    """

    def __init__(self, material: Material, threads: int) -> None:
        file = Reading(material.descriptor)
        try:
            self._container = av.open(file, "r", format=_DEMUXERS[material.format], buffer_size=_BUFFER_BYTES)
            self._stream = _picture(self._container)
            self.times = _times(self._container, self._stream)
        except av.FFmpegError as broken:
            raise Broken(str(broken.strerror), 0.0) from broken
        self._decoder = _decoder(self._stream, threads)
        self._is_vp8 = self._decoder.codec.canonical_name == "vp8"
        self.pixel_aspect = float(self._stream.sample_aspect_ratio or 1)
        self._peeked: Iterator[VideoFrame] = self._decoded_from(self.times.start)
        self._first = next(self._peeked, None)
        if self._first is None:
            raise Broken("no picture of it can be decoded", 0.0)
        self.look = look_of(self._first, turn_of(self._first))

    def frames(self, moment: int) -> Iterator[VideoFrame]:
        """
        The frames in the order they are shown, from that of a moment or some before; `pts` is in `times.base`.

        Those asked for before end. Raises Broken where they end before the film does.
        """
        if not self.look.interlaced:
            return self._begun_before(moment)
        # The first ones come out without the neighbours that they would have had.
        return self._deinterlaced(self._begun_before(self.times.earlier(moment, _FRAMES_BEFORE)))

    def close(self) -> None:
        """Let go of the decoder."""
        self._peeked = iter(())
        self._container.close()

    def _begun_before(self, moment: int) -> Iterator[VideoFrame]:
        """Frames from the last key before a moment, or the one before that if the decoder gives them too late."""
        key = self.times.key_before(moment)
        while True:
            frames = self._begun_at(key)
            first = self._first_of(frames, key)
            if first is not None and ((first.pts or 0) <= moment or key <= self.times.start):
                return chain((first,), frames)
            if key <= self.times.start:
                raise Broken("no picture of it can be decoded", 0.0)
            key = self.times.key_before(key - 1)

    def _first_of(self, frames: Iterator[VideoFrame], key: int) -> VideoFrame | None:
        """
        The first frame. None where there is none, though the film may be begun earlier: pictures that are refreshed
        bit by bit are whole only some frames after a key.
        """
        try:
            return next(frames, None)
        except Broken:
            if key <= self.times.start:
                raise
            return None

    def _begun_at(self, key: int) -> Iterator[VideoFrame]:
        # The frames that the first was taken of go on only if nothing else is begun before.
        first, peeked = self._first, self._peeked
        self._first, self._peeked = None, iter(())
        if first is not None and key <= self.times.start:
            return chain((first,), peeked)
        return self._decoded_from(key)

    def _decoded_from(self, key: int) -> Iterator[VideoFrame]:
        """Frames from a key on, to the end of the film."""
        at = key
        try:
            self._container.seek(key, stream=self._stream)
            self._decoder.flush_buffers()
            for packet in self._container.demux(self._stream):
                for frame in self._decoded(packet):
                    at = frame.pts if frame.pts is not None else at
                    yield frame
        except av.FFmpegError as broken:
            raise Broken(str(broken.strerror), self._seconds(at)) from broken
        if at < self.times.shown[-1]:
            raise Broken("its pictures end", self._seconds(at))

    def _decoded(self, packet: Packet[VideoStream]) -> list[VideoFrame]:
        if packet.size and packet.is_corrupt:
            raise Broken("a part of the file is missing", self._seconds(packet.pts or 0))
        with suppress(av.EOFError):
            frames = self._decoder.decode(packet if packet.size else None)
            for frame in frames:
                if frame.is_corrupt:
                    raise Broken("a picture is damaged", self._seconds(frame.pts or 0))
                if self._is_vp8:
                    frame.colorspace = BT601  # RFC 6386, 9.2; libvpx does not say so
            return frames
        return []

    def _deinterlaced(self, frames: Iterator[VideoFrame]) -> Iterator[VideoFrame]:
        filters: Chain | None = None
        for frame in frames:
            look = look_of(frame, self.look.turn)
            name_colours(frame, look)
            filters = filters or Chain(look, self.times.base, [_DEINTERLACED])
            yield from map(self._timed, filters.through(frame))
        if filters is not None:
            yield from map(self._timed, filters.through(None))

    def _timed(self, frame: VideoFrame) -> VideoFrame:
        """With its time in the film's unit: the filter halves that."""
        assert frame.time_base is not None
        frame.pts = int((frame.pts or 0) * frame.time_base / self.times.base)
        frame.time_base = self.times.base
        return frame

    def _seconds(self, moment: int) -> float:
        return float((moment - int(self.times.shown[0])) * self.times.base)


def _picture(container: InputContainer) -> VideoStream:
    film = picture_of(container)
    if film is None:
        raise Broken("it has no pictures", 0.0)
    for stream in container.streams:
        stream.discard = Discard.default if stream is film else Discard.all
    return film


def _decoder(stream: VideoStream, threads: int) -> VideoCodecContext:
    name = stream.codec_context.codec.canonical_name
    # The tag that FFmpeg itself writes hides the one of the track, which it reads in small letters.
    has_alpha = {key.lower(): value for key, value in stream.metadata.items()}.get("alpha_mode") == "1"
    if has_alpha and name in _DECODERS_WITH_ALPHA:
        decoder = CodecContext.create(_DECODERS_WITH_ALPHA[name], "r")
    else:
        decoder = stream.codec_context
    assert isinstance(decoder, VideoCodecContext)
    decoder.thread_type = "AUTO"
    decoder.thread_count = threads
    return decoder


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
    if _lacks_its_end(container, stream):
        raise Broken("a part of the file is missing", float((max(ends) - min(shown)) * stream.time_base))
    in_order = np.array(sorted(shown), np.int64)
    end = max(max(ends), int(in_order[-1]) + _usual_step(in_order))
    return Times(stream.time_base, in_order, np.array(sorted(keys) or [shown[0]], np.int64), end)


def _lacks_its_end(container: InputContainer, stream: VideoStream) -> bool:
    """Whether the index tells of pictures beyond the end of the file; the index of WebM tells no lengths."""
    entries = stream.index_entries
    last = entries[len(entries) - 1] if len(entries) else None
    return last is not None and last.pos + last.size > container.size


def _usual_step(shown: NDArray[np.int64]) -> int:
    """The step between two pictures that half of all do not exceed; WebM does not say how long its last one is."""
    return int(np.median(np.diff(shown))) if len(shown) > 1 else 1
