"""Render-safe copies over HTTP: asked for, watched, fetched; and what a killed process does to them."""

import contextlib
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
import requests

import media_samples
from running_server import RunningServer, start_server

_TIMEOUT_S = 30


def ask(server: RunningServer, asset_id: str, **wishes: object) -> requests.Response:
    headers = {"x-api-key": server.key}
    url = f"{server.url}/api/v1/assets/{asset_id}/optimize"
    return requests.post(url, json=wishes, headers=headers, timeout=_TIMEOUT_S)


def look(server: RunningServer, address: str) -> dict[str, Any]:
    found: dict[str, Any] = requests.get(
        server.url + address, headers={"x-api-key": server.key}, timeout=_TIMEOUT_S
    ).json()
    return found


def settled(server: RunningServer, address: str) -> dict[str, Any]:
    """The rendition once nothing more happens to it."""
    end = time.monotonic() + _TIMEOUT_S
    while (found := look(server, address))["state"] in ("pending", "processing"):
        assert time.monotonic() < end, found
        time.sleep(0.05)
    return found


def optimizing(server: RunningServer) -> Iterator[psutil.Process]:
    for child in psutil.Process(server.process.pid).children(recursive=True):
        # One that was killed has no command line any more, and is there until it is waited for.
        with contextlib.suppress(psutil.NoSuchProcess):
            if "greenroom.media.optimizing.process" in child.cmdline():
                yield child


def kill_the_next(server: RunningServer, after: set[int]) -> int:
    """Kill an optimizing process, not one of `after`, as soon as it is at work; give its number."""
    end = time.monotonic() + _TIMEOUT_S
    while time.monotonic() < end:
        for child in optimizing(server):
            if child.pid not in after and child.cpu_times().user > 0.2:
                child.kill()
                return child.pid
        time.sleep(0.02)
    raise AssertionError("nothing is being made")


@pytest.fixture(scope="module")
def photo(server: RunningServer) -> dict[str, Any]:
    """A large photo and its rendition, ready."""
    asset = server.upload("photo.jpg", media_samples.jpeg(2400, 1200))
    answer = ask(server, asset["asset_id"])
    return {"asset": asset, "answer": answer, "made": settled(server, answer.headers["location"])}


def test_asking_is_answered_at_once_with_where_to_look(photo: dict[str, Any]) -> None:
    answer = photo["answer"]

    assert (answer.status_code, answer.json()["state"], answer.json()["url"]) == (202, "pending", None)
    assert answer.headers["location"].endswith(answer.json()["rendition_id"])


def test_a_ready_rendition_shows_before_and_after(photo: dict[str, Any]) -> None:
    made = photo["made"]

    assert (made["state"], made["progress"], made["findings"]) == ("ready", 1.0, [])
    assert (made["before"]["width"], made["after"]["width"]) == (2400, 1920)
    assert made["recipe"]["kind"] == "image"


def test_its_address_serves_its_bytes_for_good(photo: dict[str, Any]) -> None:
    made = photo["made"]
    whole = requests.get(made["url"], timeout=_TIMEOUT_S)

    assert (whole.status_code, whole.headers["content-type"]) == (200, "image/jpeg")
    assert whole.headers["etag"] == f'"{made["sha256"]}"'
    assert len(whole.content) == made["after"]["size_bytes"]


def test_its_address_serves_parts_and_conditions(photo: dict[str, Any]) -> None:
    url, etag = photo["made"]["url"], f'"{photo["made"]["sha256"]}"'
    part = requests.get(url, headers={"Range": "bytes=0-9"}, timeout=_TIMEOUT_S)
    unchanged = requests.get(url, headers={"If-None-Match": etag}, timeout=_TIMEOUT_S)
    head = requests.head(url, timeout=_TIMEOUT_S)

    assert (part.status_code, len(part.content)) == (206, 10)
    assert unchanged.status_code == 304
    assert int(head.headers["content-length"]) == photo["made"]["after"]["size_bytes"]


def test_it_stands_in_the_list_of_its_asset(server: RunningServer, photo: dict[str, Any]) -> None:
    listed = look(server, f"/api/v1/assets/{photo['asset']['asset_id']}/renditions")["data"]

    assert [one["rendition_id"] for one in listed] == [photo["made"]["rendition_id"]]


def test_asking_again_gives_the_same_one(server: RunningServer, photo: dict[str, Any]) -> None:
    again = ask(server, photo["asset"]["asset_id"], max_size="1920x1080", format="auto").json()

    assert (again["rendition_id"], again["state"]) == (photo["made"]["rendition_id"], "ready")


@pytest.mark.parametrize(
    ("wishes", "field"),
    [({"quality": 101}, "quality"), ({"crf": 23}, "crf"), ({"max_size": "big"}, "max_size"), ({"colour": 1}, "colour")],
)
def test_a_wrong_wish_is_answered_with_its_field_and_what_is_allowed(
    server: RunningServer, photo: dict[str, Any], wishes: dict[str, object], field: str
) -> None:
    answer = ask(server, photo["asset"]["asset_id"], **wishes)

    assert (answer.status_code, answer.json()["field"]) == (422, field)
    assert next(iter(map(str, wishes.values()))) in answer.json()["detail"] or field == "crf" or field == "colour"


@pytest.mark.parametrize("body", [b"[]", b"{", b"x" * 20_000, b'"text"'])
def test_a_body_that_is_no_object_is_answered_422(server: RunningServer, photo: dict[str, Any], body: bytes) -> None:
    url = f"{server.url}/api/v1/assets/{photo['asset']['asset_id']}/optimize"

    assert requests.post(url, data=body, headers={"x-api-key": server.key}, timeout=_TIMEOUT_S).status_code == 422


def test_an_asset_that_waits_for_its_file_cannot_be_optimized(server: RunningServer) -> None:
    waiting = server.signed("photo.jpg")["asset_id"]

    answer = ask(server, waiting)

    assert (answer.status_code, answer.json()["code"]) == (409, "asset_not_ready")


def test_an_asset_whose_file_never_came_is_not_to_be_waited_for(
    impatient_server: RunningServer, expired_upload: dict[str, Any]
) -> None:
    answer = ask(impatient_server, expired_upload["asset_id"])

    assert (answer.status_code, answer.json()["state"]) == (409, "expired")
    assert "once it is ready" not in answer.json()["detail"]
    assert "Upload or import it again." in answer.json()["detail"]


def test_a_deleted_asset_is_to_be_restored_before_it_is_optimized(server: RunningServer) -> None:
    photo = server.upload("a.jpg", media_samples.jpeg())["asset_id"]
    requests.delete(f"{server.url}/api/v1/assets/{photo}", headers={"x-api-key": server.key}, timeout=_TIMEOUT_S)

    answer = ask(server, photo)

    assert (answer.status_code, answer.json()["state"]) == (409, "deleted")
    assert "restore it first" in answer.json()["detail"]


def test_absent_things_are_answered_404(server: RunningServer, photo: dict[str, Any]) -> None:
    asset = photo["asset"]["asset_id"]

    assert ask(server, "img_absent").status_code == 404
    assert look(server, f"/api/v1/assets/{asset}/renditions/rnd_absent")["code"] == "not_found"
    assert requests.get(f"{server.url}/renditions/rnd_absent.jpg", timeout=_TIMEOUT_S).status_code == 404


def test_a_key_is_needed_to_ask(server: RunningServer, photo: dict[str, Any]) -> None:
    url = f"{server.url}/api/v1/assets/{photo['asset']['asset_id']}/optimize"

    assert requests.post(url, timeout=_TIMEOUT_S).status_code == 401


@pytest.fixture
def slow(new_server: Callable[..., RunningServer]) -> RunningServer:
    """A server that takes its time over each copy."""
    return new_server(optimizing_preset="slow")


def long_film() -> bytes:
    return media_samples.mp4(seconds=2, width=640, height=480)


def test_a_killed_process_is_tried_once_more_and_then_the_reason_is_told(slow: RunningServer) -> None:
    asset = slow.upload("film.mp4", long_film())["asset_id"]
    address = ask(slow, asset).headers["location"]

    first = kill_the_next(slow, after=set())
    kill_the_next(slow, after={first})
    failed = settled(slow, address)

    assert (failed["state"], failed["findings"][0]["code"]) == ("failed", "optimize_crashed")
    assert "SIGKILL" in failed["findings"][0]["message"]
    assert slow.temporary_files() == []


def test_a_copy_that_a_crash_of_the_server_interrupted_is_made_after_the_next_start(
    slow: RunningServer, tmp_path: Path
) -> None:
    asset = slow.upload("film.mp4", long_film())["asset_id"]
    address = ask(slow, asset).headers["location"]
    while not (made_by := next(optimizing(slow), None)):
        time.sleep(0.02)
    slow.kill()
    made_by.wait(10)  # it dies with the server

    again = start_server(slow.data)
    try:
        made = settled(again, address)
    finally:
        again.stop()

    assert made["state"] == "ready"
    assert again.temporary_files() == []
