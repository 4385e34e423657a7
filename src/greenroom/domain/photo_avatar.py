"""Photo avatars: photographs that talk, the images made of them, and the previews in which they move (contract 2.5)."""

import secrets
from datetime import datetime
from enum import StrEnum
from typing import NewType

from msgspec import Struct

from greenroom.domain.folder import TOP
from greenroom.domain.ids import AccountId, AssetId, BlobKey, FolderId
from greenroom.domain.media import Finding, Format, MediaInfo
from greenroom.domain.production import VideoId
from greenroom.domain.video import Aspect
from greenroom.domain.video_wish import Named

PhotoId = NewType("PhotoId", str)
PhotoAvatarId = NewType("PhotoAvatarId", str)
MotionId = NewType("MotionId", str)

PHOTO_CREDITS = 0.2
"""For a call that makes four images (contract 1.8)."""
MOTION_CREDITS = {"1.0": 2.0, "2.0": 2.0, "3.0": 2.0, "2.0-Pro": 3.0}
"""For a preview in which an avatar moves, by the `model` that is asked for."""
LOOK_FORMATS = {"original": Format.JPEG, "cutout": Format.PNG, "studio": Format.JPEG, "stylised": Format.JPEG}
"""The four images of a photo, in the order of answers, and what each is written as."""
FIRST_NUMBER = 100_001
"""Numbers of photo avatars begin here in each account, above those of all stock presenters."""
AVATAR_PREFIX = "pa_"
LEAST_PORTRAIT_SIDE, LONGEST_PORTRAIT = 128, 2.5
"""Pixels of the shorter side of an image that may show a face with enough of them; its longest shape."""


def new_photo_id() -> PhotoId:
    """An id with 128 random bits."""
    return PhotoId("pho_" + secrets.token_hex(16))


def new_photo_avatar_id() -> PhotoAvatarId:
    """An id with 128 random bits."""
    return PhotoAvatarId(AVATAR_PREFIX + secrets.token_hex(16))


def new_motion_id() -> MotionId:
    """An id with 128 random bits."""
    return MotionId("mo_" + secrets.token_hex(16))


def could_be_portrait(info: MediaInfo) -> bool:
    """Whether an image is worth looking at as a portrait: a still of some size, and no banner."""
    short, long = sorted((info.width or 0, info.height or 0))
    is_still = info.format is not Format.GIF and (info.frame_count or 1) == 1
    return is_still and short >= LEAST_PORTRAIT_SIDE and long <= LONGEST_PORTRAIT * short


class PhotoState(StrEnum):
    """Where a photo, or an avatar of one, is in its making."""

    PENDING = "pending"  # accepted; waits for its file, or for its turn
    READY = "ready"
    FAILED = "failed"


TRANSITIONS: dict[PhotoState, frozenset[PhotoState]] = {
    # What a run did not finish is still pending, and the next one makes it again.
    PhotoState.PENDING: frozenset({PhotoState.READY, PhotoState.FAILED}),
    PhotoState.READY: frozenset(),
    PhotoState.FAILED: frozenset(),
}


class Looks(Struct, frozen=True):
    """
    How a person is to look: words of the contract, empty where nothing was said.

    They describe the person to an image provider; of a photograph only the aspect is decided by them.
    """

    aspect: Aspect = Aspect.PORTRAIT
    age: str = ""
    style: str = ""
    gender: str = ""
    model: str = ""
    ethnicity: str = ""
    background: str = ""
    appearance: str = ""


class Consent(Struct, frozen=True):
    """What its maker said of the consent of the person shown: who gave it, and how. Kept with the avatar."""

    statement: str
    at: datetime
    actor: str
    """The key that said so."""


class Photo(Struct, frozen=True):
    """Four images: made of a photograph, or by an image provider from a description."""

    id: PhotoId
    account_id: AccountId
    state: PhotoState
    looks: Looks
    created_at: datetime
    name: str = ""
    asset_id: AssetId | None = None
    """The photograph; None if a provider is to make the images."""
    avatar_id: PhotoAvatarId | None = None
    """The avatar that is made of the photograph together with the images."""
    images: tuple[AssetId, ...] = ()
    findings: tuple[Finding, ...] = ()
    attempts: int = 0
    ended_at: datetime | None = None
    charge_id: str | None = None
    callback_url: str | None = None
    folder_id: FolderId = TOP
    version: int = 1


class Motion(Struct, frozen=True):
    """A preview in which an avatar greets with a voice; it is a video of its own."""

    id: MotionId
    model: str
    voice_id: str
    description: str = ""
    welcome: str = ""
    video_id: VideoId | None = None
    """None until the avatar is ready."""
    ended: bool = False
    """Whether hooks were told what came of it."""
    charge_id: str | None = None
    error: str = ""
    """Why there is no preview, once that was told."""


class PhotoAvatar(Struct, frozen=True):
    """A photograph that can be made to talk."""

    id: PhotoAvatarId
    account_id: AccountId
    number: int
    """The integer id, unique in its account; `create_video_from_avatar` takes it with `avatar_type` 1."""
    name: str
    state: PhotoState
    asset_id: AssetId
    """The photograph."""
    created_at: datetime
    photo_id: PhotoId | None = None
    prepared: BlobKey | None = None
    """What render processes draw from; None until it is ready."""
    findings: tuple[Finding, ...] = ()
    """Why it could not be made."""
    consent: Consent | None = None
    motion: Motion | None = None
    attempts: int = 0
    ended_at: datetime | None = None
    deleted_at: datetime | None = None
    callback_url: str | None = None
    folder_id: FolderId = TOP
    version: int = 1


class PortraitWish(Struct, frozen=True):
    """A photo, or an avatar, as a caller wants it. `consent` is what they say of the consent of who is shown."""

    photograph: Named | None
    """An asset by its id, number or address, or an address elsewhere."""
    name: str = ""
    looks: Looks = Looks()
    consent: str = ""
    callback_url: str = ""
    callback_field: str = "webhook_url"


class MotionWish(Struct, frozen=True):
    """An avatar that greets with a voice, as a caller wants it."""

    photograph: Named
    name: str
    voice_id: str
    model: str
    photo_id: str = ""
    description: str = ""
    welcome: str = ""
    consent: str = ""


class Inspected(Struct, frozen=True):
    """What looking at a photograph gave: without refusals it can become an avatar."""

    refusals: tuple[Finding, ...]
    warnings: tuple[Finding, ...] = ()


class Provided(Struct, frozen=True):
    """Images of a provider as files in memory, all of one format."""

    images: tuple[bytes, ...]
    format: Format
