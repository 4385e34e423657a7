"""Servers with unusual settings that several modules look at; a start takes longer than most tests."""

import time
from collections.abc import Iterator
from typing import Any

import pytest

from running_server import RunningServer, start_server


@pytest.fixture(scope="session")
def impatient_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server whose signed URLs live a fifth of a second."""
    running = start_server(tmp_path_factory.mktemp("impatient") / "data", uploads_grant_lifetime_s="0.2")
    yield running
    running.stop()


@pytest.fixture(scope="session")
def expired_upload(impatient_server: RunningServer) -> dict[str, Any]:
    """What was signed for an upload whose time is over and which was swept."""
    signed = impatient_server.signed("a.jpg")
    wait_for_state(impatient_server, signed["asset_id"], "expired")
    return signed


@pytest.fixture(scope="session")
def strict_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server that takes images of 100,000 bytes and videos of a second."""
    running = start_server(
        tmp_path_factory.mktemp("strict") / "data",
        limits_image_max_bytes="100000",
        limits_video_max_duration_s="1",
    )
    yield running
    running.stop()


@pytest.fixture(scope="session")
def _restarted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[dict[str, Any], RunningServer]]:
    first_run = start_server(tmp_path_factory.mktemp("restarted") / "data")
    signed = first_run.signed("a.jpg")
    first_run.stop()
    running = start_server(first_run.data, public_urls="https://media.example.com,https://old.example.com")
    yield signed, running
    running.stop()


@pytest.fixture(scope="session")
def restarted_server(_restarted: tuple[dict[str, Any], RunningServer]) -> RunningServer:
    """A server that was stopped and runs again, now under the public address https://media.example.com."""
    return _restarted[1]


@pytest.fixture(scope="session")
def signed_before(_restarted: tuple[dict[str, Any], RunningServer]) -> dict[str, Any]:
    """What the restarted server signed in its first run."""
    return _restarted[0]


def wait_for_state(server: RunningServer, asset_id: str, state: str) -> None:
    """Return when an asset is in that state; fail if that does not come to be."""
    deadline = time.monotonic() + 20
    while server.asset(asset_id)["status"] != state:
        assert time.monotonic() < deadline, f"{asset_id} is not {state}"
        time.sleep(0.1)


@pytest.fixture(scope="session")
def telling_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server that tells receivers on this machine of events, without TLS."""
    running = start_server(
        tmp_path_factory.mktemp("telling") / "data", webhooks_allow_http="on", webhooks_allow="127.0.0.0/8"
    )
    yield running
    running.stop()
