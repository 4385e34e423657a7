"""What productions leave in the catalogue: assets that are born ready."""

from collections.abc import Mapping
from datetime import datetime

import msgspec
from msgspec import Struct
from sqlalchemy import bindparam, insert, select

from greenroom.db import audit, blobs, catalogue, outbox, search
from greenroom.db.schema import assets, folders
from greenroom.db.sqlite import Transaction, sql
from greenroom.db.uploads import Judged, Numbers
from greenroom.domain.act import by_system
from greenroom.domain.asset import Asset, AssetState
from greenroom.domain.folder import TOP
from greenroom.domain.ids import AccountId, AssetId, FolderId
from greenroom.domain.policy import POLICY_VERSION

_encode = msgspec.json.encode

_PLAIN = (
    "id", "account_id", "number", "kind", "state", "verification", "name", "extension", "created_at", "ready_at",
    "blob_key", "size_bytes", "notes", "policy", "folder_id"
)  # fmt: skip
# Nobody needs advice on what we have made.
_OURS = {"portrait": "[]"}
_ADD = sql(insert(assets).values({name: bindparam(name) for name in _PLAIN} | catalogue.FACTS | _OURS))
_FOLDER = sql(select(folders.c.id).where(folders.c.id == bindparam("folder")))


class Born(Struct, frozen=True):
    """An asset that is made here and not uploaded."""

    id: AssetId
    account_id: AccountId
    name: str
    extension: str
    folder_id: FolderId
    judged: Judged


def add_asset(tx: Transaction, numbers: Numbers, born: Born, now: datetime) -> Asset:
    """
    Write an asset that is ready, with the row of its blob; give it as it stands then.

    Where its folder was deleted meanwhile it is at the top.
    """
    judged = born.judged
    blobs.keep(tx, judged.blob_key, judged.size_bytes, judged.examination, now)
    values = {
        "id": born.id,
        "account_id": born.account_id,
        "number": numbers.next(tx, born.account_id),
        "kind": judged.info.kind.value,
        "state": AssetState.READY.value,
        "verification": judged.verification.value,
        "name": born.name,
        "extension": born.extension,
        "created_at": now.timestamp(),
        "ready_at": now.timestamp(),
        "blob_key": judged.blob_key,
        "size_bytes": judged.size_bytes,
        "notes": _encode(judged.examination.notes).decode(),
        "policy": POLICY_VERSION,
        "folder_id": born.folder_id if tx.row(_FOLDER, {"folder": born.folder_id}) else TOP,
        "facts": _encode(judged.info).decode(),
    }
    tx.run(_ADD, values)
    search.relabelled(tx, born.id)
    asset = catalogue.asset(tx, born.id)
    assert asset is not None, f"asset {born.id} is gone"
    _tell(tx, asset, {"sha256": judged.blob_key, "size_bytes": judged.size_bytes}, now)
    return asset


def _tell(tx: Transaction, asset: Asset, facts: Mapping[str, object], now: datetime) -> None:
    outbox.add_event(tx, asset, "asset.ready", facts, now)
    audit.note(tx, by_system(asset.account_id), "asset.produced", asset.id, now, facts)
