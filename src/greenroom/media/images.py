"""
Judging an image: Pillow decodes every coefficient and every frame of it.

The plugin of the sniffed format is called by itself, so no other parser ever sees the bytes. A JPEG is
decoded at an eighth of its size: all entropy coding is read, which is where damage shows, and only the
arithmetic that cannot fail is saved (half the time, a sixty-fourth of the memory).
"""

import io
import mmap
import struct
import warnings
import zlib
from collections.abc import Callable
from typing import Any

import msgspec
import PIL
from PIL import GifImagePlugin, Image, JpegImagePlugin, PngImagePlugin, TiffImagePlugin, WebPImagePlugin
from PIL.ImageFile import ImageFile

from greenroom.domain.media import Examination, Finding, Format, Kind, MediaInfo
from greenroom.media.findings import finding
from greenroom.media.limits import ExamLimits
from greenroom.media.logbook import GivenUp, Logbook
from greenroom.media.mapping import mapped
from greenroom.media.protocol import Task

DECODER = f"Pillow {PIL.__version__}"

# What Pillow raises on hostile bytes, as seen when fuzzing it; MemoryError is left to the rim.
PILLOW_ERRORS = (
    OSError,
    SyntaxError,
    ValueError,
    LookupError,
    TypeError,
    ArithmeticError,
    EOFError,
    AttributeError,
    RuntimeError,
    struct.error,
    zlib.error,
)

_ORIENTATION_TAG = 0x0112
_JPEG_SCALE = 8

# Pillow reads EXIF by its TIFF plugin, which it otherwise would import in the child.
assert TiffImagePlugin is not None

_OPEN: dict[Format, Callable[[Any], ImageFile]] = {
    Format.JPEG: JpegImagePlugin.JpegImageFile,
    Format.PNG: PngImagePlugin.PngImageFile,
    Format.GIF: GifImagePlugin.GifImageFile,
    Format.WEBP: WebPImagePlugin.WebPImageFile,
}


def warm_up() -> None:
    """Decode a small image of each format, with EXIF, so that a child imports nothing."""
    warnings.simplefilter("ignore")  # this process has no one to warn
    for format in _OPEN:
        picture, sample = Image.new("RGB", (16, 16)), io.BytesIO()
        exif = Image.Exif()
        exif[_ORIENTATION_TAG] = 6
        options = {"exif": exif} if format is not Format.GIF else {}
        picture.save(sample, format.value, save_all=format is not Format.JPEG, append_images=[picture], **options)
        with mmap.mmap(-1, sample.tell()) as data:
            data.write(sample.getvalue())
            data.seek(0)
            _examine_data(data, format, ExamLimits(), Logbook())


def examine(fd: int, task: Task, limits: ExamLimits) -> Examination:
    """Judge an open image file."""
    logbook = Logbook()
    info = None
    try:
        with mapped(fd, logbook) as data:
            info = _examine_data(data, task.format, limits, logbook)
    except GivenUp:
        pass  # the reason stands in the logbook
    return logbook.examination(info, deep=info is not None, decoder=DECODER)


def _examine_data(data: mmap.mmap, format: Format, limits: ExamLimits, logbook: Logbook) -> MediaInfo:
    with logbook.stage("container", "signature, header, size in pixels"):
        if format is Format.WEBP:
            _check_size(_webp_canvas(data), limits, logbook)
        image = _opened(data, format, logbook)
        _check_size(image.size, limits, logbook)
        info = _described(image, format)
    with logbook.stage("pictures", "every frame decoded in full"):
        frame_count = _decode(image, format, limits, logbook)
    return _with_frames(info, frame_count)


def _opened(data: mmap.mmap, format: Format, logbook: Logbook) -> ImageFile:
    try:
        return _OPEN[format](data)
    except PILLOW_ERRORS as error:
        raise logbook.give_up(_damage(error)) from error


def _damage(error: Exception, frame: int | None = None) -> Finding:
    place = "" if frame is None else f" at frame {frame}"
    return finding("image_damaged", f"The image is damaged{place}: {_reason(error)}", frame=frame)


def _reason(error: Exception) -> str:
    return str(error).partition("\n")[0][:160] or type(error).__name__


def _check_size(size: tuple[int, int], limits: ExamLimits, logbook: Logbook) -> None:
    width, height = size
    if width < 1 or height < 1:
        raise logbook.give_up(finding("image_has_no_pixels", f"The image is {width} x {height} pixels"))
    if width * height > limits.max_pixels:
        raise logbook.give_up(
            finding(
                "too_many_pixels",
                f"The image has {width} x {height} pixels; allowed are {limits.max_pixels / 1e6:g} million",
                measured=f"{width * height / 1e6:.1f} megapixels",
                allowed=f"{limits.max_pixels / 1e6:g} megapixels",
            )
        )
    if max(size) > limits.max_image_side:
        raise logbook.give_up(
            finding(
                "side_too_long",
                f"One side of the image is {max(size)} pixels long; allowed are {limits.max_image_side}",
                measured=f"{max(size)} pixels",
                allowed=f"{limits.max_image_side} pixels",
            )
        )


def _webp_canvas(data: mmap.mmap) -> tuple[int, int]:
    # libwebp allocates its canvases when it opens a file: the cap must come first. Only the extended
    # layout can name a canvas; a single VP8 or VP8L picture is read by Pillow as its header says.
    head = data[:30]
    if head[12:16] == b"VP8X" and len(head) == 30:
        return int.from_bytes(head[24:27], "little") + 1, int.from_bytes(head[27:30], "little") + 1
    return 1, 1


def _described(image: ImageFile, format: Format) -> MediaInfo:
    orientation = _orientation(image)
    width, height = image.size if orientation < 5 else image.size[::-1]
    return MediaInfo(
        format=format,
        kind=Kind.IMAGE,
        width=width,
        height=height,
        orientation=orientation,
        color_mode=image.mode,
        has_alpha=image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info,
        has_icc_profile=bool(image.info.get("icc_profile")),
    )


def _orientation(image: ImageFile) -> int:
    try:
        value = image.getexif().get(_ORIENTATION_TAG, 1)
    except PILLOW_ERRORS:
        # Broken EXIF hurts nobody: every viewer shows such pictures as they are.
        return 1
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def _decode(image: ImageFile, format: Format, limits: ExamLimits, logbook: Logbook) -> int:
    """Decode every frame and say how many there are."""
    frame = 0
    try:
        if format is Format.JPEG:
            width, height = image.size
            image.draft(None, (max(1, width // _JPEG_SCALE), max(1, height // _JPEG_SCALE)))
            image.load()
            return 1
        pixels = image.size[0] * image.size[1]
        image.load()
        while _moves_on(image, frame + 1):
            frame += 1
            _check_frames(frame + 1, pixels, limits, logbook)
            image.load()
    except PILLOW_ERRORS as error:
        raise logbook.give_up(_damage(error, frame or None)) from error
    return frame + 1


def _moves_on(image: ImageFile, frame: int) -> bool:
    try:
        image.seek(frame)
    except EOFError:
        return False
    return True


def _check_frames(count: int, pixels: int, limits: ExamLimits, logbook: Logbook) -> None:
    if count > limits.max_animation_frames:
        raise logbook.give_up(
            finding(
                "too_many_frames",
                f"The animation has more than {limits.max_animation_frames} frames",
                measured=f"more than {limits.max_animation_frames} frames",
                allowed=f"{limits.max_animation_frames} frames",
            )
        )
    if count * pixels > limits.max_animation_pixels:
        allowed = f"{limits.max_animation_pixels / 1e6:g} megapixels in all frames"
        raise logbook.give_up(
            finding(
                "animation_too_heavy",
                f"The frames of the animation have more than {allowed}",
                measured=f"{count * pixels / 1e6:.0f} megapixels by frame {count}",
                allowed=allowed,
            )
        )


def _with_frames(info: MediaInfo, frame_count: int) -> MediaInfo:
    return msgspec.structs.replace(info, frame_count=frame_count)
