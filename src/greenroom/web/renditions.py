"""GET and HEAD of a rendition's permanent address: no key; gone when its asset is deleted or rejected."""

from typing import Any

from greenroom.config import Delivery as DeliverySettings
from greenroom.services.renditions import Renditions
from greenroom.web.open_files import OpenFiles, send_blob, send_nothing
from greenroom.web.threads import Threads

PREFIX = "/renditions/"


class RenditionFiles(OpenFiles):
    """Answers `/renditions/<rendition id>.<extension>`."""

    prefix = PREFIX

    def __init__(self, renditions: Renditions, threads: Threads, settings: DeliverySettings) -> None:
        self._renditions = renditions
        self._threads = threads
        self._settings = settings

    async def _show(self, scope: Any, send: Any, name: str) -> None:
        shown = await self._threads.quick(self._renditions.shown, name)
        if shown is None:
            await send_nothing(send, 404, "There is no rendition under this address.")
        elif shown.blob is None:
            state = shown.asset.state.value
            data = {"asset_id": shown.asset.id, "status": state}
            await send_nothing(send, 410, f"The asset of this rendition is {state}.", data)
        else:
            # Its whole content was judged before it was published, so it may be kept as long as any asset.
            etag = f'"{shown.rendition.blob_key}"'
            await send_blob(scope, send, shown.blob, etag, shown.content_type, self._settings.max_age_s)
