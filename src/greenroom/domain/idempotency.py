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
    scopes: str = ""
    """What the API key may do that the request came with, as words in order."""


class Done(Struct, frozen=True):
    """
    What came of the first request with a key.

    `subjects` are the ids of what it changed, in order. `status` and `body` are its answer; None when the server
    ended between the effect and the answer, or where the answer holds what must not be kept.
    """

    fingerprint: str
    scopes: str
    within: str
    """What the API key might do, and the folder that it was restricted to: another one must be as good."""
    subjects: tuple[str, ...]
    status: int | None
    content_type: str | None
    body: bytes | None
