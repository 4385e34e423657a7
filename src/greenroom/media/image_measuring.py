"""What is measured of an image without decoding it: the quality of a JPEG, the colours it was made for."""

import struct
import zlib
from collections.abc import Iterator
from typing import Protocol

from greenroom.domain.media import Format, Measurements

_QUANTISATION, _START_OF_SCAN, _PROFILE = 0xDB, 0xDA, 0xE2
_STANDALONE = frozenset((0x01, *range(0xD0, 0xDA)))
_SEGMENTS_MAX = 512
_PROFILE_LOOKED_AT_BYTES = 4096

# The luminance table of ITU-T T.81, annex K, which encoders scale by their quality; its order does not matter here.
_STANDARD = (
    *(16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22, 29),
    *(51, 87, 80, 62, 18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92, 49, 64, 78, 87, 103, 121),
    *(120, 101, 72, 92, 95, 98, 112, 100, 103, 99),
)

_WIDE = (
    (b"Display P3", "Display P3"),
    (b"DCI-P3", "DCI-P3"),
    (b"DCI P3", "DCI-P3"),
    (b"Adobe RGB", "Adobe RGB"),
    (b"ProPhoto", "ProPhoto RGB"),
    (b"BT.2020", "BT.2020"),
    (b"Rec. 2020", "BT.2020"),
    (b"Rec2020", "BT.2020"),
)


class Bytes(Protocol):
    """Bytes, or a file mapped into memory."""

    def __len__(self) -> int: ...
    def __getitem__(self, part: slice, /) -> bytes: ...
    def find(self, what: bytes, start: int = ..., end: int = ..., /) -> int: ...


def image_measurements(data: Bytes, format: Format) -> Measurements | None:
    """Measure an image by its header; None if there is nothing to say."""
    quality = jpeg_quality(data) if format is Format.JPEG else None
    wide = _wide_gamut(_profile(data, format))
    return Measurements(jpeg_quality=quality, wide_gamut=wide) if quality or wide else None


def jpeg_quality(data: Bytes) -> int | None:
    """The quality (1 to 100) whose luminance table is nearest to that of the file; None if it has none."""
    for marker, body in jpeg_segments(data):
        if marker == _QUANTISATION and len(body) >= 65 and body[0] & 15 == 0:
            values = struct.unpack_from(">64H", body, 1) if body[0] >> 4 and len(body) >= 129 else body[1:65]
            total = sum(values)
            return min(_TOTALS, key=lambda quality: (abs(_TOTALS[quality] - total), -quality))
    return None


def jpeg_segments(data: Bytes) -> Iterator[tuple[int, bytes]]:
    """Markers and bodies from the start of a JPEG to its first scan."""
    at = 2
    for _ in range(_SEGMENTS_MAX):
        head = data[at : at + 4]
        if len(head) < 4 or head[0] != 0xFF:
            return
        if head[1] == 0xFF:  # fill
            at += 1
            continue
        if head[1] in _STANDALONE:
            at += 2
            continue
        length = head[2] << 8 | head[3]
        if head[1] == _START_OF_SCAN or length < 2:
            return
        yield head[1], data[at + 4 : at + 2 + length]
        at += 2 + length


def _totals() -> dict[int, int]:
    totals = {}
    for quality in range(1, 101):
        scale = 5000 // quality if quality < 50 else 200 - 2 * quality
        totals[quality] = sum(min(255, max(1, (value * scale + 50) // 100)) for value in _STANDARD)
    return totals


_TOTALS = _totals()


def _profile(data: Bytes, format: Format) -> bytes:
    """The beginning of the colour profile; empty if there is none."""
    if format is Format.JPEG:
        bodies = (body for marker, body in jpeg_segments(data) if marker == _PROFILE and body[:11] == b"ICC_PROFILE")
        return next(bodies, b"")[:_PROFILE_LOOKED_AT_BYTES]
    if format is Format.PNG:
        at = data.find(b"iCCP", 0, 65536)
        packed = data[at + 4 : at + 4 + 65536].partition(b"\0")[2][1:] if at > 0 else b""
        return _unpacked(packed)
    if format is Format.WEBP and data[12:16] == b"VP8X" and data[30:34] == b"ICCP":
        return data[38 : 38 + _PROFILE_LOOKED_AT_BYTES]
    return b""


def _unpacked(packed: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(packed, _PROFILE_LOOKED_AT_BYTES)
    except zlib.error:
        return b""


def _wide_gamut(profile: bytes) -> str | None:
    # Newer profiles spell their name in UTF-16.
    plain = profile.replace(b"\0", b"")
    return next((name for mark, name in _WIDE if mark in plain), None)
