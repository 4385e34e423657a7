"""
A GIF, block by block to its trailer, each frame decoded as its blocks are found.

A GIF has no length and no count of frames: one that was cut between two of them looks whole but for the
one byte at its end (GIF89a, 27).
"""

import mmap
import struct
from dataclasses import dataclass
from typing import Any, NamedTuple

from PIL import _imaging as core

from greenroom.media.caps import check_frames, check_size
from greenroom.media.findings import finding
from greenroom.media.limits import ExamLimits
from greenroom.media.logbook import Logbook

_EXTENSION, _FRAME, _TRAILER = 0x21, 0x2C, 0x3B
_GRAPHIC_CONTROL = 0xF9


@dataclass(slots=True)
class Gif:
    """What was seen in the blocks; `end` is the first byte after the trailer."""

    width: int = 0
    height: int = 0
    frame_count: int = 0
    has_alpha: bool = False
    end: int = 0


def read_gif(data: mmap.mmap, limits: ExamLimits, logbook: Logbook) -> Gif:
    """Read all of it and decode every frame; raises GivenUp where it breaks."""
    return _Walk(data, limits, logbook).walked()


class _Frame(NamedTuple):
    size: tuple[int, int]
    bits: int
    interlaced: bool
    body: memoryview


class _Walk:
    def __init__(self, data: mmap.mmap, limits: ExamLimits, logbook: Logbook) -> None:
        self._data = data
        self._view = memoryview(data)
        self._limits = limits
        self._logbook = logbook
        self._gif = Gif()
        self._at = 0
        self._pixels = 0
        self._image: Any = None
        self._frames: list[_Frame] = []

    def walked(self) -> Gif:
        gif = self._gif
        self._need(13)
        gif.width, gif.height, flags = struct.unpack_from("<HHB", self._data, 6)
        check_size((gif.width, gif.height), self._limits, self._logbook)
        self._at = 13 + _table_bytes(flags)
        while (kind := self._byte()) != _TRAILER:
            if kind == _EXTENSION:
                self._extension()
            elif kind == _FRAME:
                self._frame()
            elif kind:  # stray zeros between blocks are passed over, as every viewer does
                raise self._broken(f"there is no block that begins with {kind:02X}")
        if not gif.frame_count:
            raise self._broken("it has no frame")
        gif.end = self._at
        # Only now that all are counted: the cap on them all must come before the work.
        for number, frame in enumerate(self._frames):
            self._decode(number, frame)
        return gif

    def _need(self, count: int) -> int:
        """Give the place of the next `count` bytes and step over them."""
        at, self._at = self._at, self._at + count
        if self._at > len(self._data):
            text = "The GIF ends before its trailer"
            if self._gif.frame_count:
                text += f", after {self._gif.frame_count} whole frames"
            raise self._logbook.give_up(
                finding("file_truncated", text, at_byte=len(self._data), frame=self._gif.frame_count)
            )
        return at

    def _byte(self) -> int:
        return self._data[self._need(1)]

    def _sub_blocks(self) -> None:
        data, at, size = self._data, self._at, len(self._data)
        while at < size and (length := data[at]):
            at += length + 1
        self._at = at
        self._need(1)

    def _extension(self) -> None:
        if self._byte() == _GRAPHIC_CONTROL and self._data[self._at : self._at + 1] == b"\x04":
            self._gif.has_alpha |= bool(self._data[self._need(2) + 1] & 1)
            self._need(3)
        self._sub_blocks()

    def _frame(self) -> None:
        left, top, width, height, flags = struct.unpack_from("<4HB", self._data, self._need(9))
        self._need(_table_bytes(flags))
        bits = self._byte()
        start = self._at
        self._sub_blocks()
        gif = self._gif
        gif.frame_count += 1
        # A frame may reach beyond the picture; viewers then cut it off, or show a larger picture.
        check_size((max(gif.width, left + width), max(gif.height, top + height)), self._limits, self._logbook)
        self._pixels += width * height
        check_frames(gif.frame_count, -(-self._pixels // gif.frame_count), self._limits, self._logbook)
        if width and height:
            body = self._view[start : self._at]
            self._frames.append(_Frame((width, height), bits, bool(flags & 0x40), body))

    def _decode(self, number: int, frame: "_Frame") -> None:
        if self._image is None or self._image.size != frame.size:
            self._image = core.new("L", frame.size)
        decoder = core.gif_decoder("L", frame.bits, int(frame.interlaced), -1)
        decoder.setimage(self._image, (0, 0, *frame.size))
        taken, error = decoder.decode(frame.body)
        if taken >= 0 or error < 0:
            what = "cannot be decoded" if error < 0 else "ends before its last pixel"
            text = f"The GIF is damaged: frame {number} {what}"
            raise self._logbook.give_up(finding("image_damaged", text, frame=number))

    def _broken(self, what: str) -> Exception:
        text = f"The GIF is damaged: {what}"
        frame = max(0, self._gif.frame_count - 1)
        return self._logbook.give_up(finding("image_damaged", text, at_byte=self._at, frame=frame))


def _table_bytes(flags: int) -> int:
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0
