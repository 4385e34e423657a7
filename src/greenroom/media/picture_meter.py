"""
Measuring pictures while they are decoded: black and frozen stretches, interlacing.

Twice a second a grid of points of the luma plane is read where it lies. Scaling the frame would cost more
than all else here, and averages hide the one mouth that moves.
"""

import av
from av.video.frame import VideoFrame
from av.video.reformatter import VideoReformatter

from greenroom.domain.media import PictureMeasurements
from greenroom.media.stretches import Stretches

_LOOK_EVERY_S = 0.5
_COLUMNS, _ROWS = 64, 36
_FULL_RANGE = 2  # AVCOL_RANGE_JPEG

_BLACK_MIN_S = 1.0
_BLACK_LIMITED, _BLACK_FULL = 38, 26  # a tenth above black, as FFmpeg's blackdetect has it
_BLACK_SHARE = 0.98

_FROZEN_MIN_S = 3.0
_STILL_MEAN = 0.5  # levels of 255: what re-encoding a still picture leaves
_STILL_MOST = 8

_LUMA_FIRST = ("yuv", "nv", "gray", "p0")


class PictureMeter:
    """Fed with every decoded frame of a video in the order of display; looks at two a second."""

    def __init__(self) -> None:
        self._next_s = float("-inf")
        self._before: bytes = b""
        self._before_s = 0.0
        self._last_s = 0.0
        self._black = Stretches(_BLACK_MIN_S)
        self._frozen = Stretches(_FROZEN_MIN_S)
        self._interlaced = self._looks = 0
        self._reformatter: VideoReformatter | None = None

    @property
    def interlaced(self) -> bool | None:
        """Whether most of the frames that were looked at are made of two fields; None before the first."""
        return self._interlaced * 2 > self._looks if self._looks else None

    def feed(self, frame: VideoFrame) -> None:
        """Measure one frame."""
        at_s = frame.time
        if at_s is None:
            return
        self._last_s = max(self._last_s, at_s)
        if at_s < self._next_s:
            return
        self._next_s = at_s + _LOOK_EVERY_S
        self._looks += 1
        self._interlaced += frame.interlaced_frame
        try:
            points = self._points(frame)
        except (av.FFmpegError, ValueError, TypeError):
            return  # pixels in a form that is not measured
        self._see(at_s, points, frame.color_range == _FULL_RANGE)

    def result(self) -> PictureMeasurements | None:
        """What was measured; None if there was no picture."""
        if not self._looks:
            return None
        self._black.end(self._last_s)
        self._frozen.end(self._last_s)
        return PictureMeasurements(black=self._black.found(), frozen=self._frozen.found())

    def _see(self, at_s: float, points: bytes, full_range: bool) -> None:
        black = _is_black(points, _BLACK_FULL if full_range else _BLACK_LIMITED)
        self._black.see(at_s, black)
        self._frozen.see(at_s, not black and _is_same(self._before, points), self._before_s)
        self._before, self._before_s = points, at_s

    def _points(self, frame: VideoFrame) -> bytes:
        if not frame.format.name.startswith(_LUMA_FIRST):
            frame = self._as_grey(frame)
        luma = frame.planes[0]
        bits = frame.format.components[0].bits
        bytes_each = 1 if bits <= 8 else 2
        stride = luma.line_size // bytes_each
        view = memoryview(luma).cast("B").cast("B" if bytes_each == 1 else "H")
        across, down = max(1, frame.width // _COLUMNS), max(1, frame.height // _ROWS)
        rows = (
            view[row * stride + across // 2 : row * stride + frame.width : across]
            for row in range(down // 2, frame.height, down)
        )
        if bytes_each == 1:
            return b"".join(row.tobytes() for row in rows)
        # P010 keeps its ten bits at the top, the others at the bottom.
        shift = 8 if frame.format.name.startswith("p0") else bits - 8
        return bytes(min(255, point >> shift) for row in rows for point in row.tolist())

    def _as_grey(self, frame: VideoFrame) -> VideoFrame:
        if self._reformatter is None:
            self._reformatter = VideoReformatter()
        return self._reformatter.reformat(frame, format="gray")


def _is_black(points: bytes, limit: int) -> bool:
    return sum(point <= limit for point in points) >= _BLACK_SHARE * len(points)


def _is_same(before: bytes, now: bytes) -> bool:
    if len(before) != len(now):
        return False
    if before == now:
        return True
    apart = [abs(one - other) for one, other in zip(before, now, strict=True)]
    return max(apart) <= _STILL_MOST and sum(apart) <= _STILL_MEAN * len(apart)
