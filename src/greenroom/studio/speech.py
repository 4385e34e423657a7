"""What is spoken and when: the values that voices, timing, captions and avatars hand to each other."""

from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from greenroom.studio.notice import Notice as Notice

Sound = NDArray[np.float32]
"""Mono samples from -1 to 1."""
Mouth = NDArray[np.float32]
"""
A mouth at MOUTH_HZ: one row an instant, columns as in CHANNELS.

`jaw` 0 closed to 1 wide open; `wide` -1 pucker to 1 spread; `upper` 0 to 1 upper lip raised; `press` 1 lips pressed
together; `tuck` 1 lower lip under the upper teeth; `tongue` 1 tip behind the upper teeth.
"""

CHANNELS = ("jaw", "wide", "upper", "press", "tuck", "tongue")
MOUTH_HZ = 100


class Word(Struct, frozen=True):
    """A word as it is written, when it is heard, and where it stands in the script (half-open, in characters)."""

    text: str
    start_s: float
    end_s: float
    start: int = -1
    end: int = -1


class Phone(Struct, frozen=True):
    """A sound of speech in the International Phonetic Alphabet, without stress marks; empty for silence."""

    ipa: str
    start_s: float
    end_s: float
    stressed: bool = False


class Method(StrEnum):
    """Where times come from, best first."""

    VISEMES = "visemes"  # the voice said which mouth shapes it makes
    PHONES = "phones"  # the voice said which sounds it makes
    ALIGNED = "aligned"  # the script was aligned with the sound by an acoustic model
    WARPED = "warped"  # the script was spoken by espeak-ng and warped onto the sound
    RECOGNISED = "recognised"  # sounds were recognised without a script
    ENERGY = "energy"  # the loudness of a band of the sound


@dataclass(frozen=True, slots=True)
class Speech:
    """What a voice said. `words`, `phones` are empty and `mouth` is None where the voice does not tell."""

    sound: Sound
    rate: int
    words: tuple[Word, ...] = ()
    phones: tuple[Phone, ...] = ()
    mouth: Mouth | None = None
    warnings: tuple[Notice, ...] = field(default=())

    @property
    def duration_s(self) -> float:
        """How long it is."""
        return len(self.sound) / self.rate


@dataclass(frozen=True, slots=True)
class Timing:
    """When words are heard and how the mouth moves, and how that was found out."""

    words: tuple[Word, ...]
    mouth: Mouth
    method: Method
    warnings: tuple[Notice, ...] = field(default=())
