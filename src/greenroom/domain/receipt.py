"""
Receipts: signed statements of what was accepted, which anyone can verify without this server.

A receipt is a JSON Web Signature in compact form (RFC 7515) with an Ed25519 key (RFC 8037); the public keys are
published as a JWK set (RFC 7517), each under its thumbprint (RFC 7638). It says what was true when it was made: a
file that a later look rejected gets a receipt that says so.
"""

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from greenroom.domain.asset import Asset, AssetState
from greenroom.errors import ReceiptInvalid

_TYPE = "greenroom-receipt+jwt"
_VERDICTS = {AssetState.READY: "accepted", AssetState.REJECTED: "rejected"}


class Claims(msgspec.Struct, frozen=True):
    """What a receipt says. Instants are Unix seconds; `verdict` is `accepted` or `rejected`."""

    asset_id: str
    sha256: str
    size_bytes: int
    kind: str
    format: str
    verdict: str
    verification: str
    policy: str
    accepted_at: int
    iat: int


_decode_claims = msgspec.json.Decoder(Claims).decode


@dataclass(frozen=True, slots=True)
class ReceiptKey:
    """A key that signs receipts, and the name under which its public half is published."""

    private: Ed25519PrivateKey
    id: str
    protected: str
    """The header of every receipt that it signs, as it is signed."""

    @classmethod
    def of(cls, secret: bytes) -> "ReceiptKey":
        """The key that follows from a secret of 32 bytes or more, by HMAC-SHA256 over a text of its own."""
        private = Ed25519PrivateKey.from_private_bytes(hmac.digest(secret, b"greenroom:receipt", "sha256"))
        key_id = thumbprint(private.public_key())
        header = {"alg": "EdDSA", "typ": _TYPE, "kid": key_id}
        return cls(private, key_id, _text(msgspec.json.encode(header)))


def public_keys(keys: Sequence[ReceiptKey]) -> dict[str, Any]:
    """The JWK set by which receipts of these keys are verified."""
    return {
        "keys": [{"use": "sig", "alg": "EdDSA", "kid": key.id, **_members(key.private.public_key())} for key in keys]
    }


def claims(asset: Asset, now: datetime) -> Claims | None:
    """What can be attested of an asset at that instant; None while it has no judged bytes, or has been deleted."""
    verdict = _VERDICTS.get(asset.state)
    if verdict is None or asset.info is None or asset.blob_key is None or asset.ready_at is None:
        return None
    return Claims(
        asset_id=asset.id,
        sha256=asset.blob_key,
        size_bytes=asset.size_bytes or 0,
        kind=asset.kind.value,
        format=asset.info.format.value,
        verdict=verdict,
        verification=asset.verification.value,
        policy=asset.policy,
        accepted_at=int(asset.ready_at.timestamp()),
        iat=int(now.timestamp()),
    )


def sign(said: Claims, key: ReceiptKey) -> str:
    """The receipt as three URL-safe parts with dots between them."""
    signed = f"{key.protected}.{_text(msgspec.json.encode(said))}"
    return f"{signed}.{_text(key.private.sign(signed.encode()))}"


def verify(receipt: str, jwks: dict[str, Any]) -> Claims:
    """
    What a receipt says, if one of the keys of the JWK set signed it.

    Raises ReceiptInvalid for anything else, with the reason.
    """
    try:
        protected, payload, signature = receipt.strip().split(".")
        header = msgspec.json.decode(_bytes(protected), type=dict[str, Any])
        if header.get("alg") != "EdDSA" or header.get("typ") != _TYPE:
            raise ReceiptInvalid("This is signed, but it is not a receipt of Greenroom.")
        key = _key_of(jwks, header.get("kid"))
        key.verify(_bytes(signature), f"{protected}.{payload}".encode())
        return _decode_claims(_bytes(payload))
    except InvalidSignature:
        text = "The signature does not fit: the receipt was changed, or another server made it."
        raise ReceiptInvalid(text) from None
    except (ValueError, msgspec.MsgspecError):
        raise ReceiptInvalid("This is no receipt: three parts of base64url with dots between them.") from None


def thumbprint(key: Ed25519PublicKey) -> str:
    """The name of a public key (RFC 7638 section 3)."""
    members = dict(sorted(_members(key).items()))
    return _text(hashlib.sha256(msgspec.json.encode(members)).digest())


def _members(key: Ed25519PublicKey) -> dict[str, str]:
    return {"kty": "OKP", "crv": "Ed25519", "x": _text(key.public_bytes_raw())}


def _key_of(jwks: dict[str, Any], key_id: object) -> Ed25519PublicKey:
    found = jwks.get("keys")
    for key in found if isinstance(found, list) else ():
        if isinstance(key, dict) and key.get("kid") == key_id and isinstance(key.get("x"), str):
            return Ed25519PublicKey.from_public_bytes(_bytes(key["x"]))
    raise ReceiptInvalid(f"None of the given keys is the one that signed this: {str(key_id)[:60]}.")


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
