"""
Grants: what a signed URL allows, and the signature that proves we allowed it.

A grant is packed into a fixed layout, signed with HMAC-SHA256 (RFC 2104) over a text that begins with the
purpose, and written as URL-safe base64 without padding (RFC 4648 section 5). The token is one path segment:
there is no parameter that could be reordered, doubled or dropped.
"""

import hmac
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from functools import lru_cache

from msgspec import Struct

from greenroom.domain.ids import UploadId
from greenroom.domain.media import Kind
from greenroom.errors import GrantExpired, GrantInvalid

_LAYOUT = struct.Struct(">BcQd16s")  # version, kind, size ceiling in bytes, expiry in Unix seconds, upload id
_VERSION = 1
_SIGNATURE_BYTES = 32
_TOKEN_BYTES = _LAYOUT.size + _SIGNATURE_BYTES
_KIND_LETTER = {Kind.IMAGE: b"i", Kind.VIDEO: b"v", Kind.AUDIO: b"a"}
_LETTER_KIND = {letter: kind for kind, letter in _KIND_LETTER.items()}


class Purpose(StrEnum):
    """What a grant is for. It is part of the signed text: a grant for one purpose opens no other."""

    UPLOAD = "upload"


class Grant(Struct, frozen=True):
    """Permission to do one thing with one upload until one instant."""

    upload_id: UploadId
    kind: Kind
    max_bytes: int
    expires_at: datetime


def sign(grant: Grant, purpose: Purpose, key: bytes) -> str:
    """The grant as a token of URL-safe characters, signed with `key`."""
    packed = _LAYOUT.pack(
        _VERSION,
        _KIND_LETTER[grant.kind],
        grant.max_bytes,
        grant.expires_at.timestamp(),
        bytes.fromhex(grant.upload_id[3:]),
    )
    return urlsafe_b64encode(packed + _signature(packed, purpose, key)).rstrip(b"=").decode()


def verify(token: str, purpose: Purpose, keys: Sequence[bytes], now: datetime) -> Grant:
    """
    The grant in a token that one of `keys` signed for `purpose`.

    Raises GrantInvalid for anything we did not sign exactly so, GrantExpired when its time was over at `now`.
    """
    packed, signature = _split(token)
    if not any(hmac.compare_digest(signature, _signature(packed, purpose, key)) for key in keys):
        raise GrantInvalid("This upload URL was not signed by this server. Request a new one.")
    version, letter, max_bytes, expires, upload_id = _LAYOUT.unpack(packed)
    if version != _VERSION:
        raise GrantInvalid("This upload URL has a version that this server does not know. Request a new one.")
    expires_at = datetime.fromtimestamp(expires, tz=now.tzinfo)
    if now >= expires_at:
        over_s = (now - expires_at).total_seconds()
        raise GrantExpired(f"This upload URL expired {over_s:.0f} s ago. Request a new one.")
    return Grant(UploadId("up_" + upload_id.hex()), _LETTER_KIND[letter], max_bytes, expires_at)


def _split(token: str) -> tuple[bytes, bytes]:
    refusal = GrantInvalid("This upload URL is not complete: it must be used exactly as it was given.")
    try:
        raw = urlsafe_b64decode(token.encode("ascii") + b"=" * (-len(token) % 4))
    except (ValueError, UnicodeEncodeError):
        raise refusal from None
    # Base64 has several spellings of the same bytes (unused last bits, stray characters): take one only.
    if len(raw) != _TOKEN_BYTES or urlsafe_b64encode(raw).rstrip(b"=").decode() != token:
        raise refusal
    return raw[: _LAYOUT.size], raw[_LAYOUT.size :]


def _signature(packed: bytes, purpose: Purpose, key: bytes) -> bytes:
    signing = _begun(purpose, key).copy()
    signing.update(packed)
    return signing.digest()


@lru_cache(maxsize=16)
def _begun(purpose: Purpose, key: bytes) -> hmac.HMAC:
    # The key and the purpose are always the same: they are hashed once.
    return hmac.new(key, b"greenroom:" + purpose.encode() + b":", "sha256")
