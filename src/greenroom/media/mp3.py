"""
The frames of an MP3, one after the other: where they begin and end, and what stands between and after.

An MP3 has no index and no length, so a demuxer searches for the next frame and says nothing of what it
passed over. Each frame's header says how long it is, so a whole file can be followed to its end.
"""

import mmap
import struct
from typing import NamedTuple

from greenroom.media.sniff import mpeg_frame_bytes

_SYNC_SEARCH_BYTES = 65_536
_ID3_HEADER_BYTES = 10
_ID3V1_BYTES = 128
_APE_BYTES = 32


class Mp3Frames(NamedTuple):
    """The frames are [start, end); `torn` if the last reaches beyond the file; `gap` is where they stop being."""

    start: int
    end: int
    frame_count: int
    torn: bool
    gap: int | None


def walk_mp3(data: mmap.mmap) -> Mp3Frames | None:
    """Follow the frames from the first to the end of the file; None if there is none."""
    start = first_mp3_frame(data)
    if start is None:
        return None
    size, at, count = len(data), start, 0
    gap: int | None = None
    lengths: dict[bytes, int] = {}
    while at + 4 <= size:
        head = data[at : at + 4]
        length = lengths.get(head)
        if length is None:
            if not _is_frame_head(head):
                following = _past_tags(data, at)
                if following == at:
                    found = _next_frame(data, at)
                    if found is None:
                        break
                    gap, following = (at if gap is None else gap), found
                if following >= size:
                    break
                at = following
                continue
            length = lengths[head] = mpeg_frame_bytes(head)
        if at + length > size:
            return Mp3Frames(start, at, count, torn=True, gap=gap)
        at += length
        count += 1
    return Mp3Frames(start, at, count, torn=_begins_a_frame(data, at), gap=gap)


def first_mp3_frame(data: mmap.mmap) -> int | None:
    """Where the first frame begins, behind any tags."""
    at = _past_tags(data, 0)
    end = min(len(data) - 4, at + _SYNC_SEARCH_BYTES)
    while (at := data.find(b"\xff", at, end)) >= 0:
        head = data[at : at + 4]
        if _is_frame_head(head):
            following = at + mpeg_frame_bytes(head)
            if following + 2 > len(data) or data[following] == 0xFF:
                return at
        at += 1
    return None


def past_mp3_tags(data: mmap.mmap, at: int) -> int:
    """Where the tags that begin at `at` end; `at` itself if there are none."""
    return min(len(data), _past_tags(data, at))


def _is_frame_head(head: bytes) -> bool:
    return (
        head[0] == 0xFF
        and head[1] & 0xE6 == 0xE2
        and head[1] >> 3 & 3 != 1
        and 0 < head[2] >> 4 < 15
        and head[2] >> 2 & 3 < 3
    )


def _begins_a_frame(data: mmap.mmap, at: int) -> bool:
    """Whether the last one to three bytes are the beginning of a frame's header."""
    rest = data[at : at + 4]
    return 0 < len(rest) < 4 and rest[0] == 0xFF and (len(rest) < 2 or rest[1] & 0xE6 == 0xE2)


def _next_frame(data: mmap.mmap, at: int) -> int | None:
    """Where two frames in a row begin again."""
    size = len(data)
    while (at := data.find(b"\xff", at + 1)) >= 0 and at + 4 <= size:
        head = data[at : at + 4]
        if _is_frame_head(head):
            following = data[at + mpeg_frame_bytes(head) :][:4] if at + mpeg_frame_bytes(head) + 4 <= size else b""
            if following and _is_frame_head(following) and following[1] == head[1]:
                return at
    return None


def _past_tags(data: mmap.mmap, at: int) -> int:
    while (following := _past_tag(data, at)) != at:
        at = following
    return at


def _past_tag(data: mmap.mmap, at: int) -> int:
    head = data[at : at + _APE_BYTES]
    if head.startswith(b"ID3") and len(head) >= _ID3_HEADER_BYTES:
        size = head[6] << 21 | head[7] << 14 | head[8] << 7 | head[9]
        return at + _ID3_HEADER_BYTES + size + (_ID3_HEADER_BYTES if head[5] & 0x10 else 0)
    if head.startswith(b"TAG+"):
        return at + 227
    if head.startswith(b"TAG"):
        return at + _ID3V1_BYTES
    if head.startswith(b"APETAGEX") and len(head) == _APE_BYTES:
        size, _, flags = struct.unpack_from("<III", head, 12)
        is_header = flags >> 29 & 1
        return at + (size + _APE_BYTES if is_header else _APE_BYTES)
    if head.startswith(b"LYRICSBEGIN"):
        end = data.find(b"LYRICS200", at, at + 1_000_000)
        return end + 9 if end >= 0 else at
    return at
