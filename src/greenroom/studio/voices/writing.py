"""Which writing system a character belongs to, and which language speaks a run of one that the voice cannot."""

import re
import unicodedata
from functools import lru_cache

LANGUAGE_OF = {
    "LATIN": "en-US",
    "CYRILLIC": "ru-RU",
    "GREEK": "el-GR",
    "ARABIC": "ar",
    "HEBREW": "he-IL",
    "DEVANAGARI": "hi-IN",
    "BENGALI": "bn-IN",
    "GURMUKHI": "pa-IN",
    "GUJARATI": "gu-IN",
    "ORIYA": "or-IN",
    "TAMIL": "ta-IN",
    "TELUGU": "te-IN",
    "KANNADA": "kn-IN",
    "MALAYALAM": "ml-IN",
    "SINHALA": "si-LK",
    "THAI": "th-TH",
    "MYANMAR": "my-MM",
    "GEORGIAN": "ka-GE",
    "ARMENIAN": "hy-AM",
    "ETHIOPIC": "am-ET",
    "HANGUL": "ko-KR",
    "HIRAGANA": "ja-JP",
    "KATAKANA": "ja-JP",
    "HAN": "zh-CN",
    "CHEROKEE": "chr",
}
"""The language that a run of a foreign writing system is spoken in; one that is not here cannot be spoken."""

_OF_LANGUAGE = {
    **dict.fromkeys(("ru", "uk", "be", "bg", "mk", "kk", "ky", "tt", "ba", "cv", "nog", "mn"), ("CYRILLIC",)),
    "sr": ("CYRILLIC", "LATIN"),
    "el": ("GREEK",),
    **dict.fromkeys(("ar", "fa", "ur", "sd", "ug"), ("ARABIC",)),
    "he": ("HEBREW",),
    **dict.fromkeys(("hi", "mr", "ne", "kok"), ("DEVANAGARI",)),
    **dict.fromkeys(("bn", "as", "bpy"), ("BENGALI",)),
    "pa": ("GURMUKHI",),
    "gu": ("GUJARATI",),
    "or": ("ORIYA",),
    "ta": ("TAMIL",),
    "te": ("TELUGU",),
    "kn": ("KANNADA",),
    "ml": ("MALAYALAM",),
    "si": ("SINHALA",),
    "th": ("THAI",),
    **dict.fromkeys(("my", "shn"), ("MYANMAR",)),
    "ka": ("GEORGIAN",),
    **dict.fromkeys(("hy", "hyw"), ("ARMENIAN",)),
    **dict.fromkeys(("am", "ti"), ("ETHIOPIC",)),
    "ko": ("HANGUL",),
    "ja": ("HIRAGANA", "KATAKANA"),
    **dict.fromkeys(("zh", "cmn", "yue"), ("HAN",)),
    "hak": ("LATIN",),
    "chr": ("CHEROKEE",),
    "km": ("KHMER",),
    "lo": ("LAO",),
}
_FIRST_WORDS = re.compile(r"^(CJK|[A-Z]+)")


def base_of(language: str) -> str:
    """The first part of a language tag, in small letters."""
    return language.replace("_", "-").split("-")[0].lower()


def systems_of(language: str) -> tuple[str, ...]:
    """The writing systems that a language is written in; Latin where nothing else is known."""
    return _OF_LANGUAGE.get(base_of(language), ("LATIN",))


@lru_cache(maxsize=8192)
def system_of(character: str) -> str:
    """The writing system of a letter; empty for digits, marks, punctuation and symbols, which belong to any."""
    if character.isascii():
        return "LATIN" if character.isalpha() else ""
    if unicodedata.category(character)[0] != "L":
        return ""
    name = unicodedata.name(character, "")
    match = _FIRST_WORDS.match(name.replace("FULLWIDTH ", "").replace("HALFWIDTH ", ""))
    word = match[0] if match else ""
    if word == "CJK":
        return "HAN"
    # Letters such as ª and ℃'s kin have no system in their names.
    return (
        "" if word in ("MODIFIER", "FEMININE", "MASCULINE") or ("LETTER" not in name and "SYLLA" not in name) else word
    )


def unspaced(character: str) -> bool:
    """Whether the character is of a writing system that puts no spaces between words, and is a word for captions."""
    return system_of(character) in ("HAN", "HIRAGANA", "KATAKANA")
