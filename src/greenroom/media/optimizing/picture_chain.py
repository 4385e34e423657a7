"""Pictures on their way from decoder to encoder: upright, square pixels, fitted, BT.709, and at a constant rate."""

from __future__ import annotations  # PyAV's frames are generic in its stubs alone

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from av.filter import Graph
from av.video.frame import VideoFrame

from greenroom.domain import tone
from greenroom.media.optimizing.filter_chain import Chain, Step

_MATRIX_709, _MATRIX_601, _MATRIX_2020 = 1, 6, 9
_UNSPECIFIED = 2
_LIMITED, _FULL = 1, 2
_SD_MAX_HEIGHT = 576
_FULL_RANGE_FORMATS = "yuvj"
# What the eight ways to show a picture (a, b, c, d of its display matrix) ask of the stored one.
_TURNS: dict[tuple[int, int, int, int], tuple[Step, ...]] = {
    (1, 0, 0, 1): (),
    (-1, 0, 0, 1): (("hflip", ""),),
    (1, 0, 0, -1): (("vflip", ""),),
    (-1, 0, 0, -1): (("hflip", ""), ("vflip", "")),
    (0, 1, -1, 0): (("transpose", "clock"),),
    (0, -1, 1, 0): (("transpose", "cclock"),),
    (0, 1, 1, 0): (("transpose", "cclock_flip"),),
    (0, -1, -1, 0): (("transpose", "clock_flip"),),
}


@dataclass(frozen=True, slots=True)
class Look:
    """How the first frame of a film is stored and shown."""

    turn: tuple[int, int, int, int]
    transfer: int
    primaries: int
    interlaced: bool
    has_alpha: bool

    @classmethod
    def of(cls, frame: VideoFrame) -> Look:
        """Look at a frame."""
        alpha = any(component.is_alpha for component in frame.format.components)
        return cls(_turn_of(frame), int(frame.color_trc), int(frame.color_primaries), frame.interlaced_frame, alpha)

    @property
    def sideways(self) -> bool:
        """Whether width and height change places when it is shown."""
        return self.turn[0] == 0

    @property
    def needs_table(self) -> bool:
        """Whether its colours must be mapped."""
        return tone.needs_table(self.transfer, self.primaries)


class PictureChain:
    """Turns whatever a decoder gives into 8-bit BT.709 frames of one size, at the times that they had."""

    def __init__(self, look: Look, size: tuple[int, int], threads: int) -> None:
        self._look = look
        self._stored_size = size[::-1] if look.sideways else size
        self._threads = threads
        self._chain: Chain | None = None
        self._shape: tuple[Any, ...] = ()
        self._table = tone.table(look.transfer, look.primaries) if look.needs_table else None

    def through(self, frame: VideoFrame) -> Iterator[VideoFrame]:
        """The pictures that are complete when `frame` is added."""
        _name_colours(frame)
        shape = (frame.width, frame.height, frame.format.name, int(frame.colorspace), int(frame.color_range))
        if shape != self._shape:
            yield from self.rest()
            self._chain = self._made(frame)
            self._shape = shape
        assert self._chain is not None
        yield from _pictures(self._chain.through(frame))

    def rest(self) -> Iterator[VideoFrame]:
        """What is still inside."""
        if self._chain is not None:
            yield from _pictures(self._chain.rest())
            self._chain = None

    def _made(self, frame: VideoFrame) -> Chain:
        width, height = self._stored_size
        size = f"{width}:{height}:flags=bicubic+accurate_rnd"
        steps: list[Step] = [("bwdif", "mode=send_frame:deint=interlaced")] if self._look.interlaced else []
        if self._table is None:
            steps.append(("scale", f"{size}:out_color_matrix=bt709:out_range=tv"))
        else:
            steps += [("scale", size), ("format", tone.FORMAT), tone.FILTER]
            steps += [("scale", f"{size}:out_color_matrix=bt709:out_range=tv")]
        steps += [("format", "yuv420p"), *_TURNS[self._look.turn], ("setsar", "1")]
        base = frame.time_base or Fraction(1, 90_000)
        source = f"video_size={frame.width}x{frame.height}:pix_fmt={frame.format.name}:time_base={base}"
        if not frame.format.is_rgb:
            source += f":colorspace={int(frame.colorspace)}:range={int(frame.color_range)}"
        if self._table is None:
            return Chain(("buffer", source), steps, self._threads)
        return _TableChain(("buffer", source), steps, self._threads, self._table)


class _TableChain(Chain):
    """A chain whose `haldclut` has the table on its second input."""

    def __init__(self, source: Step, steps: list[Step], threads: int, table: bytes) -> None:
        self._table = table
        super().__init__(source, steps, threads)
        self._second.push(_table_frame(table))
        self._second.push(None)

    def _linked(self, before: Any, step: Step) -> Any:
        if step != tone.FILTER:
            return super()._linked(before, step)
        graph: Graph = self._graph
        self._second = graph.add(*tone.SOURCE)
        added = graph.add(*step)
        before.link_to(added, 0, 0)
        self._second.link_to(added, 0, 1)
        return added


class Pace:
    """Decides which picture each tick of a constant clock shows: the one nearest in time."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._next = 0
        self._held: VideoFrame | None = None

    def shown(self, frame: VideoFrame, at_s: float) -> Iterator[tuple[int, VideoFrame]]:
        """The ticks that are certain once a picture at `at_s` is known."""
        due = max(0, round(at_s * self._rate))
        yield from self._until(due, frame)
        self._held = frame

    def last(self, end_s: float) -> Iterator[tuple[int, VideoFrame]]:
        """The ticks up to the end of the film, one at least."""
        if self._held is not None:
            yield from self._until(max(1, round(end_s * self._rate)), self._held)

    def _until(self, due: int, first: VideoFrame) -> Iterator[tuple[int, VideoFrame]]:
        shown = self._held if self._held is not None else first
        while self._next < due:
            yield self._next, shown
            self._next += 1


def _turn_of(frame: VideoFrame) -> tuple[int, int, int, int]:
    side = frame.side_data.get("DISPLAYMATRIX")
    if side is None:
        return 1, 0, 0, 1
    matrix = struct.unpack_from("=9i", memoryview(side))  # type: ignore[arg-type]  # a buffer, which stubs do not say
    found = _sign(matrix[0]), _sign(matrix[1]), _sign(matrix[3]), _sign(matrix[4])
    return found if found in _TURNS else (1, 0, 0, 1)


def _sign(value: int) -> int:
    return (value > 1 << 14) - (value < -(1 << 14))


def _name_colours(frame: VideoFrame) -> None:
    """Name what the file leaves open, as players take it: by the size of the picture."""
    if frame.format.is_rgb:
        return
    if int(frame.colorspace) in (_UNSPECIFIED, 0):
        is_hdr = tone.is_hdr(int(frame.color_trc)) or int(frame.color_primaries) == _MATRIX_2020
        usual = _MATRIX_601 if max(frame.height, 1) <= _SD_MAX_HEIGHT else _MATRIX_709
        frame.colorspace = _MATRIX_2020 if is_hdr else usual
    if int(frame.color_range) not in (_LIMITED, _FULL):
        frame.color_range = _FULL if frame.format.name.startswith(_FULL_RANGE_FORMATS) else _LIMITED


def _table_frame(table: bytes) -> VideoFrame:
    frame = VideoFrame(tone.SIDE, tone.SIDE, tone.FORMAT)
    frame.planes[0].update(tone.in_lines(table, frame.planes[0].line_size))
    frame.pts, frame.time_base = 0, Fraction(1, 1)
    frame.colorspace, frame.color_range = 0, _FULL
    return frame


def _pictures(frames: Iterator[Any]) -> Iterator[VideoFrame]:
    for frame in frames:
        assert isinstance(frame, VideoFrame)
        yield frame
