"""
Images as backgrounds: decoded, turned upright, cut and scaled once, brought to sRGB, and laid over white.

An animation shows each picture as long as its file says, over and over.
"""

import io
from bisect import bisect_right
from itertools import accumulate
from typing import Any

import numpy as np
from PIL import Image, ImageCms, ImageOps

from greenroom.domain.animation import shown_ms
from greenroom.domain.media import Format
from greenroom.errors import NotProduced
from greenroom.studio.grey import eight_bit_grey, is_deep_grey
from greenroom.studio.ground.cover import enlargement, seen
from greenroom.studio.ground.port import Backdrop, Kept, Reading, readonly
from greenroom.studio.ground.still import Still
from greenroom.studio.plan import Material
from greenroom.studio.planes import Planes, planes_of_rgb
from greenroom.studio.speech import Notice

_DECODERS = {Format.JPEG: "JPEG", Format.PNG: "PNG", Format.WEBP: "WEBP", Format.GIF: "GIF"}
_UNREADABLE = (OSError, SyntaxError, ValueError, EOFError, Image.DecompressionBombError)
_SMALL = 2.0


def open_picture(
    material: Material, name: str, frame: tuple[int, int], frame_rate: int, focus: tuple[float, float]
) -> Backdrop:
    """
    An image behind a frame of a width and height. `name` is what errors call it.

    Raises NotProduced for what cannot be decoded, though it was verified.
    """
    try:
        made = _Made(material, frame, focus)
        pictures = made.pictures()
        if len(pictures) == 1:
            return Still(made.picture(pictures[0]), made.warnings())
        delays = [made.delay_ms(number) for number in pictures]
        return Animation(made, pictures, delays, frame_rate, name)
    except _UNREADABLE as broken:
        raise _unreadable(name, broken) from broken


class Animation:
    """The pictures of an image, each for its time, over and over."""

    def __init__(self, made: "_Made", pictures: list[int], delays_ms: list[int], frame_rate: int, name: str) -> None:
        self._made, self._pictures, self._name = made, pictures, name
        self._ends_ms = list(accumulate(delays_ms))
        self._frame_rate = frame_rate
        self._kept = Kept(len(pictures), made.frame)
        self._shown = -1
        self._planes = self._picture(0)
        self.warnings = made.warnings()

    def at(self, index: int) -> Planes:
        """The picture whose time it is."""
        moment_ms = index * 1000 // self._frame_rate % self._ends_ms[-1]
        number = bisect_right(self._ends_ms, moment_ms)
        if number != self._shown:
            self._planes, self._shown = self._picture(number), number
        return self._planes

    def close(self) -> None:
        """Let go of the decoder."""
        self._made.close()

    def _picture(self, number: int) -> Planes:
        try:
            return self._kept.get(number, lambda at: readonly(self._made.picture(self._pictures[at])))
        except _UNREADABLE as broken:
            raise _unreadable(self._name, broken) from broken


class _Made:
    """An open image, and how its pictures become planes of a frame."""

    def __init__(self, material: Material, frame: tuple[int, int], focus: tuple[float, float]) -> None:
        self.frame = frame
        self._material, self._focus = material, focus
        self._open()
        self._profile_is_broken = False
        self._profile = self._image.info.get("icc_profile")

    def pictures(self) -> list[int]:
        """The numbers of the pictures that are shown; the first of a PNG may be for programs that know no animation."""
        count = int(getattr(self._image, "n_frames", 1))
        return list(range(1 if self._image.info.get("default_image") and count > 1 else 0, count))

    def delay_ms(self, number: int) -> int:
        """How long a picture is shown."""
        self._go_to(number)
        self._image.load()  # WebP tells it only then
        return shown_ms(float(self._image.info.get("duration", 0)))

    def _open(self) -> None:
        file = io.BufferedReader(Reading(self._material.descriptor), 1 << 16)
        self._image: Any = Image.open(file, formats=[_DECODERS[self._material.format]])
        self._number = 0

    def _go_to(self, number: int) -> None:
        # Pillow's reader of PNG loses count when it goes back.
        if number < self._number:
            self._image.close()
            self._open()
        if number != self._number:
            self._image.seek(number)
            self._number = number

    def picture(self, number: int) -> Planes:
        """Picture `number` of the image."""
        self._go_to(number)
        upright = ImageOps.exif_transpose(_eight_bit(self._image))
        self._shown = upright.size
        part = seen(upright.size, self.frame, self._focus)
        # Scaled in the colours of the file, since there are fewer pixels to convert afterwards.
        scaled = upright.resize(self.frame, Image.Resampling.LANCZOS, box=part, reducing_gap=3.0)
        return planes_of_rgb(np.asarray(_over_white(self._in_srgb(scaled))))

    def warnings(self) -> tuple[Notice, ...]:
        """What is not as it was asked for."""
        found = []
        scale = enlargement(self._shown, self.frame)
        if scale > _SMALL:
            found.append(small(self._shown, self.frame, scale))
        if self._profile_is_broken:
            found.append(Notice("background_profile_unreadable", _BROKEN_PROFILE))
        if self._image.mode == "CMYK" and not self._profile:
            found.append(Notice("background_without_profile", _NO_PROFILE))
        return tuple(found)

    def close(self) -> None:
        """Let go of the decoder."""
        self._image.close()

    def _in_srgb(self, image: Image.Image) -> Image.Image:
        if not self._profile:
            return image.convert("RGBA" if image.mode == "RGBA" else "RGB")
        alpha = image.getchannel("A") if image.mode == "RGBA" else None
        try:
            converted = converted_to_srgb(image.convert("RGB") if alpha else image, self._profile)
        except (ImageCms.PyCMSError, OSError, ValueError):
            self._profile_is_broken = True
            converted = image.convert("RGB")
        if alpha:
            converted.putalpha(alpha)
        return converted


_NO_PROFILE = (
    "The background is in CMYK without a colour profile: its colours are guessed. Give an image in sRGB to have them "
    "as they were meant."
)
_BROKEN_PROFILE = (
    "The colour profile of the background cannot be used, so its colours are taken as sRGB. Give an image in sRGB."
)


def small(shown: tuple[int, int], frame: tuple[int, int], scale: float) -> Notice:
    """That a background has too few pixels for a frame."""
    return Notice(
        "background_small",
        f"The background is {shown[0]} x {shown[1]} pixels; to fill {frame[0]} x {frame[1]} it is enlarged "
        f"{scale:.1f} times and looks soft. Give one of at least {frame[0]} x {frame[1]} pixels.",
    )


def converted_to_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    """An image whose colours are described by an ICC profile; raises PyCMSError if that fits it not."""
    source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    flags = ImageCms.Flags.BLACKPOINTCOMPENSATION
    intent = ImageCms.Intent.RELATIVE_COLORIMETRIC
    srgb = ImageCms.createProfile("sRGB")
    done = ImageCms.profileToProfile(image, source, srgb, renderingIntent=intent, outputMode="RGB", flags=flags)
    assert done is not None
    return done


def _eight_bit(image: Image.Image) -> Image.Image:
    """With eight bits a channel and without a palette, transparency kept; orientation stays written in it."""
    if is_deep_grey(image):
        return _with_facts(eight_bit_grey(image), image)
    if image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info:
        return _with_facts(image.convert("RGBA"), image)
    if image.mode in ("L", "RGB", "CMYK"):
        return image
    return _with_facts(image.convert("L" if image.mode == "1" else "RGB"), image)


def _with_facts(made: Image.Image, image: Image.Image) -> Image.Image:
    exif = image.getexif()
    if exif:
        made.info["exif"] = exif.tobytes()
    return made


def _over_white(image: Image.Image) -> Image.Image:
    if image.mode != "RGBA":
        return image
    white = Image.new("RGBA", image.size, (255, 255, 255, 255))
    return Image.alpha_composite(white, image).convert("RGB")


def _unreadable(name: str, broken: BaseException) -> NotProduced:
    return NotProduced(
        "background_unreadable",
        f"The background ({name}) cannot be decoded: {broken}. Upload the image again, or give another one.",
    )
