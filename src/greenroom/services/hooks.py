"""Hooks: who is told of what, what was told, and the events themselves."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from difflib import get_close_matches

from greenroom.db import audit, deliveries, outbox
from greenroom.db import hooks as rows
from greenroom.db.sqlite import Database, Transaction
from greenroom.domain.act import Act
from greenroom.domain.events import EVENTS, EVERYTHING, PING, Event
from greenroom.domain.hook import (
    LONGEST_URL,
    MOST_HOOKS,
    Delivery,
    DeliveryId,
    DeliveryState,
    Face,
    Hook,
    HookId,
    HookStatus,
    Secret,
    new_hook_id,
    new_secret,
)
from greenroom.domain.ids import AccountId
from greenroom.errors import HookDisabled, HooksFull, NotFound, ParameterError


@dataclass(frozen=True, slots=True)
class HookWish:
    """What a hook is to be; None leaves it as it is, or as it begins."""

    url: str | None = None
    events: tuple[str, ...] | None = None
    status: HookStatus | None = None


@dataclass(frozen=True, slots=True)
class Hooks:
    """Make, change and remove hooks; look through events and what was told of them."""

    database: Database
    check: Callable[[str, str], object]
    """Raises a ParameterError for an address that may not be called; given the address and the name of its field."""
    now: Callable[[], datetime]

    def create(self, act: Act, wish: HookWish, face: Face) -> tuple[Hook, Secret]:
        """
        Make a hook; what happens from now on is told to it. Blocks while its host is looked up.

        Raises ParameterError that names the field, HooksFull if the account has as many as it may.
        """
        if wish.url is None:
            raise ParameterError("url", "is required: the address that is told")
        if not wish.events:
            raise ParameterError("events", f"is required: names of events, or {EVERYTHING!r} for all")
        self._check(wish)
        now = self.now()
        status = wish.status or HookStatus.ENABLED
        hook = Hook(new_hook_id(face), act.account_id, wish.url, wish.events, status, face, now)
        secret = new_secret(face)

        def add(tx: Transaction) -> None:
            if rows.count(tx, act.account_id) >= MOST_HOOKS:
                raise HooksFull(MOST_HOOKS)
            deliveries.dispatch_all(tx, now)
            rows.add(tx, hook, secret)
            audit.note(tx, act, "hook.created", hook.id, now, _terms(hook))

        self.database.write(add).result()
        return hook, Secret(secret)

    def all(self, account_id: AccountId) -> list[Hook]:
        """The account's hooks, oldest first."""
        return self.database.read(lambda tx: rows.of_account(tx, account_id))

    def one(self, account_id: AccountId, hook_id: HookId) -> Hook:
        """The hook with that id. Raises NotFound, for a foreign one too."""
        return self.database.read(lambda tx: _one(tx, account_id, hook_id))

    def secret(self, hook: Hook) -> Secret:
        """What is told to a hook is signed with this."""
        found = self.database.read(lambda tx: rows.secret(tx, hook.id))
        if found is None:
            raise _absent(hook.id)
        return found

    def username(self, account_id: AccountId) -> str:
        """What the compatible calls name the account."""
        return self.database.read(lambda tx: rows.username(tx, account_id))

    def change(self, act: Act, hook_id: HookId, wish: HookWish) -> Hook:
        """
        Change a hook, and give it as it is then. What happened before is told as it was to be.

        Raises NotFound, or ParameterError that names the field.
        """
        self.one(act.account_id, hook_id)
        self._check(wish)
        now = self.now()

        def change(tx: Transaction) -> Hook:
            deliveries.dispatch_all(tx, now)
            hook = _changed(_one(tx, act.account_id, hook_id), wish)
            rows.change(tx, hook)
            audit.note(tx, act, "hook.changed", hook.id, now, _terms(hook))
            return hook

        return self.database.write(change).result()

    def delete(self, act: Act, hook_id: HookId) -> None:
        """Remove a hook; what waited for it is not told any more. Raises NotFound."""
        now = self.now()

        def delete(tx: Transaction) -> None:
            hook = _one(tx, act.account_id, hook_id)
            rows.remove(tx, hook.id)
            deliveries.give_up(tx, hook.id, now)
            audit.note(tx, act, "hook.deleted", hook.id, now)

        self.database.write(delete).result()

    def rotate(self, act: Act, hook_id: HookId, overlap: timedelta) -> tuple[Hook, Secret]:
        """Give a hook another secret; both sign until the overlap is over. Raises NotFound."""
        now = self.now()

        def rotate(tx: Transaction) -> tuple[Hook, Secret]:
            hook = _one(tx, act.account_id, hook_id)
            secret = _rotated(rows.secret(tx, hook.id), new_secret(hook.face), now + overlap)
            rows.keep_secret(tx, hook.id, secret)
            audit.note(tx, act, "hook.secret_rotated", hook.id, now)
            return hook, secret

        return self.database.write(rotate).result()

    def callback_secret(self, account_id: AccountId) -> Secret:
        """What is told to the callbacks of an account's requests is signed with this; made when first asked for."""
        found = self.database.read(lambda tx: rows.secret(tx, account_id))
        return found or self.database.write(lambda tx: secret_of_callbacks(tx, account_id)).result()

    def rotate_callback_secret(self, act: Act, overlap: timedelta) -> Secret:
        """Give the callbacks of an account another secret; both sign until the overlap is over."""
        now = self.now()

        def rotate(tx: Transaction) -> Secret:
            secret = _rotated(rows.secret(tx, act.account_id), new_secret(Face.API), now + overlap)
            rows.keep_secret(tx, act.account_id, secret)
            audit.note(tx, act, "callback_secret.rotated", act.account_id, now)
            return secret

        return self.database.write(rotate).result()

    def ping(self, act: Act, hook_id: HookId) -> Delivery:
        """Tell a hook something that nobody else is told. Raises NotFound, HookDisabled."""
        now = self.now()

        def ping(tx: Transaction) -> Delivery:
            hook = _enabled(_one(tx, act.account_id, hook_id))
            event_id = outbox.add(tx, hook.account_id, hook.id, PING, {"hook_id": hook.id}, now)
            event = _event(tx, act.account_id, event_id)
            audit.note(tx, act, "hook.pinged", hook.id, now, {"event_id": event_id})
            return _delivery(tx, act.account_id, deliveries.add(tx, event, hook, PING, now))

        return self.database.write(ping).result()

    def replay(self, act: Act, delivery_id: DeliveryId) -> Delivery:
        """
        Tell the same receiver the same event once more, whatever became of it; give the new delivery.

        Raises NotFound, for one whose hook is gone too, and HookDisabled.
        """
        now = self.now()

        def replay(tx: Transaction) -> Delivery:
            old = _delivery(tx, act.account_id, delivery_id)
            if old.hook_id is not None:
                _enabled(_one(tx, act.account_id, old.hook_id))
            new = deliveries.repeat(tx, _event(tx, act.account_id, old.event_id), old, now)
            audit.note(tx, act, "delivery.replayed", old.id, now, {"delivery_id": new})
            return _delivery(tx, act.account_id, new)

        return self.database.write(replay).result()

    def delivery(self, account_id: AccountId, delivery_id: DeliveryId) -> Delivery:
        """The delivery with that id and its attempts. Raises NotFound."""
        return self.database.read(lambda tx: _delivery(tx, account_id, delivery_id))

    def deliveries(
        self, account_id: AccountId, hook_id: HookId | None, state: DeliveryState | None, before: int, most: int
    ) -> list[tuple[int, Delivery]]:
        """Up to `most` deliveries from before a place, newest first, of one hook if given. Raises NotFound for it."""
        if hook_id is not None:
            self.one(account_id, hook_id)
        return self.database.read(lambda tx: deliveries.page(tx, account_id, hook_id, state, before, most))

    def events(
        self,
        account_id: AccountId,
        beyond: int,
        most: int,
        *,
        newest_first: bool,
        type_: str | None = None,
        subject: str | None = None,
    ) -> list[Event]:
        """Up to `most` events of an account beyond a place, of one type or about one subject if wanted."""
        return self.database.read(
            lambda tx: outbox.page(
                tx, account_id, beyond, most, newest_first=newest_first, type_=type_, subject=subject
            )
        )

    def event(self, account_id: AccountId, event_id: str) -> Event:
        """The event with that id. Raises NotFound."""
        return self.database.read(lambda tx: _event(tx, account_id, event_id))

    def _check(self, wish: HookWish) -> None:
        if wish.events is not None:
            _require_known(wish.events)
        if wish.url is None:
            return
        if len(wish.url) > LONGEST_URL:
            raise ParameterError("url", f"has {len(wish.url)} characters; allowed are {LONGEST_URL}")
        self.check(wish.url, "url")


def secret_of_callbacks(tx: Transaction, account_id: AccountId) -> Secret:
    """The secret for what is told to the callbacks of an account's requests, which is made if there is none."""
    found = rows.secret(tx, account_id)
    if found is None:
        found = Secret(new_secret(Face.API))
        rows.keep_secret(tx, account_id, found)
    return found


def _require_known(events: Sequence[str]) -> None:
    if not events:
        raise ParameterError("events", f"is empty; give names of events, or {EVERYTHING!r} for all")
    for name in events:
        if name not in EVENTS and name != EVERYTHING:
            near = get_close_matches(name.lower(), EVENTS, 1)
            told = f"has {name[:60]!r}, which is no event{f'; near it is {near[0]!r}' if near else ''}. "
            raise ParameterError("events", told + "GET /v2/events and GET /api/v1/events/types list them")


def _changed(hook: Hook, wish: HookWish) -> Hook:
    status = wish.status or hook.status
    revived = status is HookStatus.ENABLED and hook.status is HookStatus.DISABLED
    return replace(
        hook,
        url=wish.url or hook.url,
        events=wish.events or hook.events,
        status=status,
        disabled_reason="" if revived else hook.disabled_reason,
        failing_since=None if revived else hook.failing_since,
    )


def _rotated(old: Secret | None, new: str, until: datetime) -> Secret:
    return Secret(new, old.current, until) if old is not None else Secret(new)


def _terms(hook: Hook) -> dict[str, object]:
    return {"url": hook.url, "events": hook.events, "status": hook.status}


def _enabled(hook: Hook) -> Hook:
    if hook.status is HookStatus.DISABLED:
        raise HookDisabled(hook.disabled_reason)
    return hook


def _one(tx: Transaction, account_id: AccountId, hook_id: HookId) -> Hook:
    found = rows.one(tx, account_id, hook_id)
    if found is None:
        raise _absent(hook_id)
    return found


def _absent(hook_id: str) -> NotFound:
    return NotFound(f"There is no hook {hook_id[:60]!r} in this account.")


def _delivery(tx: Transaction, account_id: AccountId, delivery_id: DeliveryId) -> Delivery:
    found = deliveries.one(tx, account_id, delivery_id)
    if found is None:
        raise NotFound(f"There is no delivery {delivery_id[:60]!r} in this account.")
    return found


def _event(tx: Transaction, account_id: AccountId, event_id: str) -> Event:
    found = outbox.by_id(tx, account_id, event_id)
    if found is None:
        raise NotFound(f"There is no event {event_id[:60]!r} in this account.")
    return found
