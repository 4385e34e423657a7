"""
The tree of folders, as functions of a transaction.

Whoever calls with a key that is restricted to a folder sees that folder as the top: paths begin there, and what is
not below it is not there.
"""

from datetime import datetime

from sqlalchemy import CTE, BindParameter, ColumnElement, and_, bindparam, func, insert, select

from greenroom.db import audit
from greenroom.db.catalogue import instant
from greenroom.db.schema import folders
from greenroom.db.sqlite import Row, Transaction, sql
from greenroom.domain.act import Act
from greenroom.domain.folder import TOP, Folder, FolderLimits, FolderRef, folder_path, new_folder_id
from greenroom.domain.ids import AccountId, FolderId
from greenroom.errors import FolderNameTaken, FoldersFull, NotFound


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
)
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
_ADD = sql(insert(folders).values({column.name: bindparam(column.name) for column in _COLUMNS}))


def _upwards() -> CTE:
    one = and_(folders.c.id == bindparam("folder"), folders.c.account_id == _ACCOUNT)
    found = select(folders.c.id, folders.c.parent_id, folders.c.name).where(one).cte("upwards", recursive=True)
    return found.union(
        select(folders.c.id, folders.c.parent_id, folders.c.name).join_from(
            found, folders, folders.c.id == found.c.parent_id
        )
    )


_UPWARDS = sql(select(_upwards()))


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
    found = _beginning(tx, act)
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
    found = _beginning(tx, act)
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


def absent(named: str) -> NotFound:
    """The same answer for what is not there and for what is somebody else's."""
    return NotFound(f"There is no folder {named[:60]!r} in this account.")


def read(row: Row) -> Folder:
    """The folder in a row of its columns."""
    id_, account, parent, name, created, updated, version = row
    return Folder(id_, account, parent, name, instant(created), instant(updated), version)


def _beginning(tx: Transaction, act: Act) -> FolderId:
    """Where paths begin; a key whose folder was deleted must not fall back to the top of the account."""
    return require_within(tx, act, act.within).id if act.within is not None else TOP


def _child(tx: Transaction, account_id: AccountId, parent_id: FolderId, name: str) -> FolderId | None:
    found = tx.row(_CHILD, {"account": account_id, "parent": parent_id, "called": name})
    return found[0] if found else None


def _added(tx: Transaction, act: Act, parent_id: FolderId, name: str, limits: FolderLimits, now: datetime) -> Folder:
    depth = len(chain(tx, act.account_id, parent_id)) + 1
    if depth > limits.max_depth:
        raise FoldersFull(f"The folder {name[:60]!r} would be {depth} deep; allowed are {limits.max_depth} levels.")
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


def _require_room(tx: Transaction, account_id: AccountId, limits: FolderLimits) -> None:
    found = tx.row(_COUNT, {"account": account_id})
    assert found is not None  # a count always is
    if found[0] >= limits.max_per_account:
        raise FoldersFull(
            f"The account has {found[0]:,} folders, as many as are allowed. Delete some that are not needed."
        )
