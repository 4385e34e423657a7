"""
The tables of a track, held against their own boxes before FFmpeg reads them.

A table is a count and so many entries; a count of thousands of millions costs four bytes to write and all
memory to believe.
"""

import mmap
import struct
import sys
from array import array

from greenroom.domain.media import Finding
from greenroom.media.boxes import Box, first, inside
from greenroom.media.findings import finding
from greenroom.media.limits import ExamLimits
from greenroom.media.logbook import Logbook

# Where the count stands in the body, and the length of an entry; 0 where the version decides.
_TABLES = {
    b"stts": (4, 8),
    b"ctts": (4, 8),
    b"stss": (4, 4),
    b"stsc": (4, 12),
    b"stco": (4, 4),
    b"co64": (4, 8),
    b"stsz": (8, 4),
    b"elst": (4, 12),
}
_MAX_EDITS = 1_000
# FFmpeg keeps sizes in 30 bits with a sign: larger ones turn negative, or end the track without a word.
_MAX_SAMPLE_BYTES = (1 << 29) - 1


def check_tables(data: mmap.mmap, trak: Box, limits: ExamLimits, logbook: Logbook) -> None:
    """Raise GivenUp when a table of the track has no room for its entries, or has too many."""
    samples = first(data, trak, b"mdia", b"minf", b"stbl")
    edits = first(data, trak, b"edts")
    for parent in (samples, edits):
        for table in inside(data, parent) if parent else ():
            if table.kind in _TABLES:
                _check(data, table, limits, logbook)


def _check(data: mmap.mmap, table: Box, limits: ExamLimits, logbook: Logbook) -> None:
    at, entry_bytes = _TABLES[table.kind]
    name = table.kind.decode()
    body = data[table.body : min(table.body + 12, table.end)]
    if len(body) < at + 4:
        raise logbook.give_up(finding("box_damaged", f"The {name} table has no count", at_byte=table.start))
    (count,) = struct.unpack_from(">I", body, at)
    if table.kind == b"elst" and body[0] == 1:
        entry_bytes = 20
    if table.kind == b"stsz" and body[4:8] != bytes(4):
        entry_bytes = 0  # one size for all
    if count > (_MAX_EDITS if table.kind == b"elst" else limits.max_packets):
        raise logbook.give_up(_too_long(name, count, limits, table))
    if table.body + at + 4 + count * entry_bytes > table.end:
        text = f"The {name} table promises {count} entries, but its box has no room for them"
        raise logbook.give_up(finding("box_damaged", text, at_byte=table.start))
    if table.kind == b"stsz" and (largest := _largest_sample(data, table, count)) > _MAX_SAMPLE_BYTES:
        text = f"The stsz table speaks of a sample of {largest} bytes"
        raise logbook.give_up(finding("box_damaged", text, at_byte=table.start))
    if table.kind == b"stts":
        total = sum(run for (run, _) in struct.iter_unpack(">II", data[table.body + 8 : table.body + 8 + count * 8]))
        if total > limits.max_packets:
            raise logbook.give_up(_too_long(name, total, limits, table))


def _largest_sample(data: mmap.mmap, table: Box, count: int) -> int:
    size_of_all, _ = struct.unpack_from(">II", data, table.body + 4)
    if size_of_all:
        return int(size_of_all)
    sizes = array("I", data[table.body + 12 : table.body + 12 + 4 * count])
    if sys.byteorder == "little":
        sizes.byteswap()
    return max(sizes, default=0)


def _too_long(name: str, count: int, limits: ExamLimits, table: Box) -> Finding:
    return finding(
        "too_many_packets",
        f"The {name} table speaks of {count} entries; allowed are {limits.max_packets}",
        measured=f"{count} packets",
        allowed=f"{limits.max_packets} packets",
        at_byte=table.start,
    )
