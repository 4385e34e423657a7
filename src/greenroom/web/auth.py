"""Which key calls, and whether it may."""

from dataclasses import dataclass
from typing import Any

from greenroom.domain.access import ApiKey, Scope
from greenroom.domain.act import Act
from greenroom.domain.idempotency import Once
from greenroom.errors import KeyRefused, ScopeMissing
from greenroom.services.access import Access
from greenroom.web.answers import header, rid_of
from greenroom.web.origin import Origins
from greenroom.web.threads import Threads

ONCE = "greenroom.once"
"""The key in a request's scope of what its Idempotency-Key stands for."""
_KEY = "greenroom.key"


@dataclass(frozen=True, slots=True)
class Callers:
    """Tells who calls."""

    access: Access
    origins: Origins
    threads: Threads

    async def key(self, scope: Any) -> ApiKey:
        """
        The key of a request, from whichever of the headers that clients use (contract 1.2 and 5.1); looked up once.

        Raises KeyRefused without a good key.
        """
        known: ApiKey | None = scope.get(_KEY)
        if known is not None:
            return known
        secret = header(scope, b"x-api-key") or header(scope, b"api-key") or _bearer(scope)
        if not secret:
            raise KeyRefused("The header x-api-key is missing.")
        key = self.access.remembered(secret)
        if key is None:
            key = await self.threads.quick(self.access.key, secret)
        scope[_KEY] = key
        return key

    async def act(self, scope: Any, *needed: Scope) -> Act:
        """
        What the caller of a request is known by.

        Raises KeyRefused without a good key, ScopeMissing if it has none of the scopes.
        """
        key = await self.key(scope)
        if not any(map(key.may, needed)):
            raise ScopeMissing(needed[0])
        return self._act(scope, key)

    async def keeper(self, scope: Any) -> Act:
        """
        What the caller of a request is known by who changes or deletes what is there: one who uploads and sees it.

        A key that only uploads is given to phones; whoever finds one shall not be able to empty the library. Raises
        as `act`.
        """
        key = await self.key(scope)
        for needed in (Scope.UPLOAD, Scope.READ):
            if not key.may(needed):
                raise ScopeMissing(needed)
        return self._act(scope, key)

    def _act(self, scope: Any, key: ApiKey) -> Act:
        once = scope.get(ONCE)
        return Act(
            key.account_id,
            key.id,
            self.origins.address(scope),
            rid_of(scope),
            key.folder_id,
            once if isinstance(once, Once) else None,
        )


def _bearer(scope: Any) -> str | None:
    kind, _, secret = (header(scope, b"authorization") or "").partition(" ")
    return secret.strip() if kind.lower() == "bearer" else None
