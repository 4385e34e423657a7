"""Faults 1 to 7 and 9: what networks and clients do to an upload on its way."""

import base64
import gzip
import hashlib
import json
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests
from patience import soon
from raw_put import RawPut
from server_log import complaints

import media_samples
from running_server import RunningServer, start_server

PHOTO = media_samples.jpeg()
LONG_SOUND = media_samples.wav(20)  # longer than what a connection is lent for


def _nothing_left(server: RunningServer) -> list[str]:
    return soon(server.temporary_files, lambda names: not names)


# 1


def test_fault_01_a_link_that_dropped_without_a_word_does_not_lock_the_upload(server: RunningServer) -> None:
    sign_url = server.signed("photo.jpg")["sign_url"]
    with RawPut(sign_url, len(PHOTO)) as dropped:
        dropped.send(PHOTO[:9000])

        began = time.monotonic()
        again = server.put(sign_url, PHOTO)
        took_s = time.monotonic() - began

    assert again.status_code == 200
    assert took_s < 1
    assert _nothing_left(server) == []


def test_fault_01_an_upload_in_flight_does_not_lock_its_address(server: RunningServer) -> None:
    signed = server.signed("photo.jpg")
    with RawPut(signed["sign_url"], len(PHOTO)) as dropped:
        dropped.send(PHOTO[:9000])

        read = requests.get(signed["asset_url"], timeout=1)

    assert (read.status_code, read.json()["data"]["status"]) == (404, "waiting")


# 2


def test_fault_02_a_slow_upload_is_not_cut_when_its_grant_expires(new_server: Callable[..., RunningServer]) -> None:
    server = new_server(uploads_grant_lifetime_s="1")
    sign_url = server.signed("photo.jpg")["sign_url"]
    with RawPut(sign_url, len(PHOTO)) as slow:
        slow.send(PHOTO[:9000])
        time.sleep(1.2)

        late = server.put(sign_url, PHOTO)
        slow.send(PHOTO[9000:])
        status, reply = slow.answer()

    assert (late.status_code, late.json()["code"]) == (403, 4004)
    assert (status, reply["data"]["status"]) == (200, "ready")


# 3


@pytest.mark.parametrize("cut", [0, 1, 100, 4095, 4096, 4097, len(PHOTO) // 2, len(PHOTO) - 1])
def test_fault_03_a_truncated_body_is_never_stored_and_the_client_is_told(server: RunningServer, cut: int) -> None:
    signed = server.signed("photo.jpg")
    blobs = server.blobs()
    with RawPut(signed["sign_url"], len(PHOTO)) as put:
        put.send(PHOTO[:cut])
        put.end_half()

        status, reply = put.answer()

    assert (status, reply["code"], reply["data"]["reason"]["code"]) == (400, 4003, "transfer_incomplete")
    assert server.asset(signed["asset_id"])["status"] == "waiting"
    assert (server.blobs(), _nothing_left(server)) == (blobs, [])


@pytest.mark.parametrize("cut", [0, 1, 4096, len(PHOTO) // 2, len(PHOTO) - 1])
def test_fault_03_a_connection_that_dies_leaves_nothing(server: RunningServer, cut: int) -> None:
    signed = server.signed("photo.jpg")
    blobs = server.blobs()
    put = RawPut(signed["sign_url"], len(PHOTO))
    put.send(PHOTO[:cut])

    put.reset()

    assert _nothing_left(server) == []
    assert server.asset(signed["asset_id"])["status"] == "waiting"
    assert server.blobs() == blobs


@pytest.mark.parametrize("end", [RawPut.end_half, RawPut.reset])
@pytest.mark.parametrize("cut", [1_000_000, 3_000_001, len(LONG_SOUND) - 1])
def test_fault_03_a_long_body_that_is_cut_leaves_nothing(
    server: RunningServer, end: Callable[[RawPut], None], cut: int
) -> None:
    signed = server.signed("sound.wav")
    blobs = server.blobs()
    put = RawPut(signed["sign_url"], len(LONG_SOUND))
    put.send(LONG_SOUND[:cut])

    end(put)

    assert _nothing_left(server) == []
    assert server.asset(signed["asset_id"])["status"] == "waiting"
    assert server.blobs() == blobs
    put.socket.close()


def test_fault_03_a_truncated_long_body_is_told_how_much_of_it_came(server: RunningServer) -> None:
    with RawPut(server.signed("sound.wav")["sign_url"], len(LONG_SOUND)) as put:
        put.send(LONG_SOUND[:3_000_000])
        put.end_half()

        status, reply = put.answer()

    assert (status, reply["data"]["reason"]["measured"]) == (400, "3,000,000 bytes")


def test_fault_03_chunks_without_an_end_are_a_truncated_body(server: RunningServer) -> None:
    with RawPut(server.signed("photo.jpg")["sign_url"], None) as put:
        put.send_chunk(PHOTO)
        put.end_half()

        status, reply = put.answer()

    assert (status, reply["code"]) == (400, 4003)


def test_fault_03_after_a_cut_the_same_url_takes_the_whole_file(server: RunningServer) -> None:
    sign_url = server.signed("photo.jpg")["sign_url"]
    with RawPut(sign_url, len(PHOTO)) as put:
        put.send(PHOTO[:9000])

    again = server.put(sign_url, PHOTO)

    assert (again.status_code, again.json()["data"]["findings"]) == (200, [])


def test_fault_03_a_truncated_body_leaves_what_was_stored_before_as_it_was(server: RunningServer) -> None:
    signed = server.signed("photo.jpg")
    server.put(signed["sign_url"], PHOTO)
    with RawPut(signed["sign_url"], len(PHOTO)) as put:
        put.send(PHOTO[:9000])
        put.end_half()

        status, _ = put.answer()

    assert status == 400
    assert requests.get(signed["asset_url"], timeout=5).content == PHOTO


# 4


def test_fault_04_of_parallel_puts_with_other_bytes_exactly_one_wins(server: RunningServer) -> None:
    signed = server.signed("photo.jpg")
    photos = [media_samples.jpeg(100 + 8 * number, 80) for number in range(8)]

    with ThreadPoolExecutor(8) as clients:
        answers = list(clients.map(lambda photo: server.put(signed["sign_url"], photo), photos))

    statuses = [answer.status_code for answer in answers]
    assert sorted(statuses) == [200] + [409] * 7
    assert requests.get(signed["asset_url"], timeout=5).content == photos[statuses.index(200)]
    assert _nothing_left(server) == []


def test_fault_04_parallel_puts_with_equal_bytes_all_get_the_same_receipt(server: RunningServer) -> None:
    sign_url = server.signed("photo.jpg")["sign_url"]

    with ThreadPoolExecutor(8) as clients:
        answers = list(clients.map(lambda _: server.put(sign_url, PHOTO), range(8)))

    told = [answer.json()["data"] for answer in answers]
    attested = [claims(one.pop("receipt")) for one in told]
    assert [answer.status_code for answer in answers] == [200] * 8
    assert told == [told[0]] * 8
    # Each is signed when it is given, and a second may end between two of them.
    assert [one | {"iat": 0} for one in attested] == [attested[0] | {"iat": 0}] * 8


def claims(receipt: str) -> dict[str, object]:
    """What a receipt attests (RFC 7515, compact serialisation)."""
    payload = receipt.split(".")[1]
    found: dict[str, object] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return found


def test_fault_04_other_bytes_after_acceptance_are_a_conflict(server: RunningServer) -> None:
    signed = server.signed("photo.jpg")
    server.put(signed["sign_url"], PHOTO)

    refused = server.put(signed["sign_url"], media_samples.jpeg(320, 200))

    assert (refused.status_code, refused.json()["code"]) == (409, 4003)
    assert requests.get(signed["asset_url"], timeout=5).content == PHOTO


# 5


@pytest.fixture(scope="module")
def impatient_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """Judges so slowly that it answers 202."""
    program = [sys.executable, str(Path(__file__).parent / "hasty_server.py"), "pause_s=0.5", "serve"]
    data = tmp_path_factory.mktemp("impatient") / "data"
    running = start_server(data, program=program, uploads_judgement_wait_s="0.05")
    yield running
    running.stop()
    assert complaints(running.log.read_text()) == []


def test_fault_05_a_long_judgement_is_answered_202_and_becomes_ready_by_itself(
    impatient_server: RunningServer,
) -> None:
    signed = impatient_server.signed("film.mp4")

    answer = impatient_server.put(signed["sign_url"], media_samples.mp4())
    asset = soon(lambda: impatient_server.asset(signed["asset_id"]), lambda asset: asset["status"] == "ready")

    assert (answer.status_code, answer.json()["data"]["status"]) == (202, "verifying")
    assert asset["status"] == "ready"
    assert requests.get(signed["asset_url"], timeout=5).content == media_samples.mp4()


def test_fault_05_a_long_judgement_that_ends_badly_says_why(impatient_server: RunningServer) -> None:
    signed = impatient_server.signed("film.mp4")

    answer = impatient_server.put(signed["sign_url"], media_samples.cut(media_samples.mp4()))
    asset = soon(lambda: impatient_server.asset(signed["asset_id"]), lambda asset: asset["findings"] != [])

    assert answer.status_code == 202
    assert (asset["status"], len(asset["findings"]) > 0) == ("waiting", True)


# 6


def _chunked(body: bytes, piece: int = 50_000) -> Iterator[bytes]:
    for start in range(0, len(body), piece):
        yield body[start : start + piece]


@pytest.mark.parametrize("declared", [1, len(PHOTO) - 1, len(PHOTO) + 1, 10_000_000])
def test_fault_06_a_declared_size_that_lies_is_refused(server: RunningServer, declared: int) -> None:
    signed = server.signed("photo.jpg", size=declared)

    refused = server.put(signed["sign_url"], PHOTO)

    assert (refused.status_code, refused.json()["code"]) == (400, 4003)
    assert refused.json()["data"]["reason"]["code"] == "length_mismatch"


@pytest.mark.parametrize("declared", [1, len(PHOTO) - 1, len(PHOTO) + 1])
def test_fault_06_a_declared_size_holds_for_a_chunked_body_too(server: RunningServer, declared: int) -> None:
    signed = server.signed("photo.jpg", size=declared)

    refused = server.put(signed["sign_url"], _chunked(PHOTO))

    assert (refused.status_code, refused.json()["code"]) == (400, 4003)


def test_fault_06_a_declared_zero_is_as_if_nothing_was_declared(server: RunningServer) -> None:
    signed = server.signed("photo.jpg", size=0)

    assert server.put(signed["sign_url"], PHOTO).status_code == 200


def test_fault_06_a_chunked_body_of_unknown_size_is_taken(server: RunningServer) -> None:
    receipt = server.put(server.signed("sound.wav")["sign_url"], _chunked(LONG_SOUND)).json()["data"]

    assert receipt["sha256"] == hashlib.sha256(LONG_SOUND).hexdigest()


def test_fault_06_a_chunked_body_is_cut_off_at_the_limit(new_server: Callable[..., RunningServer]) -> None:
    server = new_server(limits_image_max_bytes="100000")
    signed = server.signed("photo.jpg")
    with RawPut(signed["sign_url"], None) as put:
        put.send_chunk(PHOTO + bytes(100_000 - len(PHOTO)))
        put.send_chunk(b"!")

        status, reply = put.answer()

    assert (status, reply["code"], reply["data"]["reason"]["code"]) == (413, 4002, "size_exceeded")
    assert _nothing_left(server) == []


def test_fault_06_bytes_past_the_content_length_are_no_part_of_the_file(server: RunningServer) -> None:
    signed = server.signed("photo.jpg")
    with RawPut(signed["sign_url"], len(PHOTO)) as put:
        put.send(PHOTO + b"\x00\x01 more than was announced")

        put.whole_answer()

    assert server.asset(signed["asset_id"])["size_bytes"] in (None, len(PHOTO))


@pytest.mark.parametrize("coding", ["gzip", "br", "deflate", "zstd", "aws-chunked", "identity, gzip", "GZIP"])
def test_attack_14_a_body_with_a_content_coding_is_refused(server: RunningServer, coding: str) -> None:
    headers = {"Content-Encoding": coding, "Content-Type": "image/jpeg"}

    refused = requests.put(server.signed("photo.jpg")["sign_url"], gzip.compress(PHOTO), headers=headers, timeout=5)

    assert (refused.status_code, refused.json()["code"]) == (415, 4001)
    assert refused.json()["data"]["reason"]["code"] == "content_encoding_unsupported"


def test_attack_14_compressed_bytes_that_say_nothing_are_no_photo(server: RunningServer) -> None:
    refused = server.put(server.signed("photo.jpg")["sign_url"], gzip.compress(PHOTO))

    assert (refused.status_code, refused.json()["code"]) == (415, 4001)


# 7


@pytest.mark.parametrize("expect", ["Expect: 100-continue", "X-Expect: nothing"])
def test_fault_07_a_file_over_the_limit_is_refused_before_its_body(server: RunningServer, expect: str) -> None:
    with RawPut(server.signed("film.mp4")["sign_url"], 101 * 1024 * 1024, expect) as put:
        status, reply = put.answer()

    assert (status, reply["code"]) == (413, 4002)
    assert "101 MB" in reply["msg"] and "100 MB" in reply["msg"]
    assert server.temporary_files() == []


def test_fault_07_a_body_that_will_be_taken_is_asked_for(server: RunningServer) -> None:
    with RawPut(server.signed("photo.jpg")["sign_url"], len(PHOTO), "Expect: 100-continue") as put:
        asked = put.socket.recv(100)
        put.send(PHOTO)

        status, _ = put.answer()

    assert asked == b"HTTP/1.1 100 Continue\r\n\r\n"
    assert status == 200


# 9


@pytest.mark.parametrize("name", ["photo.jpg", "photo.png", "film.mp4", "film.webm", "sound.mp3", "sound.wav"])
def test_fault_09_an_empty_file_is_refused_as_empty(server: RunningServer, name: str) -> None:
    refused = server.put(server.signed(name)["sign_url"], b"")

    assert (refused.status_code, refused.json()["code"]) == (422, 4003)
    assert refused.json()["data"]["reason"]["code"] == "empty"


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("photo.jpg", b"\xff"),
        ("photo.jpg", media_samples.jpeg()[:3]),
        ("photo.jpg", media_samples.jpeg()[:20]),
        ("photo.png", media_samples.png()[:8]),
        ("photo.png", media_samples.png()[:33]),
        ("photo.gif", media_samples.gif()[:13]),
        ("photo.webp", media_samples.webp()[:12]),
        ("film.mp4", media_samples.mp4()[:32]),
        ("film.mov", media_samples.mov()[:20]),
        ("film.webm", media_samples.webm()[:40]),
        ("sound.mp3", media_samples.mp3()[:10]),
        ("sound.wav", media_samples.wav()[:44]),
        ("sound.m4a", media_samples.m4a()[:28]),
    ],
)
def test_fault_09_a_file_that_is_nothing_but_its_head_is_refused(server: RunningServer, name: str, body: bytes) -> None:
    signed = server.signed(name)

    refused = server.put(signed["sign_url"], body)

    assert (refused.status_code, refused.json()["code"]) in ((415, 4001), (422, 4003))
    assert server.asset(signed["asset_id"])["status"] == "waiting"
