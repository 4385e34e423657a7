"""
The tree of folders, as functions of a transaction.

Whoever calls with a key that is restricted to a folder sees that folder as the top: paths begin there, and what is
not below it is not there.
"""

from datetime import datetime

import msgspec
from sqlalchemy import (
    CTE,
    BindParameter,
    ColumnElement,
    and_,
    bindparam,
    delete,
    func,
    insert,
    literal,
    select,
    text,
    update,
)

from greenroom.db import audit, catalogue
from greenroom.db.catalogue import instant
from greenroom.db.schema import assets, folders
from greenroom.db.sqlite import Row, Statement, Transaction, sql
from greenroom.domain.act import Act
from greenroom.domain.asset import Asset, AssetState
from greenroom.domain.folder import (
    TOP,
    Folder,
    FolderChange,
    FolderCounts,
    FolderLimits,
    FolderRef,
    folder_path,
    new_folder_id,
)
from greenroom.domain.ids import AccountId, FolderId
from greenroom.errors import FolderConflict, FolderCycle, FolderNameTaken, FoldersFull, NotFound


def subtree(account: ColumnElement[str], folder: ColumnElement[str]) -> CTE:
    """
    The ids of a folder and of all below it, for other statements: `column.in_(select(subtree(…).c.id))`.

    `account` and `folder` are parameters or columns. Below the empty id, the top, are all folders of the account.
    """
    found = select(folder.label("id")).cte("subtree", recursive=True)
    # UNION and not UNION ALL: a ring, should a catalogue ever hold one, would never end.
    return found.union(
        select(folders.c.id).join_from(
            found, folders, and_(folders.c.account_id == account, folders.c.parent_id == found.c.id)
        )
    )


_COLUMNS = (
    folders.c.id,
    folders.c.account_id,
    folders.c.parent_id,
    folders.c.name,
    folders.c.created_at,
    folders.c.updated_at,
    folders.c.version,
    folders.c.folder_count,
    folders.c.asset_count,
    folders.c.all_folders,
    folders.c.all_assets,
)
WITH_BYTES = (AssetState.VERIFYING, AssetState.READY, AssetState.REJECTED)
_ACCOUNT: BindParameter[str] = bindparam("account")
_FOLDER = sql(select(*_COLUMNS).where(and_(folders.c.id == bindparam("folder"), folders.c.account_id == _ACCOUNT)))
_CHILD = sql(
    select(folders.c.id).where(
        and_(
            folders.c.account_id == _ACCOUNT,
            folders.c.parent_id == bindparam("parent"),
            folders.c.name == bindparam("called"),
        )
    )
)
_COUNT = sql(select(func.count()).where(folders.c.account_id == _ACCOUNT))
_NEW = ("id", "account_id", "parent_id", "name", "created_at", "updated_at", "version")
_ADD = sql(insert(folders).values({name: bindparam(name) for name in _NEW}))


def _upwards() -> CTE:
    one = and_(folders.c.id == bindparam("folder"), folders.c.account_id == _ACCOUNT)
    found = select(folders.c.id, folders.c.parent_id, folders.c.name).where(one).cte("upwards", recursive=True)
    return found.union(
        select(folders.c.id, folders.c.parent_id, folders.c.name).join_from(
            found, folders, folders.c.id == found.c.parent_id
        )
    )


_UPWARDS = sql(select(_upwards()))
_CHILDREN = sql(
    select(*_COLUMNS)
    .where(
        and_(
            folders.c.account_id == _ACCOUNT,
            folders.c.parent_id == bindparam("parent"),
            folders.c.name > bindparam("after"),
        )
    )
    .order_by(folders.c.name)
    .limit(bindparam("most"))
)
_ALTER = sql(
    update(folders)
    .where(folders.c.id == bindparam("folder"))
    .values(
        name=bindparam("new_name"),
        parent_id=bindparam("new_parent"),
        updated_at=bindparam("now"),
        version=folders.c.version + 1,
    )
)


def _measuring() -> Statement:
    folder_id: BindParameter[str] = bindparam("folder")
    start = select(folder_id.label("id"), literal(1).label("level"))
    below = start.cte("below", recursive=True)
    deeper = select(folders.c.id, below.c.level + 1).join_from(
        below, folders, and_(folders.c.account_id == _ACCOUNT, folders.c.parent_id == below.c.id)
    )
    below = below.union_all(deeper.where(below.c.level < bindparam("enough")))
    return sql(select(func.max(below.c.level)))


_HEIGHT = _measuring()
_below = select(subtree(_ACCOUNT, bindparam("folder")).c.id)
_SUBTREE = sql(select(folders.c.id, folders.c.name).where(folders.c.id.in_(_below)))
_DELETE = sql(delete(folders).where(folders.c.id.in_(_below)))
# Literally, or SQLite does not use the partial index.
_in_subtree = and_(assets.c.account_id == _ACCOUNT, text("folder_id <> ''"), assets.c.folder_id.in_(_below))
_LEAVE = sql(update(assets).where(_in_subtree).values(folder_id=bindparam("top")))
# The sign keeps SQLite from reading along the index of states, which most of an account has in common.
_with_bytes = text(f"+assets.state IN ({', '.join(repr(str(state)) for state in WITH_BYTES)})")
_CONTENTS = sql(select(*catalogue.COLUMNS).where(and_(_in_subtree, _with_bytes)))


def top_of(act: Act) -> FolderId:
    """The folder that paths begin at: the top of the account, or the one that the key is restricted to."""
    return act.within or TOP


def folder(tx: Transaction, account_id: AccountId, folder_id: FolderId) -> Folder | None:
    """The folder with that id if it belongs to the account."""
    found = tx.row(_FOLDER, {"account": account_id, "folder": folder_id})
    return read(found) if found else None


def chain(tx: Transaction, account_id: AccountId, folder_id: FolderId) -> list[tuple[FolderId, str]]:
    """Ids and names from a folder up to the one under the top; empty if it is not there."""
    rows = tx.rows(_UPWARDS, {"account": account_id, "folder": folder_id})
    above = {id_: (parent, name) for id_, parent, name in rows}
    found = []
    while folder_id in above:
        parent, name = above.pop(folder_id)
        found.append((folder_id, name))
        folder_id = parent
    return found


def is_within(tx: Transaction, act: Act, folder_id: FolderId) -> bool:
    """Whether a key may see what is in that folder; always if it is not restricted to one."""
    return act.within is None or any(id_ == act.within for id_, _ in chain(tx, act.account_id, folder_id))


def require_within(tx: Transaction, act: Act, folder_id: FolderId) -> Folder:
    """The folder. Raises NotFound if it is not there, not in the account, or outside of what the key may see."""
    found = folder(tx, act.account_id, folder_id)
    if found is None or not is_within(tx, act, folder_id):
        raise absent(folder_id)
    return found


def place(tx: Transaction, act: Act, folder_id: FolderId) -> FolderId:
    """
    The folder that a request means, where the empty id is what the caller sees as the top.

    Raises NotFound as `require_within` does. A key whose folder was deleted does not fall back to the top of the
    account.
    """
    wanted = folder_id or top_of(act)
    return wanted and require_within(tx, act, wanted).id


def path(tx: Transaction, act: Act, folder_id: FolderId) -> str:
    """The path to a folder from what the caller sees as the top, which is `/`."""
    names = []
    for id_, name in chain(tx, act.account_id, folder_id):
        if id_ == act.within:
            break
        names.append(name)
    return folder_path(names[::-1])


def find(tx: Transaction, act: Act, wanted: FolderRef) -> FolderId:
    """The id of a folder that a request names. Raises NotFound as `require_within` does."""
    if wanted.id is not None:
        return require_within(tx, act, wanted.id).id
    found = place(tx, act, TOP)
    for name in wanted.names:
        child = _child(tx, act.account_id, found, name)
        if child is None:
            raise absent(folder_path(list(wanted.names)))
        found = child
    return found


def find_or_create(tx: Transaction, act: Act, wanted: FolderRef, limits: FolderLimits, now: datetime) -> FolderId:
    """
    The same, where what a path lacks is made on the way.

    Raises NotFound for an id as `find` does, FoldersFull if the limits leave no room for it.
    """
    if wanted.id is not None:
        return find(tx, act, wanted)
    found = place(tx, act, TOP)
    for name in wanted.names:
        found = _child(tx, act.account_id, found, name) or _added(tx, act, found, name, limits, now).id
    return found


def create(tx: Transaction, act: Act, parent_id: FolderId, name: str, limits: FolderLimits, now: datetime) -> Folder:
    """
    Make a folder in another, which the caller may see, or at the top.

    Raises FolderNameTaken if there is one of that name, FoldersFull if the limits leave no room for it.
    """
    require_free(tx, act, parent_id, name)
    return _added(tx, act, parent_id, name, limits, now)


def require_free(tx: Transaction, act: Act, parent_id: FolderId, name: str) -> None:
    """Raise FolderNameTaken if a folder of that name is there."""
    taken = _child(tx, act.account_id, parent_id, name)
    if taken is not None:
        raise FolderNameTaken(name, path(tx, act, parent_id), taken)


def children(tx: Transaction, account_id: AccountId, parent_id: FolderId, after: str, most: int) -> list[Folder]:
    """Up to `most` folders that lie in another, in the order of their names, from after that name."""
    asked = {"account": account_id, "parent": parent_id, "after": after, "most": most}
    return [read(row) for row in tx.rows(_CHILDREN, asked)]


def alter(tx: Transaction, act: Act, old: Folder, change: FolderChange, limits: FolderLimits, now: datetime) -> Folder:
    """
    Rename a folder, move it, or both; give it as it is then.

    Raises NotFound as `place` does for the new parent; FolderCycle, FolderNameTaken, FoldersFull if it would be too
    deep.
    """
    name = old.name if change.name is None else change.name
    parent_id = old.parent_id if change.parent_id is None else place(tx, act, change.parent_id)
    if (name, parent_id) == (old.name, old.parent_id):
        return old
    if parent_id != old.parent_id:
        _require_place(tx, act, old, parent_id, limits)
    require_free(tx, act, parent_id, name)
    tx.run(_ALTER, {"folder": old.id, "new_name": name, "new_parent": parent_id, "now": now.timestamp()})
    before = {"name": old.name, "parent_id": old.parent_id}
    audit.note(tx, act, "folder.changed", old.id, now, {"name": name, "parent_id": parent_id, "before": before})
    return msgspec.structs.replace(old, name=name, parent_id=parent_id, updated_at=now, version=old.version + 1)


def contents(tx: Transaction, account_id: AccountId, folder_id: FolderId) -> list[Asset]:
    """The assets in a folder and in those below it that have bytes, which are those that are counted."""
    return [catalogue.read(row) for row in tx.rows(_CONTENTS, {"account": account_id, "folder": folder_id})]


def remove(tx: Transaction, act: Act, folder_id: FolderId, now: datetime) -> int:
    """
    Delete a folder and those below it; give how many these were.

    Assets that are still in them, which have no bytes or are deleted, go to what the caller sees as the top: what is
    sent or restored later is found there.
    """
    asked = {"account": act.account_id, "folder": folder_id}
    gone = tx.rows(_SUBTREE, asked)
    tx.run(_LEAVE, {**asked, "top": top_of(act)})
    tx.run(_DELETE, asked)
    for id_, name in gone:
        audit.note(tx, act, "folder.deleted", id_, now, {"name": name})
    return len(gone)


def require_own(tx: Transaction, act: Act, folder_id: FolderId) -> Folder:
    """
    A folder that the caller may change. Raises NotFound as `require_within` does, FolderConflict if it is the one
    that the key is restricted to.
    """
    found = require_within(tx, act, folder_id)
    if folder_id == act.within:
        raise FolderConflict("This key is restricted to this folder: it may change what is in it, not the folder.")
    return found


def absent(named: str) -> NotFound:
    """The same answer for what is not there and for what is somebody else's."""
    return NotFound(f"There is no folder {named[:60]!r} in this account.")


def read(row: Row) -> Folder:
    """The folder in a row of its columns."""
    id_, account, parent, name, created, updated, version, *counts = row
    return Folder(id_, account, parent, name, instant(created), instant(updated), version, FolderCounts(*counts))


def _child(tx: Transaction, account_id: AccountId, parent_id: FolderId, name: str) -> FolderId | None:
    found = tx.row(_CHILD, {"account": account_id, "parent": parent_id, "called": name})
    return found[0] if found else None


def _require_place(tx: Transaction, act: Act, moved: Folder, parent_id: FolderId, limits: FolderLimits) -> None:
    """That a folder may be moved there: it is not below the folder itself, and not too deep for what is in it."""
    above = chain(tx, act.account_id, parent_id)
    if any(id_ == moved.id for id_, _ in above):
        raise FolderCycle(moved.name)
    enough = limits.max_depth - len(above) + 1
    height = tx.row(_HEIGHT, {"account": act.account_id, "folder": moved.id, "enough": enough})
    assert height is not None  # a maximum always is
    _require_depth(len(above) + height[0], limits)


def _added(tx: Transaction, act: Act, parent_id: FolderId, name: str, limits: FolderLimits, now: datetime) -> Folder:
    _require_depth(len(chain(tx, act.account_id, parent_id)) + 1, limits)
    _require_room(tx, act.account_id, limits)
    new = Folder(new_folder_id(), act.account_id, parent_id, name, now, now, 1)
    at = now.timestamp()
    tx.run(
        _ADD,
        {
            "id": new.id,
            "account_id": new.account_id,
            "parent_id": parent_id,
            "name": name,
            "created_at": at,
            "updated_at": at,
            "version": 1,
        },
    )
    audit.note(tx, act, "folder.created", new.id, now, {"name": name, "parent_id": parent_id})
    return new


def _require_depth(depth: int, limits: FolderLimits) -> None:
    if depth > limits.max_depth:
        raise FoldersFull(
            f"This would make folders {depth} deep; allowed are {limits.max_depth} levels. Choose a place further up."
        )


def _require_room(tx: Transaction, account_id: AccountId, limits: FolderLimits) -> None:
    found = tx.row(_COUNT, {"account": account_id})
    assert found is not None  # a count always is
    if found[0] >= limits.max_per_account:
        raise FoldersFull(
            f"The account has {found[0]:,} folders, as many as are allowed. Delete some that are not needed."
        )
