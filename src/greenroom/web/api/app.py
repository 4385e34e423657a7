"""Our own API: FastAPI, strict, with problem documents (RFC 9457) for every error."""

from collections.abc import Sequence
from typing import Any

import msgspec
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from greenroom import __version__
from greenroom.errors import GreenroomError, ParameterError
from greenroom.web import problems
from greenroom.web.answers import rid_of
from greenroom.web.api.answers import PROBLEM_SCHEMA, answer


def api_app(routers: Sequence[APIRouter]) -> FastAPI:
    """The application under `/api/v1`, and `/healthz`."""
    app = _Api(
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
    for router in routers:
        app.include_router(router)

    @app.get("/healthz")
    async def health(request: Request) -> Response:
        """Whether this server takes requests."""
        return answer(request, {"status": "ok", "version": __version__})

    return app


class _Api(FastAPI):
    def openapi(self) -> dict[str, Any]:
        """The OpenAPI document, with the problem document that all errors are."""
        document = super().openapi()
        document["components"]["schemas"].setdefault("Problem", PROBLEM_SCHEMA)
        return document


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
    first = problem.errors()[0]
    field = ".".join(str(part) for part in first["loc"][1:]) or "The body"
    return await _problem(request, ParameterError(field, f"is {first.get('input')!r:.200}: {first['msg']}"))


async def _http_problem(request: Request, problem: Exception) -> Response:
    assert isinstance(problem, HTTPException)
    rid = rid_of(request.scope)
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
