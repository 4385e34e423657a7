"""Our own API: FastAPI, strict, with problem documents (RFC 9457) for every error."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Coroutine
from typing import Annotated, Any

import msgspec
from fastapi import FastAPI, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from greenroom import __version__
from greenroom.domain.access import ApiKey, Scope
from greenroom.domain.ids import AssetId
from greenroom.errors import GreenroomError, NotFound, ParameterError
from greenroom.services.access import Access
from greenroom.services.library import Library
from greenroom.services.preflight import Preflight
from greenroom.services.renditions import Renditions
from greenroom.web import problems
from greenroom.web.answers import new_rid
from greenroom.web.api.preflight import preflight_router
from greenroom.web.api.renditions import renditions_router
from greenroom.web.auth import key_of
from greenroom.web.origin import Origins
from greenroom.web.threads import Threads
from greenroom.web.views import receipt

_MOST = 100
_NEWEST = 2**63 - 1


def api_app(
    access: Access,
    library: Library,
    preflight: Preflight,
    renditions: Renditions,
    origins: Origins,
    threads: Threads,
) -> FastAPI:
    """The application under `/api/v1`, and `/healthz`."""
    app = FastAPI(
        title="Greenroom",
        version=__version__,
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
    )
    app.add_exception_handler(GreenroomError, _problem)
    app.add_exception_handler(Exception, _problem)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http_problem)

    async def key(request: Request, *scopes: Scope) -> ApiKey:
        return await key_of(request.scope, access, threads, *scopes)

    app.include_router(preflight_router(preflight, key, threads))
    app.include_router(renditions_router(renditions, key, origins, threads))

    @app.get("/healthz")
    async def health() -> Response:
        """Whether this server takes requests."""
        return _json({"status": "ok", "version": __version__})

    @app.get("/api/v1/assets")
    async def list_assets(
        request: Request,
        limit: Annotated[int, Query(ge=1, le=_MOST, description="Assets on a page.")] = 20,
        cursor: Annotated[str | None, Query(description="`next_cursor` of the page before.")] = None,
    ) -> Response:
        """The account's assets, newest first."""
        account = (await key(request, Scope.READ)).account_id
        before = _number_of(cursor)
        found = await threads.quick(library.page, account, before, limit + 1)
        origin = origins.origin(request.scope)
        next_cursor = _cursor(found[limit - 1].number) if len(found) > limit else None
        return _json({"data": [receipt(asset, origin) for asset in found[:limit]], "next_cursor": next_cursor})

    @app.get("/api/v1/assets/{asset_id}")
    async def get_asset(request: Request, asset_id: str) -> Response:
        """One asset with what its bytes were found to be; who may upload may watch what comes of it."""
        account = (await key(request, Scope.READ, Scope.UPLOAD)).account_id
        found = await threads.quick(library.asset, account, AssetId(asset_id))
        if found is None:
            raise NotFound(f"There is no asset {asset_id[:60]!r} in this account.")
        verdict = await threads.quick(library.verdict, found)
        return _json(receipt(found, origins.origin(request.scope)) | {"verdict": verdict})

    return app


Handler = Callable[[Request, Exception], Coroutine[Any, Any, Response]]


def _json(value: Any) -> Response:
    return Response(msgspec.json.encode(value), media_type="application/json", headers={"x-request-id": new_rid()})


async def _problem(request: Request, problem: Exception) -> Response:  # noqa: ARG001
    rid = new_rid()
    error = problems.as_ours(problem, rid)
    status, body = problems.problem_document(error, rid)
    headers = {name.decode(): value.decode() for name, value in problems.retry_after(error)}
    return Response(body, status, {**headers, "x-request-id": rid}, "application/problem+json")


async def _invalid(request: Request, problem: Exception) -> Response:
    assert isinstance(problem, RequestValidationError)
    first = problem.errors()[0]
    field = str(first["loc"][-1]) if first["loc"] else "The request"
    return await _problem(request, ParameterError(field, f"is {first.get('input')!r}: {first['msg']}"))


async def _http_problem(request: Request, problem: Exception) -> Response:  # noqa: ARG001
    assert isinstance(problem, HTTPException)
    rid = new_rid()
    texts = {404: "There is nothing at this address.", 405: "This address does not take this method."}
    detail = texts.get(problem.status_code, str(problem.detail))
    body = {
        "type": "about:blank",
        "title": str(problem.detail),
        "status": problem.status_code,
        "detail": detail,
        "code": {404: "route_not_found", 405: "method_not_allowed"}.get(problem.status_code, "http_error"),
        "request_id": rid,
    }
    headers = {**(problem.headers or {}), "x-request-id": rid}
    return Response(msgspec.json.encode(body), problem.status_code, headers, "application/problem+json")


def _cursor(number: int) -> str:
    return urlsafe_b64encode(b"n%d" % number).rstrip(b"=").decode()


def _number_of(cursor: str | None) -> int:
    if cursor is None:
        return _NEWEST
    try:
        raw = urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
    except ValueError:
        raw = b""
    if raw[:1] != b"n" or not raw[1:].isdigit() or len(raw) > 20:
        raise ParameterError("cursor", "was not given by this list; leave it out to begin at the newest asset")
    return min(int(raw[1:]), _NEWEST)
