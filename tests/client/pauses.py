"""A clock that only adds up, and what is sent while it does."""

from dataclasses import dataclass, field

from greenroom.client.backoff import Backoff

CONTENT = b"content"


@dataclass
class Pauses:
    """Notes the seconds that would have been slept."""

    taken_s: list[float] = field(default_factory=list)

    def backoff(self) -> Backoff:
        """Always the longest pause that the jitter may give."""
        return Backoff(sleep=self.taken_s.append, draw=lambda low, high: high, now=lambda: 1_000_000_000)
