"""How English is read where it is written in a way of its own: ordinals, decades, fractions, Roman numbers, streets."""

import re
from collections.abc import Iterator

from greenroom.studio.voices.pieces import Edit

_ORDINAL = re.compile(r"(?<![\w.,])(\d{1,4})(?:st|nd|rd|th)\b", re.IGNORECASE)
_BEFORE_DECADE = r"(?<=['’‘])|(?<=\bthe )|(?<=\bearly )|(?<=\bmid-)|(?<=\blate )|(?<=\bin her )|(?<=\bin his )"
_DECADE = re.compile(rf"(?<![\w.,])(?:(1\d|20)(\d0)|(?:{_BEFORE_DECADE})([2-9]0))['’]?s\b")
_FRACTIONS = {
    "1/2": "one half", "1/3": "one third", "2/3": "two thirds", "1/4": "one quarter", "3/4": "three quarters",
    "½": "one half", "⅓": "one third", "⅔": "two thirds", "¼": "one quarter", "¾": "three quarters",
}  # fmt: skip
_FRACTION = re.compile(r"(?<![\d/.,$€£-])(?:(\d+) ?(?=[½⅓⅔¼¾])|(\d+) )?(1/2|[12]/3|[13]/4|[½⅓⅔¼¾])(?![\d/])")
_ROMAN = re.compile(r"\b[A-Z][a-z]+ (X{0,2}(?:I{2,3}|IV|VI{1,3}|IX)|XI{1,3}|XI?V|XX)(?![\w'’.-]*\w)")
_ROMAN_VALUES = {"I": 1, "V": 5, "X": 10}
_STREET = re.compile(r"(?:\b[A-Z][a-z]+|\d(?:st|nd|rd|th)) (St\.)(?!\s[A-Z])")
_PHONE = re.compile(
    r"(?<![\w+.,-])(?:(?:1[-. ])?(?:\(\d{3}\) ?|\d{3}[-. ])\d{3}[-. ]\d{4}|\d{3}-0\d{3})(?![\w-]|[.,]\d)"
)
_ONES = ("", "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
         "fifteenth sixteenth seventeenth eighteenth nineteenth")  # fmt: skip
_TENS = {20: "twenty", 30: "thirty", 40: "forty", 50: "fifty", 60: "sixty", 70: "seventy", 80: "eighty", 90: "ninety"}


def english_edits(script: str) -> Iterator[Edit]:
    """What is said otherwise in English alone."""
    for match in _PHONE.finditer(script):
        yield Edit(match.start(), match.end(), " ".join(re.findall(r"\d", match[0])))
    for match in _ORDINAL.finditer(script):
        yield Edit(match.start(), match.end(), ordinal(int(match[1])))
    for match in _DECADE.finditer(script):
        yield Edit(match.start(), match.end(), _decade(match[1] or "", int(match[2] or match[3])))
    for match in _FRACTION.finditer(script):
        yield Edit(match.start(), match.end(), _fraction(match[1] or match[2], _FRACTIONS[match[3]]))
    for match in _ROMAN.finditer(script):
        yield Edit(match.start(1), match.end(1), str(_roman(match[1])))
    for match in _STREET.finditer(script):
        ends = begins_sentence(script, match.end())
        yield Edit(match.start(1), match.end(1), "Street." if ends else "Street")


def begins_sentence(script: str, at: int) -> bool:
    """Whether what follows looks like a new sentence, or nothing does."""
    following = script[at:].lstrip("\"'”’»)] \n")
    return not following or following[0].isupper()


def english_year(year: int) -> str:
    """A year as two numbers, where it is read so."""
    high, low = divmod(year, 100)
    if 1100 <= year <= 1999 or 2010 <= year <= 2099:
        return f"{high} {'hundred' if low == 0 else f'oh {low}' if low < 10 else low}"
    return str(year)


def ordinal(number: int) -> str:
    """An English ordinal in words below a hundred, else with its count in digits before."""
    high, low = divmod(number, 100)
    if high:
        return f"{high * 100} and {ordinal(low)}" if low else f"{high * 100}th"
    if number < 20:
        return "zeroth" if number == 0 else _ONES[1].split()[number - 1]
    tens, ones = number // 10 * 10, number % 10
    return f"{_TENS[tens]}-{ordinal(ones)}" if ones else _TENS[tens].removesuffix("y") + "ieth"


def _decade(century: str, tens: int) -> str:
    if tens == 0:
        return f"{int(century) // 10} thousands" if century.endswith("0") else f"{century} hundreds"
    return f"{century} {'tens' if tens == 10 else _TENS[tens].removesuffix('y') + 'ies'}".strip()


def _fraction(whole: str | None, name: str) -> str:
    return f"{whole} and {'a half' if name == 'one half' else name}" if whole else name


def _roman(number: str) -> int:
    values = [_ROMAN_VALUES[letter] for letter in number]
    return sum(-one if one < other else one for one, other in zip(values, [*values[1:], 0], strict=True))
