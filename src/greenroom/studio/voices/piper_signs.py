"""What the signs mean that Piper says: sounds of speech, pauses, and where words begin and end."""

import unicodedata
from collections.abc import Iterator, Sequence

from greenroom.studio.voices.piper_process import Sign
from greenroom.studio.voices.stretches import Stretch

_STRESS = "ˈˌ"
_PAUSES = frozenset("^$_,.;:!?…—\"'()[]{}¡¿«»“”")
"""Marks in what Piper says that are no sounds of speech; so is a space, but in its time the last sound goes on."""
_CHANGING = ("Lm", "Mn", "Sk")
"""Categories of Unicode of what changes the sound before it."""
_CLAUSE_ENDS = frozenset(".,;:!?…")


def sounds_of(signs: Sequence[Sign]) -> list[tuple[str, int, bool]]:
    """
    Sounds with their samples and whether they are stressed, of the signs that stand for them.

    A mark of stress lasts with the sound behind it; one of length, and all that changes a sound, with the one before.
    """
    sounds: list[tuple[str, int, bool]] = []
    ahead, is_stressed = 0, False
    for sign in signs:
        if sign.text in _STRESS:
            ahead, is_stressed = ahead + sign.samples, sign.text == _STRESS[0]
        elif sign.text in _PAUSES:
            sounds.append(("", ahead + sign.samples, False))
            ahead, is_stressed = 0, False
        elif sounds and _goes_with_the_last(sign.text):
            name, samples, stressed = sounds[-1]
            changed = name + sign.text if name and unicodedata.category(sign.text) in _CHANGING else name
            sounds[-1] = changed, samples + sign.samples, stressed
        else:
            sounds.append((sign.text if sign.text.strip() else "", ahead + sign.samples, is_stressed))
            ahead, is_stressed = 0, False
    return sounds


def _goes_with_the_last(sign: str) -> bool:
    """Whether it is a space, a mark on the sound before it, or the number of a tone."""
    return len(sign) == 1 and unicodedata.category(sign) in (*_CHANGING, "Zs", "Nd")


def word_times(stretch: Stretch, signs: Sequence[Sign]) -> Iterator[tuple[int, int, int]]:
    """
    For each word of a stretch the piece that it belongs to, and its first sample and the one after its last.

    Words are told apart by the spaces between their sounds. Where several are said as one, as espeak-ng has "of the",
    all words of that clause share its time by their letters.
    """
    written, heard = _written_clauses(stretch), _heard_clauses(signs)
    if len(written) != len(heard):
        written, heard = [[word for clause in written for word in clause]], [[one for group in heard for one in group]]
    for words, spans in zip(written, heard, strict=True):
        if words and spans:
            yield from _matched(words, spans)


def _matched(words: list[tuple[int, int]], spans: list[tuple[int, int]]) -> Iterator[tuple[int, int, int]]:
    if len(words) == len(spans):
        for (owner, _), (first, last) in zip(words, spans, strict=True):
            yield owner, first, last
        return
    first, length = spans[0][0], spans[-1][1] - spans[0][0]
    letters, before = sum(count for _, count in words), 0
    for owner, count in words:
        yield owner, first + length * before // letters, first + length * (before + count) // letters
        before += count


def _written_clauses(stretch: Stretch) -> list[list[tuple[int, int]]]:
    """The words of each clause: the piece and the number of letters of each."""
    clauses: list[list[tuple[int, int]]] = [[]]
    at = 0
    for run in stretch.text.split(" "):
        if any(map(str.isalnum, run)):
            clauses[-1].append((stretch.owners[at], len(run)))
        if run[-1:] in _CLAUSE_ENDS and clauses[-1]:
            clauses.append([])
        at += len(run) + 1
    return [clause for clause in clauses if clause]


def _heard_clauses(signs: Sequence[Sign]) -> list[list[tuple[int, int]]]:
    """The samples of each word of each clause."""
    clauses: list[list[tuple[int, int]]] = [[]]
    at, begun = 0, -1
    for sign in signs:
        is_between = sign.text == " " or sign.text in _PAUSES
        if is_between and begun >= 0:
            clauses[-1].append((begun, at))
            begun = -1
        elif not is_between and begun < 0:
            begun = at
        if sign.text in _CLAUSE_ENDS:
            clauses.append([])
        at += sign.samples
    if begun >= 0:
        clauses[-1].append((begun, at))
    return [clause for clause in clauses if clause]
