"""`/api/v1/avatars`, `/voices` and `/musics`: whom and what there is to make videos with."""

from collections.abc import Callable, Sequence
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel

from greenroom.domain.access import Scope
from greenroom.domain.cast import Presenter, StockVoice, Track
from greenroom.errors import ParameterError
from greenroom.services.cast import AVATAR_FILTERS, VOICE_FILTERS, Cast
from greenroom.web.api.answers import answer, problems_of
from greenroom.web.api.lists import Cursor, page, place
from greenroom.web.auth import Callers

One = TypeVar("One")


class AvatarShown(BaseModel):
    """A stock avatar; `avatar_id` and `number` both name it. All can be had in every shape and framing."""

    avatar_id: str
    number: int
    name: str
    gender: str
    age: str
    style: str
    scene: str
    ethnicity: str
    about: str
    cover_url: str
    video_url: str


class AvatarList(BaseModel):
    """Avatars."""

    data: list[AvatarShown]
    next_cursor: str | None


class VoiceShown(BaseModel):
    """A voice and a sound of it."""

    voice_id: str
    name: str
    provider: str
    locale: str
    language: str
    gender: str
    age: str
    accent: str
    use_case: str
    audio_url: str


class VoiceList(BaseModel):
    """Voices."""

    data: list[VoiceShown]
    next_cursor: str | None


class TrackShown(BaseModel):
    """A track of music of the house."""

    track: str
    name: str
    duration_s: float
    genre: str
    mood: str
    about: str
    audio_url: str


class TrackList(BaseModel):
    """Tracks."""

    data: list[TrackShown]
    next_cursor: str | None


def _choice(words: tuple[str, ...]) -> Any:
    return Query(json_schema_extra={"enum": list(words)})


Word = Annotated[str, Query(max_length=100)]
Limit = Annotated[int | None, Query(ge=1, le=1000, description="How many on a page; all without it.")]


def cast_router(cast: Cast, callers: Callers) -> APIRouter:
    """The routes. The lists are short, so they have pages only for who asks for some."""
    router = APIRouter(prefix="/api/v1", tags=["cast"])
    origins = callers.origins

    @router.get("/avatars", responses={200: {"model": AvatarList}, **problems_of(401, 403, 422)})
    async def list_avatars(
        request: Request,
        style: Annotated[str, _choice(AVATAR_FILTERS["style"])] = "",
        gender: Annotated[str, _choice(AVATAR_FILTERS["gender"])] = "",
        age: Annotated[str, _choice(AVATAR_FILTERS["age"])] = "",
        scene: Annotated[str, _choice(AVATAR_FILTERS["scene"])] = "",
        ethnicity: Annotated[str, _choice(AVATAR_FILTERS["ethnicity"])] = "",
        limit: Limit = None,
        cursor_: Cursor = None,
    ) -> Response:
        """Who can be seen in videos."""
        await callers.act(request.scope, Scope.READ, Scope.RENDER)
        wanted = {"style": style, "gender": gender, "age": age, "scene": scene, "ethnicity": ethnicity}
        origin = origins.origin(request.scope)
        found = cast.presenters(wanted)
        return answer(request, _page(found, limit, cursor_, lambda one: one.id, lambda one: _presenter(one, origin)))

    @router.get("/voices", responses={200: {"model": VoiceList}, **problems_of(401, 403, 422)})
    async def list_voices(
        request: Request,
        language: Annotated[
            str,
            Query(
                description="A BCP 47 tag, or a name such as english.",
                json_schema_extra={"pattern": "^([A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,4})?$", "examples": ["en-US"]},
            ),
        ] = "",
        gender: Annotated[str, _choice(VOICE_FILTERS["gender"])] = "",
        age: Annotated[str, _choice(VOICE_FILTERS["age"])] = "",
        use_case: Word = "",
        accent: Word = "",
        limit: Limit = None,
        cursor_: Cursor = None,
    ) -> Response:
        """Who can be heard in videos: those that can speak now."""
        await callers.act(request.scope, Scope.READ, Scope.RENDER)
        wanted = {"language": language, "gender": gender, "age": age, "use_case": use_case, "accent": accent}
        origin = origins.origin(request.scope)
        # The first who asks waits until everyone who can speak is loaded.
        found = await callers.threads.judge(cast.voices, wanted)
        return answer(request, _page(found, limit, cursor_, lambda one: one.id, lambda one: _voice(one, origin)))

    @router.get("/musics", responses={200: {"model": TrackList}, **problems_of(401, 403, 422)})
    async def list_musics(
        request: Request, genre: Word = "", mood: Word = "", limit: Limit = None, cursor_: Cursor = None
    ) -> Response:
        """Tracks of music of the house, which may be used freely."""
        await callers.act(request.scope, Scope.READ, Scope.RENDER)
        origin = origins.origin(request.scope)
        found = await callers.threads.judge(cast.tracks, {"genre": genre, "mood": mood})
        return answer(request, _page(found, limit, cursor_, lambda one: one.number, lambda one: _track(one, origin)))

    return router


def _page(
    found: Sequence[One],
    limit: int | None,
    cursor: str | None,
    name_of: Callable[[One], str | int],
    show: Callable[[One], dict[str, Any]],
) -> dict[str, Any]:
    """A page after the one that a cursor names; all of them without a limit."""
    after = place(cursor, str | int)
    names = [name_of(one) for one in found]
    if after is not None and after not in names:
        raise ParameterError("cursor", "was not given by this list; leave it out to begin at the start")
    rest = found[names.index(after) + 1 :] if after is not None else found
    return page(rest, limit or len(rest), name_of, show)


def _presenter(one: Presenter, origin: str) -> dict[str, Any]:
    return {
        "avatar_id": one.id,
        "number": one.number,
        "name": one.name,
        **{name: getattr(one, name) for name in AVATAR_FILTERS},
        "about": one.about,
        "cover_url": origin + one.cover_path,
        "video_url": origin + one.film_path,
    }


def _voice(one: StockVoice, origin: str) -> dict[str, Any]:
    return {
        "voice_id": one.id,
        "name": one.name,
        "provider": one.provider,
        "locale": one.locale,
        "language": one.language,
        "gender": one.gender,
        "age": one.age,
        "accent": one.accent,
        "use_case": one.use_case,
        "audio_url": origin + one.sound_path,
    }


def _track(one: Track, origin: str) -> dict[str, Any]:
    return {
        "track": str(one.number),
        "name": one.name,
        "duration_s": round(one.duration_s, 3),
        "genre": one.genre,
        "mood": one.mood,
        "about": one.about,
        "audio_url": origin + one.sound_path,
    }
