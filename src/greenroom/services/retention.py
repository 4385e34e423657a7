"""Retention: ends what is overdue and removes what nobody will come for."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from greenroom.db import blobs, library, uploads
from greenroom.db.sqlite import Database
from greenroom.domain.ids import AssetId, BlobKey, UploadId
from greenroom.storage.store import BlobStore

_MOST_AT_ONCE = 500
_MOST_PURGED_AT_ONCE = 100
# A PUT that began in the last moment of its grant may not be counted as in flight yet.
_JUST_BEGUN = timedelta(seconds=2)


@dataclass(frozen=True, slots=True)
class Retention:
    """
    Sweep expired uploads, assets deleted long ago, bytes that nothing needs, and what an earlier run left.

    Bytes go in three steps, of which each may be the last before a crash: their blob is condemned in the transaction
    of what made it needless; after a grace time, in which readers end, and a second look they are unlinked; then the
    row is removed. While that goes on, nobody publishes the same blob.
    """

    database: Database
    store: BlobStore
    in_flight: Callable[[], frozenset[UploadId]]
    now: Callable[[], datetime]
    changed: Callable[[AssetId], None]
    """Told of each asset whose state changed, after the commit."""
    restore_s: float
    blob_grace_s: float

    def expire(self) -> int:
        """End the uploads whose grants ran out, except those that bytes are arriving for; give how many."""
        spared = self.in_flight()
        now = self.now()
        overdue = now - _JUST_BEGUN
        ended = 0
        while True:
            ids = self.database.write(lambda tx: uploads.expire(tx, overdue, now, spared, _MOST_AT_ONCE)).result()
            for asset_id in ids:
                self.changed(asset_id)
            ended += len(ids)
            if len(ids) < _MOST_AT_ONCE:
                return ended

    def clear_out(self) -> None:
        """Purge assets, and remove the bytes that nothing needs."""
        self.purge()
        self.remove_condemned()

    def purge(self) -> int:
        """Forget assets that were deleted too long ago to be restored; give how many."""
        now = self.now()
        deleted_before = now - timedelta(seconds=self.restore_s)
        purged = 0
        while True:
            ids = self.database.write(lambda tx: library.purge(tx, deleted_before, now, _MOST_PURGED_AT_ONCE)).result()
            for asset_id in ids:
                self.changed(asset_id)
            purged += len(ids)
            if len(ids) < _MOST_PURGED_AT_ONCE:
                return purged

    def remove_condemned(self) -> int:
        """Remove the bytes of blobs that have been condemned for the grace time; give how many blobs."""
        before = self.now() - timedelta(seconds=self.blob_grace_s)
        removed = 0
        while True:
            keys = self.database.read(lambda tx: blobs.condemned(tx, before, _MOST_AT_ONCE))
            count = self._remove(keys, before)
            removed += count
            if not count:
                return removed

    def remove_strays(self) -> int:
        """
        Remove stored bytes of which no row speaks: a run ended between the two. Give how many blobs.

        Bytes that were there before the catalogue stay: somebody lost it, and may find it again.
        """
        beginning = self.database.read(blobs.beginning)
        return sum(self._remove_unknown(keys, beginning) for keys in self.store.kept())

    def remove_leftovers(self) -> int:
        """Remove temporary files that no upload waits for; only before the first upload of a run. Give how many."""
        staged = self.database.read(uploads.staged)
        return self.store.sweep({name for _, name in staged})

    def _remove(self, keys: list[BlobKey], before: datetime) -> int:
        with self.store.holds.removing(keys) as free:
            due = self.database.read(lambda tx: blobs.due(tx, free, before))
            if due:
                self.store.remove(due)
                self.database.write(lambda tx: blobs.remove(tx, due, before)).result()
        return len(due)

    def _remove_unknown(self, keys: list[BlobKey], beginning: float) -> int:
        known = self.database.read(lambda tx: blobs.known(tx, keys))
        with self.store.holds.removing(set(keys) - known) as free:
            # What was being published at the first look may have its row now.
            unknown = free - self.database.read(lambda tx: blobs.known(tx, free))
            strays = [key for key in unknown if (self.store.came_at(key) or 0.0) >= beginning]
            self.store.remove(strays)
        return len(strays)
