"""Hooks: addresses that are told of events, the deliveries to them, when to try again and when to give up."""

import random
import secrets
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType

from msgspec import Struct

from greenroom.domain.events import Event
from greenroom.domain.ids import AccountId

HookId = NewType("HookId", str)
DeliveryId = NewType("DeliveryId", str)

MOST_HOOKS = 20
"""In one account, through whichever face (contract 2.12)."""

LONGEST_URL = 2048
GAPS_S = (5, 30, 120, 600, 1800, 3600, 7200, 14400, 21600, 36000)
"""After each failed attempt but the last: eleven attempts in just under 24 hours."""
GIVE_UP_AFTER = timedelta(hours=24)
DISABLE_AFTER = timedelta(days=5)
"""A hook that took nothing for so long is disabled."""
LONGEST_OVERLAP_S = 7 * 86400
LONGEST_REST_S = 3600.0
"""How long a receiver may ask to be left alone by `Retry-After`."""

_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


class Face(StrEnum):
    """Through which face a hook was made; receivers written for it expect its secret and its User-Agent."""

    V1 = "v1"
    V2 = "v2"
    API = "api"


USER_AGENTS = {
    Face.V1: "Jogg-Webhook/1.0",
    Face.V2: "JoggAI-Webhook/2.0",
    Face.API: "Greenroom-Webhook/1.0",
}


class HookStatus(StrEnum):
    """Whether a hook is told of events."""

    ENABLED = "enabled"
    DISABLED = "disabled"  # paused: what happens meanwhile is not told later, what waited goes on when enabled again


@dataclass(frozen=True, slots=True)
class Secret:
    """
    What messages are signed with, as text.

    It is stored as it is, since a signature cannot be made from a hash. `previous` signs as well until it ends.
    """

    current: str
    previous: str | None = None
    previous_until: datetime | None = None

    def valid(self, now: datetime) -> tuple[str, ...]:
        """Those that messages are signed with now, the current one first."""
        if self.previous is not None and self.previous_until is not None and now < self.previous_until:
            return self.current, self.previous
        return (self.current,)


@dataclass(frozen=True, slots=True)
class Hook:
    """An address of an account that is told of events."""

    id: HookId
    account_id: AccountId
    url: str
    events: tuple[str, ...]
    status: HookStatus
    face: Face
    created_at: datetime
    disabled_reason: str = ""
    """Why the server itself disabled it; empty if it did not."""
    failing_since: datetime | None = None
    """The first failed attempt after the last that was taken."""


class DeliveryState(StrEnum):
    """What became of telling one receiver of one event."""

    WAITING = "waiting"  # for its first attempt, or for the next
    DELIVERED = "delivered"
    FAILED = "failed"  # given up


class Attempt(Struct, frozen=True):
    """One try: an HTTP status or an error, how many milliseconds it took, and the beginning of what was answered."""

    number: int
    at: datetime
    status: int | None
    ms: int
    error: str
    excerpt: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """Telling one receiver of one event, under the name that it knows it by. Without a hook it is a callback."""

    id: DeliveryId
    account_id: AccountId
    hook_id: HookId | None
    url: str
    event_id: str
    event: str
    state: DeliveryState
    attempts: int
    due_at: datetime
    created_at: datetime
    ended_at: datetime | None
    log: tuple[Attempt, ...] = ()


@dataclass(frozen=True, slots=True)
class Due:
    """A delivery whose time has come, with all that an attempt needs. A lane is one receiver's queue."""

    delivery: Delivery
    lane: str
    event: Event
    face: Face


class Answer(Struct, frozen=True):
    """What a receiver answered; `retry_after_s` if it wants to be left alone so long."""

    status: int
    excerpt: str = ""
    retry_after_s: float | None = None

    @property
    def accepted(self) -> bool:
        """Whether it took the message."""
        return 200 <= self.status < 300


def new_hook_id(face: Face) -> HookId:
    """An id with 128 random bits; v1 has them bare (contract 1.7)."""
    return HookId(("" if face is Face.V1 else "wh_") + secrets.token_hex(16))


def new_delivery_id() -> DeliveryId:
    """An id with 128 random bits."""
    return DeliveryId("dlv_" + secrets.token_hex(16))


def new_secret(face: Face) -> str:
    """A secret in the form of its face: 16 letters and digits in v1, else 256 bits as Standard Webhooks write them."""
    if face is Face.V1:
        return "".join(secrets.choice(_LETTERS) for _ in range(16))
    return "whsec_" + b64encode(secrets.token_bytes(32)).decode()


def next_try(
    attempts: int, first_at: datetime, now: datetime, wait_s: float | None, gaps_s: Sequence[float] = GAPS_S
) -> datetime | None:
    """
    When to try again after so many failed attempts; None when it is over.

    Up to a fifth is taken off each gap by chance, so that what failed together does not come back together.
    `wait_s` is what the receiver asked for.
    """
    end = first_at + GIVE_UP_AFTER
    if attempts > len(gaps_s) or now >= end:
        return None
    gap_s = gaps_s[attempts - 1] * random.uniform(0.8, 1.0)
    if wait_s is not None:
        gap_s = max(gap_s, min(wait_s, LONGEST_REST_S))
    return min(now + timedelta(seconds=gap_s), end)
