"""
Photographs as files: decoded into upright pictures in sRGB, and pictures written again.

Bytes of strangers are decoded here, so only a confined process calls this.
"""

import io
import struct
import zlib
from importlib import import_module

import numpy as np
from PIL import Image, ImageCms, ImageOps

from greenroom.domain.media import Format
from greenroom.studio.grey import eight_bit_grey, is_deep_grey
from greenroom.studio.photo.networks import Rgb
from greenroom.studio.pose import Picture

LONGEST_SIDE = 4096
"""Larger photographs are reduced: no frame shows a face at more pixels."""
_DECODERS = {Format.JPEG: "JPEG", Format.PNG: "PNG", Format.WEBP: "WEBP", Format.GIF: "GIF"}
_MOST_PIXELS = 120_000_000
_JPEG_QUALITY = 92
_SRGB = ImageCms.createProfile("sRGB")
# What Pillow raises on hostile bytes; MemoryError is left to the rim.
_BROKEN = (
    *(OSError, SyntaxError, ValueError, LookupError, TypeError, ArithmeticError, EOFError, AttributeError),
    *(RuntimeError, struct.error, zlib.error, Image.DecompressionBombError, ImageCms.PyCMSError),
)


class Undecodable(Exception):
    """A file that is no picture, or a damaged one."""


def warm_up() -> None:
    """Import whatever decodes a picture and computes with it, since no file can be opened later."""
    for name in ("numpy.ma", "numpy.random", "zipfile", "encodings.latin_1", "encodings.cp437"):
        import_module(name)
    Image.init()
    ImageCms.profileToProfile(Image.new("RGB", (1, 1)), _SRGB, _SRGB)


def decoded(descriptor: int, format_: Format) -> Rgb:
    """
    The picture in an open file, upright, in sRGB, laid over white; of an animation the first one.

    Raises Undecodable.
    """
    Image.MAX_IMAGE_PIXELS = _MOST_PIXELS
    with open(descriptor, "rb", closefd=False) as file:
        try:
            file.seek(0)
            with Image.open(file, formats=[_DECODERS[format_]]) as image:
                image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
                return np.asarray(_plain(image), np.uint8)
        except _BROKEN as problem:
            reason = str(problem).partition("\n")[0][:160] or type(problem).__name__
            raise Undecodable(reason) from problem


def written(picture: Picture, format_: Format) -> bytes:
    """A picture of RGBA, colours premultiplied, as a file: a JPEG has no alpha and must be opaque."""
    out = io.BytesIO()
    if format_ is Format.PNG:
        height, width = picture.shape[:2]
        whole = Image.frombytes("RGBa", (width, height), picture.tobytes())
        whole.convert("RGBA").save(out, "PNG", compress_level=6)
    else:
        rgb = np.ascontiguousarray(picture[..., :3])
        Image.fromarray(rgb).save(out, "JPEG", quality=_JPEG_QUALITY, subsampling=0, optimize=True)
    return out.getvalue()


def _plain(image: Image.Image) -> Image.Image:
    profile = image.info.get("icc_profile")
    upright = ImageOps.exif_transpose(image)
    if max(upright.size) > LONGEST_SIDE:
        upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    if is_deep_grey(upright):
        return eight_bit_grey(upright).convert("RGB")
    if upright.mode in ("RGBA", "LA", "PA", "P") or "transparency" in upright.info:
        whole = upright.convert("RGBA")
        white = Image.new("RGBA", whole.size, (255, 255, 255, 255))
        return Image.alpha_composite(white, whole).convert("RGB")
    if profile and upright.mode in ("RGB", "CMYK", "L"):
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        try:
            converted = ImageCms.profileToProfile(upright, source, _SRGB, outputMode="RGB")
        except ImageCms.PyCMSError:
            # Wrong colours are better than none, and a face is found all the same.
            return upright.convert("RGB")
        assert converted is not None, "it is not done in place"
        return converted
    return upright.convert("RGB")
