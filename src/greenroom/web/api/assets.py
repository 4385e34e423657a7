"""`/api/v1/assets`: the account's assets, listed, searched, shown, changed, deleted and restored."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, Depends, Query, Request, Response

from greenroom.domain import labels
from greenroom.domain.access import Scope
from greenroom.domain.asset import Asset, AssetChange, AssetState
from greenroom.domain.asset_query import TAGS_MAX, WORDS_MAX, AssetQuery, Bound, Measure, Place, Sort
from greenroom.domain.folder import folder_ref
from greenroom.domain.instants import unix_s
from greenroom.domain.media import Format, Kind
from greenroom.domain.search_text import words
from greenroom.errors import GreenroomError, ParameterError
from greenroom.services.library import Bulk, BulkAction, Details, Library
from greenroom.services.renditions import Renditions
from greenroom.web.answers import rid_of
from greenroom.web.api.answers import IfMatch, answer, etag, problems_of, versions
from greenroom.web.api.asset_models import AssetDetails, AssetPage, AssetShown, AssetWishes, BulkAnswer, BulkWish
from greenroom.web.api.fields import SHOWN_PATH_MAX, FolderPath, Tag, Whole
from greenroom.web.api.lists import Cursor, page, place
from greenroom.web.api.renditions import shown_rendition
from greenroom.web.auth import Callers
from greenroom.web.problems import problem_document
from greenroom.web.views import receipt

_MOST = 100
_LAST_SECOND = 1e11

Order = Literal["created", "-created", "name", "-name", "size", "-size", "duration", "-duration"]
Size = Annotated[Whole | None, Query()]
Seconds = Annotated[float | None, Query(ge=0, le=_LAST_SECOND, allow_inf_nan=False)]


def assets_router(library: Library, renditions: Renditions, callers: Callers) -> APIRouter:
    """The routes."""
    router = APIRouter(prefix="/api/v1/assets", tags=["assets"])
    threads, origins = callers.threads, callers.origins
    shown: dict[int | str, dict[str, Any]] = {200: {"model": AssetShown}}

    def show(request: Request, asset: Asset) -> Response:
        return answer(request, receipt(asset, origins.origin(request.scope)), headers={"etag": etag(asset.version)})

    @router.get("", responses={200: {"model": AssetPage}, **problems_of(401, 403, 404, 422)})
    async def list_assets(
        request: Request,
        query: Annotated[AssetQuery, Depends(_query)],
        limit: Annotated[int, Query(ge=1, le=_MOST, description="Assets on a page.")] = 20,
        cursor_: Cursor = None,
    ) -> Response:
        """The account's assets; without `status` all but those that were deleted."""
        act = await callers.act(request.scope, Scope.READ)
        found = await threads.quick(library.page, act, query, _place(cursor_, query), limit + 1)
        origin = origins.origin(request.scope)
        return answer(request, page(found, limit, lambda one: one[1], lambda one: receipt(one[0], origin)))

    @router.post("/bulk", responses={200: {"model": BulkAnswer}, **problems_of(401, 403, 422)})
    async def change_assets(request: Request, body: BulkWish) -> Response:
        """Delete, restore, move, tag or untag up to 100 assets in one transaction; each has an outcome of its own."""
        act = await callers.keeper(request.scope)
        wanted = _bulk(body)
        outcomes = await threads.judge(library.bulk, act, wanted)
        origin, rid = origins.origin(request.scope), rid_of(request.scope)
        data = [_outcome(named, outcome, origin, rid) for named, outcome in zip(body.ids, outcomes, strict=True)]
        return answer(request, {"data": data})

    @router.get("/{asset_id}", responses={200: {"model": AssetDetails}, **problems_of(401, 403, 404)})
    async def get_asset(request: Request, asset_id: str) -> Response:
        """One asset with all that is known of it; who may upload may watch what comes of it."""
        act = await callers.act(request.scope, Scope.READ, Scope.UPLOAD)
        details = await threads.quick(library.details, act, asset_id)
        view = _details(details, library, renditions, origins.origin(request.scope))
        return answer(request, view, headers={"etag": etag(details.asset.version)})

    @router.patch("/{asset_id}", responses={**shown, **problems_of(401, 403, 404, 409, 412, 422)})
    async def change_asset(request: Request, asset_id: str, body: AssetWishes, if_match: IfMatch = None) -> Response:
        """Name, describe, tag or move an asset."""
        act = await callers.keeper(request.scope)
        return show(request, await threads.judge(library.alter, act, asset_id, _change(body), versions(if_match)))

    @router.delete("/{asset_id}", responses={**shown, **problems_of(401, 403, 404, 409, 412, 422)})
    async def delete_asset(
        request: Request,
        asset_id: str,
        force: Annotated[bool, Query(description="Even if something pending is made from it.")] = False,
        if_match: IfMatch = None,
    ) -> Response:
        """
        Delete an asset: its address answers 410 from now on. It can be restored for a while, then its bytes are
        removed for good. Deleting it again changes nothing.
        """
        act = await callers.keeper(request.scope)
        return show(request, await threads.judge(library.delete, act, asset_id, versions(if_match), force=force))

    @router.post("/{asset_id}/restore", responses={**shown, **problems_of(401, 403, 404, 410)})
    async def restore_asset(request: Request, asset_id: str) -> Response:
        """Make a deleted asset what it was before; one that is not deleted stays as it is."""
        act = await callers.keeper(request.scope)
        return show(request, await threads.judge(library.restore, act, asset_id))

    return router


def _query(
    q: Annotated[
        str,
        Query(max_length=200, description="Words that all occur, wherever, in name, description, tags or metadata."),
    ] = "",
    kind: Annotated[list[Kind], Query()] = [],  # noqa: B006  # FastAPI makes a new one for each request
    status: Annotated[list[AssetState], Query()] = [],  # noqa: B006
    format: Annotated[list[Format], Query()] = [],  # noqa: B006
    folder: Annotated[
        FolderPath | None,
        Query(max_length=SHOWN_PATH_MAX, description="A folder's id or the path to it; empty is the top."),
    ] = None,
    recursive: Annotated[bool, Query(description="With the folders below.")] = False,
    tag: Annotated[
        list[Tag], Query(max_length=TAGS_MAX, description="Given several times, an asset has to have all of them.")
    ] = [],  # noqa: B006
    min_size: Size = None,
    max_size: Size = None,
    min_duration: Seconds = None,
    max_duration: Seconds = None,
    min_width: Size = None,
    max_width: Size = None,
    min_height: Size = None,
    max_height: Size = None,
    min_created: Annotated[Seconds, Query(description="Unix seconds.")] = None,
    max_created: Annotated[Seconds, Query(description="Unix seconds.")] = None,
    sort: Annotated[
        Order,
        Query(description="A minus puts the largest first. Assets without that value come last."),
    ] = "-created",
) -> AssetQuery:
    """Bounds in bytes, seconds, pixels and Unix seconds; each belongs to its range."""
    ranges = {
        Measure.SIZE: (min_size, max_size),
        Measure.DURATION: (min_duration, max_duration),
        Measure.WIDTH: (min_width, max_width),
        Measure.HEIGHT: (min_height, max_height),
        Measure.CREATED: (min_created, max_created),
    }
    return AssetQuery(
        words=_few(words(q), WORDS_MAX, "q"),
        kinds=tuple(kind),
        states=tuple(status),
        formats=tuple(format),
        folder=folder_ref(folder) if folder is not None else None,
        recursive=recursive,
        tags=labels.tags(_few(tag, TAGS_MAX, "tag"), "tag"),
        bounds=tuple(
            Bound(measure, is_upper, value)
            for measure, ends in ranges.items()
            for is_upper, value in zip((False, True), ends, strict=True)
            if value is not None
        ),
        sort=Sort(sort.removeprefix("-")),
        descending=sort.startswith("-"),
    )


def _few(values: Sequence[str], most: int, field: str) -> tuple[str, ...]:
    if len(values) > most:
        raise ParameterError(field, f"has {len(values)} parts; allowed are {most}")
    return tuple(values)


def _place(text: str | None, query: AssetQuery) -> Place | None:
    """Raises ParameterError for a cursor of a list that is sorted otherwise."""
    found: Place | None = place(text, Place)
    if found is not None and not found.fits(query.sort):
        raise ParameterError(
            "cursor", "was given by a list that is sorted otherwise; leave it out to begin at the start"
        )
    return found


def _change(body: AssetWishes) -> AssetChange:
    given = body.model_fields_set
    return AssetChange(
        name=labels.name(body.name) if "name" in given else None,
        description=labels.description(body.description) if "description" in given else None,
        folder=folder_ref(body.folder or "") if "folder" in given else None,
        tags=labels.tags(body.tags) if "tags" in given else None,
        metadata=labels.metadata(body.metadata) if "metadata" in given else None,
    )


def _bulk(body: BulkWish) -> Bulk:
    given = body.model_fields_set - {"action", "ids"}
    needed = {BulkAction.MOVE: {"folder"}, BulkAction.TAG: {"tags"}, BulkAction.UNTAG: {"tags"}}.get(body.action, set())
    allowed = needed or ({"force"} if body.action is BulkAction.DELETE else set())
    for field in sorted(needed - given):
        raise ParameterError(field, f"is missing; {body.action.value} needs it")
    for field in sorted(given - allowed):
        raise ParameterError(field, f"is not for {body.action.value}; leave it out")
    folder = folder_ref(body.folder or "") if "folder" in given else None
    return Bulk(body.action, tuple(body.ids), folder, labels.tags(body.tags), body.force)


def _outcome(named: str, outcome: Asset | GreenroomError, origin: str, rid: str) -> dict[str, Any]:
    if isinstance(outcome, Asset):
        return {"id": named, "status": 200, "asset": receipt(outcome, origin), "problem": None}
    status, problem = problem_document(outcome, rid)
    return {"id": named, "status": status, "asset": None, "problem": msgspec.Raw(problem)}


def _details(details: Details, library: Library, renditions: Renditions, origin: str) -> dict[str, Any]:
    until = library.restorable_until(details.asset)
    return receipt(details.asset, origin) | {
        "verdict": details.verdict,
        "renditions": [shown_rendition(one, renditions.progress(one), origin) for one in details.renditions],
        "used_by": [
            {
                "type": use.user_type,
                "id": use.user_id,
                "pending": use.pending,
                "created_at": int(use.created_at.timestamp()),
            }
            for use in details.uses
        ],
        "restorable_until": unix_s(until),
    }
