"""`/api/v1/folders`: the tree that an account sorts its assets into."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from greenroom.domain.access import Scope
from greenroom.domain.folder import TOP, FolderChange, folder_name, folder_ref
from greenroom.domain.ids import FolderId
from greenroom.errors import ParameterError
from greenroom.services.folders import FolderRecord, Folders
from greenroom.web.api.answers import Body, IfMatch, answer, etag, problems_of, versions
from greenroom.web.api.fields import SHOWN_PATH_MAX, FolderKey, FolderName, FolderPath
from greenroom.web.api.lists import Cursor, page, place
from greenroom.web.auth import Callers

_MOST = 100


class NewFolder(Body):
    """A folder to be made."""

    name: FolderName
    parent_id: FolderKey | None = Field(None, description="Where it is to lie; null is the top.")


class ChangedFolder(Body):
    """What is to be changed; what is left out stays."""

    name: FolderName = ""
    parent_id: FolderKey | None = Field(None, description="Where it is to be moved; null is the top.")


class Counts(BaseModel):
    """What is in a folder. Assets count while they have bytes: not before these came, and not once deleted."""

    folders: int = Field(description="Directly in it.")
    assets: int
    all_folders: int = Field(description="With all that is in the folders below.")
    all_assets: int


class FolderShown(BaseModel):
    """A folder. `path` leads to it wherever a folder may be named; the ETag is its `version`."""

    folder_id: str
    name: str
    path: str
    parent_id: str | None
    counts: Counts
    version: int
    created_at: int
    updated_at: int


class FolderPage(BaseModel):
    """Folders in the order of their names."""

    data: list[FolderShown]
    next_cursor: str | None


class FolderDeleted(BaseModel):
    """How many were deleted, the folder itself among them."""

    folders: int
    assets: int


def folders_router(folders: Folders, callers: Callers) -> APIRouter:
    """The routes."""
    router = APIRouter(prefix="/api/v1/folders", tags=["folders"])
    threads = callers.threads
    shown: dict[int | str, dict[str, Any]] = {200: {"model": FolderShown}}

    @router.post("", status_code=201, responses={201: {"model": FolderShown}, **problems_of(401, 403, 404, 409, 422)})
    async def create_folder(request: Request, body: NewFolder) -> Response:
        """Make a folder."""
        act = await callers.act(request.scope, Scope.UPLOAD)
        parent = FolderId(body.parent_id or TOP)
        made = await threads.judge(folders.create, act, parent, folder_name(body.name))
        headers = {"location": f"/api/v1/folders/{made.folder.id}", "etag": etag(made.folder.version)}
        return answer(request, _shown(made, act.within), 201, headers)

    @router.get("", responses={200: {"model": FolderPage}, **problems_of(401, 403, 404, 422)})
    async def list_folders(
        request: Request,
        parent_id: Annotated[
            FolderKey | None, Query(description="The folder that they lie in; the top without it.")
        ] = None,
        path: Annotated[
            FolderPath | None,
            Query(max_length=SHOWN_PATH_MAX, description="Only the folder at this path, such as `/shop/boots`."),
        ] = None,
        limit: Annotated[int, Query(ge=1, le=_MOST, description="Folders on a page.")] = 20,
        cursor_: Cursor = None,
    ) -> Response:
        """The folders in a folder by name, with what is in each."""
        act = await callers.act(request.scope, Scope.READ)
        after = place(cursor_, str) or ""
        if path is None:
            found = await threads.quick(folders.page, act, FolderId(parent_id or TOP), after, limit + 1)
        elif parent_id is None:
            one = await threads.quick(folders.at, act, folder_ref(path, "path"))
            found = [one] if one is not None else []
        else:
            raise ParameterError("path", "and parent_id are both given; a path goes from the top down")
        listed = page(found, limit, lambda record: record.folder.name, lambda record: _shown(record, act.within))
        return answer(request, listed)

    @router.get("/{folder_id}", responses={**shown, **problems_of(401, 403, 404, 422)})
    async def get_folder(request: Request, folder_id: str) -> Response:
        """One folder: its path and what is in it. Its assets: `GET /api/v1/assets?folder={folder_id}`."""
        act = await callers.act(request.scope, Scope.READ, Scope.UPLOAD)
        found = await threads.quick(folders.one, act, FolderId(folder_id))
        return answer(request, _shown(found, act.within), headers={"etag": etag(found.folder.version)})

    @router.patch("/{folder_id}", responses={**shown, **problems_of(401, 403, 404, 409, 412, 422)})
    async def change_folder(
        request: Request, folder_id: str, body: ChangedFolder, if_match: IfMatch = None
    ) -> Response:
        """Rename a folder, move it with all that is in it, or both."""
        act = await callers.keeper(request.scope)
        given = body.model_fields_set
        change = FolderChange(
            name=folder_name(body.name) if "name" in given else None,
            parent_id=FolderId(body.parent_id or TOP) if "parent_id" in given else None,
        )
        changed = await threads.judge(folders.alter, act, FolderId(folder_id), change, versions(if_match))
        return answer(request, _shown(changed, act.within), headers={"etag": etag(changed.folder.version)})

    @router.delete(
        "/{folder_id}", responses={200: {"model": FolderDeleted}, **problems_of(401, 403, 404, 409, 412, 422)}
    )
    async def delete_folder(
        request: Request,
        folder_id: str,
        recursive: Annotated[
            bool, Query(description="With the folders and assets in it; else it must be empty.")
        ] = False,
        force: Annotated[bool, Query(description="Even assets that something pending is made from.")] = False,
        if_match: IfMatch = None,
    ) -> Response:
        """
        Delete a folder. Assets that are deleted with it can be restored for a while, and are at the top then, as is
        what was signed for it and comes later.
        """
        act = await callers.keeper(request.scope)
        gone = await threads.judge(
            folders.delete, act, FolderId(folder_id), versions(if_match), recursive=recursive, force=force
        )
        return answer(request, gone)

    return router


def _shown(record: FolderRecord, within: FolderId | None) -> dict[str, Any]:
    folder = record.folder
    # What is above the folder that a key is restricted to is not there for it.
    parent = folder.parent_id if folder.id != within else TOP
    return {
        "folder_id": folder.id,
        "name": folder.name,
        "path": record.path,
        "parent_id": parent or None,
        "counts": folder.counts,
        "version": folder.version,
        "created_at": int(folder.created_at.timestamp()),
        "updated_at": int(folder.updated_at.timestamp()),
    }
