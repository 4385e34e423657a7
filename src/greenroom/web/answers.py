"""Small answers, written straight to ASGI: the compatible envelope and its headers."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from greenroom.domain.ids import random_hex

_encode = msgspec.json.encode
_JSON = (b"content-type", b"application/json")
_RID = "greenroom.rid"
_HEADERS = "greenroom.headers"
Header = tuple[bytes, bytes]


def new_rid() -> str:
    """A request id: 32 hexadecimal digits (contract 1.3)."""
    return random_hex()


def rid_of(scope: Any) -> str:
    """The id of a request, the same whoever asks: it stands in the answer, in the log and in the audit."""
    rid: str | None = scope.get(_RID)
    if rid is None:
        rid = scope[_RID] = new_rid()
    return rid


async def send_json(send: Any, status: int, body: bytes, rid: str, headers: Iterable[Header] = ()) -> None:
    """Send a JSON body with its request id."""
    await send(
        {
            "type": "http.response.start",
            "status": status,
            "headers": [
                _JSON,
                (b"content-length", b"%d" % len(body)),
                (b"x-request-id", rid.encode()),
                *headers,
            ],
        }
    )
    await send({"type": "http.response.body", "body": body})


async def send_envelope(
    send: Any,
    rid: str,
    code: int,
    msg: str,
    data: Any,
    *,
    status: int = 200,
    headers: Iterable[Header] = (),
    more: Mapping[str, Any] | None = None,
) -> None:
    """Send `{rid, code, msg, data}` (contract 1.3), and `more` fields beside them."""
    body = {**(more or {}), "rid": rid, "code": code, "msg": msg, "data": data}
    await send_json(send, status, _encode(body), rid, headers)


async def send_empty(send: Any, status: int, headers: Iterable[Header]) -> None:
    """Send an answer without a body."""
    length = () if status in (204, 304) else ((b"content-length", b"0"),)
    await send({"type": "http.response.start", "status": status, "headers": [*length, *headers]})
    await send({"type": "http.response.body", "body": b""})


def header(scope: Any, name: bytes) -> str | None:
    """The value of a request header as text, None if it is absent."""
    headers: dict[bytes, bytes] | None = scope.get(_HEADERS)
    if headers is None:
        # Of a header that is there twice, the first counts.
        headers = scope[_HEADERS] = dict(reversed(scope["headers"]))
    value = headers.get(name)
    return value.decode("latin-1") if value is not None else None


def every_header(scope: Any, name: bytes) -> list[str]:
    """The values of a request header that may be there several times, as texts in their order."""
    return [value.decode("latin-1") for found, value in scope["headers"] if found == name]
