"""What the OpenAPI document says of the compatible calls about photo avatars."""

from collections.abc import Mapping
from typing import Any

from greenroom.domain.photo_avatar import MOTION_CREDITS
from greenroom.web.jogg.paging import page_query
from greenroom.web.jogg.photo_bodies import LOOKS
from greenroom.web.jogg.routes import Doc

_TEXT: Mapping[str, Any] = {"type": "string"}
_URL = {"type": "string", "description": "Empty until it is there."}
_NUMBER = {"type": "integer"}
_MAYBE_NUMBER = {"type": ["integer", "null"]}
_MAYBE_TEXT = {"type": ["string", "null"]}
_AVATAR_NUMBER = {"type": "integer", "description": "Taken by every call that makes videos, with avatar_type 1."}
_AVATAR_KEY = {"type": "string", "description": "The same avatar; taken with any avatar_type."}
_IMAGE = {
    "type": ["string", "integer", "null"],
    "description": "An image's asset id, its number, its URL, or any address on the internet.",
}
_CONSENT = {
    "type": ["string", "boolean", "null"],
    "description": "Who is shown and how they agreed, or true. A server may require it.",
}
_ASPECT = {"description": "portrait, landscape, square; 0, 1, 2; 9:16, 16:9, 1:1."}


def _object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": list(properties), "properties": properties}


def _words(name: str) -> dict[str, Any]:
    return {"description": f"{', '.join(LOOKS[name].values())}; in any case. Needed where there is no photograph."}


_LOOKS = {
    "image_url": _IMAGE,
    "photo_url": {**_IMAGE, "description": "The same as image_url."},
    "name": {"type": ["string", "null"], "description": "Of the avatar; else the file's."},
    "aspect_ratio": _ASPECT,
    **{name: _words(name) for name in LOOKS},
    "background": _MAYBE_TEXT,
    "appearance": _MAYBE_TEXT,
    "consent": _CONSENT,
    "webhook_url": {"type": ["string", "null"], "description": "Told when the avatar is there."},
}
_EXAMPLES = {
    "photograph": {"photo_url": "https://example.com/portrait.jpg", "name": "Custom Avatar"},
    "looks": {
        "age": "Adult",
        "avatar_style": "Professional",
        "gender": "Female",
        "model": "modern",
        "aspect_ratio": "portrait",
        "image_url": "https://example.com/portrait.jpg",
    },
}
_MADE: dict[str, Any] = {
    "type": "object",
    "required": ["photo_id", "status", "name"],
    "properties": {
        "photo_id": _TEXT,
        "status": {"enum": ["in_progress", 0]},
        "name": _TEXT,
        "avatar_id": _AVATAR_NUMBER,
        "photo_avatar_id": _AVATAR_KEY,
    },
}
_FOUR = (
    "Four images: as given, without the ground, before a studio ground, stylised. The photograph is looked at before "
    "anything is made, and refused with the reason if no good avatar could come of it."
)
GENERATE = Doc(
    "photo avatars",
    "Make an avatar of a photograph, and four images. " + _FOUR,
    _MADE,
    {"type": "object", "properties": _LOOKS},
    examples=_EXAMPLES,
)
NEW_LOOK = Doc(
    "photo avatars",
    "The same; a photograph has to be given.",
    _MADE,
    {"type": "object", "properties": _LOOKS},
    examples={"photograph": {"image_url": "https://example.com/portrait.jpg", "aspect_ratio": 0}},
)
_LIST_OF_TEXTS = {"type": ["array", "null"], "items": _TEXT}
PHOTO = Doc(
    "photo avatars",
    "How far a photo is, and its four images.",
    _object(
        photo_id=_TEXT,
        status={"enum": ["in_progress", "success", "error"]},
        image_url_list=_LIST_OF_TEXTS,
        image_key_list={**_LIST_OF_TEXTS, "description": "Asset ids."},
        msg=_MAYBE_TEXT,
        avatar_id=_MAYBE_NUMBER,
        photo_avatar_id=_MAYBE_TEXT,
    ),
    query={"photo_id": _TEXT},
)
_WARNINGS = {"type": "array", "items": {"type": "object"}, "description": "What is not as it was asked for."}
ADD_MOTION = Doc(
    "photo avatars",
    "Make an avatar of an image, and a preview in which it greets with a voice.",
    _object(
        avatar_id=_AVATAR_NUMBER,
        photo_avatar_id=_AVATAR_KEY,
        motion_id=_TEXT,
        name=_TEXT,
        status=_TEXT,
        warnings=_WARNINGS,
    ),
    {
        "type": "object",
        "properties": {
            "image_url": _IMAGE,
            "name": _MAYBE_TEXT,
            "voice_id": {"type": ["string", "null"], "description": "As GET /v2/voices lists."},
            "model": {"description": f"{', '.join(MOTION_CREDITS)}. One engine stands for all."},
            "photo_id": _MAYBE_TEXT,
            "description": {
                "type": ["string", "null"],
                "description": "At most 299 bytes for the model 1.0, 1500 for others.",
            },
            "welcome_msg": {"type": ["string", "null"], "description": "What it says; else a greeting."},
            "consent": _CONSENT,
        },
    },
    examples={
        "greeting": {
            "image_url": "https://example.com/portrait.jpg",
            "name": "Anna",
            "voice_id": "en-US-ChristopherNeural",
            "model": "2.0",
        }
    },
)
_MOTION = _object(
    motion_id=_TEXT,
    avatar_id=_AVATAR_NUMBER,
    photo_avatar_id=_AVATAR_KEY,
    image_url=_TEXT,
    name=_TEXT,
    status={"enum": ["pending", "processing", "completed", "failed", "error"]},
    motion_preview_url=_URL,
    voice_id=_TEXT,
    error_msg=_MAYBE_TEXT,
    video_id=_MAYBE_TEXT,
)
_FAMILY = _object(
    avatar_id=_AVATAR_KEY,
    id=_AVATAR_NUMBER,
    photo_id=_MAYBE_TEXT,
    name=_TEXT,
    status={"enum": [0, 1, -1], "description": "Being made, ready, failed."},
    thumbnail_url=_TEXT,
    preview_url=_TEXT,
    error=_MAYBE_TEXT,
    created_at=_TEXT,
    completed_at=_MAYBE_TEXT,
)


def _list(item: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    return _object(avatars={"type": "array", "items": item}, total=_NUMBER, **more)


MOTION_OR_LIST = Doc(
    "photo avatars",
    "A motion; without motion_id the account's photo avatars.",
    {"oneOf": [_MOTION, _list(_FAMILY, page=_NUMBER, limit=_NUMBER, has_more={"type": "boolean"})]},
    query={"motion_id": _TEXT, **page_query("limit")},
)
V1_MOTION = Doc("photo avatars", "A motion: pending, error or completed.", _MOTION, query={"motion_id": _TEXT})
ONE = Doc("photo avatars", "One photo avatar, by its id or number.", _FAMILY)
_GONE = _object(message=_TEXT, avatar_id=_AVATAR_NUMBER, photo_avatar_id=_AVATAR_KEY)
_DELETED = "Delete a photo avatar and what was prepared of the face. Photograph and images are assets, and stay."
DELETE = Doc("photo avatars", _DELETED, _GONE)
V1_DELETE = Doc("photo avatars", _DELETED, _GONE, query={"avatar_id": _TEXT})
_LISTED = _object(
    id=_AVATAR_NUMBER,
    avatar_id=_AVATAR_NUMBER,
    photo_avatar_id=_AVATAR_KEY,
    name=_TEXT,
    video_url=_URL,
    cover_url=_TEXT,
    avatar_url=_TEXT,
    api_only={"type": "boolean"},
    status={"enum": [0, 1, 2], "description": "Being made, ready, failed."},
    avatar_status={"enum": ["processing", "completed", "failed"]},
    fail_msg=_TEXT,
    aspect_ratio={"enum": [0, 1, 2]},
    style=_TEXT,
    gender=_TEXT,
    age=_TEXT,
)
_FILTERS = {
    "name": {"type": "string", "description": "What the name has in it, in any case."},
    "status": {"type": "string", "description": "processing, completed or failed."},
}
PHOTO_AVATARS = Doc("avatars", "The account's own avatars.", _list(_LISTED), query={**page_query(), **_FILTERS})
ALL_PHOTO_AVATARS = Doc("avatars", "All of the account's own avatars.", _list(_LISTED), query=_FILTERS)
