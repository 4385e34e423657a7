"""Gestures: which, and when, so that hands begin with a phrase, arrive with its stress and go back to rest."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from greenroom.studio.beats import Beats, Phrase

RISE_S, FALL_S = 0.6, 0.75
"""How long hands take to get there and back."""

_LONGEST_HOLD_S, _SHORTEST_HOLD_S = 2.4, 0.45
_BETWEEN_S = 0.8
_CHANCE = 0.72

TALKING: tuple[tuple[str, float], ...] = (("open", 3), ("explain", 3), ("present", 2), ("emphasis", 2), ("chest", 0.5))
"""What hands do while one talks, and how often against each other; names of `cast.GESTURES`."""

_GREETINGS = ("hi", "hello", "hey", "welcome", "goodbye", "bye", "hola", "bonjour", "salut", "hallo", "ciao", "olá")
_OWN = ("i", "i'm", "i've", "my", "me", "myself", "our", "ich", "mein", "yo", "mi", "je", "mon")


@dataclass(frozen=True, slots=True)
class Gesture:
    """Hands leave rest at `start_s`, are out after `rise_s`, stay for `hold_s` and are back after `fall_s` more."""

    name: str
    start_s: float
    hold_s: float
    rise_s: float = RISE_S
    fall_s: float = FALL_S

    @property
    def end_s(self) -> float:
        """When hands are at rest again."""
        return self.start_s + self.rise_s + self.hold_s + self.fall_s


def gestures(beats: Beats, length_s: float, rng: np.random.Generator) -> list[Gesture]:
    """Gestures in order, one after the other, at rest at the beginning and the end."""
    made: list[Gesture] = []
    free = 0.1
    for index, phrase in enumerate(beats.phrases):
        chance, pick = float(rng.random()), float(rng.random())
        greets = index == 0 and _says(phrase, _GREETINGS, 2)
        start = max(_start(phrase, beats), free)
        # Too late for this phrase: hands that arrive when it is over say nothing.
        late = start > phrase.start_s + 0.5 * (phrase.end_s - phrase.start_s)
        if late or (chance > _CHANCE and not greets):
            continue
        longest = min(_LONGEST_HOLD_S, length_s - start - RISE_S - FALL_S - 0.1)
        hold = min(longest, max(_SHORTEST_HOLD_S, phrase.end_s - start - RISE_S - 0.1))
        if hold < _SHORTEST_HOLD_S:
            continue
        name = "wave" if greets else _named(phrase, pick, made)
        made.append(Gesture(name, start, hold))
        free = made[-1].end_s + _BETWEEN_S * (0.5 + pick)
    return made


def _start(phrase: Phrase, beats: Beats) -> float:
    """Hands arrive with the first stress of a phrase, but leave about when it begins."""
    stresses = (one.at_s for one in beats.accents if phrase.start_s <= one.at_s < phrase.end_s)
    first = next(stresses, phrase.start_s + 0.4)
    return min(max(first - RISE_S, phrase.start_s - 0.25), phrase.start_s + 0.5)


def _named(phrase: Phrase, pick: float, made: Sequence[Gesture]) -> str:
    """By what is said where that is plain, else by chance, and not the same twice in a row."""
    last = made[-1].name if made else ""
    if phrase.asks and last != "open":
        return "open"
    if phrase.calls and last != "emphasis":
        return "emphasis"
    if _says(phrase, _OWN, 2) and last != "chest" and pick < 0.6:
        return "chest"
    choice = [(name, weight) for name, weight in TALKING if name != last]
    edges = np.cumsum([weight for _, weight in choice])
    return choice[int(np.searchsorted(edges, pick * edges[-1], "right"))][0]


def _says(phrase: Phrase, words: Sequence[str], within: int) -> bool:
    said = [word.strip('.,!?;:"“”…¡¿').lower() for word in phrase.text.split()[:within]]
    return any(word in words for word in said)
