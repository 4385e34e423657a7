"""
A script cut into pieces: what stands in it, and what is said for it.

A piece is what a caption shows at once: what stands between two spaces, or a character of Chinese or Japanese, with the
punctuation that belongs to it. Where several words stand for one thing ("12 km", "$ 5") they are one piece.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator

from msgspec import Struct
from msgspec.structs import replace

from greenroom.studio.voices.writing import system_of, unspaced

_RUN = re.compile(r"\S+")
# Not all of NFKC: it takes apart vowels of Thai and Lao.
_FANCY = re.compile("[\U0001d400-\U0001d7ff\uff01-\uffee\ufb00-\ufb4f\ufb50-\ufdff\ufe70-\ufefc]+")
_GLUED_MARK = re.compile(r"[，：；！？](?=\w)|(?<=[^\W\d_])[,;](?=[^\W\d_])")
_OPENING = "「『（《〈【([{“‘«¿¡"


class Edit(Struct, frozen=True, order=True):
    """Characters [start, end) of a script and what is said for them."""

    start: int
    end: int
    said: str


class Piece(Struct, frozen=True):
    """Characters [start, end) of a script and what is said for them, with its punctuation."""

    start: int
    end: int
    said: str


def cut(script: str, edits: Iterable[Edit]) -> list[Piece]:
    """
    The pieces of a script in its order.

    Edits do not overlap; one that spans spaces makes one piece of its runs. Letters in fancy dress (mathematical,
    full width, ligatures) are said as the letters that they are.
    """
    ordered = sorted(edits)
    pieces: list[Piece] = []
    for start, end in _glued(script, ordered):
        inside = [edit for edit in ordered if edit.start >= start and edit.end <= end]
        if any(map(unspaced, script[start:end])):
            pieces += _unspaced(script, start, end, inside)
        else:
            pieces.append(Piece(start, end, _said(script, start, end, inside)))
    return [replace(piece, said=_undressed(piece.said)) for piece in pieces]


def _undressed(said: str) -> str:
    # A voice hears a pause only where a space is behind the mark.
    said = _GLUED_MARK.sub(lambda mark: mark[0] + " ", said)
    if said.isascii():
        return said
    plain = _FANCY.sub(lambda letters: unicodedata.normalize("NFKC", letters[0]), said)
    return unicodedata.normalize("NFC", plain)


def _unspaced(script: str, start: int, end: int, edits: list[Edit]) -> Iterator[Piece]:
    """The pieces of a run without spaces: what was edited is one each, the rest is cut by characters."""
    at = start
    for edit, following in zip([Edit(start, start, ""), *edits], [*edits, Edit(end, end, "")], strict=True):
        at = edit.end
        # Punctuation stands with what it follows.
        while edit.end > edit.start and at < following.start and _is_mark(script[at]):
            at += 1
        if edit.end > edit.start:
            yield Piece(edit.start, at, edit.said + script[edit.end : at])
        if following.start > at:
            yield from (Piece(a, b, script[a:b]) for a, b in _characters(script, at, following.start))


def _is_mark(character: str) -> bool:
    return not character.isalnum() and not character.isspace() and character not in _OPENING


def _glued(script: str, edits: list[Edit]) -> Iterator[tuple[int, int]]:
    start = end = -1
    pending = iter([*edits, Edit(len(script) + 1, len(script) + 1, "")])
    edit = next(pending)
    for run in _RUN.finditer(script):
        if run.start() >= end:
            if end > start:
                yield start, end
            start = run.start()
        end = max(end, run.end())
        while edit.end <= run.start():
            edit = next(pending)
        while edit.start < run.end():
            end = max(end, edit.end)
            edit = next(pending)
    if end > start:
        yield start, end


def _said(script: str, start: int, end: int, edits: list[Edit]) -> str:
    said, at = "", start
    for edit in edits:
        said += script[at : edit.start] + edit.said
        at = edit.end
    return said + script[at:end]


def _characters(script: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """
    Cut a run that has no spaces: Han by character, Kana and others by runs of their system.

    Punctuation and marks stay with what they follow; an opening bracket goes with what it opens.
    """
    begin = start
    system = ""
    seen = False
    for at in range(start, end):
        own = system_of(script[at])
        if not own and not script[at].isdigit():
            continue
        own = own or "DIGIT"
        if seen and (own == "HAN" or own != system):
            cut_at = _before_opening(script, begin, at)
            yield begin, cut_at
            begin = cut_at
        system, seen = own, True
    yield begin, end


def _before_opening(script: str, begin: int, at: int) -> int:
    while at - 1 > begin and script[at - 1] in _OPENING:
        at -= 1
    return at
