"""
GET and HEAD of an asset's permanent address: no key; it always tells the truth about the asset's state.

| state | answer |
|---|---|
| waiting, verifying | 404, `no-store`, `Retry-After`, state and findings |
| ready | 200, 206, 304 or 416; cached for a setting, shorter until the verification is deep |
| rejected, deleted, purged | 410, `no-store`, state and findings |
| expired | 404, `no-store` |
"""

from typing import Any

import msgspec

from greenroom.config import Delivery as DeliverySettings
from greenroom.domain.asset import AssetState, Verification
from greenroom.services.delivery import Delivery, OpenBlob, Shown
from greenroom.web.answers import Header, header, new_rid, send_empty, send_envelope
from greenroom.web.problems import NOT_FOUND
from greenroom.web.ranges import Span, Unsatisfiable, matches, one_range, range_still_holds
from greenroom.web.threads import Threads

PREFIX = "/assets/"

OPEN_TO_PAGES: tuple[Header, ...] = (
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", b"Content-Length, Content-Range, ETag, Accept-Ranges, X-Request-Id"),
)
# Whatever a browser is made to show under an asset's address, it may run nothing (fault 21).
_HARMLESS: tuple[Header, ...] = (
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'; media-src 'self'; img-src 'self'; sandbox"),
    (b"cross-origin-resource-policy", b"cross-origin"),
)
PREFLIGHT: tuple[Header, ...] = (
    (b"access-control-allow-origin", b"*"),
    (b"access-control-allow-methods", b"GET, HEAD, OPTIONS"),
    (b"access-control-allow-headers", b"Range, If-None-Match, If-Range"),
    (b"access-control-max-age", b"86400"),
)
NO_STORE: Header = (b"cache-control", b"no-store")
_RETRY_AFTER_S = b"5"
_WITHOUT_BYTES = {
    AssetState.WAITING: (404, "This asset waits for its file."),
    AssetState.VERIFYING: (404, "This asset's file is being verified."),
    AssetState.REJECTED: (410, "This asset was rejected after a closer look."),
    AssetState.EXPIRED: (404, "This asset's upload URL expired before a file came."),
    AssetState.DELETED: (410, "This asset was deleted."),
    AssetState.PURGED: (410, "This asset was deleted."),
}


class Assets:
    """Answers `/assets/<asset id>.<extension>`."""

    prefix = PREFIX

    def __init__(self, delivery: Delivery, threads: Threads, settings: DeliverySettings) -> None:
        self._delivery = delivery
        self._threads = threads
        self._settings = settings

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:  # noqa: ARG002
        """Answer one request."""
        method = scope["method"]
        if method in ("GET", "HEAD"):
            segment = scope["path"][len(PREFIX) :]
            shown = self._delivery.remembered(segment) or await self._threads.quick(self._delivery.find, segment)
            await self._show(scope, send, shown)
        elif method == "OPTIONS":
            await send_empty(send, 204, PREFLIGHT)
        else:
            await send_empty(send, 405, (*OPEN_TO_PAGES, (b"allow", b"GET, HEAD, OPTIONS")))

    async def _show(self, scope: Any, send: Any, shown: Shown | None) -> None:
        if shown is None:
            text = "There is no asset under this address."
            headers = (*OPEN_TO_PAGES, NO_STORE)
            await send_envelope(send, new_rid(), NOT_FOUND, text, None, status=404, headers=headers)
        elif shown.blob is None:
            await _tell_state(send, shown)
        else:
            await self._send_bytes(scope, send, shown)

    async def _send_bytes(self, scope: Any, send: Any, shown: Shown) -> None:
        assert shown.blob is not None
        deep = shown.asset.verification is Verification.DEEP
        max_age_s = self._settings.max_age_s if deep else self._settings.structural_max_age_s
        await send_blob(scope, send, shown.blob, f'"{shown.asset.blob_key}"', shown.content_type, max_age_s)


async def send_blob(scope: Any, send: Any, blob: OpenBlob, etag: str, content_type: str, max_age_s: int) -> None:
    """Answer GET or HEAD with a blob, or the part of it that is asked for, or 304 where the client has it."""
    headers = _headers(etag, max_age_s)
    if (condition := header(scope, b"if-none-match")) is not None and matches(condition, etag):
        await send_empty(send, 304, headers)
        return
    size = blob.size_bytes
    # A range is defined for GET alone (RFC 9110 section 14.2).
    asked = header(scope, b"range") if scope["method"] == "GET" else None
    try:
        part = one_range(asked, size) if asked and range_still_holds(header(scope, b"if-range"), etag) else None
    except Unsatisfiable:
        await send_empty(send, 416, (*headers, (b"content-range", b"bytes */%d" % size)))
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


def _headers(etag: str, max_age_s: int) -> list[Header]:
    return [
        (b"etag", etag.encode()),
        (b"accept-ranges", b"bytes"),
        (b"cache-control", b"public, max-age=%d" % max_age_s),
        *_HARMLESS,
        *OPEN_TO_PAGES,
    ]


async def _tell_state(send: Any, shown: Shown) -> None:
    asset = shown.asset
    status, text = _WITHOUT_BYTES[asset.state]
    headers = [*OPEN_TO_PAGES, NO_STORE]
    if asset.state in (AssetState.WAITING, AssetState.VERIFYING):
        headers.append((b"retry-after", _RETRY_AFTER_S))
    findings = msgspec.to_builtins(asset.findings)
    data = {"asset_id": asset.id, "status": asset.state.value, "findings": findings}
    await send_envelope(send, new_rid(), NOT_FOUND, text, data, status=status, headers=headers)
