"""The front door: sends each request to the part that answers it. Hot routes are plain ASGI."""

from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from greenroom.domain.access import Scope
from greenroom.web import cors
from greenroom.web.answers import send_envelope
from greenroom.web.api.app import send_problem
from greenroom.web.idempotency import Idempotent, Keys
from greenroom.web.jogg import not_built
from greenroom.web.jogg.envelope import Call, Envelope, refuse
from greenroom.web.jogg.routes import Routes
from greenroom.web.rates import Limiter

_COMPATIBLE = ("v1/", "v2/", "open/v2/")
_VERSIONS = {"/v1/": "v1", "/v2/": "v2"}


class OpenRoute(Protocol):
    """An application for what takes no key; `prefix` of its paths is a slash, a word, a slash."""

    prefix: str

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request."""


class FrontDoor:
    """The ASGI application."""

    def __init__(
        self,
        envelope: Envelope,
        routes: Routes,
        open_routes: Iterable[OpenRoute],
        api: Any,
        keys: Keys,
        limiter: Limiter,
        cors_origins: Sequence[str],
    ) -> None:
        self._envelope = envelope
        self._routes = routes
        self._open_routes = {route.prefix: route for route in open_routes}
        # Signed and permanent URLs are open to every page; what takes a key is not.
        self._compatible = cors.open_to(
            limiter.around(Idempotent(self._answer_compatible, keys, refuse), refuse), cors_origins
        )
        self._api = cors.open_to(limiter.around(Idempotent(api, keys, send_problem), send_problem), cors_origins)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request."""
        path: str = scope["path"] if scope["type"] == "http" else ""
        found = self._open_routes.get(path[: path.find("/", 1) + 1])
        if found is not None:
            await found(scope, receive, send)
        elif path.lstrip("/").startswith(_COMPATIBLE):
            await self._compatible(scope, receive, send)
        else:
            await self._api(scope, receive, send)

    async def _answer_compatible(self, scope: Any, receive: Any, send: Any) -> None:
        path: str = scope["path"].removeprefix("/open").rstrip("/")
        call = Call(scope, receive, _VERSIONS.get(path[:4], "v2"))
        found = self._routes.find(path)
        if found is not None:
            by_method, call.segments = found
            # RFC 9110 section 9.1 wants HEAD wherever there is GET; the connection leaves the body out.
            route = by_method.get("GET" if scope["method"] == "HEAD" else scope["method"])
            if route is not None:
                await self._envelope.answer(call, send, route.scope, route.handler)
            else:
                allowed = ", ".join(by_method)
                text = f"This call takes {allowed}, not {scope['method']}."
                allow = ((b"allow", allowed.encode()),)
                await send_envelope(send, call.rid, 40000, text, None, status=405, headers=allow)
        elif not_built.is_known(path):
            await self._envelope.answer(call, send, Scope.READ, not_built.say_so)
        else:
            text = f"There is no call {scope['method']} {path[:200]}."
            if "//" in path:
                # Not taken for the address with one: rules of proxies are about addresses as they are written.
                text += " It has two slashes in a row: end the base URL without one."
            await send_envelope(send, call.rid, 10104, text, None, status=404)
