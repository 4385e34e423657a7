"""
`Idempotency-Key` on every POST of both faces (the manner of draft-ietf-httpapi-idempotency-key-header).

The key is looked up before the application is asked, and goes into the request's Act; whoever changes something
keeps it in the transaction of the change. A request that changed nothing leaves no trace and may be sent again.
"""

import contextlib
import hashlib
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import msgspec

from greenroom.domain.access import ApiKey, Scope
from greenroom.domain.act import Act
from greenroom.domain.idempotency import Done, Once
from greenroom.errors import AnswerLost, GreenroomError, NotFound, ParameterError, ScopeMissing
from greenroom.services.idempotency import Held, Idempotency, require_same
from greenroom.web.answers import Header, header, rid_of
from greenroom.web.auth import ONCE, Callers
from greenroom.web.receiving import BodyCut, body_of

HEADER = b"idempotency-key"
REPLAYED = (b"idempotency-replayed", b"true")
_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_ID = re.compile(r"/[a-z]+_[0-9a-f]{32}(?=/|$)")
_MOST_BYTES = 1024 * 1024
_MOST_KEPT_BYTES = 1024 * 1024


class Again(NamedTuple):
    """An answer that is given once more."""

    status: int
    content_type: str
    body: bytes


Replay = Callable[[Any, Act, Done], Awaitable[Again | None]]
"""Makes the answer anew from what was done, as it stands now; None has the first answer given again."""


@dataclass(slots=True)
class Ticket:
    """What a handler that reads its own body has to do by itself: see to it that it is the same request."""

    held: Held
    key: ApiKey
    done: Done | None
    once: Once | None = None

    def fingerprinted(self, fingerprint: str) -> Once:
        """
        Say what the request was, once it is known.

        Raises KeyReused if the key was given to another one; ScopeMissing, NotFound if it was done with an API key
        that may do more.
        """
        if self.done is not None:
            require_same(self.done, fingerprint, self.held[2])
            _require_as_good(self.key, self.done)
        self.once = Once(*self.held, fingerprint, " ".join(sorted(self.key.scopes)))
        return self.once


def _require_as_good(key: ApiKey, done: Done) -> None:
    for scope in done.scopes.split():
        if not key.may(Scope(scope)):
            raise ScopeMissing(scope)
    if key.folder_id is not None and key.folder_id != done.within:
        raise NotFound("What was done under this Idempotency-Key is not within the folder of this API key.")


Refuse = Callable[[Any, Any, GreenroomError], Awaitable[None]]
"""Tells an error in the manner of the face: given scope, send and the error."""


@dataclass(frozen=True, slots=True)
class Keys:
    """What both faces need for idempotency keys."""

    callers: Callers
    idempotency: Idempotency
    replays: Mapping[str, Replay]
    """By the path of a route as `route_of` writes it, ids as `{id}`; the others give their first answer again."""

    def replay(self, route: str) -> Replay | None:
        """How a route such as `POST /api/v1/uploads` makes its answer anew, if it does."""
        return self.replays.get(_ID.sub("/{id}", route[5:]))


class Idempotent:
    """An application whose POSTs with an Idempotency-Key have their effect once."""

    def __init__(self, app: Any, keys: Keys, refuse: Refuse) -> None:
        self._app = app
        self._callers = keys.callers
        self._idempotency = keys.idempotency
        self._replay = keys.replay
        self._refuse = refuse

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request."""
        key = header(scope, HEADER) if scope["type"] == "http" and scope["method"] == "POST" else None
        if key is None:
            await self._app(scope, receive, send)
            return
        try:
            act = await self._callers.act(scope, *Scope)
        except GreenroomError:
            # The application knows best how to say that; nothing will be done.
            await self._app(scope, receive, send)
            return
        try:
            await self._once(act, key, scope, receive, send)
        except GreenroomError as problem:
            await self._refuse(scope, send, problem)
        except BodyCut:
            await self._refuse(scope, send, ParameterError("The body", "ended before all of it had come"))

    async def _once(self, act: Act, key: str, scope: Any, receive: Any, send: Any) -> None:
        if not _KEY.fullmatch(key):
            raise ParameterError("Idempotency-Key", "has to be 1 to 255 visible ASCII characters, such as a UUID")
        route = f"POST {route_of(scope['path'])}"
        held = (act.account_id, route, key)
        ticket = Ticket(
            held, await self._callers.key(scope), await self._callers.threads.quick(self._idempotency.begin, held)
        )
        try:
            answer = await self._answered(ticket, act, scope, receive)
        finally:
            self._idempotency.end(held)
        # Only now: who has the answer may send the request again at once, and must not find its key in use.
        await answer.release(send)

    async def _answered(self, ticket: Ticket, act: Act, scope: Any, receive: Any) -> "_Held":
        route = ticket.held[1]
        if _is_form(scope, route):
            scope[ONCE] = ticket
        else:
            body = await _whole(receive)
            scope[ONCE] = ticket.fingerprinted(_fingerprint(scope, body))
            receive = _again(body, receive)
        answer = _Held((REPLAYED,) if ticket.done is not None else ())
        if ticket.done is not None and isinstance(scope[ONCE], Once):
            await _send_again(answer, scope, await self._again(route, act, ticket.done, scope))
            return answer
        await self._app(scope, receive, answer)
        if ticket.done is None and ticket.once is not None:
            await self._keep(msgspec.structs.replace(act, once=ticket.once), route, answer)
        return answer

    async def _keep(self, act: Act, route: str, answer: "_Held") -> None:
        keepable = answer.status < 500 and len(answer.body) <= _MOST_KEPT_BYTES and not answer.is_secret
        if keepable and self._replay(route) is None:
            args = (act, answer.status, answer.content_type, bytes(answer.body))
            await self._callers.threads.quick(self._idempotency.answered, *args)

    async def _again(self, route: str, act: Act, done: Done, scope: Any) -> Again:
        make = self._replay(route)
        again = await make(scope, act, done) if make is not None else None
        if again is not None:
            return again
        if done.status is None or done.body is None:
            raise AnswerLost(done.subjects)
        return Again(done.status, done.content_type or "application/json", done.body)


async def _send_again(send: Any, scope: Any, again: Again) -> None:
    headers = [
        (b"content-type", again.content_type.encode()),
        (b"content-length", b"%d" % len(again.body)),
        (b"x-request-id", rid_of(scope).encode()),
    ]
    await send({"type": "http.response.start", "status": again.status, "headers": headers})
    await send({"type": "http.response.body", "body": again.body})


def route_of(path: str) -> str:
    """The path of a request with its ids, in one spelling: `/open/v2` is `/v2`, and no slash ends it."""
    return path.removeprefix("/open").rstrip("/")


class _Held:
    """An answer that is held back until it may go out."""

    def __init__(self, headers: Iterable[Header]) -> None:
        self._headers = headers
        self._messages: list[Any] = []
        self.status = 500
        self.content_type = ""
        self.is_secret = False
        """Whether no cache may keep it, and neither may we."""
        self.body = bytearray()

    async def __call__(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = dict(message["headers"])
            self.content_type = headers.get(b"content-type", b"").decode("latin-1")
            self.is_secret = b"no-store" in headers.get(b"cache-control", b"")
            message = message | {"headers": [*message["headers"], *self._headers]}
        else:
            self.body += message.get("body", b"")
        self._messages.append(message)

    async def release(self, send: Any) -> None:
        """Let it go."""
        for message in self._messages:
            await send(message)


def _is_form(scope: Any, route: str) -> bool:
    kind = (header(scope, b"content-type") or "").lower()
    return route.endswith("/upload/asset") and kind.startswith("multipart/form-data")


async def _whole(receive: Any) -> bytes:
    whole = bytearray()
    async for piece in body_of(receive):
        whole += piece
        if len(whole) > _MOST_BYTES:
            raise ParameterError("The body", f"has more than {_MOST_BYTES} bytes; leave out the Idempotency-Key")
    return bytes(whole)


def _again(body: bytes, receive: Any) -> Any:
    """A `receive` that gives a body that was read already."""
    pieces = [{"type": "http.request", "body": bytearray(body), "more_body": False}]

    async def replayed() -> Any:
        return pieces.pop() if pieces else await receive()

    return replayed


def _fingerprint(scope: Any, body: bytes) -> str:
    # The same object in another order or spelling is the same request.
    with contextlib.suppress(msgspec.MsgspecError):
        body = msgspec.json.encode(msgspec.json.decode(body), order="deterministic")
    return hashlib.sha256(scope["query_string"] + b"\n" + body).hexdigest()
