"""Events: what can happen, in one sentence each, under which name a subscriber is told of it, and what it is told."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from msgspec import Struct

from greenroom.domain.ids import AccountId

EVERYTHING = "*"
"""Among a hook's events: all of them, those of later versions too."""

PING = "ping"
GENERATED_VIDEO = ("generated_video_success", "generated_video_failed")
"""The names of the older dialect, under which every kind of video is told (contract 2.12)."""


class Explanation(NamedTuple):
    """When an event is told, in a sentence, and the fields of its `data`."""

    sentence: str
    data: str


_VIDEO = "project_id, video_id, status, video_url, cover_url, duration"
_NO_VIDEO = "project_id, video_id, status, error.code, error.message"
_AVATAR = "avatar_id, status, preview_url, cover_url"
_NO_AVATAR = "avatar_id, status, error.code, error.message"

COMPATIBLE: dict[str, Explanation] = {
    "generated_video_success": Explanation("A video is done, of whichever kind.", _VIDEO),
    "generated_video_failed": Explanation("A video could not be made, of whichever kind.", _NO_VIDEO),
    "generated_avatar_video_success": Explanation("An avatar video is done.", _VIDEO),
    "generated_avatar_video_failed": Explanation("An avatar video could not be made.", _NO_VIDEO),
    "generated_product_video_success": Explanation("A product video is done.", _VIDEO),
    "generated_product_video_failed": Explanation("A product video could not be made.", _NO_VIDEO),
    "generated_template_video_success": Explanation("A video from a template is done.", _VIDEO),
    "generated_template_video_failed": Explanation("A video from a template could not be made.", _NO_VIDEO),
    "generated_translate_video_success": Explanation("A translated video is done.", _VIDEO),
    "generated_translate_video_failed": Explanation("A video could not be translated.", _NO_VIDEO),
    "create_avatar_success": Explanation("A custom avatar can be used.", _AVATAR),
    "create_avatar_failed": Explanation("A custom avatar could not be made.", _NO_AVATAR),
    "generated_photo_avatar_success": Explanation("A photo avatar can be used.", _AVATAR),
    "generated_photo_avatar_failed": Explanation("A photo avatar could not be made.", _NO_AVATAR),
    "generated_product_avatar_success": Explanation("A product avatar can be used.", _AVATAR),
    "generated_product_avatar_failed": Explanation("A product avatar could not be made.", _NO_AVATAR),
    "generated_script_success": Explanation("Scripts are written.", "task_id, status"),
    "generated_script_failed": Explanation("Scripts could not be written.", "task_id, status, error"),
    "generated_image_success": Explanation("Photos for an avatar are made.", "photo_id, photo_urls"),
    "generated_image_failed": Explanation("Photos for an avatar could not be made.", "photo_id, error"),
    "generated_motion_success": Explanation("A photo avatar moves.", "motion_id, motion_url, photo_url"),
    "generated_motion_failed": Explanation("A photo avatar could not be made to move.", "motion_id, error"),
}
"""The events of the compatible contract."""

_ASSET = "asset_id, asset_url, name, kind"

OURS: dict[str, Explanation] = {
    "asset.ready": Explanation(
        "A file was judged good and stands under its permanent address. `again` when it had been rejected before.",
        f"{_ASSET}, sha256, size_bytes, upload_id, again",
    ),
    "asset.rejected": Explanation(
        "A closer look found that a file that was ready is bad; its address now says so.",
        f"{_ASSET}, sha256, findings, supersedes",
    ),
    "asset.deleted": Explanation(
        "An asset was deleted by its owner, or its upload was cancelled (then with `upload_id`).",
        f"{_ASSET}, upload_id",
    ),
    "asset.restored": Explanation("A deleted asset stands under its address again.", f"{_ASSET}, status"),
    "upload.expired": Explanation(
        "The time of an upload ran out before an accepted file came.", f"{_ASSET}, upload_id"
    ),
    "import.failed": Explanation(
        "An original could not be fetched from its address, or is not acceptable; there will be no further try.",
        f"{_ASSET}, import_id, code, message",
    ),
    "rendition.ready": Explanation(
        "A render-safe copy of an asset is made.", f"{_ASSET}, rendition_id, sha256, size_bytes"
    ),
    "rendition.failed": Explanation("A render-safe copy could not be made.", f"{_ASSET}, rendition_id, code, message"),
}
"""What the compatible contract has no event for."""

_COMPLETED, _FAILED = "video.completed", "video.failed"
OF_VIDEOS: dict[str, Explanation] = {
    "video.started": Explanation("The making of a video has begun.", "video_id, status"),
    _COMPLETED: Explanation("The same as `generated_..._video_success`, under our name.", f"{_VIDEO}, asset_id"),
    _FAILED: Explanation("The same as `generated_..._video_failed`, under our name.", f"{_NO_VIDEO}, reason"),
    "video.cancelled": Explanation("A video was cancelled by its owner before it was done.", "video_id, status"),
}
"""What happens to videos, of whichever call; who wants the compatible names too is told once, under those."""

EVENTS = COMPATIBLE | OURS | OF_VIDEOS
"""Every event that can be subscribed to."""

ALL_EVENTS = EVENTS | {PING: Explanation("A hook was asked to show that it hears; only that hook is told.", "hook_id")}

OF_AN_UPLOAD = frozenset(("asset.ready", "asset.rejected", "upload.expired", "import.failed"))
"""What the `callback_url` of an upload is told."""

_VIDEOS = {
    name: GENERATED_VIDEO[name.endswith("_failed")]
    for name in COMPATIBLE
    if name.endswith(("_video_success", "_video_failed"))
}


class Event(Struct, frozen=True):
    """
    Something that happened to an account's `subject`, the id of an asset or of whatever else it is about.

    `place` counts all events, `sequence` those of the subject from 1. In `data`, fields that end in `_url` may be
    paths of ours, for rows hold no origins.
    """

    place: int
    id: str
    account_id: AccountId
    subject: str
    sequence: int
    type: str
    data: Mapping[str, Any]
    created_at: datetime


def told_as(subscribed: Collection[str], type_: str) -> str | None:
    """The name under which a subscriber to those events is told of one; None if it is not."""
    if type_ in subscribed or (EVERYTHING in subscribed and type_ != PING):
        return type_
    if type_ not in _VIDEOS:
        return None
    others = (_VIDEOS[type_], _FAILED if type_.endswith("_failed") else _COMPLETED)
    return next((name for name in others if name in subscribed), None)


def message(event: Event, name: str, origin: str) -> dict[str, Any]:
    """What a receiver is sent (contract 2.12): `timestamp` in Unix seconds, addresses of ours under that origin."""
    return {
        "event_id": event.id,
        "event": name,
        "timestamp": int(event.created_at.timestamp()),
        "sequence": event.sequence,
        "data": shown_data(event, origin),
    }


def shown_data(event: Event, origin: str) -> dict[str, Any]:
    """The data of an event with whole addresses; videos have both of the ids that receivers look for."""
    data = {field: _joined(field, value, origin) for field, value in event.data.items()}
    if event.type in _VIDEOS and "video_id" in data:
        data.setdefault("project_id", data["video_id"])
    return data


def _joined(field: str, value: Any, origin: str) -> Any:
    if field.endswith("_urls"):
        return [_joined("_url", one, origin) for one in value]
    ours = field.endswith("_url") and isinstance(value, str) and value.startswith("/")
    return origin + value if ours else value
