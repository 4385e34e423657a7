"""
The letters of the International Phonetic Alphabet as mouth shapes: key poses after Rhubarb's, refined by letter.

A sound is looked up letter by letter, so that any combination espeak-ng writes is known: diphthongs and affricates
become their parts, and marks of length, tone, voice or nasality do not change what the lips do.
"""

import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

Shape = tuple[float, float, float, float, float, float]
"""Targets of `speech.CHANNELS`."""

REST: Shape = (0.0, 0.0, 0.0, 0.25, 0.0, 0.0)
"""Lips closed without effort."""


class Kind(StrEnum):
    """What a part of a sound asks of the mouth."""

    VOWEL = "vowel"
    CLOSURE = "closure"  # lips meet: the eye notices when they do not
    TEETH = "teeth"  # the lower lip meets the upper teeth
    ROUND = "round"  # the lips have a shape of their own, whatever stands beside
    FREE = "free"  # made inside the mouth: lips take on what stands beside


@dataclass(frozen=True, slots=True)
class Part:
    """A letter: what it asks, its key pose, and how far lips keep it against their neighbours, 0 to 1."""

    kind: Kind
    shape: Shape
    own: float = 1.0


def _vowels(letters: str, jaw: float, wide: float, upper: float, tongue: float = 0.0) -> dict[str, Part]:
    return {letter: Part(Kind.VOWEL, (jaw, wide, upper, 0.0, 0.0, tongue)) for letter in letters}


def _free(letters: str, jaw: float, wide: float, upper: float, tongue: float, own: float) -> dict[str, Part]:
    return {letter: Part(Kind.FREE, (jaw, wide, upper, 0.0, 0.0, tongue), own) for letter in letters}


def _round(letters: str, jaw: float, wide: float, upper: float, tongue: float, own: float) -> dict[str, Part]:
    return {letter: Part(Kind.ROUND, (jaw, wide, upper, 0.0, 0.0, tongue), own) for letter in letters}


LETTERS: dict[str, Part] = {
    # Capitals, digits and Greek are how espeak-ng writes sounds that its tables have no IPA name for.
    **_vowels("aäA", 0.88, 0.18, 0.35),
    **_vowels("ɑ", 0.92, 0.02, 0.30),
    **_vowels("æ", 0.78, 0.40, 0.40),
    **_vowels("ɐ", 0.64, 0.10, 0.30),
    **_vowels("ʌ", 0.58, 0.08, 0.28),
    **_vowels("ɛε3", 0.52, 0.32, 0.35),
    **_vowels("ɜɘ", 0.40, -0.08, 0.22),
    **_vowels("e", 0.40, 0.42, 0.34),
    **_vowels("əɤ", 0.34, 0.02, 0.22),
    **_vowels("ɚɝ", 0.32, -0.30, 0.18, 0.2),
    **_vowels("ɪI", 0.27, 0.38, 0.30, 0.1),
    **_vowels("i", 0.22, 0.60, 0.32, 0.1),
    **_vowels("ɨᵻ", 0.25, 0.22, 0.26, 0.1),
    **_vowels("ɯ", 0.24, 0.12, 0.24),
    **_vowels("ɒɶ", 0.72, -0.28, 0.22),
    **_vowels("ɔɞ", 0.60, -0.46, 0.18),
    **_vowels("œ", 0.48, -0.42, 0.22),
    **_vowels("oO", 0.44, -0.62, 0.12),
    **_vowels("øɵ", 0.34, -0.58, 0.16),
    **_vowels("ʊU", 0.27, -0.66, 0.10),
    **_vowels("ʏ", 0.25, -0.70, 0.14),
    **_vowels("yʉ", 0.20, -0.84, 0.12),
    **_vowels("u", 0.20, -0.95, 0.06),
    **{letter: Part(Kind.CLOSURE, (0.0, 0.0, 0.0, 1.0, 0.0, 0.0), 0.5) for letter in "pbmɓʙʘ"},
    **{letter: Part(Kind.TEETH, (0.10, 0.05, 0.34, 0.0, 1.0, 0.0), 0.8) for letter in "fvɱⱱ"},
    **{letter: Part(Kind.TEETH, (0.16, 0.02, 0.26, 0.0, 0.7, 0.0), 0.7) for letter in "ʋV"},
    # Lips that nearly meet, and let air through.
    **{letter: Part(Kind.ROUND, (0.06, -0.28, 0.06, 0.30, 0.0, 0.0), 0.8) for letter in "ɸβΦ"},
    **_round("wʍɥ", 0.16, -0.95, 0.06, 0.0, 0.95),
    **_round("ʃʒSZ", 0.20, -0.58, 0.34, 0.3, 0.8),
    **_round("ɕʑʂʐ", 0.18, -0.38, 0.34, 0.3, 0.7),
    **_round("ɹɻ", 0.24, -0.46, 0.18, 0.3, 0.7),
    **_free("sz", 0.12, 0.34, 0.32, 0.3, 0.55),
    **_free("ʦʣ", 0.12, 0.32, 0.30, 0.5, 0.55),
    **_free("θðT", 0.22, 0.12, 0.24, 0.9, 0.6),
    **_free("tdnDN", 0.16, 0.20, 0.24, 0.7, 0.35),
    **_free("ʈɖɳɗ", 0.20, 0.12, 0.22, 0.6, 0.35),
    **_free("lɫɭɺɮɬLǁ", 0.34, 0.14, 0.24, 1.0, 0.45),
    **_free("rɾɽ", 0.24, 0.08, 0.22, 0.8, 0.35),
    **_free("jʝʎɲcɟçJ", 0.20, 0.44, 0.28, 0.1, 0.55),
    **_free("kɡgŋɠK", 0.22, 0.10, 0.20, 0.0, 0.2),
    **_free("xɣχʁʀqɢɴX", 0.28, 0.04, 0.20, 0.0, 0.2),
    **_free("hɦħʕʜʢʔʡ?H", 0.26, 0.06, 0.18, 0.0, 0.08),
    **_free("ǀǃǂ!", 0.24, 0.10, 0.22, 0.8, 0.4),
}

_ROUNDED = "ʷᵝ"


@cache
def parts(ipa: str) -> tuple[Part, ...]:
    """
    What the mouth does for a sound, in order; empty for silence and for notes such as `(en)`.

    A sound without any known letter is made inside the mouth, like a velar.
    """
    if not ipa or ipa.startswith("("):
        return ()
    found: list[Part] = []
    for letter in unicodedata.normalize("NFD", ipa):
        # NFD takes ç and ä apart; those two letters differ from their bases.
        if letter == "̧" and ipa.startswith("ç"):
            found[-1] = LETTERS["ç"]
        elif letter in _ROUNDED and found:
            found[-1] = _rounded(found[-1])
        elif letter in LETTERS:
            found.append(LETTERS[letter])
    if not found and all(unicodedata.category(c).startswith(("M", "Lm", "Sk", "P")) or c in "ˈˌːˑ" for c in ipa):
        return ()
    return tuple(found) or (LETTERS["k"],)


def _rounded(part: Part) -> Part:
    jaw, wide, upper, press, tuck, tongue = part.shape
    return Part(part.kind, (jaw, min(wide, -0.5), upper, press, tuck, tongue), max(part.own, 0.7))
