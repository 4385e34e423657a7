"""
Making a picture render-safe: upright, in sRGB, fitted into a box, as JPEG, PNG or WebP.

The picture decides the format where the recipe does not: what moves becomes an animated WebP, what has
transparency stays PNG (or WebP, if it was), all else becomes JPEG.
"""

import io
import os
import struct
import warnings
import zlib
from collections.abc import Callable, Iterator
from typing import Any

from PIL import Image, ImageCms, ImageOps

from greenroom.domain.animation import shown_ms
from greenroom.domain.media import Finding, Format
from greenroom.domain.optimize_findings import remark
from greenroom.domain.recipe import ImageRecipe, fitted
from greenroom.domain.rendition import Measured, Optimized
from greenroom.media.optimizing.messages import NotMade, OptimizeLimits

READABLE = ("JPEG", "PNG", "WEBP", "GIF", "AVIF", "TIFF", "BMP", "JPEG2000")

# What Pillow raises on hostile bytes; MemoryError is left to the rim.
_PILLOW_ERRORS = (
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
_STEPS_DOWN = (75, 65, 55, 45)
_SHRINK = 0.8
_MOST_SHRINKS = 8
_SRGB = ImageCms.createProfile("sRGB")
_WHITE = (255, 255, 255, 255)


def warm_up() -> None:
    """Import whatever decodes or encodes an image, since no file can be opened later."""
    Image.init()


def optimize(
    source: int, target: int, recipe: ImageRecipe, limits: OptimizeLimits, name: str, tell: Callable[[float], None]
) -> Optimized:
    """Make the copy; raises NotMade with the reason when there can be none. `name` is the source's in words."""
    warnings.simplefilter("ignore")  # a palette with transparent bytes is no reason to print
    Image.MAX_IMAGE_PIXELS = limits.max_pixels
    with open(source, "rb", closefd=False) as file:
        file.seek(0)
        try:
            with Image.open(file, formats=READABLE) as picture:
                return _Copy(picture, recipe, limits, name, os.fstat(source).st_size, tell).write_to(target)
        except Image.DecompressionBombError as error:
            raise NotMade(remark("optimize_too_large", f"The picture is too large: {error}")) from error
        except _PILLOW_ERRORS as error:
            reason = str(error).partition("\n")[0][:160] or type(error).__name__
            raise NotMade(remark("optimize_unreadable", f"The picture cannot be decoded: {reason}")) from error


class _Copy:
    """One picture on its way into another."""

    def __init__(
        self,
        picture: Image.Image,
        recipe: ImageRecipe,
        limits: OptimizeLimits,
        name: str,
        size_bytes: int,
        tell: Callable[[float], None],
    ) -> None:
        if picture.width * picture.height > limits.max_pixels:
            raise NotMade(remark("optimize_too_large", f"The picture is {picture.width} x {picture.height} pixels"))
        self._picture = picture
        self._recipe = recipe
        self._limits = limits
        self._tell = tell
        self._remarks: list[Finding] = []
        self._frames = _frame_count(picture)
        self._turned = picture.getexif().get(_ORIENTATION_TAG, 1) in (5, 6, 7, 8)
        width, height = picture.size[::-1] if self._turned else picture.size
        self._before = Measured(name, size_bytes, width, height, frame_count=self._frames, color=_color(picture))
        self._size = fitted(width, height, recipe)
        self._exif = _kept_exif(picture) if recipe.keep_metadata else b""
        self._profile = picture.info.get("icc_profile")
        self._has_alpha = picture.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in picture.info

    def write_to(self, target: int) -> Optimized:
        """Encode until it is small enough, then write."""
        format_ = self._chosen_format()
        moving = self._frames > 1 and format_ is Format.WEBP
        encode = self._encoded_animation if moving else self._encoded_still(format_)
        body, size = self._small_enough(encode, format_)
        os.lseek(target, 0, os.SEEK_SET)
        os.ftruncate(target, 0)
        with open(target, "wb", closefd=False) as file:
            file.write(body)
        frames = self._frames if moving else 1
        after = Measured(f"{format_.value} image", len(body), *size, frame_count=frames, color="sRGB")
        return Optimized(format_, self._before, after, tuple(self._remarks))

    def _chosen_format(self) -> Format:
        asked = self._recipe.format
        if asked is None:
            if self._frames > 1:
                return Format.WEBP
            if self._has_alpha:
                return Format.WEBP if self._picture.format == "WEBP" else Format.PNG
            return Format.JPEG
        if self._frames > 1 and asked is not Format.WEBP:
            self._remarks.append(remark("animation_dropped"))
        if self._has_alpha and asked is Format.JPEG:
            self._remarks.append(remark("alpha_flattened"))
        return asked

    def _small_enough(
        self, encode: Callable[[tuple[int, int], int], bytes], format_: Format
    ) -> tuple[bytes, tuple[int, int]]:
        most, asked = self._recipe.max_bytes, self._recipe.quality_as(format_)
        size, body = self._size, b""
        lower = [quality for quality in _STEPS_DOWN if quality < asked] if format_ is not Format.PNG else []
        for _shrink in range(_MOST_SHRINKS):
            for quality in (asked, *lower):
                body = encode(size, quality)
                if most is None or len(body) <= most:
                    if quality != asked or size != self._size:
                        how = f"Quality {quality} at {size[0]} x {size[1]} pixels, to stay under {most:,} bytes"
                        self._remarks.append(remark("quality_lowered", how))
                    return body, size
            size = max(1, round(size[0] * _SHRINK)), max(1, round(size[1] * _SHRINK))
        raise NotMade(remark("optimize_not_small_enough", measured=f"{len(body):,} bytes", allowed=f"{most:,} bytes"))

    # One picture

    def _encoded_still(self, format_: Format) -> Callable[[tuple[int, int], int], bytes]:
        picture = self._picture
        # A JPEG can be decoded at a half, a quarter, an eighth; twice the size wanted is left for the filter.
        width, height = self._size[::-1] if self._turned else self._size
        picture.draft(None, (2 * width, 2 * height))
        upright = self._in_srgb(ImageOps.exif_transpose(picture))
        if format_ is Format.JPEG and upright.mode == "RGBA":
            upright = Image.alpha_composite(Image.new("RGBA", upright.size, _WHITE), upright).convert("RGB")
        self._tell(0.4)

        def encode(size: tuple[int, int], quality: int) -> bytes:
            body = io.BytesIO()
            _resized(upright, size).save(body, format_.value, **_options(format_, quality), **self._kept())
            return body.getvalue()

        return encode

    def _in_srgb(self, picture: Image.Image) -> Image.Image:
        alpha = picture.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in picture.info
        if picture.mode.startswith("I") or picture.mode == "F":
            picture = _eight_bits(picture)
        if self._profile and picture.mode in ("RGB", "RGBA", "CMYK", "L"):
            converted = _by_profile(picture, self._profile)
            if converted is not None:
                return converted
        return picture.convert("RGBA" if alpha else "RGB")

    def _kept(self) -> dict[str, Any]:
        return {"exif": self._exif} if self._exif else {}

    # Many

    def _encoded_animation(self, size: tuple[int, int], quality: int) -> bytes:
        if self._frames > self._limits.max_animation_frames:
            text = f"The animation has {self._frames} frames; allowed are {self._limits.max_animation_frames}"
            raise NotMade(remark("optimize_too_large", text))
        body = io.BytesIO()
        frames = _Frames(self._picture, size, self._shown_frame, self._told(self._frames))
        frames.save(
            body,
            "WEBP",
            save_all=True,
            duration=list(self._durations()),
            loop=self._picture.info.get("loop", 0),
            **_options(Format.WEBP, quality),
            **self._kept(),
        )
        return body.getvalue()

    def _shown_frame(self, picture: Image.Image, size: tuple[int, int]) -> Image.Image:
        upright = ImageOps.exif_transpose(picture) if self._turned else picture
        return _resized(upright.convert("RGBA"), size)

    def _durations(self) -> Iterator[int]:
        for number in range(self._frames):
            self._picture.seek(number)
            yield shown_ms(self._picture.info.get("duration", 0) or 0)
        self._picture.seek(0)

    def _told(self, count: int) -> Callable[[int], None]:
        return lambda number: self._tell(number / count)


class _Frames(Image.Image):
    """An animation whose frames are made as the encoder asks for them: Pillow would hold all of them at once."""

    def __init__(
        self,
        source: Image.Image,
        size: tuple[int, int],
        shown: Callable[[Image.Image, tuple[int, int]], Image.Image],
        told: Callable[[int], None],
    ) -> None:
        super().__init__()
        self._source = source
        self._shown = shown
        self._told = told
        self._mode = "RGBA"
        self._size = size
        self.n_frames = _frame_count(source)
        self.is_animated = True
        self.seek(0)

    def seek(self, frame: int) -> None:
        self._at = frame
        self._source.seek(frame)
        self.im = self._shown(self._source, self._size).im
        self._told(frame)

    def tell(self) -> int:
        return self._at


def _frame_count(picture: Image.Image) -> int:
    # The second picture of an MPO is another view of the first, or its gain map, and the pages of a TIFF do not move.
    return getattr(picture, "n_frames", 1) if picture.format in ("GIF", "WEBP", "PNG", "AVIF") else 1


def _color(picture: Image.Image) -> str:
    profile = picture.info.get("icc_profile")
    if not profile:
        return picture.mode
    try:
        return (
            f"{picture.mode}, {ImageCms.getProfileDescription(ImageCms.ImageCmsProfile(io.BytesIO(profile))).strip()}"
        )
    except (ImageCms.PyCMSError, OSError):
        return picture.mode


def _by_profile(picture: Image.Image, profile: bytes) -> Image.Image | None:
    mode = "RGBA" if picture.mode == "RGBA" else "RGB"
    try:
        found = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        return ImageCms.profileToProfile(picture, found, _SRGB, outputMode=mode)
    except (ImageCms.PyCMSError, OSError, ValueError):
        # A broken profile, or one for another mode: shown as every viewer would, without it.
        return None


def _eight_bits(picture: Image.Image) -> Image.Image:
    if picture.mode == "F":
        return picture.convert("L")
    if picture.mode == "I" and picture.getextrema()[1] <= 255:  # type: ignore[operator]  # a single band
        return picture.convert("L")
    return picture.convert("I").point(lambda value: value / 257).convert("L")


def _resized(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    if picture.size == size:
        return picture
    return picture.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)


def _options(format_: Format, quality: int) -> dict[str, Any]:
    if format_ is Format.JPEG:
        return {"quality": quality, "optimize": True, "progressive": True}
    if format_ is Format.WEBP:
        return {"quality": quality, "method": 4}
    return {"optimize": True}


def _kept_exif(picture: Image.Image) -> bytes:
    exif = picture.getexif()
    exif.pop(_ORIENTATION_TAG, None)
    return exif.tobytes() if exif else b""
