"""A large file is asked about before it is sent; whatever goes wrong with the question, the file is sent."""

import json
from pathlib import Path
from typing import Any

import pytest
from peer import Peer, Reply, envelope

from greenroom.client import Client, UploadRefused
from greenroom.client.preflight import END_BYTES, LARGE_BYTES

TOO_LONG = {
    "acceptable": False,
    "refusals": [
        {"code": "duration_exceeded", "message": "The video lasts 6 min 12 s; allowed are 5 min.", "cure": "Cut it."}
    ],
    "would_answer": {"status": 422, "code": 4003, "msg": "Upload failed."},
    "something": "newer",
}


@pytest.fixture
def film(tmp_path: Path) -> Path:
    path = tmp_path / "film.mp4"
    path.write_bytes(b"head" + bytes(LARGE_BYTES) + b"tail")
    return path


def said(body: Any, status: int = 200) -> Reply:
    return Reply(status, json.dumps(body).encode())


def paths(peer: Peer) -> list[str]:
    return [seen.path for seen in peer.seen]


def test_a_large_file_that_would_be_refused_is_not_sent(client: Client, peer: Peer, film: Path) -> None:
    peer.signing.appendleft(said(TOO_LONG))

    with pytest.raises(UploadRefused) as caught:
        client.upload(film)

    assert (str(caught.value), caught.value.code) == ("The video lasts 6 min 12 s; allowed are 5 min.", 4003)
    assert caught.value.cure == "Cut it."
    assert paths(peer) == ["/api/v1/preflight"]


def test_the_question_has_the_ends_of_the_file_and_no_more(client: Client, peer: Peer, film: Path) -> None:
    peer.signing.appendleft(said({"acceptable": True}))

    client.upload(film)

    question = peer.seen[0].body
    assert b"\r\n\r\nhead" in question
    assert b"tail\r\n" in question
    assert b"film.mp4" in question
    assert 2 * END_BYTES < len(question) < 2 * END_BYTES + 2000


def test_an_acceptable_file_is_sent(client: Client, peer: Peer, film: Path) -> None:
    peer.signing.appendleft(said({"acceptable": True}))

    client.upload(film)

    assert paths(peer) == ["/api/v1/preflight", "/v2/upload/asset", "/put/1"]


def test_a_small_file_is_not_asked_about(client: Client, peer: Peer, photo: Path) -> None:
    client.upload(photo)

    assert paths(peer) == ["/v2/upload/asset", "/put/1"]


ODD_ANSWERS = [
    said({"detail": "Not Found"}, 404),
    said({"detail": "broken"}, 500),
    said({"detail": "no scope"}, 403),
    said([1, 2]),
    Reply(200, b"<html>"),
    Reply(200, envelope(0, "Success", {})),
    Reply(hangs_up=True),
]


@pytest.mark.parametrize("reply", ODD_ANSWERS, ids=["404", "500", "403", "list", "html", "envelope", "hang-up"])
def test_whatever_is_answered_instead_the_file_is_sent(client: Client, peer: Peer, film: Path, reply: Reply) -> None:
    peer.signing.appendleft(reply)

    assert client.upload(film).asset_id == "img_1"


def test_a_server_without_the_route_is_asked_once(client: Client, peer: Peer, film: Path) -> None:
    peer.signing.appendleft(said({"detail": "Not Found"}, 404))

    client.upload(film)
    client.upload(film)

    assert paths(peer).count("/api/v1/preflight") == 1
