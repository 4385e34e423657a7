"""Rate limits: POSTs of a key are counted, on both faces, and every answer to one says where the key stands."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from operating import Caller, new_caller

import media_samples
from greenroom.client import Client
from greenroom.client.backoff import Backoff
from running_server import RunningServer, start_server

LIMIT = 3


@pytest.fixture(scope="module")
def limited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server that takes three POSTs of a key in a minute."""
    running = start_server(tmp_path_factory.mktemp("limited") / "data", rates_posts_per_minute=str(LIMIT))
    yield running
    running.stop()


@pytest.fixture
def caller(limited: RunningServer) -> Caller:
    """Somebody with a key that nobody used yet."""
    return new_caller(limited)


@pytest.fixture
def spent(caller: Caller) -> Caller:
    """Somebody who sent as many POSTs as are allowed."""
    for _ in range(LIMIT):
        caller.sign()
    return caller


def standing(reply: Any) -> tuple[str, str]:
    """Limit and what remains, from the headers."""
    return reply.headers["X-RateLimit-Limit"], reply.headers["X-RateLimit-Remaining"]


def test_each_post_says_what_remains(caller: Caller) -> None:
    signed = caller.post("/v2/upload/asset", {"filename": "a.jpg"})
    refused = caller.post("/v2/upload/asset", {})
    ours = caller.post("/api/v1/keys", {"name": "a"})

    assert [standing(reply) for reply in (signed, refused, ours)] == [("3", "2"), ("3", "1"), ("3", "0")]
    assert 0 < int(signed.headers["X-RateLimit-Reset"]) - time.time() < 62


def test_one_post_too_many_is_refused_by_the_compatible_calls(spent: Caller) -> None:
    reply = spent.post("/v1/upload/asset", {"filename": "a.jpg"})

    wait_s = int(reply.headers["Retry-After"])
    assert (reply.status_code, reply.json()["code"]) == (429, 429)
    assert reply.json()["msg"].startswith("Rate limit exceeded. Please try again later.")
    assert reply.json()["data"] == {"retryAfter": wait_s, "limit": 3, "current": 3}
    assert standing(reply) == ("3", "0")
    assert 0 < wait_s <= 60


def test_one_post_too_many_is_refused_by_our_own_api(spent: Caller) -> None:
    reply = spent.post("/api/v1/keys", {"name": "a"})

    assert (reply.status_code, reply.json()["code"]) == (429, "rate_limited")
    assert (reply.json()["limit"], reply.json()["current"]) == (3, 3)
    assert int(reply.headers["Retry-After"]) > 0


def test_what_is_refused_is_not_counted(spent: Caller) -> None:
    waits = [int(spent.post("/api/v1/keys", {"name": "a"}).headers["Retry-After"]) for _ in range(5)]

    assert waits[-1] <= waits[0]


def test_only_posts_are_limited(spent: Caller) -> None:
    replies = [
        spent.get("/api/v1/assets"),
        spent.get("/v2/user/whoami"),
        spent.call("DELETE", "/api/v1/keys/key_x"),
    ]

    assert [reply.status_code for reply in replies] == [200, 200, 404]
    assert not any("X-RateLimit-Limit" in reply.headers for reply in replies)


def test_a_put_to_a_sign_url_is_not_limited(caller: Caller) -> None:
    sign_url = caller.sign()["data"]["sign_url"]
    for _ in range(LIMIT):
        caller.sign()

    assert caller.server.put(sign_url, media_samples.jpeg(64, 48)).status_code == 200


def test_each_key_has_its_own_limit(spent: Caller) -> None:
    other = new_caller(spent.server)

    assert other.sign()["code"] == 0


def test_a_post_without_a_good_key_is_told_so_whatever_was_sent_before(limited: RunningServer) -> None:
    nobody = Caller(limited, new_caller(limited).account_id, "", "gr_nobody")

    replies = [nobody.post("/api/v1/keys", {"name": "a"}) for _ in range(LIMIT + 2)]

    assert {reply.status_code for reply in replies} == {401}


def test_the_client_waits_as_long_as_it_is_told(spent: Caller, tmp_path: Any) -> None:
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(media_samples.jpeg(64, 48))
    pauses: list[float] = []

    def sleep(seconds: float) -> None:
        pauses.append(seconds)
        raise InterruptedError

    with (
        Client(spent.server.url, spent.secret, backoff=Backoff(sleep)) as client,
        pytest.raises(InterruptedError),
    ):
        client.upload(photo)

    told_s = int(spent.post("/api/v1/keys", {"name": "a"}).headers["Retry-After"])
    assert told_s <= pauses[0] <= 61
