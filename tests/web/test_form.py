"""The one-shot multipart form (contract 2.1.3): parsed as a stream, file before or after its fields."""

import hashlib
from collections.abc import Iterator
from typing import Any

import pytest
import requests

import media_samples
from running_server import RunningServer

BOUNDARY = "----boundary"
PHOTO = media_samples.jpeg()
Part = tuple[str, bytes]

FILE: Part = ('form-data; name="file"; filename="boots.jpg"', PHOTO)


def field(name: str, value: str) -> Part:
    """A field of a form."""
    return f'form-data; name="{name}"', value.encode()


def form(*parts: Part, end: bool = True) -> bytes:
    """The body of a form with those parts in that order."""
    joined = b"".join(
        f"--{BOUNDARY}\r\nContent-Disposition: {disposition}\r\n\r\n".encode() + body + b"\r\n"
        for disposition, body in parts
    )
    return joined + (f"--{BOUNDARY}--\r\n".encode() if end else b"")


def send(
    server: RunningServer, body: Any, content_type: str = f"multipart/form-data; boundary={BOUNDARY}"
) -> dict[str, Any]:
    """The whole reply to a form."""
    headers = {"x-api-key": server.key, "Content-Type": content_type}
    reply = requests.post(server.url + "/v2/upload/asset", data=body, headers=headers, timeout=30)
    assert reply.status_code == 200, reply.text
    found: dict[str, Any] = reply.json()
    return found


# What comes back


def test_a_form_is_answered_with_the_ready_asset(server: RunningServer) -> None:
    reply = send(server, form(field("asset_type", "image"), field("name", "Boots"), FILE))

    data = reply["data"]
    assert (reply["code"], data["status"], data["asset_type"], data["file_name"]) == (0, "ready", "image", "Boots")
    assert (data["file_size"], data["width"], data["height"]) == (len(PHOTO), 640, 480)
    assert data["asset_id"].startswith("img_")
    assert abs(data["uploaded_at"] - data["created_at"]) <= 5
    assert data["sha256"] == hashlib.sha256(PHOTO).hexdigest()


def test_the_file_of_a_form_comes_back_byte_for_byte(server: RunningServer) -> None:
    data = send(server, form(FILE))["data"]

    assert requests.get(data["asset_url"], timeout=10).content == PHOTO


def test_a_film_in_a_form_has_its_duration(server: RunningServer) -> None:
    film = ('form-data; name="file"; filename="a.mp4"', media_samples.mp4())

    data = send(server, form(field("asset_type", "video"), film))["data"]

    assert (data["asset_type"], round(data["duration"])) == ("video", round(data["duration_s"]))


@pytest.mark.parametrize("path", ["/v2/upload/asset", "/open/v2/upload/asset", "/v1/upload/asset"])
def test_a_form_is_taken_under_every_prefix(server: RunningServer, path: str) -> None:
    headers = {"x-api-key": server.key}

    reply = requests.post(server.url + path, files={"file": ("a.jpg", PHOTO)}, headers=headers, timeout=20)

    assert reply.json()["code"] == 0


# Order, fields, names


@pytest.mark.parametrize("position", [0, 1, 2, 3], ids=["first", "second", "third", "last"])
def test_the_file_may_stand_anywhere_among_its_fields(server: RunningServer, position: int) -> None:
    parts = [field("asset_type", "Image"), field("name", "Boots"), field("description", "red")]
    parts.insert(position, FILE)

    data = send(server, form(*parts))["data"]

    assert (data["name"], data["description"], data["asset_type"]) == ("Boots", "red", "image")
    kept = server.asset(data["asset_id"])
    assert (kept["name"], kept["description"]) == ("Boots", "red")


def test_a_form_without_fields_is_named_for_its_file(server: RunningServer) -> None:
    assert send(server, form(FILE))["data"]["name"] == "boots.jpg"


def test_unknown_and_empty_fields_are_ignored(server: RunningServer) -> None:
    reply = send(
        server, form(field("folder", "shop"), field("name", ""), field("x", "y"), field("asset_type", ""), FILE)
    )

    assert (reply["code"], reply["data"]["name"]) == (0, "boots.jpg")


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        ('form-data; name="file"; filename="фото.jpg"', "фото.jpg"),
        ("form-data; name=\"file\"; filename*=UTF-8''%E6%97%A5.jpg", "日.jpg"),
        ('form-data; name="file"; filename="../../a.jpg"', "../../a.jpg"),
        ('form-data; name="file"; filename="a \\"b\\".jpg"', 'a "b".jpg'),
        ("form-data; name=file; filename=a.jpg", "a.jpg"),
    ],
)
def test_a_file_name_is_read_in_every_spelling_of_browsers(server: RunningServer, disposition: str, name: str) -> None:
    assert send(server, form((disposition, PHOTO)))["data"]["name"] == name


def test_a_type_in_the_files_part_must_agree_with_its_name(server: RunningServer) -> None:
    part = ('form-data; name="file"; filename="a.jpg"\r\nContent-Type: image/png', PHOTO)

    reply = send(server, form(part))

    assert (reply["code"], reply["data"]["reason"]["code"]) == (40000, "declaration_contradictory")


# Streaming


def test_a_form_of_many_megabytes_in_small_pieces_is_taken(server: RunningServer) -> None:
    sound = media_samples.wav(seconds=60)
    body = form(field("name", "Tone"), ('form-data; name="file"; filename="a.wav"', sound))
    pieces = (body[at : at + 10_007] for at in range(0, len(body), 10_007))

    data = send(server, pieces)["data"]

    assert (data["status"], data["file_size"]) == ("ready", len(sound))


def test_a_form_that_comes_byte_by_byte_is_taken(server: RunningServer) -> None:
    body = form(field("name", "Boots"), ('form-data; name="file"; filename="a.gif"', media_samples.still_gif(8, 8)))
    pieces = (body[at : at + 1] for at in range(len(body)))

    assert send(server, pieces)["data"]["status"] == "ready"


def test_text_before_the_first_and_after_the_last_boundary_is_ignored(server: RunningServer) -> None:
    assert send(server, form(FILE) + b"epilogue")["code"] == 0


def test_bytes_that_look_like_the_boundary_stay_in_the_file(server: RunningServer) -> None:
    tricky = PHOTO + f"\r\n--{BOUNDARY[:-1]}\r\n--\r\n\r\n".encode()

    data = send(server, form(('form-data; name="file"; filename="a.jpg"', tricky)))["data"]

    assert data["sha256"] == hashlib.sha256(tricky).hexdigest()


# What is refused

NO_FILE = "file is required: the file itself, with its file name"


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        (form(field("name", "x")), "file is required"),
        (form(), "file is required"),
        (form(FILE, FILE), "file is given twice"),
        (form(('form-data; name="file"', PHOTO)), "file has no file name"),
        (form(('form-data; name="file"; filename=""', PHOTO)), "file has no file name"),
        (form(("form-data", b"x"), FILE), "The form has a part without a name"),
        (form(FILE, end=False), "The form ends before its last boundary"),
        (form(FILE)[:-8], "The form ends before its last boundary"),
        (b"", "The form ends before its last boundary"),
        (b"garbage without any boundary", "The form is not a well-formed multipart/form-data body"),
        (form(('form-data; name="media"; filename="a.jpg"', PHOTO)), f"{NO_FILE}; the form has a file in 'media'"),
        (form(('form-data; name="media"; filename="a.jpg"', b"a" * 9)), f"{NO_FILE}; the form has a file in 'media'"),
        (form(field("asset_type", "video"), FILE), "asset_type is 'video', but the file is declared as image"),
        (form(FILE, field("asset_type", "audio")), "asset_type is 'audio', but the file is declared as image"),
        (form(FILE, field("asset_type", "document")), "asset_type is 'document'; allowed are image, video, audio"),
        (form(field("name", "x" * 5000), FILE), "name has more than 4096 bytes"),
        (form(FILE, field("description", "x" * 5000)), "description has more than 4096 bytes"),
        (form(*[field(f"f{number}", "x") for number in range(21)], FILE), "The form has more than 20 fields"),
        (form((f'form-data; name="{"x" * 5000}"', b"x"), FILE), "The form is not a well-formed"),
        (form(("form-data; name=x" + "\r\nX: y" * 30, b"x"), FILE), "The form is not a well-formed"),
        (form(field("name", "a\x00b"), FILE), "name has a NUL character"),
        (form(('form-data; name="file"; filename="a\x00b.jpg"', PHOTO)), "file"),
    ],
    ids=[
        "no file",
        "no parts",
        "two files",
        "file without a file name",
        "empty file name",
        "part without a name",
        "no last boundary",
        "cut last boundary",
        "empty",
        "garbage",
        "file in another field",
        "small file in another field",
        "asset_type before",
        "asset_type after",
        "unknown asset_type",
        "long field",
        "long field after",
        "many fields",
        "long header",
        "many headers",
        "NUL",
        "NUL in the file name",
    ],
)
def test_a_form_that_is_not_right_is_a_parameter_error_that_says_why(
    server: RunningServer, body: bytes, complaint: str
) -> None:
    reply = send(server, body)

    assert reply["code"] == 40000
    assert reply["msg"].startswith(f"Parameter error: {complaint}")


@pytest.mark.parametrize(
    "content_type",
    [
        "multipart/form-data",
        "multipart/form-data; boundary=",
        'multipart/form-data; boundary=""',
        "multipart/form-data; boundary=" + "x" * 300,
        "multipart/form-data; charset=utf-8",
    ],
)
def test_a_form_without_a_usable_boundary_is_a_parameter_error(server: RunningServer, content_type: str) -> None:
    reply = send(server, form(FILE), content_type)

    assert reply["code"] == 40000
    assert "boundary" in reply["msg"]


def test_another_boundary_than_the_header_says_is_a_parameter_error(server: RunningServer) -> None:
    assert send(server, form(FILE), "multipart/form-data; boundary=other")["code"] == 40000


def test_an_empty_file_is_refused(server: RunningServer) -> None:
    reply = send(server, form(('form-data; name="file"; filename="a.jpg"', b"")))

    assert reply["code"] == 40000
    assert "empty" in reply["msg"]


def test_a_truncated_file_is_refused_with_the_finding(server: RunningServer) -> None:
    reply = send(server, form(('form-data; name="file"; filename="a.jpg"', media_samples.cut(PHOTO))))

    assert (reply["code"], reply["data"]["reason"]["code"]) == (40000, "file_truncated")


def test_an_endless_file_is_refused_when_it_passes_the_limit(strict_server: RunningServer) -> None:
    endless = form(('form-data; name="file"; filename="a.jpg"', PHOTO + bytes(4_000_000)))

    reply = send(strict_server, endless)

    assert (reply["code"], reply["data"]["reason"]["code"]) == (40000, "size_exceeded")


def test_a_refused_form_leaves_no_temporary_file_and_no_blob(strict_server: RunningServer) -> None:
    server = strict_server

    send(server, form(FILE, FILE))
    send(server, form(FILE, end=False))
    send(server, form(FILE, field("asset_type", "audio")))
    send(server, form(('form-data; name="file"; filename="a.jpg"', media_samples.cut(PHOTO))))

    assert (server.temporary_files(), server.blobs()) == ([], [])


@pytest.mark.parametrize("parameter", ["", "; boundary=", "; boundary=" + "b" * 201, f"; boundary*{'9' * 5000}=b"])
def test_a_form_without_a_usable_boundary_is_refused_by_its_type(server: RunningServer, parameter: str) -> None:
    reply = send(server, form(FILE), "multipart/form-data" + parameter)

    assert reply["code"] == 40000
    assert "Content-Type says multipart/form-data without a usable boundary" in reply["msg"]


def test_a_form_without_a_key_is_refused_before_it_is_read(server: RunningServer) -> None:
    headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}

    reply = requests.post(server.url + "/v2/upload/asset", data=form(FILE), headers=headers, timeout=20)

    assert reply.json()["code"] == 10105


def test_a_sender_that_breaks_off_leaves_nothing(strict_server: RunningServer) -> None:
    server = strict_server

    with pytest.raises(BrokenOff):
        send(server, breaking_off(form(FILE)))

    assert send(server, form(FILE, end=False))["code"] == 40000
    assert server.temporary_files() == []


class BrokenOff(Exception):
    """The sender's own failure."""


def breaking_off(body: bytes) -> Iterator[bytes]:
    """Half of a body, then a failure."""
    yield body[: len(body) // 2]
    raise BrokenOff
