"""Our own API: FastAPI, strict, with problem documents (RFC 9457) for every error."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, Literal

import msgspec
from fastapi import APIRouter, FastAPI, HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException as HTTPProblem
from starlette.routing import compile_path

from greenroom import __version__
from greenroom.errors import GreenroomError, KeyRefused, ParameterError
from greenroom.web import problems
from greenroom.web.answers import rid_of
from greenroom.web.api.answers import answer
from greenroom.web.api.described import completed, servers_at
from greenroom.web.api.mistakes import mistake
from greenroom.web.auth import Callers
from greenroom.web.problem_codes import OUTSIDE

# More than the largest form of a preflight.
_BODY_MAX_BYTES = 2 * 1024 * 1024


class Health(BaseModel):
    """That it takes requests."""

    status: Literal["ok"]
    version: str


def api_app(routers: Sequence[APIRouter], callers: Callers) -> FastAPI:
    """The application under `/api/v1`, and `/healthz`."""
    app = _Api(
        title="Greenroom",
        version=__version__,
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        # It would lead to whatever the Host header says, and away from TLS behind a proxy.
        redirect_slashes=False,
    )
    app.state.base_path = callers.origins.base_path
    app.add_exception_handler(GreenroomError, _problem)
    app.add_exception_handler(Exception, _problem)

    async def invalid(request: Request, problem: Exception) -> Response:
        # Who has no key is told that, and not what else is wrong.
        try:
            await callers.key(request.scope)
        except KeyRefused as refusal:
            return await _problem(request, refusal)
        return await (_invalid if isinstance(problem, RequestValidationError) else _http_problem)(request, problem)

    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(400, invalid)
    app.add_exception_handler(HTTPProblem, _http_problem)
    for router in routers:
        app.include_router(router)

    @app.get("/healthz", tags=["server"], responses={200: {"model": Health}})
    async def health(request: Request) -> Response:
        """Whether this server takes requests."""
        return answer(request, {"status": "ok", "version": __version__})

    return app


class _Api(FastAPI):
    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """
        Answer one request; a body that is too long for any route is not read to its end.

        Slashes at the end of a path are overlooked, as in the compatible calls. HEAD is GET without the body.
        """
        if scope["path"].startswith("/api/"):
            scope["path"] = scope["path"].rstrip("/")
        if scope["method"] == "HEAD":
            scope, send = {**scope, "method": "GET"}, _head_alone(send)
        await super().__call__(scope, _bounded(receive), send)

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI document, made once."""
        if self.openapi_schema is not None:
            return self.openapi_schema
        self.openapi_schema = completed(super().openapi()) | servers_at(self.state.base_path)
        return self.openapi_schema


def _head_alone(send: Any) -> Any:
    async def alone(message: Any) -> None:
        # The end at once: what makes a stream of events sees by it that nobody reads.
        if message["type"] == "http.response.start":
            await send(message)
            await send({"type": "http.response.body", "body": b""})

    return alone


def _bounded(receive: Any) -> Any:
    total = 0

    async def bounded() -> Any:
        nonlocal total
        message = await receive()
        total += len(message.get("body", b""))
        if total > _BODY_MAX_BYTES:
            raise HTTPException(413, f"The body has more than {_BODY_MAX_BYTES} bytes.")
        return message

    return bounded


async def send_problem(scope: Any, send: Any, error: GreenroomError) -> None:
    """Answer a request with the problem document of an error, from outside the application."""
    response = await _problem(Request(scope), error)
    await response(scope, _nothing, send)


async def _nothing() -> Any:
    raise AssertionError("an answer without a background task receives nothing")


async def _problem(request: Request, problem: Exception) -> Response:
    rid = rid_of(request.scope)
    error = problems.as_ours(problem, rid)
    status, body = problems.problem_document(error, rid)
    headers = {name.decode(): value.decode() for name, value in problems.retry_after(error)}
    return Response(body, status, {**headers, "x-request-id": rid}, "application/problem+json")


async def _invalid(request: Request, problem: Exception) -> Response:
    assert isinstance(problem, RequestValidationError)
    return await _problem(request, mistake(request, problem))


async def _http_problem(request: Request, problem: Exception) -> Response:
    assert isinstance(problem, HTTPProblem)
    if problem.status_code == 400:
        return await _problem(request, ParameterError("The body", "is not valid JSON in UTF-8"))
    outside = OUTSIDE.get(problem.status_code)
    if outside is None:
        return await _problem(request, problem)
    rid = rid_of(request.scope)
    body = {
        "type": "about:blank",
        "title": HTTPStatus(problem.status_code).phrase,
        "status": problem.status_code,
        "detail": problem.detail if problem.status_code == 413 else outside.detail,
        "code": outside.code,
        "request_id": rid,
    }
    headers = {**(problem.headers or {}), "x-request-id": rid}
    if problem.status_code == 405:
        headers["Allow"] = _methods(request, headers.get("Allow", ""))
    return Response(msgspec.json.encode(body), problem.status_code, headers, "application/problem+json")


def _methods(request: Request, of_route: str) -> str:
    """All methods that an address takes, where `of_route` are those of one route; a path written out goes first."""
    paths = request.app.openapi()["paths"]
    found = [path for path in paths if compile_path(path)[0].match(request.url.path)]
    if not found:
        return of_route
    return ", ".join(sorted(method.upper() for method in paths[min(found, key=lambda path: path.count("{"))]))
