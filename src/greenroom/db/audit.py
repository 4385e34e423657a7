"""
The audit: every change with who, what, when and from where, each entry chained to the one before by its hash.

An entry's hash is the SHA-256 of the hash before it and of the entry itself as a JSON array, so that an entry which
was altered, removed or put in between is found by walking the chain.
"""

import hashlib
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import and_, bindparam, select

from greenroom.db.json_rows import insert_all
from greenroom.db.schema import audit
from greenroom.db.sqlite import Row, Transaction, sql
from greenroom.domain.act import Act

_encode = msgspec.json.encode

FIRST = "0" * 64
"""What stands before the first entry."""

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
_ADD = insert_all(audit, [column.name for column in _COLUMNS])
_LAST = sql(select(audit.c.sequence, audit.c.hash).order_by(audit.c.sequence.desc()).limit(1))
_AFTER = sql(
    select(*_COLUMNS).where(audit.c.sequence > bindparam("after")).order_by(audit.c.sequence).limit(bindparam("most"))
)
_OF_ACCOUNT_BEFORE = sql(
    select(*_COLUMNS)
    .where(and_(audit.c.account_id == bindparam("account"), audit.c.sequence < bindparam("before")))
    .order_by(audit.c.sequence.desc())
    .limit(bindparam("most"))
)
_PAGE = 1000


class Entry(Struct, frozen=True):
    """
    One change, at an instant in Unix milliseconds.

    `subject` is the id of what was changed; `detail` what there is to know of it, as JSON.
    """

    account_id: str
    at_ms: int
    actor: str
    address: str
    request_id: str
    action: str
    subject: str
    detail: str


class Kept(Struct, frozen=True):
    """An entry in its place in the chain; `hash` are 64 hexadecimal digits."""

    sequence: int
    entry: Entry
    hash: str


def note(
    tx: Transaction, act: Act, action: str, subject: str, now: datetime, detail: Mapping[str, Any] | None = None
) -> None:
    """Say in the transaction of a change what was changed: `action` is a word such as `asset.deleted`."""
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


def following(hash_before: str, sequence: int, entry: Entry) -> str:
    """The hash of an entry that stands after the one with `hash_before`."""
    written = _encode((sequence, *msgspec.structs.astuple(entry)))
    return hashlib.sha256(hash_before.encode() + written).hexdigest()


def in_order(tx: Transaction) -> Iterator[Kept]:
    """The whole chain from its beginning."""
    after = 0
    while rows := tx.rows(_AFTER, {"after": after, "most": _PAGE}):
        for row in rows:
            yield _kept(row)
        after = rows[-1][0]


def before(tx: Transaction, account_id: str, sequence: int, most: int) -> list[Kept]:
    """Up to `most` entries of an account from before that place, newest first."""
    return [
        _kept(row) for row in tx.rows(_OF_ACCOUNT_BEFORE, {"account": account_id, "before": sequence, "most": most})
    ]


def _append(tx: Transaction, entries: list[Entry]) -> None:
    sequence, last = tx.row(_LAST, {}) or (0, FIRST)
    rows = []
    for entry in entries:
        sequence += 1
        last = following(last, sequence, entry)
        rows.append((sequence, *msgspec.structs.astuple(entry), last))
    tx.run(_ADD, {"rows": _encode(rows).decode()})


def _kept(row: Row) -> Kept:
    sequence, *entry, hash_ = row
    return Kept(sequence, Entry(*entry), hash_)
