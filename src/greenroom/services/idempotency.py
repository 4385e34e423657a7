"""Idempotency: a request that is sent again with the same key has its effect once."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from greenroom.db import idempotency
from greenroom.db.sqlite import Database
from greenroom.domain.act import Act
from greenroom.domain.idempotency import Done
from greenroom.domain.ids import AccountId
from greenroom.errors import KeyInFlight, KeyReused

Held = tuple[AccountId, str, str]
"""Account, route and idempotency key."""


@dataclass(frozen=True, slots=True)
class Idempotency:
    """
    Knows which keys are in flight, and what came of the others.

    One process serves a data folder, so what is in flight is known in its memory; what was done stands in rows
    that were committed with the effect.
    """

    database: Database
    now: Callable[[], datetime]
    lifetime_s: float
    _in_flight: set[Held] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self, held: Held) -> Done | None:
        """
        Hold a key until `end`; give what was done under it before.

        Raises KeyInFlight while another request holds it.
        """
        with self._lock:
            if held in self._in_flight:
                raise KeyInFlight(held[2])
            self._in_flight.add(held)
        since = self.now() - timedelta(seconds=self.lifetime_s)
        try:
            return self.database.read(lambda tx: idempotency.find(tx, *held, since))
        except BaseException:
            self.end(held)
            raise

    def end(self, held: Held) -> None:
        """Let go of a key."""
        with self._lock:
            self._in_flight.discard(held)

    def answered(self, act: Act, status: int, content_type: str, body: bytes) -> None:
        """Keep the answer to a request that had an effect, to be given again."""
        self.database.write(lambda tx: idempotency.answer(tx, act, status, content_type, body)).result()

    def prune(self) -> int:
        """Remove what is too old to be answered from; give how many."""
        since = self.now() - timedelta(seconds=self.lifetime_s)
        removed = 0
        while count := self.database.write(lambda tx: idempotency.prune(tx, since)).result():
            removed += count
        return removed


def require_same(done: Done, fingerprint: str, key: str) -> None:
    """Raise KeyReused if what was done under the key was another request."""
    if done.fingerprint != fingerprint:
        raise KeyReused(key)
