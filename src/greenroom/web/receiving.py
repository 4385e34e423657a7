"""Receiving: the bytes of one upload from the connection to a temporary file, and their judgement."""

import asyncio
import threading
from collections.abc import AsyncIterator
from dataclasses import replace
from time import monotonic
from typing import Any

import structlog

from greenroom.domain.act import Act
from greenroom.domain.asset import Asset, AssetState
from greenroom.domain.ids import UploadId
from greenroom.errors import TooBusy, UploadRefused
from greenroom.services.ingest import Attempt, Ingest
from greenroom.services.upload_refusals import cut_short
from greenroom.storage.incoming import Incoming
from greenroom.web.cycle import LEND, Cycle
from greenroom.web.threads import Threads

log = structlog.get_logger()

_HEAD_BYTES = 4096
_PIECE_BYTES = 1024 * 1024
# How long a thread waits, in all, for a megabyte from a socket before it gives that back to the loop.
_PATIENCE_MS = 20


class BodyCut(Exception):
    """The connection ended, or its peer's half of it, before the end of the body."""


async def body_of(receive: Any) -> AsyncIterator[bytearray]:
    """The pieces of a request's body. Raises BodyCut if it ends early."""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise BodyCut
        if message.get("body"):
            yield message["body"]
        if not message.get("more_body"):
            return


class Receiver:
    """Takes bodies for uploads, one `Reception` each."""

    def __init__(self, ingest: Ingest, threads: Threads, judgement_wait_s: float, max_pending: int) -> None:
        self.ingest = ingest
        self.threads = threads
        self.judgement_wait_s = judgement_wait_s
        self._max_pending = max_pending
        self._pending = 0

    async def begin(self, upload_id: UploadId, length: int | None, by: Act) -> "Reception":
        """Begin an upload. Raises TooBusy when there are as many as this server takes, and what `Ingest.begin` does."""
        if self._pending >= self._max_pending:
            raise TooBusy(f"{self._max_pending} uploads are under way already.", retry_after_s=5)
        self._pending += 1
        try:
            attempt = await self.threads.quick(self.ingest.begin, upload_id, length, by)
        except BaseException:
            self.ended()
            raise
        return Reception(self, attempt, length)

    def ended(self) -> None:
        """Make room for another upload."""
        self._pending -= 1


class Reception:
    """
    One body on its way in. `feed` and `fill_from` take bytes, `finish` has them judged, `end` must always come.

    Bytes are gathered to about 1 MB before a thread writes them, so memory stays flat and threads stay few.
    """

    def __init__(self, receiver: Receiver, attempt: Attempt, length: int | None) -> None:
        self.attempt = attempt
        self._progress = attempt.progress
        self._receiver = receiver
        self._ingest = receiver.ingest
        self._threads = receiver.threads
        self._length = length
        self._pieces: list[bytearray | bytes] = []
        self._gathered = 0
        self._head_seen = False
        self._unlent_bytes = 0
        self._incoming: Incoming | None = None
        self._judging: asyncio.Future[Asset] | None = None
        self._writing_rest = threading.Lock()
        self._ended = False

    async def feed(self, piece: bytearray | bytes) -> None:
        """Take a piece. Raises SizeRefused, LengthRefused or TypeRefused as soon as it is known."""
        self._progress.came(len(piece), monotonic())
        self._unlent_bytes -= len(piece)
        self._ingest.require_within_limit(self.attempt, self._progress.received_bytes)
        self._pieces.append(piece)
        self._gathered += len(piece)
        if not self._head_seen and self._gathered >= _HEAD_BYTES:
            self._check_head()
        if self._gathered >= _PIECE_BYTES:
            await self._write()

    async def fill_from(self, receive: Any, lender: Cycle | None) -> None:
        """Take a whole body, by the fast road where the connection offers it. Raises as `feed`, and BodyCut."""
        async for piece in body_of(receive):
            await self.feed(piece)
            if lender is not None and self._head_seen and self._unlent_bytes <= 0:
                await self._borrow(lender)

    async def finish(self) -> Asset:
        """Have the whole body judged and published; still `verifying` if that takes longer than clients should wait."""
        if not self._head_seen:
            self._check_head()
        self._judging = asyncio.ensure_future(self._threads.judge(self._complete, monotonic()))
        done, _ = await asyncio.wait((self._judging,), timeout=self._receiver.judgement_wait_s)
        if done:
            return self._judging.result()
        # Not among the judges: they may all be busy, and this one's turn may not even have come.
        if not await self._threads.bytes(self._stage):
            return await self._judging
        return replace(self.attempt.asset, state=AssetState.VERIFYING)

    async def end(self, refusal: UploadRefused | None) -> None:
        """Leave nothing behind; while judgement goes on, that is left to its end."""
        self._receiver.ended()
        if self._judging is not None and not self._judging.done():
            self._judging.add_done_callback(self._end_later)
        elif not self._ended:
            await self._threads.bytes(self._end, refusal)

    def cut(self) -> UploadRefused:
        """The refusal of a body that ended early."""
        return cut_short(self._progress.received_bytes, self._length)

    def _check_head(self) -> None:
        head = b"".join(self._pieces)[:_HEAD_BYTES]
        self._ingest.check_head(self.attempt, head)
        self._head_seen = True

    async def _write(self) -> None:
        pieces, self._pieces, self._gathered = self._pieces, [], 0
        await self._threads.bytes(self._write_pieces, pieces)

    def _write_pieces(self, pieces: list[bytearray | bytes]) -> None:
        if self._incoming is None:
            self._incoming = self._ingest.store.receive()
        if pieces:
            self._ingest.hold(self.attempt, self._progress.received_bytes)
            self._incoming.write(pieces)

    async def _borrow(self, lender: Cycle) -> None:
        lent = lender.lend()
        if lent is None:
            return
        received = 0
        try:
            await self._write()
            assert self._incoming is not None
            received = await self._threads.bytes(self._incoming.receive, lent.fd, lent.left, _PATIENCE_MS)
        except ConnectionResetError:
            raise BodyCut from None
        finally:
            lender.take_back(lent, received)
        # Threads are few: of a sender who was too slow for one, the loop takes the next megabyte.
        self._unlent_bytes = _PIECE_BYTES
        self._progress.flowed(received, monotonic())

    def _write_rest(self) -> None:
        # Judgement writes what is left when it begins; if it does not begin in time, staging does.
        with self._writing_rest:
            pieces, self._pieces = self._pieces, []
            self._write_pieces(pieces)

    def _stage(self) -> bool:
        self._write_rest()
        assert self._incoming is not None
        return self._ingest.stage(self.attempt, self._incoming)

    def _complete(self, asked: float) -> Asset:
        self._progress.took("wait", monotonic() - asked)
        self._write_rest()
        assert self._incoming is not None
        asset = self._ingest.complete(self.attempt, self._incoming)
        # Ended here and now: another thread only for that would cost more than it does.
        self._ingest.end(self.attempt)
        self._ended = True
        return asset

    def _end(self, refusal: UploadRefused | None) -> None:
        if self._incoming is not None:
            self._incoming.discard()
        self._ingest.end(self.attempt, refusal)

    def _end_later(self, judging: "asyncio.Future[Asset]") -> None:
        if self._ended:
            return
        problem = None if judging.cancelled() else judging.exception()
        refusal = problem if isinstance(problem, UploadRefused) else None
        if problem is not None and refusal is None:
            log.error("a judgement that nobody waits for failed", asset=self.attempt.asset.id, exc_info=problem)
        # Nobody waits for this any more: what the pool does with it is enough.
        self._threads.bytes(self._end, refusal)


def lender_of(scope: Any) -> Cycle | None:
    """What lends the socket of this request, None if the server does not."""
    lender = scope.get("extensions", {}).get(LEND)
    return lender if isinstance(lender, Cycle) else None
