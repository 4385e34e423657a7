"""Rows of accounts."""

from datetime import datetime

from sqlalchemy import and_, bindparam, insert, or_, select, update

from greenroom.db.catalogue import instant
from greenroom.db.schema import accounts
from greenroom.db.sqlite import Row, Transaction, sql
from greenroom.domain.account import Account
from greenroom.domain.ids import DEFAULT_ACCOUNT, AccountId

_COLUMNS = (accounts.c.id, accounts.c.name, accounts.c.created_at, accounts.c.email, accounts.c.username)
_ADD = insert(accounts).values({column.name: bindparam(column.name) for column in _COLUMNS})
_ADD_NEW = sql(_ADD)
_ADD_UNLESS_THERE = sql(_ADD.prefix_with("OR IGNORE"))
_ONE = sql(select(*_COLUMNS).where(accounts.c.id == bindparam("account")))
_CHANGE = sql(
    update(accounts)
    .where(accounts.c.id == bindparam("account"))
    .values(name=bindparam("new_name"), email=bindparam("new_email"), username=bindparam("new_username"))
)
_AFTER = sql(
    select(*_COLUMNS)
    .where(
        or_(
            accounts.c.created_at > bindparam("at"),
            and_(accounts.c.created_at == bindparam("at"), accounts.c.id > bindparam("after")),
        )
    )
    .order_by(accounts.c.created_at, accounts.c.id)
    .limit(bindparam("most"))
)


def add_default(tx: Transaction, now: datetime) -> None:
    """Make the first account of a fresh catalogue; nothing if it is there."""
    tx.run(_ADD_UNLESS_THERE, _values(Account(DEFAULT_ACCOUNT, "default", now)))


def add(tx: Transaction, account: Account) -> None:
    """Write an account; what it uses is counted from now on."""
    tx.run(_ADD_NEW, _values(account))


def one(tx: Transaction, account_id: AccountId) -> Account | None:
    """The account with that id."""
    found = tx.row(_ONE, {"account": account_id})
    return _account(found) if found else None


def after(tx: Transaction, place: tuple[float, str], most: int) -> list[Account]:
    """Up to `most` accounts from after the Unix time and the id of another, oldest first."""
    at, id_ = place
    return [_account(row) for row in tx.rows(_AFTER, {"at": at, "after": id_, "most": most})]


def change(tx: Transaction, account: Account) -> None:
    """Write an account's name, email and username anew."""
    tx.run(
        _CHANGE,
        {
            "account": account.id,
            "new_name": account.name,
            "new_email": account.email,
            "new_username": account.username,
        },
    )


def _values(account: Account) -> dict[str, object]:
    return {
        "id": account.id,
        "name": account.name,
        "created_at": account.created_at.timestamp(),
        "email": account.email,
        "username": account.username,
    }


def _account(row: Row) -> Account:
    id_, name, created, email, username = row
    return Account(id_, name, instant(created), email, username)
