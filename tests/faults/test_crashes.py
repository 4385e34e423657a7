"""Fault 8 and the durable order: the server dies at each arrow, and the next one finds nothing half done."""

import sqlite3
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest
import requests
from patience import soon
from server_log import complaints

import media_samples
from running_server import RunningServer, start_server

PHOTO = media_samples.jpeg()
HERE = Path(__file__).parent
CRASHING = [sys.executable, str(HERE / "crashing_server.py")]
HASTY = [sys.executable, str(HERE / "hasty_server.py")]


@dataclass
class Restarts:
    """Servers of one data folder, one after the other."""

    data: Path
    servers: list[RunningServer] = field(default_factory=list)

    def __call__(self, program: list[str] | None = None, **settings: str) -> RunningServer:
        self.servers.append(start_server(self.data, program=program, **settings))
        return self.servers[-1]

    def end(self) -> None:
        for server in self.servers:
            server.kill()


@pytest.fixture
def started(tmp_path: Path) -> Iterator[Restarts]:
    restarts = Restarts(tmp_path / "data")
    yield restarts
    restarts.end()


def put_until_death(server: RunningServer, sign_url: str, body: bytes) -> None:
    """PUT to a server that dies of it."""
    with pytest.raises(requests.ConnectionError):
        server.put(sign_url, body)
    server.process.wait(5)


def rows_without_bytes(server: RunningServer) -> list[str]:
    """Blobs that rows speak of and that are not there."""
    with closing(sqlite3.connect(server.data / "catalogue.db")) as catalogue:
        keys = [key for (key,) in catalogue.execute("SELECT blob_key FROM assets WHERE blob_key IS NOT NULL")]
    return [key for key in keys if key not in server.blobs()]


# The arrows of the durable order


@dataclass(frozen=True)
class Outcome:
    """What a start found after a crash, and what became of the file when it was sent again."""

    found: str
    temporary_files: list[str]
    rows_without_bytes: list[str]
    shown: bytes
    again: int
    blobs: int
    complaints: list[str]


def outcome_of_a_crash(data: Path, moment: str) -> Outcome:
    """Crash a server at that moment of a PUT, and start another on its data folder."""
    started = Restarts(data)
    crashing = started([*CRASHING, moment, "serve"])
    signed = crashing.signed("photo.jpg")
    put_until_death(crashing, signed["sign_url"], PHOTO)
    server = started()
    sign_url, asset_url = (signed[name].replace(crashing.url, server.url) for name in ("sign_url", "asset_url"))
    found = server.asset(signed["asset_id"])["status"], server.temporary_files(), rows_without_bytes(server)
    again = server.put(sign_url, PHOTO).status_code
    shown = requests.get(asset_url, timeout=5).content
    started.end()
    return Outcome(*found, shown, again, len(server.blobs()), complaints(server.log.read_text()))


BEFORE_THE_COMMIT = ["before-sync", "after-sync", "after-keep", "after-publish"]
AFTER_THE_COMMIT = "before-tell"


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Outcome]:
    """Of all arrows; together, because starting servers is what takes the time."""
    moments = [*BEFORE_THE_COMMIT, AFTER_THE_COMMIT]
    folders = [tmp_path_factory.mktemp(moment) / "data" for moment in moments]
    with ThreadPoolExecutor(3) as pool:
        return dict(zip(moments, pool.map(outcome_of_a_crash, folders, moments), strict=True))


@pytest.mark.parametrize("moment", BEFORE_THE_COMMIT)
def test_fault_08_a_crash_before_the_commit_leaves_an_upload_that_takes_the_file_again(
    outcomes: dict[str, Outcome], moment: str
) -> None:
    outcome = outcomes[moment]

    assert outcome == Outcome("waiting", [], [], PHOTO, 200, 1, [])


def test_fault_08_a_crash_after_the_commit_leaves_a_ready_asset(outcomes: dict[str, Outcome]) -> None:
    outcome = outcomes[AFTER_THE_COMMIT]

    assert outcome == Outcome("ready", [], [], PHOTO, 200, 1, [])


def test_fault_08_a_crash_while_verifying_is_judged_by_the_next_start(started: Restarts) -> None:
    slow = started([*HASTY, "pause_s=30", "serve"], uploads_judgement_wait_s="0.05")
    photo, damaged = slow.signed("photo.jpg"), slow.signed("photo.jpg")
    answers = [
        slow.put(photo["sign_url"], PHOTO).status_code,
        slow.put(damaged["sign_url"], media_samples.cut(PHOTO)).status_code,
    ]
    slow.kill()

    server = started()
    good = soon(lambda: server.asset(photo["asset_id"]), lambda asset: asset["status"] == "ready")
    bad = soon(lambda: server.asset(damaged["asset_id"]), lambda asset: asset["status"] == "waiting")

    assert answers == [202, 202]
    assert (good["status"], bad["status"], len(bad["findings"]) > 0) == ("ready", "waiting", True)
    assert requests.get(good["asset_url"], timeout=5).content == PHOTO
    assert soon(server.temporary_files, lambda names: not names) == []


def test_fault_08_a_crash_while_a_late_refusal_is_written_is_refused_by_the_next_start(
    started: Restarts,
) -> None:
    program = [*CRASHING, "before-refuse", "pause_s=0.5", "serve"]
    crashing = started(program, uploads_judgement_wait_s="0.05")
    signed = crashing.signed("photo.jpg")
    answer = crashing.put(signed["sign_url"], media_samples.cut(PHOTO))
    crashing.process.wait(10)

    server = started()
    asset = soon(lambda: server.asset(signed["asset_id"]), lambda asset: asset["status"] == "waiting")

    assert answer.status_code == 202
    assert (asset["status"], len(asset["findings"]) > 0) == ("waiting", True)
    assert soon(server.temporary_files, lambda names: not names) == []


def test_fault_08_many_kills_in_the_middle_of_traffic_leave_no_row_without_bytes(
    started: Restarts,
) -> None:
    killed = started()
    photos = [media_samples.jpeg(64 + number, 48) for number in range(60)]
    urls = [killed.signed("photo.jpg")["sign_url"] for _ in photos]
    with ThreadPoolExecutor(8) as clients:
        sent = [clients.submit(killed.put, url, photo) for url, photo in zip(urls, photos, strict=True)]
        sent[10].result()
        killed.kill()

    server = started()
    acknowledged = [put.result().json()["data"]["asset_id"] for put in sent if put.exception() is None]
    states = {server.asset(asset_id)["status"] for asset_id in acknowledged}

    assert len(acknowledged) >= 1
    assert states == {"ready"}
    assert rows_without_bytes(server) == []
    assert server.temporary_files() == []


# A child that hangs or grows


@pytest.mark.parametrize(
    ("limit", "name", "body"),
    [
        # What is judged in no time may be judged before anybody looks at the clock.
        ("wall_s=0.001", "photo.webp", partial(media_samples.webp, 3000, 2000)),
        ("memory_bytes=1000000", "photo.webp", partial(media_samples.webp, 3000, 2000)),
        ("memory_bytes=1000000", "film.mp4", partial(media_samples.mp4, 1, 1280, 720)),
    ],
)
def test_fault_26_a_decoder_that_hangs_or_grows_is_ended_and_the_client_is_told(
    started: Restarts, limit: str, name: str, body: Callable[[], bytes]
) -> None:
    server = started([*HASTY, limit, "serve"])

    refused = server.put(server.signed(name)["sign_url"], body())

    assert (refused.status_code, refused.json()["code"]) == (422, 4003)
    assert server.temporary_files() == []
    assert requests.get(server.url + "/healthz", timeout=5).status_code == 200
