"""GET and HEAD of a permanent address: the table of states, headers, ranges, conditions, odd addresses."""

import hashlib
import http.client
import os
import socket
import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

import media_samples
from running_server import RunningServer

MIB = 1024 * 1024
PHOTO = media_samples.jpeg()
SIZE = len(PHOTO)


@pytest.fixture(scope="module")
def photo_url(server: RunningServer) -> str:
    """The permanent address of a ready photo."""
    return str(server.upload("a.jpg", PHOTO)["asset_url"])


@pytest.fixture(scope="module")
def large(server: RunningServer) -> tuple[str, bytes]:
    """The address and the bytes of a sound of 19 MB, of which a socket's buffers hold only a part."""
    sound = wav_of(19 * MIB)
    return str(server.upload("a.wav", sound)["asset_url"]), sound


def wav_of(size_bytes: int) -> bytes:
    """A WAV of that size: noise, 16 bits, 48 kHz, 8 channels, so that it is short."""
    count = size_bytes - 44
    count -= count % 16
    header = (
        b"RIFF"
        + (count + 36).to_bytes(4, "little")
        + b"WAVEfmt \x10\x00\x00\x00\x01\x00\x08\x00"
        + (48_000).to_bytes(4, "little")
        + (48_000 * 16).to_bytes(4, "little")
        + b"\x10\x00\x10\x00data"
        + count.to_bytes(4, "little")
    )
    return header + os.urandom(count)


def get(url: str, **headers: str) -> requests.Response:
    """GET with those headers; underscores stand for hyphens."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return requests.get(url, headers=named, timeout=30)


def get_path(server: RunningServer, path: str) -> tuple[int, bytes]:
    """Status and body of a GET of a path exactly as it is written."""
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=20)
    connection.putrequest("GET", path, skip_accept_encoding=True)
    connection.endheaders()
    reply = connection.getresponse()
    body = reply.read()
    connection.close()
    return reply.status, body


def set_state(server: RunningServer, asset_id: str, state: str) -> None:
    """Put an asset into a state that no call of this version leads to."""
    with sqlite3.connect(server.data / "catalogue.db", timeout=10) as catalogue:
        catalogue.execute("UPDATE assets SET state = ? WHERE id = ?", (state, asset_id))
    catalogue.close()


# The table of states


def test_a_waiting_asset_is_not_found_and_says_when_to_ask_again(server: RunningServer) -> None:
    signed = server.signed("a.jpg")

    reply = get(signed["asset_url"])

    assert (reply.status_code, reply.headers["cache-control"]) == (404, "no-store")
    assert int(reply.headers["retry-after"]) > 0
    assert reply.json()["data"] == {"asset_id": signed["asset_id"], "status": "waiting", "findings": []}


def test_a_waiting_asset_tells_why_its_last_file_was_refused(server: RunningServer) -> None:
    signed = server.signed("a.jpg")
    server.put(signed["sign_url"], media_samples.cut(PHOTO))

    data = get(signed["asset_url"]).json()["data"]

    assert (data["status"], data["findings"][0]["code"]) == ("waiting", "file_truncated")


def test_an_asset_that_was_asked_for_too_early_is_there_as_soon_as_it_is_ready(server: RunningServer) -> None:
    signed = server.signed("a.jpg")
    too_early = get(signed["asset_url"]).status_code

    server.put(signed["sign_url"], PHOTO)

    assert (too_early, get(signed["asset_url"]).status_code) == (404, 200)


def test_an_asset_whose_upload_expired_is_not_found_for_good(
    impatient_server: RunningServer, expired_upload: dict[str, Any]
) -> None:
    reply = get(impatient_server.url + urlsplit(expired_upload["asset_url"]).path)

    assert (reply.status_code, reply.headers["cache-control"]) == (404, "no-store")
    assert "retry-after" not in reply.headers
    assert reply.json()["data"]["status"] == "expired"


@pytest.mark.parametrize(
    ("state", "status", "asks_again"), [("verifying", 404, True), ("rejected", 410, False), ("deleted", 410, False)]
)
def test_an_asset_that_is_not_ready_shows_its_state_and_no_bytes(
    server: RunningServer, state: str, status: int, asks_again: bool
) -> None:
    asset = server.upload("a.jpg", PHOTO)
    set_state(server, asset["asset_id"], state)
    time.sleep(1)

    reply = get(asset["asset_url"])

    assert (reply.status_code, reply.headers["cache-control"]) == (status, "no-store")
    assert ("retry-after" in reply.headers) is asks_again
    assert reply.json()["data"]["status"] == state


def test_an_absent_asset_is_not_found(server: RunningServer) -> None:
    reply = get(f"{server.url}/assets/img_{'0' * 32}.jpg")

    assert (reply.status_code, reply.headers["cache-control"]) == (404, "no-store")
    assert reply.json()["code"] == 10104


# Headers


def test_a_ready_asset_needs_no_key_and_comes_whole(photo_url: str) -> None:
    reply = get(photo_url)

    assert (reply.status_code, reply.content) == (200, PHOTO)


def test_the_headers_of_a_ready_asset_are_safe_and_complete(photo_url: str) -> None:
    headers = get(photo_url).headers

    assert headers["content-type"] == "image/jpeg"
    assert headers["content-length"] == str(SIZE)
    assert headers["etag"] == f'"{hashlib.sha256(PHOTO).hexdigest()}"'
    assert headers["accept-ranges"] == "bytes"
    assert headers["cache-control"] == "public, max-age=86400"
    assert headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in headers["content-security-policy"]
    assert "default-src 'none'" in headers["content-security-policy"]
    assert headers["access-control-allow-origin"] == "*"
    assert "Content-Range" in headers["access-control-expose-headers"]


@pytest.mark.parametrize(
    ("filename", "sample", "content_type"),
    [
        ("a.png", media_samples.png, "image/png"),
        ("a.webp", media_samples.webp, "image/webp"),
        ("a.mp4", media_samples.mp4, "video/mp4"),
        ("a.mp4", media_samples.mov, "video/quicktime"),
        ("a.webm", media_samples.vp8_webm, "video/webm"),
        ("a.mp3", media_samples.mp3, "audio/mpeg"),
        ("a.m4a", media_samples.m4a, "audio/mp4"),
    ],
)
def test_the_type_is_that_of_the_bytes(
    server: RunningServer, filename: str, sample: Callable[[], bytes], content_type: str
) -> None:
    asset_url = server.upload(filename, sample())["asset_url"]

    assert get(asset_url).headers["content-type"] == content_type


def test_a_video_is_cached_shortly_until_its_verification_is_deep(server: RunningServer) -> None:
    video = server.upload("a.mp4", media_samples.mp4())

    assert video["verification"] == "structural"
    assert get(video["asset_url"]).headers["cache-control"] == "public, max-age=300"


@pytest.mark.parametrize("headers", [{}, {"If-None-Match": "*"}])
def test_head_has_the_status_and_headers_of_get_and_no_body(photo_url: str, headers: dict[str, str]) -> None:
    head = requests.head(photo_url, headers=headers, timeout=10)
    full = requests.get(photo_url, headers=headers, timeout=10)

    assert head.status_code == full.status_code
    assert {**head.headers, "date": ""} == {**full.headers, "date": ""}
    assert head.content == b""


def test_head_ignores_a_range(photo_url: str) -> None:
    reply = requests.head(photo_url, headers={"Range": "bytes=0-1"}, timeout=10)

    assert (reply.status_code, "content-range" in reply.headers) == (200, False)


def test_head_of_an_absent_asset_is_not_found_too(server: RunningServer) -> None:
    reply = requests.head(f"{server.url}/assets/img_{'0' * 32}.jpg", timeout=10)

    assert (reply.status_code, reply.content) == (404, b"")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_an_address_takes_no_other_method(photo_url: str, method: str) -> None:
    reply = requests.request(method, photo_url, timeout=10)

    assert (reply.status_code, reply.headers["allow"]) == (405, "GET, HEAD, OPTIONS")


def test_a_query_after_the_address_changes_nothing(photo_url: str) -> None:
    assert get(photo_url + "?v=2&download=1").content == PHOTO


# Ranges


@pytest.mark.parametrize(
    ("asked", "start", "stop"),
    [
        ("bytes=0-1", 0, 2),
        ("bytes=0-0", 0, 1),
        ("bytes=100-", 100, SIZE),
        ("bytes=-10", SIZE - 10, SIZE),
        (f"bytes=-{SIZE * 2}", 0, SIZE),
        (f"bytes={SIZE - 1}-", SIZE - 1, SIZE),
        (f"bytes=0-{SIZE * 2}", 0, SIZE),
    ],
)
def test_a_range_gives_those_bytes(photo_url: str, asked: str, start: int, stop: int) -> None:
    reply = get(photo_url, Range=asked)

    assert (reply.status_code, reply.content) == (206, PHOTO[start:stop])
    assert reply.headers["content-range"] == f"bytes {start}-{stop - 1}/{SIZE}"
    assert reply.headers["content-length"] == str(stop - start)
    assert reply.headers["content-type"] == "image/jpeg"


@pytest.mark.parametrize("asked", [f"bytes={SIZE}-", f"bytes={SIZE}-{SIZE + 5}", "bytes=-0", "bytes=999999999999-"])
def test_a_range_past_the_end_is_told_the_size(photo_url: str, asked: str) -> None:
    reply = get(photo_url, Range=asked)

    assert (reply.status_code, reply.content) == (416, b"")
    assert reply.headers["content-range"] == f"bytes */{SIZE}"


def test_no_cache_keeps_that_a_range_is_past_the_end_for_who_asks_for_another(photo_url: str) -> None:
    reply = get(photo_url, Range=f"bytes={SIZE}-")

    assert (reply.status_code, reply.headers["cache-control"]) == (416, "no-store")


@pytest.mark.parametrize(
    "asked",
    [
        "",
        "bytes=5-2",
        "bytes=0-1,5-6",
        "bytes=0-0,-1",
        "bytes=abc",
        "bytes=-",
        "items=0-1",
        "bytes",
        "bytes=" + ",".join(f"{n}-{n}" for n in range(2000)),
    ],
    ids=["empty", "inverted", "two", "first and last", "garbage", "dash", "other unit", "no range", "two thousand"],
)
def test_a_range_that_is_not_one_well_formed_range_gives_the_whole(photo_url: str, asked: str) -> None:
    reply = get(photo_url, Range=asked)

    assert (reply.status_code, len(reply.content)) == (200, SIZE)


def test_a_range_of_a_large_file_is_exact_anywhere(large: tuple[str, bytes]) -> None:
    url, sound = large
    start, stop = 7 * MIB + 13, 16 * MIB + 1

    reply = get(url, Range=f"bytes={start}-{stop - 1}")

    assert reply.status_code == 206
    assert hashlib.sha256(reply.content).digest() == hashlib.sha256(sound[start:stop]).digest()


def test_two_readers_at_once_each_get_the_whole(large: tuple[str, bytes]) -> None:
    url, sound = large

    with ThreadPoolExecutor(2) as pool:
        replies = list(pool.map(get, [url, url]))

    assert [hashlib.sha256(reply.content).digest() for reply in replies] == [hashlib.sha256(sound).digest()] * 2


def test_a_reader_that_takes_its_time_gets_the_whole_and_holds_nobody_up(
    server: RunningServer, large: tuple[str, bytes], photo_url: str
) -> None:
    url, sound = large
    address = urlsplit(url)
    slow = socket.create_connection((address.hostname, address.port), timeout=20)
    slow.sendall(f"GET {address.path} HTTP/1.1\r\nHost: {address.netloc}\r\nConnection: close\r\n\r\n".encode())
    first = slow.recv(100)
    time.sleep(0.5)

    meanwhile = get(photo_url).status_code
    with slow, slow.makefile("rb") as rest:
        whole = first + rest.read()

    assert meanwhile == 200
    assert hashlib.sha256(whole.partition(b"\r\n\r\n")[2]).digest() == hashlib.sha256(sound).digest()


def test_many_requests_on_one_connection_each_get_their_range(photo_url: str) -> None:
    with requests.Session() as session:
        replies = [session.get(photo_url, headers={"Range": f"bytes={n}-{n}"}, timeout=10) for n in range(30)]

    assert b"".join(reply.content for reply in replies) == PHOTO[:30]


# Conditions


@pytest.mark.parametrize("written", ["{}", "W/{}", '"other", {}', '"x",W/{} ,"y"', "*"])
def test_a_reader_that_has_the_bytes_gets_none(photo_url: str, written: str) -> None:
    etag = get(photo_url).headers["etag"]

    reply = get(photo_url, If_None_Match=written.format(etag))

    assert (reply.status_code, reply.content, reply.headers["etag"]) == (304, b"", etag)
    assert "cache-control" in reply.headers
    assert "content-length" not in reply.headers


@pytest.mark.parametrize("written", ['"other"', "garbage", '"a", "b"', ""])
def test_a_reader_that_has_other_bytes_gets_the_whole(photo_url: str, written: str) -> None:
    assert get(photo_url, If_None_Match=written).content == PHOTO


def test_a_range_for_the_bytes_that_are_there_is_given(photo_url: str) -> None:
    etag = get(photo_url).headers["etag"]

    assert get(photo_url, Range="bytes=0-1", If_Range=etag).status_code == 206


@pytest.mark.parametrize("written", ['"other"', "Sun, 22 Nov 2026 08:00:00 GMT", "W/{}"])
def test_a_range_for_other_bytes_gives_the_whole(photo_url: str, written: str) -> None:
    etag = get(photo_url).headers["etag"]

    reply = get(photo_url, Range="bytes=0-1", If_Range=written.format(etag))

    assert (reply.status_code, reply.content) == (200, PHOTO)


def test_a_condition_counts_before_a_range(photo_url: str) -> None:
    etag = get(photo_url).headers["etag"]

    assert get(photo_url, Range="bytes=999999999-", If_None_Match=etag).status_code == 304


# Odd addresses


@pytest.mark.parametrize(
    "path",
    [
        "/assets/",
        "/assets/..",
        "/assets/../catalogue.db",
        "/assets/../../etc/passwd",
        "/assets/%2e%2e/catalogue.db",
        "/assets/%2e%2e%2f%2e%2e%2fetc%2fpasswd",
        "/assets/..%5c..%5cx",
        "/assets/%00",
        "/assets/{id}.jpg%00",
        "/assets/{id}%00.jpg",
        "/assets/{id}.jpg/",
        "/assets/{id}.jpg/x",
        "/assets//{id}.jpg",
        "/assets/./{id}.jpg",
        "/assets/{id}",
        "/assets/{id}.",
        "/assets/{id}.png",
        "/assets/{id}.JPG",
        "/assets/{ID}.jpg",
        "/assets/{id}.jpg.jpg",
        "/assets/{id}.jpg%20",
        "/assets/.jpg",
        "/assets/%ff%fe",
        "/assets/" + "x" * 8000,
        "/ASSETS/{id}.jpg",
        "//assets/{id}.jpg",
    ],
)
def test_an_address_that_is_not_exactly_that_of_an_asset_is_not_found(
    server: RunningServer, photo_url: str, path: str
) -> None:
    id_ = photo_url.rpartition("/")[2].partition(".")[0]

    status, body = get_path(server, path.replace("{id}", id_).replace("{ID}", id_.upper()))

    assert status == 404
    assert b"code" in body


def test_an_address_with_escaped_letters_is_the_same_address(server: RunningServer, photo_url: str) -> None:
    escaped = urlsplit(photo_url).path.replace(".jpg", "%2Ejp%67")

    assert get_path(server, escaped) == (200, PHOTO)


@pytest.mark.parametrize("path", ["/assets/\xff", "/assets/é"])
def test_an_address_with_bare_bytes_is_no_request(server: RunningServer, path: str) -> None:
    with socket.create_connection(urlsplit(server.url).netloc.split(":"), timeout=10) as connection:  # type: ignore[arg-type]
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode("latin-1"))
        reply = connection.recv(1000)

    assert reply.startswith((b"HTTP/1.1 400 ", b"HTTP/1.1 404 "))
