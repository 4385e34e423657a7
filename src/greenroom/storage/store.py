"""
The blob store: content-addressed files on one disk, each there whole or not at all.

A blob comes into its place by a link from a temporary file on the same file system, after the file and before
the directory are made durable. The address is the SHA-256 of the bytes, so equal bytes are kept once and a
stored file never changes.
"""

import contextlib
import os
import re
import secrets
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from greenroom.domain.ids import BlobKey
from greenroom.errors import StorageFull
from greenroom.storage.holds import Holds
from greenroom.storage.incoming import Incoming, Staged, full_disk_told

_KEY = re.compile(r"[0-9a-f]{64}")
_INCOMING_NAME = re.compile(r"[0-9a-f]{32}\.part")
_FAN_OUT = 256


@dataclass(slots=True)
class FreeSpace:
    """How much the disk had free when somebody last looked, in bytes; None before that."""

    bytes: int | None = None


@dataclass(frozen=True, slots=True)
class BlobStore:
    """The bytes of one data folder. Methods block."""

    root: str
    durable: bool = True
    headroom_bytes: int = 0
    hashed: bool = True
    free: FreeSpace = field(default_factory=FreeSpace)
    holds: Holds = field(default_factory=Holds)

    def prepare(self) -> None:
        """Make the folders; they are readable by their owner only."""
        for folder in ("incoming", "blobs"):
            os.makedirs(f"{self.root}/{folder}", mode=0o700, exist_ok=True)
        for number in range(_FAN_OUT):
            os.makedirs(f"{self.root}/blobs/{number:02x}", mode=0o700, exist_ok=True)
        for folder in (f"{self.root}/blobs", self.root):
            _sync_directory(folder)

    def look_at_room(self) -> int:
        """Ask the disk how much is free, in bytes, and remember it."""
        disk = os.statvfs(self.root)
        self.free.bytes = disk.f_bavail * disk.f_frsize
        return self.free.bytes

    def require_room(self, size_bytes: int) -> None:
        """Raise StorageFull if `size_bytes` more would leave less free than the headroom."""
        self._require_room(size_bytes, self.look_at_room())

    def require_remembered_room(self, size_bytes: int) -> None:
        """The same by what `look_at_room` last saw; never waits for the disk."""
        if self.free.bytes is not None:
            self._require_room(size_bytes, self.free.bytes)

    def _require_room(self, size_bytes: int, free: int) -> None:
        if free - size_bytes < self.headroom_bytes:
            raise StorageFull(
                f"The disk has {free // 2**20} MB left, of which {self.headroom_bytes // 2**20} MB are kept free; "
                f"this upload may need {size_bytes // 2**20} MB.",
                retry_after_s=60,
            )

    def receive(self) -> Incoming:
        """A new temporary file."""
        return Incoming(f"{self.root}/incoming/{secrets.token_hex(16)}.part", hashed=self.hashed)

    def staged(self, name: str) -> Staged:
        """The temporary file of that name from an earlier run; raises FileNotFoundError."""
        return Staged(self._incoming_path(name))

    def sync(self, incoming: Incoming | Staged) -> None:
        """Make a temporary file durable."""
        if self.durable:
            incoming.sync()

    def sync_names(self) -> None:
        """Make the names of temporary files durable, so that staged ones are found after a crash."""
        if self.durable:
            _sync_directory(f"{self.root}/incoming")

    def keep(self, incoming: Incoming | Staged, key: BlobKey) -> None:
        """
        Give a synced temporary file its permanent place; if equal bytes are there already, they stay.

        Whoever does that and says then who needs them does both within `holds.publishing`.
        """
        target = self._path(key)
        try:
            full_disk_told(lambda: os.link(incoming.path, target))
        except FileExistsError:
            self._require_whole(target, incoming.size_bytes)
        if self.durable:
            # Also when the file was there: its name may not be durable yet.
            _sync_directory(os.path.dirname(target))

    def open(self, key: BlobKey) -> int:
        """A descriptor that reads the blob; the caller closes it. Raises FileNotFoundError."""
        return os.open(self._path(key), os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)

    def remove(self, keys: Collection[BlobKey]) -> None:
        """Remove blobs for good, those that are there; only within `holds.removing`."""
        paths = [self._path(key) for key in keys]
        for path in paths:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(path)
        if self.durable:
            for folder in {os.path.dirname(path) for path in paths}:
                _sync_directory(folder)

    def kept(self) -> Iterator[list[BlobKey]]:
        """The keys of all stored blobs, folder by folder."""
        for number in range(_FAN_OUT):
            names = os.listdir(f"{self.root}/blobs/{number:02x}")
            yield [BlobKey(name) for name in names if _KEY.fullmatch(name)]

    def came_at(self, key: BlobKey) -> float | None:
        """When a blob came into its place, or later, in Unix seconds; None if it is not there."""
        try:
            return os.stat(self._path(key)).st_ctime
        except FileNotFoundError:
            return None

    def sweep(self, keep: Collection[str]) -> int:
        """Remove the temporary files that are not in `keep`; give how many. Only for a start, before uploads."""
        found = [name for name in os.listdir(f"{self.root}/incoming") if name not in keep]
        for name in found:
            os.unlink(f"{self.root}/incoming/{name}")
        return len(found)

    def _require_whole(self, path: str, size_bytes: int) -> None:
        there = os.stat(path).st_size
        if there != size_bytes:
            raise RuntimeError(
                f"the blob {path} has {there} bytes where {size_bytes} are right; restore it from a backup"
            )

    def _path(self, key: BlobKey) -> str:
        # The only place where a blob's path is made: nothing but 64 hexadecimal digits is a safe name.
        if not _KEY.fullmatch(key):
            raise ValueError(f"{key!r} is not a blob key")
        return f"{self.root}/blobs/{key[:2]}/{key}"

    def _incoming_path(self, name: str) -> str:
        if not _INCOMING_NAME.fullmatch(name):
            raise ValueError(f"{name!r} is not the name of a temporary file")
        return f"{self.root}/incoming/{name}"


def _sync_directory(path: str) -> None:
    fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
