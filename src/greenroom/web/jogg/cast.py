"""Lists of avatars, voices and music of the compatible calls (contract 2.4 and 2.6)."""

from typing import Any

from greenroom.domain.access import Scope
from greenroom.domain.act import Act
from greenroom.domain.cast import Presenter, StockVoice, Track
from greenroom.domain.video import Aspect
from greenroom.services.cast import AVATAR_FILTERS, VOICE_FILTERS, Cast
from greenroom.web.jogg import cast_docs, coerce
from greenroom.web.jogg.envelope import Call
from greenroom.web.jogg.paging import ANY_SIZE, page
from greenroom.web.jogg.routes import Route, Table
from greenroom.web.jogg.wishes import ASPECTS
from greenroom.web.origin import Origins
from greenroom.web.threads import Threads

ASPECT_NUMBERS = {Aspect.PORTRAIT: 0, Aspect.LANDSCAPE: 1, Aspect.SQUARE: 2}
"""Shapes of frames as answers of this contract have them."""
_ANY_ASPECT = {"-1": None, **ASPECTS}


class CastCalls:
    """Lists who there is. All are there for every account."""

    def __init__(self, cast: Cast, origins: Origins, threads: Threads) -> None:
        self._cast = cast
        self._origins = origins
        self._threads = threads

    async def public_avatars(self, call: Call, act: Act) -> Any:  # noqa: ARG002  # the same for everybody
        """A page of the presenters of v2, by their numbers."""
        return {"avatars": page(call.query).of(self._presenters(call))}

    async def all_avatars(self, call: Call, act: Act) -> Any:  # noqa: ARG002
        """All presenters of v1."""
        return {"avatars": self._presenters(call)}

    async def named_avatars(self, call: Call, act: Act) -> Any:  # noqa: ARG002
        """A page of the presenters by their names, as the first page's family has them."""
        found = [one | {"avatar_id": one["slug"]} for one in self._presenters(call)]
        wanted = page(call.query, "limit")
        listed = {"avatars": wanted.of(found), "total": len(found), "page": wanted.number, "limit": wanted.size}
        return listed | {"has_more": wanted.ends_before(len(found))}

    async def voices(self, call: Call, act: Act) -> Any:  # noqa: ARG002
        """A page of the voices."""
        origin = self._origins.origin(call.scope)
        # The first who asks waits until everyone who can speak is loaded.
        speaking = await self._threads.judge(self._cast.voices, call.query)
        found = [_voice(voice, origin) for voice in speaking]
        wanted = page(call.query, largest_size=ANY_SIZE) if call.version == "v1" else page(call.query)
        return {"voices": wanted.of(found), "has_more": wanted.ends_before(len(found)), "total": len(found)}

    async def custom_voices(self, call: Call, act: Act) -> Any:  # noqa: ARG002
        """The account's own voices: none."""
        await self._threads.judge(self._cast.voices, {"language": call.query.get("language", "")})
        return {"total": 0, "voices": []}

    async def musics(self, call: Call, act: Act) -> Any:  # noqa: ARG002
        """A page of the tracks of v2."""
        found, wanted = await self._tracks(call), page(call.query)
        return {"music": wanted.of(found), "pagination": wanted.counted(len(found))}

    async def all_musics(self, call: Call, act: Act) -> Any:  # noqa: ARG002
        """All tracks of v1, which calls them avatars (contract 2.6)."""
        return {"avatars": await self._tracks(call)}

    async def custom_musics(self, call: Call, act: Act) -> Any:  # noqa: ARG002
        """The account's own tracks: none."""
        return {"avatars": []}

    def table(self) -> Table:
        """Where these calls are found."""

        def get(handler: Any, doc: Any) -> dict[str, Route]:
            return {"GET": Route(Scope.READ, handler, doc)}

        return {
            "/v2/avatars/public": get(self.public_avatars, cast_docs.PUBLIC_AVATARS),
            "/v2/avatars": get(self.named_avatars, cast_docs.NAMED_AVATARS),
            "/v1/avatars": get(self.all_avatars, cast_docs.ALL_AVATARS),
            "/v2/voices": get(self.voices, cast_docs.VOICES),
            "/v1/voices": get(self.voices, cast_docs.V1_VOICES),
            "/v2/voices/custom": get(self.custom_voices, cast_docs.CUSTOM_VOICES),
            "/v1/voices/custom": get(self.custom_voices, cast_docs.CUSTOM_VOICES),
            "/v2/musics": get(self.musics, cast_docs.MUSICS),
            "/v1/musics": get(self.all_musics, cast_docs.ALL_MUSICS),
            "/v1/musics/custom": get(self.custom_musics, cast_docs.CUSTOM_MUSICS),
        }

    def _presenters(self, call: Call) -> list[dict[str, Any]]:
        query = call.query
        aspect = coerce.one_of(query, "aspect_ratio", _ANY_ASPECT) or Aspect.PORTRAIT
        origin = self._origins.origin(call.scope)
        return [_presenter(one, aspect, origin) for one in self._cast.presenters(query)]

    async def _tracks(self, call: Call) -> list[dict[str, Any]]:
        origin = self._origins.origin(call.scope)
        return [_track(track, origin) for track in await self._threads.judge(self._cast.tracks, call.query)]


def _presenter(one: Presenter, aspect: Aspect, origin: str) -> dict[str, Any]:
    # All can be drawn in every shape: each is said to have the one that is looked for.
    return {
        "id": one.number,
        "avatar_id": one.number,
        "slug": one.id,
        "name": one.name,
        "video_url": origin + one.film_path,
        "cover_url": origin + one.cover_path,
        "aspect_ratio": ASPECT_NUMBERS[aspect],
        **{name: getattr(one, name) for name in AVATAR_FILTERS},
        "description": one.about,
    }


def _voice(voice: StockVoice, origin: str) -> dict[str, Any]:
    sound = origin + voice.sound_path
    return {
        "name": voice.name,
        "voice_id": voice.id,
        "audio_url": sound,
        "audition_url": sound,
        "language": voice.language,
        "locale": voice.locale,
        **{name: getattr(voice, name) for name in VOICE_FILTERS},
        "accent": voice.accent,
        "use_case": voice.use_case,
    }


def _track(track: Track, origin: str) -> dict[str, Any]:
    return {
        "id": track.number,
        "name": track.name,
        "music_url": origin + track.sound_path,
        "duration": round(track.duration_s),
        "genre": track.genre,
        "mood": track.mood,
        "description": track.about,
    }
