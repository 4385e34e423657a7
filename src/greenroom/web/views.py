"""How assets are shown in answers: one place for both faces."""

from typing import Any

from greenroom.domain.advice import advice
from greenroom.domain.asset import Asset
from greenroom.domain.instants import unix_s
from greenroom.services.delivery import served_type


def receipt(asset: Asset, origin: str) -> dict[str, Any]:
    """What a client learns of an asset: address, state, and what its bytes were found to be."""
    info = asset.info
    return {
        "asset_id": asset.id,
        "id": asset.number,
        "asset_url": origin + asset.path,
        "name": asset.name,
        "description": asset.description,
        "kind": asset.kind.value,
        "status": asset.state.value,
        "verification": asset.verification.value,
        "content_type": served_type(info.format, asset.kind) if info is not None else None,
        "size_bytes": asset.size_bytes,
        "sha256": asset.blob_key,
        "width": info.width if info is not None else None,
        "height": info.height if info is not None else None,
        "duration_s": round(info.duration_s, 3) if info is not None and info.duration_s is not None else None,
        "media": info,
        "findings": asset.findings,
        "notes": asset.notes,
        "advice": advice(info, asset.size_bytes or 0, asset.kind, asset.portrait or ()) if info is not None else (),
        "folder_id": asset.folder_id or None,
        "tags": asset.tags,
        "metadata": asset.metadata,
        "version": asset.version,
        "created_at": int(asset.created_at.timestamp()),
        "ready_at": unix_s(asset.ready_at),
        "updated_at": unix_s(asset.updated_at),
        "deleted_at": unix_s(asset.deleted_at),
    }
