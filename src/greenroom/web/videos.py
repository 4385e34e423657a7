"""GET and HEAD of the files beside a video, its cover and captions: no key; gone when its film is."""

from typing import Any

from greenroom.config import Delivery as DeliverySettings
from greenroom.services.production import Production
from greenroom.web.open_files import OpenFiles, send_blob, send_nothing
from greenroom.web.threads import Threads

PREFIX = "/videos/"


class VideoFiles(OpenFiles):
    """Answers `/videos/<video id>/cover.jpg`, `captions.srt` and `captions.vtt`."""

    prefix = PREFIX

    def __init__(self, production: Production, threads: Threads, settings: DeliverySettings) -> None:
        self._production = production
        self._threads = threads
        self._settings = settings

    async def _show(self, scope: Any, send: Any, name: str) -> None:
        shown = await self._threads.quick(self._production.shown, name)
        if shown is None:
            await send_nothing(send, 404, "There is no file of a video under this address.")
        elif shown.blob is None:
            await send_nothing(send, 410, "The film of this video is deleted.", {"video_id": shown.video.id})
        else:
            etag = f'"{shown.blob_key}"'
            await send_blob(scope, send, shown.blob, etag, shown.content_type, self._settings.max_age_s)
