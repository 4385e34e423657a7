"""What the OpenAPI document says of the lists of avatars, voices and music."""

from collections.abc import Mapping
from typing import Any

from greenroom.services.cast import AVATAR_FILTERS, VOICE_FILTERS
from greenroom.web.jogg.paging import page_query
from greenroom.web.jogg.routes import Doc

_TEXT: Mapping[str, Any] = {"type": "string"}
_URL = {"type": "string", "format": "uri"}
_NUMBER = {"type": "integer"}
_ASPECT = {"enum": [0, 1, 2], "description": "0 is 9:16, 1 is 16:9, 2 is 1:1."}


def _choice(words: tuple[str, ...]) -> dict[str, Any]:
    return {"type": "string", "description": f"{', '.join(words)}; in any case. Empty for all."}


def _object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": list(properties), "properties": properties}


def _list(name: str, item: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    return _object(**{name: {"type": "array", "items": item}}, **more)


_AVATAR = _object(
    id=_NUMBER,
    avatar_id={"type": ["integer", "string"]},
    name=_TEXT,
    video_url=_URL,
    cover_url=_URL,
    aspect_ratio=_ASPECT,
    **{name: {"enum": list(words)} for name, words in AVATAR_FILTERS.items()},
)
_VOICE = _object(
    name=_TEXT,
    voice_id=_TEXT,
    audio_url=_URL,
    audition_url=_URL,
    language={"type": "string", "description": "In English, in small letters."},
    locale=_TEXT,
    gender={"enum": ["", *VOICE_FILTERS["gender"]]},
    age={"enum": ["", *VOICE_FILTERS["age"]]},
    accent=_TEXT,
    use_case=_TEXT,
)
_TRACK = _object(id=_NUMBER, name=_TEXT, music_url=_URL, duration={"type": "integer", "description": "Seconds."})
_FILTERS = {
    "aspect_ratio": {
        "type": "string",
        "description": "portrait, landscape, square or 0, 1, 2. All avatars can be drawn in each.",
    },
    **{name: _choice(words) for name, words in AVATAR_FILTERS.items()},
}
_LANGUAGE = {"type": "string", "description": "A name such as english, or a tag such as en or en-US."}
_VOICE_QUERY = {
    **{name: _choice(words) for name, words in VOICE_FILTERS.items()},
    "language": _LANGUAGE,
    "use_case": _TEXT,
    "accent": _TEXT,
}
_V1_PAGE = {name: {key: one[key] for key in one if key != "maximum"} for name, one in page_query().items()}
_OF_MUSIC = {"genre": _TEXT, "mood": _TEXT}
_PAGES = _object(page=_NUMBER, page_size=_NUMBER, total_items=_NUMBER, total_pages=_NUMBER)

PUBLIC_AVATARS = Doc(
    "avatars", "The stock avatars, by number.", _list("avatars", _AVATAR), query={**page_query(), **_FILTERS}
)
ALL_AVATARS = Doc("avatars", "All stock avatars.", _list("avatars", _AVATAR), query=_FILTERS)
NAMED_AVATARS = Doc(
    "avatars",
    "The stock avatars, by name.",
    _list("avatars", _AVATAR, total=_NUMBER, page=_NUMBER, limit=_NUMBER, has_more={"type": "boolean"}),
    query={**page_query("limit"), **_FILTERS},
)
VOICES = Doc(
    "voices",
    "The voices.",
    _list("voices", _VOICE, has_more={"type": "boolean"}, total=_NUMBER),
    query={**page_query(), **_VOICE_QUERY},
)
V1_VOICES = VOICES._replace(query={**_V1_PAGE, **_VOICE_QUERY})
CUSTOM_VOICES = Doc(
    "voices",
    "The account's own voices; none can be made.",
    _list("voices", _VOICE, total=_NUMBER),
    query={"language": _LANGUAGE},
)
MUSICS = Doc(
    "music",
    "Tracks of music that may be used freely.",
    _list("music", _TRACK, pagination=_PAGES),
    query={**page_query(), **_OF_MUSIC},
)
ALL_MUSICS = Doc("music", "All tracks; they are called avatars here.", _list("avatars", _TRACK), query=_OF_MUSIC)
CUSTOM_MUSICS = Doc("music", "The account's own tracks; uploads are used by their ids.", _list("avatars", _TRACK))
