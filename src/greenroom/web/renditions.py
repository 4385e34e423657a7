"""GET and HEAD of a rendition's permanent address: no key; gone when its asset is deleted or rejected."""

from typing import Any

from greenroom.config import Delivery as DeliverySettings
from greenroom.services.renditions import Renditions, ShownRendition
from greenroom.web.answers import new_rid, send_empty, send_envelope
from greenroom.web.delivery import NO_STORE, OPEN_TO_PAGES, PREFLIGHT, send_blob
from greenroom.web.problems import NOT_FOUND
from greenroom.web.threads import Threads

PREFIX = "/renditions/"


class RenditionFiles:
    """Answers `/renditions/<rendition id>.<extension>`."""

    prefix = PREFIX

    def __init__(self, renditions: Renditions, threads: Threads, settings: DeliverySettings) -> None:
        self._renditions = renditions
        self._threads = threads
        self._settings = settings

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:  # noqa: ARG002
        """Answer one request."""
        method = scope["method"]
        if method in ("GET", "HEAD"):
            segment = scope["path"][len(PREFIX) :]
            await self._show(scope, send, await self._threads.quick(self._renditions.shown, segment))
        elif method == "OPTIONS":
            await send_empty(send, 204, PREFLIGHT)
        else:
            await send_empty(send, 405, (*OPEN_TO_PAGES, (b"allow", b"GET, HEAD, OPTIONS")))

    async def _show(self, scope: Any, send: Any, shown: ShownRendition | None) -> None:
        headers = (*OPEN_TO_PAGES, NO_STORE)
        if shown is None:
            text = "There is no rendition under this address."
            await send_envelope(send, new_rid(), NOT_FOUND, text, None, status=404, headers=headers)
        elif shown.blob is None:
            text = f"The asset of this rendition is {shown.asset.state.value}."
            data = {"asset_id": shown.asset.id, "status": shown.asset.state.value}
            await send_envelope(send, new_rid(), NOT_FOUND, text, data, status=410, headers=headers)
        else:
            # Its whole content was judged before it was published, so it may be kept as long as any asset.
            etag = f'"{shown.rendition.blob_key}"'
            await send_blob(scope, send, shown.blob, etag, shown.content_type, self._settings.max_age_s)
