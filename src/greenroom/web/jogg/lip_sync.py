"""The compatible calls about lip-sync videos (contract 2.9)."""

from typing import Any

from greenroom.domain.access import Scope
from greenroom.domain.act import Act
from greenroom.domain.instants import unix_s
from greenroom.domain.media import sentences
from greenroom.domain.production import Caller, Video, VideoState
from greenroom.domain.video import Playback
from greenroom.domain.video_wish import LipSyncWish, Named
from greenroom.errors import ParameterError
from greenroom.services.lip_syncs import LipSyncs, task_id
from greenroom.services.production import Production
from greenroom.web.jogg import coerce
from greenroom.web.jogg.envelope import Call
from greenroom.web.jogg.extras import callback
from greenroom.web.jogg.routes import Doc, Route, Table
from greenroom.web.origin import Origins
from greenroom.web.threads import Threads

_STATUSES = {
    VideoState.PENDING: "pending",
    VideoState.PROCESSING: "processing",
    VideoState.COMPLETED: "success",
    VideoState.FAILED: "failed",
    # The contract has no word for what its owner ended.
    VideoState.CANCELLED: "failed",
}
_PLAYBACK = {one.value: one for one in Playback}
_TEXT = {"type": "string"}
_NAMED = {"type": ["string", "integer", "null"], "description": "Required: the id, number or URL of an asset, or any."}
_TASK = {
    "type": "object",
    "required": ["task_id", "status", "created_at", "completed_at", "data", "error"],
    "properties": {
        "task_id": _TEXT,
        "status": {"enum": ["pending", "processing", "success", "failed"]},
        "created_at": {"type": "integer"},
        "completed_at": {"type": ["integer", "null"]},
        "data": {
            "type": ["object", "null"],
            "properties": {"result_url": _TEXT, "cover_url": _TEXT, "duration_seconds": {"type": "number"}},
        },
        "error": {"type": ["object", "null"], "properties": {"message": _TEXT}},
    },
}
_ACCEPTED = {
    "type": "object",
    "required": ["task_id", "status"],
    "properties": {"task_id": _TEXT, "status": {"enum": ["pending", "processing", "success", "failed"]}},
}
_BODY = {
    "type": "object",
    "properties": {
        "video_url": _NAMED,
        "audio_url": _NAMED,
        "playback_type": {"description": ", ".join(_PLAYBACK)},
        "webhook_url": {"type": ["string", "null"], "description": "Told what came of it; or callback_url."},
    },
}


class LipSyncCalls:
    """Has people in films say something else, and says how far that is."""

    def __init__(self, lip_syncs: LipSyncs, production: Production, origins: Origins, threads: Threads) -> None:
        self._lip_syncs = lip_syncs
        self._production = production
        self._origins = origins
        self._threads = threads

    async def create(self, call: Call, act: Act) -> dict[str, Any]:
        """Have a lip-sync video made."""
        wish = _wish(coerce.json_object(await call.body()))
        video = await self._threads.outside(self._lip_syncs.create, act, wish, Caller.LIP_SYNC_V2)
        return {"task_id": task_id(video), "status": _STATUSES[video.state], "warnings": video.warnings}

    async def one(self, call: Call, act: Act) -> dict[str, Any]:
        """A task."""
        found = await self._threads.quick(self._lip_syncs.one, act, call.segments["task_id"])
        return self._shown(found, self._origins.origin(call.scope))

    async def matching(self, call: Call, act: Act) -> dict[str, Any]:
        """The newest task of a film and a sound, as clients ask before they make one."""
        wish = _wish(call.query)
        look = self._lip_syncs.latest
        found = await self._threads.quick(look, act, wish.film.value, wish.sound.value, wish.playback)
        return self._shown(found, self._origins.origin(call.scope))

    def table(self) -> Table:
        """Where these calls are found."""
        query = {"video_url": _TEXT, "audio_url": _TEXT, "playback_type": _TEXT}
        create = Doc("lip sync", "Have the person in a film say a sound.", _ACCEPTED, _BODY)
        look = Doc("lip sync", "The newest task of a film, a sound and a playback.", _TASK, query=query)
        one = Doc("lip sync", "A task: how far it is, and what was made.", _TASK)
        return {
            "/v2/create_lip_sync_video": {"POST": Route(Scope.RENDER, self.create, create)},
            "/v2/lip_sync_video": {"GET": Route(Scope.READ, self.matching, look)},
            "/v2/lip_sync_video/{task_id}": {"GET": Route(Scope.READ, self.one, one)},
        }

    def _shown(self, video: Video, origin: str) -> dict[str, Any]:
        return {
            "task_id": task_id(video),
            "status": _STATUSES[video.state],
            "created_at": int(video.created_at.timestamp()),
            "completed_at": unix_s(video.ended_at),
            "data": self._made(video, origin),
            "error": {"message": _why(video)} if _STATUSES[video.state] == "failed" else None,
        }

    def _made(self, video: Video, origin: str) -> dict[str, Any] | None:
        files, outcome = self._production.files(video), video.outcome
        if outcome is None:
            return None
        found = {"result_url": files.film, "cover_url": files.cover}
        addresses = {name: origin + path if path else "" for name, path in found.items()}
        return addresses | {"duration_seconds": outcome.duration_s}


def _wish(body: coerce.Body) -> LipSyncWish:
    film, sound = (
        _required(body, field, what)
        for field, what in (("video_url", "a film with a face"), ("audio_url", "what is to be said"))
    )
    playback = coerce.one_of(body, "playback_type", _PLAYBACK) or Playback.NORMAL
    address, field = callback(body)
    return LipSyncWish(film, sound, playback, webhook_url=address, webhook_field=field)


def _required(body: coerce.Body, field: str, what: str) -> Named:
    value = coerce.named(body, field)
    if value is None:
        raise ParameterError(field, f"is required: {what}, by the id or address of an asset")
    return Named(value, field)


def _why(video: Video) -> str:
    if video.state is VideoState.CANCELLED:
        return "It was cancelled."
    return sentences(video.findings) or "It could not be made."
