"""What every compatible call does: find the key, run the call, answer in the envelope."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from greenroom.domain.access import Scope
from greenroom.domain.act import Act
from greenroom.domain.policy import Dialect
from greenroom.errors import GreenroomError, ParameterError
from greenroom.web import problems
from greenroom.web.answers import header, rid_of, send_envelope
from greenroom.web.auth import Callers
from greenroom.web.receiving import BodyCut

SUCCESS = {"v1": "success", "v2": "Success"}
_MAX_JSON_BYTES = 64 * 1024


class Call:
    """One request to a compatible route; `dialect` is set as soon as its body shows which one it speaks."""

    __slots__ = ("dialect", "receive", "rid", "scope", "segments", "version")

    def __init__(self, scope: Any, receive: Any, version: str) -> None:
        self.scope = scope
        self.receive = receive
        self.version = version
        self.rid = rid_of(scope)
        self.dialect: Dialect | None = None
        self.segments: dict[str, str] = {}
        """The open segments of the path by name."""

    async def body(self) -> bytes:
        """The whole body of a JSON call. Raises ParameterError if it is too large for one."""
        whole = bytearray()
        more = True
        while more:
            message = await self.receive()
            if message["type"] == "http.disconnect":
                raise BodyCut
            whole += message["body"]
            more = message["more_body"]
            if len(whole) > _MAX_JSON_BYTES:
                raise ParameterError("The body", f"has more than {_MAX_JSON_BYTES} bytes, too many for this call")
        return bytes(whole)

    @property
    def query(self) -> dict[str, str]:
        """The parameters of the address; of those given twice the last."""
        return dict(parse_qsl(self.scope["query_string"].decode("latin-1"), keep_blank_values=True))

    @property
    def content_type(self) -> str:
        """The type of the body with its parameters."""
        return header(self.scope, b"content-type") or ""


class Repeated(NamedTuple):
    """Data of a v1 call, and the fields that some of its clients read beside `data` (contract 2.12)."""

    data: Any
    fields: Mapping[str, Any]


Handler = Callable[[Call, Act], Awaitable[Any]]


class Envelope:
    """Runs handlers; whatever they raise becomes a business code (contract 1.4)."""

    def __init__(self, callers: Callers) -> None:
        self._callers = callers

    async def answer(self, call: Call, send: Any, needed: Scope | None, handler: Handler) -> None:
        """Answer a call with what `handler` gives."""
        try:
            scopes = (needed,) if needed is not None else Scope
            data = await handler(call, await self._callers.act(call.scope, *scopes))
        except BodyCut:
            # A peer that ended only its own side still reads.
            await refuse(call.scope, send, ParameterError("The body", "ended before all of it had come"))
        except Exception as problem:  # noqa: BLE001  # the outer rim of a request
            await refuse(call.scope, send, problems.as_ours(problem, call.rid), call.dialect)
        else:
            data, more = data if isinstance(data, Repeated) else (data, None)
            await send_envelope(send, call.rid, 0, SUCCESS[call.version], data, more=more)


async def refuse(scope: Any, send: Any, error: GreenroomError, dialect: Dialect | None = None) -> None:
    """Answer a call with an error, in the words of its dialect if that is known."""
    code, message, data = problems.jogg_answer(error, dialect)
    headers = problems.retry_after(error)
    status = 429 if code == problems.RATE_LIMITED else 200
    await send_envelope(send, rid_of(scope), code, message, data, status=status, headers=headers)
