"""
GET and HEAD of an asset's permanent address: no key; it always tells the truth about the asset's state.

| state | answer |
|---|---|
| waiting, verifying | 404, `no-store`, `Retry-After`, state and findings |
| ready | 200, 206, 304 or 416; cached for a setting, shorter until the verification is deep |
| rejected, deleted, purged | 410, `no-store`, state and findings |
| expired | 404, `no-store` |
"""

from typing import Any

import msgspec

from greenroom.config import Delivery as DeliverySettings
from greenroom.domain.asset import AssetState, Verification
from greenroom.services.delivery import Delivery, Shown
from greenroom.web.open_files import OpenFiles, send_blob, send_nothing
from greenroom.web.threads import Threads

PREFIX = "/assets/"

_RETRY_AFTER = (b"retry-after", b"5")
_WITHOUT_BYTES = {
    AssetState.WAITING: (404, "This asset waits for its file."),
    AssetState.VERIFYING: (404, "This asset's file is being verified."),
    AssetState.REJECTED: (410, "This asset was rejected after a closer look."),
    AssetState.EXPIRED: (404, "This asset's upload URL expired before a file came."),
    AssetState.DELETED: (410, "This asset was deleted."),
    AssetState.PURGED: (410, "This asset was deleted."),
}


class Assets(OpenFiles):
    """Answers `/assets/<asset id>.<extension>`."""

    prefix = PREFIX

    def __init__(self, delivery: Delivery, threads: Threads, settings: DeliverySettings) -> None:
        self._delivery = delivery
        self._threads = threads
        self._settings = settings

    async def _show(self, scope: Any, send: Any, name: str) -> None:
        shown = self._delivery.remembered(name) or await self._threads.quick(self._delivery.find, name)
        if shown is None:
            await send_nothing(send, 404, "There is no asset under this address.")
        elif shown.blob is None:
            await _tell_state(send, shown)
        else:
            await self._send_bytes(scope, send, shown)

    async def _send_bytes(self, scope: Any, send: Any, shown: Shown) -> None:
        assert shown.blob is not None
        deep = shown.asset.verification is Verification.DEEP
        max_age_s = self._settings.max_age_s if deep else self._settings.structural_max_age_s
        await send_blob(scope, send, shown.blob, f'"{shown.asset.blob_key}"', shown.content_type, max_age_s)


async def _tell_state(send: Any, shown: Shown) -> None:
    asset = shown.asset
    status, text = _WITHOUT_BYTES[asset.state]
    later = (_RETRY_AFTER,) if asset.state in (AssetState.WAITING, AssetState.VERIFYING) else ()
    findings = msgspec.to_builtins(asset.findings)
    data = {"asset_id": asset.id, "status": asset.state.value, "findings": findings}
    await send_nothing(send, status, text, data, *later)
