"""Idempotency keys: what one stands for, and what was done under it."""

from msgspec import Struct

from greenroom.domain.ids import AccountId


class Once(Struct, frozen=True):
    """
    An idempotency key, the route that it was given to, and the fingerprint of the request, 64 hex digits.

    `account_id` is that of the caller, also where it is another one's thing that is changed.
    """

    account_id: AccountId
    route: str
    key: str
    fingerprint: str


class Done(Struct, frozen=True):
    """
    What came of the first request with a key.

    `subjects` are the ids of what it changed, in order. `status` and `body` are its answer; None when the server
    ended between the effect and the answer, or where the answer holds what must not be kept.
    """

    fingerprint: str
    subjects: tuple[str, ...]
    status: int | None
    content_type: str | None
    body: bytes | None
