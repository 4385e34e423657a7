"""The elements of a WebM file down to its blocks: how long it says it is, and how far it really goes."""

import mmap
import struct
from collections.abc import Iterator
from typing import NamedTuple

_SEGMENT = 0x18538067
_INFO = 0x1549A966
_CLUSTER = 0x1F43B675
_TRACKS = 0x1654AE6B
_TRACK_ENTRY = 0xAE
_TIMESTAMP_SCALE = 0x2AD7B1
_DURATION = 0x4489
_ELEMENTS_READ = 256
_LONGEST_NUMBER_BYTES = 8

# What stands in a segment (RFC 9559, 5.1); a cluster of unknown size ends where one of these begins.
_TOP_LEVEL = frozenset(
    (0x114D9B74, _INFO, _TRACKS, _CLUSTER, 0x1C53BB6B, 0x1941A469, 0x1043A770, 0x1254C367, 0xEC, 0xBF)
)
# Timestamp, position, previous size, simple block, block group, encrypted block, silent tracks.
_IN_CLUSTER = frozenset((0xE7, 0xA7, 0xAB, 0xA3, 0xA0, 0xAF, 0x5854, 0xEC, 0xBF))


class Element(NamedTuple):
    """An EBML element: its body is bytes [body, end); `end` is None when its size is unknown."""

    identity: int
    body: int
    end: int | None


class SegmentClaims(NamedTuple):
    """What the header says: where the file ends and how long it plays; None where it does not say."""

    end: int | None
    duration_s: float | None


class Structure(NamedTuple):
    """Where the last whole element ends; where one is cut off by the end of the file, or is none at all."""

    end: int
    cut_at: int | None = None
    broken_at: int | None = None


def walk_webm(data: mmap.mmap) -> Structure:
    """Follow all elements of the segment, those of each cluster too."""
    size = len(data)
    segment = next((found for found in _elements(data, 0, size) if found.identity == _SEGMENT), None)
    if segment is None:
        return Structure(0, broken_at=0)
    limit = size if segment.end is None else segment.end
    if limit > size:
        return Structure(size, cut_at=size)
    at, cluster_end = segment.body, 0  # in a cluster while `at` is before its end
    while at < limit:
        identity, body = _number(data, at, keep_marker=True)
        length, body = _number(data, body, keep_marker=False)
        inside = at < cluster_end and identity in _IN_CLUSTER
        if identity is None or not (inside or identity in _TOP_LEVEL):
            # The first bytes of an element may be all that is left of it.
            return Structure(at, cut_at=at) if body > size else Structure(at, broken_at=at)
        if body > limit:
            return Structure(at, cut_at=at)
        if identity == _CLUSTER:
            end = limit if length is None else body + length
            if end > limit:
                return Structure(at, cut_at=at)
            cluster_end, at = end, body
            continue
        if length is None:
            return Structure(at, broken_at=at)
        if body + length > limit:
            return Structure(at, cut_at=at)
        at = body + length
    return Structure(at)


def count_tracks(data: mmap.mmap) -> int:
    """How many tracks the header lists, as far as anyone counts."""
    segment = next((found for found in _elements(data, 0, len(data)) if found.identity == _SEGMENT), None)
    for element in _elements(data, segment.body, len(data)) if segment else ():
        if element.identity == _TRACKS and element.end is not None:
            return sum(entry.identity == _TRACK_ENTRY for entry in _elements(data, element.body, element.end))
        if element.identity == _CLUSTER:
            break
    return 0


def read_claims(data: mmap.mmap) -> SegmentClaims:
    """Read the head of a WebM file up to its first cluster."""
    segment = next((found for found in _elements(data, 0, len(data)) if found.identity == _SEGMENT), None)
    if segment is None:
        return SegmentClaims(None, None)
    limit = len(data) if segment.end is None else min(segment.end, len(data))
    for element in _elements(data, segment.body, limit):
        if element.identity == _INFO and element.end is not None:
            return SegmentClaims(segment.end, _duration_s(data, element.body, min(element.end, limit)))
        if element.identity == _CLUSTER:
            break
    return SegmentClaims(segment.end, None)


def _elements(data: mmap.mmap, at: int, limit: int) -> Iterator[Element]:
    for _ in range(_ELEMENTS_READ):
        if at + 2 > limit:
            return
        identity, at = _number(data, at, keep_marker=True)
        size, at = _number(data, at, keep_marker=False)
        if identity is None or at > limit:
            return
        end = None if size is None else at + size
        yield Element(identity, at, end)
        if end is None:
            return
        at = end


def _number(data: mmap.mmap, at: int, *, keep_marker: bool) -> tuple[int | None, int]:
    """Read a number of variable length; None if it is the one that means "unknown", or none at all."""
    first = data[at] if at < len(data) else 0
    if first == 0:
        return None, at + 1
    length = 9 - first.bit_length()
    value = int.from_bytes(data[at : at + length], "big")
    if keep_marker:
        return value, at + length
    value &= (1 << 7 * length) - 1
    return (None if value == (1 << 7 * length) - 1 else value), at + length


def _duration_s(data: mmap.mmap, at: int, limit: int) -> float | None:
    scale_ns, duration = 1_000_000, None
    for element in _elements(data, at, limit):
        if element.end is None or element.end > limit:
            break
        body = data[element.body : element.end]
        if element.identity == _TIMESTAMP_SCALE and len(body) <= _LONGEST_NUMBER_BYTES:
            scale_ns = int.from_bytes(body, "big")
        elif element.identity == _DURATION and len(body) in (4, 8):
            (duration,) = struct.unpack(">f" if len(body) == 4 else ">d", body)
    return None if not duration or duration != duration else duration * scale_ns / 1e9
