"""Images by their headers: size, colours, orientation, quality."""

import struct

import msgspec

from greenroom.domain.glance import Ends, Glance
from greenroom.domain.media import Format, Kind, MediaInfo
from greenroom.media.image_measuring import image_measurements, jpeg_segments

_FRAMES_OF_JPEG = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_EXIF_MARKS = {Format.PNG: b"eXIf", Format.WEBP: b"EXIF"}
_MODES = {1: "L", 3: "RGB", 4: "CMYK"}
_PNG_MODES = {0: "L", 2: "RGB", 3: "P", 4: "LA", 6: "RGBA"}


def glance_at_picture(ends: Ends, format: Format) -> Glance:
    """Read the header."""
    info = _READERS[format](ends.head, MediaInfo(format, Kind.IMAGE))
    if format in _EXIF_MARKS:
        info = _turned(info, _exif_anywhere(ends, _EXIF_MARKS[format]))
    still_open = () if info.width else ("its size in pixels: the header is not in the part that was sent",)
    return Glance(msgspec.structs.replace(info, measurements=image_measurements(ends.head, format)), open=still_open)


def _exif_anywhere(ends: Ends, mark: bytes) -> bytes:
    """EXIF data of a chunk, which these formats have before or after the pixels; empty if there is none."""
    for part in (ends.head, ends.tail):
        at = part.find(mark)
        if at >= 0:
            body = at + len(mark) + (4 if mark == b"EXIF" else 0)  # RIFF has the size after the name
            return part[body : body + 65536].removeprefix(b"Exif\0\0")
    return b""


def _turned(info: MediaInfo, exif: bytes) -> MediaInfo:
    orientation = _orientation(exif)
    if orientation < 5 or not info.width:
        return msgspec.structs.replace(info, orientation=orientation)
    return msgspec.structs.replace(info, orientation=orientation, width=info.height, height=info.width)


def _jpeg(data: bytes, info: MediaInfo) -> MediaInfo:
    orientation = 1
    for marker, body in jpeg_segments(data):
        if marker == 0xE1 and body[:6] == b"Exif\0\0":
            orientation = _orientation(body[6:])
        if marker in _FRAMES_OF_JPEG:
            height, width, components = struct.unpack_from(">HHB", body, 1)
            if orientation >= 5:
                width, height = height, width
            return msgspec.structs.replace(
                info, width=width, height=height, orientation=orientation, color_mode=_MODES.get(components)
            )
    return info


def _orientation(tiff: bytes) -> int:
    """The orientation in the first directory of EXIF data; 1 where there is none that makes sense."""
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None or len(tiff) < 8:
        return 1
    (at,) = struct.unpack_from(order + "I", tiff, 4)
    if at + 2 > len(tiff):
        return 1
    (count,) = struct.unpack_from(order + "H", tiff, at)
    for entry in range(at + 2, min(at + 2 + 12 * count, len(tiff) - 11), 12):
        tag, kind, _, value = struct.unpack_from(order + "HHIH", tiff, entry)
        if tag == 0x0112 and kind == 3:
            return int(value) if 1 <= value <= 8 else 1
    return 1


def _png(data: bytes, info: MediaInfo) -> MediaInfo:
    width, height, depth, colour = struct.unpack_from(">IIBB", data, 16)
    mode = "I;16" if depth == 16 else _PNG_MODES.get(colour)
    alpha = colour in (4, 6) or b"tRNS" in data[:4096]
    return msgspec.structs.replace(info, width=width, height=height, color_mode=mode, has_alpha=alpha)


def _gif(data: bytes, info: MediaInfo) -> MediaInfo:
    width, height = struct.unpack_from("<HH", data, 6)
    return msgspec.structs.replace(info, width=width, height=height, color_mode="P")


def _webp(data: bytes, info: MediaInfo) -> MediaInfo:
    kind = data[12:16]
    if len(data) < 30:
        return info
    if kind == b"VP8X":
        width, height = int.from_bytes(data[24:27], "little") + 1, int.from_bytes(data[27:30], "little") + 1
    elif kind == b"VP8L":
        (bits,) = struct.unpack_from("<I", data, 21)
        width, height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    else:
        width, height = (value & 0x3FFF for value in struct.unpack_from("<HH", data, 26))
    return msgspec.structs.replace(info, width=width, height=height)


_READERS = {Format.JPEG: _jpeg, Format.PNG: _png, Format.GIF: _gif, Format.WEBP: _webp}
