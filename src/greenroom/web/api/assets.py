"""`/api/v1/assets`: the account's assets."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from greenroom.domain.access import Scope
from greenroom.domain.ids import AssetId
from greenroom.errors import NotFound
from greenroom.services.library import Library
from greenroom.web.api.answers import answer, cursor, place
from greenroom.web.auth import Callers
from greenroom.web.views import receipt

_MOST = 100
_NEWEST = 2**63 - 1


def assets_router(library: Library, callers: Callers) -> APIRouter:
    """The routes."""
    router = APIRouter(prefix="/api/v1/assets", tags=["assets"])
    threads, origins = callers.threads, callers.origins

    @router.get("")
    async def list_assets(
        request: Request,
        limit: Annotated[int, Query(ge=1, le=_MOST, description="Assets on a page.")] = 20,
        cursor_: Annotated[str | None, Query(alias="cursor", description="`next_cursor` of the page before.")] = None,
    ) -> Response:
        """The account's assets, newest first."""
        act = await callers.act(request.scope, Scope.READ)
        before = place(cursor_, int)
        before = _NEWEST if before is None else max(-_NEWEST, min(before, _NEWEST))
        found = await threads.quick(library.page, act.account_id, before, limit + 1)
        origin = origins.origin(request.scope)
        next_cursor = cursor(found[limit - 1].number) if len(found) > limit else None
        shown = [receipt(asset, origin) for asset in found[:limit]]
        return answer(request, {"data": shown, "next_cursor": next_cursor})

    @router.get("/{asset_id}")
    async def get_asset(request: Request, asset_id: str) -> Response:
        """One asset with what its bytes were found to be; who may upload may watch what comes of it."""
        act = await callers.act(request.scope, Scope.READ, Scope.UPLOAD)
        found = await threads.quick(library.asset, act.account_id, AssetId(asset_id))
        if found is None:
            raise NotFound(f"There is no asset {asset_id[:60]!r} in this account.")
        verdict = await threads.quick(library.verdict, found)
        return answer(request, receipt(found, origins.origin(request.scope)) | {"verdict": verdict})

    return router
