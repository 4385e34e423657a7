"""The headers that prove a message to a receiver: the contract's signature, and those of Standard Webhooks."""

import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime

from standardwebhooks import Webhook


def signed_headers(event_id: str, body: bytes, secrets: Sequence[str], now: datetime) -> dict[str, str]:
    """
    Signatures of a body by the current secret and, in an overlap, by the one before it.

    `X-Webhook-Signature` has room for one, since receivers compare it whole: the one before it has a header of its
    own. The Standard Webhooks signatures stand side by side, and are of the instant too.
    """
    standard = (Webhook(secret).sign(event_id, now, body.decode()) for secret in secrets)
    headers = {
        "webhook-id": event_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(standard),
    }
    names = ("x-webhook-signature", "x-webhook-signature-previous")
    return headers | {name: _hex(secret, body) for name, secret in zip(names, secrets, strict=False)}


def _hex(secret: str, body: bytes) -> str:
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
