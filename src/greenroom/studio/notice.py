"""What a result says of itself; apart from sounds and pictures, for a server that handles neither."""

from msgspec import Struct


class Notice(Struct, frozen=True):
    """Something that is not as it was asked for, with a stable code; it stands in the video's result."""

    code: str
    message: str
