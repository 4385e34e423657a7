"""Videos in the making: states, progress, and what came of them."""

import secrets
from datetime import datetime
from enum import StrEnum
from typing import NewType

from msgspec import Struct

from greenroom.domain.folder import TOP
from greenroom.domain.ids import AccountId, AssetId, BlobKey, FolderId
from greenroom.domain.media import Finding
from greenroom.domain.video import VideoSpec

VideoId = NewType("VideoId", str)


def new_video_id() -> VideoId:
    """32 hexadecimal digits, as clients of the compatible dialects know them (contract 1.7)."""
    return VideoId(secrets.token_hex(16))


class VideoState(StrEnum):
    """Where a video is in its making."""

    PENDING = "pending"  # accepted; waits for its assets to be judged in full, or for its turn
    PROCESSING = "processing"  # an attempt has it
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


TRANSITIONS: dict[VideoState, frozenset[VideoState]] = {
    VideoState.PENDING: frozenset({VideoState.PROCESSING, VideoState.FAILED, VideoState.CANCELLED}),
    # An attempt that was interrupted is taken up again.
    VideoState.PROCESSING: frozenset(
        {VideoState.PENDING, VideoState.COMPLETED, VideoState.FAILED, VideoState.CANCELLED}
    ),
    VideoState.COMPLETED: frozenset(),
    VideoState.FAILED: frozenset({VideoState.PENDING}),  # tried again at its owner's wish
    VideoState.CANCELLED: frozenset({VideoState.PENDING}),
}
ENDED = frozenset({VideoState.COMPLETED, VideoState.FAILED, VideoState.CANCELLED})


class Caller(StrEnum):
    """By which call a video was asked for: what hooks are told of it depends on that."""

    AVATAR_V2 = "avatar_v2"  # /v2/create_video_from_avatar
    PROJECT_V2 = "project_v2"  # /v2/avatar
    TALKING_V1 = "talking_v1"  # /v1/create_video_from_talking_avatar
    API = "api"  # /api/v1/videos
    LIP_SYNC_V2 = "lip_sync_v2"  # /v2/create_lip_sync_video
    LIP_SYNC = "lip_sync"  # /api/v1/lip-syncs
    MOTION = "motion"  # by none: it is the preview of a photo avatar, and told of as such


LIP_SYNCS = frozenset({Caller.LIP_SYNC_V2, Caller.LIP_SYNC})
"""What is asked for by these is no avatar video: it has a take, and lists of its own."""
AVATAR_VIDEOS = frozenset(Caller) - LIP_SYNCS - {Caller.MOTION}
"""What is asked for by these is what an account calls its videos."""


def ending_event(caller: Caller, state: VideoState) -> str:
    """Under which name hooks are told of the end of a video; the contract has none of its own for lip sync."""
    kind = "generated_video" if caller in LIP_SYNCS else "generated_avatar_video"
    return f"{kind}_{'success' if state is VideoState.COMPLETED else 'failed'}"


class Step(StrEnum):
    """What is being done for a video."""

    WAITING = "waiting"  # for its assets, or its turn
    SPEAKING = "speaking"
    TIMING = "timing"
    TRACKING = "tracking"  # a face, through a film whose person is to say something else
    RENDERING = "rendering"
    CHECKING = "checking"  # our own verification of the finished file


class Progress(Struct, frozen=True):
    """How far a video is: the share that is done, 0 to 1, and the seconds that are probably left, where known."""

    step: Step
    done: float
    left_s: float | None = None


class Spoken(Struct, frozen=True):
    """
    What there is to hear, as paths of files of speech; None where there is none.

    `duration_s` is that of the speech, None if a sound is given, whose length is known elsewhere.
    """

    speech: str | None
    guide: str | None
    duration_s: float | None
    warnings: tuple[Finding, ...] = ()


class Heard(Struct, frozen=True):
    """What was recognised in a sound: its words, the language as it was told (may be empty), and by which model."""

    text: str
    language: str
    model: str


class Outcome(Struct, frozen=True):
    """What was made. The asset is the film; `cover`, `srt` and `vtt` are files beside it, empty where there is none."""

    asset_id: AssetId
    film: str
    """The permanent path of the asset."""
    duration_s: float
    width: int
    height: int
    cover: BlobKey
    timing: str
    """How the times of mouth and words were found (`studio.speech.Method`)."""
    loudness_lufs: float
    true_peak_db: float
    srt: BlobKey | None = None
    vtt: BlobKey | None = None


class Video(Struct, frozen=True):
    """A video: what it is to be, where it is in its making, and what came of it."""

    id: VideoId
    account_id: AccountId
    caller: Caller
    state: VideoState
    spec: VideoSpec
    created_at: datetime
    attempts: int = 0
    started_at: datetime | None = None
    ended_at: datetime | None = None
    outcome: Outcome | None = None
    findings: tuple[Finding, ...] = ()
    """Why it failed."""
    warnings: tuple[Finding, ...] = ()
    """What is not as it was asked for."""
    callback_url: str | None = None
    charge_id: str | None = None
    """What was charged for it."""
    folder_id: FolderId = TOP
    """Where the finished film will be."""
    version: int = 1
    film_gone: bool = False
    """Whether the film that was made is no longer there: it was deleted, or rejected later."""

    @property
    def ended(self) -> bool:
        """Whether nothing more comes of it by itself."""
        return self.state in ENDED

    @property
    def is_told(self) -> bool:
        """Whether hooks are told of it as a video; previews of photo avatars are told of as motions."""
        return self.caller is not Caller.MOTION


class Files(Struct, frozen=True):
    """Where the files of a video are, as paths under our origin; None where there is none, or not yet."""

    film: str | None = None
    cover: str | None = None
    srt: str | None = None
    vtt: str | None = None
