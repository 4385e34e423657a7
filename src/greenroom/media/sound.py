"""
Judging sound files, MP3, WAV and M4A: every packet is decoded, and the header's claim is held against it.

FFmpeg believes the frame count that an MP3 names of itself and the sizes in a WAV header; both are read
here, since a file that was cut short still carries them.
"""

import mmap
import struct
from typing import NamedTuple

from greenroom.media.caps import check_sound_form
from greenroom.media.findings import finding
from greenroom.media.limits import ExamLimits
from greenroom.media.logbook import Logbook
from greenroom.media.mp3 import first_mp3_frame
from greenroom.media.trailers import judge_rest

_SIZE_UNSET = (0, 0xFFFF_FFFF)


class Mp3Claims(NamedTuple):
    """What the first frame says: how long the sound is and at which byte it ends; None where it is silent."""

    duration_s: float | None
    end: int | None


def mp3_claims(data: mmap.mmap) -> Mp3Claims:
    """Read the Xing, Info or VBRI header of the first frame."""
    at = first_mp3_frame(data)
    if at is None:
        return Mp3Claims(None, None)
    frame = data[at : at + 256].ljust(256, b"\x00")  # the file may end in it
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


def check_wav(data: mmap.mmap, limits: ExamLimits, logbook: Logbook) -> None:
    """
    Hold the sizes of a WAV file, and of the sound in it, against the file's own, and its form against the caps.

    Raises GivenUp when no recorder makes sound of that form: FFmpeg says of such a file no more than that.
    """
    size = len(data)
    (end,) = struct.unpack_from("<I", data, 4) if size >= 12 else (0,)
    end = size if end in _SIZE_UNSET else end + 8
    at, long_size, has_sound = 12, None, False
    while at + 8 <= min(end, size):
        kind, length = struct.unpack_from("<4sI", data, at)
        if kind == b"ds64" and at + 24 <= size:
            riff_bytes, long_size = struct.unpack_from("<QQ", data, at + 8)
            end = riff_bytes + 8
        if kind == b"fmt " and at + 16 <= size:
            channels, rate_hz = struct.unpack_from("<HI", data, at + 10)
            check_sound_form(rate_hz, channels, limits, logbook)
        if kind == b"data":
            has_sound = True
            length = long_size if length == 0xFFFF_FFFF and long_size else length
            if not _is_data_whole(at, size, length, logbook):
                return
        at += 8 + length + (length & 1)
    if not has_sound:
        logbook.damaged(finding("sound_missing", "The WAV file has no data chunk"))
    elif max(end, at) > size:
        text = f"The file ends {max(end, at) - size} bytes before the end its header names, but all sound is there"
        logbook.noted(finding("end_missing", text, at_byte=size))
    else:
        # Writers that stream put a size of the sound alone, or of nothing, into the header.
        judge_rest(data, max(end, at), logbook)


def _is_data_whole(at: int, size: int, length: int, logbook: Logbook) -> bool:
    held = size - at - 8
    if length in _SIZE_UNSET:
        logbook.noted(finding("header_size_unset", "The WAV header leaves the length of the sound open"))
        return False
    if length > held:
        logbook.damaged(
            finding(
                "file_truncated",
                f"The file ends after {held} of the {length} bytes of sound that its header promises",
                measured=f"{held} bytes",
                allowed=f"{length} bytes",
                at_byte=size,
            )
        )
        return False
    return True
