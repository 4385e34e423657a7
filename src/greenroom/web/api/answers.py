"""What all routes of our own API share: bodies that are taken strictly, answers with the request's id, versions."""

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Any

import msgspec
from fastapi import Header, Request, Response
from pydantic import BaseModel, ConfigDict

from greenroom.web.answers import rid_of

# A weak ETag does not match here (RFC 9110 section 13.1.1).
_VERSION = re.compile(r'(?<!W/)"([0-9]{1,18})"')


class Body(BaseModel):
    """A JSON body: no field is guessed from another type, and one that is not known is refused."""

    model_config = ConfigDict(strict=True, extra="forbid")


class Problem(BaseModel):
    """
    An error (RFC 9457). `code` is stable; `request_id` finds the request in the log and in the audit.

    Some codes have further members; the reference of problems lists them.
    """

    type: str
    title: str
    status: int
    detail: str
    code: str
    request_id: str
    field: str | None = None


PROBLEM_SCHEMA = Problem.model_json_schema()


def problems_of(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route that may answer with problem documents of these statuses."""
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {status: {"description": HTTPStatus(status).phrase, "content": content} for status in statuses}


def answer(request: Request, value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A JSON answer; `value` is anything that msgspec writes, a `location` one of our paths."""
    all_headers = {"x-request-id": rid_of(request.scope), **(headers or {})}
    if "location" in all_headers:
        all_headers["location"] = request.app.state.base_path + all_headers["location"]
    return Response(msgspec.json.encode(value), status, all_headers, "application/json")


def empty(request: Request, headers: Mapping[str, str] | None = None) -> Response:
    """An answer without a body (204)."""
    return Response(status_code=204, headers={"x-request-id": rid_of(request.scope), **(headers or {})})


def etag(version: int) -> str:
    """The `ETag` of something that counts its changes."""
    return f'"{version}"'


_ETAG = r'(W/)?"[\x21\x23-\x7e]*"'
IfMatch = Annotated[
    str | None,
    Header(
        json_schema_extra={"pattern": rf"^(\*|{_ETAG}( *, *{_ETAG})*)$"},
        description="The `ETag` that was read; 412 if there is another one by now.",
    ),
]


def versions(if_match: str | None) -> frozenset[int] | None:
    """
    The versions of which one must be the present one for a change to be made; None if any will do.

    An ETag that is not one of ours stands for no version, so nothing is changed then.
    """
    if if_match is None or if_match.strip() == "*":
        return None
    return frozenset(int(version) for version in _VERSION.findall(if_match))
