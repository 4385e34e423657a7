"""The compatible calls about lip-sync videos (contract 2.9): checked, but not made by this version."""

from typing import Any

from greenroom.domain.access import Scope
from greenroom.domain.act import Act
from greenroom.errors import NotBuiltYet, NotFound, ParameterError
from greenroom.web.jogg import coerce
from greenroom.web.jogg.envelope import Call
from greenroom.web.jogg.routes import Doc, Route, Table

_PLAYBACK = {name: name for name in ("normal", "normal_reverse", "normal_reverse_by_audio")}
_TEXT = {"type": "string"}
_NOT_YET = "This version has no engine that moves the lips of people in films, so there is no such task."
_TASK = {
    "type": "object",
    "required": ["task_id", "status", "created_at", "completed_at", "data", "error"],
    "properties": {
        "task_id": _TEXT,
        "status": {"enum": ["pending", "processing", "success", "failed"]},
        "created_at": {"type": "integer"},
        "completed_at": {"type": ["integer", "null"]},
        "data": {"type": ["object", "null"]},
        "error": {"type": ["object", "null"]},
    },
}
_BODY = {
    "type": "object",
    "properties": {
        "video_url": {"type": ["string", "integer", "null"]},
        "audio_url": {"type": ["string", "integer", "null"]},
        "playback_type": {"description": ", ".join(_PLAYBACK)},
    },
}


async def create(call: Call, act: Act) -> Any:  # noqa: ARG001  # nothing is made for anybody
    """Check a wish for a lip-sync video; then raise NotBuiltYet."""
    _require(coerce.json_object(await call.body()))
    text = "POST /v2/create_lip_sync_video is not built yet in this version of Greenroom. "
    raise NotBuiltYet(text + "A photograph can be made to talk: POST /v2/photo_avatar/photo/generate")


async def one(call: Call, act: Act) -> Any:  # noqa: ARG001
    """Raise NotFound: there are no tasks."""
    raise NotFound(f"Record not found. There is no lip-sync task {call.segments['task_id'][:60]!r}. {_NOT_YET}")


async def matching(call: Call, act: Act) -> Any:  # noqa: ARG001
    """The same for the last task of a film and a sound."""
    _require(call.query)
    raise NotFound(f"Record not found. {_NOT_YET}")


def table() -> Table:
    """Where these calls are found."""
    video = Doc("lip sync", "Not built yet; the fields are checked.", _TASK, _BODY)
    query = {"video_url": _TEXT, "audio_url": _TEXT, "playback_type": _TEXT}
    look = Doc("lip sync", "The last task of a film and a sound: none in this version.", _TASK, query=query)
    return {
        "/v2/create_lip_sync_video": {"POST": Route(Scope.RENDER, create, video)},
        "/v2/lip_sync_video": {"GET": Route(Scope.READ, matching, look)},
        "/v2/lip_sync_video/{task_id}": {
            "GET": Route(Scope.READ, one, Doc("lip sync", "A task: none in this version.", _TASK))
        },
    }


def _require(body: coerce.Body) -> None:
    for field, what in (("video_url", "a film with a face"), ("audio_url", "what is to be said")):
        if coerce.named(body, field) is None:
            raise ParameterError(field, f"is required: {what}, by the id or address of an asset")
    coerce.one_of(body, "playback_type", _PLAYBACK)
