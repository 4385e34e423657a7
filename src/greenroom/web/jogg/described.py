"""The compatible calls as an OpenAPI 3.1 document, made from the table by which they are answered."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from greenroom import __version__
from greenroom.web import problems
from greenroom.web.jogg.envelope import SUCCESS
from greenroom.web.jogg.routes import Doc, Route, Table

Schema = Mapping[str, Any]

_RID = {"type": "string", "pattern": "^[0-9a-f]{32}$", "description": "Id of the request, also in X-Request-Id."}
_CODES = {
    problems.PARAMETER_ERROR: "A parameter is missing or invalid; the message names it, and says what is allowed.",
    problems.INVALID_KEY: "The API key is missing, unknown, revoked or expired.",
    problems.NO_PERMISSION: "The key lacks the scope for this call.",
    problems.NOT_FOUND: "Nothing under that id in this account.",
    problems.INSUFFICIENT_CREDIT: "The account has not enough credits.",
    problems.SYSTEM_ERROR: "The fault is the server's.",
    4001: "Invalid file type (only for requests with file_name and file_type).",
    4002: "File too large (likewise).",
    4003: "Upload failed (likewise).",
}
_PREAMBLE = """
The calls of the JoggAI API, version 2 and 1. Every answer has HTTP status 200 and an envelope whose `code` says what
came of the call: 0 is success. Empty strings, 0 and null count as absent, numeric strings as numbers, and unknown
fields are ignored. `/open/v2` is the same as `/v2`. Any POST may have an `Idempotency-Key`.
""".strip()


def document(table: Table) -> dict[str, Any]:
    """The document of all calls in a table."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "Greenroom, compatible calls", "version": __version__, "description": _PREAMBLE},
        "paths": {path: dict(_operations(path, by_method)) for path, by_method in sorted(table.items())},
        "components": {
            "securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "x-api-key"}},
            "schemas": {"Refusal": _refusal()},
        },
        "security": [{"key": []}],
    }


def _operations(path: str, by_method: Mapping[str, Route]) -> Iterator[tuple[str, dict[str, Any]]]:
    for method, route in by_method.items():
        doc = route.doc
        operation: dict[str, Any] = {
            "operationId": re.sub(r"\W+", "_", f"{method.lower()}{path}").strip("_"),
            "summary": doc.summary,
            "tags": [doc.tag],
            "parameters": [*_segments(path), *_query(doc)],
            "responses": _responses(path, doc),
        }
        if doc.body is not None:
            content: dict[str, Any] = {"application/json": {"schema": doc.body, "examples": _examples(doc)}}
            if doc.form is not None:
                content["multipart/form-data"] = {"schema": doc.form}
            operation["requestBody"] = {"required": True, "content": content}
        yield method.lower(), operation


def _segments(path: str) -> Iterator[dict[str, Any]]:
    for name in re.findall(r"\{(\w+)\}", path):
        yield {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}


def _query(doc: Doc) -> Iterator[dict[str, Any]]:
    for name, schema in doc.query.items():
        yield {"name": name, "in": "query", "required": False, "schema": schema}


def _examples(doc: Doc) -> dict[str, Any]:
    return {name: {"value": value} for name, value in doc.examples.items()}


def _responses(path: str, doc: Doc) -> dict[str, Any]:
    version = "v1" if path.startswith("/v1") else "v2"
    success = {
        "type": "object",
        "required": ["rid", "code", "msg", "data"],
        "properties": {
            "rid": _RID,
            "code": {"const": 0},
            "msg": {"const": SUCCESS[version]},
            "data": doc.data,
        },
    }
    refusal = {"$ref": "#/components/schemas/Refusal"}
    busy = {"description": "Too many requests; see Retry-After.", "content": {"application/json": {"schema": refusal}}}
    return {
        "200": {
            "description": "Done, or refused: `code` says which.",
            "content": {"application/json": {"schema": {"oneOf": [success, refusal]}}},
        },
        "429": busy,
    }


def _refusal() -> dict[str, Any]:
    told = "\n".join(f"- {code}: {text}" for code, text in sorted(_CODES.items()))
    return {
        "type": "object",
        "required": ["rid", "code", "msg", "data"],
        "properties": {
            "rid": _RID,
            "code": {"type": "integer", "not": {"const": 0}, "description": told},
            "msg": {"type": "string"},
            "data": {"type": ["object", "null"], "description": "The findings behind a refusal."},
        },
    }
