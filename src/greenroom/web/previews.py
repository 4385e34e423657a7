"""GET and HEAD of previews: pictures, films and sounds of the cast, for lists; no key, the same for everybody."""

import asyncio
import time
from typing import Any

from greenroom.domain.cast import PREVIEWS
from greenroom.services.previews import Previews
from greenroom.web.open_files import OpenFiles, send_blob, send_nothing
from greenroom.web.threads import Threads

_MAX_AGE_S = 86_400
_WAIT_S = 20.0
_LOOK_EVERY_S = 0.1
_RETRY_AFTER = (b"retry-after", b"10")


class PreviewFiles(OpenFiles):
    """Answers `/previews/avatars/<id>.jpg`, `….mp4`, `/previews/voices/<id>.mp3` and `/previews/musics/<id>.mp3`."""

    prefix = PREVIEWS

    def __init__(self, previews: Previews, threads: Threads) -> None:
        self._previews = previews
        self._threads = threads

    async def _show(self, scope: Any, send: Any, name: str) -> None:
        preview = await self._threads.quick(self._previews.named, name)
        if preview is None:
            await send_nothing(send, 404, "There is no preview under this address.")
            return
        # The first request for a file waits a while for it to be made, and holds no thread.
        deadline, reason = time.monotonic() + _WAIT_S, ""
        while (blob := await self._threads.quick(self._previews.shown, preview)) is None:
            reason = self._previews.ask(preview)
            if reason or time.monotonic() > deadline:
                await send_nothing(send, 503, reason or "This preview is being made.", None, _RETRY_AFTER)
                return
            await asyncio.sleep(_LOOK_EVERY_S)
        # Its name stands for the program's version and what it is of.
        etag = f'"{preview.file_name}-{blob.size_bytes}"'
        await send_blob(scope, send, blob, etag, preview.content_type, _MAX_AGE_S)
