"""What is wrong with a request that a model refuses: which field, what was given, what is allowed, in words of JSON."""

import json
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, get_args

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel

from greenroom.errors import ParameterError
from greenroom.web.api.fields import SHAPES

_SHOWN_CHARACTERS = 60
_SENTENCES: dict[str, str] = {
    "missing": "is required",
    "extra_forbidden": "is not a field of this call; {cure}",
    "string_type": "has to be a text, not {given}",
    "string_unicode": "has half of a surrogate pair in it, which is no character",
    "string_too_short": "has {length} characters; needed are at least {min_length}",
    "string_too_long": "has {length} characters; allowed are {max_length}",
    "string_pattern_mismatch": "is {given}; it has to be {shape}",
    "int_type": "has to be a whole number, not {given}",
    "int_from_float": "has to be a whole number, not {given}",
    "int_parsing": "has to be a whole number, not {given}",
    "int_parsing_size": "has more digits than any number that is allowed",
    "float_type": "has to be a number, not {given}",
    "float_parsing": "has to be a number, not {given}",
    "finite_number": "has to be a finite number, not {given}",
    "greater_than_equal": "is {given}; it has to be at least {ge}",
    "less_than_equal": "is {given}; it has to be at most {le}",
    "bool_type": "has to be true or false, not {given}",
    "bool_parsing": "has to be true or false, not {given}",
    "list_type": "has to be an array, not {given}",
    "too_short": "has {length} entries; needed are at least {min_length}",
    "too_long": "has {length} entries; allowed are {max_length}",
    "dict_type": "has to be an object, not {given}",
    "model_type": "has to be an object, not {given}",
    "model_attributes_type": "has to be an object, not {given}",
    "enum": "is {given}; allowed are {choices}",
    "literal_error": "is {given}; allowed are {choices}",
}
"""By the type of pydantic's error."""
_UNFORESEEN = "is {given}, which is not accepted: {message}"


def mistake(request: Request, refused: RequestValidationError) -> ParameterError:
    """The first thing that is wrong with a request."""
    first = refused.errors()[0]
    kind, where, value = first["type"], tuple(first["loc"]), first.get("input")
    if kind == "json_invalid":
        return ParameterError("The body", _not_json(str(refused.body), first["loc"][-1], first["ctx"]["error"]))
    if isinstance(value, bytes):
        came = request.headers.get("content-type")
        return ParameterError("Content-Type", f"has to be application/json; {shown(came) if came else 'none'} came")
    if where == ("body",) and kind == "missing":
        return ParameterError("The body", "is empty; it has to be a JSON object")
    limits = {name: _limit(limit) for name, limit in first.get("ctx", {}).items()}
    told = {
        **limits,
        "given": shown(value),
        "shape": SHAPES.get(pattern := limits.get("pattern", ""), f"a text that matches {pattern}"),
        "length": len(value) if isinstance(value, str | Sequence) else 0,
        "choices": limits.get("expected", "").replace("'", ""),
        "cure": _cure(request, where) if kind == "extra_forbidden" else "",
        "message": first["msg"],
    }
    return ParameterError(_name(where), _SENTENCES.get(kind, _UNFORESEEN).format_map(told))


def shown(value: Any) -> str:
    """A value as JSON has it, short enough for a sentence."""
    if isinstance(value, Mapping):
        return "an object"
    if isinstance(value, list | tuple):
        return "an array"
    if isinstance(value, str) and len(value) > _SHOWN_CHARACTERS:
        return f"{_json(value[:_SHOWN_CHARACTERS])}…"
    return _cut(_json(value))


def _json(value: Any) -> str:
    # What a client wrote may hold half of a surrogate pair, which no answer can.
    return json.dumps(value, ensure_ascii=False, default=str).encode(errors="backslashreplace").decode()


def _cut(text: str) -> str:
    # A text that is shown is up to six times as long as it was: each character may be written as an escape.
    return text if len(text) <= 7 * _SHOWN_CHARACTERS else f"{text[:_SHOWN_CHARACTERS]}…"


def _limit(limit: Any) -> str:
    return f"{limit:.15g}" if isinstance(limit, float) else str(limit)


def _name(where: Sequence[str | int]) -> str:
    """`voice.speed`, `tags[3]`; of a parameter that is given several times its name alone."""
    place, *parts = where
    if place != "body":
        parts = parts[:1]
    name = "".join(f"[{part}]" if isinstance(part, int) else f".{_cut(part)}" for part in parts)
    return name.removeprefix(".") or "The body"


def _not_json(text: str, at: int, why: str) -> str:
    count = len(text[:at].encode(errors="surrogatepass"))
    return f"is not valid JSON: {why[:1].lower()}{why[1:]} (byte {count})"


def _cure(request: Request, where: Sequence[str | int]) -> str:
    """The field that was probably meant, else all that there are."""
    *place, wrong = where
    names = _names(request.scope["endpoint"].__annotations__.get("body"), place[1:])
    near = get_close_matches(str(wrong), names, n=1)
    if near:
        return f"did you mean {_name((*place, near[0]))}?"
    return f"there are {', '.join(names)}"


def _names(annotation: Any, inside: Sequence[str | int]) -> list[str]:
    """The fields of the model that lies at a place in a body."""
    for part in inside:
        if isinstance(part, str):
            annotation = next((one.model_fields[part].annotation for one in _models(annotation)), None)
    return [name for model in _models(annotation) for name in model.model_fields]


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models(part)
