"""
Broken files in any number: seeded mutations of good samples, the same for the same seed in every run.

Some are blind (flipped bits, lost, doubled and foreign blocks), some know the container: they corrupt
the lengths, counts and sizes that a reader trusts, and repair the checksums that would give them away.
"""

import random
import struct
import zlib
from collections.abc import Callable, Iterator
from typing import NamedTuple

import media_samples as samples
from greenroom.domain.media import Format
from greenroom.media.sniff import mpeg_frame_bytes

SUFFIXES = {
    Format.JPEG: "jpg",
    Format.PNG: "png",
    Format.WEBP: "webp",
    Format.GIF: "gif",
    Format.MP4: "mp4",
    Format.MOV: "mov",
    Format.WEBM: "webm",
    Format.MP3: "mp3",
    Format.WAV: "wav",
    Format.M4A: "m4a",
}


class Mutant(NamedTuple):
    """A broken file; `name` says how it was made, `origin` is the format of the sample."""

    origin: Format
    name: str
    data: bytes


class Number(NamedTuple):
    """A number in a file that a reader trusts: `size` bytes at `at`, in the order big, little or ebml."""

    at: int
    size: int
    order: str


Change = Callable[[bytearray, Format, random.Random], bytearray]


def mutant(origin: Format, seed: int) -> Mutant:
    """Break a sample of the format, as the seed decides: in one way, or in two or three at once."""
    chance = random.Random(f"{origin}:{seed}")
    name, make = chance.choice(_SAMPLES[origin])
    data = bytearray(make())
    names = chance.choices(list(_CHANGES), weights=_WEIGHTS, k=chance.choice((1, 1, 1, 2, 3)))
    for change in names:
        data = _CHANGES[change](data, origin, chance)
    if origin is Format.PNG and chance.random() < 0.7:
        repair_checksums(data)
    return Mutant(origin, f"{name}: {', '.join(names)}", bytes(data))


# Small ones: the fewer the bytes of pictures and sound, the more mutations hit the structure.
_SAMPLES: dict[Format, tuple[tuple[str, Callable[[], bytes]], ...]] = {
    Format.JPEG: (
        ("baseline", lambda: samples.jpeg(160, 120)),
        ("progressive", lambda: samples.jpeg(160, 120, progressive=True)),
        ("with EXIF", samples.jpeg_from_a_phone),
        ("CMYK", samples.cmyk_jpeg),
    ),
    Format.PNG: (
        ("plain", lambda: samples.png(64, 48)),
        ("transparent", lambda: samples.png_with_transparency(64, 48)),
        ("animated", lambda: samples.animated_png(64, 48)),
    ),
    Format.WEBP: (
        ("lossy", lambda: samples.webp(160, 120)),
        ("lossless", lambda: samples.webp(64, 48, lossless=True)),
        ("animated", lambda: samples.animated_webp(64, 48, 4)),
    ),
    Format.GIF: (
        ("still", lambda: samples.still_gif(64, 48)),
        ("animated", lambda: samples.gif(64, 48, 5)),
    ),
    Format.MP4: (
        ("index last", lambda: samples.mp4(1, 160, 120)),
        ("index first", lambda: samples.mp4(1, 160, 120, faststart=True)),
        ("HEVC", lambda: samples.mp4(1, 160, 120, audio=False, codec="hevc")),
        ("fragmented", samples.fragmented_mp4),
    ),
    Format.MOV: (
        ("AAC", lambda: samples.mov(1, 160, 120)),
        ("PCM", lambda: samples.mov(1, 160, 120, audio_codec="pcm_s16le")),
    ),
    Format.WEBM: (
        ("VP9", lambda: samples.webm(1, 160, 120)),
        ("VP8", lambda: samples.webm(1, 160, 120, codec="vp8")),
        ("from a browser", samples.browser_recorder_webm),
    ),
    Format.MP3: (
        ("plain", lambda: samples.mp3(1)),
        ("with a cover", lambda: samples.mp3_with_cover(1)),
    ),
    Format.WAV: (
        ("16 bit", lambda: samples.wav(0.3)),
        ("24 bit", lambda: samples.wav(0.3, codec="pcm_s24le")),
        ("float", lambda: samples.wav(0.3, codec="pcm_f32le")),
    ),
    Format.M4A: (
        ("AAC", lambda: samples.m4a(1)),
        ("ALAC", lambda: samples.m4a(0.3, codec="alac")),
    ),
}


# Blind changes


def _flip_few_bits(data: bytearray, _: Format, chance: random.Random) -> bytearray:
    for _bit in range(chance.randint(1, 8)):
        _flip(data, chance.randrange(len(data) * 8))
    return data


def _flip_bits_at_a_rate(data: bytearray, _: Format, chance: random.Random) -> bytearray:
    rate = 10 ** chance.uniform(-5, -2)
    for _bit in range(max(1, round(len(data) * 8 * rate))):
        _flip(data, chance.randrange(len(data) * 8))
    return data


def _flip_bits_near_the_start(data: bytearray, _: Format, chance: random.Random) -> bytearray:
    for _bit in range(chance.randint(1, 12)):
        _flip(data, chance.randrange(min(len(data), 512) * 8))
    return data


def _flip(data: bytearray, bit: int) -> None:
    data[bit >> 3] ^= 1 << (bit & 7)


def _zero_a_block(data: bytearray, _: Format, chance: random.Random) -> bytearray:
    start, end = _block(data, chance)
    data[start:end] = bytes(end - start)
    return data


def _fill_a_block(data: bytearray, _: Format, chance: random.Random) -> bytearray:
    start, end = _block(data, chance)
    data[start:end] = chance.choice((b"\xff", b"\x7f", b"\x80", b"\x01")) * (end - start)
    return data


def _double_a_block(data: bytearray, _: Format, chance: random.Random) -> bytearray:
    start, end = _block(data, chance)
    data[end:end] = data[start:end] * chance.choice((1, 1, 2, 16))
    return data


def _remove_a_block(data: bytearray, _: Format, chance: random.Random) -> bytearray:
    start, end = _block(data, chance)
    if end - start < len(data):
        del data[start:end]
    return data


def _insert_noise(data: bytearray, _: Format, chance: random.Random) -> bytearray:
    at = chance.randrange(len(data))
    data[at:at] = chance.randbytes(chance.choice((1, 2, 4, 16, 256, 5000)))
    return data


def _swap_two_blocks(data: bytearray, _: Format, chance: random.Random) -> bytearray:
    start, end = _block(data, chance)
    other = chance.randrange(max(1, len(data) - (end - start)))
    first, second = data[start:end], data[other : other + end - start]
    data[start:end], data[other : other + len(second)] = second.ljust(end - start, b"\x00"), first[: len(second)]
    return data


def _truncate(data: bytearray, _: Format, chance: random.Random) -> bytearray:
    end = chance.choice((chance.randrange(1, len(data) + 1), min(len(data), chance.randint(1, 600)), len(data) - 1))
    del data[max(1, end) :]
    return data


def _block(data: bytearray, chance: random.Random) -> tuple[int, int]:
    size = min(len(data), chance.choice((1, 4, 16, 64, 512, 4096, len(data) // 4 or 1)))
    start = chance.randint(0, len(data) - size)
    return start, start + size


# Changes with another format


def _splice_with_another(data: bytearray, origin: Format, chance: random.Random) -> bytearray:
    other = _another(origin, chance)
    return data[: chance.randint(1, len(data))] + other[chance.randrange(len(other)) :]


def _wear_the_head_of_another(data: bytearray, origin: Format, chance: random.Random) -> bytearray:
    other, length = _another(origin, chance), chance.choice((4, 8, 12, 32, 64, 512))
    return other[:length] + data[length:]


def _give_the_head_to_another(data: bytearray, origin: Format, chance: random.Random) -> bytearray:
    other, length = _another(origin, chance), chance.choice((12, 32, 64, 512, 4096))
    return data[:length] + other[length:]


def _append_another(data: bytearray, origin: Format, chance: random.Random) -> bytearray:
    return data + _another(origin, chance)[: chance.choice((64, 1024, 1 << 20))]


def _another(origin: Format, chance: random.Random) -> bytearray:
    format = chance.choice([format for format in Format if format is not origin])
    return bytearray(chance.choice(_SAMPLES[format])[1]())


# Changes that know the container


def _corrupt_numbers(data: bytearray, origin: Format, chance: random.Random) -> bytearray:
    found = list(numbers(data, origin))
    for number in chance.sample(found, min(len(found), chance.choice((1, 1, 1, 2, 4)))):
        old = _value(data, number)
        _put(data, number, _new_value(old, number, len(data), chance))
    return data


def _corrupt_early_numbers(data: bytearray, origin: Format, chance: random.Random) -> bytearray:
    found = list(numbers(data, origin))[:24]
    for number in chance.sample(found, min(len(found), chance.choice((1, 2)))):
        _put(data, number, _new_value(_value(data, number), number, len(data), chance))
    return data


def _new_value(old: int, number: Number, file_size: int, chance: random.Random) -> int:
    most = (1 << 8 * number.size) - 1
    telling = (0, 1, 2, 7, 8, most, most - 1, most >> 1, (most >> 1) + 1)
    near = (old + 1, old - 1, old * 2, old // 2, old ^ 1 << chance.randrange(8 * number.size))
    value = chance.choice((*telling, *near, file_size, chance.randint(0, most)))
    return value & most


def _value(data: bytearray, number: Number) -> int:
    order = "little" if number.order == "little" else "big"
    return int.from_bytes(data[number.at : number.at + number.size], order)


def _put(data: bytearray, number: Number, value: int) -> None:
    order = "little" if number.order == "little" else "big"
    if number.order == "ebml":  # the first set bit says how long the number is: it stays, most of the time
        marker = 1 << 7 * number.size
        value = (value & (marker - 1)) | marker if value % 8 else value
    data[number.at : number.at + number.size] = value.to_bytes(number.size, order)


def numbers(data: bytearray, format: Format) -> Iterator[Number]:
    """Give the lengths, counts and sizes in a file, as far as its structure can be followed."""
    reader = _NUMBERS[format]
    return (number for number in reader(data) if number.at + number.size <= len(data))


_BOXES_OF_BOXES = frozenset(
    (b"moov", b"trak", b"mdia", b"minf", b"stbl", b"edts", b"dinf", b"udta", b"mvex", b"moof", b"traf", b"mfra")
)
_WORDS_OF_BOXES = 24  # of a table or header: versions, counts, the first entries


def _box_numbers(data: bytearray, start: int = 0, end: int | None = None) -> Iterator[Number]:
    at, limit = start, len(data) if end is None else end
    while at + 8 <= limit:
        length, kind = struct.unpack_from(">I4s", data, at)
        yield Number(at, 4, "big")
        if length < 8 or at + length > limit:
            return
        if kind in _BOXES_OF_BOXES:
            yield from _box_numbers(data, at + 8, at + length)
        elif kind not in (b"mdat", b"free"):
            words = range(at + 8, min(at + length - 3, at + 8 + 4 * _WORDS_OF_BOXES), 4)
            yield from (Number(word, 4, "big") for word in words)
        at += length


def _riff_numbers(data: bytearray) -> Iterator[Number]:
    yield Number(4, 4, "little")
    at = 12
    while at + 8 <= len(data):
        kind, length = struct.unpack_from("<4sI", data, at)
        yield Number(at + 4, 4, "little")
        if kind in (b"fmt ", b"VP8X", b"ANIM", b"ANMF", b"VP8 ", b"VP8L", b"fact", b"ds64"):
            yield from (Number(place, 2, "little") for place in range(at + 8, at + 8 + min(length, 32), 2))
        at += 8 + length + (length & 1)


def _png_numbers(data: bytearray) -> Iterator[Number]:
    at = 8
    while at + 12 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        yield Number(at, 4, "big")
        if kind in (b"IHDR", b"acTL", b"fcTL", b"fdAT"):
            yield from (Number(place, 4, "big") for place in range(at + 8, at + 8 + min(length, 24), 4))
        at += 12 + length


def _gif_numbers(data: bytearray) -> Iterator[Number]:
    yield from (Number(6, 2, "little"), Number(8, 2, "little"), Number(10, 1, "little"))
    at = 13 + _gif_table_bytes(data, 10)
    while at + 10 < len(data) and data[at] in (0x21, 0x2C):
        if data[at] == 0x21:
            at += 2
        else:
            yield from (Number(at + 1 + place, 2, "little") for place in (0, 2, 4, 6))
            yield Number(at + 9, 1, "little")
            at += 10 + _gif_table_bytes(data, at + 9)
            yield Number(at, 1, "little")  # the width of the first code
            at += 1
        while at < len(data) and data[at]:
            yield Number(at, 1, "little")
            at += data[at] + 1
        at += 1


def _gif_table_bytes(data: bytearray, at: int) -> int:
    flags = data[at] if at < len(data) else 0
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _jpeg_numbers(data: bytearray) -> Iterator[Number]:
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
        yield Number(at + 2, 2, "big")
        if marker in (0xC0, 0xC2):
            yield from (Number(at + 5, 2, "big"), Number(at + 7, 2, "big"))
            yield from (Number(at + place, 1, "big") for place in (4, 9, 10, 11, 12, 13, 14))
        if marker in (0xC4, 0xDB, 0xDA, 0xE1):
            yield from (Number(at + 4 + place, 1, "big") for place in range(min(length - 2, 20)))
        at += 2 + length
        if marker == 0xDA:
            while at + 1 < len(data) and (data[at] != 0xFF or data[at + 1] in (0, *range(0xD0, 0xD8))):
                at += 1


_MASTERS = frozenset(
    (0x1A45DFA3, 0x18538067, 0x1549A966, 0x1654AE6B, 0xAE, 0xE0, 0xE1, 0x1F43B675, 0xA0, 0x1C53BB6B, 0xBB, 0xB7)
)


def _ebml_numbers(data: bytearray, start: int = 0, end: int | None = None) -> Iterator[Number]:
    at, limit = start, len(data) if end is None else min(end, len(data))
    while at + 2 <= limit and data[at]:
        identity = int.from_bytes(data[at : at + 9 - data[at].bit_length()], "big")
        at += 9 - data[at].bit_length()
        if at >= limit or not data[at]:
            return
        width = 9 - data[at].bit_length()
        mask = (1 << 7 * width) - 1
        length = int.from_bytes(data[at : at + width], "big") & mask
        yield Number(at, width, "ebml")
        at += width
        length = limit - at if length == mask else length
        if identity in _MASTERS:
            yield from _ebml_numbers(data, at, at + length)
        elif 0 < length <= 8:
            yield Number(at, length, "big")
        at += length


def _mp3_numbers(data: bytearray) -> Iterator[Number]:
    at = 0
    if data[:3] == b"ID3" and len(data) > 30:
        yield from (Number(6, 4, "big"), Number(5, 1, "big"), Number(14, 4, "big"))
        at = 10 + (data[6] << 21 | data[7] << 14 | data[8] << 7 | data[9])
    while at + 4 <= len(data) and data[at] == 0xFF and 0 < data[at + 2] >> 4 < 15 and data[at + 2] >> 2 & 3 < 3:
        yield from (Number(at, 2, "big"), Number(at + 2, 1, "big"), Number(at + 3, 1, "big"), Number(at + 36, 4, "big"))
        at += mpeg_frame_bytes(bytes(data[at : at + 4]))


_NUMBERS: dict[Format, Callable[[bytearray], Iterator[Number]]] = {
    Format.JPEG: _jpeg_numbers,
    Format.PNG: _png_numbers,
    Format.WEBP: _riff_numbers,
    Format.GIF: _gif_numbers,
    Format.MP4: _box_numbers,
    Format.MOV: _box_numbers,
    Format.WEBM: _ebml_numbers,
    Format.MP3: _mp3_numbers,
    Format.WAV: _riff_numbers,
    Format.M4A: _box_numbers,
}


def repair_checksums(data: bytearray) -> None:
    """Make the checksum of each PNG chunk fit, also where a length was changed: the reader goes on into it."""
    at = 8
    while at + 12 <= len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        end = at + 12 + length
        if end > len(data):
            return
        struct.pack_into(">I", data, end - 4, zlib.crc32(data[at + 4 : end - 4]))
        at = end


_WEIGHTED: tuple[tuple[str, Change, int], ...] = (
    ("few bits flipped", _flip_few_bits, 3),
    ("bits flipped at a rate", _flip_bits_at_a_rate, 3),
    ("bits of the head flipped", _flip_bits_near_the_start, 4),
    ("a block zeroed", _zero_a_block, 1),
    ("a block filled", _fill_a_block, 1),
    ("a block doubled", _double_a_block, 2),
    ("a block removed", _remove_a_block, 2),
    ("noise inserted", _insert_noise, 2),
    ("blocks swapped", _swap_two_blocks, 1),
    ("cut", _truncate, 2),
    ("spliced with another format", _splice_with_another, 1),
    ("head of another format", _wear_the_head_of_another, 1),
    ("body of another format", _give_the_head_to_another, 1),
    ("another format behind", _append_another, 1),
    ("numbers corrupted", _corrupt_numbers, 8),
    ("early numbers corrupted", _corrupt_early_numbers, 5),
)
_CHANGES: dict[str, Change] = {name: change for name, change, _ in _WEIGHTED}
_WEIGHTS = [weight for _, _, weight in _WEIGHTED]
