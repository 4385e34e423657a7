"""`/reference`: both OpenAPI documents as a page to read, made in the browser without anything from elsewhere."""

from importlib.resources import files
from typing import Any

import msgspec
from fastapi import APIRouter, Request, Response

from greenroom.web.api.answers import answer
from greenroom.web.api.described import servers_at

_TYPES = {"html": "text/html; charset=utf-8", "js": "text/javascript; charset=utf-8", "css": "text/css; charset=utf-8"}
_POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'"


def reference_router(compatible: dict[str, Any], base_path: str) -> APIRouter:
    """The routes; `compatible` is the document of the compatible calls, `base_path` what clients put before paths."""
    router = APIRouter(include_in_schema=False)
    written = msgspec.json.encode(compatible | servers_at(base_path))

    @router.get("/api/v1/openapi-compatible.json")
    async def compatible_document(request: Request) -> Response:
        """The compatible calls."""
        return answer(request, msgspec.Raw(written))

    @router.get("/reference")
    async def page() -> Response:
        """The page."""
        return _file("page.html")

    @router.get("/reference/{name}")
    async def part(name: str) -> Response:
        """Its script and style."""
        return _file(name) if name in ("page.js", "page.css") else Response(status_code=404)

    return router


def _file(name: str) -> Response:
    body = files(__package__).joinpath(name).read_bytes()
    headers = {"content-security-policy": _POLICY, "x-content-type-options": "nosniff", "cache-control": "no-cache"}
    return Response(body, headers=headers, media_type=_TYPES[name.rpartition(".")[2]])
