"""The beats of speech: phrases, pauses, questions and the words that are stressed, for whoever moves to them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from greenroom.studio.speech import MOUTH_HZ, Sound, Timing, Word
from greenroom.studio.timing import opening

PAUSE_S = 0.25
"""Words further apart than this are of two phrases."""

_ENDS, _ASKS, _CALLS, _BREAKS = set(".!?…。！？؟।॥"), set("?？؟"), set("!！"), set(",;:—–،、，；：")
_ACCENT_APART_S = 0.7
_ACCENTED = 0.4  # the part of words that may be stressed

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Phrase:
    """What is said in one go."""

    start_s: float
    end_s: float
    text: str = ""
    asks: bool = False
    calls: bool = False
    ends_sentence: bool = True


@dataclass(frozen=True, slots=True)
class Accent:
    """A stressed syllable, and how much it is: 0 to 1."""

    at_s: float
    strength: float


@dataclass(frozen=True, slots=True)
class Beats:
    """All of a speech, in order."""

    phrases: tuple[Phrase, ...]
    accents: tuple[Accent, ...]


def beats(timing: Timing, sound: Sound, rate: int, script: str = "") -> Beats:
    """
    Phrases and accents by the words, or by the mouth and the sound where words are not known.

    Punctuation is read from `script` between words, and from the words themselves.
    """
    level = levels(sound, rate, len(timing.mouth))
    open_ = opening(timing.mouth)
    if timing.words:
        return Beats(tuple(_phrases(timing.words, script)), tuple(_accented(timing.words, level, open_)))
    phrases = tuple(_spoken(level, open_))
    return Beats(phrases, tuple(_peaks(phrases, level)))


def levels(sound: Sound, rate: int, rows: int) -> Array:
    """How loud each row of a mouth is in decibels, over 40 ms."""
    total = np.concatenate([[0.0], np.cumsum(np.square(sound, dtype=np.float64))])
    centre = np.arange(rows) / MOUTH_HZ * rate
    low, high = (np.clip((centre + d * rate).astype(int), 0, len(sound)) for d in (-0.02, 0.02))
    return np.asarray(10 * np.log10((total[high] - total[low]) / np.maximum(high - low, 1) + 1e-7))


def _after(words: Sequence[Word], index: int, script: str) -> str:
    """What stands between a word and the next one that is not read."""
    text = words[index].text
    last = max((i for i, letter in enumerate(text) if letter.isalnum()), default=-1)
    mark = text[last + 1 :]
    if 0 <= words[index].end <= len(script):
        following = words[index + 1].start if index + 1 < len(words) else len(script)
        mark += script[words[index].end : max(words[index].end, following)]
    return mark


def _phrases(words: Sequence[Word], script: str) -> Iterator[Phrase]:
    first = 0
    for index, word in enumerate(words):
        mark = set(_after(words, index, script))
        last = index == len(words) - 1
        gap = 0.0 if last else words[index + 1].start_s - word.end_s
        if last or mark & _ENDS or gap >= PAUSE_S or (mark & _BREAKS and index - first >= 3):
            said = words[first : index + 1]
            text = " ".join(one.text for one in said)
            ends = last or bool(mark & _ENDS) or gap > 2 * PAUSE_S
            yield Phrase(said[0].start_s, word.end_s, text, bool(mark & _ASKS), bool(mark & _CALLS), ends)
            first = index + 1


def _spoken(level: Array, open_: NDArray[np.float32]) -> Iterator[Phrase]:
    """Where there is speech: the mouth is open or the sound is loud, short pauses filled."""
    if not len(level):
        return
    heard = (open_ > 0.08) | (level > max(-45.0, float(np.percentile(level, 95)) - 22))
    rows = np.flatnonzero(heard)
    if not len(rows):
        return
    breaks = np.flatnonzero(np.diff(rows) > PAUSE_S * MOUTH_HZ)
    starts, ends = np.concatenate([[0], breaks + 1]), np.concatenate([breaks, [len(rows) - 1]])
    for start, end in zip(rows[starts], rows[ends], strict=True):
        if end - start > 0.15 * MOUTH_HZ:
            yield Phrase(start / MOUTH_HZ, (end + 1) / MOUTH_HZ)


def _accented(words: Sequence[Word], level: Array, open_: NDArray[np.float32]) -> Iterator[Accent]:
    found: list[tuple[float, float]] = []
    for word in words:
        low = min(int(word.start_s * MOUTH_HZ), max(0, len(level) - 1))
        high = max(low + 1, min(int(word.end_s * MOUTH_HZ), len(level)))
        peak = low + int(np.argmax(level[low:high] + 12 * open_[low:high]))
        weight = float(level[peak]) + 14 * min(0.6, word.end_s - word.start_s)
        # Short words are mostly the small change of a language.
        weight -= 4.0 if sum(map(str.isalnum, word.text)) <= 3 and word.text.isascii() else 0.0
        found.append((weight, peak / MOUTH_HZ))
    yield from _strongest(found, max(1, round(_ACCENTED * len(words))))


def _peaks(phrases: Sequence[Phrase], level: Array) -> Iterator[Accent]:
    kernel = np.hanning(13)
    smooth = np.convolve(level, kernel / kernel.sum(), "same")
    found: list[tuple[float, float]] = []
    for phrase in phrases:
        rows = np.arange(int(phrase.start_s * MOUTH_HZ) + 1, min(len(level) - 1, int(phrase.end_s * MOUTH_HZ)))
        tops = rows[(smooth[rows] >= smooth[rows - 1]) & (smooth[rows] > smooth[rows + 1])]
        found += [(float(smooth[row]), row / MOUTH_HZ) for row in tops]
    yield from _strongest(found, max(1, round(_ACCENTED * len(found))) if found else 0)


def _strongest(found: Sequence[tuple[float, float]], count: int) -> Iterator[Accent]:
    """The heaviest, far enough from each other, in the order of time."""
    chosen: list[tuple[float, float]] = []
    for weight, at in sorted(found, key=lambda one: (-one[0], one[1])):
        if len(chosen) < count and all(abs(at - other) >= _ACCENT_APART_S for _, other in chosen):
            chosen.append((weight, at))
    if not chosen:
        return
    heaviest, lightest = chosen[0][0], chosen[-1][0]
    for weight, at in sorted(chosen, key=lambda one: one[1]):
        yield Accent(at, 0.4 + 0.6 * (weight - lightest) / max(1e-6, heaviest - lightest) if len(chosen) > 1 else 0.8)


def pauses(phrases: Sequence[Phrase], duration_s: float) -> list[tuple[float, float]]:
    """Where nobody speaks, from when to when in seconds, before, between and after phrases."""
    edges = [(0.0, 0.0), *((one.start_s, one.end_s) for one in phrases), (duration_s, duration_s)]
    return [(end, start) for (_, end), (start, _) in pairwise(edges) if start - end >= PAUSE_S]
