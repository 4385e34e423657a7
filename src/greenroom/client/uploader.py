"""The client: takes a file of this machine to a Greenroom server and comes back with its permanent URL."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from greenroom.client import answers, wire
from greenroom.client.backoff import Backoff
from greenroom.client.connection import Connection
from greenroom.client.errors import KeyRefused, ServerUnavailable
from greenroom.client.preflight import Preflight
from greenroom.client.progress import Listener, Progress, Stage, nobody
from greenroom.client.source import SourceFile, readable

SIGN_PATH = "/v2/upload/asset"
ASSETS_PATH = "/api/v1/assets/"

SIGNINGS_MAX = 3
POLL_FIRST_S = 1.0
POLL_GROWTH = 1.5
POLL_CAP_S = 5.0
JUDGING_MAX_S = 900.0


@dataclass(frozen=True, slots=True)
class Uploaded:
    """A file that is up, verified, and kept under its permanent `asset_url`."""

    asset_id: str
    asset_url: str
    kind: str
    facts: wire.Facts
    number: int | None
    """The integer id that template calls want."""


class Client:
    """A Greenroom server, as someone with an API key sees it. May be shared between threads."""

    def __init__(self, base_url: str, api_key: str, *, backoff: Backoff | None = None) -> None:
        """
        Raises KeyRefused if `api_key` is empty or cannot be one, AnswerNotUnderstood if `base_url` is
        no http or https address. Nothing is sent yet.
        """
        api_key = api_key.strip()
        if not (api_key and api_key.isascii() and api_key.isprintable()):
            raise KeyRefused(0, "This cannot be an API key." if api_key else "There is no API key.")
        self._connection = Connection(base_url, api_key)
        self._backoff = backoff or Backoff()
        self._preflight = Preflight(self._connection)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the open connections."""
        self._connection.close()

    def upload(self, path: str | Path, progress: Listener = nobody, *, folder: str = "") -> Uploaded:
        """
        Send a file and wait for the verdict; its bytes are read from the disk as they go.

        `progress` is called after every piece and at every change of stage, in the calling thread; what
        it raises ends the upload. What may pass (no connection, a busy or broken server, a broken
        transfer) is tried again after a pause, a signed URL that ran out is renewed. A file over 8 MiB is
        sent only if the server, asked by its two ends, does not refuse it. It is put into `folder`, an id or
        a path such as `shop/boots`, of which the server makes what is missing; without one, at the top.

        Raises UploadRefused, KeyRefused, ServerUnavailable, AnswerNotUnderstood or FileUnusable.
        """
        file = SourceFile.at(Path(path))
        return _Upload(self._connection, self._backoff, self._preflight, file, folder, progress).run()


@dataclass(frozen=True, slots=True)
class _Upload:
    """One file on its way."""

    connection: Connection
    backoff: Backoff
    preflight: Preflight
    file: SourceFile
    folder: str
    progress: Listener

    def run(self) -> Uploaded:
        """Sign and send, with a new signed URL where the first ran out; wait for the verdict."""
        self.preflight.check(self.file)
        for signing in range(1, SIGNINGS_MAX + 1):
            signed = self.backoff.keep_trying(self._sign, self._tell_pause)
            try:
                standing = self.backoff.keep_trying(partial(self._send, signed), self._tell_pause)
            except answers.UrlExpired as expired:
                if signing == SIGNINGS_MAX:
                    raise expired.refusal from expired
            else:
                return self._uploaded(signed, standing or self._judged(signed))
        raise AssertionError("the last signing returns or raises")

    def _sign(self) -> wire.Signed:
        self._tell(Stage.SIGNING)
        question = wire.SignRequest(self.file.name, self.file.mime, self.file.size_bytes, readable(self.folder))
        return answers.signed(self.connection.post(SIGN_PATH, wire.encoded(question)))

    def _send(self, signed: wire.Signed) -> wire.Standing | None:
        asked = {name.lower(): value for name, value in signed.upload_headers.items()}
        headers = {"content-type": self.file.mime, **asked, "content-length": str(self.file.size_bytes)}
        self._tell(Stage.SENDING)
        pieces = self.file.pieces(self._tell_sent)
        return answers.received(self.connection.put(signed.sign_url, headers, pieces))

    def _judged(self, signed: wire.Signed) -> wire.Standing:
        waited_s, pause_s = 0.0, POLL_FIRST_S
        while waited_s < JUDGING_MAX_S:
            self._tell(Stage.JUDGING, self.file.size_bytes)
            self.backoff.sleep(pause_s)
            waited_s, pause_s = waited_s + pause_s, min(POLL_CAP_S, pause_s * POLL_GROWTH)
            standing = self.backoff.keep_trying(partial(self._ask, signed), self._tell_pause)
            if standing is not None:
                return standing
        raise ServerUnavailable(f"The server has not judged the file after {waited_s:.0f} s.", 1)

    def _ask(self, signed: wire.Signed) -> wire.Standing | None:
        return answers.judged(self.connection.get(ASSETS_PATH + signed.asset_id))

    def _uploaded(self, signed: wire.Signed, standing: wire.Standing) -> Uploaded:
        self._tell(Stage.READY, self.file.size_bytes)
        return Uploaded(
            asset_id=standing.asset_id or signed.asset_id,
            asset_url=standing.asset_url or signed.asset_url,
            kind=standing.kind,
            facts=msgspec.convert(standing, wire.Facts, from_attributes=True),
            number=signed.id,
        )

    def _tell(self, stage: Stage, sent_bytes: int = 0) -> None:
        self.progress(Progress(stage, sent_bytes, self.file.size_bytes))

    def _tell_sent(self, sent_bytes: int) -> None:
        self._tell(Stage.SENDING if sent_bytes < self.file.size_bytes else Stage.JUDGING, sent_bytes)

    def _tell_pause(self, problem: str, pause_s: float) -> None:
        self.progress(Progress(Stage.PAUSING, 0, self.file.size_bytes, problem, pause_s))
