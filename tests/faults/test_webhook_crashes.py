"""No event is lost when the server dies while it tells of them, and first attempts stay in order."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import requests

import media_samples
from receiver import OK, Receiver, late, receiver, reset, status
from running_server import RunningServer, start_server

PHOTO = media_samples.jpeg(64, 48)
UPLOADS = 8


class Restarts:
    """Servers of one data folder, one after the other, that tell receivers on this machine."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.running: RunningServer | None = None

    def __call__(self) -> RunningServer:
        self.end()
        self.running = start_server(self.data, webhooks_allow_http="on", webhooks_allow="127.0.0.0/8")
        return self.running

    def end(self) -> None:
        """Kill the one that runs."""
        if self.running is not None:
            self.running.kill()
            self.running = None


@pytest.fixture
def started(tmp_path: Path) -> Iterator[Restarts]:
    restarts = Restarts(tmp_path / "data")
    yield restarts
    restarts.end()


@pytest.fixture
def slow_ear() -> Iterator[Receiver]:
    """Takes its time, and fails now and then."""
    with receiver(late(0.1, OK), late(0.1, status(500)), reset) as running:
        yield running


def call(server: RunningServer, method: str, path: str, body: Any = None) -> Any:
    """What our own API answers."""
    headers = {"x-api-key": server.key}
    reply = requests.request(method, f"{server.url}/api/v1{path}", json=body, headers=headers, timeout=30)
    assert reply.ok, reply.text
    return reply.json() if reply.content else None


def live_a_life(server: RunningServer) -> str:
    """An asset that is made ready, deleted and restored: three events."""
    asset_id: str = server.upload("photo.jpg", PHOTO)["asset_id"]
    call(server, "DELETE", f"/assets/{asset_id}")
    call(server, "POST", f"/assets/{asset_id}/restore")
    return asset_id


def test_no_event_is_lost_over_a_kill_and_first_attempts_are_in_order(started: Restarts, slow_ear: Receiver) -> None:
    server = started()
    call(server, "POST", "/hooks", {"url": slow_ear.url, "events": ["*"]})
    with ThreadPoolExecutor(4) as pool:
        assets = list(pool.map(lambda _: live_a_life(server), range(UPLOADS)))

    slow_ear.wait_for(3)
    server = started()
    told = _all_told(server, slow_ear)

    events = call(server, "GET", "/events?limit=100")["data"]
    assert len(events) == 3 * UPLOADS
    assert {event["event_id"] for event in events} == {message["event_id"] for message in told}
    for asset in assets:
        sequences = [message["sequence"] for message in told if message["data"]["asset_id"] == asset]
        assert list(dict.fromkeys(sequences)) == [1, 2, 3]


def _all_told(server: RunningServer, ear: Receiver) -> list[dict[str, Any]]:
    """The messages in the order in which they came, once every event was told."""
    wanted = {event["event_id"] for event in call(server, "GET", "/events?limit=100")["data"]}
    with ear.changed:
        done = ear.changed.wait_for(lambda: wanted <= {told.message["event_id"] for told in ear.told}, 40)
        assert done, "events were lost"
        return [told.message for told in ear.told]


def test_what_was_heard_but_not_written_down_is_told_again_under_the_same_id(started: Restarts) -> None:
    with receiver(OK, late(5, OK)) as ear:
        server = started()
        call(server, "POST", "/hooks", {"url": ear.url, "events": ["asset.ready"]})
        server.upload("photo.jpg", PHOTO)
        ear.wait_for(1)

        server = started()
        first, second = ear.wait_for(2)

        assert first.body == second.body
        delivery = call(server, "GET", "/deliveries")["data"][0]
        assert delivery["event_id"] == first.message["event_id"]
