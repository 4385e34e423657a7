"""`/api/v1/videos`: have videos made of assets, follow how far they are, end them and try them again."""

from collections.abc import Callable
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request, Response

from greenroom.domain.access import Scope
from greenroom.domain.act import Act
from greenroom.domain.production import Caller, Video, VideoId, VideoState
from greenroom.errors import NotFound
from greenroom.services.production import NEWEST, Production
from greenroom.web.api.answers import answer, empty, problems_of
from greenroom.web.api.event_stream import EventStream, EventWatch, Sight
from greenroom.web.api.lists import Cursor, by_time, page, place, state_of, wanted
from greenroom.web.api.video_models import NewVideo, VideoPage, VideoShown, wish_of
from greenroom.web.api.video_views import shown_progress, shown_video
from greenroom.web.auth import Callers

_MOST = 100
_EVENT = {
    "type": "object",
    "required": ["id", "event", "data"],
    "properties": {
        "id": {"type": "string"},
        "event": {"enum": ["progress", "completed", "failed", "cancelled", "deleted"]},
        "data": {"type": "string", "description": "JSON."},
    },
}
_EVENTS: dict[str, Any] = {
    "description": "An event `progress` whenever something changes, then one that is called as the last state is.",
    "content": {"text/event-stream": {"schema": _EVENT}},
}

_TOLD: dict[str, Any] = {"description": "It has ended, and the last event was told."}


def videos_router(production: Production, callers: Callers, watch: EventWatch) -> APIRouter:
    """The routes."""
    router = APIRouter(prefix="/api/v1/videos", tags=["videos"])
    threads, origins = callers.threads, callers.origins
    shown: dict[int | str, dict[str, Any]] = {200: {"model": VideoShown}}

    def show(origin: str, video: Video) -> dict[str, Any]:
        return shown_video(video, production.progress(video), production.files(video), origin)

    async def changed(request: Request, change: Callable[[Act, VideoId], Video], video_id: str) -> Response:
        act = await callers.act(request.scope, Scope.RENDER)
        video = await threads.judge(change, act, VideoId(video_id))
        return answer(request, show(origins.origin(request.scope), video))

    @router.post(
        "",
        status_code=202,
        responses={202: {"model": VideoShown}, **problems_of(401, 402, 403, 404, 409, 413, 422, 503, 507)},
    )
    async def make_video(request: Request, body: NewVideo) -> Response:
        """
        Have a video made. Everything that can be known is checked at once; `warnings` say what will be otherwise.

        An asset that is still being verified or fetched makes the video wait. Credits are charged now, and given back
        if it fails or is cancelled.
        """
        act = await callers.act(request.scope, Scope.RENDER)
        video = await threads.outside(production.create, act, wish_of(body), Caller.API)
        headers = {"location": f"/api/v1/videos/{video.id}"}
        return answer(request, show(origins.origin(request.scope), video), 202, headers)

    @router.get("", responses={200: {"model": VideoPage}, **problems_of(401, 403, 422)})
    async def list_videos(
        request: Request,
        state: Annotated[str | None, state_of(VideoState)] = None,
        limit: Annotated[int, Query(ge=1, le=_MOST, description="Videos on a page.")] = 20,
        cursor_: Cursor = None,
    ) -> Response:
        """The account's videos, newest first, whichever call asked for them."""
        act = await callers.act(request.scope, Scope.READ, Scope.RENDER)
        before = place(cursor_, tuple[float, str]) or NEWEST
        found = await threads.quick(production.page, act, before, limit + 1, wanted(state, VideoState))
        return answer(request, page(found, limit, by_time, partial(show, origins.origin(request.scope))))

    @router.get("/{video_id}", responses={**shown, **problems_of(401, 403, 404)})
    async def get_video(request: Request, video_id: str) -> Response:
        """One video: its state, how far it is, what it is made by and of, and where its files are."""
        act = await callers.act(request.scope, Scope.READ, Scope.RENDER)
        video = await threads.quick(production.one, act, VideoId(video_id))
        return answer(request, show(origins.origin(request.scope), video))

    @router.get(
        "/{video_id}/events",
        response_class=Response,
        responses={200: _EVENTS, 204: _TOLD, **problems_of(401, 403, 404)},
    )
    async def watch_video(
        request: Request,
        video_id: str,
        last_event_id: Annotated[str | None, Header(description="Of the last event that was told.")] = None,
    ) -> Response:
        """
        How far a video is, live, by server-sent events.

        An event `progress` has `state`, `step`, `done` and `left_s`; the last is called `completed`, `failed`,
        `cancelled` or `deleted` and has the whole video.
        """
        act = await callers.act(request.scope, Scope.READ, Scope.RENDER)
        video = await threads.quick(production.one, act, VideoId(video_id))
        # A browser connects again whenever a stream ends, until it is told 204.
        if video.ended and last_event_id:
            return empty(request)
        origin = origins.origin(request.scope)

        async def look() -> Sight:
            try:
                return _sight(await threads.quick(production.one, act, VideoId(video_id)))
            except NotFound:
                return Sight("deleted", {"video_id": video_id}, True)

        def _sight(now: Video) -> Sight:
            if now.ended:
                return Sight(now.state.value, show(origin, now), True)
            progress = shown_progress(production.progress(now))
            return Sight("progress", {"video_id": now.id, "state": now.state.value, **progress}, False)

        headers = {"x-request-id": answer(request, None).headers["x-request-id"]}
        return EventStream(partial(watch.stream, (act.account_id, video_id, origin), look), headers)

    @router.post("/{video_id}/cancel", responses={**shown, **problems_of(401, 403, 404, 409)})
    async def cancel_video(request: Request, video_id: str) -> Response:
        """End a video that is not finished; what was charged for it is given back."""
        return await changed(request, production.cancel, video_id)

    @router.post("/{video_id}/retry", responses={**shown, **problems_of(401, 402, 403, 404, 409)})
    async def retry_video(request: Request, video_id: str) -> Response:
        """Have a video that failed or was cancelled made again, by the same spec and the same bytes."""
        return await changed(request, production.retry, video_id)

    @router.delete("/{video_id}", status_code=204, responses=problems_of(401, 403, 404, 409))
    async def delete_video(
        request: Request,
        video_id: str,
        force: Annotated[bool, Query(description="Even what something pending is made from.")] = False,
    ) -> Response:
        """Forget a video, ending it first; its film is deleted like any asset, and can be restored like one."""
        act = await callers.act(request.scope, Scope.RENDER)
        await threads.judge(partial(production.delete, force=force), act, VideoId(video_id))
        return empty(request)

    return router
