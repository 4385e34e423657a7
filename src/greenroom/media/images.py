"""
Judging an image: its structure is walked here, its pixels are decoded by Pillow's core and zlib.

Pillow's Python half is not used: it forgives what we must see (a GIF without an end, a JPEG with holes), and
each page of its objects that a child touches costs a fault.
"""

import base64
import mmap
import struct

import msgspec
import PIL
from PIL import _imaging as core

from greenroom.domain.media import Examination, Format, Kind, MediaInfo
from greenroom.media.exif import orientation
from greenroom.media.findings import finding
from greenroom.media.gif import read_gif
from greenroom.media.image_measuring import image_measurements
from greenroom.media.jpeg import read_jpeg
from greenroom.media.jpegscans import decode_jpeg
from greenroom.media.limits import ExamLimits
from greenroom.media.logbook import GivenUp, Logbook
from greenroom.media.mapping import mapped
from greenroom.media.png import read_png
from greenroom.media.protocol import Task
from greenroom.media.trailers import judge_disguise, judge_jpeg_rest, judge_rest
from greenroom.media.webp import decode_webp, read_webp

DECODER = f"Pillow {PIL.__version__}, libjpeg-turbo {getattr(core, 'libjpeg_turbo_version', 'none')}, zlib"

_COLOR_MODES = {1: "L", 3: "RGB", 4: "CMYK"}

# A picture of 16 x 16 in each format.
_SAMPLES = {
    Format.JPEG: (
        "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDACgcHiMeGSgjISMtKygwPGRBPDc3PHtYXUlkkYCZlo+AjIqgtObDoKrarYqMyP/L2u71"
        "////m8H////6/+b9//j/wAALCAAQABABAREA/8QAFQABAQAAAAAAAAAAAAAAAAAAAAT/xAAUEAEAAAAAAAAAAAAAAAAAAAAA/9oA"
        "CAEBAAA/AJQH/9k="
    ),
    Format.PNG: (
        "iVBORw0KGgoAAAANSUhEUgAAABAAAAAQCAIAAACQkWg2AAAAGUlEQVR4nGOMqjBiIAUwkaR6VMOohiGlAQBOnQEkK+orqgAAAABJ"
        "RU5ErkJggg=="
    ),
    Format.WEBP: ("UklGRh4AAABXRUJQVlA4TBEAAAAvD8ADAAdQvGpVpv+BiOh/AAA="),
    Format.GIF: ("R0lGODdhEAAQAIEAAFp4MgAAAAAAAAAAACwAAAAAEAAQAEAIHQABCBxIsKDBgwgTKlzIsKHDhxAjSpxIsaLFgQEBADs="),
}


def warm_up() -> None:
    """Judge a small image of each format, so that a child imports nothing."""
    for format, sample in _SAMPLES.items():
        data = mmap.mmap(-1, len(base64.b64decode(sample)))
        data.write(base64.b64decode(sample))
        _examine_data(data, format, ExamLimits(), Logbook())


def examine(fd: int, task: Task, limits: ExamLimits) -> Examination:
    """Judge an open image file."""
    logbook = Logbook()
    info = None
    try:
        info = _examine_data(mapped(fd, logbook), task.format, limits, logbook)
    except GivenUp:
        pass  # the reason stands in the logbook
    except (struct.error, IndexError):
        # A header that is cut short is noticed by whoever reads it; this is the last net.
        logbook.damaged(finding("file_truncated", "The image ends in the middle of a header"))
    return logbook.examination(info, deep=info is not None, decoder=DECODER)


def _examine_data(data: mmap.mmap, format: Format, limits: ExamLimits, logbook: Logbook) -> MediaInfo:
    with logbook.stage("disguise", "no archive or document besides"):
        judge_disguise(data, logbook)
    info = _JUDGES[format](data, limits, logbook)
    return msgspec.structs.replace(info, measurements=image_measurements(data, format))


def _jpeg(data: mmap.mmap, limits: ExamLimits, logbook: Logbook) -> MediaInfo:
    with logbook.stage("container", "every marker to the end, size, scans, restart marks, what follows"):
        jpeg = read_jpeg(data, 0, limits, logbook)
        judge_jpeg_rest(data, jpeg.end, limits, logbook, has_gain_map=jpeg.has_gain_map)
    with logbook.stage("pictures", "every coefficient decoded, every scan complete"):
        decode_jpeg(data, jpeg, logbook)
    return _described(
        Format.JPEG,
        (jpeg.width, jpeg.height),
        orientation(jpeg.exif),
        color_mode=_COLOR_MODES[jpeg.components],
        has_icc_profile=jpeg.has_icc_profile,
    )


def _png(data: mmap.mmap, limits: ExamLimits, logbook: Logbook) -> MediaInfo:
    with logbook.stage("pictures", "every chunk, checksum and row of pixels, to the end chunk"):
        png = read_png(data, limits, logbook)
    with logbook.stage("container", "what follows the end"):
        judge_rest(data, png.end, logbook)
    assert png.header is not None
    return _described(
        Format.PNG,
        (png.header.width, png.header.height),
        orientation(png.exif),
        color_mode=png.color_mode,
        has_icc_profile=png.has_icc_profile,
        has_alpha=png.has_alpha,
        frame_count=png.frame_count,
    )


def _gif(data: mmap.mmap, limits: ExamLimits, logbook: Logbook) -> MediaInfo:
    with logbook.stage("pictures", "every block to the trailer, every frame decoded"):
        gif = read_gif(data, limits, logbook)
    with logbook.stage("container", "what follows the end"):
        judge_rest(data, gif.end, logbook)
    return _described(
        Format.GIF,
        (gif.width, gif.height),
        color_mode="P",
        has_alpha=gif.has_alpha,
        frame_count=gif.frame_count,
    )


def _webp(data: mmap.mmap, limits: ExamLimits, logbook: Logbook) -> MediaInfo:
    with logbook.stage("container", "every chunk, sizes, what follows the end"):
        webp = read_webp(data, limits, logbook)
        judge_rest(data, webp.end, logbook)
    with logbook.stage("pictures", "every frame decoded"):
        decode_webp(data, webp, logbook)
    return _described(
        Format.WEBP,
        (webp.width, webp.height),
        orientation(webp.exif),
        color_mode="RGBA" if webp.has_alpha else "RGB",
        has_icc_profile=webp.has_icc_profile,
        has_alpha=webp.has_alpha,
        frame_count=webp.frame_count,
    )


_JUDGES = {Format.JPEG: _jpeg, Format.PNG: _png, Format.GIF: _gif, Format.WEBP: _webp}


def _described(
    format: Format,
    size: tuple[int, int],
    orientation: int = 1,
    *,
    color_mode: str,
    has_icc_profile: bool = False,
    has_alpha: bool = False,
    frame_count: int = 1,
) -> MediaInfo:
    width, height = size if orientation < 5 else size[::-1]
    return MediaInfo(
        format=format,
        kind=Kind.IMAGE,
        width=width,
        height=height,
        frame_count=frame_count,
        orientation=orientation,
        color_mode=color_mode,
        has_alpha=has_alpha,
        has_icc_profile=has_icc_profile,
    )
