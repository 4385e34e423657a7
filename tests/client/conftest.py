"""A peer to talk to, a file to send, and a clock that only adds up."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from peer import Peer

from greenroom.client import Client
from greenroom.client.backoff import Backoff

CONTENT = b"content"


@dataclass
class Pauses:
    """Notes the seconds that would have been slept."""

    taken_s: list[float] = field(default_factory=list)

    def backoff(self) -> Backoff:
        """Always the longest pause that the jitter may give."""
        return Backoff(sleep=self.taken_s.append, draw=lambda low, high: high, now=lambda: 1_000_000_000)


@pytest.fixture
def peer() -> Iterator[Peer]:
    with Peer() as peer:
        yield peer


@pytest.fixture
def pauses() -> Pauses:
    return Pauses()


@pytest.fixture
def client(peer: Peer, pauses: Pauses) -> Iterator[Client]:
    with Client(peer.url, "a-key", backoff=pauses.backoff()) as client:
        yield client


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "photo.jpg"
    path.write_bytes(CONTENT)
    return path
