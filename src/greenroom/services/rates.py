"""Rates: how many POST requests a key may send in a minute."""

import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from msgspec import Struct

from greenroom.errors import RateLimited

WINDOW_S = 60.0


class Allowance(Struct, frozen=True):
    """Where a key stands: `reset_s` seconds from now its oldest request is forgotten."""

    limit: int
    remaining: int
    reset_s: float


@dataclass(slots=True)
class Rates:
    """
    A moving window for each key, in memory: no more than `limit` requests in any 60 s. 0 is no limit.

    Used by the loop's thread alone. `clock` gives seconds that never go back.
    """

    limit: int
    clock: Callable[[], float]
    _requests: dict[str, deque[float]] = field(default_factory=dict)
    _sweep_at: float = 0.0

    def count(self, key_id: str) -> Allowance:
        """Count a request. Raises RateLimited, which is not counted, when there were as many as are allowed."""
        now = self.clock()
        if now >= self._sweep_at:
            self._sweep(now)
        times = self._requests.get(key_id)
        if times is None:
            times = self._requests[key_id] = deque()
        while times and times[0] <= now - WINDOW_S:
            times.popleft()
        if len(times) >= self.limit:
            wait_s = times[0] + WINDOW_S - now
            raise RateLimited(self.limit, len(times), max(1, math.ceil(wait_s)))
        times.append(now)
        return Allowance(self.limit, self.limit - len(times), times[0] + WINDOW_S - now)

    def _sweep(self, now: float) -> None:
        """Forget the keys that sent nothing for a window: there may be any number of them."""
        idle = [key_id for key_id, times in self._requests.items() if not times or times[-1] <= now - WINDOW_S]
        for key_id in idle:
            del self._requests[key_id]
        self._sweep_at = now + WINDOW_S
