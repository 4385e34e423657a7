"""Rows of what was done under an idempotency key: written in the transaction of the effect, answered from for a day."""

from datetime import datetime

from sqlalchemy import and_, bindparam, delete, select, text, update

from greenroom.db.schema import idempotency
from greenroom.db.sqlite import Statement, Transaction, sql
from greenroom.domain.act import Act
from greenroom.domain.idempotency import Done
from greenroom.domain.ids import AccountId

_ROW = and_(
    idempotency.c.account_id == bindparam("account"),
    idempotency.c.route == bindparam("route"),
    idempotency.c.key == bindparam("key"),
)
# A row that is there is of this very request, which has changed something else before, or older than a day.
_KEEP = Statement(
    """
    INSERT INTO idempotency (account_id, route, key, request_id, fingerprint, scopes, within, subjects, created_at)
    VALUES (:account, :route, :key, :request_id, :fingerprint, :scopes, :within, :subject, :now)
    ON CONFLICT (account_id, route, key) DO UPDATE SET
      subjects = CASE WHEN request_id = :request_id THEN subjects || ' ' || :subject ELSE :subject END,
      request_id = :request_id, fingerprint = :fingerprint, scopes = :scopes, within = :within, created_at = :now,
      status = NULL, content_type = NULL, body = NULL
    """,
    {},
)
_FIND = sql(
    select(
        idempotency.c.fingerprint,
        idempotency.c.scopes,
        idempotency.c.within,
        idempotency.c.subjects,
        idempotency.c.status,
        idempotency.c.content_type,
        idempotency.c.body,
    ).where(_ROW, idempotency.c.created_at > bindparam("since"))
)
_ANSWER = sql(
    update(idempotency)
    .where(_ROW, idempotency.c.request_id == bindparam("request"))
    .values(status=bindparam("told"), content_type=bindparam("told_as"), body=bindparam("told_body"))
)
_PRUNE = sql(
    delete(idempotency).where(
        text(
            "(account_id, route, key) IN (SELECT account_id, route, key FROM idempotency"
            " WHERE created_at <= :since LIMIT 500)"
        )
    )
)


def keep(tx: Transaction, act: Act, subject: str, now: datetime) -> None:
    """Keep, in the transaction of a change, that the request with this key has made it; nothing without a key."""
    if act.once is None:
        return
    values = {
        "account": act.once.account_id,
        "route": act.once.route,
        "key": act.once.key,
        "request_id": act.request_id,
        "fingerprint": act.once.fingerprint,
        "scopes": act.once.scopes,
        "within": act.within or "",
        "subject": subject,
        "now": now.timestamp(),
    }
    tx.run(_KEEP, values)


def find(tx: Transaction, account_id: AccountId, route: str, key: str, since: datetime) -> Done | None:
    """What was done under a key since that instant."""
    row = tx.row(_FIND, {"account": account_id, "route": route, "key": key, "since": since.timestamp()})
    if row is None:
        return None
    fingerprint, scopes, within, subjects, status, content_type, body = row
    return Done(fingerprint, scopes, within, tuple(subjects.split()), status, content_type, body)


def answer(tx: Transaction, act: Act, status: int, content_type: str, body: bytes) -> None:
    """Keep the answer of the request that made the change; nothing if it made none."""
    assert act.once is not None, "only a request with a key has its answer kept"
    once = act.once
    values = {"account": once.account_id, "route": once.route, "key": once.key, "request": act.request_id}
    tx.run(_ANSWER, values | {"told": status, "told_as": content_type, "told_body": body})


def prune(tx: Transaction, since: datetime) -> int:
    """Remove some of what is older than that instant; give how many."""
    return tx.run(_PRUNE, {"since": since.timestamp()})
