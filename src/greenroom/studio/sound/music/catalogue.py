"""The tracks of the house: what lists and filters say of them, and their sound on demand."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

from greenroom.studio.sound.blocks import RATE, Stereo
from greenroom.studio.sound.music import calm, driven, everyday
from greenroom.studio.sound.music.performance import performed
from greenroom.studio.sound.music.score import Score


@dataclass(frozen=True, slots=True)
class Track:
    """A track: its number, for ever, and what is said of it. `duration_s` is once round the loop."""

    id: int
    name: str
    genre: str
    mood: str
    bpm: int
    duration_s: float
    about: str


_ROWS: tuple[tuple[int, str, str, str, Callable[[], Score]], ...] = (
    (1, "Open Floor", "corporate", "confident", everyday.open_floor),
    (2, "Bright Side", "pop", "happy", everyday.bright_side),
    (3, "Rainy Window", "lo-fi", "relaxed", calm.rainy_window),
    (4, "Slow Tide", "ambient", "dreamy", calm.slow_tide),
    (5, "Front Porch", "acoustic", "warm", everyday.front_porch),
    (6, "Long Horizon", "cinematic", "inspiring", driven.long_horizon),
    (7, "Paper Planes", "comedy", "playful", everyday.paper_planes),
    (8, "Top of the Hour", "news", "serious", driven.top_of_the_hour),
    (9, "Night Drive", "electronic", "driving", driven.night_drive),
    (10, "Sunday Kitchen", "bossa nova", "relaxed", calm.sunday_kitchen),
    (11, "Quiet Letters", "piano", "reflective", calm.quiet_letters),
    (12, "Clear Focus", "minimal", "focused", calm.clear_focus),
)


@cache
def tracks() -> Sequence[Track]:
    """All tracks by their ids."""
    return tuple(_described(*row) for row in _ROWS)


def track(id_: int) -> Track | None:
    """A track by its id; None if there is none."""
    return next((one for one in tracks() if one.id == id_), None)


def sound_of(one: Track) -> Stereo:
    """
    A track played once round at 48 kHz: its end leads into its beginning.

    It is made anew each time, in a second or two, and is the same to the bit; who needs it often keeps it.
    """
    score = next(score for id_, *_, score in _ROWS if id_ == one.id)
    return performed(score(), one.id)


def _described(id_: int, name: str, genre: str, mood: str, score: Callable[[], Score]) -> Track:
    written = score()
    about = (score.__doc__ or "").strip()
    return Track(id_, name, genre, mood, written.bpm, written.frames / RATE, about)
