"""
Rows of deliveries: what is told to whom, how each attempt went, and what is due, as functions of a transaction.

A lane is the queue of one receiver: a hook, or for callbacks one host of one account.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import msgspec
from sqlalchemy import (
    Select,
    and_,
    bindparam,
    delete,
    exists,
    func,
    insert,
    literal_column,
    not_,
    or_,
    select,
    text,
    update,
)

from greenroom.db import hooks as hook_rows
from greenroom.db import outbox
from greenroom.db.catalogue import instant
from greenroom.db.rows import Insertion
from greenroom.db.schema import deliveries, delivery_attempts, dispatched, events, hooks, uploads
from greenroom.db.sqlite import Row, Transaction, sql
from greenroom.domain.events import COMPATIBLE, OF_AN_UPLOAD, Event, told_as
from greenroom.domain.hook import (
    Attempt,
    Delivery,
    DeliveryId,
    DeliveryState,
    Due,
    Face,
    Hook,
    HookId,
    new_delivery_id,
)
from greenroom.domain.ids import AccountId

_encode = msgspec.json.encode

_BATCH = 500

_COLUMNS = (
    deliveries.c.id,
    deliveries.c.account_id,
    deliveries.c.hook_id,
    func.coalesce(deliveries.c.url, hooks.c.url, literal_column("''")),
    deliveries.c.event_id,
    deliveries.c.event,
    deliveries.c.state,
    deliveries.c.attempts,
    deliveries.c.due_at,
    deliveries.c.created_at,
    deliveries.c.ended_at,
)
_NEW = (
    "id", "account_id", "hook_id", "lane", "url", "event_id", "subject", "sequence", "event", "state", "due_at",
    "created_at"
)  # fmt: skip
_ADD = Insertion(deliveries, _NEW)
_with_hook = deliveries.outerjoin(hooks, hooks.c.id == deliveries.c.hook_id)

# Literally as in the partial indexes, or SQLite does not use them.
_WAITING = text("deliveries.state = 'waiting'")

_REACHED = sql(select(dispatched.c.place))
_REACH = sql(update(dispatched).values(place=bindparam("upto")))
_CALLBACK = (
    select(uploads.c.callback_url)
    .where(and_(uploads.c.asset_id == events.c.subject, uploads.c.callback_url.is_not(None)))
    .limit(1)
    .scalar_subquery()
)
_NEW_EVENTS = sql(
    select(*outbox.COLUMNS, events.c.callback_url, _CALLBACK)
    .where(events.c.place > bindparam("after"))
    .order_by(events.c.place)
    .limit(bindparam("most"))
)

_ahead = deliveries.alias("ahead")
_is_next = or_(
    deliveries.c.attempts > literal_column("0"),
    not_(
        exists().where(
            and_(
                text("ahead.state = 'waiting' AND ahead.attempts = 0"),
                _ahead.c.lane == deliveries.c.lane,
                _ahead.c.subject == deliveries.c.subject,
                _ahead.c.sequence < deliveries.c.sequence,
            )
        )
    ),
)
_DUE = sql(
    select(*_COLUMNS, deliveries.c.lane, hooks.c.face, *outbox.COLUMNS)
    .select_from(_with_hook.join(events, events.c.id == deliveries.c.event_id))
    .where(and_(_WAITING, deliveries.c.lane == bindparam("lane"), deliveries.c.due_at <= bindparam("now"), _is_next))
    .order_by(deliveries.c.due_at, deliveries.c.place)
    .limit(bindparam("most"))
)
# One step of the index for each lane, however many deliveries wait in it.
_lanes = select(func.min(deliveries.c.lane).label("lane")).where(_WAITING).cte("lanes", recursive=True)
_lanes = _lanes.union_all(
    select(
        select(func.min(deliveries.c.lane)).where(and_(_WAITING, deliveries.c.lane > _lanes.c.lane)).scalar_subquery()
    ).where(_lanes.c.lane.is_not(None))
)
_LANES_DUE = sql(
    select(_lanes.c.lane).where(
        and_(
            exists().where(and_(_WAITING, deliveries.c.lane == _lanes.c.lane, deliveries.c.due_at <= bindparam("now"))),
            not_(exists().where(and_(hooks.c.id == _lanes.c.lane, hooks.c.status == literal_column("'disabled'")))),
        )
    )
)

_ONE = sql(
    select(*_COLUMNS)
    .select_from(_with_hook)
    .where(and_(deliveries.c.id == bindparam("id"), deliveries.c.account_id == bindparam("account")))
)


def _page(whose: bool, narrowed: bool) -> Select[Any]:
    owner = deliveries.c.hook_id == bindparam("hook") if whose else deliveries.c.account_id == bindparam("account")
    conditions = [owner, deliveries.c.place < bindparam("place")]
    if narrowed:
        conditions.append(deliveries.c.state == bindparam("in_state"))
    return (
        select(*_COLUMNS, deliveries.c.place)
        .select_from(_with_hook)
        .where(and_(*conditions))
        .order_by(deliveries.c.place.desc())
        .limit(bindparam("most"))
    )


_PAGES = {(whose, narrowed): sql(_page(whose, narrowed)) for whose in (True, False) for narrowed in (True, False)}
_ids = select(func.json_each(bindparam("ids")).table_valued("value").c.value)
_LOG = sql(
    select(
        delivery_attempts.c.delivery_id,
        delivery_attempts.c.number,
        delivery_attempts.c.at,
        delivery_attempts.c.status,
        delivery_attempts.c.ms,
        delivery_attempts.c.error,
        delivery_attempts.c.excerpt,
    )
    .where(delivery_attempts.c.delivery_id.in_(_ids))
    .order_by(delivery_attempts.c.delivery_id, delivery_attempts.c.number)
)
_ADD_ATTEMPT = sql(
    insert(delivery_attempts).values(
        {name: bindparam(name) for name in ("delivery_id", "number", "at", "status", "ms", "error", "excerpt")}
    )
)
_COUNT_ATTEMPT = sql(
    update(deliveries)
    .where(
        and_(
            deliveries.c.id == bindparam("delivery"),
            deliveries.c.state == literal_column("'waiting'"),
            deliveries.c.attempts == bindparam("before"),
        )
    )
    .values(
        state=bindparam("new"),
        attempts=bindparam("before") + literal_column("1"),
        due_at=bindparam("due"),
        ended_at=bindparam("ended"),
    )
)
_GIVE_UP_LANE = sql(
    update(deliveries)
    .where(and_(_WAITING, deliveries.c.lane == bindparam("lane_")))
    .values(state=DeliveryState.FAILED.value, ended_at=bindparam("now"))
)
_PRUNABLE = sql(select(deliveries.c.id, deliveries.c.created_at).order_by(deliveries.c.place).limit(bindparam("most")))
_PRUNE_ATTEMPTS = sql(delete(delivery_attempts).where(delivery_attempts.c.delivery_id.in_(_ids)))
_PRUNE = sql(delete(deliveries).where(deliveries.c.id.in_(_ids)))


def reached(tx: Transaction) -> int:
    """The place up to which events have their deliveries for certain."""
    found = tx.row(_REACHED, {})
    return int(found[0]) if found else 0


def wanted(tx: Transaction, after: int, now: datetime, most: int) -> tuple[int, list[tuple[Any, ...]]]:
    """How far the next `most` events after a place reach, and the rows of the deliveries that they want."""
    rows = tx.rows(_NEW_EVENTS, {"after": after, "most": most})
    if not rows:
        return after, []
    by_account: dict[AccountId, list[Hook]] = {}
    for hook in hook_rows.enabled(tx):
        by_account.setdefault(hook.account_id, []).append(hook)
    found = []
    for *columns, callback_url, callback_of_upload in rows:
        event = outbox.read(tuple(columns))
        for hook in by_account.get(event.account_id, ()):
            name = told_as(hook.events, event.type)
            if name is not None:
                found.append(_row(event, name, hook.id, hook.id, None, now))
        url = callback_url or (callback_of_upload if event.type in OF_AN_UPLOAD else None)
        if url is not None:
            found.append(_row(event, event.type, None, _lane(event.account_id, url), url, now))
    return event.place, found


def dispatch(tx: Transaction, after: int, now: datetime, most: int) -> int:
    """Write the deliveries of up to `most` events from after a place, and give how far that reached."""
    place, rows = wanted(tx, max(after, reached(tx)), now, most)
    if rows:
        _ADD.run(tx, rows)
    tx.run(_REACH, {"upto": place})
    return place


def dispatch_all(tx: Transaction, now: datetime) -> None:
    """See to it that all that has happened is told to the hooks as they are now; before one of them is changed."""
    before, place = -1, reached(tx)
    while place > before:
        before, place = place, dispatch(tx, place, now, _BATCH)


def add(tx: Transaction, event: Event, hook: Hook, name: str, now: datetime) -> DeliveryId:
    """Have one hook told of an event that happened before, or only for it."""
    row = _row(event, name, hook.id, hook.id, None, now)
    _ADD.run(tx, [row])
    return DeliveryId(row[0])


def repeat(tx: Transaction, event: Event, delivery: Delivery, now: datetime) -> DeliveryId:
    """Have the same receiver told of the same event once more."""
    url = delivery.url if delivery.hook_id is None else None
    lane = _lane(delivery.account_id, delivery.url) if delivery.hook_id is None else delivery.hook_id
    row = _row(event, delivery.event, delivery.hook_id, lane, url, now)
    _ADD.run(tx, [row])
    return DeliveryId(row[0])


def lanes_due(tx: Transaction, now: datetime) -> list[str]:
    """The lanes in which something is due, but for those of disabled hooks."""
    return [str(row[0]) for row in tx.rows(_LANES_DUE, {"now": now.timestamp()})]


def due(tx: Transaction, lane: str, now: datetime, most: int) -> list[Due]:
    """
    Up to `most` deliveries of a lane whose time has come, the longest due first.

    The first attempt of one waits until those of earlier events of the same subject were made; a later attempt
    waits for nothing.
    """
    split = len(_COLUMNS)
    found = []
    for row in tx.rows(_DUE, {"lane": lane, "now": now.timestamp(), "most": most}):
        face = row[split + 1]
        event = outbox.read(row[split + 2 :])
        of_callback = Face.V2 if event.type in COMPATIBLE else Face.API
        found.append(Due(_delivery(row[:split]), lane, event, Face(face) if face else of_callback))
    return found


def one(tx: Transaction, account_id: AccountId, delivery_id: DeliveryId) -> Delivery | None:
    """The delivery with that id if it belongs to the account, with its attempts."""
    found = tx.row(_ONE, {"id": delivery_id, "account": account_id})
    return _with_logs(tx, [_delivery(found)])[0] if found else None


def page(
    tx: Transaction,
    account_id: AccountId,
    hook_id: HookId | None,
    state: DeliveryState | None,
    before: int,
    most: int,
) -> list[tuple[int, Delivery]]:
    """Up to `most` deliveries from before a place, newest first, with their places and attempts."""
    statement = _PAGES[hook_id is not None, state is not None]
    values = {"account": account_id, "hook": hook_id, "in_state": state, "place": before, "most": most}
    rows = tx.rows(statement, values)
    logged = _with_logs(tx, [_delivery(row[:-1]) for row in rows])
    return [(row[-1], delivery) for row, delivery in zip(rows, logged, strict=True)]


def end_attempt(
    tx: Transaction, delivery: Delivery, attempt: Attempt, state: DeliveryState, due_at: datetime | None
) -> bool:
    """Write how an attempt went and what follows; False if the delivery was ended meanwhile."""
    counted = tx.run(
        _COUNT_ATTEMPT,
        {
            "delivery": delivery.id,
            "before": delivery.attempts,
            "new": state.value,
            "due": (due_at or delivery.due_at).timestamp(),
            "ended": attempt.at.timestamp() + attempt.ms / 1000 if state is not DeliveryState.WAITING else None,
        },
    )
    if counted:
        values = msgspec.structs.asdict(attempt) | {"delivery_id": delivery.id, "at": attempt.at.timestamp()}
        tx.run(_ADD_ATTEMPT, values)
    return bool(counted)


def give_up(tx: Transaction, hook_id: HookId, now: datetime) -> None:
    """End what still waits for a hook, which is going."""
    tx.run(_GIVE_UP_LANE, {"lane_": hook_id, "now": now.timestamp()})


def prune(tx: Transaction, before: datetime, most: int) -> int:
    """Forget up to `most` deliveries from before an instant, whatever became of them; give how many."""
    stamp = before.timestamp()
    ids = [id_ for id_, created_at in tx.rows(_PRUNABLE, {"most": most}) if created_at < stamp]
    values = {"ids": _encode(ids).decode()}
    tx.run(_PRUNE_ATTEMPTS, values)
    return tx.run(_PRUNE, values)


def _lane(account_id: AccountId, url: str) -> str:
    return f"{account_id} {urlsplit(url).netloc.lower()}"


def _row(event: Event, name: str, hook_id: HookId | None, lane: str, url: str | None, now: datetime) -> tuple[Any, ...]:
    """In the order of _NEW."""
    stamp = now.timestamp()
    return (
        new_delivery_id(), event.account_id, hook_id, lane, url, event.id, event.subject, event.sequence, name,
        DeliveryState.WAITING.value, stamp, stamp,
    )  # fmt: skip


def _with_logs(tx: Transaction, found: Sequence[Delivery]) -> list[Delivery]:
    logs: dict[str, list[Attempt]] = {}
    for id_, number, at, *how in tx.rows(_LOG, {"ids": _encode([one.id for one in found]).decode()}):
        logs.setdefault(id_, []).append(Attempt(number, instant(at), *how))
    return [replace(one, log=tuple(logs.get(one.id, ()))) for one in found]


def _delivery(row: Row) -> Delivery:
    id_, account, hook, url, event_id, event, state, attempts, due_at, created, ended = row
    return Delivery(
        id=id_,
        account_id=account,
        hook_id=hook,
        url=url,
        event_id=event_id,
        event=event,
        state=DeliveryState(state),
        attempts=attempts,
        due_at=instant(due_at),
        created_at=instant(created),
        ended_at=instant(ended) if ended is not None else None,
    )
