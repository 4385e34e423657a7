"""`POST /api/v1/preflight`: a form with declared facts and the two ends of a file."""

import re
from collections.abc import AsyncGenerator, AsyncIterator
from time import perf_counter
from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from greenroom.domain.access import Scope
from greenroom.domain.glance import MOST_BYTES
from greenroom.domain.labels import NAME_MAX
from greenroom.domain.media import Kind
from greenroom.errors import ParameterError
from greenroom.services.preflight import Foreseen, Preflight, PreflightRequest
from greenroom.web import problems
from greenroom.web.api.answers import answer, problems_of
from greenroom.web.auth import Callers

_FIELDS_BYTES = 16 * 1024
_BODY_MAX_BYTES = 2 * MOST_BYTES + _FIELDS_BYTES
_FIELD_MAX_BYTES = 4096
_CODECS_MAX = 16
_TYPE_MAX = 255
_FILES = ("head", "tail")
_TEXTS = ("filename", "content_type", "file_size", "duration_s", "width", "height", "codecs")
_LARGEST = 10**15
_NUMBER = re.compile(r"[0-9]{1,20}(\.[0-9]{0,40})?([eE][+-]?[0-9]{1,3})?")

_FORM = {
    "required": ["filename", "file_size", "head"],
    "additionalProperties": False,
    "type": "object",
    "properties": {
        "filename": {"type": "string", "minLength": 1, "maxLength": NAME_MAX},
        "content_type": {"type": "string", "maxLength": _TYPE_MAX},
        "file_size": {"type": "integer", "minimum": 0, "maximum": _LARGEST},
        "duration_s": {"type": "number", "minimum": 0, "maximum": _LARGEST},
        "width": {"type": "integer", "minimum": 1, "maximum": _LARGEST},
        "height": {"type": "integer", "minimum": 1, "maximum": _LARGEST},
        "codecs": {
            "type": "string",
            "maxLength": _TYPE_MAX,
            "description": "As in a MIME type: avc1.640028, mp4a.40.2",
        },
        "head": {"type": "string", "format": "binary", "description": "The first 256 KB; empty only if the file is."},
        "tail": {"type": "string", "format": "binary", "description": "The last 256 KB."},
    },
}


class WouldAnswer(BaseModel):
    """How the PUT of this file would be answered."""

    status: int
    code: int
    msg: str


class Foretold(BaseModel):
    """What is known of a file before it is sent."""

    acceptable: bool
    kind: Kind | None
    refusals: list[dict[str, Any]] = Field(description="Findings, the first of which would be told.")
    would_answer: WouldAnswer | None
    advice: list[dict[str, Any]]
    media: dict[str, Any] | None
    unknown: list[str] = Field(description="What can be judged only when all of the file is there.")
    took_ms: float


def preflight_router(preflight: Preflight, callers: Callers) -> APIRouter:
    """The route."""
    router = APIRouter()

    @router.post(
        "/api/v1/preflight",
        tags=["preflight"],
        responses={200: {"model": Foretold}, **problems_of(401, 403, 422)},
        openapi_extra={"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": _FORM}}}},
    )
    async def foresee(request: Request) -> Response:
        """What would be refused and what is advised of a file, before it is sent."""
        began = perf_counter()
        await callers.act(request.scope, Scope.UPLOAD)
        asked = await _asked(request)
        foreseen = await callers.threads.quick(preflight.foresee, asked)
        return _answer(request, foreseen, round((perf_counter() - began) * 1000, 2))

    return router


def _answer(request: Request, foreseen: Foreseen, took_ms: float) -> Response:
    told: dict[str, Any] = {
        "acceptable": not foreseen.refusals,
        "kind": foreseen.kind.value if foreseen.kind is not None else None,
        "refusals": foreseen.findings,
        "would_answer": None,
        "advice": foreseen.advice,
        "media": foreseen.info,
        "unknown": foreseen.open,
        "took_ms": took_ms,
    }
    if foreseen.refusals:
        status, code, message, _ = problems.put_answer(foreseen.refusals[0])
        told["would_answer"] = {"status": status, "code": code, "msg": message}
    return answer(request, told)


async def _asked(request: Request) -> PreflightRequest:
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        raise ParameterError("Content-Type", "has to be multipart/form-data")
    parser = MultiPartParser(
        request.headers,
        _bounded(request.stream()),
        max_files=len(_FILES),
        max_fields=len(_TEXTS),
        max_part_size=_FIELD_MAX_BYTES,
    )
    try:
        form = await parser.parse()
    except MultiPartException as problem:
        raise ParameterError("The form", f"cannot be read: {problem.message}") from problem
    except (KeyError, ValueError) as problem:
        raise ParameterError("The form", "cannot be read: it has no boundary, or a header that is no text") from problem
    try:
        return await _request_of(form)
    finally:
        await form.close()


async def _bounded(pieces: AsyncIterator[bytes]) -> AsyncGenerator[bytes, None]:
    total = 0
    async for piece in pieces:
        total += len(piece)
        if total > _BODY_MAX_BYTES:
            raise ParameterError("The form", f"has more than {_BODY_MAX_BYTES} bytes; send 256 KB of each end")
        yield piece


async def _request_of(form: FormData) -> PreflightRequest:
    for name, value in form.multi_items():
        wanted = UploadFile if name in _FILES else str
        if name not in (*_FILES, *_TEXTS):
            raise ParameterError(name[:60], "is not a field of this form")
        if not isinstance(value, wanted):
            raise ParameterError(name, "has to be a file" if name in _FILES else "has to be a text, not a file")
        if len(form.getlist(name)) > 1:
            raise ParameterError(name, "is there twice")
    head, tail = await _end(form, "head"), await _end(form, "tail")
    size = _number(form, "file_size", whole=True, least=0)
    filename = _text(form, "filename", NAME_MAX)
    if size is None or not filename:
        raise ParameterError("file_size" if size is None else "filename", "is missing")
    width, height = _number(form, "width", whole=True, least=1), _number(form, "height", whole=True, least=1)
    return PreflightRequest(
        filename=filename,
        content_type=_text(form, "content_type", _TYPE_MAX),
        size_bytes=int(size),
        head=head,
        tail=tail,
        duration_s=_number(form, "duration_s", whole=False, least=0),
        width=None if width is None else int(width),
        height=None if height is None else int(height),
        codecs=tuple((_text(form, "codecs", _TYPE_MAX) or "").split(",")[:_CODECS_MAX]),
    )


async def _end(form: FormData, name: str) -> bytes:
    file = form.get(name)
    data = await file.read() if isinstance(file, UploadFile) else b""
    if len(data) > MOST_BYTES:
        raise ParameterError(name, f"has {len(data)} bytes; allowed are {MOST_BYTES}")
    return data


def _text(form: FormData, name: str, longest: int = _FIELD_MAX_BYTES) -> str | None:
    value = form.get(name)
    if not isinstance(value, str):
        return None
    if len(value) > longest:
        raise ParameterError(name, f"has {len(value)} characters; allowed are {longest}")
    return value


def _number(form: FormData, name: str, *, whole: bool, least: int) -> float | None:
    text = _text(form, name)
    if text is None or text == "":
        return None
    value = float(text) if _NUMBER.fullmatch(text) else -1.0
    if not least <= value <= _LARGEST or (whole and not value.is_integer()):
        number = "whole number" if whole else "number"
        raise ParameterError(name, f"is {text[:40]!r}; it has to be a {number} from {least} to {_LARGEST}")
    return value
