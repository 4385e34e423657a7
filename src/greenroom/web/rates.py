"""Rate limits: each POST of both faces is counted against its key, and its answer says where the key stands."""

import math
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from greenroom.errors import GreenroomError, KeyRefused, RateLimited
from greenroom.services.rates import Allowance, Rates
from greenroom.web.auth import Callers

Refuse = Callable[[Any, Any, GreenroomError], Awaitable[None]]
"""Tells an error in the manner of the face: given scope, send and the error."""


@dataclass(frozen=True, slots=True)
class Limiter:
    """Counts the POSTs of keys (contract 1.6)."""

    callers: Callers
    rates: Rates

    def around(self, app: Any, refuse: Refuse) -> Any:
        """The application with its POSTs counted. Those without a good key are left to be refused by it."""
        if not self.rates.limit:
            return app

        async def limited(scope: Any, receive: Any, send: Any) -> None:
            if scope["type"] != "http" or scope["method"] != "POST":
                await app(scope, receive, send)
                return
            try:
                key = await self.callers.key(scope)
            except KeyRefused:
                await app(scope, receive, send)
                return
            try:
                allowed = self.rates.count(key.id)
            except RateLimited as problem:
                allowed = Allowance(problem.limit, 0, problem.retry_after_s)
                await refuse(scope, _telling(send, allowed), problem)
            else:
                await app(scope, receive, _telling(send, allowed))

        return limited


def _telling(send: Any, allowed: Allowance) -> Any:
    """A `send` that puts the standing of the key into the headers of the answer."""
    headers = (
        (b"x-ratelimit-limit", b"%d" % allowed.limit),
        (b"x-ratelimit-remaining", b"%d" % allowed.remaining),
        (b"x-ratelimit-reset", b"%d" % math.ceil(time.time() + allowed.reset_s)),
    )

    async def tell(message: Any) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message["headers"], *headers]}
        await send(message)

    return tell
