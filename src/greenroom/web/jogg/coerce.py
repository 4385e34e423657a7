"""
Reading the loose JSON of the compatible dialects (contract 1.3).

Empty string, 0 and null mean absent, numeric strings are numbers, unknown fields are ignored.
"""

import re
from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec

from greenroom.errors import ParameterError

Body = Mapping[str, Any]
Choice = TypeVar("Choice")
_decode = msgspec.json.Decoder().decode

_LONGEST_TEXT = 4096
_LONGEST_SHOWN = 120
_LARGEST = 2**63 - 1
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_FORM = re.compile(rb"[\w.%+\[\]-]+=")
_DECIMAL = re.compile(r"-?[0-9]{1,9}([.][0-9]{1,9})?")
_DIGITS = re.compile(r"-?[0-9]{1,19}")


def json_object(raw: bytes) -> Body:
    """The JSON object of a request body. Raises ParameterError for anything else."""
    # RFC 8259 section 8.1 lets a reader ignore the mark; PowerShell and .NET write it.
    raw = raw.removeprefix(_BYTE_ORDER_MARK)
    try:
        value = _decode(raw) if raw else {}
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as problem:
        raise ParameterError("The body", _why_no_json(raw, problem)) from problem
    if not isinstance(value, dict):
        raise ParameterError("The body", "is not a JSON object")
    return value


def _why_no_json(raw: bytes, problem: Exception) -> str:
    try:
        raw.decode()
    except UnicodeDecodeError as broken:
        return f"is not in UTF-8, as JSON has to be: byte {broken.start} is 0x{raw[broken.start]:02x}"
    if _FORM.match(raw):
        return "is an HTML form (name=value); this call takes a JSON object"
    return f"is not valid JSON: {problem}"


def text(body: Body, field: str, *, longest: int = _LONGEST_TEXT) -> str | None:
    """A text field, None if it is absent. Raises ParameterError if it is of another type or too long."""
    value = body.get(field)
    if value is None or value == "" or (value == 0 and not isinstance(value, bool)):
        return None
    if not isinstance(value, str):
        raise ParameterError(field, f"must be a string, not {_kind(value)}")
    if len(value) > longest:
        raise ParameterError(field, f"has {len(value)} characters; allowed are {longest}")
    return without_nul(value, field)


def texts(body: Body, field: str) -> tuple[str, ...] | None:
    """A list of texts, each once; None if it is absent or empty. Raises ParameterError if it is anything else."""
    value = body.get(field)
    if not value and not isinstance(value, bool):
        return None
    if not isinstance(value, list):
        raise ParameterError(field, f"must be an array of strings, not {_kind(value)}")
    for item in value:
        if not isinstance(item, str):
            raise ParameterError(field, f"must be an array of strings, but has {_kind(item)} in it")
    return tuple(dict.fromkeys(value))


def without_nul(value: str, field: str) -> str:
    """The text itself. Raises ParameterError if it has a NUL, behind which databases lose the rest."""
    if "\x00" in value:
        raise ParameterError(field, "has a NUL character")
    return value


def whole_number(body: Body, field: str) -> int | None:
    """A whole number above 0, None if it is absent. Raises ParameterError if it is none, or negative."""
    value = body.get(field)
    if value is None or value == "":
        return None
    if isinstance(value, str):
        value = _number(value, field)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, float):
        raise ParameterError(field, f"must be a whole number, not {value}")
    if isinstance(value, bool) or not isinstance(value, int):
        raise ParameterError(field, f"must be a whole number, not {_kind(value)}")
    _require_countable(value, field)
    if value < 0:
        raise ParameterError(field, f"is {value}; it must be at least 1")
    return value or None


def flattened(body: Body, *parts: str) -> dict[str, Any]:
    """
    The body with what is in these of its objects under dotted names, such as `voice.script`.

    Raises ParameterError where one of them is something else than an object.
    """
    flat = {name: value for name, value in body.items() if name not in parts}
    for part in parts:
        inner = body.get(part)
        if inner is None or inner == "" or (inner == 0 and not isinstance(inner, bool)) or inner == []:
            continue
        if not isinstance(inner, dict):
            raise ParameterError(part, f"must be an object, not {_kind(inner)}")
        flat |= {f"{part}.{name}": value for name, value in inner.items()}
    return flat


def boolean(body: Body, field: str) -> bool | None:
    """Whether something is wanted, None if it is not said. Raises ParameterError if it is neither true nor false."""
    value = body.get(field)
    if value is None or value == "":
        return None
    if isinstance(value, str):
        value = {"true": True, "1": True, "false": False, "0": False}.get(value.strip().lower(), value)
    if isinstance(value, int | float) and value in (0, 1):
        return bool(value)
    raise ParameterError(field, f"must be true or false, not {value!r:.40}")


def number(body: Body, field: str) -> float | None:
    """A number above 0, None if it is absent. Raises ParameterError if it is none, or negative."""
    value = body.get(field)
    if value is None or value == "":
        return None
    if isinstance(value, str) and _DECIMAL.fullmatch(value.strip()):
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ParameterError(field, f"must be a number, not {value!r:.40}")
    _require_countable(value, field)
    if value < 0:
        raise ParameterError(field, f"is {value:g}; it must be above 0")
    return float(value) or None


def named(body: Body, field: str) -> str | None:
    """What names something: its id or address, or its number as digits. None if it is absent."""
    if isinstance(body.get(field), str):
        told = (text(body, field) or "").strip()
        return told if told not in ("", "0") else None
    value = body.get(field)
    if isinstance(value, bool | list | dict) or (isinstance(value, float) and not value.is_integer()):
        kind = value if isinstance(value, float) else _kind(value)
        raise ParameterError(field, f"must be a string or a whole number, not {kind}")
    number = whole_number(body, field)
    return str(number) if number is not None else None


def one_of(body: Body, field: str, choices: Mapping[str, Choice]) -> Choice | None:
    """
    What a word, in any case, or a number stands for; None if the field is absent, or 0 and that is no choice.

    Raises ParameterError that lists the choices.
    """
    value = body.get(field)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    word = str(value).strip().lower() if isinstance(value, str | int) and not isinstance(value, bool) else None
    for name, choice in choices.items():
        if name.lower() == word:
            return choice
    if value is None or word in ("", "0"):
        return None
    told = value[:40] if isinstance(value, str) else value
    raise ParameterError(field, f"is {told!r:.42}; allowed are {', '.join(choices)}")


def same(body: Body, one: str, other: str) -> str | None:
    """A text that has two spellings; both given and different is a ParameterError."""
    first, second = text(body, one), text(body, other)
    if first is not None and second is not None and first != second:
        raise differing(one, first, other, second)
    return first if first is not None else second


def differing(one: str, first: Any, other: str, second: Any) -> ParameterError:
    """The complaint about two spellings with different values; those that are long are not shown: they look alike."""
    shown = f"{first!r} and {second!r}"
    told = f"are both given and differ: {shown}" if len(shown) <= _LONGEST_SHOWN else "are both given and differ"
    return ParameterError(f"{one} and {other}", f"{told}. Leave one of them out")


def _number(value: str, field: str) -> int:
    stripped = value.strip()
    # int() also takes "1_000" and digits of other scripts, which no client means.
    if not _DIGITS.fullmatch(stripped):
        raise ParameterError(field, f"must be a whole number, not {value[:40]!r}")
    return int(stripped)


def _require_countable(value: float, field: str) -> None:
    # JSON knows whole numbers of any length, which neither databases nor floating point numbers hold.
    if value > _LARGEST:
        raise ParameterError(field, f"is too large; the largest number that is taken is {_LARGEST}")
    if value < -_LARGEST:
        raise ParameterError(field, "is negative; it must be above 0")


def _kind(value: Any) -> str:
    names = {
        bool: "a boolean",
        int: "a number",
        float: "a number",
        str: "a string",
        list: "an array",
        dict: "an object",
    }
    return names.get(type(value), "null")
