"""`/api/v1/lip-syncs`: have the person in a film say something else, follow how far it is, end it and try it again."""

from collections.abc import Callable
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from greenroom.domain.access import Scope
from greenroom.domain.act import Act
from greenroom.domain.instants import unix_s
from greenroom.domain.labels import NAME_MAX
from greenroom.domain.production import Caller, Video, VideoState
from greenroom.domain.production_findings import warnings_now
from greenroom.domain.video import Playback, RecordedVoice
from greenroom.domain.video_wish import LipSyncWish, Named
from greenroom.services.lip_syncs import LipSyncs, task_id
from greenroom.services.production import NEWEST, Production
from greenroom.web.api.answers import Body, answer, empty, problems_of
from greenroom.web.api.fields import AssetName, Url
from greenroom.web.api.lists import Cursor, by_time, page, place, state_of, wanted
from greenroom.web.api.video_models import AssetUsed, OutcomeShown, ProgressShown
from greenroom.web.api.video_views import shown_assets, shown_outcome, shown_progress
from greenroom.web.auth import Callers

_MOST = 100
_TRANSCRIPT_MAX = 60_000


class NewLipSync(Body):
    """A `video` whose person says an `audio`."""

    video: AssetName
    audio: AssetName
    playback: Playback = Field(
        Playback.NORMAL, strict=False, description="How a video goes on that is shorter than the audio."
    )
    transcript: str | None = Field(
        None, min_length=1, max_length=_TRANSCRIPT_MAX, description="The words of `audio`: mouths are timed better."
    )
    language: str = Field("", max_length=40, description="Of `transcript`, a BCP 47 tag; guessed if it is empty.")
    name: str = Field("", max_length=NAME_MAX)
    callback_url: Url | None = Field(None, max_length=2048)


class LipSyncShown(BaseModel):
    """A lip-sync video as it stands. `findings` say why it failed, `warnings` what is not as it was asked for."""

    lip_sync_id: str
    state: VideoState
    name: str
    progress: ProgressShown
    video_url: str | None
    cover_url: str | None
    outcome: OutcomeShown | None
    findings: list[dict[str, Any]]
    warnings: list[dict[str, Any]]
    spec: NewLipSync = Field(description="What it is made by; sent again, it makes the same video.")
    assets: list[AssetUsed]
    asked_by: Caller
    attempts: int
    created_at: int
    started_at: int | None
    ended_at: int | None
    version: int


class LipSyncPage(BaseModel):
    """Lip-sync videos, newest first."""

    data: list[LipSyncShown]
    next_cursor: str | None


def lip_syncs_router(lip_syncs: LipSyncs, production: Production, callers: Callers) -> APIRouter:
    """The routes."""
    router = APIRouter(prefix="/api/v1/lip-syncs", tags=["lip sync"])
    threads, origins = callers.threads, callers.origins
    shown: dict[int | str, dict[str, Any]] = {200: {"model": LipSyncShown}}

    def show(request: Request, video: Video) -> dict[str, Any]:
        return _shown(video, production, origins.origin(request.scope))

    async def changed(request: Request, change: Callable[[Act, str], Video], lip_sync_id: str) -> Response:
        act = await callers.act(request.scope, Scope.RENDER)
        return answer(request, show(request, await threads.judge(change, act, lip_sync_id)))

    @router.post(
        "",
        status_code=202,
        responses={202: {"model": LipSyncShown}, **problems_of(401, 402, 403, 404, 409, 413, 422, 503, 507)},
    )
    async def make_lip_sync(request: Request, body: NewLipSync) -> Response:
        """
        Have the person in a video say an audio. A video that is here is looked at before anything is charged.

        The result has the video's size, 30 frames a second, and the length of the audio.
        """
        act = await callers.act(request.scope, Scope.RENDER)
        video = await threads.outside(lip_syncs.create, act, _wish(body), Caller.LIP_SYNC)
        return answer(request, show(request, video), 202, {"location": f"/api/v1/lip-syncs/{task_id(video)}"})

    @router.get("", responses={200: {"model": LipSyncPage}, **problems_of(401, 403, 422)})
    async def list_lip_syncs(
        request: Request,
        state: Annotated[str | None, state_of(VideoState)] = None,
        limit: Annotated[int, Query(ge=1, le=_MOST, description="How many on a page.")] = 20,
        cursor_: Cursor = None,
    ) -> Response:
        """The account's lip-sync videos, newest first, whichever call asked for them."""
        act = await callers.act(request.scope, Scope.READ, Scope.RENDER)
        before = place(cursor_, tuple[float, str]) or NEWEST
        found = await threads.quick(lip_syncs.page, act, before, limit + 1, wanted(state, VideoState))
        return answer(request, page(found, limit, by_time, partial(show, request)))

    @router.get("/{lip_sync_id}", responses={**shown, **problems_of(401, 403, 404)})
    async def get_lip_sync(request: Request, lip_sync_id: str) -> Response:
        """One lip-sync video: its state, how far it is, what it is made of, and where its files are."""
        act = await callers.act(request.scope, Scope.READ, Scope.RENDER)
        return answer(request, show(request, await threads.quick(lip_syncs.one, act, lip_sync_id)))

    @router.post("/{lip_sync_id}/cancel", responses={**shown, **problems_of(401, 403, 404, 409)})
    async def cancel_lip_sync(request: Request, lip_sync_id: str) -> Response:
        """End one that is not finished; what was charged for it is given back."""
        return await changed(request, lip_syncs.cancel, lip_sync_id)

    @router.post("/{lip_sync_id}/retry", responses={**shown, **problems_of(401, 402, 403, 404, 409)})
    async def retry_lip_sync(request: Request, lip_sync_id: str) -> Response:
        """Have one that failed or was cancelled made again, of the same bytes."""
        return await changed(request, lip_syncs.retry, lip_sync_id)

    @router.delete("/{lip_sync_id}", status_code=204, responses=problems_of(401, 403, 404, 409))
    async def delete_lip_sync(
        request: Request,
        lip_sync_id: str,
        force: Annotated[bool, Query(description="Even what something pending is made from.")] = False,
    ) -> Response:
        """Forget one, ending it first; its film is deleted like any asset, and can be restored like one."""
        act = await callers.act(request.scope, Scope.RENDER)
        await threads.judge(partial(lip_syncs.delete, force=force), act, lip_sync_id)
        return empty(request)

    return router


def _wish(body: NewLipSync) -> LipSyncWish:
    return LipSyncWish(
        film=Named(body.video, "video"),
        sound=Named(body.audio, "audio"),
        playback=body.playback,
        transcript=body.transcript or "",
        language=body.language,
        name=body.name,
        webhook_url=body.callback_url or "",
        webhook_field="callback_url",
    )


def _shown(video: Video, production: Production, origin: str) -> dict[str, Any]:
    files, spec = production.files(video), video.spec
    take, voice = spec.take, spec.voice
    assert take is not None and isinstance(voice, RecordedVoice), "it is a lip-sync video"
    return {
        "lip_sync_id": task_id(video),
        "state": video.state.value,
        "name": spec.name,
        "progress": shown_progress(production.progress(video)),
        "video_url": origin + files.film if files.film else None,
        "cover_url": origin + files.cover if files.cover else None,
        "outcome": shown_outcome(video),
        "findings": video.findings,
        "warnings": warnings_now(video),
        "spec": {
            "video": take.source.asset_id,
            "audio": voice.source.asset_id,
            "playback": take.playback.value,
            "transcript": voice.transcript or None,
            "language": voice.language,
            "name": spec.name,
            "callback_url": video.callback_url,
        },
        "assets": shown_assets(spec),
        "asked_by": video.caller.value,
        "attempts": video.attempts,
        "created_at": int(video.created_at.timestamp()),
        "started_at": unix_s(video.started_at),
        "ended_at": unix_s(video.ended_at),
        "version": video.version,
    }
