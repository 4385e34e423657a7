"""
What accounts use and may use, as functions of a transaction.

Triggers of the catalogue count bytes, assets and seconds from the rows of assets and uploads, so there is nothing to
be told here when one of them changes. What adds something asks `require_within` afterwards, in its transaction.
"""

from collections.abc import Iterator

from msgspec import structs
from sqlalchemy import (
    ColumnElement,
    Integer,
    ScalarSelect,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    or_,
    select,
    text,
    update,
)

from greenroom.db.schema import assets, uploads, usage
from greenroom.db.sqlite import Transaction, sql
from greenroom.domain.allowance import Limits, Measure, OwnLimits, Usage
from greenroom.domain.ids import AccountId, UploadId

_USED = (usage.c.stored_bytes, usage.c.reserved_bytes, usage.c.assets, usage.c.media_ms, usage.c.credits_m)
_MAY = (usage.c.max_stored_bytes, usage.c.max_assets, usage.c.max_media_ms, usage.c.max_credits_m)
_OF_ACCOUNT = sql(select(*_USED, *_MAY).where(usage.c.account_id == bindparam("account")))
_SET_LIMITS = sql(
    update(usage)
    .where(usage.c.account_id == bindparam("account"))
    .values({column.name: bindparam(column.name) for column in _MAY})
)
_SPEND = sql(
    update(usage)
    .where(usage.c.account_id == bindparam("account"))
    .values(credits_m=usage.c.credits_m + bindparam("amount"))
)
_RECEIVE = sql(
    update(uploads)
    .where(uploads.c.id == bindparam("upload"))
    .values(receiving_bytes=uploads.c.receiving_bytes + bindparam("more"))
)
_FORGET_RECEIVING = sql(
    update(uploads)
    .where(and_(text("uploads.state = 'open'"), uploads.c.receiving_bytes != literal_column("0")))
    .values(receiving_bytes=0)
)


def of(tx: Transaction, account_id: AccountId) -> tuple[Usage, OwnLimits]:
    """What an account uses, and the limits that it has of its own."""
    found = tx.row(_OF_ACCOUNT, {"account": account_id})
    assert found is not None, f"account {account_id} has no usage"
    return Usage(*found[: len(_USED)]), OwnLimits(*found[len(_USED) :])


def require_within(tx: Transaction, account_id: AccountId, usual: Limits, *measures: Measure) -> None:
    """
    Raise QuotaExceeded if the account now has more of one of the measures than it may.

    To be asked after a change that adds, in its transaction: what is refused is then undone with it.
    """
    used, own = of(tx, account_id)
    used.require_within(own.over(usual), *measures)


def require_room_for_asset(tx: Transaction, account_id: AccountId, usual: Limits) -> None:
    """Raise QuotaExceeded if the account may not have one asset more."""
    used, own = of(tx, account_id)
    structs.replace(used, assets=used.assets + 1).require_within(own.over(usual), Measure.ASSETS)


def limits(tx: Transaction, account_id: AccountId, usual: Limits) -> Limits:
    """The limits that hold for an account."""
    return of(tx, account_id)[1].over(usual)


def set_limits(tx: Transaction, account_id: AccountId, own: OwnLimits) -> None:
    """Give an account limits of its own."""
    tx.run(
        _SET_LIMITS,
        {
            "account": account_id,
            "max_stored_bytes": own.stored_bytes,
            "max_assets": own.assets,
            "max_media_ms": own.media_ms,
            "max_credits_m": own.credits_m,
        },
    )


def spend(tx: Transaction, account_id: AccountId, credits_m: int) -> None:
    """Count credits as spent; negative ones are given back."""
    tx.run(_SPEND, {"account": account_id, "amount": credits_m})


# Bodies on their way


def receive(tx: Transaction, upload_id: UploadId, more_bytes: int) -> None:
    """Reserve bytes for a body of an upload whose size was not declared; negative ones are given back."""
    tx.run(_RECEIVE, {"upload": upload_id, "more": more_bytes})


def forget_receiving(tx: Transaction) -> None:
    """Give back what was reserved for bodies on their way: to be done at a start, when there are none."""
    tx.run(_FORGET_RECEIVING, {})


# Counting anew


def _sum(what: ColumnElement[int], owner: ColumnElement[str]) -> ScalarSelect[int]:
    return select(func.coalesce(func.sum(what), 0)).where(owner == usage.c.account_id).scalar_subquery()


_kept = assets.c.blob_key.is_not(None)
_holds = case((or_(assets.c.state == "waiting", assets.c.state == "verifying", _kept), 1), else_=0)
_kept_bytes = case((_kept, func.coalesce(assets.c.size_bytes, 0)), else_=0)
_kept_ms = case((_kept, cast(func.coalesce(assets.c.duration_s, 0) * 1000 + 0.5, Integer)), else_=0)
_reserves = case(
    (
        uploads.c.state == "open",
        func.coalesce(uploads.c.declared_bytes, uploads.c.staged_bytes + uploads.c.receiving_bytes),
    ),
    else_=0,
)
_COUNTED = {
    usage.c.stored_bytes: _sum(_kept_bytes, assets.c.account_id),
    usage.c.reserved_bytes: _sum(_reserves, uploads.c.account_id),
    usage.c.assets: _sum(_holds, assets.c.account_id),
    usage.c.media_ms: _sum(_kept_ms, assets.c.account_id),
}
_WRONG = or_(*(column != counted for column, counted in _COUNTED.items()))
_DRIFT = sql(
    select(usage.c.account_id, *(part for pair in _COUNTED.items() for part in pair))
    .where(_WRONG)
    .order_by(usage.c.account_id)
)
_RECOUNT = sql(update(usage).where(_WRONG).values({column.name: counted for column, counted in _COUNTED.items()}))


def drift(tx: Transaction) -> Iterator[str]:
    """Where what was counted is not what is there, in words; nothing where all is well. Reads all assets."""
    for account_id, *numbers in tx.rows(_DRIFT, {}):
        for column, counted, there in zip(_COUNTED, numbers[::2], numbers[1::2], strict=True):
            if counted != there:
                yield f"{account_id} has {there:,} {column.name}, but {counted:,} are counted"


def recount(tx: Transaction) -> int:
    """Count everything anew; give for how many accounts that changed something. Reads all assets."""
    return tx.run(_RECOUNT, {})
