"""
Ingest: from the first byte of a signed upload to a ready asset.

The durable order of an upload: temporary file, fsync file (while it is examined), link to its place, fsync
directory, commit the row, answer. A crash at any point leaves a ready asset or a temporary file that the next
start removes; never a row without bytes.
"""

import contextlib
import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic

import structlog
from msgspec import structs

from greenroom.db import uploads, usage
from greenroom.db.sqlite import Database, Transaction
from greenroom.db.uploads import Judged, StagedBytes
from greenroom.domain.act import Act, by_grant, by_system
from greenroom.domain.allowance import UNLIMITED, Limits, Measure
from greenroom.domain.asset import Asset, AssetState, Upload, UploadState
from greenroom.domain.findings import finding
from greenroom.domain.folder import FolderLimits
from greenroom.domain.formats import same_family
from greenroom.domain.ids import AssetId, BlobKey, UploadId
from greenroom.domain.media import Examination, Finding, Format
from greenroom.domain.policy import Policy, too_large, wrong_bytes
from greenroom.domain.timeline import Progress
from greenroom.errors import (
    ContentRefused,
    GrantInvalid,
    OtherBytesRefused,
    QuotaExceeded,
    TooBusy,
    Unavailable,
    UploadOver,
    UploadRefused,
)
from greenroom.media.sniff import sniff
from greenroom.services.signing import UploadRequest
from greenroom.services.upload_refusals import (
    cancelled,
    other_bytes,
    other_hash,
    other_length,
    require_equal,
    require_length,
    require_open,
)
from greenroom.storage.incoming import Incoming, Staged
from greenroom.storage.store import BlobStore

log = structlog.get_logger()

# Below this a file is synced sooner than another thread is told to do it.
_SYNC_ASIDE_BYTES = 1024 * 1024
# So many bytes of a quota are held at a time for a body that does not say how long it is.
_HOLD_BYTES = 8 * 1024 * 1024
_SOMEBODY = by_grant()
EXAMINATION_UNAVAILABLE = "examination_unavailable"
"""The examiner's word for a fault that is the server's and not the file's."""
_INTERRUPTED = finding(
    "judgement_interrupted",
    "The server was interrupted while it judged the file, which was not kept.",
)


@dataclass(slots=True)
class Attempt:
    """One PUT, or one form, that tries to fill an upload."""

    upload: Upload
    asset: Asset
    act: Act
    progress: Progress
    format: Format | None = None
    """What the first bytes are; set by `check_head`."""
    over: bool = False
    """Judgement has ended: it is too late to stage its bytes."""
    staged_as: str | None = None
    """The temporary name under which the catalogue knows its bytes, if judgement took so long."""
    cancelled: bool = False
    """Its owner wants no more of it."""
    refused: bool = False
    """The reason of its refusal is kept."""
    is_counted: bool = False
    """Its bytes must be held of the account's quota as they come: nothing was declared, and there is a limit."""
    reserved_bytes: int = 0
    """What is held so."""
    lock: threading.Lock = field(default_factory=threading.Lock)


@dataclass(frozen=True, slots=True)
class Ingest:
    """Take the bytes of uploads, have them judged, publish them."""

    database: Database
    store: BlobStore
    examine: Callable[[int, Format], Examination]
    policy: Policy
    now: Callable[[], datetime]
    published: Callable[[AssetId], None]
    """Told of each asset whose state changed, after the commit."""
    folder_limits: FolderLimits = FolderLimits()
    limits: Limits = Limits()
    """What accounts may hold that have no limits of their own."""
    active: dict[UploadId, list[Attempt]] = field(default_factory=dict)
    """The attempts in flight by their uploads, whose grants do not expire under them."""
    counting: threading.Lock = field(default_factory=threading.Lock)
    syncing: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(16, thread_name_prefix="sync"))

    def begin(self, upload_id: UploadId, length: int | None, by: Act = _SOMEBODY) -> Attempt:
        """
        Begin to fill an upload with a body of `length` bytes (None if the body does not say).

        Raises what can be known before the first byte: GrantInvalid, UploadOver, SizeRefused, LengthRefused,
        OtherBytesRefused, ContentRefused, QuotaExceeded, StorageFull. Every attempt must be ended with `end`.
        """
        found = self.database.read(lambda tx: uploads.with_asset(tx, upload_id))
        if found is None:
            raise GrantInvalid("The upload behind this URL is gone. Request a new one.")
        attempt = self._arrived(*found, by.of(found[0].account_id), length)
        try:
            require_open(attempt.upload, attempt.asset)
            require_length(attempt.upload, attempt.asset, length)
            self.store.require_room(attempt.progress.expected_bytes or 0)
            if attempt.upload.declared_bytes is None and attempt.upload.state is UploadState.OPEN:
                self._count(attempt, length)
        except BaseException as problem:
            self.end(attempt, problem if isinstance(problem, UploadRefused) else None)
            raise
        return attempt

    def check_head(self, attempt: Attempt, head: bytes) -> None:
        """
        Look at the first kilobytes of the body.

        Raises TypeRefused if they are not what was declared, OtherBytesRefused if the asset has others already.
        """
        seen = sniff(head)
        asset = attempt.asset
        if asset.state is AssetState.READY and (asset.info is None or seen.format is not asset.info.format):
            raise other_bytes(asset, seen.name, asset.info.format.value if asset.info is not None else None)
        if not head:
            raise ContentRefused(finding("empty", "The file is empty.", measured="0 bytes"))
        if seen.format is None or not same_family(seen.format, attempt.upload.declared):
            raise wrong_bytes(attempt.upload.declared, seen.name)
        attempt.format = seen.format

    def require_within_limit(self, attempt: Attempt, size_bytes: int) -> None:
        """
        Raise SizeRefused as soon as more has arrived than is allowed, LengthRefused if more than declared.

        Raises UploadOver if the upload was cancelled meanwhile.
        """
        upload = attempt.upload
        if attempt.cancelled:
            raise cancelled()
        if upload.declared_bytes is not None and size_bytes > upload.declared_bytes:
            raise other_length(upload.declared_bytes, size_bytes, so_far=True)
        if size_bytes > upload.max_bytes:
            raise too_large(attempt.asset.kind, None, upload.max_bytes)

    def hold(self, attempt: Attempt, size_bytes: int) -> None:
        """
        Hold as many bytes of the account's quota for a body of which so many have come, if nothing was at its begin.

        To be called before they are written. Some are held in advance where there are enough. Raises QuotaExceeded, and
        StorageFull when a body whose length nobody knows leaves less free than the headroom.
        """
        if attempt.progress.expected_bytes is None:
            self.store.require_remembered_room(0)
        if not attempt.is_counted or size_bytes <= attempt.reserved_bytes:
            return
        ahead = -(-size_bytes // _HOLD_BYTES) * _HOLD_BYTES
        try:
            self._hold(attempt, min(ahead, max(size_bytes, attempt.upload.max_bytes)))
        except QuotaExceeded:
            self._hold(attempt, size_bytes)

    def complete(self, attempt: Attempt, incoming: Incoming | Staged) -> Asset:
        """
        Judge a whole body and publish it; the asset as it stands then. The temporary file is gone afterwards.

        Raises TypeRefused, ContentRefused, LengthRefused, ChecksumRefused, OtherBytesRefused or QuotaExceeded;
        UploadOver, StorageFull. When the body was staged, the asset waits again and keeps the reason: nobody may be
        there any more to be told.
        """
        try:
            asset = self._completed(attempt, incoming)
        except Exception as problem:
            self._give_up(attempt, problem)
            raise
        finally:
            with attempt.lock:
                attempt.over = True
            incoming.discard()
        self.published(asset.id)
        return asset

    def amend(self, attempt: Attempt, request: UploadRequest) -> None:
        """
        Take what was said of an upload only while its bytes came, before they are judged.

        Raises NotFound or FoldersFull for a folder that is not there or cannot be made.
        """
        act, labels, limits, now = attempt.act, request.labels, self.folder_limits, self.now()
        upload = structs.replace(attempt.upload, sha256=request.sha256, callback_url=request.callback_url)
        attempt.upload = upload
        self.database.write(lambda tx: uploads.amend(tx, act, upload, labels, limits, now)).result()

    def stage(self, attempt: Attempt, incoming: Incoming) -> bool:
        """Keep the bytes for later while judgement goes on; False when it ended meanwhile."""
        upload, name = attempt.upload, incoming.name
        transfer, now = attempt.progress.transfer(), self.now()
        # Judgement waits for the lock before it lets go of the file.
        with attempt.lock:
            if attempt.over:
                return False
            self.store.sync(incoming)
            self.store.sync_names()
            bytes_ = StagedBytes(name, incoming.size_bytes, attempt.reserved_bytes)
            staged = self.database.write(
                lambda tx: uploads.stage(tx, attempt.act, upload, bytes_, transfer, now)
            ).result()
            if staged:
                attempt.staged_as, attempt.reserved_bytes = name, 0
        self.published(attempt.asset.id)
        return staged

    def end(self, attempt: Attempt, refusal: UploadRefused | None = None) -> None:
        """End an attempt; the reason of a refusal is kept with the asset."""
        with attempt.lock:
            attempt.over = True
        try:
            if refusal is not None and not isinstance(refusal, OtherBytesRefused):
                self._refuse(attempt, refusal.finding, *refusal.others)
        finally:
            self._let_go(attempt)
            self._leave(attempt)

    def unfinished(self) -> list[tuple[Upload, str]]:
        """Uploads whose bytes were received but not judged, with their temporary names."""
        return self.database.read(uploads.staged)

    def resume_all(self) -> None:
        """
        Judge bytes that were received but not judged, because an earlier run ended or the disk was full.

        One that fails unforeseen does not keep the others waiting; it is logged, and tried again the next time.
        """
        for upload, name in self.unfinished():
            if upload.id in self.active:
                continue
            try:
                self.resume(upload, name)
            except Exception:
                log.exception("bytes of an earlier run could not be judged", asset=upload.asset_id)

    def resume(self, upload: Upload, name: str) -> None:
        """
        Judge bytes that an earlier run received; the outcome stands in the asset's state.

        Where there is no outcome, because the disk is full, the bytes stay for another time.
        """
        found = self.database.read(lambda tx: uploads.with_asset(tx, upload.id))
        if found is None or found[1].state is not AssetState.VERIFYING:
            return
        attempt = self._arrived(*found, by_system(upload.account_id), None)
        attempt.staged_as = name
        try:
            staged = self.store.staged(name)
            attempt.progress.flowed(staged.size_bytes, monotonic())
            self._judge_again(attempt, staged)
        except FileNotFoundError:
            self._refuse(attempt, _INTERRUPTED)
        except Unavailable:
            return
        finally:
            self._leave(attempt)

    def give_up(self, upload: Upload, staged_as: str | None) -> None:
        """Let nobody work any longer for an upload that was cancelled; its bytes are removed."""
        attempts = self.in_flight(upload.id)
        for attempt in attempts:
            attempt.cancelled = True
        # Where there are attempts, they remove their bytes at their end.
        if staged_as is not None and not attempts:
            with contextlib.suppress(FileNotFoundError):
                self.store.staged(staged_as).discard()
        self.published(upload.asset_id)

    def in_flight(self, upload_id: UploadId) -> list[Attempt]:
        """The attempts that are under way for an upload, oldest first."""
        return list(self.active.get(upload_id, ()))

    def _judge_again(self, attempt: Attempt, staged: Staged) -> None:
        try:
            with open(staged.reopened(), "rb") as file:
                self.check_head(attempt, file.read(4096))
            asset = self._completed(attempt, staged)
        except UploadRefused as problem:
            self._refuse(attempt, problem.finding, *problem.others)
        except UploadOver:
            log.info("an upload was cancelled while its file was judged", asset=attempt.asset.id)
        else:
            self.published(asset.id)
        staged.discard()

    def _completed(self, attempt: Attempt, incoming: Incoming | Staged) -> Asset:
        declared = attempt.upload.declared_bytes
        if declared is not None and declared != incoming.size_bytes:
            raise other_length(declared, incoming.size_bytes)
        if attempt.asset.state is AssetState.READY:
            return require_equal(attempt.asset, BlobKey(incoming.digest()))
        wanted = attempt.upload.sha256
        if wanted is not None and wanted != incoming.digest():
            raise other_hash(wanted, incoming.digest())
        return self._publish(attempt, self._judged(attempt, incoming), incoming)

    def _give_up(self, attempt: Attempt, problem: Exception) -> None:
        with attempt.lock:
            attempt.over = True
        if attempt.staged_as is None:
            return
        if isinstance(problem, UploadRefused):
            self._refuse(attempt, problem.finding, *problem.others)
        else:
            self._refuse(attempt, _INTERRUPTED)

    def _refuse(self, attempt: Attempt, *findings: Finding) -> None:
        if attempt.refused:
            return
        attempt.refused = True
        upload, name, act = attempt.upload, attempt.staged_as, attempt.act.without_key()
        transfer, now = attempt.progress.transfer(), self.now()
        self.database.write(lambda tx: uploads.refuse(tx, act, upload, name, findings, transfer, now)).result()
        self.published(upload.asset_id)

    def _arrived(self, upload: Upload, asset: Asset, act: Act, length: int | None) -> Attempt:
        expected = length if length is not None else upload.declared_bytes
        attempt = Attempt(upload, asset, act, Progress(self.now().timestamp(), monotonic(), expected))
        with self.counting:
            self.active.setdefault(upload.id, []).append(attempt)
        return attempt

    def _leave(self, attempt: Attempt) -> None:
        with self.counting:
            others = [other for other in self.active.pop(attempt.upload.id) if other is not attempt]
            if others:
                self.active[attempt.upload.id] = others

    def _count(self, attempt: Attempt, length: int | None) -> None:
        account_id = attempt.upload.account_id
        limits = self.database.read(lambda tx: usage.limits(tx, account_id, self.limits))
        attempt.is_counted = limits.stored_bytes != UNLIMITED
        if attempt.is_counted and length is not None:
            self._hold(attempt, length)

    def _hold(self, attempt: Attempt, size_bytes: int) -> None:
        upload, more = attempt.upload, size_bytes - attempt.reserved_bytes

        def held(tx: Transaction) -> None:
            usage.receive(tx, upload.id, more)
            usage.require_within(tx, upload.account_id, self.limits, Measure.STORED_BYTES)

        self.database.write(held).result()
        attempt.reserved_bytes = size_bytes

    def _let_go(self, attempt: Attempt) -> None:
        upload, held = attempt.upload, attempt.reserved_bytes
        if held:
            self.database.write(lambda tx: usage.receive(tx, upload.id, -held)).result()
            attempt.reserved_bytes = 0

    def _judged(self, attempt: Attempt, incoming: Incoming | Staged) -> Judged:
        # The disk writes while the decoder reads: both must be done before the link.
        syncing = self.syncing.submit(self.store.sync, incoming) if incoming.size_bytes >= _SYNC_ASIDE_BYTES else None
        began = monotonic()
        try:
            examined = self._examined(attempt, incoming)
            attempt.progress.took("examine", monotonic() - began)
            info = self.policy.judge(examined, attempt.asset.kind)
            key = BlobKey(incoming.digest())
        finally:
            if syncing is not None:
                syncing.result()
        if syncing is None:
            self.store.sync(incoming)
        return Judged(key, incoming.size_bytes, info, examined)

    def _examined(self, attempt: Attempt, incoming: Incoming | Staged) -> Examination:
        assert attempt.format is not None, "check_head comes before complete"
        fd = incoming.reopened()
        try:
            examined = self.examine(fd, attempt.format)
        finally:
            os.close(fd)
        if any(finding.code == EXAMINATION_UNAVAILABLE for finding in examined.damage):
            raise TooBusy("The server cannot verify files at the moment; the file was not kept.", retry_after_s=10)
        return examined

    def _publish(self, attempt: Attempt, judged: Judged, incoming: Incoming | Staged) -> Asset:
        with self.store.holds.publishing(judged.blob_key):
            began = monotonic()
            self.store.keep(incoming, judged.blob_key)
            attempt.progress.took("store", monotonic() - began)
            upload, act, transfer, now = attempt.upload, attempt.act, attempt.progress.transfer(), self.now()

            def published(tx: Transaction) -> Asset:
                asset = uploads.publish(tx, act, upload, judged, transfer, now)
                usage.require_within(tx, upload.account_id, self.limits, *_adds(upload, judged))
                return asset

            try:
                asset = self.database.write(published).result()
            except QuotaExceeded:
                self.database.write(lambda tx: uploads.disown(tx, judged, now)).result()
                raise
        # The upload is over, and holds nothing any more.
        attempt.reserved_bytes = 0
        return require_equal(asset, judged.blob_key)


def _adds(upload: Upload, judged: Judged) -> list[Measure]:
    """What a publication may have more of than was known when the upload was signed."""
    adds = [Measure.STORED_BYTES] if upload.declared_bytes is None else []
    return [*adds, Measure.MEDIA_MS] if judged.info.duration_s else adds
