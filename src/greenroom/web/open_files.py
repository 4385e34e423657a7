"""What every address has that is open to all: GET and HEAD of bytes under no key, ranges, conditions, other pages."""

from abc import ABC, abstractmethod
from typing import Any

from greenroom.services.delivery import OpenBlob
from greenroom.web.answers import Header, header, new_rid, send_empty, send_envelope
from greenroom.web.problems import NOT_FOUND
from greenroom.web.ranges import Span, Unsatisfiable, matches, one_range, range_still_holds

_METHODS = b"GET, HEAD, OPTIONS"
_OPEN_TO_PAGES: tuple[Header, ...] = (
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", b"Content-Length, Content-Range, ETag, Accept-Ranges, X-Request-Id"),
)
# Whatever a browser is made to show under an asset's address, it may run nothing (fault 21).
_HARMLESS: tuple[Header, ...] = (
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'; media-src 'self'; img-src 'self'; sandbox"),
    (b"cross-origin-resource-policy", b"cross-origin"),
)
_PREFLIGHT: tuple[Header, ...] = (
    (b"access-control-allow-origin", b"*"),
    (b"access-control-allow-methods", _METHODS),
    (b"access-control-allow-headers", b"Range, If-None-Match, If-Range"),
    (b"access-control-max-age", b"86400"),
)
_NO_STORE: Header = (b"cache-control", b"no-store")


class OpenFiles(ABC):
    """Answers all requests for paths that begin with `prefix`; a subclass shows what is there."""

    prefix: str

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:  # noqa: ARG002
        """Answer one request."""
        method = scope["method"]
        if method in ("GET", "HEAD"):
            await self._show(scope, send, scope["path"][len(self.prefix) :])
        elif method == "OPTIONS":
            await send_empty(send, 204, _PREFLIGHT)
        else:
            await send_empty(send, 405, (*_OPEN_TO_PAGES, (b"allow", _METHODS)))

    @abstractmethod
    async def _show(self, scope: Any, send: Any, name: str) -> None:
        """Answer GET or HEAD of what has a name below the prefix."""


async def send_nothing(send: Any, status: int, text: str, data: object = None, *more: Header) -> None:
    """Say why there are no bytes, in an answer that nobody may keep."""
    headers = (*_OPEN_TO_PAGES, _NO_STORE, *more)
    await send_envelope(send, new_rid(), NOT_FOUND, text, data, status=status, headers=headers)


async def send_blob(scope: Any, send: Any, blob: OpenBlob, etag: str, content_type: str, max_age_s: int) -> None:
    """Answer GET or HEAD with a blob, or the part of it that is asked for, or 304 where the client has it."""
    headers = _headers(etag, b"public, max-age=%d" % max_age_s)
    if (condition := header(scope, b"if-none-match")) is not None and matches(condition, etag):
        await send_empty(send, 304, headers)
        return
    size = blob.size_bytes
    # A range is defined for GET alone (RFC 9110 section 14.2).
    asked = header(scope, b"range") if scope["method"] == "GET" else None
    try:
        part = one_range(asked, size) if asked and range_still_holds(header(scope, b"if-range"), etag) else None
    except Unsatisfiable:
        # Caches know answers by their address alone: kept, this one would be given to who asks for other bytes.
        await send_empty(send, 416, (*_headers(etag, b"no-store"), (b"content-range", b"bytes */%d" % size)))
        return
    span = part or Span(0, size)
    if part is not None:
        headers.append((b"content-range", b"bytes %d-%d/%d" % (span.start, span.stop - 1, size)))
    headers.append((b"content-type", content_type.encode()))
    headers.append((b"content-length", b"%d" % span.count))
    await send({"type": "http.response.start", "status": 206 if part is not None else 200, "headers": headers})
    if scope["method"] == "HEAD":
        await send({"type": "http.response.body", "body": b""})
    else:
        piece = {"file": blob.fd, "offset": span.start, "count": span.count}
        await send({"type": "http.response.zerocopysend", **piece})


def _headers(etag: str, cache_control: bytes) -> list[Header]:
    return [
        (b"etag", etag.encode()),
        (b"accept-ranges", b"bytes"),
        (b"cache-control", cache_control),
        *_HARMLESS,
        *_OPEN_TO_PAGES,
    ]
