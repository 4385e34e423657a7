"""GET and HEAD of previews: pictures, films and sounds of the cast, for lists; no key, the same for everybody."""

import asyncio
import time
from typing import Any

from greenroom.domain.cast import PREVIEWS, Preview
from greenroom.services.previews import Previews
from greenroom.web.answers import new_rid, send_empty, send_envelope
from greenroom.web.delivery import NO_STORE, OPEN_TO_PAGES, PREFLIGHT, send_blob
from greenroom.web.problems import NOT_FOUND
from greenroom.web.threads import Threads

_MAX_AGE_S = 86_400
_WAIT_S = 20.0
_LOOK_EVERY_S = 0.1
_RETRY_AFTER = (b"retry-after", b"10")


class PreviewFiles:
    """Answers `/previews/avatars/<id>.jpg`, `….mp4`, `/previews/voices/<id>.mp3` and `/previews/musics/<id>.mp3`."""

    prefix = PREVIEWS

    def __init__(self, previews: Previews, threads: Threads) -> None:
        self._previews = previews
        self._threads = threads

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:  # noqa: ARG002
        """Answer one request; the first one for a file waits a while for it to be made, holding no thread."""
        method = scope["method"]
        if method in ("GET", "HEAD"):
            found = await self._threads.quick(self._previews.named, scope["path"][len(PREVIEWS) :])
            if found is None:
                text = "There is no preview under this address."
                headers = (*OPEN_TO_PAGES, NO_STORE)
                await send_envelope(send, new_rid(), NOT_FOUND, text, None, status=404, headers=headers)
            else:
                await self._show(scope, send, found)
        elif method == "OPTIONS":
            await send_empty(send, 204, PREFLIGHT)
        else:
            await send_empty(send, 405, (*OPEN_TO_PAGES, (b"allow", b"GET, HEAD, OPTIONS")))

    async def _show(self, scope: Any, send: Any, preview: Preview) -> None:
        deadline, reason = time.monotonic() + _WAIT_S, ""
        while (blob := await self._threads.quick(self._previews.shown, preview)) is None:
            reason = self._previews.ask(preview)
            if reason or time.monotonic() > deadline:
                text = reason or "This preview is being made."
                headers = (*OPEN_TO_PAGES, NO_STORE, _RETRY_AFTER)
                await send_envelope(send, new_rid(), NOT_FOUND, text, None, status=503, headers=headers)
                return
            await asyncio.sleep(_LOOK_EVERY_S)
        # Its name stands for the program's version and what it is of.
        etag = f'"{preview.file_name}-{blob.size_bytes}"'
        await send_blob(scope, send, blob, etag, preview.content_type, _MAX_AGE_S)
