"""
Folders: what their names may be, and how a request names one, by its id or by the path to it.

The top of an account's tree has no row: its id is the empty text. A path is the names from the top down with `/`
between them, so that sign stands in no name, and `.` and `..` are no names.
"""

import os
import re
from datetime import datetime

from msgspec import Struct

from greenroom.domain import labels
from greenroom.domain.ids import AccountId, FolderId
from greenroom.errors import ParameterError

TOP = FolderId("")
NAME_MAX = 255

ID_PATTERN = "^fld_[0-9a-f]{32}$"

_ID = re.compile(ID_PATTERN)
_ID_BEGINS = "fld_"


class FolderCounts(Struct, frozen=True):
    """What is in a folder: directly, and with all that is below. Assets count while they have bytes."""

    folders: int = 0
    assets: int = 0
    all_folders: int = 0
    all_assets: int = 0


class Folder(Struct, frozen=True):
    """A folder; its name is unique among those with the same parent, the top if that is empty."""

    id: FolderId
    account_id: AccountId
    parent_id: FolderId
    name: str
    created_at: datetime
    updated_at: datetime
    version: int
    """Counts the changes of name and place."""
    counts: FolderCounts = FolderCounts()


class FolderChange(Struct, frozen=True):
    """What a folder is to be called and where it is to be; None leaves it as it is, the top is where paths begin."""

    name: str | None = None
    parent_id: FolderId | None = None


class FolderLimits(Struct, frozen=True):
    """How deep and how large a tree may grow, and how much of it may be deleted in one step."""

    max_depth: int = 32
    max_per_account: int = 100_000
    max_deleted_at_once: int = 5_000


class FolderRef(Struct, frozen=True):
    """A folder as a request names it: by its id, or else by the names from the top down to it."""

    id: FolderId | None = None
    names: tuple[str, ...] = ()


def new_folder_id() -> FolderId:
    """A folder id with 128 random bits."""
    return FolderId(_ID_BEGINS + os.urandom(16).hex())


def folder_name(value: object, field: str = "name") -> str:
    """
    The name of a folder in NFC, without white space around it: 1 to 255 characters of any script.

    Raises ParameterError that names the field.
    """
    name = labels.name(value, field)
    if "/" in name:
        raise ParameterError(field, f"is {name[:60]!r}; '/' separates folders in a path, use another sign")
    if name in (".", ".."):
        raise ParameterError(field, f"is {name!r}, which is no name: paths go from the top down, never up")
    if len(name) > NAME_MAX:
        raise ParameterError(field, f"has {len(name)} characters; allowed are {NAME_MAX}")
    return name


def folder_ref(text: str, field: str = "folder") -> FolderRef:
    """
    What a request means by `fld_…`, `shop/boots` or `/shop/boots`; an empty text and `/` are the top.

    What begins like an id is one; a folder of such a name is reached with a slash before it. Raises ParameterError
    for an id that is none, and for a path with a name that no folder can have.
    """
    if _ID.fullmatch(text):
        return FolderRef(id=FolderId(text))
    if text.startswith(_ID_BEGINS):
        problem = f"is {text[:60]!r}, which is no id: those have {_ID_BEGINS!r} and 32 hexadecimal digits"
        raise ParameterError(field, f"{problem}. A folder of that name is '/{text[:60]}'")
    return FolderRef(names=tuple(folder_name(part, field) for part in text.split("/") if part.strip()))


def folder_path(names: list[str]) -> str:
    """The path to a folder, in the form that always leads back to it."""
    return "/" + "/".join(names)
