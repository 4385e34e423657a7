"""Bad files: cut, damaged, disguised, too much of something, or of a kind that is not taken; each has a name."""

import io
import struct
import zlib
from collections.abc import Callable, Iterator
from functools import cache, partial

import bombs
import damaged_samples as damaged
from good_corpus import mp3_without_xing, plain_png, png_chunk, saved, vbr_mp3, with_chunk
from PIL import Image

import media_samples as good

Make = Callable[[], bytes]
Bad = tuple[str, Make, frozenset[str]]

PLACES = [0.004, *(number / 20 for number in range(1, 19)), 0.93]
CUT = frozenset(("file_truncated",))


def bad_files() -> Iterator[Bad]:
    """Name, maker and the codes one of which must come first."""
    yield from _cut()
    yield from _damaged_images()
    yield from _damaged_films_and_sounds()
    yield from _with_something_appended()
    yield from _of_another_kind()
    yield from bombs.bomb_files()


def _of(*codes: str) -> frozenset[str]:
    return frozenset(codes)


def _wav_of(rate_hz: int, channels: int) -> bytes:
    data = bytearray(good.wav())
    struct.pack_into("<HI", data, 22, channels, rate_hz)
    return bytes(data)


def _cut() -> Iterator[Bad]:
    no_index = _of("moov_missing", "file_truncated")
    formats: list[tuple[str, Make, frozenset[str]]] = [
        ("jpeg", good.jpeg, CUT),
        ("progressive jpeg", partial(good.jpeg, progressive=True), CUT),
        ("png", good.png, CUT),
        ("animated png", good.animated_png, CUT),
        ("gif", good.gif, CUT),
        ("webp", good.webp, CUT),
        ("animated webp", good.animated_webp, CUT),
        ("mp4", good.mp4, no_index),
        ("mp4 with its index first", good.faststart_mp4, no_index),
        ("fragmented mp4", good.fragmented_mp4, no_index),
        ("mov", good.mov, no_index),
        ("m4a", good.m4a, no_index),
        ("webm", good.webm, CUT | {"container_unreadable", "no_media"}),
        ("webm of a browser's recorder", good.browser_recorder_webm, CUT | {"container_unreadable", "no_media"}),
        ("mp3", good.mp3, CUT | {"container_unreadable"}),
        ("mp3 without a length", mp3_without_xing, CUT | {"container_unreadable"}),
        ("wav", good.wav, CUT),
    ]
    for name, make, codes in formats:
        for part in PLACES:
            yield f"{name}, cut at {part * 100:g} %", partial(_cut_at, make, part), codes
        yield f"{name}, last byte missing", lambda make=make: make()[:-1], codes  # type: ignore[misc]


def _cut_at(make: Make, part: float) -> bytes:
    # Enough is left to see what it was, as the first bytes are read before the file is judged.
    whole = make()
    return whole[: max(64, int(len(whole) * part) | 1)]  # odd: not between two MP3 frames


# Images


def _damaged_images() -> Iterator[Bad]:
    broken = _of("image_damaged")
    for name, make in (("jpeg", good.jpeg), ("progressive jpeg", partial(good.jpeg, progressive=True))):
        for part in (0.2, 0.35, 0.5, 0.65, 0.77):
            yield f"{name}, noise at {part * 100:g} %", partial(_noise_at, make, part), broken
            yield (
                f"{name}, a hole at {part * 100:g} %",
                lambda make=make, part=part: good.with_a_hole(  # type: ignore[misc]
                    make(), part, 3000
                ),
                broken,
            )
            yield f"{name}, 100 bytes missing at {part * 100:g} %", partial(_bytes_missing_at, make, part), broken
    yield "jpeg without its end mark", lambda: good.jpeg()[:-2], CUT
    yield "jpeg, a restart mark missing", _jpeg_without_a_restart_mark, broken
    yield "jpeg, one colour missing", _jpeg_with_one_of_three_scans, broken
    yield "jpeg, two frame headers", _jpeg_with_two_frame_headers, broken
    yield "jpeg, bytes between its segments", lambda: good.jpeg()[:20] + b"\x01\x02" + good.jpeg()[20:], broken
    yield (
        "jpeg, arithmetic coding",
        lambda: good.jpeg().replace(b"\xff\xc0", b"\xff\xc9", 1),
        _of("image_coding_unsupported"),
    )
    yield "jpeg, lossless", lambda: good.jpeg().replace(b"\xff\xc0", b"\xff\xc3", 1), _of("image_coding_unsupported")
    yield "jpeg, zero pixels", _jpeg_of_zero_pixels, _of("image_has_no_pixels")
    yield "jpeg, no picture in it", lambda: b"\xff\xd8\xff\xe0\x00\x04\x00\x00\xff\xd9" + bytes(32), broken
    checksum = _of("checksum_wrong")
    for part in (0.1, 0.3, 0.5, 0.7, 0.9):
        yield f"png, a bit flipped at {part * 100:g} %", partial(_bit_flipped, good.png, part), checksum
        yield (
            f"animated png, a bit flipped at {part * 100:g} %",
            partial(_bit_flipped, good.animated_png, part),
            checksum | broken,
        )
    yield "png without its end chunk", lambda: good.png()[:-12], CUT
    yield "png without image data", lambda: good.png()[:33] + png_chunk(b"IEND", b""), broken
    yield "png without its palette", lambda: _without_chunk(plain_png(9, 9, 4, 3), b"PLTE"), broken
    yield "png, image data interrupted", _png_with_interrupted_data, broken
    yield "png, rows missing, checksums right", partial(plain_png, 9, 9, 8, 2, rows=5), broken
    yield "png, rows too many, checksums right", partial(plain_png, 9, 9, 8, 2, rows=15), broken
    yield "png, a filter that there is not", _png_with_a_wrong_filter, broken
    yield "png, an unknown chunk that it needs", lambda: with_chunk(good.png(), b"ABCD", b"x"), broken
    yield "png of an iPhone application (CgBI)", lambda: _cgbi(good.png()), broken
    yield "png, header twice", lambda: with_chunk(good.png(), b"IHDR", good.png()[16:29]), broken
    yield "png, nine bits deep", lambda: _with_header(9, 2), broken
    yield "png, zero pixels", lambda: _with_header(8, 2, width=0), _of("image_has_no_pixels")
    yield "animated png, a frame missing", lambda: _without_chunk(good.animated_png(), b"fdAT"), broken
    yield "gif without its trailer", lambda: good.gif()[:-1], CUT
    yield "gif, cut between two frames", _gif_cut_between_frames, CUT
    for part in (0.3, 0.5, 0.8):
        yield f"gif, noise at {part * 100:g} %", partial(_noise_at, good.gif, part, 600), broken | CUT
        yield f"webp, noise at {part * 100:g} %", partial(_noise_at, partial(good.webp, lossless=True), part), broken
    yield "gif without a frame", lambda: b"GIF89a\x10\x00\x10\x00\x00\x00\x00;" + bytes(20), broken
    yield "gif, a frame with pixels missing", _gif_with_a_short_frame, broken
    yield "webp without a picture", lambda: b"RIFF\x16\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00" + bytes(10), broken
    yield "webp, a chunk that overruns", lambda: _overwritten(good.webp(), 16, b"\xff\xff\xff\x0f"), broken


def _noise_at(make: Make, part: float, size: int = 400) -> bytes:
    whole = make()
    at = int(len(whole) * part)
    noise = bytes((number * number * 37 + 11) % 253 for number in range(size))
    return whole[:at] + noise + whole[at + size :]


def _bytes_missing_at(make: Make, part: float) -> bytes:
    whole = make()
    at = int(len(whole) * part)
    return whole[:at] + whole[at + 100 :]


def _overwritten(whole: bytes, at: int, new: bytes) -> bytes:
    return whole[:at] + new + whole[at + len(new) :]


def _bit_flipped(make: Make, part: float) -> bytes:
    whole = bytearray(make())
    whole[int(len(whole) * part)] ^= 4
    return bytes(whole)


def _jpeg_without_a_restart_mark() -> bytes:
    whole = saved(good.landscape(320, 240), "JPEG", restart_marker_blocks=10)
    at = whole.index(b"\xff\xd3")
    return whole[:at] + whole[at + 2 :]


def _jpeg_with_one_of_three_scans() -> bytes:
    whole = good.jpeg(64, 64, progressive=True)
    second = whole.index(b"\xff\xda", whole.index(b"\xff\xda") + 2)
    first = whole.index(b"\xff\xda")
    luma = b"\xff\xda\x00\x08\x01\x01\x00\x00\x00\x01"
    return whole[:first] + luma + whole[first + 14 : second] + b"\xff\xd9"


def _jpeg_with_two_frame_headers() -> bytes:
    whole = good.jpeg()
    at = whole.index(b"\xff\xc0")
    return whole[:at] + whole[at : at + 19] + whole[at:]


def _jpeg_of_zero_pixels() -> bytes:
    whole = good.jpeg()
    return _overwritten(whole, whole.index(b"\xff\xc0") + 5, bytes(4))


def _without_chunk(whole: bytes, kind: bytes) -> bytes:
    at = whole.index(kind) - 4
    (length,) = struct.unpack_from(">I", whole, at)
    return whole[:at] + whole[at + 12 + length :]


def _png_with_interrupted_data() -> bytes:
    whole = plain_png(9, 9, 8, 2)
    at = whole.index(b"IDAT") - 4
    (length,) = struct.unpack_from(">I", whole, at)
    body, half = whole[at + 8 : at + 8 + length], length // 2
    between = png_chunk(b"IDAT", body[:half]) + png_chunk(b"tIME", bytes(7)) + png_chunk(b"IDAT", body[half:])
    return whole[:at] + between + whole[at + 12 + length :]


def _png_with_a_wrong_filter() -> bytes:
    whole = plain_png(9, 9, 8, 0)
    rows = (b"\x07" + bytes(9)) * 9
    at = whole.index(b"IDAT") - 4
    return whole[:at] + png_chunk(b"IDAT", zlib.compress(rows)) + png_chunk(b"IEND", b"")


def _cgbi(whole: bytes) -> bytes:
    return whole[:8] + png_chunk(b"CgBI", bytes(4)) + whole[8:]


def _with_header(depth: int, colour: int, width: int = 9) -> bytes:
    header = png_chunk(b"IHDR", struct.pack(">IIBBBBB", width, 9, depth, colour, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + plain_png(9, 9, 8, 2)[33:]


def _gif_cut_between_frames() -> bytes:
    whole = good.gif()
    middle = whole.index(b"\x00\x21\xf9\x04", len(whole) // 2)
    return whole[: middle + 1]


def _gif_with_a_short_frame() -> bytes:
    head = b"GIF89a" + struct.pack("<HHBBB", 8, 8, 0x80, 0, 0) + b"\x00\x00\x00\xff\xff\xff"
    return head + b"\x2c" + struct.pack("<HHHHB", 0, 0, 8, 8, 0) + b"\x02\x02\x4c\x01\x00" + b";" + bytes(20)


# Films and sounds


def _damaged_films_and_sounds() -> Iterator[Bad]:
    lies = _of("duration_mismatch")
    yield "mp4 without its index", damaged.without_moov, _of("moov_missing")
    for seconds in (0.5, 20, 60, 7200):
        yield (
            f"mp4 of 2 s that says {seconds} s",
            lambda seconds=seconds: damaged.with_header_duration(  # type: ignore[misc]
                good.mp4(), seconds
            ),
            lies,
        )
        yield (
            f"m4a of 2 s that says {seconds} s",
            lambda seconds=seconds: damaged.with_header_duration(  # type: ignore[misc]
                good.m4a(), seconds
            ),
            lies,
        )
    yield (
        "mp4, zeros in its pictures",
        lambda: damaged.with_zeroed_pictures(good.mp4_without_audio()),
        _of("nal_damaged"),
    )
    yield "fragmented mp4, noise between two fragments", _noise_between_fragments, _of("box_damaged", "file_truncated")
    for part in (0.3, 0.5, 0.7):
        yield (
            f"webm, a hole at {part * 100:g} %",
            lambda part=part: good.with_a_hole(  # type: ignore[misc]
                good.webm(), part, 9000
            ),
            _of("element_damaged", "frame_header_damaged", "file_truncated"),
        )
        yield (
            f"mp3, a hole at {part * 100:g} %",
            lambda part=part: good.with_a_hole(  # type: ignore[misc]
                mp3_without_xing(), part, 3000
            ),
            _of("sound_interrupted", "sound_undecodable"),
        )
        yield f"mp3 of variable bit rate, cut at {part * 100:g} %", partial(_cut_at, vbr_mp3, part), CUT
        yield (
            f"m4a, a hole at {part * 100:g} %",
            lambda part=part: good.with_a_hole(  # type: ignore[misc]
                good.m4a(), part, 3000
            ),
            _of("sound_undecodable"),
        )
    yield "wav without sound", lambda: good.wav()[:36] + b"LIST\x04\x00\x00\x00INFO", _of("sound_missing")
    yield "wav of no samples", lambda: good.wav()[:40] + bytes(4), _of("sound_missing")
    for rate_hz in (0, 1, 999, 768_001, 4_000_000_000):
        yield f"wav of {rate_hz} Hz", partial(_wav_of, rate_hz, 2), _of("sample_rate_absurd")
    for channels in (0, 33, 65_535):
        yield f"wav of {channels} channels", partial(_wav_of, 48_000, channels), _of("channels_absurd")
    yield "wav that promises more", damaged.wav_that_promises_more, CUT
    yield "mp4 without a frame", _mp4_without_samples, _of("picture_missing", "container_unreadable", "no_media")


def _noise_between_fragments() -> bytes:
    whole = good.fragmented_mp4()
    at = whole.rindex(b"moof") - 4
    return whole[:at] + b"\x00\x00\x00\x03noise" + whole[at:]


def _mp4_without_samples() -> bytes:
    whole = good.fragmented_mp4()
    return whole[: whole.index(b"moof") - 4]


# Two kinds at once


APPENDED: list[tuple[str, Make]] = [
    ("an HTML page", good.html),
    ("an SVG image", good.svg),
    ("a script tag", lambda: b"\n<script>alert(1)</script>"),
    ("a PHP script", lambda: b"<?php system($_GET['c']); ?>"),
    ("a shell script", lambda: b"#!/bin/sh\nrm -rf /\n"),
    ("JavaScript", lambda: b"*/=1;eval(atob('YWxlcnQoMSk='))//"),
    ("a ZIP archive", good.zip_),
    ("a PDF document", lambda: b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF"),
    ("a Linux program", lambda: b"\x7fELF\x02\x01\x01" + bytes(57)),
    ("a Windows program", lambda: b"MZ\x90\x00" + bytes(60)),
    ("a RAR archive", lambda: b"Rar!\x1a\x07\x01\x00" + bytes(20)),
    ("a 7-Zip archive", lambda: b"7z\xbc\xaf\x27\x1c" + bytes(20)),
]


def _with_something_appended() -> Iterator[Bad]:
    hosts: list[tuple[str, Make]] = [
        ("jpeg", good.jpeg),
        ("png", good.png),
        ("gif", good.gif),
        ("webp", good.webp),
        ("mp4", good.mp4),
        ("webm", good.webm),
        ("mp3", mp3_without_xing),
        ("wav", good.wav),
        ("m4a", good.m4a),
    ]
    for host, make in hosts:
        for guest, appended in APPENDED:
            yield (
                f"{host} with {guest} behind it",
                partial(_joined, make, appended),
                _of("trailing_data_dangerous", "polyglot"),
            )
    yield (
        "motion photo with an HTML page behind it",
        lambda: good.jpeg() + good.mp4() + good.html(),
        _of("trailing_data_dangerous"),
    )
    yield (
        "png with a ZIP archive in a chunk",
        lambda: with_chunk(good.png(64, 48), b"zipZ", good.zip_()),
        _of("polyglot"),
    )
    yield (
        "jpeg with a PDF document in a comment",
        lambda: good.jpeg()[:2] + b"\xff\xfe\x00\x12%PDF-1.4\n1 0 obj" + good.jpeg()[2:],
        _of("polyglot"),
    )
    yield (
        "jpeg with a page behind zeros",
        lambda: good.jpeg() + bytes(5000) + good.html(),
        _of("trailing_data_dangerous"),
    )


def _joined(make: Make, appended: Make) -> bytes:
    return make() + appended()


# What is not taken


def _of_another_kind() -> Iterator[Bad]:
    mismatch = _of("type_mismatch")
    kinds: list[Make] = [
        good.avif, good.tiff, good.bmp, good.svg, good.html, good.pdf, good.zip_, good.mkv, good.mpegts,
        good.avi, good.flac, good.ogg, good.aac,
    ]  # fmt: skip
    for make in kinds:
        yield make.__name__.strip("_").upper(), make, mismatch
    yield "HEIC", lambda: b"\x00\x00\x00\x1cftypheic\x00\x00\x00\x00mif1heic" + bytes(99), mismatch
    yield "nothing but zeros", lambda: bytes(5000), mismatch
    yield "an empty file", bytes, _of("file_empty", "type_mismatch")
    yield "an HLS playlist", lambda: b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n", mismatch
    yield "a DASH manifest", lambda: b'<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011"/>', mismatch
    yield "an FFmpeg concat script", lambda: b"ffconcat version 1.0\nfile '/etc/passwd'\n", mismatch
    yield "an SDP description", lambda: b"v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\nm=video 0 RTP/AVP 96\r\n", mismatch
    yield "an AVI with a playlist in it", lambda: good.avi()[:2000] + b"#EXTM3U\n" + good.avi()[2000:], mismatch
    video, audio = _of("video_codec_unsupported"), _of("audio_codec_unsupported")
    yield "mov with ProRes", good.prores_mov, video
    yield "mp4 with MPEG-4 part 2", good.mp4_with_mpeg4_part_2, video
    yield "mp4 with VP9", good.mp4_with_vp9, video
    yield "mp4 with AV1", good.mp4_with_av1, video
    yield "mp4 with AC-3", good.mp4_with_ac3_audio, audio
    yield "wav with MP3 inside", good.wav_with_mp3_inside, audio


@cache
def picture_bytes(width: int, height: int) -> bytes:
    file = io.BytesIO()
    Image.new("L", (width, height)).save(file, "PNG")
    return file.getvalue()
