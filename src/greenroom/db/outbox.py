"""The outbox: events, written in the transaction of the change that they tell of."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import BindParameter, Select, and_, bindparam, delete, func, insert, literal_column, select

from greenroom.db.catalogue import instant
from greenroom.db.schema import deliveries, events, pruned_events
from greenroom.db.sqlite import Row, Transaction, sql
from greenroom.domain.asset import Asset
from greenroom.domain.events import Event
from greenroom.domain.ids import AccountId, new_event_id

_encode = msgspec.json.encode

COLUMNS = (
    events.c.place,
    events.c.id,
    events.c.account_id,
    events.c.subject,
    events.c.sequence,
    events.c.type,
    events.c.data,
    events.c.created_at,
)
_SUBJECT: BindParameter[str] = bindparam("subject")
_highest = select(func.max(events.c.sequence)).where(events.c.subject == _SUBJECT).scalar_subquery()
_pruned = select(pruned_events.c.sequence).where(pruned_events.c.subject == _SUBJECT).scalar_subquery()
_ADD = sql(
    insert(events).values(
        {
            name: bindparam(name)
            for name in ("id", "account_id", "subject", "type", "data", "callback_url", "created_at")
        }
        | {"sequence": func.coalesce(_highest, _pruned, literal_column("0")) + literal_column("1")}
    )
)
_OF_SUBJECT = sql(select(*COLUMNS).where(events.c.subject == _SUBJECT).order_by(events.c.sequence))
_BY_ID = sql(select(*COLUMNS).where(and_(events.c.id == bindparam("id"), events.c.account_id == bindparam("account"))))


def _pages(*, newest_first: bool, typed: bool, about: bool) -> Select[Any]:
    # The events of one subject are few: their order is that of the places, and a column inside a function keeps
    # SQLite from taking an index of the account.
    by, account = (
        (events.c.sequence, func.coalesce(events.c.account_id, "")) if about else (events.c.place, events.c.account_id)
    )
    conditions = [
        account == bindparam("account"),
        events.c.place < bindparam("place") if newest_first else events.c.place > bindparam("place"),
        *[events.c.type == bindparam("type")] * typed,
        *[events.c.subject == _SUBJECT] * about,
    ]
    order = by.desc() if newest_first else by
    return select(*COLUMNS).where(and_(*conditions)).order_by(order).limit(bindparam("most"))


_YES_AND_NO = (True, False)
_PAGES = {
    (newest_first, typed, about): sql(_pages(newest_first=newest_first, typed=typed, about=about))
    for newest_first in _YES_AND_NO
    for typed in _YES_AND_NO
    for about in _YES_AND_NO
}
_newest = select(func.max(events.c.place)).scalar_subquery()
_first_kept = (
    select(events.c.place).where(events.c.created_at >= bindparam("before")).order_by(events.c.place).limit(1)
).scalar_subquery()
_told = select(deliveries.c.place).where(deliveries.c.event_id == events.c.id).exists()
_PRUNABLE = sql(
    select(events.c.place, events.c.subject, events.c.sequence)
    .where(and_(events.c.place < func.coalesce(_first_kept, _newest), ~_told))
    .order_by(events.c.place)
    .limit(bindparam("most"))
)
_PRUNE = sql(delete(events).where(events.c.place == bindparam("place")))
_REMEMBER = sql(
    insert(pruned_events).values(subject=bindparam("subject"), sequence=bindparam("sequence")).prefix_with("OR REPLACE")
)


def add_event(tx: Transaction, about: Asset, kind: str, data: Mapping[str, Any], now: datetime) -> None:
    """Write an event of an asset, in the transaction of the change that it tells of."""
    facts = {"asset_id": about.id, "asset_url": about.path, "name": about.name, "kind": about.kind}
    add(tx, about.account_id, about.id, kind, facts | dict(data), now)


def add(
    tx: Transaction,
    account_id: AccountId,
    subject: str,
    type_: str,
    data: Mapping[str, Any],
    now: datetime,
    callback_url: str | None = None,
) -> str:
    """
    Write an event of whatever has an id, next in the order of its subject; give the event's id.

    It is told to the hooks that want it and to `callback_url`, the address that a request gave for this one answer.
    Fields of `data` that end in `_url` may be paths of ours.
    """
    event_id = new_event_id(now)
    tx.run(
        _ADD,
        {
            "id": event_id,
            "account_id": account_id,
            "subject": subject,
            "type": type_,
            "data": _encode(data).decode(),
            "callback_url": callback_url,
            "created_at": now.timestamp(),
        },
    )
    return event_id


def events_of(tx: Transaction, subject: str) -> list[Event]:
    """The events of an asset, or of whatever else they are about, in order."""
    return [read(row) for row in tx.rows(_OF_SUBJECT, {"subject": subject})]


def by_id(tx: Transaction, account_id: AccountId, event_id: str) -> Event | None:
    """The event with that id if it is of the account."""
    found = tx.row(_BY_ID, {"id": event_id, "account": account_id})
    return read(found) if found else None


def page(
    tx: Transaction,
    account_id: AccountId,
    beyond: int,
    most: int,
    *,
    newest_first: bool,
    type_: str | None = None,
    subject: str | None = None,
) -> list[Event]:
    """Up to `most` events of an account beyond a place, in either order, of one type or one subject if wanted."""
    statement = _PAGES[newest_first, type_ is not None, subject is not None]
    values = {"account": account_id, "place": beyond, "most": most, "type": type_, "subject": subject}
    return [read(row) for row in tx.rows(statement, values)]


def prune(tx: Transaction, before: datetime, most: int) -> int:
    """Forget up to `most` events from before an instant that no delivery needs; give how many."""
    rows = tx.rows(_PRUNABLE, {"before": before.timestamp(), "most": most})
    for place, subject, sequence in rows:
        tx.run(_PRUNE, {"place": place})
        tx.run(_REMEMBER, {"subject": subject, "sequence": sequence})
    return len(rows)


def read(row: Row) -> Event:
    """The event in a row of COLUMNS."""
    place, id_, account, subject, sequence, type_, data, created = row
    return Event(place, id_, account, subject, sequence, type_, msgspec.json.decode(data), instant(created))
