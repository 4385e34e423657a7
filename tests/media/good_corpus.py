"""Good files of every kind that cameras, phones, browsers and editors write; each has a name and is taken."""

import io
import itertools
import struct
import zlib
from collections.abc import Callable, Iterator
from functools import cache, partial

import av
import numpy as np
from phone_samples import (
    depth_jpeg,
    jpeg_of_samsung,
    motion_photo,
    mpf_jpeg,
    padded_jpeg,
    ultra_hdr_jpeg,
)
from PIL import Image, ImageCms

import media_samples as good

Make = Callable[[], bytes]


def good_files() -> Iterator[tuple[str, Make]]:
    """Name and maker of every good file."""
    yield from _jpegs()
    yield from _pngs()
    yield from _gifs_and_webps()
    yield from _films()
    yield from _sounds()


# Images


def saved(picture: Image.Image, file_format: str, **options: object) -> bytes:
    file = io.BytesIO()
    picture.save(file, file_format, **options)
    return file.getvalue()


@cache
def noisy(width: int = 200, height: int = 150) -> Image.Image:
    """A picture with grain, as of a camera in the dark."""
    grain = np.random.default_rng(7).normal(0, 14, (height, width, 3))
    return Image.fromarray((np.asarray(good.landscape(width, height)) + grain).clip(0, 255).astype(np.uint8))


def _jpegs() -> Iterator[tuple[str, Make]]:
    yield "jpeg", good.jpeg
    yield "jpeg from a phone, EXIF orientation 6", good.jpeg_from_a_phone
    for number in range(1, 9):
        yield f"jpeg, EXIF orientation {number}", partial(_oriented, number)
    for quality, subsampling, progressive in itertools.product((5, 60, 95), (0, 1, 2), (False, True)):
        name = f"jpeg, quality {quality}, {('4:4:4', '4:2:2', '4:2:0')[subsampling]}"
        yield (
            name + (", progressive" if progressive else ""),
            partial(saved, noisy(), "JPEG", quality=quality, subsampling=subsampling, progressive=progressive),
        )
    for blocks in (1, 5, 100):
        yield f"jpeg, restart mark every {blocks} blocks", partial(saved, noisy(), "JPEG", restart_marker_blocks=blocks)
        yield (
            f"jpeg, progressive, restart mark every {blocks} blocks",
            partial(saved, noisy(), "JPEG", restart_marker_blocks=blocks, progressive=True),
        )
    for width, height in ((1, 1), (7, 9), (16, 16), (1, 2000), (2000, 1)):
        yield f"jpeg, {width} x {height}", partial(saved, good.landscape(width, height), "JPEG")
    yield "jpeg, all white", partial(saved, Image.new("RGB", (640, 480), "white"), "JPEG")
    yield "jpeg, grey", good.grey_jpeg
    yield "jpeg, CMYK", good.cmyk_jpeg
    yield "jpeg, optimised Huffman tables", partial(saved, noisy(), "JPEG", optimize=True)
    yield "jpeg, RGB without conversion", partial(saved, noisy(), "JPEG", keep_rgb=True)
    yield "jpeg, with a colour profile", partial(saved, noisy(), "JPEG", icc_profile=_profile())
    yield "jpeg, with a comment that speaks of <b>tags</b>", partial(saved, noisy(), "JPEG", comment=b"<b>tags</b>")
    yield "jpeg, with XMP", partial(saved, noisy(), "JPEG", xmp=b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>")
    yield "jpeg, multi-picture (MPF)", mpf_jpeg
    yield "jpeg, Ultra HDR with a gain map", ultra_hdr_jpeg
    yield "jpeg, Motion Photo", motion_photo
    yield "jpeg, with a Samsung trailer", jpeg_of_samsung
    yield "jpeg, with an unknown maker's binary trailer", depth_jpeg
    yield "jpeg, padded with zeros", padded_jpeg
    yield "jpeg, fill bytes before its end mark", lambda: good.jpeg()[:-2] + b"\xff\xff\xff\xff\xd9"


def _oriented(number: int) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = number
    return saved(good.landscape(64, 48), "JPEG", exif=exif)


@cache
def _profile() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def _pngs() -> Iterator[tuple[str, Make]]:
    yield "png", good.png
    yield "png, with transparency", good.png_with_transparency
    yield "png, animated", good.animated_png
    for mode in ("1", "L", "LA", "P", "I;16"):
        yield f"png, mode {mode}", partial(_png_in, mode)
    for depth, colour in (
        (1, 0),
        (2, 0),
        (4, 0),
        (8, 0),
        (16, 0),
        (8, 2),
        (16, 2),
        (4, 3),
        (8, 4),
        (16, 4),
        (8, 6),
        (16, 6),
    ):
        for interlaced in (False, True):
            name = f"png, {depth} bits of colour type {colour}" + (", interlaced" if interlaced else "")
            yield name, partial(plain_png, 13, 11, depth, colour, interlaced=interlaced)
    for width, height in ((1, 1), (1, 9), (9, 1), (3, 3)):
        yield f"png, {width} x {height}, interlaced", partial(plain_png, width, height, 8, 2, interlaced=True)
    yield "png, with a colour profile", partial(saved, noisy(), "PNG", icc_profile=_profile())
    yield (
        "png, with compressed text",
        lambda: with_chunk(good.png(), b"zTXt", b"Comment\0\0" + zlib.compress(b"hello " * 999)),
    )
    yield "png, with international text", lambda: with_chunk(good.png(), b"iTXt", "Title\0\0\0de\0\0Grüße".encode())
    yield "png, with EXIF", partial(saved, noisy(), "PNG", exif=_exif(3))
    yield "png, many small data chunks", lambda: _rechunked(good.png(64, 48), 7)
    yield "png, bytes after its end", lambda: good.png() + bytes(range(1, 200))


def _exif(number: int) -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = number
    return exif


def _png_in(mode: str) -> bytes:
    return saved(
        good.landscape(60, 40).convert("L").convert(mode) if mode != "P" else good.landscape(60, 40).convert("P"), "PNG"
    )


def png_chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I4s", len(body), kind) + body + struct.pack(">I", zlib.crc32(kind + body))


def with_chunk(whole: bytes, kind: bytes, body: bytes) -> bytes:
    """A PNG with one more chunk behind its header."""
    return whole[:33] + png_chunk(kind, body) + whole[33:]


def plain_png(
    width: int, height: int, depth: int, colour: int, *, interlaced: bool = False, rows: int | None = None
) -> bytes:
    """A grey PNG of any coding, written by hand; `rows` fewer than its height leave it short."""
    channels = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[colour]
    passes = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
    image = b""
    for left, top, across, down in passes if interlaced else ((0, 0, 1, 1),):
        columns, lines = -(-(width - left) // across), -(-(height - top) // down)
        if columns > 0 and lines > 0:
            image += (b"\0" + b"\x5a" * ((columns * depth * channels + 7) // 8)) * (lines if rows is None else rows)
    header = png_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlaced))
    palette = png_chunk(b"PLTE", bytes(range(48))) if colour == 3 else b""
    return b"\x89PNG\r\n\x1a\n" + header + palette + png_chunk(b"IDAT", zlib.compress(image)) + png_chunk(b"IEND", b"")


def _rechunked(whole: bytes, size: int) -> bytes:
    at = whole.index(b"IDAT") - 4
    (length,) = struct.unpack_from(">I", whole, at)
    body = whole[at + 8 : at + 8 + length]
    pieces = b"".join(png_chunk(b"IDAT", body[start : start + size]) for start in range(0, length, size))
    return whole[:at] + pieces + whole[at + 12 + length :]


def _gifs_and_webps() -> Iterator[tuple[str, Make]]:
    yield "gif, animated", good.gif
    yield "gif, still", good.still_gif
    for width, height in ((1, 1), (3, 200), (200, 3)):
        yield f"gif, {width} x {height}", partial(saved, good.landscape(width, height), "GIF")
    yield "gif, interlaced", partial(saved, good.landscape(99, 77), "GIF", interlace=1)
    yield "gif, two colours", partial(saved, good.landscape(99, 77).convert("1"), "GIF")
    yield "gif, with transparency", partial(saved, good.landscape(99, 77).convert("P"), "GIF", transparency=3)
    yield "gif, with a comment", partial(saved, good.landscape(99, 77), "GIF", comment=b"made by hand " * 30)
    yield "gif, optimised frames smaller than the picture", partial(good._animation, 80, 60, 6, "GIF", optimize=True)
    yield "gif, 87a", lambda: good.still_gif().replace(b"GIF89a", b"GIF87a", 1)
    yield "webp", good.webp
    yield "webp, animated", good.animated_webp
    yield "webp, lossless", partial(good.webp, lossless=True)
    for width, height in ((1, 1), (3, 200), (321, 5)):
        yield f"webp, {width} x {height}", partial(saved, good.landscape(width, height), "WEBP")
    yield "webp, with transparency", lambda: saved(Image.open(io.BytesIO(good.png_with_transparency(90, 60))), "WEBP")
    yield (
        "webp, lossless with transparency",
        lambda: saved(Image.open(io.BytesIO(good.png_with_transparency(90, 60))), "WEBP", lossless=True),
    )
    yield "webp, with EXIF and a colour profile", partial(saved, noisy(), "WEBP", exif=_exif(8), icc_profile=_profile())
    yield "webp, animated and lossless", partial(good._animation, 80, 60, 5, "WEBP", lossless=True)


# Films


def _films() -> Iterator[tuple[str, Make]]:
    named: list[Make] = [
        good.mp4, good.mp4_without_audio, good.faststart_mp4, good.hevc_mp4, good.hevc_mov, good.mov,
        good.mov_with_metadata_track, good.phone_mov, good.upright_phone_mp4, good.mov_with_pcm_audio,
        good.hdr_mp4, good.vfr_mp4, good.one_frame_mp4, good.fragmented_mp4, good.browser_recorder_mp4,
        good.mp4_with_two_sounds, good.mp4_with_mp3_audio, good.webm, good.vp8_webm, good.av1_webm,
        good.webm_without_audio, good.browser_recorder_webm,
    ]  # fmt: skip
    for make in named:
        yield make.__name__.replace("_", " "), make
    yield "browser recorder webm, vp9", partial(good.browser_recorder_webm, "vp9")
    for fps in (24, 25, 50, 60, 120):
        yield f"mp4, {fps} frames per second", partial(good.mp4, seconds=1, width=64, height=64, fps=fps)
    for width, height in ((64, 64), (128, 72), (1920, 1080), (1080, 1920), (2, 2)):
        yield f"mp4, {width} x {height}", partial(good.mp4, seconds=0.2, width=width, height=height)
    for brand in (b"isom", b"mp42", b"avc1", b"iso6", b"M4V ", b"3gp4", b"MSNV", b"dash"):
        yield f"mp4 of the brand {brand.decode().strip()}", partial(_branded, brand)
    yield "mp4 with a free box at its end", lambda: good.mp4() + struct.pack(">I4s", 1008, b"free") + bytes(1000)
    yield (
        "mp4 with a last box that reaches to the end",
        lambda: good.mp4() + struct.pack(">I4s", 0, b"free") + bytes(99),
    )
    yield "mp4 with zeros at its end", lambda: good.mp4() + bytes(5000)
    yield "mp4 with a camera's own bytes at its end", lambda: good.mp4() + b"\x01\x99insta\x80" * 40
    yield "mp4 with 64-bit sizes", lambda: _with_long_mdat(good.faststart_mp4())
    yield "webm of a tenth of a second", partial(good.webm, seconds=0.1, audio=False)
    yield "mov of a tenth of a second", partial(good.mov, seconds=0.1)


def _branded(brand: bytes) -> bytes:
    whole = good.mp4()
    return whole[:8] + brand + whole[12:]


def _with_long_mdat(whole: bytes) -> bytes:
    # FFmpeg leaves a free box of eight bytes before mdat for just this.
    at = whole.index(b"mdat") - 4
    (length,) = struct.unpack_from(">I", whole, at)
    assert whole[at - 4 : at] == b"free"
    return whole[: at - 8] + struct.pack(">I4sQ", 1, b"mdat", length + 8) + whole[at + 8 :]


# Sounds


def _sounds() -> Iterator[tuple[str, Make]]:
    yield "mp3", good.mp3
    yield "mp3 with a cover", good.mp3_with_cover
    for rate in (32_000, 64_000, 192_000, 320_000):
        yield f"mp3, {rate // 1000} kbit/s", partial(good.mp3, bit_rate=rate)
    for rate_hz, layout in itertools.product((8_000, 16_000, 22_050, 44_100, 48_000), ("mono", "stereo")):
        yield f"mp3, {rate_hz} Hz, {layout}", partial(sound, "mp3", "libmp3lame", rate_hz, layout)
    yield "mp3 without a length in it", mp3_without_xing
    yield "mp3 of variable bit rate without a length in it", partial(_without_xing, vbr_mp3)
    yield "mp3 of variable bit rate", vbr_mp3
    for size in (0, 1, 100, 5_000, 70_000, 3_000_000):
        yield f"mp3 with an ID3 tag of {size} bytes", partial(_with_id3, size)
    yield "mp3 with an ID3v1 tag", lambda: mp3_without_xing() + b"TAG" + b"song".ljust(125, b"\0")
    yield "mp3 with an APE tag", lambda: mp3_without_xing() + ape_tag(2_000)
    yield (
        "mp3 with an APE and an ID3v1 tag",
        lambda: mp3_without_xing() + ape_tag(99) + b"TAG" + b"song".ljust(125, b"\0"),
    )
    yield "mp3 joined of two, each with its tag", lambda: _with_id3(50) + mp3_without_xing()
    yield "wav", good.wav
    for codec in ("pcm_u8", "pcm_s16le", "pcm_s24le", "pcm_s32le", "pcm_f32le", "pcm_f64le"):
        for layout in ("mono", "stereo", "5.1"):
            name = f"wav, {codec.removeprefix('pcm_')}, {layout}"
            yield name, partial(sound, "wav", codec, 48_000, layout)
    yield "wav, RF64", partial(sound, "wav", "pcm_s16le", 48_000, "stereo", rf64="always")
    yield "wav of a length left open", lambda: _with_wav_sizes(0xFFFF_FFFF, 0xFFFF_FFFF)
    yield "wav of a length left at zero", lambda: _with_wav_sizes(0, 0)
    yield "wav with a LIST chunk at its end", lambda: _with_chunk_at_end(b"LIST" + struct.pack("<I", 4) + b"INFO")
    yield "wav with an ID3 tag behind its end", lambda: good.wav() + b"TAG" + bytes(125)
    yield "m4a", good.m4a
    yield "m4a, ALAC", good.alac_m4a
    yield "m4a with a cover", m4a_with_cover
    for rate_hz in (22_050, 44_100, 48_000):
        yield f"m4a, {rate_hz} Hz, mono", partial(sound, "ipod", "aac", rate_hz, "mono")


@cache
def sound(container: str, codec: str, rate_hz: int, layout: str, **options: str) -> bytes:
    """A second of a tone."""
    file = io.BytesIO()
    with av.open(file, "w", format=container, options={"fflags": "+bitexact", **options}) as out:
        stream = out.add_stream(codec, rate=rate_hz)
        stream.codec_context.layout = layout
        planes = len(av.AudioLayout(layout).channels)
        tone = (np.sin(np.arange(rate_hz) / rate_hz * 2764) * 9000).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(np.repeat(tone, planes).reshape(1, -1), format="s16", layout=layout)
        frame.sample_rate = rate_hz
        resampler = av.AudioResampler(
            stream.codec_context.format, layout, rate_hz, frame_size=stream.frame_size or 1024
        )
        for piece in (*resampler.resample(frame), *resampler.resample(None)):
            out.mux(stream.encode(piece))
        out.mux(stream.encode(None))
    return file.getvalue()


@cache
def vbr_mp3() -> bytes:
    file = io.BytesIO()
    with av.open(file, "w", format="mp3", options={"fflags": "+bitexact"}) as out:
        stream = out.add_stream("libmp3lame", rate=48_000, options={"q": "4", "global_quality": "472"})
        stream.codec_context.layout = "stereo"
        stream.codec_context.flags |= av.codec.context.Flags.qscale
        for frame in good._tones(2):
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return file.getvalue()


def _without_xing(make: Make) -> bytes:
    from greenroom.media.sniff import mpeg_frame_bytes

    whole = make()
    at = max(whole.find(b"Xing"), whole.find(b"Info"))
    start = whole.rindex(b"\xff", 0, at)
    while whole[start + 1] & 0xE6 != 0xE2:
        start = whole.rindex(b"\xff", 0, start)
    return whole[start + mpeg_frame_bytes(whole[start : start + 4]) :]


def mp3_without_xing() -> bytes:
    return _without_xing(good.mp3)


def _with_id3(size: int) -> bytes:
    frame = b"TXXX" + struct.pack(">IH", size, 0) + b"\xaa" * size if size else b""
    length = bytes(len(frame) >> shift & 0x7F for shift in (21, 14, 7, 0))
    return b"ID3\x03\x00\x00" + length + frame + mp3_without_xing()


def ape_tag(size: int) -> bytes:
    body = b"v" * size
    fields = struct.pack("<III", 2000, size + 32, 1)
    header = b"APETAGEX" + fields + struct.pack("<I", 0xA000_0000) + bytes(8)
    return header + body + b"APETAGEX" + fields + struct.pack("<I", 0x8000_0000) + bytes(8)


def _with_wav_sizes(riff: int, data: int) -> bytes:
    whole = bytearray(good.wav())
    struct.pack_into("<I", whole, 4, riff)
    struct.pack_into("<I", whole, whole.index(b"data") + 4, data)
    return bytes(whole)


def _with_chunk_at_end(chunk: bytes) -> bytes:
    whole = good.wav() + chunk
    return whole[:4] + struct.pack("<I", len(whole) - 8) + whole[8:]


@cache
def m4a_with_cover() -> bytes:
    """With a picture in its metadata (covr), as music shops write it."""
    whole = good.m4a()
    moov = whole.rindex(b"moov") - 4
    cover = good.jpeg(100, 100)
    data = struct.pack(">I4sII", len(cover) + 16, b"data", 13, 0) + cover
    covr = struct.pack(">I4s", len(data) + 8, b"covr") + data
    ilst = struct.pack(">I4s", len(covr) + 8, b"ilst") + covr
    hdlr = struct.pack(">I4sII4s", 33, b"hdlr", 0, 0, b"mdir") + b"appl" + bytes(9)
    meta = struct.pack(">I4sI", len(hdlr) + len(ilst) + 12, b"meta", 0) + hdlr + ilst
    udta = struct.pack(">I4s", len(meta) + 8, b"udta") + meta
    old = whole[moov + 8 :]
    return whole[:moov] + struct.pack(">I4s", len(old) + len(udta) + 8, b"moov") + old + udta
