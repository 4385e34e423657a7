"""What our own API says of requests that no route can take."""

from collections.abc import Iterator

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


def test_an_address_tells_all_the_methods_that_it_takes(server: RunningServer) -> None:
    reply = requests.patch(f"{server.url}/api/v1/uploads/up_0", headers={"x-api-key": server.key}, timeout=20)

    assert (reply.status_code, reply.json()["code"]) == (405, "method_not_allowed")
    assert reply.headers["allow"] == "DELETE, GET"
