"""
What a background costs: CPU seconds for each second of video, beside FFmpeg's own decode, crop and scale.

    PYTHONPATH=src .venv/bin/python benchmarks/production/ground.py [seconds]

Ours and FFmpeg's filter graph (in this process, by PyAV) take turns on the same film, and the best of each is
compared: machines are never quiet. The film is 1080p at 30 fps with grain, at about 6 Mb/s.
"""

import os
import sys
import tempfile
from collections.abc import Callable
from fractions import Fraction
from time import process_time

import av
import numpy as np
from av.filter import Graph
from PIL import Image

from greenroom.domain.ids import AssetId
from greenroom.domain.media import Format
from greenroom.domain.video import FRAME_RATE, ColorGround, FilmGround, Ground, PictureGround, Source
from greenroom.studio.ground import open_ground
from greenroom.studio.plan import Material

ASSET = AssetId("background")
PORTRAIT, LANDSCAPE = (1080, 1920), (1920, 1080)
ROUNDS = 3
STILL_GOAL_S = 0.001
FILM_GOAL = 1.05
"""Ours may cost so many times what FFmpeg's filters cost; the margin is what two runs of the same differ by."""


def main() -> int:
    """Measure all, print a line `GOAL name measured <= allowed met|short` for each; 1 if one is short."""
    seconds = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    met = []
    with tempfile.TemporaryDirectory() as folder:
        film, still = os.path.join(folder, "film.mp4"), os.path.join(folder, "still.jpg")
        _write_film(film, seconds)
        _grain(4000, 3000, np.random.default_rng(7)).save(still, quality=90)
        size_mb = os.path.getsize(film) / 1e6
        print(f"film: 1920 x 1080, {seconds} s, {size_mb * 8 / seconds:.1f} Mb/s; still: 12 megapixels")
        for name, frame in (("1080x1920", PORTRAIT), ("1920x1080", LANDSCAPE), ("720x1280", (720, 1280))):
            met.append(_compare(name, film, frame, seconds))
        met.append(_still(still))
    return 0 if all(met) else 1


def _compare(name: str, path: str, frame: tuple[int, int], seconds: int) -> bool:
    ground = FilmGround(Source(ASSET))
    ours, theirs = [], []
    for _ in range(ROUNDS):
        ours.append(_cpu_s(lambda: _walk(ground, path, Format.MP4, frame, seconds)))
        theirs.append(_cpu_s(lambda: _by_filters(path, frame)))
    mine, best = min(ours) / seconds, min(theirs) / seconds
    what = f"film behind {name}: {mine:.3f} CPU s/s, FFmpeg's filters {best:.3f}"
    return _goal(f"ground_film_{name}_vs_ffmpeg_ratio", mine / best, FILM_GOAL, what)


def _still(path: str) -> bool:
    ground, descriptor = PictureGround(Source(ASSET)), os.open(path, os.O_RDONLY)
    before = process_time()
    backdrop = open_ground(ground, {ASSET: Material(descriptor, Format.JPEG)}, PORTRAIT, FRAME_RATE)
    opened_s = process_time() - before
    spent_s = _cpu_s(lambda: [backdrop.at(index) for index in range(60 * FRAME_RATE)]) / 60
    os.close(descriptor)
    return _goal("ground_still_cpu_s", spent_s, STILL_GOAL_S, f"still: opened in {opened_s * 1000:.0f} ms")


def _goal(name: str, measured: float, allowed: float, what: str) -> bool:
    met = measured <= allowed
    print(f"{what}\nGOAL {name} {measured:.3g} <= {allowed:g} {'met' if met else 'short'}")
    return met


def _cpu_s(work: Callable[[], object]) -> float:
    before = process_time()
    work()
    return process_time() - before


def _walk(ground: Ground, path: str, format_: Format, frame: tuple[int, int], seconds: int) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    backdrop = open_ground(ground, {ASSET: Material(descriptor, format_)}, frame, FRAME_RATE)
    for index in range(seconds * FRAME_RATE):
        backdrop.at(index)
    backdrop.close()
    os.close(descriptor)


def _by_filters(path: str, frame: tuple[int, int]) -> None:
    """Decode, crop to the frame's shape, scale: as a program does that uses FFmpeg for it."""
    width, height = min(1920, 1080 * frame[0] // frame[1] // 2 * 2), 1080
    with av.open(path, "r") as container:
        stream = container.streams.video[0]
        stream.codec_context.thread_type = "AUTO"
        stream.codec_context.thread_count = 2
        graph = Graph()
        graph.threads = 1
        source = graph.add_buffer(template=stream, time_base=stream.time_base)
        crop = graph.add("crop", f"{width}:{height}:{(1920 - width) // 2}:0")
        scale, sink = graph.add("scale", f"{frame[0]}:{frame[1]}"), graph.add("buffersink")
        source.link_to(crop)
        crop.link_to(scale)
        scale.link_to(sink)
        graph.configure()
        for decoded in container.decode(stream):
            source.push(decoded)
            sink.pull()


def _write_film(path: str, seconds: int) -> None:
    draw = np.random.default_rng(3)
    world = np.asarray(_grain(2600, 1400, draw))
    with av.open(path, "w") as container:
        options = {"preset": "veryfast", "b": "6000000", "maxrate": "6500000", "bufsize": "6000000"}
        stream = container.add_stream("libx264", rate=FRAME_RATE, options=options)
        stream.width, stream.height, stream.pix_fmt = *LANDSCAPE, "yuv420p"
        context = stream.codec_context
        context.colorspace, context.color_primaries, context.color_trc, context.color_range = 1, 1, 1, 1
        for number in range(seconds * FRAME_RATE):
            left, top = number * 2 % 600, number % 300
            view = np.ascontiguousarray(world[top : top + 1080, left : left + 1920])
            frame = av.VideoFrame.from_ndarray(view).reformat(format="yuv420p", dst_colorspace=1, dst_color_range=1)
            frame.pts, frame.time_base = number, Fraction(1, FRAME_RATE)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def _grain(width: int, height: int, draw: np.random.Generator) -> Image.Image:
    """Clouds of several sizes with fine grain over them."""
    total = np.zeros((height, width, 3), np.float32)
    for size in (4, 16, 64, 256):
        rough = draw.integers(0, 256, (height // size + 2, width // size + 2, 3), dtype=np.uint8)
        total += np.asarray(Image.fromarray(rough).resize((width, height), Image.Resampling.BICUBIC)) * 0.22
    total += draw.normal(8, 9, (height, width, 1))
    return Image.fromarray(total.clip(0, 255).astype(np.uint8))


if __name__ == "__main__":
    _walk(ColorGround(), os.devnull, Format.MP4, PORTRAIT, 1)
    sys.exit(main())
