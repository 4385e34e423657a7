"""The table of languages: what it promises is so, and what is not in it is refused."""

import pytest

from greenroom.errors import ParameterError
from greenroom.studio import models
from greenroom.studio.captions.fonts import Fonts
from greenroom.studio.voices.espeak_languages import espeak_language
from greenroom.studio.voices.languages import NO_CAPTIONS, Row, listed, require_captions, rows, unsaid

LETTERS = {
    "Latin": "Aaßñęőłşžạ",
    "Cyrillic": "ЖжіїўҗқөүҮ",
    "Greek": "Ωάϊ",
    "Arabic": "بپچکگیۇئڄ",
    "Hebrew": "שלום",
    "Devanagari": "कळश्रि",
    "Bengali": "কৰৱ",
    "Gurmukhi": "ਕੱਡ",
    "Gujarati": "કળ",
    "Oriya": "କଳ",
    "Tamil": "கழ",
    "Telugu": "కళ",
    "Kannada": "ಕಳ",
    "Malayalam": "കഴ",
    "Sinhala": "කළ",
    "Thai": "กำ",
    "Myanmar": "ကႇၵ",
    "Georgian": "ქართული",
    "Armenian": "հայ",
    "Ethiopic": "አማኘ",
    "Hangul": "한국",
    "Hiragana": "ひらがな",
    "Katakana": "カタカナ",
    "Han": "汉漢語",
}


@pytest.mark.parametrize("row", [row for row in rows() if row.captions != NO_CAPTIONS], ids=lambda row: row.tag)
def test_a_language_with_captions_has_its_letters_in_the_installed_fonts(row: Row) -> None:
    fonts = Fonts(models.fonts_folder(models.usual_folder()), row.tag)

    assert [fonts.lacking(LETTERS[system]) for system in row.writing] == [[] for _ in row.writing]


@pytest.mark.parametrize("row", [row for row in rows() if row.captions == NO_CAPTIONS], ids=lambda row: row.tag)
def test_a_language_without_fonts_is_refused_with_captions(row: Row) -> None:
    with pytest.raises(ParameterError, match="no font that is installed has its letters"):
        require_captions(row.tag)


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.tag)
def test_the_embedded_voices_take_the_languages_that_are_told_of_them_and_no_others(row: Row) -> None:
    if row.embedded:
        assert espeak_language(row.tag)
    else:
        assert row.voices == ()
        with pytest.raises(ParameterError):
            espeak_language(row.tag)


@pytest.mark.parametrize("language", ["tlh", "xx-XX", "q", "", "-"])
def test_a_language_that_is_not_listed_is_refused(language: str) -> None:
    with pytest.raises(ParameterError, match=r"docs/reference/languages\.md"):
        listed(language)


@pytest.mark.parametrize(
    ("script", "language", "system"),
    [
        ("សួស្តី", "en-US", "Khmer"),
        ("漢字", "ja-JP", "Han"),
        ("ひらがな", "ja-JP", ""),
        ("Привет", "en-US", ""),
        ("12 សួស្តី", "en-US", ""),
    ],
)
def test_a_script_of_letters_that_nobody_says_is_found_out(script: str, language: str, system: str) -> None:
    assert unsaid(script, language) == system
