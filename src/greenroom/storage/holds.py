"""Which blobs are being published, and which are being removed: never one blob both at a time."""

import threading
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from greenroom.domain.ids import BlobKey


@dataclass(frozen=True, slots=True)
class Holds:
    """
    Keeps a blob's bytes from being removed between their coming into place and the commit that says who needs them.

    Only one process publishes and removes in a data folder, so it is enough to know it in memory.
    """

    _held: Counter[BlobKey] = field(default_factory=Counter)
    _leaving: set[BlobKey] = field(default_factory=set)
    _changed: threading.Condition = field(default_factory=threading.Condition)

    @contextmanager
    def publishing(self, key: BlobKey) -> Iterator[None]:
        """Bring a blob into place and commit; waits while the same blob is being removed."""
        with self._changed:
            self._changed.wait_for(lambda: key not in self._leaving)
            self._held[key] += 1
        try:
            yield
        finally:
            with self._changed:
                self._held[key] -= 1
                if not self._held[key]:
                    del self._held[key]

    @contextmanager
    def removing(self, keys: Collection[BlobKey]) -> Iterator[set[BlobKey]]:
        """Those of these blobs that are not being published, nor will be until this is left."""
        with self._changed:
            free = {key for key in keys if key not in self._held and key not in self._leaving}
            self._leaving.update(free)
        try:
            yield free
        finally:
            with self._changed:
                self._leaving.difference_update(free)
                self._changed.notify_all()
