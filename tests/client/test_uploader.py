"""Sign, send, wait for the verdict; and what the client does when that goes wrong."""

import json
import socket
from pathlib import Path

import pytest
from pauses import CONTENT, Pauses
from peer import SHA256, Peer, Reply, busy, envelope, refusal

from greenroom.client import (
    AnswerNotUnderstood,
    Client,
    FileUnusable,
    KeyRefused,
    Progress,
    ServerUnavailable,
    Stage,
    UploadRefused,
)

TOO_LONG = refusal(422, 4003, "duration_exceeded", "The video lasts 6 min; allowed are 5 min.", cure="Cut it.")
CUT_SHORT = refusal(400, 4003, "length_mismatch", "7 bytes were declared, 3 came.")
EXPIRED = refusal(403, 4004, "grant_expired", "URL expired")


# What goes out and what comes back


def test_a_file_comes_back_with_its_permanent_url(client: Client, photo: Path, peer: Peer) -> None:
    uploaded = client.upload(photo)

    assert uploaded.asset_url == f"{peer.url}/assets/img_1.jpg"
    assert (uploaded.asset_id, uploaded.number, uploaded.kind) == ("img_1", 1, "image")
    assert (uploaded.facts.width, uploaded.facts.height, uploaded.facts.sha256) == (640, 480, SHA256)


def test_the_signing_tells_name_type_and_size_and_carries_the_key(client: Client, photo: Path, peer: Peer) -> None:
    client.upload(photo)

    signing = peer.seen[0]
    assert (signing.method, signing.path) == ("POST", "/v2/upload/asset")
    assert signing.headers["x-api-key"] == "a-key"
    assert json.loads(signing.body) == {"filename": "photo.jpg", "content_type": "image/jpeg", "file_size": 7}


def test_the_file_goes_raw_with_its_length_and_without_the_key(client: Client, photo: Path, peer: Peer) -> None:
    client.upload(photo)

    sending = peer.seen[1]
    assert (sending.method, sending.path, sending.body) == ("PUT", "/put/1", CONTENT)
    assert sending.headers["content-length"] == "7"
    assert sending.headers["content-type"] == "image/jpeg"
    assert {name.lower() for name in sending.headers}.isdisjoint({"x-api-key", "transfer-encoding"})


def test_headers_that_the_server_wants_with_the_file_are_sent_once(client: Client, photo: Path, peer: Peer) -> None:
    peer.signing[0] = peer.signed(upload_headers={"Content-Type": "image/jpg", "X-Wanted": "yes"})

    client.upload(photo)

    assert peer.seen[1].headers["content-type"] == "image/jpg"
    assert peer.seen[1].headers["x-wanted"] == "yes"


@pytest.mark.parametrize(
    ("name", "mime"),
    [
        ("a.JPG", "image/jpeg"),
        ("a.jpeg", "image/jpeg"),
        ("a.png", "image/png"),
        ("a.gif", "image/gif"),
        ("a.webp", "image/webp"),
        ("a.mp4", "video/mp4"),
        ("a.m4v", "video/mp4"),
        ("a.mov", "video/quicktime"),
        ("a.webm", "video/webm"),
        ("a.mp3", "audio/mpeg"),
        ("a.wav", "audio/wav"),
        ("a.m4a", "audio/mp4"),
        ("a.xyz", "application/octet-stream"),
        ("no extension", "application/octet-stream"),
    ],
)
def test_the_type_is_guessed_from_the_extension(
    client: Client, peer: Peer, tmp_path: Path, name: str, mime: str
) -> None:
    path = tmp_path / name
    path.write_bytes(CONTENT)

    client.upload(path)

    assert json.loads(peer.seen[0].body)["content_type"] == mime


def test_progress_is_told_from_signing_to_ready(client: Client, tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(bytes(600_000))
    told: list[Progress] = []

    client.upload(path, told.append)

    assert [(step.stage, step.sent_bytes) for step in told] == [
        (Stage.SIGNING, 0),
        (Stage.SENDING, 0),
        (Stage.SENDING, 262_144),
        (Stage.SENDING, 524_288),
        (Stage.JUDGING, 600_000),
        (Stage.READY, 600_000),
    ]


def test_a_verdict_that_takes_long_is_asked_for_until_it_is_in(
    client: Client, photo: Path, peer: Peer, pauses: Pauses
) -> None:
    peer.putting[0] = peer.received(http_status=202, status="verifying")
    verifying = Reply(200, json.dumps({"asset_id": "img_1", "status": "verifying"}).encode())
    ready = Reply(200, json.dumps({"asset_id": "img_1", "status": "ready", "kind": "image"}).encode())
    peer.asking.extend([verifying, verifying, ready])

    uploaded = client.upload(photo)

    assert uploaded.asset_id == "img_1"
    assert [seen.path for seen in peer.seen[2:]] == ["/api/v1/assets/img_1"] * 3
    assert peer.seen[2].headers["x-api-key"] == "a-key"
    assert pauses.taken_s == [1, 1.5, 2.25]


def test_an_asset_that_waits_without_a_finding_is_not_yet_refused(client: Client, photo: Path, peer: Peer) -> None:
    peer.putting[0] = peer.received(http_status=202, status="waiting")
    ready = Reply(200, json.dumps({"asset_id": "img_1", "status": "ready"}).encode())
    peer.asking.extend([Reply(200, b'{"status": "waiting", "findings": []}'), ready])

    assert client.upload(photo).asset_id == "img_1"


def test_a_verdict_that_never_comes_is_given_up(client: Client, photo: Path, peer: Peer, pauses: Pauses) -> None:
    peer.putting[0] = peer.received(http_status=202, status="verifying")
    peer.asking.append(Reply(200, b'{"status": "verifying"}'))

    with pytest.raises(ServerUnavailable, match="not judged"):
        client.upload(photo)

    assert sum(pauses.taken_s) >= 900


@pytest.mark.parametrize("status", ["rejected", "waiting"])
def test_a_late_refusal_brings_its_finding(client: Client, photo: Path, peer: Peer, status: str) -> None:
    peer.putting[0] = peer.received(http_status=202, status="verifying")
    finding = {"code": "duration_exceeded", "message": "Too long.", "cure": "Cut it."}
    peer.asking.append(Reply(200, json.dumps({"status": status, "findings": [finding]}).encode()))

    with pytest.raises(UploadRefused) as caught:
        client.upload(photo)

    assert (str(caught.value), caught.value.cure) == ("Too long.", "Cut it.")


# What may pass is tried again


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_signing_that_a_busy_server_turns_away_is_tried_again(
    client: Client, photo: Path, peer: Peer, pauses: Pauses, status: int
) -> None:
    peer.signing.extendleft([busy(status), busy(status)])

    client.upload(photo)

    assert len(peer.bodies("POST")) == 3
    assert pauses.taken_s == [0.5, 1]


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_file_that_a_busy_server_turns_away_is_sent_again_whole(
    client: Client, photo: Path, peer: Peer, status: int
) -> None:
    peer.putting.extendleft([busy(status), busy(status)])

    client.upload(photo)

    assert peer.bodies("PUT") == [CONTENT] * 3
    assert len(peer.bodies("POST")) == 1


def test_a_rate_limit_told_in_the_body_alone_is_one_too(client: Client, photo: Path, peer: Peer) -> None:
    peer.signing.appendleft(Reply(200, envelope(429, "Rate limit exceeded. Please try again later.")))

    client.upload(photo)

    assert len(peer.bodies("POST")) == 2


def test_the_pause_that_a_server_asks_for_is_kept(client: Client, photo: Path, peer: Peer, pauses: Pauses) -> None:
    peer.putting.appendleft(busy(503, Retry_After="12"))

    client.upload(photo)

    assert pauses.taken_s == [12.5]


def test_a_pause_asked_for_as_a_date_is_kept(client: Client, photo: Path, peer: Peer, pauses: Pauses) -> None:
    peer.putting.appendleft(busy(503, Retry_After="Sun, 09 Sep 2001 01:46:50 GMT"))

    client.upload(photo)

    assert pauses.taken_s == [10.5]


def test_a_connection_that_breaks_while_sending_is_tried_again(client: Client, peer: Peer, tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(bytes(10_000_000))
    peer.putting.appendleft(Reply(hangs_up=True, then_reads=100_000))

    client.upload(path)

    assert [len(body) for body in peer.bodies("PUT")] == [0, 10_000_000]


def test_a_connection_that_breaks_before_the_answer_is_tried_again(client: Client, photo: Path, peer: Peer) -> None:
    peer.putting.appendleft(Reply(hangs_up=True, then_reads=len(CONTENT)))

    uploaded = client.upload(photo)

    assert uploaded.asset_id == "img_1"


def test_a_body_that_arrived_short_is_sent_again(client: Client, photo: Path, peer: Peer) -> None:
    peer.putting.appendleft(CUT_SHORT)

    client.upload(photo)

    assert peer.bodies("PUT") == [CONTENT] * 2


def test_a_body_that_always_arrives_short_ends_as_the_refusal_it_is(client: Client, photo: Path, peer: Peer) -> None:
    peer.putting[0] = CUT_SHORT

    with pytest.raises(UploadRefused) as caught:
        client.upload(photo)

    assert caught.value.code == 4003
    assert len(peer.bodies("PUT")) == 6


def test_a_server_that_stays_busy_is_unavailable_after_six_attempts(
    client: Client, photo: Path, peer: Peer, pauses: Pauses
) -> None:
    peer.signing[0] = busy()

    with pytest.raises(ServerUnavailable) as caught:
        client.upload(photo)

    assert str(caught.value) == "Too busy. (6 attempts)"
    assert pauses.taken_s == [0.5, 1, 2, 4, 8]


def test_a_server_that_is_not_there_is_unavailable_after_six_attempts(photo: Path, pauses: Pauses) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        nowhere = f"http://127.0.0.1:{unused.getsockname()[1]}"
        client = Client(nowhere, "a-key", backoff=pauses.backoff())

        with client, pytest.raises(ServerUnavailable, match="cannot be reached"):
            client.upload(photo)

    assert len(pauses.taken_s) == 5


def test_a_signed_url_that_ran_out_is_renewed(client: Client, photo: Path, peer: Peer) -> None:
    peer.signing.append(peer.signed(2))
    peer.putting.appendleft(EXPIRED)
    peer.putting[1] = peer.received(2)

    uploaded = client.upload(photo)

    assert uploaded.asset_id == "img_2"
    assert [seen.path for seen in peer.seen if seen.method == "PUT"] == ["/put/1", "/put/2"]


def test_signed_urls_that_always_run_out_end_in_a_refusal(client: Client, photo: Path, peer: Peer) -> None:
    peer.putting[0] = EXPIRED

    with pytest.raises(UploadRefused) as caught:
        client.upload(photo)

    assert caught.value.code == 4004
    assert len(peer.bodies("POST")) == 3


# What is refused is not tried again


@pytest.mark.parametrize(
    "reply",
    [
        refusal(413, 4002, "size_exceeded", "Too large."),
        refusal(415, 4001, "type_mismatch", "Not a JPEG."),
        TOO_LONG,
        refusal(409, 4003, "other_bytes", "The asset has other bytes."),
        refusal(507, 4003, "storage_full", "No room."),
        refusal(403, 10105, "grant_invalid", "Not signed by us."),
    ],
)
def test_refused_content_is_sent_once_only(client: Client, photo: Path, peer: Peer, reply: Reply) -> None:
    peer.putting[0] = reply

    with pytest.raises(UploadRefused):
        client.upload(photo)

    assert len(peer.bodies("PUT")) == 1


def test_a_refusal_says_what_was_found_and_what_to_do(client: Client, photo: Path, peer: Peer) -> None:
    peer.putting[0] = TOO_LONG

    with pytest.raises(UploadRefused) as caught:
        client.upload(photo)

    assert str(caught.value) == "The video lasts 6 min; allowed are 5 min."
    assert caught.value.cure == "Cut it."
    assert caught.value.reason is not None
    assert caught.value.reason.code == "duration_exceeded"


def test_a_refusal_at_signing_is_seen_behind_its_good_status(client: Client, photo: Path, peer: Peer) -> None:
    peer.signing[0] = Reply(200, envelope(40000, "Parameter error: File format not supported (.xyz)"))

    with pytest.raises(UploadRefused, match="File format not supported") as caught:
        client.upload(photo)

    assert (caught.value.code, caught.value.reason) == (40000, None)


@pytest.mark.parametrize("code", [10105, 18025])
def test_a_key_that_is_refused_is_named_as_the_trouble(client: Client, photo: Path, peer: Peer, code: int) -> None:
    peer.signing[0] = Reply(200, envelope(code, "Invalid API key"))

    with pytest.raises(KeyRefused, match="Invalid API key"):
        client.upload(photo)


@pytest.mark.parametrize("key", ["", "  ", "k\ney", "schlüssel"])
def test_what_cannot_be_a_key_is_never_sent(key: str) -> None:
    with pytest.raises(KeyRefused):
        Client("http://127.0.0.1:1", key)


# An answer before all is sent


@pytest.mark.parametrize("then_reads", [0, 8 * 1024 * 1024])
def test_an_early_refusal_is_seen_and_not_a_broken_pipe(
    client: Client, peer: Peer, tmp_path: Path, then_reads: int
) -> None:
    path = tmp_path / "huge.jpg"
    path.write_bytes(bytes(40_000_000))
    peer.putting[0] = refusal(413, 4002, "size_exceeded", "Too large.", early=True, then_reads=then_reads)

    with pytest.raises(UploadRefused) as caught:
        client.upload(path)

    assert caught.value.code == 4002


def test_sending_ends_when_the_server_has_answered(client: Client, peer: Peer, tmp_path: Path) -> None:
    path = tmp_path / "huge.jpg"
    path.write_bytes(bytes(100_000_000))
    peer.putting[0] = refusal(415, 4001, "type_mismatch", "No JPEG.", early=True, then_reads=100_000_000)
    told: list[Progress] = []

    with pytest.raises(UploadRefused):
        client.upload(path, told.append)

    assert told[-1].sent_bytes < 50_000_000


# Trouble on this side, or with who answers


def test_a_file_that_is_not_there_is_named(client: Client, tmp_path: Path) -> None:
    with pytest.raises(FileUnusable, match=r"gone\.jpg cannot be read: No such file"):
        client.upload(tmp_path / "gone.jpg")


def test_a_folder_is_no_file(client: Client, tmp_path: Path) -> None:
    with pytest.raises(FileUnusable, match="is not a file"):
        client.upload(tmp_path)


def test_a_file_that_shrinks_while_it_is_sent_is_named(client: Client, tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(bytes(1_000_000))

    def shrink(progress: Progress) -> None:
        if progress.sent_bytes:
            path.write_bytes(b"")

    with pytest.raises(FileUnusable, match="became shorter"):
        client.upload(path, shrink)


def test_what_was_appended_since_the_start_is_left_out(client: Client, peer: Peer, photo: Path) -> None:
    def grow(progress: Progress) -> None:
        if progress.stage is Stage.SENDING and progress.sent_bytes == 0:
            photo.write_bytes(CONTENT + b" and more")

    client.upload(photo, grow)

    assert peer.bodies("PUT") == [CONTENT]


def test_a_web_page_is_no_greenroom(client: Client, photo: Path, peer: Peer) -> None:
    peer.signing[0] = Reply(404, b"<html>Not Found</html>")

    with pytest.raises(AnswerNotUnderstood, match="no Greenroom server: 404"):
        client.upload(photo)


def test_an_address_that_moved_is_named(client: Client, photo: Path, peer: Peer) -> None:
    peer.signing[0] = Reply(308, b"", {"Location": "https://media.example/v2/upload/asset"})

    with pytest.raises(AnswerNotUnderstood, match=r"https://media\.example"):
        client.upload(photo)


def test_a_proxys_own_refusal_is_a_refusal(client: Client, photo: Path, peer: Peer) -> None:
    peer.putting[0] = Reply(413, b"<html>Request Entity Too Large</html>")

    with pytest.raises(UploadRefused, match="413"):
        client.upload(photo)


def test_an_address_without_a_scheme_is_refused() -> None:
    with pytest.raises(AnswerNotUnderstood, match="http://"):
        Client("localhost:8000", "a-key")
