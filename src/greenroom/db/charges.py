"""Charges: credits that were taken for something, as functions of a transaction."""

from datetime import datetime

from sqlalchemy import and_, bindparam, insert, select, update

from greenroom.db import usage
from greenroom.db.schema import charges
from greenroom.db.sqlite import Transaction, sql
from greenroom.domain.ids import AccountId

_ADD = sql(
    insert(charges).values(
        {name: bindparam(name) for name in ("id", "account_id", "what", "credits_m", "charged_at", "refunded_at")}
    )
)
_ONE = sql(select(charges.c.account_id, charges.c.what, charges.c.credits_m).where(charges.c.id == bindparam("charge")))
_TAKEN = sql(
    select(charges.c.account_id, charges.c.what, charges.c.credits_m, charges.c.refunded_at).where(
        charges.c.id == bindparam("charge")
    )
)
_AMEND = sql(
    update(charges)
    .where(and_(charges.c.id == bindparam("charge"), charges.c.refunded_at.is_(None)))
    .values(credits_m=bindparam("amount"))
)
_REFUND = sql(
    update(charges)
    .where(and_(charges.c.id == bindparam("charge"), charges.c.refunded_at.is_(None)))
    .values(refunded_at=bindparam("now"))
)


def add(tx: Transaction, charge_id: str, account_id: AccountId, what: str, credits_m: int, now: datetime) -> None:
    """Write a charge, in thousandths of a credit, and count it as spent."""
    values = {"id": charge_id, "account_id": account_id, "what": what, "credits_m": credits_m, "refunded_at": None}
    tx.run(_ADD, values | {"charged_at": now.timestamp()})
    usage.spend(tx, account_id, credits_m)


def refund(tx: Transaction, charge_id: str, now: datetime) -> tuple[AccountId, str, int] | None:
    """Give a charge back, once: whose it was, for what, how much. None if it is not there or was given back before."""
    if not tx.run(_REFUND, {"charge": charge_id, "now": now.timestamp()}):
        return None
    account_id, what, credits_m = tx.row(_ONE, {"charge": charge_id}) or ("", "", 0)
    usage.spend(tx, account_id, -credits_m)
    return account_id, what, credits_m


def taken(tx: Transaction, charge_id: str) -> tuple[AccountId, str, int, bool] | None:
    """A charge: whose, for what, how much, and whether it was given back."""
    found = tx.row(_TAKEN, {"charge": charge_id})
    return (found[0], found[1], found[2], found[3] is not None) if found is not None else None


def amend(tx: Transaction, charge_id: str, credits_m: int) -> int:
    """Charge another amount instead; how much more that is, 0 for a charge that was given back."""
    found = taken(tx, charge_id)
    if found is None or not tx.run(_AMEND, {"charge": charge_id, "amount": credits_m}):
        return 0
    account_id, _, before, _ = found
    usage.spend(tx, account_id, credits_m - before)
    return credits_m - before
