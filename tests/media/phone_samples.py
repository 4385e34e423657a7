"""JPEGs as phones write them: with more behind their end than a picture."""

import struct
from functools import cache

import media_samples as good


def _segment(marker: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def _with_segment(whole: bytes, marker: int, body: bytes) -> bytes:
    return whole[:2] + _segment(marker, body) + whole[2:]


@cache
def mpf_jpeg() -> bytes:
    """Multi-picture format (CIPA DC-007): a smaller picture behind the first."""
    index = b"MPF\x00MM\x00*" + struct.pack(">I", 8) + struct.pack(">H", 0) + bytes(4)
    return _with_segment(good.jpeg(), 0xE2, index) + good.jpeg(160, 120)


@cache
def ultra_hdr_jpeg() -> bytes:
    """A picture with a gain map behind it, announced in XMP."""
    xmp = b"http://ns.adobe.com/xap/1.0/\x00<x:xmpmeta hdrgm:Version='1.0'/>"
    return _with_segment(mpf_jpeg(), 0xE1, xmp)


@cache
def motion_photo() -> bytes:
    """A picture with a short film behind it."""
    return good.jpeg_from_a_phone() + good.mp4()


@cache
def jpeg_of_samsung() -> bytes:
    """A picture with a block of its maker's behind it, directory last."""
    entry = struct.pack("<HHI", 0, 0x0A01, 14) + b"Image_UTC_Data1603"
    directory = b"SEFH" + struct.pack("<III", 106, 1, 0) + entry[:12]
    return good.jpeg() + entry + directory + struct.pack("<I", len(directory)) + b"SEFT"


def depth_jpeg() -> bytes:
    """A picture with binary data of a kind that nobody knows behind it."""
    return good.jpeg() + bytes((number * 73 + 19) & 0xFF for number in range(3000))


def padded_jpeg() -> bytes:
    return good.jpeg() + bytes(4096)
