"""The outbox: events, written in the transaction of the change that they tell of."""

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import bindparam, insert, select

from greenroom.db.schema import events
from greenroom.db.sqlite import Transaction, sql
from greenroom.domain.asset import Asset
from greenroom.domain.ids import AssetId

_ADD_EVENT = sql(
    insert(events).values(
        {name: bindparam(name) for name in ("id", "account_id", "asset_id", "type", "data", "created_at")}
    )
)
_EVENTS_OF_ASSET = sql(
    select(events.c.type, events.c.data).where(events.c.asset_id == bindparam("asset")).order_by(events.c.sequence)
)


def add_event(tx: Transaction, about: Asset, kind: str, data: Mapping[str, Any], now: datetime) -> None:
    """Write an event into the outbox, in the transaction of the change that it tells of."""
    tx.run(
        _ADD_EVENT,
        {
            "id": "evt_" + secrets.token_hex(16),
            "account_id": about.account_id,
            "asset_id": about.id,
            "type": kind,
            "data": msgspec.json.encode(data).decode(),
            "created_at": now.timestamp(),
        },
    )


def events_of(tx: Transaction, asset_id: AssetId) -> list[tuple[str, dict[str, Any]]]:
    """Type and data of each event of an asset, in order."""
    return [(kind, msgspec.json.decode(data)) for kind, data in tx.rows(_EVENTS_OF_ASSET, {"asset": asset_id})]
