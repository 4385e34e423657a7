"""The compatible calls that make videos and say how far they are (contract 2.2, 2.3, 2.13, 2.14)."""

from datetime import datetime
from functools import partial
from typing import Any

from msgspec.structs import replace

from greenroom.domain.access import Scope
from greenroom.domain.act import Act
from greenroom.domain.cast import PREVIEWS
from greenroom.domain.instants import unix_s
from greenroom.domain.media import sentences
from greenroom.domain.production import Caller, Video, VideoId, VideoState
from greenroom.domain.production_findings import warnings_now
from greenroom.domain.video import frame_size
from greenroom.domain.video_wish import VideoWish
from greenroom.errors import ParameterError
from greenroom.services.cast import Cast
from greenroom.services.production import Production
from greenroom.web.jogg import coerce, video_docs
from greenroom.web.jogg.envelope import Call
from greenroom.web.jogg.paging import page
from greenroom.web.jogg.routes import Route, Table
from greenroom.web.jogg.wishes import wish
from greenroom.web.origin import Origins
from greenroom.web.problems import SYSTEM_ERROR
from greenroom.web.threads import Threads

STATUSES = {
    VideoState.PENDING: "pending",
    VideoState.PROCESSING: "processing",
    VideoState.COMPLETED: "completed",
    VideoState.FAILED: "failed",
    # The contract has no word for what its owner ended.
    VideoState.CANCELLED: "failed",
}
PROJECT_STATUSES = STATUSES | {VideoState.COMPLETED: "success"}
V1_STATUSES = {
    VideoState.PENDING: (2, "waiting"),
    VideoState.PROCESSING: (3, "processing"),
    VideoState.COMPLETED: (4, "success"),
    VideoState.FAILED: (5, "failed"),
    VideoState.CANCELLED: (5, "failed"),
}


class VideoCalls:
    """Takes wishes for videos in three dialects, and shows videos in four, whichever call or API they come from."""

    def __init__(self, production: Production, cast: Cast, origins: Origins, threads: Threads) -> None:
        self._production = production
        self._cast = cast
        self._origins = origins
        self._threads = threads

    async def create(self, caller: Caller, call: Call, act: Act) -> dict[str, Any]:
        """Have a video made; the reply has both ids that clients look for, and what will not be as it was asked."""
        asked = wish(coerce.json_object(await call.body()), caller)
        video = await self._threads.outside(self._made, act, asked, caller)
        made = {"video_id": video.id, "project_id": video.id, "status": STATUSES[video.state]}
        return made | {"warnings": video.warnings}

    async def avatar_video(self, call: Call, act: Act) -> dict[str, Any]:
        """A video as `/v2/avatar_video/{id}` has it."""
        return self._avatar_video(await self._one(act, call.segments["video_id"]), self._origins.origin(call.scope))

    async def project(self, call: Call, act: Act) -> dict[str, Any]:
        """A video as `/v2/project/{id}` has it."""
        return self._project(await self._one(act, call.segments["project_id"]), self._origins.origin(call.scope))

    async def projects(self, call: Call, act: Act) -> dict[str, Any]:
        """A page of the account's videos, newest first."""
        wanted = page(call.query, "limit")
        read = self._production.numbered
        found, total = await self._threads.quick(read, act, wanted.number, wanted.size)
        origin = self._origins.origin(call.scope)
        listed = {"projects": [self._project(video, origin) for video in found], "total": total}
        return listed | {"page": wanted.number, "limit": wanted.size, "has_more": wanted.ends_before(total)}

    async def v1_project(self, call: Call, act: Act) -> dict[str, Any]:
        """A video as `/v1/project` has it."""
        project_id = coerce.text(call.query, "project_id")
        if project_id is None:
            raise ParameterError("project_id", "is required: the id that the call that made the video gave")
        return self._v1_project(await self._one(act, project_id), self._origins.origin(call.scope))

    def table(self) -> Table:
        """Where these calls are found."""

        def making(caller: Caller) -> dict[str, Route]:
            return {"POST": Route(Scope.RENDER, partial(self.create, caller), video_docs.CREATE[caller])}

        return {
            "/v2/create_video_from_avatar": making(Caller.AVATAR_V2),
            "/v2/avatar": making(Caller.PROJECT_V2),
            "/v1/create_video_from_talking_avatar": making(Caller.TALKING_V1),
            "/v2/avatar_video/{video_id}": {"GET": Route(Scope.READ, self.avatar_video, video_docs.AVATAR_VIDEO)},
            "/v2/project/{project_id}": {"GET": Route(Scope.READ, self.project, video_docs.PROJECT)},
            "/v2/projects": {"GET": Route(Scope.READ, self.projects, video_docs.PROJECTS)},
            "/v1/project": {"GET": Route(Scope.READ, self.v1_project, video_docs.V1_PROJECT)},
        }

    def _made(self, act: Act, asked: VideoWish, caller: Caller) -> Video:
        return self._production.create(act, self._with_track(asked), caller)

    async def _one(self, act: Act, video_id: str) -> Video:
        return await self._threads.quick(self._production.one, act, VideoId(video_id))

    def _with_track(self, asked: VideoWish) -> VideoWish:
        """The wish with a track of the house by its id, where it is named by the address that lists give."""
        music = asked.music
        path = self._origins.path_of(music.named.value) if music is not None else None
        if music is None or path is None or not path.startswith(PREVIEWS):
            return asked
        for track in self._cast.tracks({}):
            if path == track.sound_path:
                named = replace(music.named, value=str(track.number))
                return replace(asked, music=replace(music, named=named, track=True))
        return asked

    def _addresses(self, video: Video, origin: str) -> dict[str, str]:
        files = self._production.files(video)
        found = {"film": files.film, "cover": files.cover, "srt": files.srt, "vtt": files.vtt}
        return {name: origin + path if path else "" for name, path in found.items()}

    def _avatar_video(self, video: Video, origin: str) -> dict[str, Any]:
        at = self._addresses(video, origin)
        return {
            "video_id": video.id,
            "project_id": video.id,
            "title": video.spec.name,
            "status": STATUSES[video.state],
            "progress": self._percent(video),
            "video_url": at["film"],
            "cover_url": at["cover"],
            "srt_url": at["srt"],
            "vtt_url": at["vtt"],
            "duration": _duration(video),
            "created_at": int(video.created_at.timestamp()),
            "completed_at": unix_s(video.ended_at),
            "error": _error(video),
            "warnings": warnings_now(video),
        }

    def _project(self, video: Video, origin: str) -> dict[str, Any]:
        at, error = self._addresses(video, origin), _error(video)
        outcome = video.outcome
        size = (outcome.width, outcome.height) if outcome else frame_size(video.spec.aspect, video.spec.resolution)
        left_s = self._production.progress(video).left_s
        return {
            "project_id": video.id,
            "video_id": video.id,
            "name": video.spec.name,
            "status": PROJECT_STATUSES[video.state],
            "video_url": at["film"],
            "thumbnail_url": at["cover"],
            "srt_url": at["srt"],
            "vtt_url": at["vtt"],
            "duration": _duration(video),
            "resolution": f"{size[0]}x{size[1]}",
            "created_at": _iso(video.created_at),
            "completed_at": _iso(video.ended_at),
            "progress": self._percent(video),
            "estimated_time": round(left_s) if left_s is not None else None,
            "error": error["message"] if error else None,
            "error_code": error["code"] if error else None,
            "warnings": warnings_now(video),
        }

    def _v1_project(self, video: Video, origin: str) -> dict[str, Any]:
        at, (code, word) = self._addresses(video, origin), V1_STATUSES[video.state]
        return {
            "id": video.id,
            "project_id": video.id,
            "title": video.spec.name,
            "video_duration": -(-round(_duration(video) * 1000) // 1000),
            "video_url": at["film"],
            "cover_url": at["cover"],
            "srt_url": at["srt"],
            "vtt_url": at["vtt"],
            "status_code": code,
            "status_desc": word,
            "status": STATUSES[video.state],
            "progress": self._percent(video),
            "created_at": int(video.created_at.timestamp()),
            "error": _error(video),
            "warnings": warnings_now(video),
        }

    def _percent(self, video: Video) -> int:
        return int(100 * self._production.progress(video).done)


def _duration(video: Video) -> float:
    return round(video.outcome.duration_s, 3) if video.outcome is not None else 0.0


def _error(video: Video) -> dict[str, Any] | None:
    """Why there is no video, as the contract has it: a number and a sentence, and our own code of the reason."""
    if video.state is VideoState.CANCELLED:
        return {"code": SYSTEM_ERROR, "message": "It was cancelled.", "reason": "cancelled"}
    if video.state is not VideoState.FAILED:
        return None
    reason = video.findings[0].code if video.findings else ""
    said = sentences(video.findings) or "It could not be made."
    return {"code": SYSTEM_ERROR, "message": said, "reason": reason}


def _iso(instant: datetime | None) -> str | None:
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ") if instant is not None else None
