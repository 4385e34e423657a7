"""What owners do with their assets, as functions of a transaction, and what becomes of those that are deleted."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import and_, bindparam, exists, func, literal_column, select, text, update

from greenroom.db import audit, blobs, catalogue, folders, outbox, search, usage, uses
from greenroom.db.schema import asset_uses, assets, renditions, uploads
from greenroom.db.sqlite import Transaction, sql
from greenroom.domain import labels
from greenroom.domain.act import Act, by_system
from greenroom.domain.allowance import Limits
from greenroom.domain.asset import Asset, AssetChange, AssetState, UploadState
from greenroom.domain.ids import AssetId, BlobKey
from greenroom.errors import AssetInUse, AssetNotReady, AssetPurged, NotFound

_encode = msgspec.json.encode

_LONGEST_NUMBER = 18
_ASSET = assets.c.id == bindparam("asset")
_TOUCH = {"version": assets.c.version + literal_column("1"), "updated_at": bindparam("now")}
_CHANGE = sql(
    update(assets)
    .where(_ASSET)
    .values(
        name=bindparam("new_name"),
        description=bindparam("new_description"),
        folder_id=bindparam("new_folder"),
        tags=bindparam("new_tags"),
        metadata=bindparam("new_metadata"),
        **_TOUCH,
    )
)
_DELETE = sql(
    update(assets)
    .where(_ASSET)
    .values(state=AssetState.DELETED.value, deleted_from=assets.c.state, deleted_at=bindparam("now"), **_TOUCH)
)
_RESTORE = sql(
    update(assets).where(_ASSET).values(state=bindparam("new_state"), deleted_from=None, deleted_at=None, **_TOUCH)
)
_DELETED_FROM = sql(select(assets.c.deleted_from).where(_ASSET))
_upload_of_asset = uploads.c.asset_id == bindparam("asset")
_UPLOAD = sql(
    # Among the open uploads, which have an index of their own and are never many.
    select(uploads.c.staged, uploads.c.expires_at).where(and_(text("uploads.state = 'open'"), _upload_of_asset))
)
_needed = exists().where(and_(asset_uses.c.asset_id == assets.c.id, asset_uses.c.pending))
_PURGEABLE = sql(
    select(assets.c.id, assets.c.account_id, assets.c.blob_key)
    .where(and_(text("assets.state = 'deleted'"), assets.c.deleted_at <= bindparam("before"), ~_needed))
    .order_by(assets.c.deleted_at)
    .limit(bindparam("most"))
)
_wanted = func.json_each(bindparam("ids")).table_valued("value")
_ids = select(_wanted.c.value)
_END_UPLOADS = sql(
    update(uploads)
    .where(and_(text("uploads.state = 'open'"), uploads.c.asset_id.in_(_ids)))
    .values(state=UploadState.EXPIRED.value, staged=None)
)
_PURGE = sql(
    update(assets)
    .where(assets.c.id.in_(_ids))
    .values(
        state=AssetState.PURGED.value,
        name="",
        description="",
        folder_id="",
        tags="[]",
        metadata="{}",
        blob_key=None,
        size_bytes=None,
        info=None,
        format=None,
        duration_s=None,
        width=None,
        height=None,
        findings=None,
        notes=None,
        portrait=None,
        **_TOUCH,
    )
)
_RENDITION_BLOBS = sql(
    select(renditions.c.blob_key).where(and_(renditions.c.asset_id.in_(_ids), renditions.c.blob_key.is_not(None)))
)
_PURGE_RENDITIONS = sql(
    update(renditions).where(renditions.c.asset_id.in_(_ids)).values(state="failed", blob_key=None, optimized=None)
)


def seen(tx: Transaction, act: Act, named: str) -> Asset:
    """
    The asset that a request names by its id, or by its number in the account.

    Raises NotFound if it is not there, not in the account, or outside of what the key may see.
    """
    if named.isascii() and named.isdecimal() and len(named) <= _LONGEST_NUMBER:
        found = catalogue.asset_by_number(tx, act.account_id, int(named))
    else:
        found = catalogue.asset_of(tx, act.account_id, AssetId(named))
    if found is None or not folders.is_within(tx, act, found.folder_id):
        raise NotFound(f"There is no asset {named[:60]!r} in this account.")
    return found


def change(tx: Transaction, act: Act, asset: Asset, wanted: AssetChange, now: datetime) -> Asset:
    """
    Call an asset otherwise, or put it elsewhere.

    Raises NotFound without that folder, AssetNotReady if it is deleted, ParameterError if there would be more metadata
    than is allowed.
    """
    if asset.state in (AssetState.DELETED, AssetState.PURGED):
        raise AssetNotReady(asset.state.value)
    new = {
        "name": asset.name if wanted.name is None else wanted.name,
        "description": asset.description if wanted.description is None else wanted.description,
        "folder": asset.folder_id if wanted.folder is None else folders.find(tx, act, wanted.folder),
        "tags": _encode(asset.tags if wanted.tags is None else wanted.tags).decode(),
        "metadata": _encode(_merged(asset.metadata, wanted.metadata or {})).decode(),
    }
    values = {f"new_{name}": value for name, value in new.items()}
    tx.run(_CHANGE, {"asset": asset.id, "now": now.timestamp(), **values})
    search.relabelled(tx, asset.id)
    fields = [name for name in wanted.__struct_fields__ if getattr(wanted, name) is not None]
    audit.note(tx, act, "asset.changed", asset.id, now, {"fields": fields})
    return _current(tx, asset)


def delete(tx: Transaction, act: Act, asset: Asset, force: bool, now: datetime) -> Asset:
    """
    Delete an asset until it is restored or purged; nothing if it is deleted.

    Raises AssetInUse while something that is to be made from it is pending, unless forced.
    """
    if asset.state in (AssetState.DELETED, AssetState.PURGED):
        return asset
    users = [(use.user_type, use.user_id) for use in uses.of_asset(tx, asset.id) if use.pending]
    if users and not force:
        raise AssetInUse(users)
    tx.run(_DELETE, {"asset": asset.id, "now": now.timestamp()})
    if asset.state is AssetState.WAITING:
        search.relabelled(tx, asset.id)
    outbox.add_event(tx, asset, "asset.deleted", {}, now)
    audit.note(tx, act, "asset.deleted", asset.id, now, {"was": asset.state.value, "forced_from": users})
    return _current(tx, asset)


def restore(tx: Transaction, act: Act, asset: Asset, usual: Limits, now: datetime) -> Asset:
    """
    Make a deleted asset what it was before; nothing if it is not deleted.

    One that had no bytes yet becomes what became of its upload meanwhile. Raises AssetPurged if it is too late,
    QuotaExceeded if it did not count while it was deleted and there is no room for it any more.
    """
    if asset.state is AssetState.PURGED:
        raise AssetPurged()
    if asset.state is not AssetState.DELETED:
        return asset
    state = _state_before(tx, asset, now)
    if state in (AssetState.WAITING, AssetState.VERIFYING):
        usage.require_room_for_asset(tx, asset.account_id, usual)
    tx.run(_RESTORE, {"asset": asset.id, "new_state": state.value, "now": now.timestamp()})
    outbox.add_event(tx, asset, "asset.restored", {"status": state.value}, now)
    audit.note(tx, act, "asset.restored", asset.id, now, {"is": state.value})
    return _current(tx, asset)


def purge(tx: Transaction, deleted_before: datetime, now: datetime, most: int) -> list[AssetId]:
    """
    Forget up to `most` assets that were deleted at that instant or before; give their ids.

    Nothing is left but that they were there: their addresses say so for good. Bytes that nothing needs any more are
    condemned. Those that something pending needs are spared.
    """
    found = tx.rows(_PURGEABLE, {"before": deleted_before.timestamp(), "most": most})
    if not found:
        return []
    ids = _encode([id_ for id_, _, _ in found]).decode()
    keys = {key for _, _, key in found if key is not None}
    keys |= {key for (key,) in tx.rows(_RENDITION_BLOBS, {"ids": ids})}
    tx.run(_PURGE, {"ids": ids, "now": now.timestamp()})
    tx.run(_PURGE_RENDITIONS, {"ids": ids})
    tx.run(_END_UPLOADS, {"ids": ids})
    blobs.condemn(tx, [BlobKey(key) for key in keys], now)
    for id_, account_id, _ in found:
        search.relabelled(tx, id_)
        audit.note(tx, by_system(account_id), "asset.purged", id_, now)
    return [AssetId(id_) for id_, _, _ in found]


def _merged(metadata: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    merged = {key: value for key, value in {**metadata, **changes}.items() if value is not None or key not in changes}
    return labels.metadata(merged) if changes else merged


def _state_before(tx: Transaction, asset: Asset, now: datetime) -> AssetState:
    found = tx.row(_DELETED_FROM, {"asset": asset.id})
    assert found is not None, f"asset {asset.id} is gone"
    if asset.blob_key is not None:
        return AssetState(found[0])
    upload = tx.row(_UPLOAD, {"asset": asset.id})
    if upload is None:
        return AssetState.EXPIRED
    staged, expires_at = upload
    if staged is not None:
        return AssetState.VERIFYING
    return AssetState.WAITING if catalogue.instant(expires_at) > now else AssetState.EXPIRED


def _current(tx: Transaction, asset: Asset) -> Asset:
    current = catalogue.asset(tx, asset.id)
    assert current is not None, f"asset {asset.id} is gone"
    return current
