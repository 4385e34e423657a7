"""
What goes over the wire between the client and a server, as the client reads it.

Fields that are not named here are ignored, so that a newer server does not break an older client.
"""

from typing import Any

import msgspec


class SignRequest(msgspec.Struct, frozen=True, omit_defaults=True):
    """The question for a signed URL."""

    filename: str
    content_type: str
    file_size: int
    folder: str = ""


class Envelope(msgspec.Struct, frozen=True):
    """What every answer of the compatible API is wrapped in; `code` 0 is good, anything else a refusal."""

    code: int
    msg: str = ""
    rid: str = ""
    data: msgspec.Raw = msgspec.Raw(b"null")


class Signed(msgspec.Struct, frozen=True):
    """A signed URL and what belongs to it. `expires_at` is in Unix seconds."""

    sign_url: str
    asset_url: str
    asset_id: str = ""
    id: int | None = None
    upload_id: str = ""
    expires_at: int | None = None
    max_bytes: int | None = None
    upload_headers: dict[str, str] = {}


class Reason(msgspec.Struct, frozen=True, omit_defaults=True):
    """Why something was refused: stable code, sentence, what was measured and allowed, the cure."""

    code: str = ""
    message: str = ""
    measured: str | None = None
    allowed: str | None = None
    cure: str | None = None
    at_byte: int | None = None
    at_s: float | None = None


class RefusalData(msgspec.Struct, frozen=True):
    """The `data` of a refusal."""

    reason: Reason | None = None


class Picture(msgspec.Struct, frozen=True, omit_defaults=True):
    """The picture track of a video."""

    codec: str = ""
    frame_rate: float | None = None


class Sound(msgspec.Struct, frozen=True, omit_defaults=True):
    """The sound track of a video or an audio file."""

    codec: str = ""
    sample_rate_hz: int | None = None
    channels: int | None = None


class Media(msgspec.Struct, frozen=True, omit_defaults=True):
    """What was seen in a file's bytes."""

    format: str = ""
    frame_count: int | None = None
    video: Picture | None = None
    audio: Sound | None = None


class Advice(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is accepted but not best for video making: a sentence, what is recommended, what to do."""

    code: str = ""
    message: str = ""
    measured: str | None = None
    recommended: str | None = None
    cure: str | None = None


class WouldAnswer(msgspec.Struct, frozen=True):
    """What an upload would be answered with."""

    code: int
    msg: str = ""


class Foreseen(msgspec.Struct, frozen=True):
    """What a server says of a file before it is sent."""

    acceptable: bool
    refusals: tuple[Reason, ...] = ()
    would_answer: WouldAnswer | None = None


class Facts(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a file was verified to be. Width and height are as displayed."""

    kind: str = ""
    verification: str = ""
    content_type: str | None = None
    size_bytes: int | None = None
    sha256: str | None = None
    width: int | None = None
    height: int | None = None
    duration_s: float | None = None
    media: Media | None = None
    advice: tuple[Advice, ...] = ()


class Standing(Facts, frozen=True):
    """Where an asset stands: the receipt of a PUT, or the asset as our own API shows it."""

    asset_id: str = ""
    asset_url: str = ""
    status: str = ""
    findings: tuple[Reason, ...] = ()


class Problem(msgspec.Struct, frozen=True):
    """An error of our own API (RFC 9457)."""

    code: str = ""
    title: str = ""
    detail: str = ""


def encoded(value: Any) -> bytes:
    """The value as one line of JSON."""
    return msgspec.json.encode(value)
