"""Asking a server whether it would have a large file, before megabytes are sent for nothing."""

from dataclasses import dataclass

import msgspec

from greenroom.client import wire
from greenroom.client.backoff import TryAgain
from greenroom.client.connection import Connection
from greenroom.client.errors import AnswerNotUnderstood, UploadRefused
from greenroom.client.source import SourceFile

PATH = "/api/v1/preflight"
LARGE_BYTES = 8 * 1024 * 1024
END_BYTES = 256 * 1024
TIMEOUT_S = 10.0


@dataclass(slots=True)
class Preflight:
    """Asks until a server turns out not to know the question; older ones and other services do not."""

    connection: Connection
    is_known: bool = True

    def check(self, file: SourceFile) -> None:
        """
        Raise UploadRefused if the file is large and the server would refuse it.

        Anything else that happens is left to the upload, which tells it better. Raises FileUnusable, too.
        """
        if file.size_bytes <= LARGE_BYTES or not self.is_known:
            return
        foreseen = self._asked(file)
        if foreseen is None or foreseen.acceptable or not foreseen.refusals:
            return
        reason, would = foreseen.refusals[0], foreseen.would_answer
        raise UploadRefused(would.code if would else 0, would.msg if would else reason.message, reason)

    def _asked(self, file: SourceFile) -> wire.Foreseen | None:
        head, tail = file.ends(END_BYTES)
        texts = {"filename": file.name, "content_type": file.mime, "file_size": str(file.size_bytes)}
        try:
            answer = self.connection.post_form(PATH, texts, {"head": head, "tail": tail}, TIMEOUT_S)
        except (TryAgain, AnswerNotUnderstood):
            return None
        if answer.status in (404, 405):
            self.is_known = False
        if answer.status != 200:
            return None
        try:
            return msgspec.json.decode(answer.body, type=wire.Foreseen)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return None
