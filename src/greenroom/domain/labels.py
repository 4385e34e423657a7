"""What users call their things: names, descriptions, tags and metadata, taken in one form and within limits."""

import math
import unicodedata
from typing import Any

import msgspec

from greenroom.errors import ParameterError

NAME_MAX = 1024
DESCRIPTION_MAX = 4096
TAGS_MAX = 50
TAG_MAX = 64
METADATA_MAX_BYTES = 16 * 1024
METADATA_MAX_DEPTH = 8

_LARGEST = 2**63 - 1


def name(value: object, field: str = "name") -> str:
    """
    A name in NFC, without white space around it: 1 to 1024 characters.

    Raises ParameterError that names the field; so do the others.
    """
    taken = _text(value, field).strip()
    if not taken:
        raise ParameterError(field, "is empty; give it at least one character")
    if any(unicodedata.category(character) == "Cc" for character in taken):
        raise ParameterError(field, "has a control character, such as a line break; leave it out")
    return _no_longer(taken, NAME_MAX, field)


def description(value: object, field: str = "description") -> str:
    """A description in NFC: up to 4096 characters; it may be empty and have lines."""
    return _no_longer(_text(value, field), DESCRIPTION_MAX, field)


def tags(value: object, field: str = "tags") -> tuple[str, ...]:
    """Up to 50 tags of 1 to 64 characters, as `name` has them, each once, in the order given."""
    if not isinstance(value, list | tuple):
        raise ParameterError(field, f"must be an array of strings, not {_kind(value)}")
    if len(value) > TAGS_MAX:
        raise ParameterError(field, f"has {len(value)} tags; allowed are {TAGS_MAX}")
    taken = (
        _no_longer(name(tag, f"{field}[{place}]"), TAG_MAX, f"{field}[{place}]") for place, tag in enumerate(value)
    )
    return tuple(dict.fromkeys(taken))


def metadata(value: object, field: str = "metadata") -> dict[str, Any]:
    """A JSON object as it was given: up to 16 KiB when written, up to 8 levels deep, without NUL characters."""
    if not isinstance(value, dict):
        raise ParameterError(field, f"must be an object, not {_kind(value)}")
    _require_json(value, field, METADATA_MAX_DEPTH)
    size = len(msgspec.json.encode(value))
    if size > METADATA_MAX_BYTES:
        raise ParameterError(field, f"has {size} bytes as JSON; allowed are {METADATA_MAX_BYTES}")
    return value


def _text(value: object, field: str) -> str:
    if not isinstance(value, str):
        raise ParameterError(field, f"must be a string, not {_kind(value)}")
    _require_storable(value, field)
    return unicodedata.normalize("NFC", value)


def _no_longer(text: str, longest: int, field: str) -> str:
    if len(text) > longest:
        raise ParameterError(field, f"has {len(text)} characters; allowed are {longest}")
    return text


def _require_storable(text: str, field: str) -> None:
    if "\x00" in text:
        raise ParameterError(field, "has a NUL character; leave it out")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ParameterError(field, "has half of a surrogate pair, which is no character; leave it out") from None


def _require_json(value: object, field: str, levels: int) -> None:
    if levels == 0:
        raise ParameterError(field, f"is nested deeper than the {METADATA_MAX_DEPTH} levels that are allowed")
    if isinstance(value, dict):
        for key, item in value.items():
            if not isinstance(key, str):
                raise ParameterError(field, f"has a key that is {_kind(key)}; keys are strings")
            _require_storable(key, field)
            _require_json(item, field, levels - 1)
    elif isinstance(value, list):
        for item in value:
            _require_json(item, field, levels - 1)
    elif isinstance(value, str):
        _require_storable(value, field)
    elif isinstance(value, float):
        if not math.isfinite(value):
            raise ParameterError(field, f"has the number {value}, which JSON does not know")
    elif isinstance(value, int):
        if abs(value) > _LARGEST:
            raise ParameterError(field, f"has a whole number beyond {_LARGEST}; write it as a string")
    elif value is not None:
        raise ParameterError(field, f"has {_kind(value)}, which is no JSON value")


def _kind(value: object) -> str:
    names = {
        type(None): "null",
        bool: "a boolean",
        int: "a number",
        float: "a number",
        str: "a string",
        list: "an array",
        dict: "an object",
    }
    return names.get(type(value), f"a {type(value).__name__}")
