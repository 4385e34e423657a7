"""Which assets are used by what, as functions of a transaction: a video that is being made needs its assets."""

from datetime import datetime

from msgspec import Struct
from sqlalchemy import and_, bindparam, insert, select, update

from greenroom.db.catalogue import instant
from greenroom.db.schema import asset_uses
from greenroom.db.sqlite import Row, Transaction, sql
from greenroom.domain.asset import Asset
from greenroom.domain.ids import AssetId

_COLUMNS = (asset_uses.c.user_type, asset_uses.c.user_id, asset_uses.c.pending, asset_uses.c.created_at)
_ADD = sql(
    insert(asset_uses)
    .values({name: bindparam(name) for name in ("asset_id", "account_id", *(column.name for column in _COLUMNS))})
    .prefix_with("OR REPLACE")
)
_SETTLE = sql(
    update(asset_uses)
    .where(and_(asset_uses.c.user_type == bindparam("type"), asset_uses.c.user_id == bindparam("id")))
    .values(pending=False)
)
_OF_ASSET = sql(
    select(*_COLUMNS)
    .where(asset_uses.c.asset_id == bindparam("asset"))
    .order_by(asset_uses.c.created_at, asset_uses.c.user_id)
)


class Use(Struct, frozen=True):
    """Something that was made from an asset, or is pending: then it needs the asset still."""

    user_type: str
    user_id: str
    pending: bool
    created_at: datetime


def add(tx: Transaction, asset: Asset, user_type: str, user_id: str, now: datetime) -> None:
    """Say that something, of a type such as `video`, is going to be made from an asset, perhaps once more."""
    tx.run(
        _ADD,
        {
            "asset_id": asset.id,
            "account_id": asset.account_id,
            "user_type": user_type,
            "user_id": user_id,
            "pending": True,
            "created_at": now.timestamp(),
        },
    )


def settle(tx: Transaction, user_type: str, user_id: str) -> None:
    """Say that something is made, or never will be: it needs its assets no more."""
    tx.run(_SETTLE, {"type": user_type, "id": user_id})


def of_asset(tx: Transaction, asset_id: AssetId) -> list[Use]:
    """All uses of an asset, oldest first."""
    return [_use(row) for row in tx.rows(_OF_ASSET, {"asset": asset_id})]


def _use(row: Row) -> Use:
    user_type, user_id, pending, created = row
    return Use(user_type, user_id, bool(pending), instant(created))
