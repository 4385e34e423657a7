"""A WebP, chunk by chunk, and every frame of it decoded by libwebp."""

import mmap
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from PIL import _webp

from greenroom.domain.media import Finding
from greenroom.media.caps import check_frames, check_size
from greenroom.media.findings import finding
from greenroom.media.limits import ExamLimits
from greenroom.media.logbook import Logbook
from greenroom.media.mapping import require_memory

_HEADER_BYTES = 12
_FRAME_CHUNKS = frozenset((b"VP8 ", b"VP8L", b"ANMF"))
_BYTES_OF_PIXEL = 12  # two canvases, and what libwebp decodes into
_DECODER_ERRORS = (OSError, ValueError, RuntimeError)


@dataclass(slots=True)
class WebP:
    """What was seen in the chunks; `end` is the first byte after the last."""

    width: int = 0
    height: int = 0
    frame_count: int = 0
    has_alpha: bool = False
    has_icc_profile: bool = False
    exif: bytes = b""
    end: int = 0


def read_webp(data: mmap.mmap, limits: ExamLimits, logbook: Logbook) -> WebP:
    """Read the chunks; raises GivenUp where they do not add up, or ask for too much."""
    webp = WebP(end=_end(data, logbook))
    for kind, body, end in _chunks(data, webp.end, logbook):
        if kind == b"VP8X" and end - body >= 10:
            flags, width, height = data[body], data[body + 4 : body + 7], data[body + 7 : body + 10]
            webp.width, webp.height = (int.from_bytes(side, "little") + 1 for side in (width, height))
            check_size((webp.width, webp.height), limits, logbook)
            webp.has_alpha, webp.has_icc_profile = bool(flags & 0x10), bool(flags & 0x20)
        elif kind in _FRAME_CHUNKS:
            webp.frame_count += 1
            if not webp.width:
                webp.width, webp.height, webp.has_alpha = _picture_header(data, kind, body)
            check_frames(webp.frame_count, webp.width * webp.height, limits, logbook)
        elif kind == b"EXIF":
            webp.exif = data[body:end]
    if not webp.frame_count:
        raise logbook.give_up(finding("image_damaged", "The WebP is damaged: it has no picture", at_byte=webp.end))
    check_size((webp.width, webp.height), limits, logbook)
    return webp


def decode_webp(data: mmap.mmap, webp: WebP, logbook: Logbook) -> None:
    """Decode every frame; raises GivenUp where one cannot be."""
    frame = 0
    try:
        decoder = _webp.WebPAnimDecoder(data[: webp.end])
        _, _, _, promised, _ = decoder.get_info()
        while frame < promised:
            if decoder.get_next() is None:
                require_memory(webp.width * webp.height * _BYTES_OF_PIXEL)
                raise logbook.give_up(_damaged(frame))
            frame += 1
    except _DECODER_ERRORS as error:
        require_memory(webp.width * webp.height * _BYTES_OF_PIXEL)
        raise logbook.give_up(_damaged(frame)) from error
    webp.frame_count = promised


def _damaged(frame: int) -> Finding:
    return finding("image_damaged", f"The WebP is damaged: frame {frame} cannot be decoded", frame=frame)


def _end(data: mmap.mmap, logbook: Logbook) -> int:
    (length,) = struct.unpack_from("<I", data, 4) if len(data) >= _HEADER_BYTES else (0xFFFF_FFFF,)
    if length + 8 > len(data):
        text = f"The WebP ends after {len(data)} of the {length + 8} bytes its header promises"
        raise logbook.give_up(finding("file_truncated", text, at_byte=len(data)))
    return int(length) + 8


def _chunks(data: mmap.mmap, limit: int, logbook: Logbook) -> Iterator[tuple[bytes, int, int]]:
    """Yield name, start and end of each chunk's body."""
    at = _HEADER_BYTES
    while at + 8 <= limit:
        kind, length = struct.unpack_from("<4sI", data, at)
        body = at + 8
        if body + length > limit:
            text = f"The WebP is damaged: the chunk at byte {at} overruns the file"
            raise logbook.give_up(finding("image_damaged", text, at_byte=at))
        yield kind, body, body + length
        at = body + length + (length & 1)


def _picture_header(data: mmap.mmap, kind: bytes, body: int) -> tuple[int, int, bool]:
    """Width, height and transparency from a picture's own header; zeros if it has none."""
    if kind == b"VP8 " and data[body + 3 : body + 6] == b"\x9d\x01\x2a":
        width, height = struct.unpack_from("<HH", data, body + 6)
        return width & 0x3FFF, height & 0x3FFF, False
    if kind == b"VP8L" and data[body : body + 1] == b"\x2f":
        bits = int.from_bytes(data[body + 1 : body + 5], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1, bool(bits >> 28 & 1)
    return 0, 0, False
