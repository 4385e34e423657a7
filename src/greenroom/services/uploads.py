"""Signed uploads, seen by their owner: how far they are, and the ends that the owner may give them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from msgspec import Struct

from greenroom.db import uploads
from greenroom.db.sqlite import Transaction
from greenroom.db.uploads import UploadRecord
from greenroom.domain.act import Act
from greenroom.domain.asset import UploadState
from greenroom.domain.ids import UploadId
from greenroom.domain.timeline import Transfer
from greenroom.errors import NotFound, UploadOver
from greenroom.services.ingest import Ingest
from greenroom.services.signing import Signed, Signing


class UploadSeen(Struct, frozen=True):
    """An upload as it stands: its row with what is past, and what is in flight just now."""

    record: UploadRecord
    in_flight: tuple[Transfer, ...]


@dataclass(frozen=True, slots=True)
class SignedUploads:
    """Look at uploads, renew and cancel them. What a key may not see is not there: NotFound."""

    signing: Signing
    ingest: Ingest

    def page(self, act: Act, states: Collection[UploadState], before: tuple[float, str], most: int) -> list[UploadSeen]:
        """Up to `most` uploads in those states from before a Unix time and id of signing, newest first."""
        found = self.signing.database.read(lambda tx: uploads.page(tx, act, states, before, most))
        return [self._seen(one) for one in found]

    def one(self, act: Act, upload_id: UploadId) -> UploadSeen:
        """One upload. Raises NotFound."""
        return self._seen(self.signing.database.read(lambda tx: _found(tx, act, upload_id)))

    def renew(self, act: Act, upload_id: UploadId) -> tuple[Signed, UploadSeen]:
        """
        A fresh signed URL for an upload that goes on, good for a whole lifetime from now.

        URLs given before stay good as long as was said of them. Raises NotFound, UploadOver.
        """
        now = self.signing.now()
        until = now + timedelta(seconds=self.signing.grant_lifetime_s)

        def work(tx: Transaction) -> UploadRecord:
            found = _found(tx, act, upload_id)
            _require_open(found, "Sign a new one for another file.")
            uploads.renew(tx, act, found.upload, until, now)
            return _found(tx, act, upload_id)

        renewed = self.signing.database.write(work).result()
        return self._permission(renewed), self._seen(renewed)

    def renewed_or_over(self, act: Act, upload_id: UploadId) -> tuple[Signed, UploadSeen]:
        """The same as `renew` for an upload that goes on; for one that has ended, what its URL was. Raises NotFound."""
        try:
            return self.renew(act, upload_id)
        except UploadOver:
            seen = self.one(act, upload_id)
            return self._permission(seen.record), seen

    def cancel(self, act: Act, upload_id: UploadId) -> UploadSeen:
        """
        End an upload, and with it the asset that has no file yet; doing so twice changes nothing.

        Bytes that are on their way are refused from then on. Raises NotFound, UploadOver for one that has its file
        or has expired, AssetInUse while something that is to be made from the asset is pending.
        """
        now = self.signing.now()
        transfers = self._in_flight(upload_id)
        last = transfers[-1] if transfers else None

        def work(tx: Transaction) -> tuple[UploadRecord, str | None]:
            found = _found(tx, act, upload_id)
            if found.upload.state is UploadState.CANCELLED:
                return found, None
            _require_open(found, "There is nothing to cancel; delete the asset if it is not wanted.")
            uploads.cancel(tx, act, found.upload, found.asset, last, now)
            return _found(tx, act, upload_id), found.staged_as

        cancelled, staged_as = self.signing.database.write(work).result()
        self.ingest.give_up(cancelled.upload, staged_as)
        return self._seen(cancelled)

    def _permission(self, record: UploadRecord) -> Signed:
        return self.signing.permission(record.upload, record.asset.kind, record.asset.path)

    def _seen(self, record: UploadRecord) -> UploadSeen:
        return UploadSeen(record, self._in_flight(record.upload.id))

    def _in_flight(self, upload_id: UploadId) -> tuple[Transfer, ...]:
        return tuple(attempt.progress.transfer() for attempt in self.ingest.in_flight(upload_id))


def _found(tx: Transaction, act: Act, upload_id: UploadId) -> UploadRecord:
    found = uploads.record(tx, act, upload_id)
    if found is None:
        raise NotFound(f"There is no upload {upload_id[:60]!r} in this account.")
    return found


def _require_open(found: UploadRecord, cure: str) -> None:
    if found.upload.state is not UploadState.OPEN:
        raise UploadOver(found.upload.state.value, cure)
