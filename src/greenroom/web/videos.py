"""GET and HEAD of the files beside a video, its cover and captions: no key; gone when its film is."""

from typing import Any

from greenroom.config import Delivery as DeliverySettings
from greenroom.services.production import Production, ShownFile
from greenroom.web.answers import new_rid, send_empty, send_envelope
from greenroom.web.delivery import NO_STORE, OPEN_TO_PAGES, PREFLIGHT, send_blob
from greenroom.web.problems import NOT_FOUND
from greenroom.web.threads import Threads

PREFIX = "/videos/"


class VideoFiles:
    """Answers `/videos/<video id>/cover.jpg`, `captions.srt` and `captions.vtt`."""

    prefix = PREFIX

    def __init__(self, production: Production, threads: Threads, settings: DeliverySettings) -> None:
        self._production = production
        self._threads = threads
        self._settings = settings

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:  # noqa: ARG002
        """Answer one request."""
        method = scope["method"]
        if method in ("GET", "HEAD"):
            path = scope["path"][len(PREFIX) :]
            await self._show(scope, send, await self._threads.quick(self._production.shown, path))
        elif method == "OPTIONS":
            await send_empty(send, 204, PREFLIGHT)
        else:
            await send_empty(send, 405, (*OPEN_TO_PAGES, (b"allow", b"GET, HEAD, OPTIONS")))

    async def _show(self, scope: Any, send: Any, shown: ShownFile | None) -> None:
        headers = (*OPEN_TO_PAGES, NO_STORE)
        if shown is None:
            text = "There is no file of a video under this address."
            await send_envelope(send, new_rid(), NOT_FOUND, text, None, status=404, headers=headers)
        elif shown.blob is None:
            text = "The film of this video is deleted."
            data = {"video_id": shown.video.id}
            await send_envelope(send, new_rid(), NOT_FOUND, text, data, status=410, headers=headers)
        else:
            etag = f'"{shown.blob_key}"'
            await send_blob(scope, send, shown.blob, etag, shown.content_type, self._settings.max_age_s)
