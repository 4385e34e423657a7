"""Fault 12: the disk is full. Uploads are refused with the right words, nothing breaks, and it passes by itself."""

from collections.abc import Callable, Iterator

import pytest
import requests
from raw_put import RawPut
from small_disk import SmallDisk, mounted, unmount

import media_samples
from running_server import RunningServer, start_server

PHOTO = media_samples.jpeg()
SOUND = media_samples.wav(20)


@pytest.fixture(scope="module")
def small_disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmallDisk]:
    made = mounted(tmp_path_factory.mktemp("small") / "disk", 24)
    if made is None:
        pytest.skip("a small disk can be mounted by root only")
    yield made
    unmount(made)


@pytest.fixture(scope="module")
def server_on_it(small_disk: SmallDisk) -> Iterator[RunningServer]:
    running = start_server(small_disk.path / "data", storage_headroom_bytes="0")
    yield running
    running.stop()


@pytest.fixture
def disk(small_disk: SmallDisk) -> Iterator[SmallDisk]:
    """With room on it, before and after each test."""
    yield small_disk
    small_disk.free()


@pytest.fixture
def server(server_on_it: RunningServer) -> RunningServer:
    return server_on_it


def test_fault_12_a_body_that_does_not_fit_is_refused_before_it_is_sent(server: RunningServer) -> None:
    with RawPut(server.signed("film.mp4")["sign_url"], 50_000_000) as put:
        status, reply = put.answer()

    assert (status, reply["code"], reply["data"]["reason"]["code"]) == (507, 4003, "storage_full")
    assert reply["data"]["retryAfter"] > 0


def test_fault_12_a_disk_that_fills_up_under_an_upload_ends_it_and_nothing_else(
    server: RunningServer, disk: SmallDisk
) -> None:
    sign_url, before = server.signed("sound.wav")["sign_url"], server.upload("photo.jpg", PHOTO)["asset_url"]
    with RawPut(sign_url, len(SOUND)) as put:
        put.send(SOUND[:100_000])
        disk.fill(leave_bytes=500_000)
        put.send(SOUND[100_000:])

        status, reply = put.answer()

    assert (status, reply["code"]) == (507, 4003)
    assert server.temporary_files() == []
    assert requests.get(server.url + "/healthz", timeout=5).status_code == 200
    assert requests.get(before, timeout=5).content == PHOTO


def test_fault_12_uploads_go_on_by_themselves_when_there_is_room_again(server: RunningServer, disk: SmallDisk) -> None:
    sign_url = server.signed("sound.wav")["sign_url"]
    disk.fill(leave_bytes=500_000)
    refused = server.put(sign_url, SOUND)
    disk.free()

    taken = server.put(sign_url, SOUND)

    assert (refused.status_code, refused.headers["retry-after"].isdigit()) == (507, True)
    assert (taken.status_code, taken.json()["data"]["status"]) == (200, "ready")


def test_fault_12_a_catalogue_without_room_refuses_and_recovers(server: RunningServer, disk: SmallDisk) -> None:
    asset_url = server.upload("photo.jpg", PHOTO)["asset_url"]
    sign_url = server.signed("photo.jpg")["sign_url"]
    disk.fill()

    replies = [server.sign({"filename": "photo.jpg"}) for _ in range(300)]
    refused = server.put(sign_url, PHOTO)
    shown = requests.get(asset_url, timeout=5)
    disk.free()
    taken = server.put(sign_url, PHOTO)

    assert {reply["code"] for reply in replies} <= {0, 50000}
    assert replies[-1]["code"] == 50000
    assert "full" in replies[-1]["msg"]
    assert (refused.status_code, refused.json()["code"]) == (507, 4003)
    assert (shown.status_code, shown.content) == (200, PHOTO)
    assert taken.status_code == 200
    assert server.upload("photo.jpg", PHOTO)["status"] == "ready"


def test_fault_12_the_headroom_is_kept_free_from_the_signing_on(new_server: Callable[..., RunningServer]) -> None:
    server = new_server(storage_headroom_bytes=str(1 << 60))

    reply = server.sign({"filename": "photo.jpg", "file_size": len(PHOTO)})

    assert (reply["code"], reply["data"]["reason"]["code"]) == (50000, "storage_full")
    assert requests.get(server.url + "/healthz", timeout=5).status_code == 200
