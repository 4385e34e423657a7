"""A peer to talk to, and a file to send."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pauses import CONTENT, Pauses
from peer import Peer

from greenroom.client import Client


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
