"""What voices and normalisation can do for each language: the rows of the reference."""

from msgspec import Struct

from greenroom.studio.voices.cast import EMBEDDED
from greenroom.studio.voices.espeak_languages import ESPEAK_LANGUAGES, base_language
from greenroom.studio.voices.vocabulary import TABLE
from greenroom.studio.voices.writing import systems_of

_NOTES = {
    "ar": "Without vowel signs the reading is a guess.",
    "fa": "Without vowel signs the reading is a guess.",
    "he": "Without vowel points the reading is a guess.",
    "ja": "Kana only: Kanji are left out with the notice `text_not_spoken`. Write readings in Kana.",
    "ur": "Without vowel signs the reading is a guess.",
    "th": "There are no spaces between words: captions highlight a few syllables at once.",
    "my": "There are no spaces between words: captions highlight a few syllables at once.",
    "shn": "There are no spaces between words: captions highlight a few syllables at once.",
    "yue": "Symbols and dates are read as in Mandarin's words.",
    "hak": "In Latin letters (Pha̍k-fa-sṳ).",
}


class Row(Struct, frozen=True):
    """A language: its tag and name, its writing systems, embedded voices, what is normalised, and what to know."""

    tag: str
    name: str
    writing: tuple[str, ...]
    voices: tuple[str, ...]
    full_normalisation: bool
    note: str = ""


def rows() -> tuple[Row, ...]:
    """Every language that a script may have, by its name. What is not here is refused."""
    return tuple(
        Row(
            tag,
            name,
            tuple(system.capitalize() for system in systems_of(tag)),
            tuple(voice.id for voice in EMBEDDED if _speaks(voice.locale, tag)),
            tag in TABLE,
            _NOTES.get(tag, ""),
        )
        for tag, name in sorted(ESPEAK_LANGUAGES.items(), key=lambda item: item[1])
    )


def _speaks(locale: str, tag: str) -> bool:
    own = "yue" if locale in ("zh-HK", "zh-MO") else base_language(locale)
    return own == tag
