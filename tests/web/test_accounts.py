"""Accounts over HTTP: what every key may ask of its own, what the operator does with all, and what a limit answers."""

import socket
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from operating import Caller, new_account, new_caller

import media_samples
from greenroom.domain.access import Scope
from running_server import RunningServer

PHOTO = media_samples.jpeg(64, 48)
SIZE = len(PHOTO)
ACCOUNTS = "/api/v1/accounts"


@pytest.fixture
def operator(server: RunningServer) -> Caller:
    return new_caller(server, Scope.OPERATOR)


def made(operator: Caller, **wish: Any) -> dict[str, Any]:
    """A new account."""
    reply = operator.post(ACCOUNTS, {"name": "made", **wish})
    assert reply.status_code == 201, reply.text
    shown: dict[str, Any] = reply.json()
    return shown


def chunks(body: bytes) -> Any:
    """A body that does not say how long it is."""
    yield body


# Who calls


@pytest.mark.parametrize("path", ["/v2/user/whoami", "/open/v2/user/whoami", "/v1/whoami", "/v1/user/whoami"])
def test_whoami_says_email_and_username_to_every_good_key(operator: Caller, path: str) -> None:
    account = made(operator, email="ann@example.com", username="ann")
    caller = new_caller(operator.server, Scope.RENDER, account_id=account["account_id"])

    reply = caller.get(path).json()

    assert (reply["code"], reply["data"]) == (0, {"email": "ann@example.com", "username": "ann"})


def test_an_account_without_a_username_is_called_by_its_name(server: RunningServer) -> None:
    assert new_account(server).get("/v2/user/whoami").json()["data"] == {"email": "", "username": "test"}


@pytest.mark.parametrize("path", ["/v2/user/remaining_quota", "/v1/user/remaining_quota", "/v1/remaining_quota"])
def test_credits_without_a_limit_are_a_large_number(server: RunningServer, path: str) -> None:
    reply = new_account(server).get(path).json()

    assert (reply["code"], reply["data"]) == (0, {"remaining_quota": 999999.0})


def test_credits_with_a_limit_are_told_exactly(server: RunningServer) -> None:
    caller = new_account(server, credits_m=12_345)

    assert caller.get("/v2/user/remaining_quota").json()["data"] == {"remaining_quota": 12.345}


def test_our_own_whoami_says_what_the_key_may(server: RunningServer) -> None:
    caller = new_caller(server, Scope.UPLOAD)

    shown = caller.get("/api/v1/whoami").json()

    assert shown["account_id"] == "acc_default"
    assert (shown["key"]["key_id"], shown["key"]["scopes"]) == (caller.key_id, ["upload"])


@pytest.mark.parametrize("path", ["/api/v1/whoami", "/api/v1/usage"])
def test_nobody_is_told_anything_without_a_key(server: RunningServer, path: str) -> None:
    assert requests.get(server.url + path, timeout=10).status_code == 401


# What is used


def test_usage_tells_what_is_stored_and_what_is_reserved(server: RunningServer) -> None:
    caller = new_account(server, stored_bytes=10**6)
    caller.upload(PHOTO)
    caller.sign(file_size=77)

    assert caller.get("/api/v1/usage").json() == {
        "stored_bytes": {"used": SIZE, "reserved": 77, "limit": 10**6},
        "assets": {"used": 2, "limit": None},
        "media_s": {"used": 0.0, "limit": None},
        "credits": {"used": 0.0, "limit": None, "remaining": None},
    }


# What a limit answers


def test_signing_over_a_quota_is_told_in_the_codes_of_each_dialect(server: RunningServer) -> None:
    caller = new_account(server, assets=1)
    caller.sign()

    now, old = caller.sign(), caller.post("/v2/upload/asset", {"file_name": "a.jpg", "file_type": "image/jpeg"}).json()

    assert (now["code"], old["code"]) == (18020, 4003)
    assert now["data"]["reason"]["code"] == old["data"]["reason"]["code"] == "quota_assets"
    assert "2 assets" in now["msg"]
    assert "allowed are 1 assets" in now["msg"]


def test_our_own_api_refuses_to_sign_over_a_quota(server: RunningServer) -> None:
    caller = new_account(server, stored_bytes=10)

    reply = caller.post("/api/v1/uploads", {"filename": "a.jpg", "size_bytes": 11})

    assert (reply.status_code, reply.json()["code"]) == (403, "quota_stored_bytes")


@pytest.mark.parametrize("as_body", [bytes, chunks], ids=["with its length", "chunked"])
def test_a_put_over_a_quota_is_refused_and_leaves_nothing(server: RunningServer, as_body: Any) -> None:
    caller = new_account(server, stored_bytes=SIZE - 1)

    reply = caller.upload(as_body(PHOTO))

    reason = reply.json()["data"]["reason"]
    assert (reply.status_code, reply.json()["code"], reason["code"]) == (403, 4003, "quota_stored_bytes")
    assert (reason["measured"], reason["allowed"]) == (f"{SIZE:,} bytes", f"{SIZE - 1:,} bytes")
    assert caller.get("/api/v1/usage").json()["stored_bytes"] == {"used": 0, "reserved": 0, "limit": SIZE - 1}


@pytest.mark.parametrize("as_body", [bytes, chunks], ids=["with its length", "chunked"])
def test_a_put_that_just_fits_is_taken(server: RunningServer, as_body: Any) -> None:
    caller = new_account(server, stored_bytes=SIZE)

    assert caller.upload(as_body(PHOTO)).status_code == 200
    assert caller.get("/api/v1/usage").json()["stored_bytes"] == {"used": SIZE, "reserved": 0, "limit": SIZE}


def test_a_form_over_a_quota_is_refused(server: RunningServer) -> None:
    caller = new_account(server, stored_bytes=SIZE - 1)

    reply = caller.call("POST", "/v2/upload/asset", files={"file": ("a.jpg", PHOTO, "image/jpeg")}).json()

    assert (reply["code"], reply["data"]["reason"]["code"]) == (18020, "quota_stored_bytes")


def test_nothing_is_reserved_any_more_after_the_server_was_killed_while_bodies_came(new_server: Any) -> None:
    running = new_server()
    caller = new_account(running, stored_bytes=10**6)
    sign_url = caller.sign()["data"]["sign_url"]
    half_way = begun_put(sign_url)
    assert caller.get("/api/v1/usage").json()["stored_bytes"]["reserved"] == 1000
    running.kill()
    half_way.close()

    again = new_server(running.data)

    caller.server = again
    assert caller.get("/api/v1/usage").json()["stored_bytes"]["reserved"] == 0
    assert caller.upload(PHOTO).status_code == 200


def begun_put(sign_url: str) -> socket.socket:
    """The connection of a PUT that announces 1000 bytes, of which the server has asked for the rest."""
    address = urlsplit(sign_url)
    connection = socket.create_connection((address.hostname, address.port), timeout=20)
    head = f"PUT {address.path} HTTP/1.1\r\nHost: {address.netloc}\r\nContent-Length: 1000\r\n"
    connection.sendall(head.encode() + b"Expect: 100-continue\r\n\r\n")
    assert connection.recv(100).startswith(b"HTTP/1.1 100 ")
    return connection


# The operator


def test_an_account_is_made_changed_and_shown(operator: Caller) -> None:
    account = made(operator, name="Ann & söhne", limits={"stored_bytes": 5, "media_s": 1.5})
    path = f"{ACCOUNTS}/{account['account_id']}"

    changed = operator.call("PATCH", path, json={"email": "a@b", "limits": {"assets": 3, "stored_bytes": None}})

    assert account["limits"] == {"stored_bytes": 5, "assets": None, "media_s": 1.5, "credits": None}
    assert changed.json() == operator.get(path).json()
    assert changed.json() | {"created_at": 0} == {
        "account_id": account["account_id"],
        "name": "Ann & söhne",
        "email": "a@b",
        "username": "",
        "created_at": 0,
        "limits": {"stored_bytes": None, "assets": 3, "media_s": 1.5, "credits": None},
    }


def test_the_operator_makes_the_first_key_of_an_account(operator: Caller) -> None:
    account = made(operator)["account_id"]

    reply = operator.post(f"{ACCOUNTS}/{account}/keys", {"name": "first"})

    caller = Caller(operator.server, account, reply.json()["key_id"], reply.json()["secret"])
    assert reply.status_code == 201
    assert caller.get("/api/v1/whoami").json()["account_id"] == account


def test_the_operators_key_does_nothing_else(operator: Caller) -> None:
    replies = [operator.get(path).status_code for path in ("/api/v1/assets", "/api/v1/keys", "/api/v1/audit")]

    assert replies == [403, 403, 403]


@pytest.mark.parametrize("scope", [Scope.ADMIN, Scope.READ])
def test_nobody_else_looks_after_accounts(server: RunningServer, scope: Scope) -> None:
    key = new_caller(server, scope)
    own = f"{ACCOUNTS}/acc_default"

    replies = [
        key.get(ACCOUNTS),
        key.get(own),
        key.get(f"{own}/usage"),
        key.post(ACCOUNTS, {"name": "a"}),
        key.post(f"{own}/keys", {"name": "a"}),
        key.call("PATCH", own, json={"limits": {"assets": 0}}),
    ]

    assert [reply.status_code for reply in replies] == [403] * 6


def test_accounts_are_listed_page_by_page_oldest_first(operator: Caller) -> None:
    new = [made(operator)["account_id"] for _ in range(3)]

    listed: list[str] = []
    cursor = ""
    while cursor is not None:
        page = operator.get(f"{ACCOUNTS}?limit=2{cursor and f'&cursor={cursor}'}").json()
        listed += [account["account_id"] for account in page["data"]]
        cursor = page["next_cursor"]

    assert listed[0] == "acc_default"
    assert [one for one in listed if one in new] == new


@pytest.mark.parametrize("account", ["acc_x", "acc_" + "0" * 32, "%00", "a" * 5000, "é"])
def test_an_account_that_is_not_there_is_not_found(operator: Caller, account: str) -> None:
    replies = [
        operator.get(f"{ACCOUNTS}/{account}"),
        operator.call("PATCH", f"{ACCOUNTS}/{account}", json={"name": "a"}),
        operator.post(f"{ACCOUNTS}/{account}/keys", {"name": "a"}),
    ]

    assert [reply.status_code for reply in replies] == [404, 404, 404]


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"name": None}, "name"),
        ({"email": "nobody"}, "email"),
        ({"username": "a\nb"}, "username"),
        ({"limits": {"stored_bytes": -1}}, "limits.stored_bytes"),
        ({"limits": {"stored_bytes": 2**63}}, "limits.stored_bytes"),
        ({"limits": {"assets": "3"}}, "limits.assets"),
        ({"limits": {"media_s": 1e300}}, "limits.media_s"),
        ({"limits": {"bytes": 1}}, "limits.bytes"),
        ({"id": "acc_mine"}, "id"),
    ],
)
def test_what_an_account_cannot_be_is_refused_by_its_field(operator: Caller, wish: dict[str, Any], field: str) -> None:
    reply = operator.post(ACCOUNTS, {"name": "made", **wish})

    assert (reply.status_code, reply.json()["field"]) == (422, field)
