"""
Text as it is written -> text as it is said, with a map back to the script's characters.

Rules, in this order; what one has taken is not seen by the next: characters that are not text, addresses of pages and
mail, dates, times, money, per cent, what one language has for itself, units, grouped and long numbers, ranges,
abbreviations, handles, symbols, emoji. Emoji are not spoken: they stay in the captions. Digits are left to the voice,
which counts in its language.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator

from greenroom.studio.voices.english import begins_sentence, english_edits, english_year, ordinal
from greenroom.studio.voices.german import german_edits, german_ordinal
from greenroom.studio.voices.pieces import Edit, Piece, cut
from greenroom.studio.voices.vocabulary import (
    BEFORE_NUMBER,
    MAY_END,
    TABLE,
    Vocabulary,
    abbreviations,
    counted,
    money_names,
    unit_names,
)
from greenroom.studio.voices.writing import base_of, system_of

LONGEST_WORD = 40
"""Letters after which a word is said in parts: longer ones are beyond what the voices take at once."""

_TLD = (
    "com|org|net|io|dev|ai|app|co|edu|gov|info|tv|me|de|fr|es|it|nl|uk|ru|cn|jp|br|in|eu|ch|at|pl|se|no|dk|shop|store"
)
_URL = re.compile(rf"(?:https?://|www\.)[^\s<>\"“”]+|\b(?:[a-z0-9-]+\.)+(?:{_TLD})\b(?:/[^\s<>\"“”]*)?", re.IGNORECASE)
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_TIME = re.compile(
    r"(?<![\d:.,])([01]?\d|2[0-4]):([0-5]\d)(?::([0-5]\d))?(?![\d:])(?:\s?([ap])(?:\.m\.|m\b))?", re.IGNORECASE
)
_CLOCK = r"(?:[01]?\d|2[0-4]):[0-5]\d(?:\s?[ap](?:\.m\.|m\b))?"
_HOUR = r"(?:1[0-2]|[1-9])\s?[ap](?:\.m\.|m\b)"
_TIMES = re.compile(
    rf"(?<![\w:.,])({_CLOCK}|{_HOUR}|\d{{1,2}}(?=\s?[–-]\s?{_HOUR}))\s?([–-])\s?(?={_CLOCK}|{_HOUR})", re.IGNORECASE
)
_ISO_DATE = re.compile(r"(?<![\d-])(\d{4})-(\d{2})-(\d{2})(?![\d-])")
_DATE = re.compile(r"(?<![\d/.])(\d{1,2})([./])(\d{1,2})\2(\d{4})(?![\d/])")
_NUMBER = r"(?:\d{1,2}(?:,\d{2})+,\d{3}(?!\d)|\d+)(?:[.,'’\u00a0\u202f]\d{3}(?!\d))*(?:[.,]\d+)?"
_SIGNS = r"R\$|[$€£¥￥₹₽₩₺₴₫₪]"
_MONEY_FIRST = re.compile(rf"({_SIGNS})\s?({_NUMBER})(\s?(?:k|K|M|bn|B)\b|\s(?:thousand|million|billion|trillion)\b)?")
_MONEY_LAST = re.compile(rf"(?<![\d.,])({_NUMBER})\s?({_SIGNS})")
_PERCENT = re.compile(rf"(?<![\d.,])({_NUMBER})\s?[%٪%]")
_DEGREES = re.compile(
    rf"(?<![\d.,])([-−]?)({_NUMBER})\s?(?:°|º(?=\s?[CF]))\s?([CF]?)(?![A-Za-z])|(?<![\d.,])([-−]?)({_NUMBER})\s?(℃|℉)"
)
_RANGE = re.compile(r"(?<![\d.,-])(\d{1,4})\s?[–-]\s?(\d{1,4})(?![\d.,-]*\d)")
_GROUPED = re.compile(r"(?<![\d.,])\d{1,3}([.,'’\u00a0\u202f])\d{3}(?:\1\d{3})*(?:[.,]\d+)?(?!\d)")
_SPACED = re.compile(r"(?<![\d.,])\d{1,3}(?: \d{3})+(?:,\d+)?(?!\d)")
_LONG = re.compile(r"(?<!\d)\d{10,}(?!\d)")
_HYPHENED = re.compile(r"(?<![\w+-])\d{2,4}-\d{3,4}-\d{4}(?![\w-])")
_YEAR_SIGN = re.compile(r"(?:\b([Вв])\s)?\b((?:1\d|20)\d\d)\s?г\.")
_PHONE = re.compile(r"(?<![\w+])\+\d[\d\s()./-]{6,}\d")
_DOTTED = re.compile(r"(?<![\w.,])\d{1,3}(?:\.\d{1,3}){3}(?![\w-]|[.,]\d)")
_THOUSANDS = re.compile(r"\d{1,3}(?:\.\d{3})+")
_HANDLE = re.compile(r"(?<![\w&])([#@])(?=\w)")
_WORD = re.compile(rf"[^\W\d_]{{{LONGEST_WORD + 1},}}")
_WHOLE = r"(?!\w)"
_SCALES = {"k": "thousand", "M": "million", "bn": "billion", "B": "billion"}
_SILENT_SIGNS = frozenset("™®©*_~^|<>\\`•·●◦▪►→←↑↓⇒§¶†‡#{}[]")
_KEPT_JOINERS = "\u200c\u200d"

_CYRILLIC_UNITS = {"км": "km", "м": "m", "см": "cm", "мм": "mm", "кг": "kg", "г": "g", "л": "l", "мл": "ml"}

Rule = Callable[[str, str, Vocabulary | None], Iterator[Edit]]


def pieces_of(script: str, language: str) -> list[Piece]:
    """The pieces of a script with what is said for each in a language; what is said for some is nothing."""
    words = TABLE.get(base_of(language))
    taken = bytearray(len(script))
    edits: list[Edit] = []
    for rule in RULES:
        for edit in rule(script, language, words):
            if not any(taken[edit.start : edit.end]):
                taken[edit.start : edit.end] = b"\1" * (edit.end - edit.start)
                edits.append(edit)
    return cut(script, edits)


def _edit(match: re.Match[str], said: str) -> Edit:
    return Edit(match.start(), match.end(), said)


def _not_text(script: str, _language: str, _words: Vocabulary | None) -> Iterator[Edit]:
    for at, character in enumerate(script):
        category = unicodedata.category(character)
        if category[0] == "C" and not character.isspace() and character not in _KEPT_JOINERS:
            yield Edit(at, at + 1, "")


def _addresses(script: str, _language: str, words: Vocabulary | None) -> Iterator[Edit]:
    for match in _MAIL.finditer(script):
        yield _edit(match, _spelled(match[0], words))
    for match in _URL.finditer(script):
        address = match[0].rstrip(".,;:!?)]}'\"»")
        said = re.sub(r"^(?:https?://)?(?:www\.)?|[?#].*$|/$", "", address, flags=re.IGNORECASE)
        yield Edit(match.start(), match.start() + len(address), _spelled(said, words))


def _spelled(address: str, words: Vocabulary | None) -> str:
    if words is None:
        return " ".join(re.sub(r"[^\w\s'-]|[_-]", " ", address).split())
    names = {".": words.dot, "/": words.slash, "-": words.dash, "@": words.at, "+": words.plus}
    said = re.sub(r"[./@+-]", lambda sign: f" {names[sign[0]]} ", address)
    return " ".join(re.sub(r"[^\w\s'-]|_", " ", said).split())


def _dates(script: str, language: str, words: Vocabulary | None) -> Iterator[Edit]:
    if words is None:
        return
    american = language.lower() in ("en", "en-us", "en-ph")
    for match in _ISO_DATE.finditer(script):
        yield from _date(match, match[3], match[2], match[1], language, words)
    for match in _DATE.finditer(script):
        first, second = (3, 1) if american and match[2] == "/" else (1, 3)
        yield from _date(match, match[first], match[second], match[4], language, words)


def _date(match: re.Match[str], day: str, month: str, year: str, language: str, words: Vocabulary) -> Iterator[Edit]:
    if not (1 <= int(month) <= 12 and 1 <= int(day) <= 31):
        return
    name = words.months.split()[int(month) - 1].replace("_", " ")
    number = str(int(day))
    base = base_of(language)
    if base == "en":
        said = f"{name} {ordinal(int(day))}, {english_year(int(year))}"
    elif base in ("zh", "cmn", "yue"):
        said = f"{year}年{name}{number}日"
    elif base == "ko":
        said = f"{year}년 {name} {number}일"
    elif base == "ja":
        said = f"{year}ねん {name} {number}にち"
    elif base == "hu":
        said = f"{year} {name} {number}"
    elif base == "de":
        before = match.string[: match.start()].rpartition(" ")[0].rpartition(" ")[2]
        said = f"{german_ordinal(int(day), before)} {name} {year}"
    elif number == "1" and base in ("fr", "it"):
        said = f"{'premier' if base == 'fr' else 'primo'} {name} {year}"
    elif base in ("es", "pt"):
        said = f"{number} de {name} de {year}"
    elif base == "vi":
        said = f"ngày {number} {name} năm {year}"
    else:
        said = f"{number} {name} {year}"
    yield _edit(match, said)


def _times(script: str, language: str, words: Vocabulary | None) -> Iterator[Edit]:
    hour = words.hour if words else ""
    for match in _TIME.finditer(script):
        minutes = "" if match[2] == "00" else str(int(match[2]))
        if base_of(language) == "en":
            minutes = f"oh {minutes}" if minutes and len(minutes) == 1 else minutes
            full = "hundred" if int(match[1]) > 12 else "o'clock"
            half = f"{match[4].upper()}M" if match[4] else "" if minutes else full
            parts = [str(int(match[1])), minutes, half]
        else:
            parts = [str(int(match[1])), hour, minutes]
        seconds = [str(int(match[3]))] if match[3] else []
        said = " ".join(part for part in [*parts, *seconds] if part)
        # "14:30 Uhr": the hour stands within what is said, and is not said again.
        written = re.compile(rf"\s?{hour}\b").match(script, match.end()) if hour else None
        end = written.end() if written else match.end()
        ends = said.endswith("M") and script[match.start() : end].endswith(".") and begins_sentence(script, end)
        yield Edit(match.start(), end, said + "." if ends else said)
    for match in _TIMES.finditer(script):
        yield Edit(match.start(2), match.end(2), f" {words.to} " if words else " ")


def _plain(number: str, words: Vocabulary) -> str:
    """A number without the marks between its thousands, and with the mark for parts that its language has."""
    number = re.sub(r"[ '’\u00a0\u202f]", "", number)
    other = "." if words.decimal == "," else ","
    if number.rfind(other) > number.rfind(words.decimal) >= 0:
        # Both are there, and the later one is the mark before parts: the other world's, too.
        return number.replace(words.decimal, "").replace(other, words.decimal)
    if other in number and words.decimal not in number:
        tail = number.rpartition(other)[2]
        # Three digits are thousands, anything else is the other world's decimal mark.
        return number.replace(other, "") if len(tail) == 3 else number.replace(other, words.decimal)
    if number.count(words.decimal) > 1:
        return number.replace(words.decimal, "")
    return number.replace(other, "")


def _money(script: str, language: str, words: Vocabulary | None) -> Iterator[Edit]:
    if words is None:
        return
    names = money_names(words, language)
    for match in _MONEY_FIRST.finditer(script):
        if match[1] in names:
            yield _edit(match, _amount(match[2], match[1], (match[3] or "").strip(), language, words))
    for match in _MONEY_LAST.finditer(script):
        if match[2] in names:
            yield _edit(match, _amount(match[1], match[2], "", language, words))


def _amount(written: str, sign: str, scale: str, language: str, words: Vocabulary) -> str:
    number = _plain(written, words)
    noun = money_names(words, language)[sign]
    base = base_of(language)
    if scale:
        return f"{number} {_SCALES.get(scale, scale) if base == 'en' else scale} {counted(noun, '2000000', base)}"
    whole, _, parts = number.partition(words.decimal)
    if len(parts) != 2:
        return f"{number} {counted(noun, number, base)}"
    said = f"{whole} {counted(noun, whole, base)}"
    if parts == "00":
        return said
    if base == "en":
        minor = "pence" if sign == "£" else "cents" if parts != "01" else "cent"
        return f"{said} and {int(parts)} {minor}" if int(whole) else f"{int(parts)} {minor}"
    return f"{said} {int(parts)}"


def _percents(script: str, language: str, words: Vocabulary | None) -> Iterator[Edit]:
    if words is None:
        return
    base = base_of(language)
    for match in _PERCENT.finditer(script):
        number = _plain(match[1], words)
        noun = counted(words.percent, number, base)
        yield _edit(match, f"{noun} {number}" if base in BEFORE_NUMBER else f"{number} {noun}")


def _degrees(script: str, language: str, words: Vocabulary | None) -> Iterator[Edit]:
    if words is None:
        return
    for match in _DEGREES.finditer(script):
        sign, number = match[1] or match[4] or "", match[2] or match[5]
        scale = {"C": "Celsius", "F": "Fahrenheit", "℃": "Celsius", "℉": "Fahrenheit"}.get(
            match[3] or match[6] or "", ""
        )
        minus = "minus " if sign else ""
        latin = system_of(words.degrees[0]) == "LATIN"
        number = _plain(number, words)
        noun = counted(words.degrees, number, base_of(language))
        below = minus if latin else "零下" if sign and base_of(language) in ("zh", "cmn", "yue") else sign
        yield _edit(match, f"{below}{number} {noun} {scale if latin else ''}".strip())


def _of_the_language(script: str, language: str, _words: Vocabulary | None) -> Iterator[Edit]:
    own = {"en": english_edits, "de": german_edits}.get(base_of(language))
    if own is not None:
        yield from own(script)


def _units(script: str, language: str, words: Vocabulary | None) -> Iterator[Edit]:
    if words is None:
        return
    names = unit_names(words, base_of(language))
    if system_of(words.degrees[0]) == "CYRILLIC":
        # Of a year it is no gram.
        for match in _YEAR_SIGN.finditer(script):
            said = f"{match[2]} {'году' if match[1] else 'года'}"
            ends = begins_sentence(script, match.end())
            yield Edit(match.start(2), match.end(), said + "." if ends else said)
        names |= {cyrillic: names[latin] for cyrillic, latin in _CYRILLIC_UNITS.items()}
    signs = "|".join(re.escape(sign) for sign in sorted(names, key=len, reverse=True))
    base = base_of(language)
    # Single letters only where nothing else can be meant: 5m, 5 m, but not "5 s" of a plural or "2 g's".
    for match in re.finditer(rf"(?<![\w.,])({_NUMBER})\s?({signs})(?![\w'’/])", script):
        number = _plain(match[1], words)
        yield _edit(match, f"{number} {counted(names[match[2]], number, base)}")


def _ranges(script: str, _language: str, words: Vocabulary | None) -> Iterator[Edit]:
    if words is None:
        return
    for match in _RANGE.finditer(script):
        if int(match[1]) < int(match[2]) and not match[2].startswith("0"):
            yield _edit(match, f"{match[1]} {words.to} {match[2]}")


def _numbers(script: str, _language: str, words: Vocabulary | None) -> Iterator[Edit]:
    for match in _HYPHENED.finditer(script):
        yield _edit(match, " ".join(re.findall(r"\d", match[0])))
    for match in _PHONE.finditer(script):
        yield _edit(match, (f"{words.plus} " if words else "") + " ".join(re.findall(r"\d", match[0])))
    for match in _LONG.finditer(script):
        yield _edit(match, " ".join(match[0]))
    for match in _DOTTED.finditer(script):
        if not _THOUSANDS.fullmatch(match[0]):
            yield _edit(match, match[0].replace(".", f" {words.dot} " if words else " "))
    if words is not None:
        for match in _GROUPED.finditer(script):
            yield _edit(match, _plain(match[0], words))
        if words.decimal == ",":
            for match in _SPACED.finditer(script):
                yield _edit(match, match[0].replace(" ", ""))
        other = "." if words.decimal == "," else ","
        for match in re.finditer(rf"(?<![\d.,])(\d+){re.escape(other)}(\d{{1,2}})(?![\d.,]*\d)", script):
            yield _edit(match, f"{match[1]}{words.decimal}{match[2]}")


def _short_forms(script: str, _language: str, words: Vocabulary | None) -> Iterator[Edit]:
    for short, said in (abbreviations(words) if words else {}).items():
        for match in re.finditer(rf"(?<![\w.]){re.escape(short)}{'' if short[-1] in '°º№' else _WHOLE}", script):
            # The dot of an abbreviation at the end of a sentence ends that too.
            last = not script[match.end() :].strip() or (short in MAY_END and begins_sentence(script, match.end()))
            after = "." if short.endswith(".") and last else " " if script[match.end() :][:1].isalnum() else ""
            yield _edit(match, said + after)


def _handles(script: str, language: str, words: Vocabulary | None) -> Iterator[Edit]:
    for match in _HANDLE.finditer(script):
        numbers = base_of(language) == "en" and re.compile(r"\d+(?!\w)").match(script, match.end())
        hash_ = "number " if numbers else ""
        yield _edit(match, hash_ if match[1] == "#" else f"{words.at} " if words else "")


def _symbols(script: str, _language: str, words: Vocabulary | None) -> Iterator[Edit]:
    said = {"/": "", "~": ""}
    if words is not None:
        said |= {"&": words.and_, "+": words.plus, "=": words.equals, "%": words.percent.rpartition("|")[2]}
    for at, character in enumerate(script):
        if character in said:
            yield Edit(at, at + 1, f" {said[character]} ")
        elif character in _SILENT_SIGNS or _is_picture(character):
            yield Edit(at, at + 1, " ")


def _is_picture(character: str) -> bool:
    """Whether it is an emoji, or a part of one."""
    return (
        unicodedata.category(character) in ("So", "Sk", "Cn")
        or 0x1F000 <= ord(character) <= 0x1FAFF
        or character in "\ufe0e\ufe0f\u20e3"
    )


def _long_words(script: str, _language: str, _words: Vocabulary | None) -> Iterator[Edit]:
    for match in _WORD.finditer(script):
        if system_of(match[0][0]) not in ("HAN", "HIRAGANA", "KATAKANA", "THAI", "LAO", "KHMER", "MYANMAR"):
            yield _edit(match, " ".join(_parts(match[0])))


def _parts(word: str) -> Iterable[str]:
    return (word[at : at + LONGEST_WORD // 2] for at in range(0, len(word), LONGEST_WORD // 2))


RULES: tuple[Rule, ...] = (
    _not_text, _addresses, _dates, _times, _money, _percents, _degrees, _of_the_language, _units, _numbers, _ranges,
    _short_forms, _handles, _symbols, _long_words,
)  # fmt: skip
