"""No event is lost when the server dies while it tells of them, and first attempts stay in order."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler
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


class Holding:
    """An answer that comes only once it is let go."""

    def __init__(self) -> None:
        self.let_go = threading.Event()

    def __call__(self, handler: BaseHTTPRequestHandler) -> None:
        self.let_go.wait(30)
        OK(handler)


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


def test_no_event_is_lost_over_a_kill_and_first_attempts_are_in_order(started: Restarts) -> None:
    holding = Holding()
    with receiver(holding, OK, OK, status(500), reset) as ear:
        server = started()
        call(server, "POST", "/hooks", {"url": ear.url, "events": ["*"]})
        with ThreadPoolExecutor(4) as pool:
            assets = list(pool.map(lambda _: live_a_life(server), range(UPLOADS)))
        # Some were taken, two failed, and one is on its way.
        ear.wait_for(5)

        server.kill()
        holding.let_go.set()
        server = started()
        told = _all_told(server, ear)

    assert len({message["event_id"] for message in told}) == 3 * UPLOADS
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
