"""Words that are heard, as they are written: with the punctuation, numbers and emoji that stand around them."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise

from msgspec import Struct

from greenroom.studio.captions.clusters import clusters, columns, is_unspaced, parts
from greenroom.studio.speech import Word

_WIDEST_UNSPACED = 14
"""Columns of what is highlighted at once where no spaces tell words."""
_AFTER_MARKS = re.compile("(?<=[。！？、，；：၊။])(?![。！？、，；：၊။」』）》〉】])")
_KEPT_CONTROLS = "\u200c\u200d\u200e\u200f\u061c"


class Token(Struct, frozen=True):
    """
    What is highlighted at once: its text, what stands before it ("", a space, or a line feed for a new paragraph), and
    when it is heard.
    """

    text: str
    before: str
    start_s: float
    end_s: float
    hyphen: bool = False
    """Whether it is part of a word that is broken after it."""


def tokens(words: Sequence[Word], script: str) -> list[Token]:
    """
    The words with all that stands in the script around them; those that the script does not have as they are.

    What is between two words goes with the first of them, unless it touches only the second.
    """
    found: list[Token] = []
    at = 0
    for word in words:
        start, end = _place(word, script, at)
        if end <= at and found and start >= 0:
            found[-1] = _grown(found[-1], "", max(word.end_s, found[-1].end_s))
            continue
        if start < 0:
            found.append(Token(_shown(word.text), " " if found else "", word.start_s, word.end_s))
            continue
        start = max(start, at)
        head, before, tail = _gap(script[at:start])
        if found:
            found[-1] = _grown(found[-1], head, found[-1].end_s)
        else:
            tail, before = (head + before.replace("\n", " ") + tail).lstrip(), ""
        found.append(Token(tail + _shown(script[start:end]), before, word.start_s, word.end_s))
        at = end
    if found and at:
        found[-1] = _grown(found[-1], _shown(script[at:]).rstrip(), found[-1].end_s)
    return _in_order(token for token in found if token.text)


def split(found: Sequence[Token], fits: Callable[[str], bool]) -> list[Token]:
    """The same with tokens cut that are too wide, or long without spaces; each piece has its share of time."""
    return [piece for token in found for piece in _pieces(token, fits)]


def _pieces(token: Token, fits: Callable[[str], bool]) -> list[Token]:
    texts = _unspaced(token.text, fits) if is_unspaced(token.text) else _spaced(token.text, fits)
    total = len(clusters(token.text))
    pieces: list[Token] = []
    done, before = 0, token.before
    for text, following in pairwise([*texts, ""]):
        start_s = token.start_s + (token.end_s - token.start_s) * done / total
        done += len(clusters(text))
        end_s = token.start_s + (token.end_s - token.start_s) * done / total
        hyphen = _is_hyphenated(text[-1:]) and _is_hyphenated(following[:1])
        pieces.append(Token(text.strip(), before, start_s, end_s, hyphen))
        before = " " if text[-1:].isspace() or following[:1].isspace() else ""
    return [piece for piece in pieces if piece.text]


def _unspaced(text: str, fits: Callable[[str], bool]) -> list[str]:
    """What is highlighted at once: up to a mark, and not much more than a word is."""
    stretches = filter(None, _AFTER_MARKS.split(text))
    return [part for one in stretches for part in parts(one, lambda x: columns(x) <= _WIDEST_UNSPACED and fits(x))]


def _spaced(text: str, fits: Callable[[str], bool]) -> list[str]:
    return [text] if fits(text) else parts(text, lambda part: fits(part + "-"))


def _is_hyphenated(letter: str) -> bool:
    """Whether a word gets a hyphen where it is broken at this letter; scripts without upper case have none."""
    return unicodedata.category(letter) in ("Lu", "Ll") if letter else False


def _in_order(found: Iterable[Token]) -> list[Token]:
    """The same, none heard before the one before it."""
    ordered: list[Token] = []
    for token in found:
        start_s = max(token.start_s, ordered[-1].start_s if ordered else 0.0)
        ordered.append(Token(token.text, token.before, start_s, max(token.end_s, start_s)))
    return ordered


def _place(word: Word, script: str, at: int) -> tuple[int, int]:
    if 0 <= word.start < word.end <= len(script):
        return word.start, word.end
    start = script.find(word.text, at) if word.text else -1
    return (start, start + len(word.text)) if start >= 0 else (-1, -1)


def _gap(gap: str) -> tuple[str, str, str]:
    """What goes with the word before, what stands between, and what goes with the word after."""
    between = "\n" if "\n" in gap else " " if any(map(str.isspace, gap)) else ""
    if not between:
        return _shown(gap), "", ""
    head, tail = gap.rstrip(), gap[len(gap.rstrip()) :]
    if tail:
        return _shown(head).rstrip(), between, ""
    # It ends in something that touches the word after.
    last = max(at for at, character in enumerate(gap) if character.isspace())
    return _shown(gap[:last]).rstrip(), between, _shown(gap[last + 1 :])


def _grown(token: Token, text: str, end_s: float) -> Token:
    return Token(token.text + text, token.before, token.start_s, end_s)


def _shown(text: str) -> str:
    """Text on one line and without controls; joiners and marks of direction are part of how text is written."""
    plain = " ".join(text.split()) if text.strip() else ""
    if text[:1].isspace() and plain:
        plain = " " + plain
    return "".join(one for one in plain if unicodedata.category(one) not in ("Cc", "Cf", "Cs") or _is_kept(one))


def _is_kept(character: str) -> bool:
    return character in _KEPT_CONTROLS or 0xE0020 <= ord(character) < 0xE0080
