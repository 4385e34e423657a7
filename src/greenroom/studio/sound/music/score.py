"""A piece of music as it is written: parts, their instruments, notes and places in the mix."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from greenroom.studio.sound.blocks import RATE
from greenroom.studio.sound.music.theory import Note
from greenroom.studio.sound.music.waves import Wave

Instrument = Callable[[int, float, float], Wave]
"""Key, seconds, strength -> a note, of one channel or of a row for each side, with what rings after it."""


@dataclass(frozen=True, slots=True)
class Part:
    """
    What one instrument plays. `level_db` is the level of what is heard of it; `pan` -1 left to 1 right; `send` the
    share that goes into the room, `echo` that into the echo; `loose_s` how far a player is off the beat.
    """

    instrument: Instrument
    notes: Sequence[Note]
    level_db: float
    pan: float = 0.0
    send: float = 0.2
    echo: float = 0.0
    loose_s: float = 0.004
    pumped: float = 0.0
    """By how much the level goes down with each beat, as under a bass drum: 0 to 1."""


@dataclass(frozen=True, slots=True)
class Score:
    """
    A loop: whatever rings at its end rings on at its beginning.

    `swing` delays every second note of the `grid` by its share of it; `room_s` is how long the room rings; `drive` how
    far the tape is driven; `air_db` what is given above 6 kHz.
    """

    bpm: int
    bars: int
    parts: Sequence[Part]
    beats: int = 4
    swing: float = 0.0
    grid: float = 0.5
    room_s: float = 1.4
    echo_beats: float = 0.75
    drive: float = 0.5
    air_db: float = 0.0

    @property
    def frames_a_beat(self) -> float:
        """How long a beat is."""
        return RATE * 60 / self.bpm

    @property
    def frames(self) -> int:
        """How long the loop is."""
        return round(self.bars * self.beats * self.frames_a_beat)
