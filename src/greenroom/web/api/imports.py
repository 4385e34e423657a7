"""`/api/v1/imports`: have originals fetched from an address, and see what became of them."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from greenroom.domain import declarations, labels
from greenroom.domain.access import Scope
from greenroom.domain.folder import folder_ref
from greenroom.domain.imports import Import, ImportId, ImportState
from greenroom.domain.instants import unix_s
from greenroom.domain.media import Finding, Kind
from greenroom.errors import ParameterError
from greenroom.services.imports import ImportRequest, Imports
from greenroom.web.api.answers import Body, answer, problems_of
from greenroom.web.api.fields import FolderPath, Metadata, Name, Sha256, Tags, Url
from greenroom.web.api.lists import Cursor, by_time, page, place
from greenroom.web.auth import Callers

_MOST = 100
_NEWEST = (float(2**62), "")
_KINDS = [kind.value for kind in Kind]


class NewImport(Body):
    """An original to be fetched. What it is is told by its name, the name in the address, its type, or its kind."""

    url: Url = Field(
        max_length=4096,
        description="An http or https address on the public internet.",
        examples=["https://example.com/holiday.jpg"],
    )
    filename: Name | None = Field(None, description="Instead of the name in the address.")
    content_type: str | None = Field(None, max_length=255, description="Where no name tells the type.")
    kind: str | None = Field(
        None,
        description="Where neither name nor type tell it: any accepted format of that kind is taken.",
        json_schema_extra={"enum": [*_KINDS, None]},
    )
    name: Name | None = Field(None, description="Of the asset; else the file's.")
    sha256: Sha256 | None = None
    folder: FolderPath | None = Field(
        None, description="An id, or a path such as `/shop/boots`; what it lacks is made."
    )
    tags: Tags = Field([])
    metadata: Metadata = Field({})


class ImportShown(BaseModel):
    """
    An import as it stands. `received_bytes` grows while it is `fetching`; `attempts` counts the tries that began.

    `findings` say why it failed or, while it is `pending`, why the last try did; then the next is at `next_try_at`.
    """

    import_id: str
    state: ImportState
    url: str
    asset_id: str
    asset_url: str
    upload_id: str
    attempts: int
    received_bytes: int
    next_try_at: int | None
    findings: list[dict[str, Any]]
    created_at: int
    ended_at: int | None


class ImportPage(BaseModel):
    """Imports, newest first."""

    data: list[ImportShown]
    next_cursor: str | None


def imports_router(imports: Imports, callers: Callers) -> APIRouter:
    """The routes."""
    router = APIRouter(prefix="/api/v1/imports", tags=["imports"])
    threads, origins = callers.threads, callers.origins
    shown: dict[int | str, dict[str, Any]] = {200: {"model": ImportShown}}

    @router.post(
        "",
        status_code=202,
        responses={202: {"model": ImportShown}, **problems_of(401, 403, 404, 409, 413, 415, 422, 503, 507)},
    )
    async def start_import(request: Request, body: NewImport) -> Response:
        """
        Have an original fetched; the asset's address holds from now on, its bytes come when they came and are good.

        The address is checked at once, and again whenever something is connected to. Fetches that fail for reasons
        that may pass are tried again with growing gaps. The asset's `asset.ready` tells of success, `import.failed`
        of the end of all tries.
        """
        act = await callers.act(request.scope, Scope.UPLOAD)
        one = await threads.outside(imports.start, act, _asked(body))
        headers = {"location": f"/api/v1/imports/{one.id}"}
        return answer(request, _shown(one, 0, origins.origin(request.scope)), 202, headers)

    @router.get("", responses={200: {"model": ImportPage}, **problems_of(401, 403, 422)})
    async def list_imports(
        request: Request,
        limit: Annotated[int, Query(ge=1, le=_MOST, description="Imports on a page.")] = 20,
        cursor_: Cursor = None,
    ) -> Response:
        """The account's imports, newest first."""
        act = await callers.act(request.scope, Scope.READ)
        before = place(cursor_, tuple[float, str]) or _NEWEST
        found = await threads.quick(imports.page, act, before, limit + 1)
        origin = origins.origin(request.scope)

        def show(one: Import) -> dict[str, Any]:
            return _shown(one, imports.received_bytes(one), origin)

        return answer(request, page(found, limit, by_time, show))

    @router.get("/{import_id}", responses={**shown, **problems_of(401, 403, 404, 422)})
    async def get_import(request: Request, import_id: str) -> Response:
        """One import."""
        act = await callers.act(request.scope, Scope.READ, Scope.UPLOAD)
        one = await threads.quick(imports.one, act, ImportId(import_id))
        return answer(request, _shown(one, imports.received_bytes(one), origins.origin(request.scope)))

    @router.delete("/{import_id}", responses={**shown, **problems_of(401, 403, 404, 409, 422)})
    async def cancel_import(request: Request, import_id: str) -> Response:
        """End an import that has not ended; its asset, which has no file, is deleted."""
        act = await callers.act(request.scope, Scope.UPLOAD)
        one = await threads.judge(imports.cancel, act, ImportId(import_id))
        return answer(request, _shown(one, 0, origins.origin(request.scope)))

    return router


def _asked(body: NewImport) -> ImportRequest:
    if body.kind is not None and body.kind not in _KINDS:
        raise ParameterError("kind", f"is {body.kind[:40]!r}; allowed are {', '.join(_KINDS)}")
    return ImportRequest(
        url=body.url,
        filename=labels.name(body.filename, "filename") if body.filename is not None else None,
        content_type=body.content_type,
        kind=Kind(body.kind) if body.kind is not None else None,
        name=labels.name(body.name) if body.name is not None else "",
        sha256=declarations.sha256(body.sha256) if body.sha256 is not None else None,
        folder=folder_ref(body.folder) if body.folder is not None else None,
        tags=labels.tags(body.tags),
        metadata=labels.metadata(body.metadata),
    )


def _shown(one: Import, received_bytes: int, origin: str) -> dict[str, Any]:
    waits = one.state is ImportState.PENDING
    findings: tuple[Finding, ...] = one.findings
    return {
        "import_id": one.id,
        "state": one.state,
        "url": one.url,
        "asset_id": one.asset.id,
        "asset_url": origin + one.asset.path,
        "upload_id": one.upload_id,
        "attempts": one.attempts,
        "received_bytes": received_bytes,
        "next_try_at": int(one.next_try_at.timestamp()) if waits else None,
        "findings": findings,
        "created_at": int(one.created_at.timestamp()),
        "ended_at": unix_s(one.ended_at),
    }
