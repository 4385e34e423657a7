"""
Notifying: tells hooks and callbacks of events, at least once, until they take it or time is over.

What there is to tell is asked of the tables, so a crash loses nothing: an attempt that it interrupted is not counted
and is made again.
"""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

import msgspec
import structlog

from greenroom.db import audit, deliveries, hooks, outbox
from greenroom.db.sqlite import Database, Transaction
from greenroom.domain.act import by_system
from greenroom.domain.events import message
from greenroom.domain.hook import (
    DISABLE_AFTER,
    GAPS_S,
    LONGEST_REST_S,
    USER_AGENTS,
    Answer,
    Attempt,
    Delivery,
    DeliveryState,
    Due,
    HookId,
    Secret,
    next_try,
)
from greenroom.domain.signature import signed_headers
from greenroom.errors import AddressRefused, FetchFailed
from greenroom.services.hooks import secret_of_callbacks

log = structlog.get_logger()

_GONE = 410
_BATCH = 200
_MOST_BEHIND = 1000
"""Events without takers after which the place that was reached is written."""
_MOST_REMEMBERED = 10_000
_AFTER_TROUBLE_S = 5.0


class _Rank(NamedTuple):
    share: float
    """Of all threads, for lanes of this rank and below."""
    in_lane: int


_RANKS = {True: _Rank(1.0, 4), None: _Rank(0.75, 1), False: _Rank(0.5, 1)}
"""By whether the last attempt in a lane was taken; None before there was one."""


class Post(Protocol):
    """Sends one message to an address that a stranger chose; raises AddressRefused or FetchFailed."""

    def __call__(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer: ...


class Notifying:
    """
    Makes attempts, several at once.

    Threads go by what a lane did last: a receiver that hears may have several of all there are, one that nothing is
    known of one, and one that failed one of half of them. So receivers that hang do not delay those that hear.
    """

    def __init__(
        self,
        database: Database,
        post: Post,
        origin: str,
        now: Callable[[], datetime],
        *,
        at_once: int = 32,
        look_every_s: float = 0.2,
        gaps_s: Sequence[float] = GAPS_S,
    ) -> None:
        self._database = database
        self._post = post
        self._origin = origin
        self._now = now
        self._at_once = at_once
        self._look_every_s = look_every_s
        self._gaps_s = gaps_s
        self._closed = False
        self._wake = threading.Event()
        self._lock = threading.Lock()
        self._under_way: dict[str, str] = {}
        self._took: dict[str, bool] = {}
        self._resting: dict[str, datetime] = {}
        self._seen = 0
        self._written = 0

    def work(self) -> None:
        """Tell what there is to tell, until `close`; then return when the attempts under way have ended."""
        with ThreadPoolExecutor(self._at_once, thread_name_prefix="hooks") as pool:
            while not self._closed:
                self._wake.clear()
                self._dispatch()
                self._begin_due(pool)
                self._wake.wait(self._look_every_s)

    def close(self) -> None:
        """Begin no more attempts."""
        self._closed = True
        self._wake.set()

    def prune(self, kept: timedelta) -> None:
        """Forget deliveries and events that are older."""
        before = self._now() - kept
        while self._database.write(lambda tx: deliveries.prune(tx, before, _BATCH)).result():
            pass
        # An event stays as long as a delivery of it.
        while self._database.write(lambda tx: outbox.prune(tx, before, _BATCH)).result():
            pass

    def _dispatch(self) -> None:
        """
        Write the deliveries of new events.

        Events that nobody wants cost a glance; how far they reach is written only now and then.
        """
        now = self._now()
        if not self._seen:
            self._seen = self._written = self._database.read(deliveries.reached)
        while not self._closed:
            place, rows = self._database.read(lambda tx: deliveries.wanted(tx, self._seen, now, _BATCH))
            if place == self._seen:
                return
            if rows or place - self._written > _MOST_BEHIND:
                place = self._database.write(lambda tx: deliveries.dispatch(tx, self._seen, now, _BATCH)).result()
                self._written = place
            self._seen = place

    def _begin_due(self, pool: ThreadPoolExecutor) -> None:
        """Begin attempts at what is due, as far as there are threads for it."""
        now = self._now()
        with self._lock:
            under_way = dict(self._under_way)
            took = dict(self._took)
            self._resting = {lane: until for lane, until in self._resting.items() if until > now}
            resting = set(self._resting)
        busy = Counter(under_way.values())
        lanes = self._database.read(lambda tx: deliveries.lanes_due(tx, now))
        random.shuffle(lanes)  # else those that come first could take every thread
        for lane in lanes:
            # Counted with those that are trusted as little or less.
            rank = _RANKS[took.get(lane)]
            used = sum(count for of, count in busy.items() if _RANKS[took.get(of)].share <= rank.share)
            room = min(int(self._at_once * rank.share) - used, self._at_once - busy.total(), rank.in_lane - busy[lane])
            if room > 0 and lane not in resting:
                busy[lane] += self._begin_lane(pool, lane, now, room, under_way)

    def _begin_lane(
        self, pool: ThreadPoolExecutor, lane: str, now: datetime, room: int, under_way: Mapping[str, str]
    ) -> int:
        most = room + sum(of == lane for of in under_way.values())
        found = self._database.read(lambda tx: deliveries.due(tx, lane, now, most))
        begun = [due for due in found if due.delivery.id not in under_way][:room]
        for due in begun:
            with self._lock:
                self._under_way[due.delivery.id] = lane
            pool.submit(self._attempt, due)
        return len(begun)

    def _attempt(self, due: Due) -> None:
        try:
            self._tell(due)
        except Exception:
            # The outer rim of an attempt: the delivery still waits, so it is made again.
            log.exception("an attempt to tell a hook failed unforeseen", delivery=due.delivery.id)
            self._settle(due.lane, took=False, rest_s=_AFTER_TROUBLE_S)
        finally:
            with self._lock:
                del self._under_way[due.delivery.id]
            self._wake.set()

    def _tell(self, due: Due) -> None:
        delivery, now = due.delivery, self._now()
        secret = self._secret(delivery)
        if secret is None:
            return
        body = msgspec.json.encode(message(due.event, delivery.event, self._origin))
        answer, error = None, ""
        began = time.monotonic()
        try:
            answer = self._post(delivery.url, _headers(due, body, secret, now), body)
        except (AddressRefused, FetchFailed) as problem:
            error = str(problem)
        attempt = Attempt(
            number=delivery.attempts + 1,
            at=now,
            status=answer.status if answer is not None else None,
            ms=round((time.monotonic() - began) * 1000),
            error=error or _complaint(answer),
            excerpt=answer.excerpt if answer is not None else "",
        )
        self._write_down(delivery, attempt, answer)
        wait_s = answer.retry_after_s if answer is not None and not answer.accepted else None
        self._settle(due.lane, took=answer is not None and answer.accepted, rest_s=wait_s)

    def _write_down(self, delivery: Delivery, attempt: Attempt, answer: Answer | None) -> None:
        """Keep how an attempt went, and say when the next one is or that there is none."""
        now = self._now()
        accepted = answer is not None and answer.accepted
        wait_s = answer.retry_after_s if answer is not None else None
        next_at = next_try(attempt.number, delivery.created_at, now, wait_s, self._gaps_s)

        def write(tx: Transaction) -> None:
            # What an address says that the hook has left meanwhile is nothing against the hook.
            moved = _has_moved(tx, delivery)
            gone = answer is not None and answer.status == _GONE and not moved
            again = None if accepted or gone else next_at
            state = DeliveryState.WAITING if again else DeliveryState.DELIVERED if accepted else DeliveryState.FAILED
            told = deliveries.end_attempt(tx, delivery, attempt, state, again)
            if told and delivery.hook_id is not None and not moved:
                _judge(tx, delivery, delivery.hook_id, now, accepted=accepted, gone=gone)

        self._database.write(write).result()

    def _settle(self, lane: str, *, took: bool, rest_s: float | None) -> None:
        with self._lock:
            self._took.pop(lane, None)
            self._took[lane] = took
            while len(self._took) > _MOST_REMEMBERED:
                del self._took[next(iter(self._took))]
            if rest_s is not None:
                self._resting[lane] = self._now() + timedelta(seconds=min(rest_s, LONGEST_REST_S))

    def _secret(self, delivery: Delivery) -> Secret | None:
        """None if the hook was deleted meanwhile; what waited for it has ended with it."""
        if delivery.hook_id is not None:
            return self._database.read(lambda tx: hooks.secret(tx, str(delivery.hook_id)))
        account = delivery.account_id
        found = self._database.read(lambda tx: hooks.secret(tx, account))
        return found or self._database.write(lambda tx: secret_of_callbacks(tx, account)).result()


def _headers(due: Due, body: bytes, secret: Secret, now: datetime) -> dict[str, str]:
    return {
        "content-type": "application/json",
        "user-agent": USER_AGENTS[due.face],
        "x-webhook-event": due.delivery.event,
        **signed_headers(due.event.id, body, secret.valid(now), now),
    }


def _complaint(answer: Answer | None) -> str:
    if answer is None or answer.accepted:
        return ""
    redirect = " Redirects are not followed." if 300 <= answer.status < 400 else ""
    return f"The receiver answered {answer.status}; 2xx takes the message.{redirect}"


def _has_moved(tx: Transaction, delivery: Delivery) -> bool:
    """Whether the hook has another address now than the one that was told."""
    if delivery.hook_id is None:
        return False
    hook = hooks.one(tx, delivery.account_id, delivery.hook_id)
    return hook is not None and hook.url != delivery.url


def _judge(tx: Transaction, delivery: Delivery, hook_id: HookId, now: datetime, *, accepted: bool, gone: bool) -> None:
    """Note whether a hook hears; disable one that wants nothing any more, or has taken nothing for long."""
    if accepted:
        hooks.heard(tx, hook_id)
        return
    hooks.failed(tx, hook_id, now)
    days = DISABLE_AFTER.days
    reason = "It answered 410 Gone." if gone else f"Every attempt of {days} days failed."
    if hooks.disable(tx, hook_id, reason, now, timedelta(0) if gone else DISABLE_AFTER):
        log.warning("a hook is disabled", hook=hook_id, reason=reason)
        audit.note(tx, by_system(delivery.account_id), "hook.disabled", hook_id, now, {"reason": reason})
