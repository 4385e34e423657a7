"""How films are coded: H.264 for what is shown as it is, VP9 with alpha for what is laid over other films."""

from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import av
from av.packet import Packet
from av.video.codeccontext import VideoCodecContext
from av.video.stream import VideoStream

from greenroom.studio.film.frames import Canvas

_THREADS = 2
"""Encoders give other bytes with another number of threads: it is the same on every machine."""
_BT709, _LIMITED = 1, 1  # ITU-T H.273: primaries, transfer and matrix 1; FFmpeg's range 1 is the limited one
KEY_FRAMES_APART = 120


@dataclass(frozen=True, slots=True)
class Coding:
    """A codec and how it is set; `suffix` names the container that segments and films of it are kept in."""

    codec: str
    suffix: str
    sound_codec: str
    sound_rate_bps: int
    alpha: bool = False
    options: Mapping[str, str] = field(default_factory=dict)

    @property
    def pixel_format(self) -> str:
        """FFmpeg's name of what a sample is."""
        return "yuva420p" if self.alpha else "yuv420p"


def h264(preset: str, crf: int) -> Coding:
    """H.264 in MP4, with AAC."""
    options = {"preset": preset, "crf": str(crf), "g": str(KEY_FRAMES_APART)}
    # Looking ahead in a thread of its own would hold four frames more, and what is encoded is the same.
    options["x264-params"] = "sync-lookahead=0"
    return Coding("libx264", ".mp4", "aac", 192_000, options=options)


def vp9_with_alpha() -> Coding:
    """VP9 in WebM, with Opus. Frames that are never shown cannot have an alpha channel, so there are none."""
    options = {"deadline": "realtime", "cpu-used": "8", "crf": "24", "b": "0", "auto-alt-ref": "0"}
    options |= {"tile-columns": "1", "g": str(KEY_FRAMES_APART)}
    return Coding("libvpx-vp9", ".webm", "libopus", 128_000, alpha=True, options=options)


def set_up(codec: VideoCodecContext, coding: Coding, frame_rate: int) -> None:
    """Tell an encoder what the house says of all its films: BT.709, limited range, a constant rate, square pixels."""
    codec.pix_fmt = coding.pixel_format
    codec.time_base = Fraction(1, frame_rate)
    codec.thread_count, codec.thread_type = _THREADS, "FRAME"
    codec.color_range = _LIMITED
    codec.colorspace = codec.color_primaries = codec.color_trc = _BT709
    codec.sample_aspect_ratio = Fraction(1, 1)


class SegmentWriter:
    """
    Encodes a part of a film into a file that can be decoded by itself; frames are counted from its first.

    A thread encodes each frame while the next one is composed.
    """

    def __init__(self, path: Path, size: tuple[int, int], frame_rate: int, coding: Coding) -> None:
        self._file = av.open(str(path), "w", format=coding.suffix[1:])
        stream = self._file.add_stream(coding.codec, rate=frame_rate, options=dict(coding.options))
        assert isinstance(stream, VideoStream)
        self._stream = stream
        self._stream.width, self._stream.height = size
        set_up(self._stream.codec_context, coding, frame_rate)
        self._copy = Canvas(size, frame_rate, alpha=coding.alpha)
        self._beside = ThreadPoolExecutor(1, "encoder")
        self._encoding: Future[None] | None = None
        self.frames = 0

    def add(self, canvas: Canvas) -> None:
        """Encode a picture as the next frame; the canvas may be composed anew. Raises what befell the last one."""
        self._wait()
        self._copy.take(canvas)
        self._encoding = self._beside.submit(self._encode, self._copy.at(self.frames))
        self.frames += 1

    def close(self) -> None:
        """Encode what is left, and end the file."""
        self._wait()
        self._encode(None)
        self._end()

    def abandon(self) -> None:
        """End with no regard to what is left; the file is good for nothing."""
        # What kept it from being written may also keep it from being ended.
        with suppress(OSError):
            self._end()

    def _encode(self, frame: av.VideoFrame | None) -> None:
        self._file.mux(self._stream.encode(frame))

    def _wait(self) -> None:
        if self._encoding is not None:
            self._encoding.result()

    def _end(self) -> None:
        self._beside.shutdown()
        self._file.close()


def packets(path: Path, frame_rate: int) -> "Iterator[Packet[VideoStream]]":
    """The coded frames of a segment, in order, with `pts` and `dts` in frames from its first."""
    with av.open(str(path)) as file:
        stream = file.streams.video[0]
        to_frames = stream.time_base * frame_rate if stream.time_base else Fraction(1)
        for packet in file.demux(stream):
            if packet.dts is None or packet.pts is None:
                continue
            packet.pts, packet.dts = round(packet.pts * to_frames), round(packet.dts * to_frames)
            packet.time_base = Fraction(1, frame_rate)
            yield packet
