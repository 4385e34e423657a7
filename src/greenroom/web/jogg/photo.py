"""The compatible calls about photo avatars: photos, their motions, and the lists of them (contract 2.4, 2.5, 2.14)."""

from datetime import datetime
from typing import Any

from greenroom.domain.access import Scope
from greenroom.domain.act import Act
from greenroom.domain.ids import AssetId
from greenroom.domain.media import sentences
from greenroom.domain.photo_avatar import MotionId, Photo, PhotoAvatar, PhotoId, PhotoState
from greenroom.domain.policy import Dialect
from greenroom.domain.production import Video, VideoState
from greenroom.errors import NotFound, ParameterError
from greenroom.services.photos import Photos
from greenroom.web.jogg import coerce, photo_docs
from greenroom.web.jogg.cast import ASPECT_NUMBERS
from greenroom.web.jogg.envelope import Call
from greenroom.web.jogg.paging import page
from greenroom.web.jogg.photo_bodies import motion_wish, portrait_wish
from greenroom.web.jogg.routes import Route, Table
from greenroom.web.origin import Origins
from greenroom.web.threads import Threads

_PHOTO_STATUSES = {PhotoState.PENDING: "in_progress", PhotoState.READY: "success", PhotoState.FAILED: "error"}
_NUMBERS = {PhotoState.PENDING: 0, PhotoState.READY: 1, PhotoState.FAILED: 2}
_FAMILY_NUMBERS = _NUMBERS | {PhotoState.FAILED: -1}
"""Of the first seed page's family (contract 2.14)."""
_WORDS = {PhotoState.PENDING: "processing", PhotoState.READY: "completed", PhotoState.FAILED: "failed"}
_STATES = {word: state for state, word in _WORDS.items()}
_ALL_OF_THEM = 10**6


class PhotoCalls:
    """Makes photo avatars and says how far they are, in the manners of v2, of v1, and of the first seed page."""

    def __init__(self, photos: Photos, origins: Origins, threads: Threads) -> None:
        self._photos = photos
        self._origins = origins
        self._threads = threads

    async def generate(self, call: Call, act: Act) -> dict[str, Any]:
        """Have four images made, and of a photograph an avatar too."""
        return await self._generated(call, act, needs_photograph=False)

    async def new_look(self, call: Call, act: Act) -> dict[str, Any]:
        """The same of a photograph, which has to be given."""
        return await self._generated(call, act, needs_photograph=True)

    async def photo(self, call: Call, act: Act) -> dict[str, Any]:
        """A photo: how far it is, and its images."""
        photo_id = coerce.text(call.query, "photo_id")
        if photo_id is None:
            raise ParameterError("photo_id", "is required: the id that the call that made the photo gave")
        photo = await self._threads.judge(self._photos.photo, act, PhotoId(photo_id))
        avatar = None
        if photo.avatar_id is not None:
            avatar = await self._threads.quick(self._avatar_of, act, photo)
        return await self._shown_photo(call, photo, avatar)

    async def add_motion(self, call: Call, act: Act) -> dict[str, Any]:
        """Have an avatar made, and a preview in which it greets."""
        wish = motion_wish(coerce.json_object(await call.body()))
        try:
            avatar = await self._threads.outside(self._photos.animate, act, wish)
        except NotFound as problem:
            raise NotFound(f"photo_id: {problem}") from problem
        assert avatar.motion is not None, "it was made with one"
        made = {"avatar_id": avatar.number, "photo_avatar_id": avatar.id, "motion_id": avatar.motion.id}
        made |= {"name": avatar.name, "status": "pending"}
        return made | {"warnings": _motion_warnings(wish.model, wish.description)}

    async def motion_or_list(self, call: Call, act: Act) -> dict[str, Any]:
        """A motion, or without a `motion_id` the account's avatars, as the first seed page's family lists them."""
        motion_id = coerce.text(call.query, "motion_id")
        if motion_id is None:
            return await self._family_list(call, act)
        return await self._motion(call, act, motion_id)

    async def v1_motion(self, call: Call, act: Act) -> dict[str, Any]:
        """A motion in the words of v1."""
        motion_id = coerce.text(call.query, "motion_id")
        if motion_id is None:
            raise ParameterError("motion_id", "is required: the id that add_motion gave")
        shown = await self._motion(call, act, motion_id)
        words = {"processing": "pending", "failed": "error"}
        return shown | {"status": words.get(shown["status"], shown["status"])}

    async def one(self, call: Call, act: Act) -> dict[str, Any]:
        """One avatar, by its id or number."""
        avatar = await self._threads.judge(self._photos.avatar, act, call.segments["avatar_id"])
        return await self._threads.quick(self._family, avatar, self._origins.origin(call.scope))

    async def delete(self, call: Call, act: Act) -> dict[str, Any]:
        """Delete an avatar."""
        return await self._deleted(act, call.segments["avatar_id"])

    async def v1_delete(self, call: Call, act: Act) -> dict[str, Any]:
        """Delete an avatar, as v1 names it."""
        avatar_id = coerce.named(call.query, "avatar_id")
        if avatar_id is None:
            raise ParameterError("avatar_id", "is required: GET /v1/avatars/custom lists this account's avatars")
        return await self._deleted(act, avatar_id)

    async def photo_avatars(self, call: Call, act: Act) -> dict[str, Any]:
        """A page of the account's avatars."""
        return await self._list(call, act, page(call.query))

    async def all_photo_avatars(self, call: Call, act: Act) -> dict[str, Any]:
        """All of the account's avatars, as v1 has them."""
        return await self._list(call, act, None)

    def table(self) -> Table:
        """Where these calls are found."""
        docs = photo_docs
        generate = {"POST": Route(Scope.RENDER, self.generate, docs.GENERATE)}
        listed = {"GET": Route(Scope.READ, self.photo_avatars, docs.PHOTO_AVATARS)}
        listed_v1 = {"GET": Route(Scope.READ, self.all_photo_avatars, docs.ALL_PHOTO_AVATARS)}
        add_motion = {"POST": Route(Scope.RENDER, self.add_motion, docs.ADD_MOTION)}
        return {
            "/v2/photo_avatar/photo/generate": generate,
            "/v1/photo_avatar/photo/generate": generate,
            "/v1/photo_avatar/new_look/generate": {"POST": Route(Scope.RENDER, self.new_look, docs.NEW_LOOK)},
            "/v2/photo_avatar/photo": {"GET": Route(Scope.READ, self.photo, docs.PHOTO)},
            "/v1/photo_avatar/generation": {"GET": Route(Scope.READ, self.photo, docs.PHOTO)},
            "/v2/photo_avatar/add_motion": add_motion,
            "/v1/photo_avatar/add_motion": add_motion,
            "/v2/photo_avatar": {"GET": Route(Scope.READ, self.motion_or_list, docs.MOTION_OR_LIST)},
            "/v1/photo_avatar": {"GET": Route(Scope.READ, self.v1_motion, docs.V1_MOTION)},
            "/v2/photo_avatar/{avatar_id}": {
                "GET": Route(Scope.READ, self.one, docs.ONE),
                "DELETE": Route(Scope.RENDER, self.delete, docs.DELETE),
            },
            "/v1/avatar/custom/delete": {"DELETE": Route(Scope.RENDER, self.v1_delete, docs.V1_DELETE)},
            "/v2/avatars/photo_avatars": listed,
            "/v2/avatars/custom": listed,
            "/v1/avatars/photo_avatars": listed_v1,
            "/v1/avatars/custom": listed_v1,
        }

    async def _deleted(self, act: Act, named: str) -> dict[str, Any]:
        gone = await self._threads.judge(self._photos.delete, act, named)
        return {"message": "photo avatar deleted", "avatar_id": gone.number, "photo_avatar_id": gone.id}

    async def _generated(self, call: Call, act: Act, *, needs_photograph: bool) -> dict[str, Any]:
        body = coerce.json_object(await call.body())
        family = bool(body.get("photo_url"))
        if family:
            call.dialect = Dialect.FILE_TYPE
        wish = portrait_wish(body, needs_photograph=needs_photograph)
        photo = await self._threads.outside(self._photos.generate, act, wish)
        made: dict[str, Any] = {"photo_id": photo.id, "status": 0 if family else "in_progress", "name": photo.name}
        if photo.avatar_id is None:
            return made
        avatar = await self._threads.quick(self._photos.avatar, act, photo.avatar_id)
        return made | {"avatar_id": avatar.number, "photo_avatar_id": avatar.id}

    def _avatar_of(self, act: Act, photo: Photo) -> PhotoAvatar | None:
        assert photo.avatar_id is not None
        try:
            return self._photos.avatar(act, photo.avatar_id)
        except NotFound:
            return None  # it was deleted; the images are still there

    async def _shown_photo(self, call: Call, photo: Photo, avatar: PhotoAvatar | None) -> dict[str, Any]:
        ready = photo.state is PhotoState.READY
        origin = self._origins.origin(call.scope)
        paths = await self._threads.quick(self._photos.paths, photo.images) if ready else []
        return {
            "photo_id": photo.id,
            "status": _PHOTO_STATUSES[photo.state],
            "image_url_list": [origin + path for path in paths] if ready else None,
            "image_key_list": list(photo.images) if ready else None,
            "msg": sentences(photo.findings) or None,
            "name": photo.name,
            "avatar_id": avatar.number if avatar is not None else None,
            "photo_avatar_id": avatar.id if avatar is not None else None,
        }

    async def _motion(self, call: Call, act: Act, motion_id: str) -> dict[str, Any]:
        avatar = await self._threads.judge(self._photos.of_motion, act, MotionId(motion_id))
        assert avatar.motion is not None, "it was found by it"
        preview = await self._threads.quick(self._photos.preview, avatar)
        origin = self._origins.origin(call.scope)
        photograph = (await self._threads.quick(self._photos.paths, (avatar.asset_id,)))[0]
        return {
            "motion_id": motion_id,
            "avatar_id": avatar.number,
            "photo_avatar_id": avatar.id,
            "image_url": origin + photograph,
            "name": avatar.name,
            "status": _motion_status(avatar, preview),
            "motion_preview_url": _film(preview, origin),
            "voice_id": avatar.motion.voice_id,
            "error_msg": _motion_error(avatar, preview),
            "video_id": preview.id if preview is not None else None,
        }

    async def _list(self, call: Call, act: Act, wanted: Any) -> dict[str, Any]:
        state = coerce.one_of(call.query, "status", _STATES)
        name = coerce.text(call.query, "name") or ""
        number, size = (wanted.number, wanted.size) if wanted is not None else (1, _ALL_OF_THEM)
        states = (state,) if state is not None else ()
        origin = self._origins.origin(call.scope)

        def read() -> dict[str, Any]:
            found, total = self._photos.numbered(act, number, size, states, name)
            return {"avatars": [self._listed(avatar, origin) for avatar in found], "total": total}

        return await self._threads.quick(read)

    async def _family_list(self, call: Call, act: Act) -> dict[str, Any]:
        wanted, origin = page(call.query, "limit"), self._origins.origin(call.scope)

        def read() -> dict[str, Any]:
            found, total = self._photos.numbered(act, wanted.number, wanted.size)
            listed = {"avatars": [self._family(avatar, origin) for avatar in found], "total": total}
            return listed | {"page": wanted.number, "limit": wanted.size, "has_more": wanted.ends_before(total)}

        return await self._threads.quick(read)

    def _listed(self, avatar: PhotoAvatar, origin: str) -> dict[str, Any]:
        photo, preview = self._photos.images(avatar), self._photos.preview(avatar)
        cover = origin + self._photos.paths((_cover(avatar, photo),))[0]
        looks = photo.looks if photo is not None else None
        return {
            "id": avatar.number,
            "avatar_id": avatar.number,
            "photo_avatar_id": avatar.id,
            "name": avatar.name,
            "video_url": _film(preview, origin),
            "cover_url": cover,
            "avatar_url": cover,
            "api_only": True,
            "status": _NUMBERS[avatar.state],
            "avatar_status": _WORDS[avatar.state],
            "fail_msg": sentences(avatar.findings),
            "aspect_ratio": ASPECT_NUMBERS[looks.aspect] if looks is not None else 0,
            "style": looks.style.lower() if looks is not None else "",
            "gender": looks.gender.lower() if looks is not None else "",
            "age": looks.age.lower().replace(" ", "_") if looks is not None else "",
        }

    def _family(self, avatar: PhotoAvatar, origin: str) -> dict[str, Any]:
        listed = self._listed(avatar, origin)
        return {
            "avatar_id": avatar.id,
            "id": avatar.number,
            "photo_id": avatar.photo_id,
            "name": avatar.name,
            "status": _FAMILY_NUMBERS[avatar.state],
            "thumbnail_url": listed["cover_url"],
            "preview_url": listed["video_url"] or listed["cover_url"],
            "error": listed["fail_msg"] or None,
            "created_at": _iso(avatar.created_at),
            "completed_at": _iso(avatar.ended_at) if avatar.ended_at is not None else None,
        }


def _cover(avatar: PhotoAvatar, photo: Photo | None) -> AssetId:
    return photo.images[0] if photo is not None and photo.images else avatar.asset_id


def _motion_status(avatar: PhotoAvatar, preview: Video | None) -> str:
    if avatar.state is PhotoState.FAILED:
        return "failed"
    if preview is None:
        return "failed" if avatar.motion is not None and avatar.motion.ended else "pending"
    if preview.state is VideoState.CANCELLED:
        return "failed"
    return preview.state.value


def _motion_error(avatar: PhotoAvatar, preview: Video | None) -> str | None:
    if avatar.state is PhotoState.FAILED:
        return sentences(avatar.findings)
    if preview is not None and preview.findings:
        return sentences(preview.findings)
    if _motion_status(avatar, preview) != "failed":
        return None
    return (avatar.motion.error if avatar.motion is not None else "") or "The preview was removed."


def _film(preview: Video | None, origin: str) -> str:
    return origin + preview.outcome.film if preview is not None and preview.outcome is not None else ""


def _motion_warnings(model: str, description: str) -> list[dict[str, str]]:
    """What is not as it was asked for: here one engine stands for all models, and it follows the voice alone."""
    text = f"The engine of this server stands for the model {model}: head, eyes and lips move by the voice."
    found = [{"code": "motion_model_stands_in", "message": text}]
    if description:
        told = "The description is kept, but this engine does not act by it."
        found.append({"code": "motion_not_described", "message": told})
    return found


def _iso(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
