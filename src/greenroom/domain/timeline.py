"""
The timeline of an upload: what happened to it, who ended it and why, and how the bytes of each attempt came.

Instants are Unix seconds to the millisecond. What is past is kept with the upload's row; what is going on now is
counted in memory by a `Progress`, whose callers bring the readings of a clock that only goes forward.
"""

from enum import StrEnum

from msgspec import Struct

STEPS_MAX = 50
"""A row keeps that many steps, the first and the last ones; the audit has them all."""
_STALL_S = 1.0


class Event(StrEnum):
    """What happened to an upload."""

    SIGNED = "signed"
    RENEWED = "renewed"  # there is a fresh URL
    VERIFYING = "verifying"  # the bytes are durable, their judgement takes longer than the PUT was answered
    REFUSED = "refused"  # an attempt ended without a file; the upload goes on
    COMPLETED = "completed"  # the asset is ready
    CANCELLED = "cancelled"
    EXPIRED = "expired"


ATTEMPTED = frozenset((Event.REFUSED, Event.COMPLETED))
"""The steps that are the end of an attempt to send the file."""


class Transfer(Struct, frozen=True, omit_defaults=True):
    """How the bytes of one attempt came."""

    began_at: float
    received_bytes: int
    expected_bytes: int | None = None
    """The Content-Length, or what was declared at signing."""
    first_byte_at: float | None = None
    last_byte_at: float | None = None
    stalls: int = 0
    """Pauses of more than a second between bytes."""
    stalled_s: float = 0.0
    """All of these together."""
    timings_ms: dict[str, float] = {}
    """How long the attempt waited for a judge, was examined, was stored."""


class Step(Struct, frozen=True, omit_defaults=True):
    """One line of a timeline; `by` is the actor, as in the audit."""

    at: float
    event: Event
    by: str
    reason: str | None = None
    """The code of the finding behind a refusal."""
    detail: str | None = None
    transfer: Transfer | None = None


class Progress:
    """Counts the bytes of one attempt as they come."""

    __slots__ = ("_began", "_began_at", "_first", "_last", "expected_bytes", "received_bytes", "stalled_s", "stalls",
                 "timings_ms")  # fmt: skip

    def __init__(self, began_at: float, moment: float, expected_bytes: int | None) -> None:
        self._began_at = began_at
        self._began = moment
        self._first: float | None = None
        self._last = moment
        self.received_bytes = 0
        self.expected_bytes = expected_bytes
        self.stalls = 0
        self.stalled_s = 0.0
        self.timings_ms: dict[str, float] = {}

    def came(self, count: int, moment: float) -> None:
        """Count bytes that were waited for since the ones before them."""
        pause_s = moment - self._last
        if pause_s > _STALL_S:
            self.stalls += 1
            self.stalled_s += pause_s
        self.flowed(count, moment)

    def flowed(self, count: int, moment: float) -> None:
        """Count bytes that came without a pause."""
        self.received_bytes += count
        self._last = moment
        if self._first is None:
            self._first = moment

    def took(self, stage: str, seconds: float) -> None:
        """Keep how long a stage took."""
        self.timings_ms[stage] = round(seconds * 1000, 1)

    def transfer(self) -> Transfer:
        """What was counted until now."""
        came = self._first is not None
        return Transfer(
            began_at=round(self._began_at, 3),
            received_bytes=self.received_bytes,
            expected_bytes=self.expected_bytes,
            first_byte_at=self._instant(self._first) if self._first is not None else None,
            last_byte_at=self._instant(self._last) if came else None,
            stalls=self.stalls,
            stalled_s=round(self.stalled_s, 3),
            timings_ms=dict(self.timings_ms),
        )

    def _instant(self, moment: float) -> float:
        return round(self._began_at + moment - self._began, 3)
