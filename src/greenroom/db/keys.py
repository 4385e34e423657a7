"""Rows of API keys."""

from collections.abc import Iterable
from datetime import UTC, datetime

from sqlalchemy import and_, bindparam, insert, or_, select, update

from greenroom.db.schema import api_keys
from greenroom.db.sqlite import Row, Transaction, sql
from greenroom.domain.access import ApiKey, Scope
from greenroom.domain.ids import AccountId

_COLUMNS = (
    api_keys.c.id,
    api_keys.c.account_id,
    api_keys.c.name,
    api_keys.c.prefix,
    api_keys.c.scopes,
    api_keys.c.created_at,
    api_keys.c.revoked_at,
    api_keys.c.expires_at,
    api_keys.c.folder_id,
    api_keys.c.last_used_at,
)
_ADD = sql(insert(api_keys).values({name: bindparam(name) for name in (*(c.name for c in _COLUMNS), "hash")}))
_BY_HASH = sql(select(*_COLUMNS).where(and_(api_keys.c.hash == bindparam("hash"), api_keys.c.revoked_at.is_(None))))
_HAS_HASH = sql(select(api_keys.c.id).where(api_keys.c.hash == bindparam("hash")))
_ALL = sql(select(*_COLUMNS).order_by(api_keys.c.created_at))
_ONE = sql(
    select(*_COLUMNS).where(and_(api_keys.c.id == bindparam("key"), api_keys.c.account_id == bindparam("account")))
)
_BEFORE = sql(
    select(*_COLUMNS)
    .where(
        and_(
            api_keys.c.account_id == bindparam("account"),
            or_(
                api_keys.c.created_at < bindparam("at"),
                and_(api_keys.c.created_at == bindparam("at"), api_keys.c.id < bindparam("before")),
            ),
        )
    )
    .order_by(api_keys.c.created_at.desc(), api_keys.c.id.desc())
    .limit(bindparam("most"))
)
_REVOKE = sql(
    update(api_keys)
    .where(and_(api_keys.c.id == bindparam("key"), api_keys.c.revoked_at.is_(None)))
    .values(revoked_at=bindparam("now"))
)
_USE = sql(update(api_keys).where(api_keys.c.id == bindparam("key")).values(last_used_at=bindparam("at")))


def add(tx: Transaction, key: ApiKey, hash_: bytes) -> None:
    """Write a key's row; the key itself is never stored."""
    tx.run(
        _ADD,
        {
            "id": key.id,
            "account_id": key.account_id,
            "name": key.name,
            "prefix": key.prefix,
            "scopes": " ".join(sorted(key.scopes)),
            "created_at": key.created_at.timestamp(),
            "revoked_at": None,
            "expires_at": key.expires_at.timestamp() if key.expires_at is not None else None,
            "folder_id": key.folder_id,
            "last_used_at": None,
            "hash": hash_,
        },
    )


def by_hash(tx: Transaction, hash_: bytes) -> ApiKey | None:
    """The key with that hash unless it is revoked."""
    found = tx.row(_BY_HASH, {"hash": hash_})
    return _key(found) if found else None


def has_hash(tx: Transaction, hash_: bytes) -> bool:
    """Whether there is or ever was a key with that hash."""
    return tx.row(_HAS_HASH, {"hash": hash_}) is not None


def all_keys(tx: Transaction) -> list[ApiKey]:
    """Every key, revoked ones too, oldest first."""
    return [_key(row) for row in tx.rows(_ALL, {})]


def one(tx: Transaction, account_id: AccountId, key_id: str) -> ApiKey | None:
    """The key with that id, if it is of the account; revoked ones too."""
    found = tx.row(_ONE, {"account": account_id, "key": key_id})
    return _key(found) if found else None


def before(tx: Transaction, account_id: AccountId, place: tuple[float, str], most: int) -> list[ApiKey]:
    """Up to `most` keys of an account from before the Unix time and the id of another, newest first."""
    at, id_ = place
    return [_key(row) for row in tx.rows(_BEFORE, {"account": account_id, "at": at, "before": id_, "most": most})]


def use(tx: Transaction, uses: Iterable[tuple[str, float]]) -> None:
    """Write when keys were last used, each with its Unix time."""
    for key_id, at in uses:
        tx.run(_USE, {"key": key_id, "at": at})


def revoke(tx: Transaction, key_id: str, now: datetime) -> bool:
    """End a key; False if there is no such key or it was ended before."""
    return bool(tx.run(_REVOKE, {"key": key_id, "now": now.timestamp()}))


def _key(row: Row) -> ApiKey:
    id_, account, name, prefix, scopes, created, revoked, expires, folder, used = row
    return ApiKey(
        id=id_,
        account_id=account,
        name=name,
        prefix=prefix,
        scopes=frozenset(Scope(scope) for scope in scopes.split()),
        created_at=datetime.fromtimestamp(created, tz=UTC),
        revoked_at=_instant(revoked),
        expires_at=_instant(expires),
        folder_id=folder,
        last_used_at=_instant(used),
    )


def _instant(seconds: float | None) -> datetime | None:
    return datetime.fromtimestamp(seconds, tz=UTC) if seconds is not None else None
