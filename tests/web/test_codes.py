"""
The table of codes: each case, at signing in every dialect and at the PUT.

Everywhere the message names what was measured, what is allowed and the cure, and `data.reason.code` is stable.
"""

import http.client
import socket
import time
from collections.abc import Callable
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import pytest
import requests

import media_samples
from running_server import RunningServer

MIB = 1024 * 1024


@pytest.fixture
def busy_server(new_server: Callable[..., RunningServer]) -> RunningServer:
    """A server that takes one upload at a time."""
    return new_server(uploads_max_pending="1")


class Told(NamedTuple):
    """What an answer says of an error."""

    status: int
    code: int
    reason: str | None


def told(reply: requests.Response) -> Told:
    """The parts of an error answer that a program branches on."""
    body = reply.json()
    return Told(reply.status_code, body["code"], ((body["data"] or {}).get("reason") or {}).get("code"))


def sign(server: RunningServer, body: Any, path: str = "/v2/upload/asset", key: str | None = None) -> requests.Response:
    """The raw answer to a sign call."""
    return requests.post(server.url + path, json=body, headers={"x-api-key": key or server.key}, timeout=20)


def send_form(server: RunningServer, filename: str, body: bytes, content_type: str) -> requests.Response:
    """The raw answer to a form with one file."""
    files = {"file": (filename, body, content_type)}
    headers = {"x-api-key": server.key}
    return requests.post(server.url + "/v2/upload/asset", files=files, headers=headers, timeout=20)


def put(server: RunningServer, filename: str, body: Any, content_type: str = "application/octet-stream") -> Any:
    """The raw answer to a PUT of a freshly signed upload."""
    return server.put(server.signed(filename)["sign_url"], body, content_type)


def begin_put(server: RunningServer, sign_url: str) -> socket.socket:
    """The connection of a PUT that announces a body, of which the server has asked for the rest."""
    address = urlsplit(sign_url)
    connection = socket.create_connection((address.hostname, address.port), timeout=20)
    head = f"PUT {address.path} HTTP/1.1\r\nHost: {address.netloc}\r\nContent-Length: 100000\r\n"
    connection.sendall(head.encode() + b"Expect: 100-continue\r\n\r\n")
    assert connection.recv(100).startswith(b"HTTP/1.1 100 ")
    return connection


# Unsupported and contradictory types


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        ("/v2/upload/asset", {"filename": "a.exe", "content_type": "application/x-msdownload"}, 40000),
        ("/v2/upload/asset", {"filename": "a.svg", "content_type": "image/svg+xml"}, 40000),
        ("/v2/upload/asset", {"file_name": "a.exe", "file_type": "application/x-msdownload"}, 4001),
        ("/v2/upload/asset", {"file_name": "a.html", "file_type": "text/html"}, 4001),
        ("/v1/upload/asset", {"filename": "a.exe"}, 40000),
    ],
)
def test_an_unsupported_type_at_signing(server: RunningServer, path: str, body: dict[str, Any], code: int) -> None:
    reply = sign(server, body, path)

    assert told(reply) == Told(200, code, "type_unsupported")
    assert "accepted are image: JPEG, PNG, WebP, GIF; video: MP4, MOV, WebM" in reply.json()["msg"]
    assert "Convert the file" in reply.json()["msg"]


def test_a_name_without_an_extension_at_signing(server: RunningServer) -> None:
    reply = sign(server, {"filename": "a"})

    assert told(reply) == Told(200, 40000, "type_unsupported")
    assert "Give the name its extension, such as .jpg, or say the type." in reply.json()["msg"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"filename": "a.jpg", "content_type": "video/mp4"}, 40000),
        ({"file_name": "a.jpg", "file_type": "video/mp4"}, 4001),
    ],
)
def test_an_extension_that_contradicts_the_type_at_signing(
    server: RunningServer, body: dict[str, Any], code: int
) -> None:
    reply = sign(server, body)

    assert told(reply) == Told(200, code, "declaration_contradictory")
    assert ".jpg" in reply.json()["msg"]
    assert "video/mp4" in reply.json()["msg"]


def test_an_unsupported_type_in_a_form(server: RunningServer) -> None:
    reply = send_form(server, "a.exe", b"MZ", "application/x-msdownload")

    assert told(reply) == Told(200, 40000, "type_unsupported")


def test_bytes_that_disagree_with_the_declaration_in_a_form(server: RunningServer) -> None:
    reply = send_form(server, "a.jpg", media_samples.png(), "image/jpeg")

    assert told(reply) == Told(200, 40000, "type_mismatch")
    assert reply.json()["msg"].startswith("Parameter error: File format not supported (")


@pytest.mark.parametrize("sample", [media_samples.png, media_samples.html, media_samples.svg, media_samples.pdf])
def test_bytes_that_disagree_with_the_declaration_at_the_put(
    server: RunningServer, sample: Callable[[], bytes]
) -> None:
    reply = put(server, "a.jpg", sample())

    assert told(reply) == Told(415, 4001, "type_mismatch")
    assert reply.json()["msg"].startswith("Invalid file type: The file was declared as JPEG, but its bytes are: ")


def test_a_header_that_disagrees_with_the_declaration_at_the_put(server: RunningServer) -> None:
    reply = put(server, "a.jpg", media_samples.jpeg(), "image/png")

    assert told(reply) == Told(415, 4001, "content_type_mismatch")
    assert "image/png" in reply.json()["msg"]
    assert "image/jpeg" in reply.json()["msg"]


@pytest.mark.parametrize("coding", ["gzip", "br", "GZIP", "deflate, gzip", ""])
def test_a_content_encoding_at_the_put(server: RunningServer, coding: str) -> None:
    headers = {"Content-Encoding": coding}

    reply = requests.put(server.signed("a.jpg")["sign_url"], media_samples.jpeg(), headers=headers, timeout=20)

    assert told(reply) == Told(415, 4001, "content_encoding_unsupported")


@pytest.mark.parametrize("span", ["bytes 0-{half}/{size}", "bytes {half}-{last}/{size}", "bytes 0-{half}/*", "x"])
def test_a_part_of_a_file_at_the_put(server: RunningServer, span: str) -> None:
    sound = media_samples.mp3()
    half = len(sound) // 2
    headers = {"Content-Range": span.format(half=half - 1, last=len(sound) - 1, size=len(sound))}

    reply = requests.put(server.signed("a.mp3")["sign_url"], sound[:half], headers=headers, timeout=20)

    assert told(reply) == Told(400, 4003, "content_range_unsupported")


def test_a_range_that_is_the_whole_file_is_no_part(server: RunningServer) -> None:
    photo = media_samples.jpeg()
    headers = {"Content-Range": f"bytes 0-{len(photo) - 1}/{len(photo)}"}

    reply = requests.put(server.signed("a.jpg")["sign_url"], photo, headers=headers, timeout=20)

    assert reply.status_code == 200


def test_the_coding_identity_is_no_coding(server: RunningServer) -> None:
    headers = {"Content-Encoding": "identity"}

    reply = requests.put(server.signed("a.jpg")["sign_url"], media_samples.jpeg(), headers=headers, timeout=20)

    assert reply.status_code == 200


def test_a_sound_declared_as_video_at_the_put(server: RunningServer) -> None:
    assert told(put(server, "a.mp4", media_samples.m4a())) == Told(415, 4001, "kind_mismatch")


# Too large


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        ("/v2/upload/asset", {"filename": "a.jpg", "content_type": "image/jpeg", "file_size": 10 * MIB + 1}, 40000),
        ("/v2/upload/asset", {"filename": "a.mp4", "content_type": "video/mp4", "file_size": 100 * MIB + 1}, 40000),
        ("/v2/upload/asset", {"filename": "a.mp3", "content_type": "audio/mpeg", "file_size": 20 * MIB + 1}, 40000),
        ("/v2/upload/asset", {"file_name": "a.jpg", "file_type": "image/jpeg", "file_size": 10 * MIB + 1}, 4002),
        ("/v2/upload/asset", {"file_name": "a.mp3", "file_type": "audio/mpeg", "file_size": 50 * MIB + 1}, 4002),
        ("/v1/upload/asset", {"filename": "a.mp3", "file_size": 20 * MIB + 1}, 40000),
    ],
)
def test_too_large_at_signing(server: RunningServer, path: str, body: dict[str, Any], code: int) -> None:
    reply = sign(server, body, path)

    assert told(reply) == Told(200, code, "size_exceeded")
    assert f"{body['file_size']:,} bytes" in reply.json()["msg"]
    assert "allowed are" in reply.json()["msg"]
    assert "Compress it" in reply.json()["msg"]


def test_too_large_in_a_form(server: RunningServer) -> None:
    reply = send_form(server, "a.jpg", media_samples.jpeg() + bytes(10 * MIB), "image/jpeg")

    assert told(reply) == Told(200, 40000, "size_exceeded")
    assert reply.json()["msg"].startswith("Parameter error: File size exceeds limit (")


def test_an_announced_length_over_the_limit_at_the_put(server: RunningServer) -> None:
    reply = put(server, "a.jpg", media_samples.jpeg() + bytes(10 * MIB))

    assert told(reply) == Told(413, 4002, "size_exceeded")
    assert reply.json()["msg"].startswith("File too large: The image has ")
    assert "allowed are 10 MB" in reply.json()["msg"]


def test_a_body_without_a_length_that_grows_over_the_limit_at_the_put(server: RunningServer) -> None:
    reply = put(server, "a.jpg", iter([media_samples.jpeg(), *[bytes(MIB)] * 10]))

    assert told(reply) == Told(413, 4002, "size_exceeded")
    assert reply.json()["data"]["reason"]["measured"] == "more than 10 MB"


def test_the_limit_itself_is_not_too_large_at_the_put(server: RunningServer) -> None:
    photo = media_samples.jpeg()

    reply = put(server, "a.jpg", photo + bytes(10 * MIB - len(photo)))

    assert reply.json()["code"] != 4002


# Content


@pytest.mark.parametrize(
    ("filename", "body", "reason"),
    [
        ("a.jpg", media_samples.cut(media_samples.jpeg()), "file_truncated"),
        ("a.png", media_samples.cut(media_samples.png()), "file_truncated"),
        ("a.mp4", media_samples.cut(media_samples.mp4()), "moov_missing"),
        ("a.mp4", media_samples.cut(media_samples.faststart_mp4()), "file_truncated"),
        ("a.wav", media_samples.cut(media_samples.wav()), "file_truncated"),
        ("a.mp4", media_samples.mp4_with_vp9(), "video_codec_unsupported"),
        ("a.mov", media_samples.prores_mov(), "video_codec_unsupported"),
        ("a.mp4", media_samples.mp4_with_ac3_audio(), "audio_codec_unsupported"),
    ],
    ids=["cut jpeg", "cut png", "mp4 without index", "cut mp4", "cut wav", "vp9 in mp4", "prores", "ac3"],
)
def test_bad_content_at_the_put(server: RunningServer, filename: str, body: bytes, reason: str) -> None:
    reply = put(server, filename, body)

    assert told(reply) == Told(422, 4003, reason)
    assert reply.json()["msg"].startswith("Upload failed: ")
    assert reply.json()["data"]["reason"]["cure"] in reply.json()["msg"]


def test_bad_content_in_a_form(server: RunningServer) -> None:
    reply = send_form(server, "a.jpg", media_samples.cut(media_samples.jpeg()), "image/jpeg")

    assert told(reply) == Told(200, 40000, "file_truncated")
    assert reply.json()["msg"].startswith("Parameter error: Upload failed (")


def test_an_empty_body_at_the_put(server: RunningServer) -> None:
    reply = put(server, "a.jpg", b"")

    assert (reply.status_code, reply.json()["code"]) == (422, 4003)
    assert "empty" in reply.json()["msg"]


# Lengths


def test_a_body_that_is_not_as_long_as_declared_at_signing(server: RunningServer) -> None:
    photo = media_samples.jpeg()
    signed = server.signed("a.jpg", "image/jpeg", len(photo) - 1)

    reply = server.put(signed["sign_url"], photo)

    assert told(reply) == Told(400, 4003, "length_mismatch")
    assert f"{len(photo):,} bytes" in reply.json()["msg"]
    assert f"{len(photo) - 1:,} were declared" in reply.json()["msg"]


@pytest.mark.parametrize("more", [-1, 1])
def test_a_chunked_body_that_is_not_as_long_as_declared_at_signing(server: RunningServer, more: int) -> None:
    photo = media_samples.jpeg()
    signed = server.signed("a.jpg", "image/jpeg", len(photo) + more)

    reply = server.put(signed["sign_url"], iter([photo]))

    assert told(reply) == Told(400, 4003, "length_mismatch")
    # Of a body that is longer nobody knows how long it is: it is refused as it comes.
    assert reply.json()["data"]["reason"]["measured"] == f"{'at least ' if more < 0 else ''}{len(photo):,} bytes"


def test_a_body_that_ends_before_its_content_length(server: RunningServer) -> None:
    sign_url = urlsplit(server.signed("a.jpg")["sign_url"])
    photo = media_samples.jpeg()
    connection = http.client.HTTPConnection(sign_url.netloc, timeout=20)
    connection.putrequest("PUT", sign_url.path)
    connection.putheader("Content-Length", str(len(photo) + 100))
    connection.endheaders(photo)
    connection.sock.shutdown(1)

    reply = connection.getresponse()

    assert reply.status == 400
    assert b'"code":4003' in (body := reply.read())
    assert b'"transfer_incomplete"' in body
    connection.close()


# Grants


def test_an_expired_grant_at_the_put(impatient_server: RunningServer) -> None:
    sign_url = impatient_server.signed("a.jpg")["sign_url"]
    time.sleep(0.3)

    reply = impatient_server.put(sign_url, media_samples.jpeg())

    assert told(reply) == Told(403, 4004, "grant_expired")
    assert reply.json()["msg"].startswith("URL expired: ")
    assert "Request a new one" in reply.json()["msg"]


def test_a_tampered_grant_at_the_put(server: RunningServer) -> None:
    sign_url = server.signed("a.jpg")["sign_url"]
    tampered = sign_url[:-1] + {"A": "B"}.get(sign_url[-1], "A")

    reply = server.put(tampered, media_samples.jpeg())

    assert told(reply) == Told(403, 10105, "grant_invalid")
    assert "Request a new one" in reply.json()["msg"] or "exactly as it was given" in reply.json()["msg"]


# After acceptance


def test_other_bytes_after_acceptance(server: RunningServer) -> None:
    sign_url = server.signed("a.jpg")["sign_url"]
    server.put(sign_url, media_samples.jpeg())

    reply = server.put(sign_url, media_samples.jpeg_from_a_phone())

    assert told(reply) == Told(409, 4003, "other_bytes")
    assert "stored file is unchanged" in reply.json()["msg"]


def test_the_same_bytes_after_acceptance_get_the_same_receipt(server: RunningServer) -> None:
    sign_url = server.signed("a.jpg")["sign_url"]
    first = server.put(sign_url, media_samples.jpeg())

    again = server.put(sign_url, media_samples.jpeg())

    assert (again.status_code, again.json()["data"]) == (200, first.json()["data"])


# No room, too busy


def test_a_full_disk(new_server: Callable[..., RunningServer]) -> None:
    roomy = new_server()
    path = urlsplit(roomy.signed("a.jpg")["sign_url"]).path
    roomy.stop()
    server = new_server(storage_headroom_bytes=str(10**15))

    at_signing = server.sign({"filename": "a.jpg", "content_type": "image/jpeg", "file_size": 1000})
    at_put = server.put(server.url + path, media_samples.jpeg())
    in_form = send_form(server, "a.jpg", media_samples.jpeg(), "image/jpeg")

    assert (at_signing["code"], at_signing["data"]["reason"]["code"]) == (50000, "storage_full")
    assert told(at_put) == Told(507, 4003, "storage_full")
    assert int(at_put.headers["retry-after"]) > 0
    assert told(in_form) == Told(200, 50000, "storage_full")


def test_too_many_uploads_at_once(busy_server: RunningServer) -> None:
    server = busy_server
    unfinished = begin_put(server, server.signed("a.jpg")["sign_url"])

    at_put = put(server, "b.jpg", media_samples.jpeg())
    in_form = send_form(server, "b.jpg", media_samples.jpeg(), "image/jpeg")

    assert told(at_put) == Told(503, 4003, "too_busy")
    assert told(in_form) == Told(429, 429, "too_busy")
    assert int(at_put.headers["retry-after"]) > 0
    assert int(in_form.headers["retry-after"]) > 0
    unfinished.close()


def test_a_server_that_was_busy_takes_uploads_again_when_one_ended(busy_server: RunningServer) -> None:
    server = busy_server
    photo = media_samples.jpeg()

    replies = [
        put(server, "a.jpg", photo),
        send_form(server, "a.jpg", photo, "image/jpeg"),
        put(server, "a.jpg", b"x"),
        send_form(server, "a.jpg", b"x", "image/jpeg"),
        put(server, "a.jpg", photo),
        send_form(server, "a.jpg", photo, "image/jpeg"),
    ]

    assert [reply.json()["code"] for reply in replies] == [0, 0, 4001, 40000, 0, 0]


# Keys


@pytest.mark.parametrize(
    "path", ["/v1/upload/asset", "/v2/upload/asset", "/open/v2/upload/asset", "/v2/create_video_from_avatar"]
)
def test_a_missing_or_wrong_key(server: RunningServer, path: str) -> None:
    missing = requests.post(server.url + path, json={"filename": "a.jpg"}, timeout=10)
    wrong = requests.post(server.url + path, json={"filename": "a.jpg"}, headers={"x-api-key": "no"}, timeout=10)

    assert (missing.status_code, missing.json()["code"]) == (200, 10105)
    assert (wrong.status_code, wrong.json()["code"]) == (200, 10105)
    assert missing.json()["msg"].startswith("Invalid API key")
    assert missing.json()["data"] is None


# The shape of every error


@pytest.mark.parametrize(
    "body",
    [
        {"filename": "a.exe"},
        {"file_name": "a.exe", "file_type": "x/y"},
        {"filename": "a.jpg", "file_size": 10**12},
        {},
    ],
)
def test_an_error_at_signing_is_an_envelope_with_an_integer_code(server: RunningServer, body: dict[str, Any]) -> None:
    reply = sign(server, body)

    assert reply.headers["content-type"] == "application/json"
    assert set(reply.json()) == {"rid", "code", "msg", "data"}
    assert type(reply.json()["code"]) is int
    assert reply.headers["x-request-id"] == reply.json()["rid"]


def test_an_error_at_the_put_is_an_envelope_too(server: RunningServer) -> None:
    reply = put(server, "a.jpg", b"x")

    assert set(reply.json()) == {"rid", "code", "msg", "data"}
    assert reply.headers["x-request-id"] == reply.json()["rid"]


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE", "PATCH"])
def test_a_sign_url_takes_nothing_but_put(server: RunningServer, method: str) -> None:
    reply = requests.request(method, server.signed("a.jpg")["sign_url"], timeout=10)

    assert (reply.status_code, reply.json()["code"]) == (405, 4003)
    assert reply.headers["allow"] == "PUT, OPTIONS"
