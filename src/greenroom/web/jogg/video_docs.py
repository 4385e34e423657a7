"""What the OpenAPI document says of the compatible calls about videos."""

from collections.abc import Mapping
from typing import Any

from greenroom.domain.production import Caller
from greenroom.web.jogg.paging import page_query
from greenroom.web.jogg.routes import Doc
from greenroom.web.jogg.wishes import FONT_SIZE_MAX, FONT_SIZE_MIN, SPEED_MAX, SPEED_MIN

_TEXT: Mapping[str, Any] = {"type": "string"}
_URL: Mapping[str, Any] = {"type": "string", "description": "Empty until it is there."}
_NUMBER = {"type": "integer"}
_ID = {"type": "string", "pattern": "^[0-9a-f]{32}$"}
_INSTANT = {"type": ["integer", "null"], "description": "Unix seconds."}
_ISO = {"type": ["string", "null"], "format": "date-time"}
_STATUS = {"enum": ["pending", "processing", "completed", "failed"]}
_PERCENT = {"type": "integer", "minimum": 0, "maximum": 100}
_SECONDS = {"type": "number", "description": "Seconds; 0 until it is known."}
_WARNINGS = {"type": "array", "items": {"type": "object"}, "description": "What is not as it was asked for."}
_ERROR = {"type": ["object", "null"], "properties": {"code": _NUMBER, "message": _TEXT, "reason": _TEXT}}

_ASSET = "An asset's id, its number, its URL, or any address on the internet."
_NAMED = {"type": ["string", "integer", "null"], "description": _ASSET}
_AVATAR_ID = {"type": ["integer", "string", "null"], "description": "As GET /v2/avatars/public and /v2/avatars list."}
_AVATAR_TYPE = {"type": ["integer", "string", "null"], "description": "0 for a public avatar, 1 for one's own."}
_VOICE_ID = {"type": ["string", "null"], "description": "As GET /v2/voices lists, or of another service."}
_SCRIPT = {"type": ["string", "null"], "description": "What is said; with a sound, the words of it for captions."}
_STYLE = {
    "type": ["object", "null"],
    "properties": {
        "position": {"description": "top, middle or bottom."},
        "font_size": {
            "description": f"{FONT_SIZE_MIN} to {FONT_SIZE_MAX} pixels of a frame whose short side has 1080; or small, "
            "medium, large."
        },
        "font_color": {"description": "#rrggbb, or a name such as white."},
        "background_color": {"description": "#rrggbb, #rrggbbaa, rgba(…) or a name; transparent for none."},
    },
}


def _body(styles: str, usual: str) -> dict[str, Any]:
    """The fields of a call, nested and flat, given what it calls the styles of its screen and its usual shape."""
    return {
        "type": "object",
        "properties": {
            "avatar": {
                "type": ["object", "null"],
                "properties": {"avatar_id": _AVATAR_ID, "avatar_type": _AVATAR_TYPE},
            },
            "avatar_id": _AVATAR_ID,
            "avatar_type": _AVATAR_TYPE,
            "voice": {
                "type": ["object", "null"],
                "properties": {
                    "type": {"description": "script or audio; needed where both are given."},
                    "voice_id": _VOICE_ID,
                    "script": _SCRIPT,
                    "input": {"description": "The same as script."},
                    "audio_url": _NAMED,
                },
            },
            "voice_id": _VOICE_ID,
            "script": _SCRIPT,
            "audio_url": _NAMED,
            "transcript": {"description": "The words of the sound, for captions."},
            "aspect_ratio": {
                "description": "portrait, landscape, square; 0, 1, 2; 9:16, 16:9, 1:1. " + f"{usual} if not given."
            },
            "screen_style": {"description": styles},
            "video_background": {
                "type": ["object", "null"],
                "properties": {
                    "type": {"description": "color, image or video."},
                    "value": {"description": f"A colour as #rrggbb. {_ASSET}"},
                },
            },
            "background_image": _NAMED,
            "background_music": _NAMED,
            "audio_background": {"description": "The same as background_music."},
            "music_id": {"description": "A track, as GET /v2/musics lists."},
            "caption": {"description": "Whether what is said stands in the picture."},
            "caption_style": _STYLE,
            "talk_speed": {"description": f"{SPEED_MIN:g} to {SPEED_MAX:g}."},
            "script_language": {"description": "A tag such as en-US or a name such as english; else the voice's own."},
            "video_name": {"type": ["string", "null"]},
            "webhook_url": {"type": ["string", "null"], "description": "Told what came of the video."},
        },
    }


_NUMBERED = "1 a background, 2 a plain green, 3 transparency in a WebM."
_WORDED = "hd the whole bust, waist nearer, closeup the head, circle a round window in a corner."
_CREATED = {
    "type": "object",
    "required": ["video_id", "project_id", "status", "warnings"],
    "properties": {"video_id": _ID, "project_id": _ID, "status": _STATUS, "warnings": _WARNINGS},
}
_VOICE = {"type": "script", "voice_id": "en-US-ChristopherNeural", "script": "Hello from the green room."}
_FLAT = {
    "avatar_id": 81,
    "avatar_type": 0,
    "voice_id": "en-US-ChristopherNeural",
    "script": "Check out our amazing product!",
    "aspect_ratio": "portrait",
    "screen_style": 1,
}

CREATE = {
    Caller.AVATAR_V2: Doc(
        "videos",
        "Have an avatar say a script or a sound.",
        _CREATED,
        _body(_NUMBERED, "portrait"),
        examples={
            "nested": {
                "avatar": {"avatar_type": 0, "avatar_id": 81},
                "voice": _VOICE,
                "aspect_ratio": "portrait",
                "screen_style": 1,
                "caption": True,
            },
            "flat": _FLAT,
        },
    ),
    Caller.PROJECT_V2: Doc(
        "videos",
        "The same, with backgrounds, styles of captions and speed.",
        _CREATED,
        _body(_WORDED, "16:9"),
        examples={
            "color": {
                "avatar": {"avatar_id": "sarah_full_01"},
                "video_background": {"type": "color", "value": "#e8eef4"},
                "voice": {"type": "script", "input": "Hello from the green room.", "voice_id": "en-US-News-N"},
                "aspect_ratio": "16:9",
                "screen_style": "waist",
            }
        },
    ),
    Caller.TALKING_V1: Doc(
        "videos",
        "The same in version 1.",
        _CREATED,
        _body(_NUMBERED, "portrait"),
        examples={"flat": {**_FLAT, "aspect_ratio": 0, "caption": False, "video_name": "Hello"}},
    ),
}


def _shown(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": list(properties), "properties": properties}


_FILES = {"video_url": _URL, "srt_url": _URL, "vtt_url": _URL}
_PROJECT = _shown(
    project_id=_ID,
    video_id=_ID,
    name=_TEXT,
    status={"enum": ["pending", "processing", "success", "failed"]},
    thumbnail_url=_URL,
    **_FILES,
    duration=_SECONDS,
    resolution={"type": "string", "examples": ["1920x1080"]},
    created_at=_ISO,
    completed_at=_ISO,
    progress=_PERCENT,
    estimated_time={"type": ["integer", "null"], "description": "Seconds that are probably left."},
    error={"type": ["string", "null"]},
    error_code={"type": ["integer", "null"]},
    warnings=_WARNINGS,
)
AVATAR_VIDEO = Doc(
    "videos",
    "How far a video is, and where it is.",
    _shown(
        video_id=_ID,
        project_id=_ID,
        title=_TEXT,
        status=_STATUS,
        progress=_PERCENT,
        cover_url=_URL,
        **_FILES,
        duration=_SECONDS,
        created_at=_INSTANT,
        completed_at=_INSTANT,
        error=_ERROR,
        warnings=_WARNINGS,
    ),
)
PROJECT = Doc("videos", "How far a video is, in the words of /v2/avatar.", _PROJECT)
PROJECTS = Doc(
    "videos",
    "The account's videos, newest first.",
    _shown(
        projects={"type": "array", "items": _PROJECT},
        total=_NUMBER,
        page=_NUMBER,
        limit=_NUMBER,
        has_more={"type": "boolean"},
    ),
    query=page_query("limit"),
)
V1_PROJECT = Doc(
    "videos",
    "How far a video is, in version 1.",
    _shown(
        id=_ID,
        title=_TEXT,
        video_duration={"type": "integer", "description": "Seconds that are begun; 0 until it is known."},
        cover_url=_URL,
        **_FILES,
        status_code={"enum": [2, 3, 4, 5]},
        status_desc={"enum": ["waiting", "processing", "success", "failed"]},
        status=_STATUS,
        created_at=_INSTANT,
        error=_ERROR,
        warnings=_WARNINGS,
    ),
    query={"project_id": _TEXT},
)
