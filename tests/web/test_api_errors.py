"""What our own API says of requests that no route can take."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from running_server import RunningServer

MIB = 1024 * 1024


def post(server: RunningServer, body: bytes, key: str | None = None) -> requests.Response:
    """POST these bytes as JSON to a route that takes JSON."""
    headers = {"Content-Type": "application/json"} | ({"x-api-key": key} if key else {})
    return requests.post(f"{server.url}/api/v1/uploads", data=body, headers=headers, timeout=20)


@pytest.mark.parametrize("body", [b"\xff\xfe", b"{", b'{"filename": "\xc3"}', b"[" * 100_000, b"", b"null", b"NaN"])
def test_a_body_that_is_no_json_object_is_a_problem_that_says_so(server: RunningServer, body: bytes) -> None:
    reply = post(server, body, server.key)

    assert (reply.status_code, reply.json()["code"]) == (422, "parameter_error")
    assert reply.headers["content-type"] == "application/problem+json"


def test_a_body_is_not_read_beyond_what_any_route_takes(server: RunningServer) -> None:
    whole = b'{"filename": "' + b"a" * (8 * MIB) + b'"}'

    reply = post(server, whole)

    assert (reply.status_code, reply.json()["code"]) == (413, "body_too_large")
    assert str(2 * MIB) in reply.json()["detail"]


def test_an_endless_body_is_refused(server: RunningServer) -> None:
    sent = 0

    def endless() -> Iterator[bytes]:
        nonlocal sent
        while sent < 64 * MIB:
            sent += 64 * 1024
            yield b" " * (64 * 1024)

    try:
        reply = requests.post(f"{server.url}/api/v1/uploads", data=endless(), timeout=20)
    except requests.ConnectionError:
        # The server reads on for a while, then it hangs up.
        pass
    else:
        assert reply.status_code == 413
    assert sent < 64 * MIB


@pytest.mark.parametrize(
    "path", ["/healthz", "/reference", "/api/v1/openapi.json", "/api/v1/assets", "/api/v1/nothing"]
)
def test_head_is_answered_as_get_without_the_body(server: RunningServer, path: str) -> None:
    headers = {"x-api-key": server.key}
    with requests.Session() as caller:
        whole = caller.get(server.url + path, headers=headers, timeout=10)
        head = caller.head(server.url + path, headers=headers, timeout=10)
        after = caller.get(server.url + "/healthz", timeout=10)

    assert (head.status_code, head.content) == (whole.status_code, b"")
    assert head.headers["content-type"] == whole.headers["content-type"]
    assert int(head.headers["content-length"]) > 0
    assert after.json()["status"] == "ok"


def test_head_of_what_changes_things_is_refused(server: RunningServer) -> None:
    reply = requests.head(server.url + "/api/v1/preflight", headers={"x-api-key": server.key}, timeout=10)

    assert (reply.status_code, reply.headers["allow"]) == (405, "POST")


def test_an_address_tells_all_the_methods_that_it_takes(server: RunningServer) -> None:
    reply = requests.patch(f"{server.url}/api/v1/uploads/up_0", headers={"x-api-key": server.key}, timeout=20)

    assert (reply.status_code, reply.json()["code"]) == (405, "method_not_allowed")
    assert reply.headers["allow"] == "DELETE, GET"


WRONG_BODIES: list[tuple[str, str, Any, str, str]] = [
    ("POST", "uploads", {}, "filename", "filename is required"),
    ("POST", "folders", {"path": "/p/q"}, "name", "name is required"),
    ("POST", "uploads", [], "The body", "The body has to be an object, not an array"),
    ("POST", "uploads", {"filename": 7}, "filename", "filename has to be a text, not 7"),
    ("POST", "uploads", {"filename": ""}, "filename", "filename has 0 characters; needed are at least 1"),
    ("POST", "uploads", {"filename": "a" * 1025}, "filename", "filename has 1025 characters; allowed are 1024"),
    (
        "POST",
        "uploads",
        {"filename": "a.jpg", "sha256": "靴" * 90},
        "sha256",
        f'sha256 is "{"靴" * 60}"…; it has to be 64 hexadecimal digits',
    ),
    (
        "POST",
        "uploads",
        {"filename": "a.jpg", "size_bytes": 1.5},
        "size_bytes",
        "size_bytes has to be a whole number, not 1.5",
    ),
    (
        "POST",
        "uploads",
        {"filename": "a.jpg", "size_bytes": "9"},
        "size_bytes",
        'size_bytes has to be a whole number, not "9"',
    ),
    (
        "POST",
        "uploads",
        {"filename": "a.jpg", "size_bytes": 0},
        "size_bytes",
        "size_bytes is 0; it has to be at least 1",
    ),
    (
        "POST",
        "uploads",
        {"filename": "a.jpg", "tags": ["a"] * 51},
        "tags",
        "tags has 51 entries; allowed are 50",
    ),
    (
        "POST",
        "uploads",
        {"filename": "a.jpg", "tags": ["a", "b", "c", None]},
        "tags[3]",
        "tags[3] has to be a text, not null",
    ),
    ("POST", "uploads", {"filename": "a.jpg", "tags": "a"}, "tags", 'tags has to be an array, not "a"'),
    (
        "PATCH",
        f"assets/img_{'0' * 32}",
        {"metadata": None},
        "metadata",
        "metadata has to be an object, not null",
    ),
    (
        "POST",
        "uploads",
        {"filename": "\ud800"},
        "filename",
        "filename has half of a surrogate pair in it, which is no character",
    ),
    (
        "POST",
        "assets/bulk",
        {"action": "burn", "ids": ["1"]},
        "action",
        'action is "burn"; allowed are delete, restore, move, tag or untag',
    ),
    ("POST", "assets/bulk", {"action": "delete", "ids": []}, "ids", "ids has 0 entries; needed are at least 1"),
    (
        "POST",
        "assets/bulk",
        {"action": "delete", "ids": ["1"], "force": "yes"},
        "force",
        'force has to be true or false, not "yes"',
    ),
    (
        "POST",
        "videos",
        {"avatar": "a", "voice": {"voice_id": "v", "speed": "fast"}},
        "voice.speed",
        'voice.speed has to be a number, not "fast"',
    ),
    (
        "POST",
        "videos",
        {"avatar": "a", "voice": {"voice_id": "v", "speed": 3}},
        "voice.speed",
        "voice.speed is 3; it has to be at most 2",
    ),
    ("POST", "videos", {"avatar": "a", "voice": "v"}, "voice", 'voice has to be an object, not "v"'),
    (
        "POST",
        "videos",
        {"avatar": "a", "captions": {"position": "left"}},
        "captions.position",
        'captions.position is "left"; allowed are top, middle or bottom',
    ),
    (
        "POST",
        "videos",
        {"avatar": "a", "voice": {"voice_id": "v", "sped": 1}},
        "voice.sped",
        "voice.sped is not a field of this call; did you mean voice.speed?",
    ),
    (
        "POST",
        "folders",
        {"name": "a", "zzz": 1},
        "zzz",
        "zzz is not a field of this call; there are name, parent_id",
    ),
    (
        "PATCH",
        f"assets/img_{'0' * 32}",
        {"nmae": "x"},
        "nmae",
        "nmae is not a field of this call; did you mean name?",
    ),
    (
        "POST",
        "folders",
        {"name": "a", "\ud800": 1},
        "The body",
        "The body has half of a surrogate pair in it, which is no character",
    ),
    (
        "POST",
        "uploads",
        {"filename": "a.jpg", "size_bytes": "\ud800"},
        "size_bytes",
        'size_bytes has to be a whole number, not "\\ud800"',
    ),
]


@pytest.mark.parametrize(("method", "path", "body", "field", "detail"), WRONG_BODIES)
def test_a_body_that_a_model_refuses_is_told_by_its_field_what_was_given_and_what_is_allowed(
    server: RunningServer, method: str, path: str, body: Any, field: str, detail: str
) -> None:
    headers = {"x-api-key": server.key}

    reply = requests.request(method, f"{server.url}/api/v1/{path}", json=body, headers=headers, timeout=20)

    assert (reply.status_code, reply.json()["code"]) == (422, "parameter_error")
    assert (reply.json()["field"], reply.json()["detail"]) == (field, detail)


@pytest.mark.parametrize(
    ("query", "field", "detail"),
    [
        ("kind=foo", "kind", 'kind is "foo"; allowed are image, video or audio'),
        ("limit=many", "limit", 'limit has to be a whole number, not "many"'),
        ("limit=0", "limit", 'limit is "0"; it has to be at least 1'),
        ("limit=" + "9" * 5000, "limit", "limit has more digits than any number that is allowed"),
        ("recursive=perhaps", "recursive", 'recursive has to be true or false, not "perhaps"'),
        ("min_duration=long", "min_duration", 'min_duration has to be a number, not "long"'),
        ("min_duration=inf", "min_duration", 'min_duration has to be a finite number, not "inf"'),
        ("&".join(["tag=a"] * 51), "tag", "tag has 51 entries; allowed are 10"),
        (
            "sort=age",
            "sort",
            'sort is "age"; allowed are created, -created, name, -name, size, -size, duration or -duration',
        ),
    ],
)
def test_a_parameter_that_is_refused_is_told_by_its_name(
    server: RunningServer, query: str, field: str, detail: str
) -> None:
    reply = requests.get(f"{server.url}/api/v1/assets?{query}", headers={"x-api-key": server.key}, timeout=20)

    assert reply.status_code == 422
    assert (reply.json()["field"], reply.json()["detail"]) == (field, detail)


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (b"{bad", "The body is not valid JSON: expecting property name enclosed in double quotes (byte 1)"),
        ('{"filename": "靴.jpg" bad'.encode(), "The body is not valid JSON: expecting ',' delimiter (byte 23)"),
        (b"", "The body is empty; it has to be a JSON object"),
        (b"null", "The body has to be an object, not null"),
    ],
)
def test_a_body_that_is_no_json_is_told_where_it_ceases_to_be(server: RunningServer, body: bytes, detail: str) -> None:
    reply = post(server, body, server.key)

    assert (reply.json()["field"], reply.json()["detail"]) == ("The body", detail)


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "text/xml"])
def test_a_body_of_another_type_is_told_which_is_wanted_and_which_came(server: RunningServer, kind: str) -> None:
    headers = {"x-api-key": server.key, "Content-Type": kind}

    reply = requests.post(f"{server.url}/api/v1/uploads", data=b"filename=a.jpg", headers=headers, timeout=20)

    assert (reply.status_code, reply.json()["field"]) == (422, "Content-Type")
    assert reply.json()["detail"] == f'Content-Type has to be application/json; "{kind}" came'
