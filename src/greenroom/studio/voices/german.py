"""How German ordinals are read: by the word before them, and only where they are not the end of a sentence."""

import re
from collections.abc import Iterator

from greenroom.studio.voices.pieces import Edit
from greenroom.studio.voices.vocabulary import TABLE

_OBLIQUE = ("am", "vom", "zum", "beim", "im", "den", "dem", "des", "einem", "einen", "ihrem", "ihren", "seinem",
            "seinen", "unserem", "unseren", "zur", "ab", "seit", "bis")  # fmt: skip
_ARTICLES = ("der", "die", "das", "jede", "jeder", "jedes", "ihr", "ihre", "sein", "seine", "unser", "unsere", "mein",
             "meine")  # fmt: skip
_BEFORE_COUNTS = ("ab", "bis", "seit")
_ORDINAL = re.compile(
    rf"(?:\b({'|'.join([*_OBLIQUE, *_ARTICLES])})\s)?(?<![\w.,])(\d{{1,2}})\.(?=\s([^\W\d_]+))", re.IGNORECASE
)
_MONTHS = frozenset(TABLE["de"].months.lower().split())
_ONES = ("null", "ein", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun", "zehn", "elf", "zwölf",
         "dreizehn", "vierzehn", "fünfzehn", "sechzehn", "siebzehn", "achtzehn", "neunzehn")  # fmt: skip
_TENS = ("", "", "zwanzig", "dreißig", "vierzig", "fünfzig", "sechzig", "siebzig", "achtzig", "neunzig")


def german_edits(script: str) -> Iterator[Edit]:
    """What is said otherwise in German alone: espeak-ng takes "1. Januar" for two sentences."""
    for match in _ORDINAL.finditer(script):
        after = (match[1] or "").lower()
        if (after and after not in _BEFORE_COUNTS) or match[3].lower() in _MONTHS:
            yield Edit(match.start(2), match.end(2) + 1, german_ordinal(int(match[2]), after))


def german_ordinal(number: int, before: str) -> str:
    """A German ordinal below a hundred, in the form that it has after a word: am ersten, der erste, else erster."""
    tens, ones = divmod(number, 10)
    if number < 20:
        stem = {1: "ers", 3: "drit", 7: "sieb", 8: "ach"}.get(number, _ONES[number]) + "te"
    else:
        stem = (f"{_ONES[ones]}und" if ones else "") + _TENS[tens] + "ste"
    word = before.lower()
    return stem + ("n" if word in _OBLIQUE else "" if word in _ARTICLES else "r")
