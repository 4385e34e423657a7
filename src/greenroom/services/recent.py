"""What was read from the catalogue lately, kept as long as nothing changed since it was read."""

import threading
from collections import OrderedDict
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Recent(Generic[K, V]):
    """The last `most` things that were read. Asking never waits; safe for many threads."""

    __slots__ = ("_changes", "_kept", "_lock", "_most")

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[K, V] = OrderedDict()
        self._changes = 0
        self._lock = threading.Lock()

    def get(self, key: K) -> V | None:
        """What was kept under that key."""
        return self._kept.get(key)

    def moment(self) -> int:
        """To be asked before reading, and given to `keep` after it."""
        return self._changes

    def keep(self, key: K, value: V, moment: int) -> None:
        """Keep what was read, unless something was forgotten since that moment: then it may be old already."""
        with self._lock:
            if moment != self._changes:
                return
            self._kept[key] = value
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)

    def forget(self, *keys: K) -> None:
        """Forget what is kept under these keys."""
        with self._lock:
            self._changes += 1
            for key in keys:
                self._kept.pop(key, None)

    def forget_all(self) -> None:
        """Forget everything."""
        with self._lock:
            self._changes += 1
            self._kept.clear()
