"""Files with one thing wrong each, made from the good ones of `media_samples`."""

import io
import struct
import zlib

from PIL import Image

import media_samples as good


def moov_first_cut_in_the_middle() -> bytes:
    """A film whose index is whole and promises twice the data that is there."""
    return good.cut(good.faststart_mp4(), 0.5)


def without_moov() -> bytes:
    """A film whose recorder never wrote the index."""
    whole = good.mp4()
    return whole[: whole.index(b"moov") - 4]


def with_all_durations(film: bytes, seconds: float) -> bytes:
    """A film whose movie and media headers say `seconds`."""
    changed = bytearray(film)
    for kind in (b"mvhd", b"mdhd"):
        at = film.find(kind)
        while at >= 0:
            (timescale,) = struct.unpack_from(">I", film, at + 16)
            struct.pack_into(">I", changed, at + 20, int(seconds * timescale))
            at = film.find(kind, at + 4)
    return bytes(changed)


def with_header_duration(film: bytes, seconds: float) -> bytes:
    """A film whose movie header alone says `seconds`."""
    changed = bytearray(film)
    at = film.index(b"mvhd")
    (timescale,) = struct.unpack_from(">I", film, at + 16)
    struct.pack_into(">I", changed, at + 20, int(seconds * timescale))
    return bytes(changed)


def with_zeroed_pictures(film: bytes) -> bytes:
    """A film with a stretch of zeros in the middle of its data."""
    start = film.index(b"mdat") + 4
    middle = start + (len(film) - start) // 3
    return film[:middle] + bytes(6000) + film[middle + 6000 :]


def with_noise(film: bytes, every: int = 997, size: int = 24) -> bytes:
    """A film whose data is overwritten in many small places, its index untouched."""
    start, end = film.index(b"mdat") + 4, film.rindex(b"moov") - 4
    changed = bytearray(film)
    for at in range(start + every, end - size, every):
        changed[at : at + size] = bytes((at * 31 + step * 97) & 0xFF for step in range(size))
    return bytes(changed)


def with_many_tracks(film: bytes, count: int) -> bytes:
    """A film whose index holds its first track `count` times."""
    moov = film.rindex(b"moov") - 4
    (moov_bytes,) = struct.unpack_from(">I", film, moov)
    track = film.index(b"trak", moov) - 4
    (track_bytes,) = struct.unpack_from(">I", film, track)
    body = film[moov + 8 : moov + moov_bytes] + film[track : track + track_bytes] * count
    return film[:moov] + struct.pack(">I4s", len(body) + 8, b"moov") + body


def wav_that_promises_more() -> bytes:
    """A WAV cut in the middle of its sound."""
    return good.cut(good.wav(), 0.5)


def png_chunk(kind: bytes, body: bytes) -> bytes:
    """One chunk with its length and checksum."""
    return struct.pack(">I4s", len(body), kind) + body + struct.pack(">I", zlib.crc32(kind + body))


def pixel_flood_png(side: int = 40_000) -> bytes:
    """A few kilobytes that decode to 1.6 thousand million pixels."""
    header = png_chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0))
    row = bytes(side // 8 + 1)
    return b"\x89PNG\r\n\x1a\n" + header + png_chunk(b"IDAT", zlib.compress(row * 64, 9)) + png_chunk(b"IEND", b"")


def pixel_flood_jpeg(side: int = 64_250) -> bytes:
    """A small JPEG whose header says 64,250 pixels a side."""
    changed = bytearray(good.jpeg(64, 64))
    at = changed.index(b"\xff\xc0")
    struct.pack_into(">HH", changed, at + 5, side, side)
    return bytes(changed)


def frame_flood_gif(frames: int = 2_500) -> bytes:
    """A GIF with more frames than are decoded."""
    frame = b"\x2c" + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02\x4c\x01\x00"
    head = b"GIF89a" + struct.pack("<HHBBB", 1, 1, 0x80, 0, 0) + b"\x00\x00\x00\xff\xff\xff"
    return head + frame * frames + b"\x3b"


def jpeg_with_broken_exif() -> bytes:
    """A good picture whose EXIF block is nonsense."""
    stream = io.BytesIO()
    Image.new("RGB", (32, 32)).save(stream, "JPEG", exif=b"Exif\x00\x00II*\x00\xff\xff\xff\xff")
    return stream.getvalue()
