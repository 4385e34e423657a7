"""What a row of the advice table is made of: the file it looks at, what a look sees, the row, the advice."""

from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from greenroom.domain.media import Finding, Kind, Measurements, MediaInfo, SoundMeasurements


class Advice(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing that is not best: stable code, a sentence, what was measured, what is recommended, what to do."""

    code: str
    message: str
    measured: str
    recommended: str
    cure: str
    at_s: float | None = None
    purpose: str = ""
    """What it is for if not for videos as such: `photo_avatar`."""


@dataclass(frozen=True, slots=True)
class Case:
    """One file that advice is given on; `portrait` is what was found when it was looked at as a portrait."""

    info: MediaInfo
    size_bytes: int
    kind: Kind
    portrait: tuple[Finding, ...] = ()

    @property
    def measured(self) -> Measurements:
        return self.info.measurements or _NOTHING

    @property
    def sound(self) -> SoundMeasurements:
        return self.measured.sound or _NO_SOUND

    @property
    def short_side(self) -> int | None:
        """The shorter side in pixels, so that upright pictures are judged as lying ones."""
        return min(self.info.width, self.info.height) if self.info.width and self.info.height else None


@dataclass(frozen=True, slots=True)
class Seen:
    """What a look saw: a short text with its unit, and the second where it is, if it has one."""

    text: str
    at_s: float | None = None


Look = Callable[[Case], Seen | None]

_NOTHING = Measurements()
_NO_SOUND = SoundMeasurements()


@dataclass(frozen=True, slots=True)
class Row:
    """
    One recommendation.

    `quotes` are lines of the guides, word for word; `message` has `{measured}` in it; without `look` the row
    is not advice on a file, and `upheld_by` says who sees to it instead.
    """

    code: str
    kinds: tuple[Kind, ...]
    recommended: str
    message: str
    cure: str
    quotes: tuple[str, ...] = ()
    look: Look | None = None
    upheld_by: str = "advice"
    purpose: str = ""
