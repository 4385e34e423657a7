"""The boxes that MP4, MOV and M4A files are made of (ISO/IEC 14496-12, 4.2)."""

import mmap
import struct
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Box:
    """A box: its body is bytes [body, end) of the file, its header begins at `start`."""

    kind: bytes
    start: int
    body: int
    end: int


def box_at(data: mmap.mmap, at: int, limit: int) -> Box | None:
    """Give the box that begins at `at`, though it may overrun the file; None if there is none."""
    length, kind = struct.unpack_from(">I4s", data, at)
    body = at + 8
    if length == 1 and at + 16 <= limit:
        (length,) = struct.unpack_from(">Q", data, body)
        body += 8
    elif length == 0 and kind.strip(b"\x00"):
        length = limit - at  # "to the end of the file"
    if at + length < body:
        return None
    return Box(kind, at, body, at + length)


def inside(data: mmap.mmap, box: Box) -> Iterator[Box]:
    """Yield the boxes in a box, up to the first that is none."""
    at = box.body
    while at + 8 <= box.end:
        child = box_at(data, at, box.end)
        if child is None or child.end > box.end:
            return
        yield child
        at = child.end


def first(data: mmap.mmap, box: Box, *path: bytes) -> Box | None:
    """Give the first box of each kind in the one before; None if there is none."""
    for kind in path:
        found = next((child for child in inside(data, box) if child.kind == kind), None)
        if found is None:
            return None
        box = found
    return box
