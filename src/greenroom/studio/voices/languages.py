"""
What voices, normalisation, timing and captions can do for each language: the rows of the reference.

What is not here is refused, whoever would speak it.
"""

from collections.abc import Collection, Mapping

from msgspec import Struct

from greenroom.errors import ParameterError
from greenroom.studio.voices.cast import EMBEDDED
from greenroom.studio.voices.espeak_languages import ESPEAK_LANGUAGES, base_language
from greenroom.studio.voices.vocabulary import TABLE
from greenroom.studio.voices.writing import system_of, systems_of, unspaced

PROVIDERS_ONLY: Mapping[str, str] = {
    "fil": "Filipino",
    "gl": "Galician",
    "jv": "Javanese",
    "km": "Khmer",
    "lo": "Lao",
    "mn": "Mongolian",
    "so": "Somali",
    "su": "Sundanese",
    "tl": "Tagalog",
    "zu": "Zulu",
}
"""Languages that no embedded voice speaks, but services do."""
LISTED: Mapping[str, str] = {**ESPEAK_LANGUAGES, **PROVIDERS_ONLY}
"""Base tag -> name of every language that may be spoken."""
ALIGNED = frozenset(("en",))
"""Languages of which there is an acoustic model, so that scripts are aligned with sounds."""
CAPTION_FONTS: Mapping[str, str] = {
    **dict.fromkeys(("LATIN", "CYRILLIC", "GREEK"), "NotoSans"),
    "ARABIC": "NotoSansArabic",
    "HEBREW": "NotoSansHebrew",
    "DEVANAGARI": "NotoSansDevanagari",
    "BENGALI": "NotoSansBengali",
    "GURMUKHI": "NotoSansGurmukhi",
    "GUJARATI": "NotoSansGujarati",
    "ORIYA": "NotoSansOriya",
    "TAMIL": "NotoSansTamil",
    "TELUGU": "NotoSansTelugu",
    "KANNADA": "NotoSansKannada",
    "MALAYALAM": "NotoSansMalayalam",
    "SINHALA": "NotoSansSinhala",
    "THAI": "NotoSansThai",
    "MYANMAR": "NotoSansMyanmar",
    "GEORGIAN": "NotoSansGeorgian",
    "ARMENIAN": "NotoSansArmenian",
    "ETHIOPIC": "NotoSansEthiopic",
    "HANGUL": "NotoSansKR",
    "HIRAGANA": "NotoSansJP",
    "KATAKANA": "NotoSansJP",
    "HAN": "NotoSansSC",
}
"""Writing system -> the family of the font that `greenroom models install` brings for it."""

_NOTES = {
    "ar": "Without vowel signs the reading is a guess.",
    "fa": "Without vowel signs the reading is a guess.",
    "he": "Without vowel points the reading is a guess.",
    "ja": "Kana only: Kanji are left out with the notice `text_not_spoken`. Write readings in Kana.",
    "ur": "Without vowel signs the reading is a guess.",
    "yue": "Symbols and dates are read as in Mandarin's words.",
    "hak": "In Latin letters (Pha̍k-fa-sṳ).",
}


_SYLLABLES = frozenset(("th", "my", "shn"))
_RIGHT_TO_LEFT = frozenset(("ARABIC", "HEBREW"))


class Row(Struct, frozen=True):
    """
    A language: its tag and name, its writing systems, embedded voices, what is normalised, how a sound without times
    is timed, how captions follow, and what to know.
    """

    tag: str
    name: str
    writing: tuple[str, ...]
    voices: tuple[str, ...]
    embedded: bool
    full_normalisation: bool
    timing: str
    captions: str
    note: str = ""


def rows() -> tuple[Row, ...]:
    """Every language that a script may have, by its name. What is not here is refused."""
    return tuple(
        Row(
            tag,
            name,
            tuple(system.capitalize() for system in systems_of(tag)),
            tuple(voice.id for voice in EMBEDDED if _speaks(voice.locale, tag)),
            tag in ESPEAK_LANGUAGES,
            tag in TABLE,
            _timing(tag),
            _captions(tag),
            _NOTES.get(tag, ""),
        )
        for tag, name in sorted(LISTED.items(), key=lambda item: item[1])
    )


def listed(language: str) -> str:
    """The base tag of a language of the table; raises ParameterError for one that is not in it."""
    base = base_language(language) or language.replace("_", "-").split("-")[0].lower()
    if base not in LISTED:
        text = f"is '{language[:40]}', a language that nobody here speaks; docs/reference/languages.md lists all"
        raise ParameterError("language", text)
    return base


def require_captions(language: str) -> None:
    """Raise ParameterError where there is no font that writes a language."""
    base = listed(language)
    if _captions(base) == NO_CAPTIONS:
        text = f"cannot be written in {LISTED[base]}: no font that is installed has its letters. Leave captions out"
        raise ParameterError("caption", text)


def unsaid(script: str, language: str, spoken: Collection[str] = ESPEAK_LANGUAGES) -> str:
    """
    The name of the writing system of a text, if a voice for a language can say no letter of it that also speaks
    `spoken`, which are tags of ESPEAK_LANGUAGES.
    """
    from greenroom.studio.voices.stretches import runs_of

    if any(
        needs and base_language(needs) in spoken and any(map(str.isalnum, said))
        for said, needs in runs_of(script, language)
    ):
        return ""
    return next(filter(None, map(system_of, script)), "unknown").capitalize()


NO_CAPTIONS = "none"


def _timing(tag: str) -> str:
    if tag in ALIGNED:
        return "aligned, else warped"
    return "warped" if tag in ESPEAK_LANGUAGES else "recognised; words estimated"


def _captions(tag: str) -> str:
    systems = systems_of(tag)
    if not all(system in CAPTION_FONTS for system in systems):
        return NO_CAPTIONS
    if tag in _SYLLABLES:
        return "by a few syllables"
    if any(map(unspaced, _SPECIMENS.get(systems[0], ""))):
        return "by characters"
    return "by words, right to left" if systems[0] in _RIGHT_TO_LEFT else "by words"


_SPECIMENS = {"HAN": "\u4e00", "HIRAGANA": "\u3042"}


def _speaks(locale: str, tag: str) -> bool:
    own = "yue" if locale in ("zh-HK", "zh-MO") else base_language(locale)
    return own == tag
