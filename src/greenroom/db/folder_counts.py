"""
Whether the counts of folders are those of what is there.

Triggers keep them, unless somebody writes to the catalogue with a connection that is not ours.
"""

from collections.abc import Iterator

import msgspec
from sqlalchemy import bindparam, func, literal_column, select, text, update

from greenroom.db.folders import WITH_BYTES
from greenroom.db.schema import assets, folders
from greenroom.db.sqlite import Transaction, sql
from greenroom.domain.folder import FolderCounts
from greenroom.domain.ids import FolderId

_COUNTS = (folders.c.folder_count, folders.c.asset_count, folders.c.all_folders, folders.c.all_assets)
_NEW = [f"new_{column.name}" for column in _COUNTS]
_FOLDERS = sql(select(folders.c.id, folders.c.parent_id, *_COUNTS))
_ASSETS = sql(
    select(assets.c.folder_id, func.count())
    .where(text("folder_id <> ''"), assets.c.state.in_([literal_column(f"'{state}'") for state in WITH_BYTES]))
    .group_by(assets.c.folder_id)
)
_SET = sql(
    update(folders)
    .where(folders.c.id == bindparam("folder"))
    .values({column: bindparam(new) for column, new in zip(_COUNTS, _NEW, strict=True)})
)


def drift(tx: Transaction) -> Iterator[str]:
    """Where what was counted is not what is there, in words; nothing where all is well."""
    there = _there(tx)
    for id_, _, *counted in tx.rows(_FOLDERS, {}):
        if FolderCounts(*counted) != there[id_]:
            yield f"{id_} has {there[id_]}, but {FolderCounts(*counted)} are counted"


def recount(tx: Transaction) -> None:
    """Set right what is counted wrong."""
    # From the leaves up: each change goes on to the folder above, which is set after it.
    for id_, counts in _there(tx).items():
        tx.run(_SET, {"folder": id_, **dict(zip(_NEW, msgspec.structs.astuple(counts), strict=True))})


def _there(tx: Transaction) -> dict[FolderId, FolderCounts]:
    """What is in each folder, those below before those above."""
    parents = {id_: parent for id_, parent, *_ in tx.rows(_FOLDERS, {})}
    children: dict[FolderId, list[FolderId]] = {id_: [] for id_ in parents}
    for id_, parent in parents.items():
        children.setdefault(parent, []).append(id_)
    own: dict[FolderId, int] = dict(tx.rows(_ASSETS, {}))
    downwards = children.get(FolderId(""), [])[:]
    for id_ in downwards:
        downwards += children[id_]
    found: dict[FolderId, FolderCounts] = {}
    for id_ in reversed(downwards):
        below = [found[child] for child in children[id_]]
        found[id_] = FolderCounts(
            folders=len(below),
            assets=own.get(id_, 0),
            all_folders=len(below) + sum(one.all_folders for one in below),
            all_assets=own.get(id_, 0) + sum(one.all_assets for one in below),
        )
    return found
