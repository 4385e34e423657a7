"""Which key calls, and whether it may."""

from typing import Any

from greenroom.domain.access import ApiKey, Scope
from greenroom.errors import KeyRefused, ScopeMissing
from greenroom.services.access import Access
from greenroom.web.answers import header
from greenroom.web.threads import Threads


async def key_of(scope: Any, access: Access, threads: Threads, *needed: Scope) -> ApiKey:
    """
    The key of a request, in whichever of the headers that clients use (contract 1.2 and 5.1).

    Raises KeyRefused without a good one, ScopeMissing if it has none of the scopes.
    """
    secret = header(scope, b"x-api-key") or header(scope, b"api-key") or _bearer(scope)
    if not secret:
        raise KeyRefused("The header x-api-key is missing.")
    key = access.remembered(secret)
    if key is None:
        key = await threads.quick(access.key, secret)
    if not any(key.may(scope) for scope in needed):
        raise ScopeMissing(needed[0])
    return key


def _bearer(scope: Any) -> str | None:
    kind, _, secret = (header(scope, b"authorization") or "").partition(" ")
    return secret.strip() if kind.lower() == "bearer" else None
