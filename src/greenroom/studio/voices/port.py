"""What a provider of voices is: it turns text into Speech, and tells beforehand what it can."""

from enum import StrEnum
from typing import Protocol

from msgspec import Struct

from greenroom.studio.speech import Speech


class Timings(StrEnum):
    """What a provider tells besides the sound, best first."""

    PHONES = "phones"  # words and sounds of speech
    WORDS = "words"
    NONE = "none"


class Abilities(Struct, frozen=True):
    """
    `languages` are BCP 47 tags; empty where only the provider knows which its voices speak. With `own_language_alone`
    each speaks that of its locale. `voices` are the provider's names of all that it has, None where it alone knows.
    """

    timings: Timings
    languages: frozenset[str] = frozenset()
    own_language_alone: bool = False
    voices: frozenset[str] | None = None


class Request(Struct, frozen=True):
    """
    What is to be said. `voice` is the provider's own name of the voice, `language` a BCP 47 tag, `speed` 0.5 to 2
    times the voice's own.
    """

    script: str
    voice: str
    language: str
    speed: float = 1.0


class Provider(Protocol):
    """Someone who speaks."""

    name: str

    @property
    def abilities(self) -> Abilities:
        """What it can."""

    def say(self, request: Request) -> Speech:
        """
        Speak. The words' characters are those of the script as it was given, whatever was said for them.

        Raises VoiceFailed when no sound can be had, ParameterError when the script has nothing to be said.
        """
