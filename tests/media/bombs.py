"""Small files that ask for a lot: pixels, frames, scans, packets, tables, streams, text."""

import struct
import zlib
from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import cache, partial

import av
import damaged_samples as damaged
import numpy as np
from good_corpus import png_chunk, with_chunk

import media_samples as good


def bomb_files() -> Iterator[tuple[str, Callable[[], bytes], frozenset[str]]]:
    """Name, maker and the codes one of which must come first."""
    pixels = frozenset(("too_many_pixels",))
    yield "png of 40,000 x 40,000 pixels", damaged.pixel_flood_png, pixels
    yield "jpeg of 64,250 x 64,250 pixels", damaged.pixel_flood_jpeg, pixels
    yield "gif of 65,535 x 65,535 pixels", lambda: _gif_of(65_535, 65_535), pixels
    yield "gif with one frame of 65,535 x 65,535 pixels", lambda: _gif_of(16, 16, frame=(65_535, 65_535)), pixels
    yield "webp of 16 million x 16 million pixels", _webp_canvas_bomb, pixels
    yield "png 1 pixel high and 40,000 wide", lambda: _png_of(40_000, 1), frozenset(("side_too_long",))
    frames = frozenset(("too_many_frames", "animation_too_heavy"))
    yield "gif of 2,500 frames", damaged.frame_flood_gif, frames
    yield "gif of 60 frames of 20 megapixels", lambda: _gif_frames(5_000, 4_000, 60), frames
    yield "animated png that promises 100,000 frames", lambda: _apng_promising(100_000), frames
    yield "webp of 2,500 frames", _webp_frames_bomb, frames
    yield "jpeg of 200 scans", _jpeg_of_many_scans, frozenset(("too_many_scans",))
    metadata = frozenset(("metadata_bomb",))
    zeros = _deflated_zeros(200)
    yield "png, text that inflates to 200 MB", lambda: with_chunk(good.png(64, 48), b"zTXt", b"a\0\0" + zeros), metadata
    yield (
        "png, profile that inflates to 200 MB",
        lambda: with_chunk(good.png(64, 48), b"iCCP", b"a\0\0" + zeros),
        metadata,
    )
    yield (
        "png, international text that inflates to 200 MB",
        lambda: with_chunk(good.png(64, 48), b"iTXt", b"a\0\1\0\0\0" + zeros),
        metadata,
    )
    yield "png, image data that inflates to 200 MB", _png_with_excess, frozenset(("image_damaged",))
    yield "mp4 of 8192 x 8192 pixels", big_picture_mp4, frozenset(("side_too_long",))
    yield "mp4 of 1000 frames per second", fast_mp4, frozenset(("frame_rate_too_high",))
    yield "webm of 1000 frames per second", partial(fast_mp4, "webm", "libvpx"), frozenset(("frame_rate_too_high",))
    streams = frozenset(("too_many_streams",))
    yield "mp4 of 100 tracks", lambda: damaged.with_many_tracks(good.mp4(), 100), streams
    yield "mp4 of 10,000 tracks", lambda: damaged.with_many_tracks(good.mp4(), 10_000), streams
    packets = frozenset(("too_many_packets",))
    yield "mp4, 100 million samples of one size", lambda: _with_table(b"stsz", 8, 100_000_000, fixed=True), packets
    yield "mp4, 4,000 million times", lambda: _with_table(b"stts", 4, 0xFFFF_FFFF), packets
    yield "mp4, one time for 4,000 million samples", lambda: _stts_run(0xFFFF_FFF0), packets
    yield "mp4, 4,000 million offsets", lambda: _with_table(b"stco", 4, 0xFFFF_FFFF), packets
    yield "mp4, 4,000 million runs of chunks", lambda: _with_table(b"stsc", 4, 0xFFFF_FFFF), packets
    yield "mp4, 4,000 million edits", lambda: _with_table(b"elst", 4, 0xFFFF_FFFF), packets
    yield "webm of 4,000 streams", _webm_of_many_streams, streams


def _png_of(width: int, height: int) -> bytes:
    header = png_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    rows = (b"\0" + bytes(width)) * height
    return b"\x89PNG\r\n\x1a\n" + header + png_chunk(b"IDAT", zlib.compress(rows)) + png_chunk(b"IEND", b"")


def _gif_head(width: int, height: int) -> bytes:
    return b"GIF89a" + struct.pack("<HHBBB", width, height, 0x80, 0, 0) + b"\x00\x00\x00\xff\xff\xff"


def _gif_frame(width: int, height: int) -> bytes:
    return b"\x2c" + struct.pack("<HHHHB", 0, 0, width, height, 0) + b"\x02\x02\x4c\x01\x00"


def _gif_of(width: int, height: int, frame: tuple[int, int] = (1, 1)) -> bytes:
    return _gif_head(width, height) + _gif_frame(*frame) + b";" + bytes(16)


def _gif_frames(width: int, height: int, count: int) -> bytes:
    """Frames that all show the same big picture."""
    whole = good.still_gif(width, height)
    start = whole.index(b"\x2c\x00\x00\x00\x00")
    return whole[:start] + whole[start:-1] * count + b";"


def _webp_canvas_bomb() -> bytes:
    side = (1 << 24) - 1
    extended = struct.pack("<4sIB3x", b"VP8X", 10, 0) + side.to_bytes(3, "little") * 2
    picture = good.webp(16, 16)[12:]
    body = b"WEBP" + extended + picture
    return b"RIFF" + struct.pack("<I", len(body)) + body


@cache
def _webp_frames_bomb() -> bytes:
    whole = good.animated_webp(16, 16, 3)
    at = whole.index(b"ANMF")
    (length,) = struct.unpack_from("<I", whole, at + 4)
    frame = whole[at : at + 8 + length + (length & 1)]
    body = whole[8:at] + frame * 2_500
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _apng_promising(count: int) -> bytes:
    whole = good.animated_png()
    at = whole.index(b"acTL") - 4
    return whole[:at] + png_chunk(b"acTL", struct.pack(">II", count, 0)) + whole[at + 20 :]


@cache
def _jpeg_of_many_scans() -> bytes:
    whole = good.jpeg(64, 64, progressive=True)
    last = whole.rindex(b"\xff\xda")
    return whole[:-2] + whole[last:-2] * 200 + b"\xff\xd9"


@cache
def _deflated_zeros(megabytes: int) -> bytes:
    deflater = zlib.compressobj(9)
    return b"".join(deflater.compress(bytes(1 << 20)) for _ in range(megabytes)) + deflater.flush()


def _png_with_excess() -> bytes:
    header = png_chunk(b"IHDR", struct.pack(">IIBBBBB", 9, 9, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + png_chunk(b"IDAT", _deflated_zeros(200)) + png_chunk(b"IEND", b"")


@cache
def big_picture_mp4() -> bytes:
    """8192 x 8192 pixels, one frame, in less than 200 KB."""
    import io

    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as out:
        stream = out.add_stream("libx264", rate=30, options={"preset": "ultrafast", "crf": "51"})
        stream.width = stream.height = 8192
        stream.pix_fmt = "yuv420p"
        frame = av.VideoFrame(8192, 8192, "yuv420p")
        for plane in frame.planes:
            plane.update(np.full(plane.buffer_size, 128, np.uint8))
        frame.pts, frame.time_base = 0, Fraction(1, 30)
        out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return file.getvalue()


@cache
def fast_mp4(container: str = "mp4", codec: str = "libx264") -> bytes:
    """1000 frames per second for half a second."""
    import io

    file = io.BytesIO()
    with av.open(file, "w", format=container) as out:
        stream = out.add_stream(codec, rate=1000, options=good.ENCODER_OPTIONS[codec])
        stream.width = stream.height = 32
        stream.pix_fmt = "yuv420p"
        for number in range(500):
            frame = av.VideoFrame.from_ndarray(np.zeros((32, 32, 3), np.uint8))
            frame.pts, frame.time_base = number, Fraction(1, 1000)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return file.getvalue()


def _with_table(kind: bytes, at: int, count: int, *, fixed: bool = False) -> bytes:
    """A film whose first table of a kind says that it has `count` entries."""
    changed = bytearray(good.mp4())
    body = changed.index(kind, changed.rindex(b"moov")) + 4
    if fixed:
        struct.pack_into(">I", changed, body + 4, 1)
    struct.pack_into(">I", changed, body + at, count)
    return bytes(changed)


def _stts_run(samples: int) -> bytes:
    changed = bytearray(good.mp4())
    body = changed.index(b"stts", changed.rindex(b"moov")) + 4
    struct.pack_into(">I", changed, body + 8, samples)
    return bytes(changed)


@cache
def _webm_of_many_streams() -> bytes:
    whole = good.webm()
    at = whole.rindex(b"\x16\x54\xae\x6b")  # the first names it in the seek head
    size_bytes = 9 - whole[at + 4].bit_length()
    size = int.from_bytes(whole[at + 4 : at + 4 + size_bytes], "big") & (1 << 7 * size_bytes) - 1
    body = whole[at + 4 + size_bytes : at + 4 + size_bytes + size]
    tracks = body * 2_000
    head = b"\x16\x54\xae\x6b" + (len(tracks) | 1 << 56).to_bytes(8, "big")
    segment = whole.index(b"\x18\x53\x80\x67")
    return (
        whole[: segment + 4] + b"\x01\xff\xff\xff\xff\xff\xff\xff" + head + tracks + whole[at + 4 + size_bytes + size :]
    )
