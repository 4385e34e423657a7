"""Retention: ends what is overdue and removes what nobody will come for."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from greenroom.db import uploads
from greenroom.db.sqlite import Database
from greenroom.domain.ids import UploadId
from greenroom.storage.store import BlobStore

_MOST_AT_ONCE = 500
# A PUT that began in the last moment of its grant may not be counted as in flight yet.
_JUST_BEGUN = timedelta(seconds=2)


@dataclass(frozen=True, slots=True)
class Retention:
    """Sweep expired uploads and the temporary files of an earlier run."""

    database: Database
    store: BlobStore
    in_flight: Callable[[], frozenset[UploadId]]
    now: Callable[[], datetime]

    def expire(self) -> int:
        """End the uploads whose grants ran out, except those that bytes are arriving for; give how many."""
        spared = self.in_flight()
        now = self.now()
        overdue = now - _JUST_BEGUN
        ended = 0
        while True:
            count = self.database.write(lambda tx: uploads.expire(tx, overdue, now, spared, _MOST_AT_ONCE)).result()
            ended += count
            if count < _MOST_AT_ONCE:
                return ended

    def remove_leftovers(self) -> int:
        """Remove temporary files that no upload waits for; only before the first upload of a run. Give how many."""
        staged = self.database.read(uploads.staged)
        return self.store.sweep({name for _, name in staged})
