"""`/api/v1/imports` of a real server: what it takes, what it refuses, and that a crash in the middle loses nothing."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
from operating import new_caller

import media_samples
from greenroom.domain.access import Scope
from other_server import ok, other_server, says
from running_server import KEY, RunningServer, start_server

PHOTO = media_samples.jpeg(64, 48)
ROUTE = "/api/v1/imports"


@pytest.fixture(scope="module")
def importing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server that may fetch from 127.0.0.1, though from no other address of this machine."""
    running = start(tmp_path_factory.mktemp("importing") / "data")
    yield running
    running.stop()


def start(data: Any) -> RunningServer:
    return start_server(data, imports_allow="127.0.0.1", imports_retry_gap_s="1")


def call(server: RunningServer, method: str, path: str = "", **request: Any) -> requests.Response:
    return requests.request(method, server.url + ROUTE + path, headers={"x-api-key": KEY}, timeout=30, **request)


def started(server: RunningServer, url: str, **more: Any) -> dict[str, Any]:
    reply = call(server, "POST", json={"url": url, **more})
    assert reply.status_code == 202, reply.text
    shown: dict[str, Any] = reply.json()
    return shown


def ended(server: RunningServer, import_id: str) -> dict[str, Any]:
    """The import when it has ended."""
    deadline = time.monotonic() + 60
    while (shown := call(server, "GET", f"/{import_id}").json())["state"] in ("pending", "fetching"):
        assert time.monotonic() < deadline, shown
        time.sleep(0.1)
    found: dict[str, Any] = shown
    return found


def test_an_address_becomes_an_asset(importing: RunningServer) -> None:
    with other_server(says(ok(PHOTO))) as server:
        reply = call(importing, "POST", json={"url": server.url + "/photo.jpg", "name": "写真", "tags": ["a"]})
        shown = ended(importing, reply.json()["import_id"])

    asset = importing.asset(shown["asset_id"])
    assert (reply.status_code, reply.headers["location"]) == (202, f"{ROUTE}/{shown['import_id']}")
    assert (shown["state"], shown["findings"], shown["received_bytes"]) == ("done", [], len(PHOTO))
    assert (asset["status"], asset["name"], asset["size_bytes"]) == ("ready", "写真", len(PHOTO))
    assert requests.get(shown["asset_url"], timeout=30).content == PHOTO


def test_a_page_instead_of_a_file_fails_with_its_reason(importing: RunningServer) -> None:
    with other_server(says(ok(b"<!doctype html><p>Sign in"))) as server:
        shown = ended(importing, started(importing, server.url + "/photo.jpg")["import_id"])

    assert (shown["state"], shown["findings"][0]["code"]) == ("failed", "type_mismatch")
    assert importing.asset(shown["asset_id"])["status"] == "expired"
    assert requests.get(shown["asset_url"], timeout=30).status_code == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "url"),
        ({"url": 1}, "url"),
        ({"url": ""}, "url"),
        ({"url": "http://127.0.0.2/a.jpg"}, "url"),
        ({"url": "http://169.254.169.254/a.jpg"}, "url"),
        ({"url": "file:///etc/passwd"}, "url"),
        ({"url": "http://a\x00b/a.jpg"}, "url"),
        ({"url": "http://1.1.1.1:22/a.jpg"}, "url"),
        ({"url": "http://127.0.0.1/a"}, "filename"),
        ({"url": "http://127.0.0.1/a.jpg", "filename": "a\x00.jpg"}, "filename"),
        ({"url": "http://127.0.0.1/a.jpg", "kind": "film"}, "kind"),
        ({"url": "http://127.0.0.1/a.jpg", "sha256": "abc"}, "sha256"),
        ({"url": "http://127.0.0.1/a.jpg", "tags": "a"}, "tags"),
        ({"url": "http://127.0.0.1/a.jpg", "metadata": {"a": 2**70}}, "metadata"),
        ({"url": "http://127.0.0.1/a.jpg", "folder": ".."}, "folder"),
        ({"url": "http://127.0.0.1/a.jpg", "colour": "red"}, "colour"),
    ],
)
def test_a_bad_wish_is_refused_under_the_name_of_its_field(
    importing: RunningServer, body: dict[str, Any], field: str
) -> None:
    reply = call(importing, "POST", json=body)

    assert (reply.status_code, reply.json()["field"]) == (422, field), reply.text


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("http://127.0.0.1/", "the address has no name at its end"),
        ("http://127.0.0.1", "the address has no name at its end"),
        ("http://127.0.0.1/holiday", "the address ends in 'holiday', which does not tell the type"),
    ],
)
def test_an_address_that_tells_no_type_is_refused_with_what_is_missing(
    importing: RunningServer, url: str, told: str
) -> None:
    reply = call(importing, "POST", json={"url": url})

    assert (reply.status_code, reply.json()["field"]) == (422, "filename")
    assert reply.json()["detail"] == f"filename is needed, or content_type or kind: {told}"


def test_an_address_of_a_type_that_is_not_accepted_is_refused_as_an_upload_is(importing: RunningServer) -> None:
    reply = call(importing, "POST", json={"url": "http://127.0.0.1/x.bmp"})

    assert (reply.status_code, reply.json()["code"]) == (415, "type_unsupported")
    assert "The extension .bmp is not supported" in reply.json()["detail"]
    assert "greenroom optimize x.bmp" in reply.json()["detail"]
    assert "filename, content_type or kind" in reply.json()["reason"]["cure"]


def test_a_video_whose_background_cannot_be_fetched_says_which_and_is_not_tried_again(importing: RunningServer) -> None:
    def call(method: str, path: str = "", body: Any = None) -> requests.Response:
        url, headers = f"{importing.url}/api/v1/videos{path}", {"x-api-key": KEY}
        return requests.request(method, url, headers=headers, json=body, timeout=30)

    with other_server(says(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n")) as server:
        wish = {"avatar": 81, "script": "Hello.", "voice": {"voice_id": "greenroom-en-US-amber"}}
        url = f"{server.url}/sky.jpg?token=secret"
        asked = call("POST", "", wish | {"background": {"type": "image", "asset": url}}).json()
        deadline = time.monotonic() + 60
        while (video := call("GET", f"/{asked['video_id']}").json())["state"] == "pending":
            assert time.monotonic() < deadline, video
            time.sleep(0.1)
    again = call("POST", f"/{asked['video_id']}/retry")

    [found] = video["findings"]
    assert (video["state"], found["code"], video["warnings"]) == ("failed", "asset_refused", [])
    where = url.partition("?")[0]
    told = f"The background could not be had from {where}: The server answered with the status 404."
    assert (found["message"], found["cure"]) == (told, "Make a new video with a good address.")
    assert (again.status_code, again.json()["code"]) == (409, "video_over")
    assert "Make a new video with a good address." in again.json()["detail"]


def test_a_lone_surrogate_is_no_fault_of_the_server(importing: RunningServer) -> None:
    headers = {"x-api-key": KEY, "content-type": "application/json"}
    body = b'{"url": "http://127.0.0.1/\\ud800.jpg"}'

    assert requests.post(importing.url + ROUTE, body, headers=headers, timeout=30).status_code == 422


def test_an_asset_of_this_server_is_not_imported(importing: RunningServer) -> None:
    asset_url = importing.signed("photo.jpg")["asset_url"]

    reply = call(importing, "POST", json={"url": asset_url})

    assert (reply.status_code, "use that asset itself" in reply.json()["detail"]) == (422, True)


def test_the_address_is_in_no_log(importing: RunningServer) -> None:
    with other_server(says(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n")) as server:
        ended(importing, started(importing, server.url + "/photo.jpg?signature=very-secret")["import_id"])

    assert "very-secret" not in importing.log.read_text()


def test_a_key_that_only_uploads_follows_its_import_and_sees_no_others(importing: RunningServer) -> None:
    phone = new_caller(importing, Scope.UPLOAD)
    with other_server(says(ok(PHOTO))) as server:
        import_id = phone.post(ROUTE, {"url": server.url + "/photo.jpg?token=secret"}).json()["import_id"]

    assert phone.get(f"{ROUTE}/{import_id}").status_code == 200
    assert phone.get(ROUTE).json()["code"] == "scope_missing"


def test_lists_have_pages_and_refuse_what_is_no_cursor_of_theirs(importing: RunningServer) -> None:
    made = [started(importing, f"http://127.0.0.1:1/{number}.jpg")["import_id"] for number in range(3)]

    first = call(importing, "GET", params={"limit": 2}).json()
    second = call(importing, "GET", params={"limit": 2, "cursor": first["next_cursor"]}).json()
    refused = [
        call(importing, "GET", params={"cursor": text}).status_code for text in ("x", "WzEsMl0", "bnVsbA", "\x00")
    ]

    assert [one["import_id"] for one in (*first["data"], second["data"][0])] == made[::-1]
    assert set(refused) <= {200, 422}
    for import_id in made:
        assert call(importing, "DELETE", f"/{import_id}").json()["state"] == "cancelled"


def test_what_is_not_there_cannot_be_seen_or_cancelled(importing: RunningServer) -> None:
    absent = [call(importing, method, "/imp_" + "0" * 32).status_code for method in ("GET", "DELETE")]

    assert absent == [404, 404]


def test_cancelling_twice_changes_nothing(importing: RunningServer) -> None:
    import_id = started(importing, "http://127.0.0.1:1/a.jpg")["import_id"]

    replies = [call(importing, "DELETE", f"/{import_id}") for _ in range(2)]

    assert [(reply.status_code, reply.json()["state"]) for reply in replies] == [(200, "cancelled")] * 2
    assert importing.asset(replies[0].json()["asset_id"])["status"] == "deleted"


def test_a_server_killed_in_the_middle_fetches_again(new_server: Callable[..., RunningServer]) -> None:
    begun, connections = threading.Event(), []

    def slow_at_first(connection: socket.socket, head: bytes) -> None:
        connections.append(connection)
        answer = ok(PHOTO)
        connection.sendall(answer[:-100])
        begun.set()
        if len(connections) > 1:
            connection.sendall(answer[-100:])
        else:
            time.sleep(10)

    settings = {"imports_allow": "127.0.0.1"}
    first = new_server(**settings)
    with other_server(slow_at_first) as server:
        import_id = started(first, server.url + "/photo.jpg")["import_id"]
        assert begun.wait(60)
        first.kill()
        second = new_server(**settings)
        shown = ended(second, import_id)

    assert (shown["state"], shown["attempts"], second.temporary_files()) == ("done", 2, [])
