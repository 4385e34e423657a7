"""How far an upload is, as its caller is told."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class Stage(StrEnum):
    """What an upload is doing."""

    SIGNING = "signing"
    SENDING = "sending"
    JUDGING = "judging"  # all is sent, the server's verdict is not in
    PAUSING = "pausing"  # something went wrong, it will be tried again
    READY = "ready"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an upload is. While it pauses, `problem` says why and `pause_s` for how long."""

    stage: Stage
    sent_bytes: int
    size_bytes: int
    problem: str = ""
    pause_s: float = 0.0


Listener = Callable[[Progress], None]


def nobody(_: Progress) -> None:
    """Listen to no progress."""
