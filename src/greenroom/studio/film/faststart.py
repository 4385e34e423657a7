"""
The order of boxes in an MP4 (ISO/IEC 14496-12): what players need first is put first, and XMP is put in.

FFmpeg can do the first by reading the file again through its path; a film's own file may have none here.
"""

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

XMP_UUID = bytes.fromhex("BE7ACFCB97A942E89C71999491E3AFAC")
"""The type of the box that holds XMP in an MP4 (XMP specification part 3, 1.2.2)."""

_CONTAINERS = (b"moov", b"trak", b"mdia", b"minf", b"stbl")
_COPY_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class _Box:
    kind: bytes
    start: int
    head: int
    size: int

    @property
    def body(self) -> slice:
        return slice(self.start + self.head, self.start + self.size)


class NotMp4(Exception):
    """A file whose boxes are not as the muxer writes them."""


def write_in_order(source: Path, target: int, xmp: str) -> None:
    """
    Copy an MP4 to an open file: its header before its media, and a box of XMP between them.

    Raises NotMp4 if there is not one of each.
    """
    with source.open("rb") as file:
        size = source.stat().st_size
        found = {box.kind: box for box in _boxes(_Reader(file.fileno()), 0, size)}
        if not {b"ftyp", b"moov", b"mdat"} <= found.keys():
            raise NotMp4(f"it has {sorted(kind.decode('latin-1') for kind in found)}")
        ftyp, moov, mdat = found[b"ftyp"], found[b"moov"], found[b"mdat"]
        type_ = os.pread(file.fileno(), ftyp.size, ftyp.start)
        header = bytearray(os.pread(file.fileno(), moov.size, moov.start))
        box = _xmp_box(xmp)
        _shift(header, len(type_) + len(header) + len(box) - mdat.start)
        _write(target, type_ + header + box)
        _copy(file.fileno(), mdat, target)


def _xmp_box(xmp: str) -> bytes:
    body = XMP_UUID + xmp.encode()
    return struct.pack(">I4s", 8 + len(body), b"uuid") + body


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads a few bytes at a place of a file."""

    descriptor: int

    def __getitem__(self, at: slice) -> bytes:
        return os.pread(self.descriptor, at.stop - at.start, at.start)


def _boxes(data: "_Reader | bytearray", start: int, end: int) -> Iterator[_Box]:
    while start + 8 <= end:
        size, kind = struct.unpack(">I4s", bytes(data[start : start + 8]))
        head = 8
        if size == 1:
            size, head = struct.unpack(">Q", bytes(data[start + 8 : start + 16]))[0], 16
        size = size or end - start
        if size < head or start + size > end:
            raise NotMp4(f"a box at byte {start} is {size} bytes long")
        yield _Box(kind, start, head, size)
        start += size


def _shift(header: bytearray, by: int) -> None:
    """Move all places of media that a header knows."""
    for table in _tables(header, 0, len(header)):
        wide = "Q" if table.kind == b"co64" else "I"
        count = struct.unpack_from(">I", header, table.body.start + 4)[0]
        layout, at = f">{count}{wide}", table.body.start + 8
        places = [place + by for place in struct.unpack_from(layout, header, at)]
        if wide == "I" and max(places, default=0) >= 1 << 32:
            raise NotMp4("it is too long for places of 32 bits")
        struct.pack_into(layout, header, at, *places)


def _tables(header: bytearray, start: int, end: int) -> Iterator[_Box]:
    for box in _boxes(header, start, end):
        if box.kind in _CONTAINERS:
            yield from _tables(header, box.body.start, box.body.stop)
        elif box.kind in (b"stco", b"co64"):
            yield box


def _copy(source: int, box: _Box, target: int) -> None:
    at, left = box.start, box.size
    while left:
        data = os.pread(source, min(_COPY_BYTES, left), at)
        if not data:
            raise NotMp4("it ends within its media")
        _write(target, data)
        at, left = at + len(data), left - len(data)


def _write(target: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(target, view) :]
