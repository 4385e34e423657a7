"""
A film or sound as the optimizer reads it: any container that FFmpeg tells by its bytes, but no playlist.

It is read through FFmpeg's own `fd:` protocol, the only one allowed, so no name or address in it is ever opened.
"""

from __future__ import annotations  # PyAV's streams are generic in its stubs alone

import os
from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.packet import Packet
from av.stream import Disposition, Stream
from av.video.stream import VideoStream

from greenroom.domain.optimize_findings import remark
from greenroom.media.optimizing.messages import NotMade, OptimizeLimits

_DEMUXERS = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,mp3,wav,w64,aiff,flac,ogg,aac,ac3,eac3,avi,mpegts,mpeg,mpegvideo,flv,asf,"
    "caf,amr,au,wv,ape,h264,hevc,m4v,ivf,obu,dv,mxf,gif,apng,webp_anim"
)
_STEPS_KEPT = 100_000


@dataclass(slots=True)
class Survey:
    """What a stream's packets say: when it begins and ends, and the usual step between two."""

    start: int | None = None
    end: int | None = None
    count: int = 0
    moments: array[int] = field(default_factory=lambda: array("q"))

    def saw(self, packet: Packet[Any]) -> None:
        """Take a packet into account."""
        moment = packet.pts if packet.pts is not None else packet.dts
        if moment is None:
            return
        self.count += 1
        end = moment + (packet.duration or 0)
        self.start = moment if self.start is None else min(self.start, moment)
        self.end = end if self.end is None else max(self.end, end)
        if len(self.moments) < _STEPS_KEPT:
            self.moments.append(moment)

    def usual_step(self) -> int:
        """The step between two packets that half of all do not exceed; 0 if there are no two."""
        steps = sorted(later - earlier for earlier, later in pairwise(sorted(self.moments)) if later > earlier)
        return steps[len(steps) // 2] if steps else 0


@dataclass(frozen=True, slots=True)
class Source:
    """An open film: its first picture and its first sound, covers aside."""

    container: InputContainer
    picture: VideoStream | None
    sound: AudioStream | None

    @property
    def streams(self) -> list[Stream]:
        return [stream for stream in (self.picture, self.sound) if stream is not None]

    def survey(self) -> dict[int, Survey]:
        """Read all packets, decode none; the source is at its end afterwards."""
        seen = {stream.index: Survey() for stream in self.streams}
        try:
            for packet in self.container.demux(self.streams):
                if packet.size:
                    seen[packet.stream_index].saw(packet)
        except av.FFmpegError:
            pass  # what came before is all there is; decoding will say what is lost
        return seen


@contextmanager
def opened(fd: int, limits: OptimizeLimits) -> Iterator[Source]:
    """Open the film from its beginning; raises NotMade when it cannot be read."""
    os.lseek(fd, 0, os.SEEK_SET)
    options = {
        "fd": str(fd),
        "protocol_whitelist": "fd",
        "format_whitelist": _DEMUXERS,
        "max_streams": str(limits.max_streams),
    }
    try:
        container = av.open("fd:", options=options, metadata_errors="replace")
    except av.FFmpegError as error:
        text = f"The file cannot be read as video or sound: {error.strerror}"
        raise NotMade(remark("optimize_unreadable", text)) from error
    with container:
        picture = next((stream for stream in container.streams.video if _is_picture(stream)), None)
        sound = next((stream for stream in container.streams.audio if stream.codec_context is not None), None)
        if picture is not None and max(picture.width, picture.height) > limits.max_side:
            raise NotMade(remark("optimize_too_large", f"The picture is {picture.width} x {picture.height} pixels"))
        yield Source(container, picture, sound)


def _is_picture(stream: VideoStream) -> bool:
    has_decoder = stream.codec_context is not None and stream.width > 0
    return has_decoder and not stream.disposition & Disposition.attached_pic
