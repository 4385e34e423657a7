"""Rows of hooks and of the secrets that sign what is told to them, as functions of a transaction."""

from datetime import datetime, timedelta

import msgspec
from sqlalchemy import and_, bindparam, delete, func, insert, select, text, update

from greenroom.db.catalogue import instant
from greenroom.db.schema import accounts, hook_secrets, hooks
from greenroom.db.sqlite import Row, Transaction, sql
from greenroom.domain.hook import Face, Hook, HookId, HookStatus, Secret
from greenroom.domain.ids import AccountId

_encode = msgspec.json.encode
_decode_events = msgspec.json.Decoder(tuple[str, ...]).decode

COLUMNS = (
    hooks.c.id,
    hooks.c.account_id,
    hooks.c.url,
    hooks.c.events,
    hooks.c.status,
    hooks.c.face,
    hooks.c.created_at,
    hooks.c.disabled_reason,
    hooks.c.failing_since,
)
_SECRET = (hook_secrets.c.secret, hook_secrets.c.previous, hook_secrets.c.previous_until)
_ADD = sql(insert(hooks).values({column.name: bindparam(column.name) for column in COLUMNS}))
_of_account = hooks.c.account_id == bindparam("account")
_ONE = sql(select(*COLUMNS).where(and_(hooks.c.id == bindparam("id"), _of_account)))
_ALL = sql(select(*COLUMNS).where(_of_account).order_by(hooks.c.created_at, hooks.c.id))
_COUNT = sql(select(func.count()).select_from(hooks).where(_of_account))
_ENABLED = sql(select(*COLUMNS).where(hooks.c.status == HookStatus.ENABLED.value))
_CHANGE = sql(
    update(hooks)
    .where(hooks.c.id == bindparam("hook"))
    .values(
        url=bindparam("new_url"),
        events=bindparam("new_events"),
        status=bindparam("new_status"),
        disabled_reason=bindparam("reason"),
        failing_since=bindparam("since"),
    )
)
_REMOVE = sql(delete(hooks).where(hooks.c.id == bindparam("hook")))
_HEARD = sql(
    update(hooks)
    .where(and_(hooks.c.id == bindparam("hook"), hooks.c.failing_since.is_not(None)))
    .values(failing_since=None)
)
_FAILED = sql(
    update(hooks)
    .where(and_(hooks.c.id == bindparam("hook"), hooks.c.failing_since.is_(None)))
    .values(failing_since=bindparam("now"))
)
_DISABLE = sql(
    update(hooks)
    .where(
        and_(
            hooks.c.id == bindparam("hook"),
            hooks.c.status == HookStatus.ENABLED.value,
            hooks.c.failing_since <= bindparam("failing_before"),
        )
    )
    .values(status=HookStatus.DISABLED.value, disabled_reason=bindparam("reason"))
)
_SECRET_OF = sql(select(*_SECRET).where(hook_secrets.c.owner_id == bindparam("owner")))
_KEEP_SECRET = sql(
    insert(hook_secrets)
    .values({name: bindparam(name) for name in ("owner_id", "secret", "previous", "previous_until")})
    .prefix_with("OR REPLACE")
)
_REMOVE_SECRET = sql(delete(hook_secrets).where(hook_secrets.c.owner_id == bindparam("owner")))
_USERNAME = sql(
    select(func.coalesce(func.nullif(accounts.c.username, text("''")), accounts.c.name)).where(
        accounts.c.id == bindparam("account")
    )
)


def add(tx: Transaction, hook: Hook, secret: str) -> None:
    """Write a new hook and its secret."""
    tx.run(
        _ADD,
        {
            "id": hook.id,
            "account_id": hook.account_id,
            "url": hook.url,
            "events": _encode(hook.events).decode(),
            "status": hook.status.value,
            "face": hook.face.value,
            "created_at": hook.created_at.timestamp(),
            "disabled_reason": hook.disabled_reason,
            "failing_since": None,
        },
    )
    keep_secret(tx, hook.id, Secret(secret))


def one(tx: Transaction, account_id: AccountId, hook_id: HookId) -> Hook | None:
    """The hook with that id if it belongs to the account."""
    found = tx.row(_ONE, {"id": hook_id, "account": account_id})
    return _hook(found) if found else None


def of_account(tx: Transaction, account_id: AccountId) -> list[Hook]:
    """All hooks of an account, oldest first."""
    return [_hook(row) for row in tx.rows(_ALL, {"account": account_id})]


def count(tx: Transaction, account_id: AccountId) -> int:
    """How many hooks an account has."""
    found = tx.row(_COUNT, {"account": account_id})
    return int(found[0]) if found else 0


def enabled(tx: Transaction) -> list[Hook]:
    """The hooks of all accounts that are told of events."""
    return [_hook(row) for row in tx.rows(_ENABLED, {})]


def change(tx: Transaction, hook: Hook) -> None:
    """Write what may change of a hook."""
    tx.run(
        _CHANGE,
        {
            "hook": hook.id,
            "new_url": hook.url,
            "new_events": _encode(hook.events).decode(),
            "new_status": hook.status.value,
            "reason": hook.disabled_reason,
            "since": hook.failing_since.timestamp() if hook.failing_since is not None else None,
        },
    )


def remove(tx: Transaction, hook_id: HookId) -> None:
    """Remove a hook and its secret."""
    tx.run(_REMOVE, {"hook": hook_id})
    tx.run(_REMOVE_SECRET, {"owner": hook_id})


def heard(tx: Transaction, hook_id: HookId) -> None:
    """Say that a hook took a message."""
    tx.run(_HEARD, {"hook": hook_id})


def failed(tx: Transaction, hook_id: HookId, now: datetime) -> None:
    """Say that an attempt failed; the first after one that was taken counts."""
    tx.run(_FAILED, {"hook": hook_id, "now": now.timestamp()})


def disable(tx: Transaction, hook_id: HookId, reason: str, now: datetime, failing_for: timedelta) -> bool:
    """Disable a hook that has taken nothing for so long; False if it has, or was disabled before."""
    before = (now - failing_for).timestamp()
    return bool(tx.run(_DISABLE, {"hook": hook_id, "reason": reason, "failing_before": before}))


def secret(tx: Transaction, owner_id: str) -> Secret | None:
    """The secret of a hook, or of an account's callbacks."""
    found = tx.row(_SECRET_OF, {"owner": owner_id})
    if found is None:
        return None
    current, previous, until = found
    return Secret(current, previous, instant(until) if until is not None else None)


def keep_secret(tx: Transaction, owner_id: str, kept: Secret) -> None:
    """Write the secret of a hook, or of an account's callbacks."""
    until = kept.previous_until.timestamp() if kept.previous_until is not None else None
    values = {"owner_id": owner_id, "secret": kept.current, "previous": kept.previous, "previous_until": until}
    tx.run(_KEEP_SECRET, values)


def username(tx: Transaction, account_id: AccountId) -> str:
    """What the compatible calls name an account."""
    found = tx.row(_USERNAME, {"account": account_id})
    return str(found[0]) if found else ""


def _hook(row: Row) -> Hook:
    id_, account, url, events, status, face, created, reason, failing = row
    return Hook(
        id=id_,
        account_id=account,
        url=url,
        events=_decode_events(events),
        status=HookStatus(status),
        face=Face(face),
        created_at=instant(created),
        disabled_reason=reason,
        failing_since=instant(failing) if failing is not None else None,
    )
