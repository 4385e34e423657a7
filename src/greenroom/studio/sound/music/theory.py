"""Chords, scales and rhythms as musicians write them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, product

_CLASSES = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_SHIFTS = {"#": 1, "b": -1}
_QUALITIES = {
    "": (0, 4, 7),
    "m": (0, 3, 7),
    "5": (0, 7),
    "6": (0, 4, 7, 9),
    "7": (0, 4, 7, 10),
    "9": (0, 4, 7, 10, 14),
    "13": (0, 4, 10, 14, 21),
    "maj7": (0, 4, 7, 11),
    "maj9": (0, 4, 7, 11, 14),
    "add9": (0, 4, 7, 14),
    "sus2": (0, 2, 7),
    "sus4": (0, 5, 7),
    "m6": (0, 3, 7, 9),
    "m7": (0, 3, 7, 10),
    "m9": (0, 3, 7, 10, 14),
    "madd9": (0, 3, 7, 14),
    "m7b5": (0, 3, 6, 10),
}
MODES = {
    "major": (0, 2, 4, 5, 7, 9, 11),
    "minor": (0, 2, 3, 5, 7, 8, 10),
    "dorian": (0, 2, 3, 5, 7, 9, 10),
    "mixolydian": (0, 2, 4, 5, 7, 9, 10),
}
STRENGTHS = {"X": 1.0, "x": 0.78, "o": 0.5, ",": 0.3}


@dataclass(frozen=True, slots=True)
class Chord:
    """A chord: the classes of its tones (0 is C) from its root up, and that of its bass."""

    tones: tuple[int, ...]
    bass: int


def pitch_class(name: str) -> tuple[int, str]:
    """The class of the note that a name begins with, and the rest of the name."""
    if name[1:2] in _SHIFTS and name[1:2]:
        return (_CLASSES[name[0]] + _SHIFTS[name[1]]) % 12, name[2:]
    return _CLASSES[name[0]], name[1:]


def chord(name: str) -> Chord:
    """A chord by its symbol, such as `F#m7` or `G/B`."""
    symbol, _, below = name.partition("/")
    root, quality = pitch_class(symbol)
    tones = tuple((root + interval) % 12 for interval in _QUALITIES[quality])
    return Chord(tones, pitch_class(below)[0] if below else root)


def chords(text: str) -> list[Chord]:
    """Chords by their symbols, between spaces."""
    return [chord(name) for name in text.split()]


def nearest(tone: int, around: int) -> int:
    """The key (60 is middle C) of a class that is nearest to a key."""
    return around + (tone - around + 6) % 12 - 6


def voiced(progression: Sequence[Chord], around: int) -> list[list[int]]:
    """Keys of each chord, led so that voices move little and stay around a key."""
    keys: list[list[int]] = []
    for one in progression:
        before = keys[-1] if keys else None
        keys.append(min(_voicings(one, around), key=lambda voicing: _effort(voicing, before, around)))
    return keys


def _voicings(one: Chord, around: int) -> Iterator[list[int]]:
    choices = [(nearest(tone, around), nearest(tone, around) + 12, nearest(tone, around) - 12) for tone in one.tones]
    for keys in product(*choices):
        ordered = sorted(keys)
        if ordered[-1] - ordered[0] <= 19 and all(b - a >= 1 for a, b in pairwise(ordered)):
            yield ordered


def _effort(keys: list[int], before: list[int] | None, around: int) -> float:
    middle = abs(sum(keys) / len(keys) - around)
    clash = sum(9.0 for low, high in pairwise(keys) if high - low == 1)
    clash += sum(12.0 for low, high in product(keys, keys) if high - low == 13)
    muddy = sum(3.0 for low, high in pairwise(keys) if low < 52 and high - low < 4)
    moved = sum(min(abs(key - other) for other in before) for key in keys) if before else 0
    return 0.6 * middle + moved + clash + muddy


@dataclass(frozen=True, slots=True)
class Scale:
    """A scale from a key up: degree 1 is the key itself, 8 its octave, 0 and less are below."""

    tonic: int
    mode: str = "major"

    def key(self, degree: int) -> int:
        """The key of a degree."""
        octave, step = divmod(degree - 1, 7)
        return self.tonic + 12 * octave + MODES[self.mode][step]


@dataclass(frozen=True, slots=True)
class Note:
    """A note: when it begins and how long it lasts in beats, its key, how hard it is struck (0 to 1)."""

    beat: float
    beats: float
    key: int
    strength: float = 0.8


def melody(scale: Scale, text: str, beat: float = 0.0, strength: float = 0.8) -> list[Note]:
    """Notes as `degree:beats`; `-` rests, `!` at the end stresses."""
    notes = []
    for token in text.split():
        degree, _, length = token.rstrip("!").partition(":")
        beats = float(length or 1)
        if degree != "-":
            notes.append(Note(beat, beats, scale.key(int(degree)), strength + 0.15 * token.endswith("!")))
        beat += beats
    return notes


def rhythm(pattern: str, bars: int, beats: float = 4.0, first: float = 0.0) -> list[tuple[float, float, float]]:
    """
    A bar's pattern, repeated: beat, beats to the next stroke, strength.

    X is strong, x usual, o soft, a comma a ghost, a dot rests, a dash holds what is before it.
    """
    bare = pattern.replace(" ", "").replace("|", "")
    step = beats / len(bare) if "|" not in pattern else beats * (pattern.count("|") + 1) / len(bare)
    span = step * len(bare)
    once = []
    for index, sign in enumerate(bare):
        if sign in STRENGTHS:
            held = 1
            while index + held < len(bare) and bare[index + held] == "-":
                held += 1
            once.append((index * step, held * step, STRENGTHS[sign]))
    times = round(bars * beats / span)
    return [(first + turn * span + at, held, strength) for turn in range(times) for at, held, strength in once]


def strokes(pattern: str, bars: int, key: int = 60, first: float = 0.0, beats: float = 4.0) -> list[Note]:
    """Notes of one key in a rhythm, as drums play."""
    return [Note(at, held, key, strength) for at, held, strength in rhythm(pattern, bars, beats, first)]


def hertz(key: float) -> float:
    """The frequency of a key in equal temperament, A at 440 Hz."""
    return float(440.0 * 2 ** ((key - 69) / 12))
