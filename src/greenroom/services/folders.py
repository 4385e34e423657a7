"""Folders: the tree that an account sorts its assets into."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from msgspec import Struct

from greenroom.db import folder_counts, folders, library
from greenroom.db.sqlite import Database, Transaction
from greenroom.domain.act import Act
from greenroom.domain.asset import Asset
from greenroom.domain.folder import Folder, FolderChange, FolderCounts, FolderLimits, FolderRef
from greenroom.domain.ids import AssetId, FolderId
from greenroom.errors import FolderConflict, FolderNotEmpty, NotFound, Outdated

Versions = frozenset[int] | None
"""Of which one must be the present one for a change to be made; None if any will do."""


class FolderRecord(Struct, frozen=True):
    """A folder, and the path to it from what the caller sees as the top."""

    folder: Folder
    path: str


class FoldersDeleted(Struct, frozen=True):
    """How many went, the folder itself among them."""

    folders: int
    assets: int


@dataclass(frozen=True, slots=True)
class Folders:
    """Make, find, change and delete folders. What a key may not see is not there: NotFound."""

    database: Database
    limits: FolderLimits
    now: Callable[[], datetime]
    changed: Callable[[AssetId], None]
    """Told of each asset whose state changed, after the commit."""

    def create(self, act: Act, parent_id: FolderId, name: str) -> FolderRecord:
        """
        Make a folder in another one, or at the top.

        Raises NotFound without that parent, FolderNameTaken, FoldersFull.
        """
        now = self.now()

        def work(tx: Transaction) -> FolderRecord:
            parent = folders.place(tx, act, parent_id)
            return _record(tx, act, folders.create(tx, act, parent, name, self.limits, now))

        return self.database.write(work).result()

    def one(self, act: Act, folder_id: FolderId) -> FolderRecord:
        """The folder with that id. Raises NotFound."""
        return self.database.read(lambda tx: _record(tx, act, folders.require_within(tx, act, folder_id)))

    def at(self, act: Act, wanted: FolderRef) -> FolderRecord | None:
        """The folder that a path leads to; None if it leads to none, or to the top."""

        def work(tx: Transaction) -> FolderRecord | None:
            try:
                found = folders.find(tx, act, wanted)
                return _record(tx, act, folders.require_within(tx, act, found)) if found else None
            except NotFound:
                return None

        return self.database.read(work)

    def page(self, act: Act, parent_id: FolderId, after: str, most: int) -> list[FolderRecord]:
        """
        Up to `most` folders that lie in another one, or at the top, in the order of their names from after that one.

        Raises NotFound without that parent.
        """

        def work(tx: Transaction) -> list[FolderRecord]:
            parent = folders.place(tx, act, parent_id)
            above = folders.path(tx, act, parent).rstrip("/")
            found = folders.children(tx, act.account_id, parent, after, most)
            return [FolderRecord(folder, f"{above}/{folder.name}") for folder in found]

        return self.database.read(work)

    def alter(self, act: Act, folder_id: FolderId, change: FolderChange, versions: Versions) -> FolderRecord:
        """
        Rename a folder, move it, or both.

        Raises NotFound without it or its new parent, Outdated, FolderCycle, FolderNameTaken, FoldersFull.
        """
        now = self.now()

        def work(tx: Transaction) -> FolderRecord:
            old = _own(tx, act, folder_id, versions)
            return _record(tx, act, folders.alter(tx, act, old, change, self.limits, now))

        return self.database.write(work).result()

    def delete(
        self, act: Act, folder_id: FolderId, versions: Versions, *, recursive: bool, force: bool
    ) -> FoldersDeleted:
        """
        Delete a folder, if `recursive` with all that is in it, at once or not at all; give what went with it.

        The assets can be restored for a while; they are at the top then. Raises NotFound, Outdated, FolderNotEmpty,
        and AssetInUse while something that is to be made from one of them is pending, unless forced.
        """
        now = self.now()

        def work(tx: Transaction) -> tuple[int, list[Asset]]:
            found = _own(tx, act, folder_id, versions)
            inside = found.counts
            if (inside.folders or inside.assets) and not recursive:
                raise FolderNotEmpty(found.name, inside.all_folders, inside.all_assets)
            self._require_few(inside)
            gone = folders.contents(tx, act.account_id, folder_id) if recursive else []
            for asset in gone:
                library.delete(tx, act, asset, force, now)
            return folders.remove(tx, act, folder_id, now), gone

        count, gone = self.database.write(work).result()
        for asset in gone:
            self.changed(asset.id)
        return FoldersDeleted(count, len(gone))

    def recount(self) -> list[str]:
        """Set right what is counted wrong; give what it was, in words."""
        wrong = self.drift()
        if wrong:
            self.database.write(folder_counts.recount).result()
        return wrong

    def drift(self) -> list[str]:
        """Where what was counted is not what is there, in words; nothing where all is well."""
        return self.database.read(lambda tx: list(folder_counts.drift(tx)))

    def _require_few(self, inside: FolderCounts) -> None:
        # Nothing else is written meanwhile.
        most = self.limits.max_deleted_at_once
        if inside.all_folders + inside.all_assets > most:
            raise FolderConflict(
                f"Below the folder are {inside.all_folders:,} folders and {inside.all_assets:,} assets; at once are "
                f"deleted at most {most:,} of both. Delete some of what is in it first."
            )


def _record(tx: Transaction, act: Act, folder: Folder) -> FolderRecord:
    return FolderRecord(folder, folders.path(tx, act, folder.id))


def _own(tx: Transaction, act: Act, folder_id: FolderId, versions: Versions) -> Folder:
    found = folders.require_own(tx, act, folder_id)
    if versions is not None and found.version not in versions:
        raise Outdated(f"The folder {found.name[:60]!r}", found.version)
    return found
