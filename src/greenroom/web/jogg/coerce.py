"""
Reading the loose JSON of the compatible dialects (contract 1.3).

Empty string, 0 and null mean absent, numeric strings are numbers, unknown fields are ignored.
"""

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from greenroom.errors import ParameterError

Body = Mapping[str, Any]
_decode = msgspec.json.Decoder().decode

_LONGEST_TEXT = 4096
_DIGITS = re.compile(r"-?[0-9]{1,19}")


def json_object(raw: bytes) -> Body:
    """The JSON object of a request body. Raises ParameterError for anything else."""
    try:
        value = _decode(raw) if raw else {}
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as problem:
        raise ParameterError("The body", f"is not valid JSON: {problem}") from problem
    if not isinstance(value, dict):
        raise ParameterError("The body", "is not a JSON object")
    return value


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
    if value < 0:
        raise ParameterError(field, f"is {value}; it must be at least 1")
    if value > 2**63 - 1:
        raise ParameterError(field, "is too large to be a number of bytes")
    return value or None


def same(body: Body, one: str, other: str) -> str | None:
    """A text that has two spellings; both given and different is a ParameterError."""
    first, second = text(body, one), text(body, other)
    if first is not None and second is not None and first != second:
        raise ParameterError(f"{one} and {other}", f"are both given and differ: {first!r} and {second!r}")
    return first if first is not None else second


def _number(value: str, field: str) -> int:
    stripped = value.strip()
    # int() also takes "1_000" and digits of other scripts, which no client means.
    if not _DIGITS.fullmatch(stripped):
        raise ParameterError(field, f"must be a whole number, not {value[:40]!r}")
    return int(stripped)


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
