"""A refusal that is known early reaches the sender, who is still sending; and then the server stops listening."""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
import requests
from raw_connection import RawConnection
from real_tools import Curl
from sized_files import padded_jpeg, padded_mp4

import media_samples
from running_server import RunningServer

MIB = 1024 * 1024
FLAT_BYTES = 32 * MIB
TIMEOUT_S = 30

AXIOS_PUT = """
const fs = require('fs');
const axios = require('axios');
const [url, path, type] = process.argv.slice(2);

axios.put(url, fs.readFileSync(path), { headers: { 'Content-Type': type } }).catch((error) => {
  console.log(JSON.stringify({ status: error.response.status, body: error.response.data }));
});
"""


@pytest.fixture(scope="module")
def film_of_101_mb(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("large") / "film.mp4"
    path.write_bytes(padded_mp4(media_samples.mp4(), 101 * MIB))
    return path


@pytest.fixture(scope="module")
def page_of_90_mb(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """No film at all: a web page, and then very much of nothing."""
    path = tmp_path_factory.mktemp("large") / "film.mp4"
    path.write_bytes(media_samples.html().ljust(90 * MIB))
    return path


@pytest.fixture
def film_url(server: RunningServer) -> str:
    return str(server.signed("film.mp4", "video/mp4")["sign_url"])


@pytest.fixture
def photo_url(server: RunningServer) -> str:
    return str(server.signed("photo.jpg", "image/jpeg")["sign_url"])


@pytest.mark.parametrize("expect", ["Expect: 100-continue", "Expect:"])
@pytest.mark.parametrize("body", ["--data-binary @", "--upload-file "])
def test_curl_sees_why_a_file_of_101_mb_is_refused(
    expect: str, body: str, film_url: str, film_of_101_mb: Path, curl: Curl, server: RunningServer
) -> None:
    headers = f"--header 'Content-Type: video/mp4' --header '{expect}'"

    answer = curl.run(f"curl --request PUT {headers} {body}'{film_of_101_mb}' '{film_url}'")

    assert (answer.status, answer.json()["code"]) == (413, 4002)
    assert server.temporary_files() == []


def test_requests_sees_why_a_file_of_101_mb_is_refused(
    film_url: str, film_of_101_mb: Path, server: RunningServer
) -> None:
    with film_of_101_mb.open("rb") as film:
        answer = server.put(film_url, film, "video/mp4")

    assert (answer.status_code, answer.json()["code"]) == (413, 4002)
    assert server.temporary_files() == []


@pytest.mark.node
def test_axios_sees_why_a_file_of_101_mb_is_refused(
    film_url: str, film_of_101_mb: Path, node: Callable[..., str], tmp_path: Path, server: RunningServer
) -> None:
    printed = node(AXIOS_PUT, tmp_path, film_url, str(film_of_101_mb), "video/mp4")

    answer = json.loads(printed)
    assert (answer["status"], answer["body"]["code"]) == (413, 4002)
    assert server.temporary_files() == []


def test_the_refusal_names_what_was_measured_what_is_allowed_and_the_cure(
    film_url: str, film_of_101_mb: Path, server: RunningServer
) -> None:
    with film_of_101_mb.open("rb") as film:
        reason = server.put(film_url, film, "video/mp4").json()["data"]["reason"]

    assert (reason["code"], reason["measured"], reason["allowed"]) == ("size_exceeded", "101 MB", "100 MB")
    assert reason["message"] and reason["cure"]


def test_curl_sees_why_a_body_of_no_known_length_is_refused_in_its_middle(
    photo_url: str, curl: Curl, tmp_path: Path, server: RunningServer
) -> None:
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(padded_jpeg(media_samples.jpeg(), 40 * MIB))

    answer = curl.run(f"curl --header 'Content-Type: image/jpeg' --upload-file - '{photo_url}' < '{photo}'")

    assert (answer.status, answer.json()["code"]) == (413, 4002)
    assert server.temporary_files() == []


def test_requests_sees_why_a_body_of_no_known_length_is_refused_in_its_middle(
    photo_url: str, server: RunningServer
) -> None:
    photo = padded_jpeg(media_samples.jpeg(), 40 * MIB)

    answer = server.put(photo_url, pieces_of(photo), "image/jpeg")

    assert (answer.status_code, answer.json()["code"]) == (413, 4002)
    assert server.temporary_files() == []


def test_a_wrong_type_is_refused_at_the_first_kilobytes(film_url: str, server: RunningServer) -> None:
    with RawConnection(server.url) as connection:
        connection.put_head(film_url, "Content-Type: video/mp4", f"Content-Length: {90 * MIB}")

        connection.send(media_samples.html().ljust(8192))
        answer = connection.answer()

    assert (answer.status, answer.json()["code"]) == (415, 4001)
    assert answer.headers["connection"] == "close"
    assert server.temporary_files() == []


def test_curl_sees_why_90_mb_of_a_wrong_type_are_refused(film_url: str, page_of_90_mb: Path, curl: Curl) -> None:
    headers = "--header 'Content-Type: video/mp4' --header 'Expect:'"

    answer = curl.run(f"curl {headers} --upload-file '{page_of_90_mb}' '{film_url}'")

    assert (answer.status, answer.json()["code"]) == (415, 4001)


def test_requests_sees_why_90_mb_of_a_wrong_type_are_refused(
    film_url: str, page_of_90_mb: Path, server: RunningServer
) -> None:
    with page_of_90_mb.open("rb") as page:
        answer = server.put(film_url, page, "video/mp4")

    assert (answer.status_code, answer.json()["code"]) == (415, 4001)


@pytest.mark.node
def test_axios_sees_why_90_mb_of_a_wrong_type_are_refused(
    film_url: str, page_of_90_mb: Path, node: Callable[..., str], tmp_path: Path
) -> None:
    printed = node(AXIOS_PUT, tmp_path, film_url, str(page_of_90_mb), "video/mp4")

    answer = json.loads(printed)
    assert (answer["status"], answer["body"]["code"]) == (415, 4001)


def test_a_one_shot_form_that_is_too_large_is_refused_while_it_is_sent(
    server: RunningServer, curl: Curl, tmp_path: Path
) -> None:
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(padded_jpeg(media_samples.jpeg(), 40 * MIB))
    form = f"--form 'file=@{photo};type=image/jpeg' --form asset_type=image"

    answer = curl.run(f"curl --header 'x-api-key: {server.key}' {form} {server.url}/v2/upload/asset")

    assert (answer.status, answer.json()["code"]) == (200, 40000)
    assert "File size exceeds limit" in answer.json()["msg"]
    assert server.temporary_files() == []


def test_a_sender_that_goes_on_for_ever_is_cut_after_8_mb(film_url: str, server: RunningServer) -> None:
    with RawConnection(server.url) as connection:
        connection.put_head(film_url, "Content-Type: video/mp4", f"Content-Length: {10**15}")

        taken = connection.send_on(bytes(MIB), at_most_s=5)

    # What the two kernels buffer comes on top.
    assert 8 * MIB <= taken < 24 * MIB


def test_a_sender_that_goes_on_for_ever_in_chunks_is_cut_after_8_mb(film_url: str, server: RunningServer) -> None:
    with RawConnection(server.url) as connection:
        connection.put_head(film_url, "Content-Type: video/mp4", "Transfer-Encoding: chunked")
        connection.send(b"2000\r\n" + media_samples.html().ljust(0x2000) + b"\r\n")

        taken = connection.send_on(b"100000\r\n" + bytes(MIB) + b"\r\n", at_most_s=5)

    assert taken < 24 * MIB


def test_a_slow_sender_that_goes_on_for_ever_is_cut_after_the_time_to_linger(
    new_server: Callable[..., RunningServer],
) -> None:
    server = new_server(http_linger_s="1")
    url = server.signed("film.mp4", "video/mp4")["sign_url"]

    with RawConnection(server.url) as connection:
        connection.put_head(url, "Content-Type: video/mp4", f"Content-Length: {10**15}")
        answer = connection.answer()
        took_s = connection.drip(b"more", gap_s=0.05, at_most_s=10)

    assert answer.status == 413
    assert 0.5 < took_s < 2.5


def test_a_sender_that_stops_when_it_is_refused_is_let_go_at_once(film_url: str, server: RunningServer) -> None:
    began = time.monotonic()

    with RawConnection(server.url) as connection:
        connection.put_head(film_url, "Content-Type: video/mp4", f"Content-Length: {101 * MIB}")
        answer = connection.answer()
        left = connection.rest()

    assert (answer.status, left) == (413, b"")
    assert time.monotonic() - began < 2


def test_memory_stays_flat_while_gigabytes_are_refused(server: RunningServer, film_of_101_mb: Path) -> None:
    before = psutil.Process(server.process.pid).memory_info().rss

    statuses = [put_file(server, film_of_101_mb) for _ in range(10)]

    assert statuses == [413] * 10
    assert psutil.Process(server.process.pid).memory_info().rss - before < FLAT_BYTES


def test_memory_stays_flat_while_a_large_file_is_taken(server: RunningServer, tmp_path: Path) -> None:
    film = tmp_path / "film.mp4"
    film.write_bytes(padded_mp4(media_samples.mp4(), 100 * MIB))
    before = psutil.Process(server.process.pid).memory_info().rss

    status = put_file(server, film)

    assert status == 200
    assert psutil.Process(server.process.pid).memory_info().rss - before < FLAT_BYTES


def put_file(server: RunningServer, film: Path) -> int:
    """Sign and PUT a film; the status of the PUT."""
    url = server.signed("film.mp4", "video/mp4")["sign_url"]
    with film.open("rb") as file:
        return requests.put(url, data=file, timeout=TIMEOUT_S).status_code


def pieces_of(whole: bytes) -> Iterator[bytes]:
    """The bytes piece by piece, so that nobody knows how many there are."""
    for start in range(0, len(whole), 64 * 1024):
        yield whole[start : start + 64 * 1024]
