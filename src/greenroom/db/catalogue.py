"""The record of assets: every question about them, as functions of a transaction."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
from sqlalchemy import and_, bindparam, func, select

from greenroom.db.schema import assets
from greenroom.db.sqlite import Row, Transaction, sql
from greenroom.domain.asset import Asset, AssetState, Verification
from greenroom.domain.ids import AccountId, AssetId
from greenroom.domain.media import Finding, Kind, MediaInfo

_decode_info = msgspec.json.Decoder(MediaInfo).decode
_decode_findings = msgspec.json.Decoder(tuple[Finding, ...]).decode
_decode_tags = msgspec.json.Decoder(tuple[str, ...]).decode
_decode_metadata = msgspec.json.Decoder(dict[str, Any]).decode

COLUMNS = (
    assets.c.id,
    assets.c.account_id,
    assets.c.number,
    assets.c.kind,
    assets.c.state,
    assets.c.verification,
    assets.c.name,
    assets.c.extension,
    assets.c.created_at,
    assets.c.blob_key,
    assets.c.size_bytes,
    assets.c.info,
    assets.c.findings,
    assets.c.notes,
    assets.c.description,
    assets.c.ready_at,
    assets.c.policy,
    assets.c.folder_id,
    assets.c.tags,
    assets.c.metadata,
    assets.c.version,
    assets.c.updated_at,
    assets.c.deleted_at,
    assets.c.portrait,
)
_ASSET = sql(select(*COLUMNS).where(assets.c.id == bindparam("id")))
_ASSET_OF_ACCOUNT = sql(
    select(*COLUMNS).where(and_(assets.c.id == bindparam("id"), assets.c.account_id == bindparam("account")))
)
_ASSET_BY_NUMBER = sql(
    select(*COLUMNS).where(and_(assets.c.account_id == bindparam("account"), assets.c.number == bindparam("wanted")))
)
_wanted = func.json_each(bindparam("ids")).table_valued("value")
_ASSETS = sql(select(*COLUMNS).where(assets.c.id.in_(select(_wanted.c.value))))
FACTS = {
    "info": bindparam("facts"),
    **{
        name: func.json_extract(bindparam("facts"), f"$.{name}") for name in ("format", "duration_s", "width", "height")
    },
}
"""What an update sets when it writes an asset's facts: the MediaInfo as JSON, and the copies that can be asked for."""


def asset(tx: Transaction, asset_id: AssetId) -> Asset | None:
    """The asset with that id, of whichever account."""
    found = tx.row(_ASSET, {"id": asset_id})
    return read(found) if found else None


def asset_of(tx: Transaction, account_id: AccountId, asset_id: AssetId) -> Asset | None:
    """The asset with that id if it belongs to the account."""
    found = tx.row(_ASSET_OF_ACCOUNT, {"id": asset_id, "account": account_id})
    return read(found) if found else None


def asset_by_number(tx: Transaction, account_id: AccountId, number: int) -> Asset | None:
    """The asset with that integer id in the account."""
    found = tx.row(_ASSET_BY_NUMBER, {"account": account_id, "wanted": number})
    return read(found) if found else None


def assets_in_order(tx: Transaction, asset_ids: Sequence[AssetId]) -> list[Asset]:
    """The assets with these ids, in their order."""
    found = {row[0]: read(row) for row in tx.rows(_ASSETS, {"ids": msgspec.json.encode(asset_ids).decode()})}
    return [found[asset_id] for asset_id in asset_ids]


def read(row: Row) -> Asset:
    """The asset in a row of COLUMNS."""
    (id_, account, number, kind, state, verification, name, extension, created, blob, size, info, findings, notes,
     description, ready, policy, folder, tags, metadata, version, updated, deleted, portrait) = row  # fmt: skip
    return Asset(
        id=id_,
        account_id=account,
        number=number,
        kind=Kind(kind),
        state=AssetState(state),
        verification=Verification(verification),
        name=name,
        extension=extension,
        created_at=instant(created),
        blob_key=blob,
        size_bytes=size,
        info=_decode_info(info) if info else None,
        findings=_decode_findings(findings) if findings else (),
        notes=_decode_findings(notes) if notes else (),
        description=description,
        ready_at=instant(ready) if ready is not None else None,
        policy=policy or "",
        folder_id=folder,
        tags=_decode_tags(tags),
        metadata=_decode_metadata(metadata),
        version=version,
        updated_at=instant(updated) if updated is not None else None,
        deleted_at=instant(deleted) if deleted is not None else None,
        portrait=_decode_findings(portrait) if portrait is not None else None,
    )


def instant(seconds: float) -> datetime:
    """The instant that a column holds as Unix seconds."""
    return datetime.fromtimestamp(seconds, tz=UTC)
