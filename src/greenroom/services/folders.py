"""Folders: the tree that an account sorts its assets into."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from msgspec import Struct

from greenroom.db import folders
from greenroom.db.sqlite import Database, Transaction
from greenroom.domain.act import Act
from greenroom.domain.folder import Folder, FolderChange, FolderCounts, FolderLimits, FolderRef
from greenroom.domain.ids import FolderId
from greenroom.errors import FolderNotEmpty, NotFound, Outdated

Versions = frozenset[int] | None
"""Of which one must be the present one for a change to be made; None if any will do."""


class FolderRecord(Struct, frozen=True):
    """A folder, the path to it from what the caller sees as the top, and what is in it."""

    folder: Folder
    path: str
    counts: FolderCounts


@dataclass(frozen=True, slots=True)
class Folders:
    """Make, find, change and delete folders. What a key may not see is not there: NotFound."""

    database: Database
    limits: FolderLimits
    now: Callable[[], datetime]

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
            found = folders.children(tx, act.account_id, parent, after, most)
            counts = folders.counts(tx, act.account_id, [folder.id for folder in found])
            above = folders.path(tx, act, parent).rstrip("/")
            # Between two questions a folder may have been deleted; then it is in one answer only.
            return [
                FolderRecord(folder, f"{above}/{folder.name}", counts[folder.id])
                for folder in found
                if folder.id in counts
            ]

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

    def delete(self, act: Act, folder_id: FolderId, versions: Versions) -> None:
        """Delete an empty folder. Raises NotFound, Outdated, FolderNotEmpty."""
        now = self.now()

        def work(tx: Transaction) -> None:
            found = _own(tx, act, folder_id, versions)
            inside = folders.counts(tx, act.account_id, [folder_id])[folder_id]
            if inside.folders or inside.assets:
                raise FolderNotEmpty(found.name, inside.all_folders, inside.all_assets)
            folders.remove(tx, act, folder_id, now)

        self.database.write(work).result()


def _record(tx: Transaction, act: Act, folder: Folder) -> FolderRecord:
    counts = folders.counts(tx, act.account_id, [folder.id])
    if folder.id not in counts:
        raise folders.absent(folder.id)
    return FolderRecord(folder, folders.path(tx, act, folder.id), counts[folder.id])


def _own(tx: Transaction, act: Act, folder_id: FolderId, versions: Versions) -> Folder:
    found = folders.require_own(tx, act, folder_id)
    if versions is not None and found.version not in versions:
        raise Outdated(f"The folder {found.name[:60]!r}", found.version)
    return found
