"""Real media files of a wanted kind, and of an exact size where one is wanted: padded as their formats allow."""

import struct
from pathlib import Path

import media_samples

_MAKERS = {
    "image/jpeg": media_samples.jpeg,
    "image/png": media_samples.png,
    "image/webp": media_samples.webp,
    "video/mp4": media_samples.mp4,
    "audio/mpeg": media_samples.mp3,
}
_LONGEST_SEGMENT = 0xFFFF + 2
_SMALLEST_SEGMENT = 4
_ID3_HEADER_BYTES = 10


def media_file(path: Path, content_type: str, size_bytes: int | None = None) -> Path:
    """Write a good file of a type, of exactly `size_bytes` if that is given, and give its path."""
    path.write_bytes(media(content_type, size_bytes))
    return path


def media(content_type: str, size_bytes: int | None = None) -> bytes:
    """The bytes of a good file of a type, exactly `size_bytes` of them if that is given."""
    small = _MAKERS[content_type]()
    if size_bytes is None:
        return small
    padders = {"image/jpeg": padded_jpeg, "video/mp4": padded_mp4, "audio/mpeg": padded_mp3}
    return padders[content_type](small, size_bytes)


def padded_jpeg(photo: bytes, size_bytes: int) -> bytes:
    """A JPEG of this size: comments stand after its first marker."""
    missing = size_bytes - len(photo)
    comments = bytearray()
    while missing:
        # What a longest comment would leave must be enough for another one.
        length = min(missing, _LONGEST_SEGMENT)
        length -= _SMALLEST_SEGMENT if 0 < missing - length < _SMALLEST_SEGMENT else 0
        assert length >= _SMALLEST_SEGMENT
        comments += struct.pack(">HH", 0xFFFE, length - 2) + bytes(length - 4)
        missing -= length
    return photo[:2] + bytes(comments) + photo[2:]


def padded_mp4(film: bytes, size_bytes: int) -> bytes:
    """An MP4 of this size: a box of free space stands at its end."""
    missing = size_bytes - len(film)
    return film + struct.pack(">I4s", missing, b"free") + bytes(missing - 8)


def padded_mp3(sound: bytes, size_bytes: int) -> bytes:
    """An MP3 of this size: the ID3 tag at its beginning is followed by zeros that belong to it."""
    assert sound[:3] == b"ID3"
    tag_bytes = _read_synchsafe(sound[6:10])
    missing = size_bytes - len(sound)
    header = sound[:6] + _as_synchsafe(tag_bytes + missing)
    end = _ID3_HEADER_BYTES + tag_bytes
    return header + sound[_ID3_HEADER_BYTES:end] + bytes(missing) + sound[end:]


def _read_synchsafe(four: bytes) -> int:
    return sum(part << shift for part, shift in zip(four, (21, 14, 7, 0), strict=True))


def _as_synchsafe(number: int) -> bytes:
    return bytes(number >> shift & 0x7F for shift in (21, 14, 7, 0))
