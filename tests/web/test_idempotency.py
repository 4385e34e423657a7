"""`Idempotency-Key`: a POST that is sent again has its effect once, on both faces."""

import os
import threading
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import requests
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test
from idempotency_machine import IdempotencyMachine
from operating import new_account, new_caller

import media_samples
from greenroom.domain.access import Scope
from running_server import RunningServer, start_server

PHOTO = media_samples.jpeg(32, 24)
A_JPEG = {"filename": "photo.jpg", "content_type": "image/jpeg"}
REPLAYED = "Idempotency-Replayed"
HISTORIES = int(os.environ.get("IDEMPOTENCY_HISTORIES", "8"))
"""A long campaign: IDEMPOTENCY_HISTORIES=2000 pytest tests/web/test_idempotency.py -k agree"""


def new_key() -> str:
    return str(uuid.uuid4())


def post(server: RunningServer, path: str, body: Any, key: str, **more: Any) -> requests.Response:
    """POST a JSON body with an idempotency key."""
    headers = {"x-api-key": server.key, "Idempotency-Key": key}
    return requests.post(server.url + path, json=body, headers=headers, timeout=30, **more)


def send_form(server: RunningServer, key: str, photo: bytes = PHOTO, **fields: str) -> requests.Response:
    """POST a photo as a form with an idempotency key."""
    return requests.post(
        server.url + "/v2/upload/asset",
        headers={"x-api-key": server.key, "Idempotency-Key": key},
        files={"file": ("photo.jpg", photo, "image/jpeg")},
        data=fields,
        timeout=30,
    )


def everything_in(folder: Path) -> bytes:
    """The bytes of all files below a folder."""
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def newest(server: RunningServer) -> int:
    """The number of the account's newest asset."""
    reply = requests.get(server.url + "/api/v1/assets?limit=1", headers={"x-api-key": server.key}, timeout=10)
    return max([asset["id"] for asset in reply.json()["data"]], default=0)


# Signing


@pytest.mark.parametrize("path", ["/v2/upload/asset", "/v1/upload/asset", "/open/v2/upload/asset"])
def test_signing_again_gives_the_same_asset_with_a_fresh_url(server: RunningServer, path: str) -> None:
    key = new_key()

    first = post(server, path, A_JPEG, key)
    before = newest(server)
    again = post(server, path, A_JPEG, key)

    assert (first.json()["code"], again.json()["code"]) == (0, 0)
    one, other = first.json()["data"], again.json()["data"]
    assert (one["asset_url"], one["upload_id"], one["id"]) == (other["asset_url"], other["upload_id"], other["id"])
    assert again.headers[REPLAYED] == "true" and REPLAYED not in first.headers
    assert newest(server) == before
    assert server.put(other["sign_url"], PHOTO).status_code == 200


def test_signing_again_when_the_file_is_there_gives_its_receipt(server: RunningServer) -> None:
    key = new_key()
    signed = post(server, "/v2/upload/asset", A_JPEG, key).json()["data"]
    server.put(signed["sign_url"], PHOTO)

    again = post(server, "/v2/upload/asset", A_JPEG, key).json()["data"]

    assert again["asset_id"] == signed["asset_id"]
    assert again["status"] == "ready" and again["receipt"]
    assert "sign_url" not in again


def test_the_signed_url_is_never_kept(server: RunningServer) -> None:
    key = new_key()
    token = post(server, "/v2/upload/asset", A_JPEG, key).json()["data"]["sign_url"].rpartition("/")[2]

    for file in server.data.glob("catalogue.db*"):
        assert token.encode() not in file.read_bytes()


def test_ten_at_once_make_one_asset(server: RunningServer) -> None:
    key, start = new_key(), threading.Barrier(10)
    before = newest(server)

    def send() -> requests.Response:
        start.wait()
        return post(server, "/v2/upload/asset", A_JPEG, key)

    with ThreadPoolExecutor(10) as pool:
        replies = [future.result() for future in [pool.submit(send) for _ in range(10)]]

    done = [reply.json()["data"]["asset_id"] for reply in replies if reply.json()["code"] == 0]
    assert len(set(done)) == 1
    assert newest(server) == before + 1
    for reply in replies:
        assert reply.json()["code"] == 0 or "under way" in reply.json()["msg"]


# What is the same request


def test_another_body_under_the_same_key_is_refused(server: RunningServer) -> None:
    key = new_key()
    post(server, "/v2/upload/asset", A_JPEG, key)
    before = newest(server)

    reply = post(server, "/v2/upload/asset", {"filename": "other.jpg"}, key)

    assert reply.json()["code"] == 40000
    assert "another request" in reply.json()["msg"]
    assert newest(server) == before


def test_the_same_object_in_another_order_is_the_same_request(server: RunningServer) -> None:
    key = new_key()

    first = post(server, "/v2/upload/asset", A_JPEG, key).json()["data"]
    again = post(server, "/v2/upload/asset", dict(reversed(A_JPEG.items())), key).json()["data"]

    assert first["asset_id"] == again["asset_id"]


def test_a_key_belongs_to_its_route(server: RunningServer) -> None:
    key = new_key()

    one = post(server, "/v2/upload/asset", A_JPEG, key).json()["data"]
    other = post(server, "/v1/upload/asset", A_JPEG, key).json()["data"]

    assert one["upload_id"] != other["upload_id"]


def test_a_request_that_changed_nothing_may_be_sent_again_mended(server: RunningServer) -> None:
    key = new_key()

    refused = post(server, "/v2/upload/asset", {"filename": "notes.txt"}, key)
    mended = post(server, "/v2/upload/asset", A_JPEG, key)

    assert refused.json()["code"] == 40000
    assert mended.json()["code"] == 0


@pytest.mark.parametrize("key", ["", "a b", "ä".encode().decode("latin-1"), "x" * 256])
def test_a_key_that_is_none_is_refused_by_name(server: RunningServer, key: str) -> None:
    headers = {b"x-api-key": server.key.encode(), b"Idempotency-Key": key.encode("latin-1")}
    reply = requests.post(server.url + "/v2/upload/asset", json=A_JPEG, headers=headers, timeout=10)

    assert reply.json()["code"] == 40000
    assert "Idempotency-Key" in reply.json()["msg"]


def test_without_a_good_api_key_the_answer_is_the_usual_one(server: RunningServer) -> None:
    headers = {"x-api-key": "nobody", "Idempotency-Key": new_key()}
    reply = requests.post(server.url + "/v2/upload/asset", json=A_JPEG, headers=headers, timeout=10)

    assert reply.json()["code"] == 10105


def test_a_lesser_api_key_is_not_told_what_a_better_one_did(server: RunningServer) -> None:
    key = new_key()
    post(server, "/v2/upload/asset", A_JPEG, key)
    headers = {"x-api-key": server.key}
    reader = requests.post(
        server.url + "/api/v1/keys", json={"name": "reader", "scopes": ["read"]}, headers=headers, timeout=10
    ).json()["secret"]

    reply = requests.post(
        server.url + "/v2/upload/asset",
        json=A_JPEG,
        headers={"x-api-key": reader, "Idempotency-Key": key},
        timeout=10,
    )

    assert reply.json()["code"] == 18025
    assert reply.json()["data"] is None


# Our own API


def test_on_our_own_api_the_first_answer_is_given_again(server: RunningServer) -> None:
    key, path = new_key(), "/api/v1/folders"
    body = {"name": f"shop {key}"}

    first, again = post(server, path, body, key), post(server, path, body, key)

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert again.headers[REPLAYED] == "true"


def test_on_our_own_api_the_refusals_have_statuses_of_their_own(server: RunningServer) -> None:
    key = new_key()
    post(server, "/api/v1/folders", {"name": f"one {key}"}, key)

    reply = post(server, "/api/v1/folders", {"name": f"two {key}"}, key)

    assert (reply.status_code, reply.json()["code"]) == (422, "idempotency_key_reused")


def test_an_upload_on_our_own_api_is_given_again_with_a_fresh_url(server: RunningServer) -> None:
    key = new_key()
    body = {"filename": "photo.jpg"}

    first, again = post(server, "/api/v1/uploads", body, key), post(server, "/api/v1/uploads", body, key)

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json()["upload_id"] == again.json()["upload_id"]
    assert server.put(again.json()["upload_url"], PHOTO).status_code == 200


# What is shown once


@pytest.mark.parametrize("path", ["/api/v1/keys", "/api/v1/accounts/{account}/keys"])
def test_a_secret_that_was_shown_once_is_neither_kept_nor_shown_again(
    new_server: Callable[..., RunningServer], path: str
) -> None:
    running = new_server()
    operator, key = new_caller(running, *Scope), new_key()
    headers = {"Idempotency-Key": key}
    where = path.format(account=new_account(running).account_id)

    first = operator.call("POST", where, json={"name": "for the shop"}, headers=headers)
    again = operator.call("POST", where, json={"name": "for the shop"}, headers=headers)

    assert (first.status_code, first.headers["cache-control"]) == (201, "no-store")
    assert (again.status_code, again.json()["code"]) == (409, "idempotency_answer_lost")
    assert first.json()["key_id"] in again.json()["detail"]
    assert "not shown again" in again.json()["detail"]
    assert first.json()["secret"].encode() not in everything_in(running.data)


def test_an_operator_makes_an_account_once(server: RunningServer) -> None:
    operator, headers = new_caller(server, *Scope), {"Idempotency-Key": new_key()}

    replies = [operator.call("POST", "/api/v1/accounts", json={"name": "a"}, headers=headers) for _ in range(2)]

    assert replies[0].json() == replies[1].json()


# Forms


def test_a_form_that_is_sent_again_is_answered_with_the_same_asset(server: RunningServer) -> None:
    key = new_key()

    first = send_form(server, key, name="Boots")
    before = newest(server)
    again = send_form(server, key, name="Boots")

    assert (first.json()["code"], again.json()["code"]) == (0, 0)
    assert first.json()["data"]["asset_id"] == again.json()["data"]["asset_id"]
    assert newest(server) == before


@pytest.mark.parametrize("change", [{"photo": media_samples.jpeg(48, 24)}, {"name": "Shoes"}])
def test_a_form_with_another_file_or_field_is_another_request(server: RunningServer, change: dict[str, Any]) -> None:
    key = new_key()
    send_form(server, key, name="Boots")
    before = newest(server)

    reply = send_form(server, key, **({"name": "Boots"} | change))

    assert reply.json()["code"] == 40000
    assert "another request" in reply.json()["msg"]
    assert newest(server) == before


def test_a_form_whose_file_was_refused_may_be_sent_again_mended(server: RunningServer) -> None:
    key = new_key()

    refused, mended = send_form(server, key, photo=PHOTO[:300]), send_form(server, key)

    assert refused.json()["code"] != 0
    assert mended.json()["code"] == 0


# Time and accidents


def test_what_was_done_is_known_after_a_kill(new_server: Callable[..., RunningServer]) -> None:
    running = new_server()
    key = new_key()
    first = post(running, "/v2/upload/asset", A_JPEG, key).json()["data"]
    running.kill()

    after = start_server(running.data)
    try:
        again = post(after, "/v2/upload/asset", A_JPEG, key).json()["data"]
    finally:
        after.stop()

    assert first["asset_id"] == again["asset_id"]


def test_a_key_is_forgotten_after_its_time(new_server: Callable[..., RunningServer]) -> None:
    running = new_server(idempotency_lifetime_s="0.2")
    key = new_key()
    first = post(running, "/v2/upload/asset", A_JPEG, key).json()["data"]
    threading.Event().wait(0.3)

    later = post(running, "/v2/upload/asset", A_JPEG, key).json()["data"]

    assert first["asset_id"] != later["asset_id"]


def test_model_and_server_agree_over_random_histories(server: RunningServer) -> None:
    chosen = settings(
        max_examples=HISTORIES, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
    )
    run_state_machine_as_test(lambda: IdempotencyMachine(server), settings=chosen)
