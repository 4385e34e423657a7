"""`/api/v1/photo-avatars`: have avatars made of photographs, see what speaks against one, list and delete them."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from greenroom.domain.access import Scope
from greenroom.domain.instants import unix_s
from greenroom.domain.photo_avatar import LOOK_FORMATS, Looks, Photo, PhotoAvatar, PhotoState, PortraitWish
from greenroom.domain.production import Video
from greenroom.domain.video import Aspect
from greenroom.domain.video_wish import Named
from greenroom.services.photos import NEWEST, Photos
from greenroom.web.api.answers import Body, answer, empty, problems_of
from greenroom.web.api.fields import AssetName, Name, Url
from greenroom.web.api.lists import Cursor, by_time, page, place, state_of, wanted
from greenroom.web.auth import Callers

_MOST = 100
_CONSENT_MAX = 2000


class NewPhotoAvatar(Body):
    """An avatar to be made of a photograph of one person who looks into the camera."""

    asset: AssetName = Field(description="An image: its id, number or URL, or any address.")
    name: Name | None = Field(None, description="Else the file's.")
    aspect: Literal["9:16", "16:9", "1:1"] = Field("9:16", description="Of the four images.")
    consent: str | None = Field(
        None,
        max_length=_CONSENT_MAX,
        description="Who is shown, and how they agreed to be animated; kept with the avatar and in the audit.",
    )
    callback_url: Url | None = Field(None, max_length=4096, description="Told when the avatar is there, or failed.")


class PhotographToCheck(Body):
    """A photograph that might become an avatar."""

    asset: AssetName = Field(description="An image: its id, number or URL, or any address.")


class ImageShown(BaseModel):
    """One of the four images."""

    look: str
    asset_id: str
    url: str


class MotionShown(BaseModel):
    """The preview in which an avatar greets."""

    motion_id: str
    model: str
    voice_id: str
    description: str
    welcome: str
    video_id: str | None = Field(description="In the addresses of its cover; it is not among the account's videos.")
    url: str | None


class PhotoAvatarShown(BaseModel):
    """A photo avatar as it stands. `findings` say why it failed; a video takes it by its id or its number."""

    photo_avatar_id: str
    number: int
    name: str
    state: PhotoState
    asset_id: str
    photo_id: str | None
    images: list[ImageShown]
    consent: dict[str, Any] | None
    motion: MotionShown | None
    findings: list[dict[str, Any]]
    created_at: int
    ended_at: int | None


class PhotoAvatarPage(BaseModel):
    """Photo avatars, newest first."""

    data: list[PhotoAvatarShown]
    next_cursor: str | None


class PhotographChecked(BaseModel):
    """What speaks against an avatar of a photograph, most basic first: nothing if `usable`."""

    asset_id: str
    usable: bool
    findings: list[dict[str, Any]]
    warnings: list[dict[str, Any]] = Field(description="What would not be best of the avatar.")


def photo_avatars_router(photos: Photos, callers: Callers) -> APIRouter:
    """The routes."""
    router = APIRouter(prefix="/api/v1/photo-avatars", tags=["photo avatars"])
    threads, origins = callers.threads, callers.origins
    shown: dict[int | str, dict[str, Any]] = {200: {"model": PhotoAvatarShown}}

    def show(avatar: PhotoAvatar, origin: str) -> dict[str, Any]:
        photo = photos.images(avatar)
        paths = photos.paths(photo.images) if photo is not None else []
        return _shown(avatar, photo, [origin + path for path in paths], photos.preview(avatar), origin)

    @router.post(
        "",
        status_code=202,
        responses={202: {"model": PhotoAvatarShown}, **problems_of(401, 402, 403, 404, 409, 413, 422, 503, 507)},
    )
    async def make_photo_avatar(request: Request, body: NewPhotoAvatar) -> Response:
        """
        Have an avatar made of a photograph, and four images: as given, without its ground, in a studio, stylised.

        The photograph is looked at first, and refused with the reasons if no good avatar could come of it; one that is
        still being fetched or verified is looked at when it is there. Credits are charged now, and given back if it
        fails.
        """
        act = await callers.act(request.scope, Scope.RENDER)
        avatar = await threads.outside(photos.create, act, _wish(body))
        made = await threads.quick(show, avatar, origins.origin(request.scope))
        return answer(request, made, 202, {"location": f"/api/v1/photo-avatars/{avatar.id}"})

    @router.post(
        "/check",
        responses={200: {"model": PhotographChecked}, **problems_of(401, 403, 404, 422, 503)},
    )
    async def check_photograph(request: Request, body: PhotographToCheck) -> Response:
        """Look at a photograph of the account; nothing is made or charged."""
        act = await callers.act(request.scope, Scope.READ, Scope.RENDER)
        asset, inspected = await threads.outside(photos.inspect, act, Named(body.asset, "asset"))
        found = {"asset_id": asset.id, "usable": not inspected.refusals}
        return answer(request, found | {"findings": inspected.refusals, "warnings": inspected.warnings})

    @router.get("", responses={200: {"model": PhotoAvatarPage}, **problems_of(401, 403, 422)})
    async def list_photo_avatars(
        request: Request,
        state: Annotated[str | None, state_of(PhotoState)] = None,
        limit: Annotated[int, Query(ge=1, le=_MOST, description="Avatars on a page.")] = 20,
        cursor_: Cursor = None,
    ) -> Response:
        """The account's photo avatars, newest first, whichever call asked for them."""
        act = await callers.act(request.scope, Scope.READ, Scope.RENDER)
        before = place(cursor_, tuple[float, str]) or NEWEST
        found = await threads.quick(photos.page, act, before, limit + 1, wanted(state, PhotoState))
        origin = origins.origin(request.scope)
        return answer(request, await threads.quick(page, found, limit, by_time, lambda one: show(one, origin)))

    @router.get("/{avatar_id}", responses={**shown, **problems_of(401, 403, 404)})
    async def get_photo_avatar(request: Request, avatar_id: str) -> Response:
        """One photo avatar, by its id or number."""
        act = await callers.act(request.scope, Scope.READ, Scope.RENDER)
        avatar = await threads.quick(photos.avatar, act, avatar_id)
        return answer(request, await threads.quick(show, avatar, origins.origin(request.scope)))

    @router.delete("/{avatar_id}", status_code=204, responses=problems_of(401, 403, 404))
    async def delete_photo_avatar(request: Request, avatar_id: str) -> Response:
        """
        Delete a photo avatar and what was prepared of the face. Videos that were accepted are still made with it.

        A preview that is not finished ends. The photograph, the images and the preview are assets, and stay until they
        are deleted as such.
        """
        act = await callers.act(request.scope, Scope.RENDER)
        await threads.judge(photos.delete, act, avatar_id)
        return empty(request)

    return router


def _wish(body: NewPhotoAvatar) -> PortraitWish:
    return PortraitWish(
        photograph=Named(body.asset, "asset"),
        name=body.name or "",
        looks=Looks(Aspect(body.aspect)),
        consent=body.consent or "",
        callback_url=body.callback_url or "",
        callback_field="callback_url",
    )


def _shown(
    avatar: PhotoAvatar, photo: Photo | None, urls: list[str], preview: Video | None, origin: str
) -> dict[str, Any]:
    images = photo.images if photo is not None else ()
    return {
        "photo_avatar_id": avatar.id,
        "number": avatar.number,
        "name": avatar.name,
        "state": avatar.state,
        "asset_id": avatar.asset_id,
        "photo_id": avatar.photo_id,
        "images": [
            {"look": look, "asset_id": id_, "url": url}
            for look, id_, url in zip(LOOK_FORMATS, images, urls, strict=False)
        ],
        "consent": _consent(avatar),
        "motion": _motion(avatar, preview, origin),
        "findings": avatar.findings,
        "created_at": int(avatar.created_at.timestamp()),
        "ended_at": unix_s(avatar.ended_at),
    }


def _consent(avatar: PhotoAvatar) -> dict[str, Any] | None:
    said = avatar.consent
    if said is None:
        return None
    return {"statement": said.statement, "at": int(said.at.timestamp()), "by": said.actor}


def _motion(avatar: PhotoAvatar, preview: Video | None, origin: str) -> dict[str, Any] | None:
    motion = avatar.motion
    if motion is None:
        return None
    outcome = preview.outcome if preview is not None else None
    return {
        "motion_id": motion.id,
        "model": motion.model,
        "voice_id": motion.voice_id,
        "description": motion.description,
        "welcome": motion.welcome,
        "video_id": motion.video_id,
        "url": origin + outcome.film if outcome is not None else None,
    }
