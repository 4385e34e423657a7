"""The tracks of the house: what lists and filters say of them, and their sound on demand."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from greenroom.studio.sound.blocks import Stereo
    from greenroom.studio.sound.music.score import Score

TRACK_LUFS = -18.0
"""The loudness of all tracks."""
_BEATS = 4


@dataclass(frozen=True, slots=True)
class Track:
    """
    A track: its number, for ever, and what is said of it. Once round its loop are so many bars of four beats.

    `book` and `title` are the module and the function that it is written in.
    """

    id: int
    name: str
    genre: str
    mood: str
    bpm: int
    bars: int
    book: str
    title: str
    about: str

    @property
    def duration_s(self) -> float:
        """How long once round takes."""
        return self.bars * _BEATS * 60 / self.bpm


_TRACKS = (
    Track(
        1, "Open Floor", "corporate", "confident", 120, 16, "everyday", "open_floor",
        "Palm-muted guitars, piano and a bell over D major: a company that is doing well.",
    ),
    Track(
        2, "Bright Side", "pop", "happy", 125, 16, "everyday", "bright_side",
        "Four on the floor in C, claps, a plucked synthesiser and a whistled tune.",
    ),
    Track(
        3, "Rainy Window", "lo-fi", "relaxed", 75, 16, "calm", "rainy_window",
        "Electric piano and slow, swung drums behind rain on a pane.",
    ),
    Track(
        4, "Slow Tide", "ambient", "dreamy", 60, 12, "calm", "slow_tide",
        "Wide pads that come and go, and bells far off, in D.",
    ),
    Track(
        5, "Front Porch", "acoustic", "warm", 96, 16, "everyday", "front_porch",
        "A fingerpicked steel-string guitar in G, a second one, shaker and bass.",
    ),
    Track(
        6, "Long Horizon", "cinematic", "inspiring", 80, 16, "driven", "long_horizon",
        "Strings that press on, large drums, horns in the second half, in A minor.",
    ),
    Track(
        7, "Paper Planes", "comedy", "playful", 128, 16, "everyday", "paper_planes",
        "Pizzicato strings, a marimba and a ukulele, swung, in F.",
    ),
    Track(
        8, "Top of the Hour", "news", "serious", 125, 16, "driven", "top_of_the_hour",
        "A pulse, strings in sixteenths and horns in D minor: the minute before the news.",
    ),
    Track(
        9, "Night Drive", "electronic", "driving", 100, 16, "driven", "night_drive",
        "Arpeggios, a pad that ducks with the drum and a snare in a large room, in F sharp minor.",
    ),
    Track(
        10, "Sunday Kitchen", "bossa nova", "relaxed", 128, 16, "calm", "sunday_kitchen",
        "A bossa nova for nylon strings and electric piano in C.",
    ),
    Track(
        11, "Quiet Letters", "piano", "reflective", 72, 12, "calm", "quiet_letters",
        "A felt piano by itself in A minor, and strings that join it.",
    ),
    Track(
        12, "Clear Focus", "minimal", "focused", 90, 12, "calm", "clear_focus",
        "Kalimba in threes over fours, a pad that breathes, hardly any drums: for screens and code.",
    ),
)  # fmt: skip


def tracks() -> Sequence[Track]:
    """All tracks by their ids."""
    return _TRACKS


def track(id_: int) -> Track | None:
    """A track by its id; None if there is none."""
    return next((one for one in _TRACKS if one.id == id_), None)


def score_of(one: Track) -> "Score":
    """What a track is played from."""
    written: Score = getattr(import_module(f"greenroom.studio.sound.music.{one.book}"), one.title)()
    return written


def sound_of(one: Track) -> "Stereo":
    """
    A track played once round at 48 kHz: its end leads into its beginning.

    It is made anew each time, in one to three seconds, and is the same to the bit; who needs it often keeps it.
    """
    # The server lists tracks and must not have a decoder; only who plays one needs what plays.
    from greenroom.studio.sound.music.performance import performed

    return performed(score_of(one), one.id, TRACK_LUFS)
