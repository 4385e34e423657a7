"""
Text as a reader sees it: characters with their marks, how wide they are, and where text may be broken.

ICU's dictionaries of Thai and Burmese are not in the library that draws, so these are broken between syllables, where
their spelling shows it; everything else by the rules of UAX #14 as far as captions need them.
"""

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache

_JOINER = "\u200d"
_VIRAMAS = "\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d4d\u0dca\u1039"
_SKIN = range(0x1F3FB, 0x1F400)
_FLAG = range(0x1F1E6, 0x1F200)
_TAG = range(0xE0020, 0xE0080)
# May not begin a line: closing marks, small Kana, what lengthens or repeats.
_NO_START = set(
    "、。，．・：；？！）］｝〕〉》」』】〙〗〟’”»,.:;?!)]}%…‥ー゛゜ヽヾゝゞ々ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶๆฯ၊။"
)
_NO_END = set("（［｛〔〈《「『【〘〖〝‘“«([{¿¡$£€¥")
_AFTER = set("、。，．；！？…,;!?-–—/\\_.@&=?+~|၊။ๆฯ")
_THAI_LEADING = "เแโใไ"
_THAI_VOWEL = re.compile("[\u0e31\u0e33-\u0e39\u0e47]")
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uaa60-\uaa7f\uf900-\ufaff]")


def clusters(text: str) -> list[str]:
    """The text in pieces that are one character to a reader: marks, joined emoji, flags and conjuncts stay whole."""
    if text.isascii():
        return list(text)
    found: list[str] = []
    for character in text:
        if found and _joins(found[-1], character):
            found[-1] += character
        else:
            found.append(character)
    return found


def _joins(before: str, character: str) -> bool:
    if before[-1] == _JOINER or before[-1] in _VIRAMAS:
        return True
    code = ord(character)
    if character == _JOINER or code in _SKIN or code in _TAG or unicodedata.category(character) in ("Mn", "Mc", "Me"):
        return not before.isspace()
    if code in _FLAG:
        return len(before) == 1 and ord(before) in _FLAG
    # Thai and Lao spell the vowel am as a letter.
    return character in "\u0e33\u0eb3"


@lru_cache(8192)
def columns(text: str) -> int:
    """How wide a text is in columns of a terminal: ideographs and emoji take two, marks none."""
    if text.isascii():
        return len(text)
    return sum(_width(cluster) for cluster in clusters(text))


def _width(cluster: str) -> int:
    return 2 if unicodedata.east_asian_width(cluster[0]) in "WF" or ord(cluster[0]) >= 0x1F000 else 1


def is_unspaced(text: str) -> bool:
    """Whether the text is of a writing system that puts no spaces between words."""
    return len(_UNSPACED.findall(text)) * 2 > len(text)


def parts(text: str, fits: Callable[[str], bool]) -> list[str]:
    """
    The text cut into the fewest pieces that fit, at the best places: after a mark, between syllables, else anywhere.

    A single character that does not fit is a piece of its own.
    """
    pieces = clusters(text)
    few = _cut(pieces, fits, len(pieces))
    even = _cut(pieces, fits, -(-len(pieces) * 11 // (10 * len(few)))) if len(few) > 1 else few
    return even if len(even) <= len(few) else few


def _cut(pieces: list[str], fits: Callable[[str], bool], longest: int) -> list[str]:
    found: list[str] = []
    while pieces:
        most = min(longest, len(pieces))
        count = next((n for n in range(1, most) if not fits("".join(pieces[: n + 1]))), most)
        count = count if count == len(pieces) else _best(pieces, count)
        found.append("".join(pieces[:count]))
        pieces = pieces[count:]
    return found


def _best(pieces: list[str], most: int) -> int:
    """How many characters the first piece takes: the best place in its second half."""
    places = range(most, max(0, most // 2), -1)
    ranked = [(rank, place) for place in places if (rank := _rank(pieces, place))]
    return max(ranked, key=lambda one: one[0])[1] if ranked else most


def _thai_rank(pieces: list[str], place: int) -> int:
    """A syllable begins with a vowel that is written first, else with a consonant that carries one."""
    before, after = pieces[place - 1], pieces[place]
    if after in _THAI_LEADING:
        return 2
    if before in _THAI_LEADING or not "ก" <= after[0] <= "ฮ":
        return 0
    leads = (before in "กขคตปผพทส" and after[0] in "รลว") or (before == "ห" and after[0] in "งญนมยรลว")
    carries = bool(_THAI_VOWEL.search(after)) or (place + 1 < len(pieces) and pieces[place + 1][0] in "าะ")
    return 1 if carries and not leads else 0


def _rank(pieces: list[str], place: int) -> int:
    """How good a break before a place is; 0 where there should be none."""
    before, after = pieces[place - 1], pieces[place]
    if after[0] in _NO_START or before[-1] in _NO_END:
        return 0
    if before[-1] in _AFTER or before.isspace():
        return 3
    if "\u0e00" <= after[0] <= "\u0e7f":
        return _thai_rank(pieces, place)
    if "\u1000" <= after[0] <= "\u109f":
        # A consonant with the killer sign, or with another under it, closes the syllable before it.
        return 2 if "\u103a" not in after and "\u1039" not in after else 0
    return 2 if is_unspaced(before) and is_unspaced(after) else 0
