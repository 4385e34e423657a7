"""Rows of the audit: every change with who, what, when and from where, written in the transaction of the change."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import and_, bindparam, or_, select

from greenroom.db import idempotency
from greenroom.db.rows import Insertion
from greenroom.db.schema import audit
from greenroom.db.sqlite import Row, Transaction, sql
from greenroom.domain.act import Act
from greenroom.domain.audit import FIRST, Chosen, Entry, Kept, following

_encode = msgspec.json.encode

_COLUMNS = (
    audit.c.sequence,
    audit.c.account_id,
    audit.c.at_ms,
    audit.c.actor,
    audit.c.address,
    audit.c.request_id,
    audit.c.action,
    audit.c.subject,
    audit.c.detail,
    audit.c.hash,
)
_ADD = Insertion(audit, [column.name for column in _COLUMNS])
_LAST = sql(select(audit.c.sequence, audit.c.hash).order_by(audit.c.sequence.desc()).limit(1))
_AFTER = sql(
    select(*_COLUMNS).where(audit.c.sequence > bindparam("after")).order_by(audit.c.sequence).limit(bindparam("most"))
)
_OF_ACCOUNT_BEFORE = sql(
    select(*_COLUMNS)
    .where(
        and_(
            audit.c.account_id == bindparam("account"),
            audit.c.sequence < bindparam("before"),
            or_(bindparam("any_subject"), audit.c.subject == bindparam("subject")),
            or_(bindparam("any_action"), audit.c.action == bindparam("action")),
            or_(bindparam("any_actor"), audit.c.actor == bindparam("actor")),
        )
    )
    .order_by(audit.c.sequence.desc())
    .limit(bindparam("most"))
)
_OF_SUBJECT_BEFORE = sql(
    select(*_COLUMNS)
    .where(
        and_(
            audit.c.subject == bindparam("subject"),
            audit.c.sequence < bindparam("before"),
            audit.c.account_id == bindparam("account"),
            or_(bindparam("any_action"), audit.c.action == bindparam("action")),
            or_(bindparam("any_actor"), audit.c.actor == bindparam("actor")),
        )
    )
    .order_by(audit.c.sequence.desc())
    .limit(bindparam("most"))
)
_PAGE = 1000


def note(
    tx: Transaction, act: Act, action: str, subject: str, now: datetime, detail: Mapping[str, Any] | None = None
) -> None:
    """
    Say in the transaction of a change what was changed: `action` is a word such as `asset.deleted`.

    A request with an idempotency key is from then on one that has had its effect.
    """
    idempotency.keep(tx, act, subject, now)
    entry = Entry(
        account_id=act.account_id,
        at_ms=round(now.timestamp() * 1000),
        actor=act.actor,
        address=act.address,
        request_id=act.request_id,
        action=action,
        subject=subject,
        detail=_encode(detail or {}).decode(),
    )
    tx.at_end(_append, entry)


def in_order(tx: Transaction) -> Iterator[Kept]:
    """The whole chain from its beginning."""
    after = 0
    while rows := tx.rows(_AFTER, {"after": after, "most": _PAGE}):
        for row in rows:
            yield _kept(row)
        after = rows[-1][0]


def before(tx: Transaction, account_id: str, chosen: Chosen, sequence: int, most: int) -> list[Kept]:
    """Up to `most` entries of an account from before that place, newest first."""
    values: dict[str, Any] = {"account": account_id, "before": sequence, "most": most}
    for name, value in msgspec.structs.asdict(chosen).items():
        values |= {name: value, f"any_{name}": value is None}
    return [_kept(row) for row in tx.rows(_OF_SUBJECT_BEFORE if chosen.subject else _OF_ACCOUNT_BEFORE, values)]


def _append(tx: Transaction, entries: list[Entry]) -> None:
    sequence, last = tx.row(_LAST, {}) or (0, FIRST)
    rows = []
    for entry in entries:
        sequence += 1
        last = following(last, sequence, entry)
        rows.append((sequence, *msgspec.structs.astuple(entry), last))
    _ADD.run(tx, rows)


def _kept(row: Row) -> Kept:
    sequence, *entry, hash_ = row
    return Kept(sequence, Entry(*entry), hash_)
