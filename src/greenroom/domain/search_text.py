"""
What is searched: texts in a form in which differences of writing do not count, cut into short pieces.

Each piece, a gram, is up to three characters of a word, one beginning at each character. A word of three characters
or more is found by all of its grams; a shorter one, such as the two characters of many Chinese, Japanese and Korean
words, by the grams that begin with it.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

GRAM_LENGTH = 3

# Signs that are commonly left out: accents of Latin, Greek and Cyrillic, points of Hebrew and vowels of Arabic. Those
# of other scripts, such as the voiced kana, make other letters.
_OMISSIBLE = (range(0x300, 0x370), range(0x591, 0x5C8), range(0x64B, 0x660), range(0x670, 0x671))
_WITHOUT_MARKS = dict.fromkeys(sign for signs in _OMISSIBLE for sign in signs)
_CONTROLS_AS_SPACE = dict.fromkeys([*range(0x20), *range(0x7F, 0xA0)], " ")


def folded(text: str) -> str:
    """A text without its differences of case, width, accents and composition."""
    if text.isascii():
        return text.lower().translate(_CONTROLS_AS_SPACE)
    plain = unicodedata.normalize("NFKC", text).casefold()
    bare = unicodedata.normalize("NFD", plain).translate(_WITHOUT_MARKS)
    return unicodedata.normalize("NFKC", bare).translate(_CONTROLS_AS_SPACE)


def words(question: str) -> tuple[str, ...]:
    """The words of a question, folded, each once."""
    return tuple(dict.fromkeys(folded(question).split()))


def document(name: str, description: str, tags: Iterable[str], metadata: Mapping[str, Any]) -> str:
    """All that is searched of an asset, folded: its name, description and tags, keys and values of its metadata."""
    return "\n".join(folded(part) for part in (name, description, *tags, *_texts(metadata)) if part)


def grams(document_or_word: str) -> set[str]:
    """The grams of a folded text; none goes across white space."""
    return {word[start : start + GRAM_LENGTH] for word in set(document_or_word.split()) for start in range(len(word))}


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield key
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif value is not None and not isinstance(value, bool):
        yield str(value)
