"""
What a render-safe copy is to be like: one recipe a kind, with the values that the documentation recommends.

A recipe is complete: nothing is left to a default at the time of work, so equal recipes give equal copies and
`recipe_key` names them. `recipe_from` makes one from what a user asked for.
"""

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import msgspec
from msgspec import Struct

from greenroom.domain.media import Format, Kind
from greenroom.errors import ParameterError

RECIPE_VERSION = 1
"""Raised whenever the same recipe would give another copy: what was made before is then made anew."""

FRAME_RATES = (24, 25, 30, 50, 60)
PRESETS = ("ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow")
MP3_KBPS = (64, 96, 128, 160, 192, 256, 320)
IMAGE_FORMATS = (Format.JPEG, Format.PNG, Format.WEBP)
QUALITY = {Format.JPEG: 85, Format.WEBP: 80}

SIDE_MIN, SIDE_MAX = 2, 8192
COPY_BYTES_MIN, COPY_BYTES_MAX = 1024, 1 << 40
_SIZE = re.compile(r"\s*(\d{1,5})\s*[xX×]\s*(\d{1,5})\s*")


class ImageRecipe(Struct, frozen=True, tag_field="kind", tag="image"):
    """A picture: fitted into the box, upright, in sRGB. Without a format the picture decides."""

    max_width: int = 1920
    max_height: int = 1080
    format: Format | None = None
    quality: int | None = None
    max_bytes: int | None = None
    keep_metadata: bool = False

    def quality_as(self, format_: Format) -> int:
        """The quality for that format, 1 to 100."""
        return self.quality or QUALITY.get(format_, 85)


class VideoRecipe(Struct, frozen=True, tag_field="kind", tag="video"):
    """A video: H.264 and AAC in MP4, at a constant frame rate. Without a rate the nearest usual one is taken."""

    max_width: int = 1920
    max_height: int = 1080
    crf: int = 23
    preset: str = "veryfast"
    frame_rate: int | None = None
    bit_rate_kbps: int = 192
    loudness_lufs: float | None = None
    true_peak_dbtp: float = -1.5
    max_bytes: int | None = None
    keep_metadata: bool = False

    format = Format.MP4


class AudioRecipe(Struct, frozen=True, tag_field="kind", tag="audio"):
    """A sound: MP3 at 44.1 kHz, brought to a loudness (None leaves it as it is)."""

    bit_rate_kbps: int = 192
    loudness_lufs: float | None = -16.0
    true_peak_dbtp: float = -1.5
    max_bytes: int | None = None
    keep_metadata: bool = False

    format = Format.MP3


Recipe = ImageRecipe | VideoRecipe | AudioRecipe

RECIPES: dict[Kind, type[ImageRecipe] | type[VideoRecipe] | type[AudioRecipe]] = {
    Kind.IMAGE: ImageRecipe,
    Kind.VIDEO: VideoRecipe,
    Kind.AUDIO: AudioRecipe,
}


def recipe_key(recipe: Recipe) -> str:
    """A name for all that a recipe says: the same for equal ones, 32 hexadecimal digits."""
    said = b"%d " % RECIPE_VERSION + msgspec.json.encode(recipe)
    return hashlib.sha256(said).hexdigest()[:32]


def fitted(width: int, height: int, recipe: ImageRecipe | VideoRecipe) -> tuple[int, int]:
    """
    The size of a picture in the recipe's box: same shape, never larger than it was.

    The box turns with the picture, so a portrait one is fitted into 1080 x 1920.
    """
    long, short = sorted((recipe.max_width, recipe.max_height), reverse=True)
    box_width, box_height = (long, short) if width >= height else (short, long)
    scale = min(1.0, box_width / width, box_height / height)
    return max(1, round(width * scale)), max(1, round(height * scale))


def nearest_frame_rate(measured: float) -> int:
    """The usual rate that is nearest: 30 for 29.97."""
    return min(FRAME_RATES, key=lambda rate: abs(rate - measured))


def recipe_from(kind: Kind, wishes: Mapping[str, object], *, preset: str = "veryfast") -> Recipe:
    """
    The recipe for what somebody asked for, by the names of the recipe's fields and `max_size` ("1920x1080").

    Raises ParameterError that names the field, what was given and what is allowed.
    """
    options = _OPTIONS[kind]
    values: dict[str, object] = {"preset": preset} if kind is Kind.VIDEO else {}
    for name, given in wishes.items():
        if name not in options:
            raise ParameterError(name, f"is not an option for {kind.value}; options are {', '.join(options)}")
        values |= options[name].read(name, given)
    return RECIPES[kind](**values)  # type: ignore[arg-type]  # each option gives the type of its field


def options_for(kind: Kind) -> frozenset[str]:
    """The names of what may be asked for."""
    return frozenset(_OPTIONS[kind])


@dataclass(frozen=True, slots=True)
class _Option:
    """How one wish is read: its allowed values in words, and the value or None when it is not among them."""

    allowed: str
    parse: Callable[[object], object]

    def read(self, name: str, given: object) -> dict[str, object]:
        value = self.parse(given)
        if value is _NOT_ALLOWED:
            raise ParameterError(name, f"is {_shown(given)}; allowed are {self.allowed}")
        return value if isinstance(value, dict) else {name: value}


_NOT_ALLOWED = object()


def _shown(given: object) -> str:
    return repr(given) if len(repr(given)) <= 60 else repr(given)[:57] + "…"


def _whole(low: int, high: int, unit: str = "") -> _Option:
    def parse(given: object) -> object:
        number = _integral(given)
        return number if type(number) is int and low <= number <= high else _NOT_ALLOWED

    return _Option(f"whole numbers from {low} to {high}{unit}", parse)


def _integral(given: object) -> object:
    """In JSON 24.0 is the whole number 24."""
    return int(given) if isinstance(given, float) and given.is_integer() else given


def _one_of(*allowed: object) -> _Option:
    def parse(given: object) -> object:
        value = _integral(given)
        return value if not isinstance(value, (bool, float)) and value in allowed else _NOT_ALLOWED

    return _Option(", ".join(map(str, allowed)), parse)


def _number_or_off(low: float, high: float, unit: str) -> _Option:
    def parse(given: object) -> object:
        if given is None or given == "off":
            return None
        number = isinstance(given, (int, float)) and not isinstance(given, bool)
        return float(given) if number and low <= float(given) <= high else _NOT_ALLOWED  # type: ignore[arg-type]

    return _Option(f"numbers from {low:g} to {high:g} {unit}, and off", parse)


def _image_format(given: object) -> object:
    names = {name.value.lower(): name for name in IMAGE_FORMATS} | {"jpg": Format.JPEG, "auto": None}
    return names.get(given.lower(), _NOT_ALLOWED) if isinstance(given, str) else _NOT_ALLOWED


def _only(format_: Format) -> _Option:
    def parse(given: object) -> object:
        return {} if isinstance(given, str) and given.lower() in (format_.value.lower(), "auto") else _NOT_ALLOWED

    return _Option(f"{format_.value.lower()}, auto", parse)


def _size(given: object) -> object:
    found = _SIZE.fullmatch(given) if isinstance(given, str) else None
    sides = (int(found[1]), int(found[2])) if found else (0, 0)
    if not all(SIDE_MIN <= side <= SIDE_MAX for side in sides):
        return _NOT_ALLOWED
    return {"max_width": sides[0], "max_height": sides[1]}


def _switch(given: object) -> object:
    return given if isinstance(given, bool) else _NOT_ALLOWED


_BOX = {
    "max_size": _Option(f"sizes like 1920x1080, from {SIDE_MIN}x{SIDE_MIN} to {SIDE_MAX}x{SIDE_MAX}", _size),
    "max_width": _whole(SIDE_MIN, SIDE_MAX, " pixels"),
    "max_height": _whole(SIDE_MIN, SIDE_MAX, " pixels"),
}
_ANY = {
    "max_bytes": _whole(COPY_BYTES_MIN, COPY_BYTES_MAX, " bytes"),
    "keep_metadata": _Option("true and false", _switch),
}
_SOUND = {
    "loudness_lufs": _number_or_off(-40, -8, "LUFS"),
    "bit_rate_kbps": _one_of(*MP3_KBPS),
}
_OPTIONS: dict[Kind, dict[str, _Option]] = {
    Kind.IMAGE: {
        "format": _Option("jpeg, png, webp, auto", _image_format),
        **_BOX,
        "quality": _whole(1, 100),
        **_ANY,
    },
    Kind.VIDEO: {
        "format": _only(Format.MP4),
        **_BOX,
        "crf": _whole(10, 40),
        "preset": _one_of(*PRESETS),
        "frame_rate": _one_of(*FRAME_RATES),
        **_SOUND,
        **_ANY,
    },
    Kind.AUDIO: {"format": _only(Format.MP3), **_SOUND, **_ANY},
}
