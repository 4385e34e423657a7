"""API keys over our own API: made, shown, ended; what they may, and until when."""

import time
from typing import Any

import pytest
from operating import Caller, new_account, new_caller

from greenroom.domain.access import Scope
from running_server import RunningServer

KEYS = "/api/v1/keys"


@pytest.fixture
def owner(server: RunningServer) -> Caller:
    """Somebody who looks after an account of their own."""
    return new_account(server)


def made(owner: Caller, **wish: Any) -> Caller:
    """Somebody with a key that the owner made."""
    reply = owner.post(KEYS, {"name": "made", **wish})
    assert reply.status_code == 201, reply.text
    return Caller(owner.server, owner.account_id, reply.json()["key_id"], reply.json()["secret"])


# Making keys


def test_a_new_key_works_at_once_and_its_secret_is_never_shown_again(owner: Caller) -> None:
    key = made(owner)

    shown = owner.get(f"{KEYS}/{key.key_id}").json()

    assert key.get("/api/v1/whoami").json()["account_id"] == owner.account_id
    assert key.secret not in str(shown)
    assert shown["begins_with"] == key.secret[:8]


def test_a_key_without_scopes_may_all_that_is_of_its_account_and_nothing_that_is_the_operators(owner: Caller) -> None:
    key = made(owner)

    assert key.get("/api/v1/whoami").json()["key"]["scopes"] == ["admin", "read", "render", "upload"]
    assert key.get("/api/v1/accounts").status_code == 403


def test_a_name_is_data_of_any_script(owner: Caller) -> None:
    key = made(owner, name="Am\u0065\u0301lie ключ 鍵 👩‍👩‍👧")

    assert owner.get(f"{KEYS}/{key.key_id}").json()["name"] == "Amélie ключ 鍵 👩‍👩‍👧"


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({}, "name"),
        ({"name": ""}, "name"),
        ({"name": " "}, "name"),
        ({"name": "a\u0000b"}, "name"),
        ({"name": "a", "scopes": []}, "scopes"),
        ({"name": "a", "scopes": ["operator"]}, "scopes[0]"),
        ({"name": "a", "scopes": "upload"}, "scopes"),
        ({"name": "a", "expires_at": 1}, "expires_at"),
        ({"name": "a", "expires_at": "2030-01-01"}, "expires_at"),
        ({"name": "a", "expires_at": 10**30}, "expires_at"),
        ({"name": "a", "admin": True}, "admin"),
        ({"name": "a", "folder_id": "fld_x", "scopes": ["admin"]}, "scopes"),
    ],
)
def test_a_wish_that_cannot_be_is_refused_by_its_field(owner: Caller, wish: dict[str, Any], field: str) -> None:
    reply = owner.post(KEYS, wish)

    assert (reply.status_code, reply.json()["code"], reply.json()["field"]) == (422, "parameter_error", field)


def test_a_key_is_bound_to_a_folder_of_its_own_account_only(owner: Caller) -> None:
    foreign = new_account(owner.server).post("/api/v1/folders", {"name": "theirs"}).json()["folder_id"]

    foreign_reply = owner.post(KEYS, {"name": "a", "folder_id": foreign})
    absent_reply = owner.post(KEYS, {"name": "a", "folder_id": "fld_" + "0" * 32})

    assert (foreign_reply.status_code, absent_reply.status_code) == (404, 404)


def test_a_key_of_a_folder_may_work_but_not_manage(owner: Caller) -> None:
    folder = owner.post("/api/v1/folders", {"name": "mine"}).json()["folder_id"]
    key = made(owner, folder_id=folder)

    assert key.get("/api/v1/whoami").json()["key"]["scopes"] == ["read", "render", "upload"]
    assert key.get(KEYS).status_code == 403


@pytest.mark.parametrize("scope", [Scope.UPLOAD, Scope.READ, Scope.RENDER, Scope.OPERATOR])
def test_only_admin_looks_after_keys(server: RunningServer, scope: Scope) -> None:
    key = new_caller(server, scope)

    replies = [key.get(KEYS), key.post(KEYS, {"name": "a"}), key.call("DELETE", f"{KEYS}/{key.key_id}")]

    assert [reply.json()["code"] for reply in replies] == ["scope_missing"] * 3


# Lists


def test_a_list_goes_on_page_by_page_newest_first(owner: Caller) -> None:
    made_ids = [made(owner, name=str(number)).key_id for number in range(4)]

    first = owner.get(f"{KEYS}?limit=3").json()
    second = owner.get(f"{KEYS}?limit=3&cursor={first['next_cursor']}").json()

    listed = [key["key_id"] for page in (first, second) for key in page["data"]]
    assert listed == [*reversed(made_ids), owner.key_id]
    assert second["next_cursor"] is None


@pytest.mark.parametrize("cursor", ["x", "MQ", "WzEsMl0", "W251bGwsIngiXQ", "é", "%00", "A" * 3000])
def test_a_cursor_that_this_list_did_not_give_is_refused(owner: Caller, cursor: str) -> None:
    reply = owner.get(f"{KEYS}?cursor={cursor}")

    assert (reply.status_code, reply.json()["field"]) == (422, "cursor")


# Ending keys


def test_a_revoked_key_is_refused_at_once_and_stays_listed(owner: Caller) -> None:
    key = made(owner)
    key.get("/api/v1/whoami")

    ended = [owner.call("DELETE", f"{KEYS}/{key.key_id}").status_code for _ in range(2)]

    assert ended == [204, 204]
    assert key.get("/api/v1/whoami").status_code == 401
    assert owner.get(f"{KEYS}/{key.key_id}").json()["revoked_at"] is not None


def test_an_expired_key_is_refused_with_the_reason_though_it_is_remembered(owner: Caller) -> None:
    key = made(owner, expires_at=int(time.time()) + 2)
    assert key.get("/api/v1/whoami").status_code == 200

    time.sleep(2.1)

    ours, theirs = key.get("/api/v1/whoami"), key.get("/v2/user/whoami").json()
    assert (ours.status_code, ours.json()["code"]) == (401, "key_refused")
    assert theirs["code"] == 10105
    assert "expired on" in ours.json()["detail"]
    assert "expired on" in theirs["msg"]


# When they were used


def test_use_is_written_at_a_stop_at_the_latest(owner: Caller, new_server: Any) -> None:
    running = new_server()
    key = new_caller(running)
    key.get("/api/v1/whoami")
    running.stop()

    again = new_server(running.data)

    shown = Caller(again, key.account_id, key.key_id, key.secret).get("/api/v1/whoami").json()["key"]
    assert abs(shown["last_used_at"] - time.time()) < 60


def test_making_and_ending_keys_stands_in_the_audit(owner: Caller) -> None:
    key = made(owner, scopes=["read"])
    owner.call("DELETE", f"{KEYS}/{key.key_id}")

    entries = owner.get(f"/api/v1/audit?subject={key.key_id}").json()["data"]

    assert [entry["action"] for entry in entries] == ["key.revoked", "key.created"]
    assert {entry["actor"] for entry in entries} == {owner.key_id}
    assert entries[1]["detail"]["scopes"] == ["read"]
