"""
Judging sound files, MP3, WAV and M4A: every packet is decoded, and the header's claim is held against it.

FFmpeg believes the frame count that an MP3 names of itself and the sizes in a WAV header; both are read
here, since a file that was cut short still carries them.
"""

import mmap
import struct
from typing import NamedTuple

from greenroom.media.findings import finding
from greenroom.media.logbook import Logbook
from greenroom.media.sniff import mpeg_frame_bytes

_SIZE_UNSET = (0, 0xFFFF_FFFF)
_ID3_HEADER_BYTES = 10
_SYNC_SEARCH_BYTES = 65_536


class Mp3Claims(NamedTuple):
    """What the first frame says: how long the sound is and at which byte it ends; None where it is silent."""

    duration_s: float | None
    end: int | None


def mp3_claims(data: mmap.mmap) -> Mp3Claims:
    """Read the Xing, Info or VBRI header of the first frame."""
    at = _first_mp3_frame(data)
    if at is None:
        return Mp3Claims(None, None)
    frame = data[at : at + 256]
    version, mono = frame[1] >> 3 & 3, frame[3] >> 6 == 3
    samples = 1152 if version == 3 else 576
    rate_hz = (44_100, 48_000, 32_000)[frame[2] >> 2 & 3] >> {3: 0, 2: 1, 0: 2}[version]
    xing = 4 + ((17 if mono else 32) if version == 3 else (9 if mono else 17))
    if frame[xing : xing + 4] in (b"Xing", b"Info"):
        flags, frames, size = struct.unpack_from(">III", frame, xing + 4)
        size = size if flags & 2 else 0
    elif frame[36:40] == b"VBRI":
        flags = 1
        size, frames = struct.unpack_from(">II", frame, 46)
    else:
        return Mp3Claims(None, None)
    return Mp3Claims(frames * samples / rate_hz if flags & 1 else None, at + size if flags & 1 and size else None)


def is_cut_mp3_frame(frame: bytes) -> bool:
    """Whether the frame is shorter than its own header says."""
    return len(frame) >= 4 and frame[0] == 0xFF and len(frame) < mpeg_frame_bytes(frame[:4])


def _first_mp3_frame(data: mmap.mmap) -> int | None:
    at = 0
    while data[at : at + 3] == b"ID3" and at + _ID3_HEADER_BYTES < len(data):
        size = data[at + 6] << 21 | data[at + 7] << 14 | data[at + 8] << 7 | data[at + 9]
        at += _ID3_HEADER_BYTES + size + (_ID3_HEADER_BYTES if data[at + 5] & 0x10 else 0)
    end = min(len(data) - 4, at + _SYNC_SEARCH_BYTES)
    while (at := data.find(b"\xff", at, end)) >= 0:
        head = data[at : at + 4]
        if head[1] & 0xE6 == 0xE2 and head[1] >> 3 & 3 != 1 and 0 < head[2] >> 4 < 15 and head[2] >> 2 & 3 < 3:
            following = at + mpeg_frame_bytes(head)
            if following + 2 > len(data) or data[following] == 0xFF:
                return at
        at += 1
    return None


def check_wav_sizes(data: mmap.mmap, logbook: Logbook) -> None:
    """Hold the size of the sound in a WAV file against the file's own."""
    at, size = 12, len(data)
    long_size: int | None = None
    while at + 8 <= size:
        kind, length = struct.unpack_from("<4sI", data, at)
        if kind == b"ds64" and at + 24 <= size:
            (long_size,) = struct.unpack_from("<Q", data, at + 16)
        if kind == b"data":
            _check_data_chunk(at, size, long_size if length == 0xFFFF_FFFF and long_size else length, logbook)
            return
        at += 8 + length + (length & 1)
    logbook.damaged(finding("sound_missing", "The WAV file has no data chunk"))


def _check_data_chunk(at: int, size: int, length: int, logbook: Logbook) -> None:
    held = size - at - 8
    if length in _SIZE_UNSET:
        logbook.noted(finding("header_size_unset", "The WAV header leaves the length of the sound open"))
    elif length > held:
        logbook.damaged(
            finding(
                "file_truncated",
                f"The file ends after {held} of the {length} bytes of sound that its header promises",
                measured=f"{held} bytes",
                allowed=f"{length} bytes",
                at_byte=size,
            )
        )
