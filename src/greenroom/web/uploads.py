"""The PUT to a sign_url: no key, real statuses, open to every web page (contract 2.1 and 3)."""

import re
from typing import Any

from greenroom.domain.act import by_grant
from greenroom.domain.asset import Asset, AssetState, Upload
from greenroom.domain.findings import finding
from greenroom.domain.formats import FORMAT_OF_MIME, FORMATS, OCTET_STREAM, bare_mime, same_family
from greenroom.errors import GrantInvalid, LengthRefused, TypeRefused, UploadRefused
from greenroom.services.receipts import Receipts
from greenroom.services.signing import Signing
from greenroom.web import problems
from greenroom.web.answers import Header, header, new_rid, rid_of, send_empty, send_envelope
from greenroom.web.origin import Origins
from greenroom.web.receiving import BodyCut, Receiver, Reception, lender_of
from greenroom.web.views import receipt

PREFIX = "/upload/"

_CORS: tuple[Header, ...] = (
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", b"X-Request-Id, Retry-After"),
)
_PREFLIGHT: tuple[Header, ...] = (
    (b"access-control-allow-origin", b"*"),
    (b"access-control-allow-methods", b"PUT, OPTIONS"),
    (b"access-control-max-age", b"86400"),
    (b"allow", b"PUT, OPTIONS"),
)
_PLAIN_LENGTH = re.compile(r"[0-9]{1,18}")
_FROM_THE_START = re.compile(r"bytes 0-([0-9]{1,18})/([0-9]{1,18})")


class Uploads:
    """Answers `/upload/<token>`."""

    prefix = PREFIX

    def __init__(self, receiver: Receiver, signing: Signing, origins: Origins, receipts: Receipts) -> None:
        self._receiver = receiver
        self._signing = signing
        self._origins = origins
        self._receipts = receipts

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request."""
        method = scope["method"]
        if method == "OPTIONS":
            asked = header(scope, b"access-control-request-headers") or "content-type"
            allowed = (b"access-control-allow-headers", asked.encode("latin-1"))
            await send_empty(send, 204, (*_PREFLIGHT, allowed))
        elif method == "PUT":
            await self._put(scope, receive, send)
        else:
            text = "An upload URL takes PUT with the file as the body."
            await send_envelope(
                send, new_rid(), 4003, text, None, status=405, headers=(*_CORS, (b"allow", b"PUT, OPTIONS"))
            )

    async def _put(self, scope: Any, receive: Any, send: Any) -> None:
        rid = rid_of(scope)
        try:
            origin = self._origins.origin(scope)
            asset = await self._received(scope, receive)
        except Exception as problem:  # noqa: BLE001  # the outer rim of a request
            error = problems.as_ours(problem, rid)
            status, code, message, data = problems.put_answer(error)
            headers = (*_CORS, *problems.retry_after(error))
            await send_envelope(send, rid, code, message, data, status=status, headers=headers)
        else:
            shown = receipt(asset, origin) | {"receipt": self._receipts.of(asset)}
            status, message = (202, "verifying") if asset.state is AssetState.VERIFYING else (200, "success")
            await send_envelope(send, rid, 0, message, shown, status=status, headers=_CORS)

    async def _received(self, scope: Any, receive: Any) -> Asset:
        if scope["query_string"]:
            raise GrantInvalid("This upload URL was changed: it has no parameters. Use it exactly as it was given.")
        grant = self._signing.grant(scope["path"][len(PREFIX) :])
        _require_plain_coding(scope)
        length = _content_length(scope)
        _require_whole(scope, length)
        by = by_grant(self._origins.address(scope), rid_of(scope))
        reception = await self._receiver.begin(grant.upload_id, length, by)
        refusal: UploadRefused | None = None
        try:
            _require_declared_type(scope, reception.attempt.upload)
            return await _judged(reception, scope, receive)
        except BodyCut:
            refusal = reception.cut()
            raise refusal from None
        except UploadRefused as problem:
            refusal = problem
            raise
        finally:
            await reception.end(refusal)


async def _judged(reception: Reception, scope: Any, receive: Any) -> Asset:
    await reception.fill_from(receive, lender_of(scope))
    return await reception.finish()


def _require_plain_coding(scope: Any) -> None:
    coding = header(scope, b"content-encoding")
    if coding is not None and coding.lower() != "identity":
        raise TypeRefused(
            finding(
                "content_encoding_unsupported",
                f"The body has the Content-Encoding {coding[:40]}; a file is taken as it is, byte for byte.",
                measured=coding[:40],
                allowed="none",
            )
        )


def _content_length(scope: Any) -> int | None:
    text = header(scope, b"content-length")
    if text is None:
        return None
    if not _PLAIN_LENGTH.fullmatch(text):
        raise LengthRefused(finding("length_invalid", f"The Content-Length {text[:40]!r} is no number."))
    return int(text)


def _require_whole(scope: Any, length: int | None) -> None:
    """Raise LengthRefused for a part of a file (RFC 9110 section 14.5), which would be judged as if it were all."""
    text = header(scope, b"content-range")
    if text is None:
        return
    span = _FROM_THE_START.fullmatch(text.strip())
    if span is not None and int(span[1]) + 1 == int(span[2]) and length in (None, int(span[2])):
        return
    raise LengthRefused(
        finding(
            "content_range_unsupported",
            f"The PUT has the Content-Range {text[:60]!r}; a file is sent whole.",
            measured=text[:60],
            allowed="the whole file",
        )
    )


def _require_declared_type(scope: Any, upload: Upload) -> None:
    mime = bare_mime(header(scope, b"content-type") or "")
    # curl --data-binary without a header says form-urlencoded: nobody means it, the bytes decide.
    if mime in ("", OCTET_STREAM, "application/x-www-form-urlencoded"):
        return
    named = FORMAT_OF_MIME.get(mime)
    if named is not None and same_family(named, upload.declared):
        return
    wanted = FORMATS[upload.declared].mime
    raise TypeRefused(
        finding(
            "content_type_mismatch",
            f"The PUT has the Content-Type {mime[:80]}, but the upload was signed for {wanted}.",
            measured=mime[:80],
            allowed=f"{wanted} or {OCTET_STREAM}",
        )
    )
