"""How films are coded: H.264 for what is shown as it is, VP9 with alpha for what is laid over other films."""

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import av
import cv2
from av.container import OutputContainer
from av.packet import Packet
from av.video.codeccontext import VideoCodecContext
from av.video.stream import VideoStream

from greenroom.studio.film.frames import Canvas

_THREADS = 2
"""Encoders give other bytes with another number of threads: it is the same on every machine."""
_CPU_AVX_512F = 13
"""OpenCV's number of what a processor has, for which it has no name in Python."""
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
    sound_options: Mapping[str, str] = field(default_factory=dict)

    @property
    def pixel_format(self) -> str:
        """FFmpeg's name of what a sample is."""
        return "yuva420p" if self.alpha else "yuv420p"


def h264(preset: str, crf: int) -> Coding:
    """H.264 in MP4, with AAC."""
    options = {"preset": preset, "crf": str(crf), "g": str(KEY_FRAMES_APART)}
    # Looking ahead in a thread of its own would hold four frames more, and what is encoded is the same.
    options["x264-params"] = "sync-lookahead=0"
    if cv2.checkHardwareSupport(_CPU_AVX_512F):
        # With AVX-512 x264 gives other bytes than with all that is older, and now and then other ones than before.
        options["x264-params"] += ":asm=AVX2,FMA3,BMI2"
    # By itself FFmpeg's encoder puts noise and guessed sides in place of what is heard, and now and then the same voice
    # on both sides comes out as two. The other search takes half the time and errs by less at this rate.
    sound_options = {"aac_coder": "fast", "aac_is": "0", "aac_pns": "0"}
    return Coding("libx264", ".mp4", "aac", 192_000, options=options, sound_options=sound_options)


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


class Encoder:
    """
    Encodes frames into files, one file after the other, each of which can be decoded by itself.

    A thread does what it is told, in order, while the next frames are composed; there is never more than one file
    open. What befell it is raised by the next call; nothing more is done then but to `abandon` it.
    """

    def __init__(self, size: tuple[int, int], frame_rate: int, coding: Coding) -> None:
        self._size, self._frame_rate, self._coding = size, frame_rate, coding
        self._thread = ThreadPoolExecutor(1, "encoder")
        self._told: deque[Future[None]] = deque()
        self._frames = 0
        self._file: tuple[OutputContainer, VideoStream] | None = None
        self._failed = False

    def begin(self, path: Path) -> None:
        """Begin a file; its frames are counted from its first."""
        self._frames = 0
        self._tell(lambda: self._open(path))

    def add(self, canvas: Canvas) -> None:
        """Lend a picture to the encoder as the next frame."""
        frame = canvas.at(self._frames)
        canvas.lend(self._tell(lambda: self._encode(frame)))
        self._frames += 1

    def end(self, then: Callable[[], None]) -> None:
        """End the file, and call something once it is whole."""

        def end() -> None:
            self._encode(None)
            self._close()
            then()

        self._tell(end)

    def close(self) -> None:
        """Wait until all is done."""
        while self._told:
            self._told.popleft().result()
        self._thread.shutdown()

    def abandon(self) -> None:
        """Do no more of what was told; the file that is not ended is good for nothing."""
        self._thread.shutdown(cancel_futures=True)
        # What kept it from being written may also keep it from being ended.
        with suppress(OSError):
            self._close()

    def _tell(self, what: Callable[[], None]) -> "Future[None]":
        while self._told and self._told[0].done():
            self._told.popleft().result()
        self._told.append(self._thread.submit(self._unless_failed, what))
        return self._told[-1]

    def _unless_failed(self, what: Callable[[], None]) -> None:
        # Or a file that lacks a frame would be ended as if it were whole.
        if self._failed:
            return
        try:
            what()
        except BaseException:
            self._failed = True
            raise

    def _open(self, path: Path) -> None:
        file = av.open(str(path), "w", format=self._coding.suffix[1:])
        stream = file.add_stream(self._coding.codec, rate=self._frame_rate, options=dict(self._coding.options))
        assert isinstance(stream, VideoStream)
        stream.width, stream.height = self._size
        set_up(stream.codec_context, self._coding, self._frame_rate)
        self._file = file, stream

    def _encode(self, frame: av.VideoFrame | None) -> None:
        assert self._file is not None, "a file was begun"
        file, stream = self._file
        file.mux(stream.encode(frame))

    def _close(self) -> None:
        if self._file is not None:
            (file, _), self._file = self._file, None
            file.close()


def packets(path: Path, frame_rate: int) -> "Iterator[Packet[VideoStream]]":
    """The coded frames of a segment, in order, with `pts` and `dts` in frames from its first."""
    # FFmpeg decodes the first frames of what it opens, unless it is told not to.
    with av.open(str(path), options={"skip_frame": "all"}) as file:
        stream = file.streams.video[0]
        to_frames = stream.time_base * frame_rate if stream.time_base else Fraction(1)
        for packet in file.demux(stream):
            if packet.dts is None or packet.pts is None:
                continue
            packet.pts, packet.dts = round(packet.pts * to_frames), round(packet.dts * to_frames)
            packet.time_base = Fraction(1, frame_rate)
            yield packet
