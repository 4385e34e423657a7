"""Each problem document of our own API, provoked once over the wire; docs/reference/problems.md has them all."""

import http.client
import json
import re
import sqlite3
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from operating import Caller, new_account, new_caller

import media_samples
from greenroom import errors
from greenroom.domain.access import Scope
from greenroom.web.problem_codes import CURES, ELSEWHERE, FOUND, ProblemCode, problem_codes
from greenroom.web.problems import TABLE, as_ours, problem_document
from running_server import RunningServer, start_server

CODES = {one.code: one for one in problem_codes()}
NO_ID = "0" * 32
A_DISABLED_HOOK = {"url": "https://1.1.1.1/", "events": ["*"], "status": "disabled"}

A_VIDEO = {"avatar": "sarah_full_01", "script": "Hello.", "voice": {"voice_id": "greenroom-en-US-amber"}}


@pytest.fixture(scope="module")
def cramped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server without room on its disk, where a key may send three POSTs a minute and keep one folder."""
    running = start_server(
        tmp_path_factory.mktemp("cramped") / "data",
        storage_headroom_bytes=str(10**15),
        rates_posts_per_minute="3",
        folders_max_per_account="1",
    )
    yield running
    running.stop()


def a_folder(caller: Caller, **more: Any) -> str:
    reply = caller.post("/api/v1/folders", {"name": uuid.uuid4().hex, **more})
    assert reply.status_code == 201, reply.text
    folder_id: str = reply.json()["folder_id"]
    return folder_id


def an_upload(caller: Caller) -> dict[str, Any]:
    signed: dict[str, Any] = caller.post("/api/v1/uploads", {"filename": "a.jpg"}).json()
    return signed


def an_asset(caller: Caller) -> str:
    """The address of an asset that is ready."""
    signed = an_upload(caller)
    assert requests.put(signed["upload_url"], media_samples.jpeg(32, 24), timeout=20).ok
    return f"/api/v1/assets/{signed['asset_id']}"


def in_catalogue(caller: Caller, statement: str, *values: Any) -> None:
    """Do to the rows what only time, or what is yet to be built, would do."""
    with closing(sqlite3.connect(caller.server.data / "catalogue.db", timeout=10)) as connection, connection:
        connection.execute(statement, values)


# What provokes each


def parameter_error(caller: Caller) -> requests.Response:
    return caller.post("/api/v1/folders", {"name": "a/b"})


def address_malformed(caller: Caller) -> requests.Response:
    return caller.post("/api/v1/imports", {"url": "ftp://example.com/a.jpg"})


def address_forbidden(caller: Caller) -> requests.Response:
    return caller.post("/api/v1/imports", {"url": "http://127.0.0.1/a.jpg"})


def address_unknown(caller: Caller) -> requests.Response:
    return caller.post("/api/v1/imports", {"url": "http://nothing.invalid/a.jpg"})


def key_refused(caller: Caller) -> requests.Response:
    return requests.get(caller.server.url + "/api/v1/assets", headers={"x-api-key": "nobody's"}, timeout=20)


def scope_missing(caller: Caller) -> requests.Response:
    return new_caller(caller.server, Scope.READ).post("/api/v1/folders", {"name": "a"})


def not_found(caller: Caller) -> requests.Response:
    return caller.get(f"/api/v1/assets/img_{NO_ID}")


def type_unsupported(caller: Caller) -> requests.Response:
    return caller.post("/api/v1/uploads", {"filename": "a.exe"})


def declaration_contradictory(caller: Caller) -> requests.Response:
    return caller.post("/api/v1/uploads", {"filename": "a.jpg", "content_type": "video/mp4"})


def size_exceeded(caller: Caller) -> requests.Response:
    return caller.post("/api/v1/uploads", {"filename": "a.jpg", "size_bytes": 10**12})


def quota_stored_bytes(caller: Caller) -> requests.Response:
    small = new_account(caller.server, stored_bytes=100)
    return small.post("/api/v1/uploads", {"filename": "a.jpg", "size_bytes": 101})


def quota_assets(caller: Caller) -> requests.Response:
    small = new_account(caller.server, assets=1)
    an_upload(small)
    return small.post("/api/v1/uploads", {"filename": "a.jpg"})


def insufficient_credit(caller: Caller) -> requests.Response:
    return new_account(caller.server, credits_m=999).post("/api/v1/videos", A_VIDEO)


def video_over(caller: Caller) -> requests.Response:
    video = caller.post("/api/v1/videos", A_VIDEO).json()["video_id"]
    return caller.post(f"/api/v1/videos/{video}/retry", None)


def upload_over(caller: Caller) -> requests.Response:
    path = f"/api/v1/uploads/{an_upload(caller)['upload_id']}"
    caller.call("DELETE", path)
    return caller.post(f"{path}/renew", None)


def idempotency_key_in_flight(caller: Caller) -> requests.Response:
    headers = {"x-api-key": caller.secret, "Idempotency-Key": uuid.uuid4().hex}
    slow = http.client.HTTPConnection(urlsplit(caller.server.url).netloc, timeout=20)
    slow.putrequest("POST", "/api/v1/folders")
    for name, value in (headers | {"Content-Length": "100", "Expect": "100-continue"}).items():
        slow.putheader(name, value)
    slow.endheaders()
    # The server asks for the body once the request has begun.
    assert slow.sock.recv(100).startswith(b"HTTP/1.1 100 ")
    try:
        return caller.call("POST", "/api/v1/folders", json={"name": "a"}, headers=headers)
    finally:
        slow.close()


def idempotency_key_reused(caller: Caller) -> requests.Response:
    headers = {"Idempotency-Key": uuid.uuid4().hex}
    caller.call("POST", "/api/v1/folders", json={"name": uuid.uuid4().hex}, headers=headers)
    return caller.call("POST", "/api/v1/folders", json={"name": uuid.uuid4().hex}, headers=headers)


def idempotency_answer_lost(caller: Caller) -> requests.Response:
    headers = {"Idempotency-Key": uuid.uuid4().hex}
    caller.call("POST", "/api/v1/keys", json={"name": "a"}, headers=headers)
    return caller.call("POST", "/api/v1/keys", json={"name": "a"}, headers=headers)


def folder_name_taken(caller: Caller) -> requests.Response:
    taken = caller.get(f"/api/v1/folders/{a_folder(caller)}").json()["name"]
    return caller.post("/api/v1/folders", {"name": taken})


def folder_cycle(caller: Caller) -> requests.Response:
    folder = a_folder(caller)
    return caller.call("PATCH", f"/api/v1/folders/{folder}", json={"parent_id": folder})


def folder_not_empty(caller: Caller) -> requests.Response:
    folder = a_folder(caller)
    a_folder(caller, parent_id=folder)
    return caller.call("DELETE", f"/api/v1/folders/{folder}")


def folders_full(caller: Caller) -> requests.Response:
    a_folder(caller)
    return caller.post("/api/v1/folders", {"name": "one more"})


def outdated(caller: Caller) -> requests.Response:
    path = f"/api/v1/folders/{a_folder(caller)}"
    return caller.call("PATCH", path, json={"name": "b"}, headers={"If-Match": '"7"'})


def hooks_full(caller: Caller) -> requests.Response:
    own = new_account(caller.server)
    return [own.post("/api/v1/hooks", A_DISABLED_HOOK) for _ in range(21)][-1]


def hook_disabled(caller: Caller) -> requests.Response:
    own = new_account(caller.server)
    hook = own.post("/api/v1/hooks", A_DISABLED_HOOK).json()
    return own.post(f"/api/v1/hooks/{hook['hook_id']}/test", None)


def asset_not_ready(caller: Caller) -> requests.Response:
    return caller.get(f"/api/v1/assets/{an_upload(caller)['asset_id']}/receipt")


def asset_in_use(caller: Caller) -> requests.Response:
    asset = an_asset(caller)
    in_catalogue(
        caller,
        "INSERT INTO asset_uses (asset_id, account_id, user_type, user_id, pending, created_at)"
        " VALUES (?, ?, 'video', 'vid_7', 1, 5)",
        asset.rpartition("/")[2],
        caller.account_id,
    )
    return caller.call("DELETE", asset)


def asset_purged(caller: Caller) -> requests.Response:
    asset = an_asset(caller)
    caller.call("DELETE", asset)
    in_catalogue(caller, "UPDATE assets SET state = 'purged' WHERE id = ?", asset.rpartition("/")[2])
    return caller.post(f"{asset}/restore", None)


def storage_full(caller: Caller) -> requests.Response:
    return caller.post("/api/v1/uploads", {"filename": "a.jpg", "size_bytes": 1000})


def rate_limited(caller: Caller) -> requests.Response:
    return [caller.post("/api/v1/folders", {}) for _ in range(4)][-1]


def route_not_found(caller: Caller) -> requests.Response:
    return caller.get("/api/v1/asset")


def method_not_allowed(caller: Caller) -> requests.Response:
    return caller.call("PUT", "/api/v1/assets")


def body_too_large(caller: Caller) -> requests.Response:
    return caller.call("POST", "/api/v1/folders", data=bytes(3 * 1024 * 1024))


PROVOKED: tuple[Callable[[Caller], requests.Response], ...] = (
    parameter_error, address_malformed, address_forbidden, address_unknown, key_refused, scope_missing, not_found,
    type_unsupported, declaration_contradictory, size_exceeded, quota_stored_bytes, quota_assets, insufficient_credit,
    upload_over, video_over,
    idempotency_key_in_flight, idempotency_key_reused, idempotency_answer_lost, folder_name_taken, folder_cycle,
    folder_not_empty, outdated, hooks_full, hook_disabled, asset_not_ready, asset_in_use, asset_purged,
    route_not_found, method_not_allowed, body_too_large,
)  # fmt: skip
PROVOKED_WHERE_IT_IS_CRAMPED = (folders_full, storage_full, rate_limited)


def assert_problem(reply: requests.Response, told: ProblemCode) -> None:
    """The answer is the problem document of that code, with all that every one has."""
    document = reply.json()
    assert (reply.status_code, document["code"]) == (told.status, told.code), reply.text
    assert reply.headers["content-type"] == "application/problem+json"
    assert document["status"] == told.status
    assert document["type"] == "about:blank"
    assert document["title"] == http.HTTPStatus(told.status).phrase
    assert document["request_id"] == reply.headers["x-request-id"]
    assert len(document["detail"]) > 10
    assert set(document) - {"type", "title", "status", "detail", "code", "request_id"} == set(told.members)
    assert ("retry-after" in reply.headers) == (told.code in ("storage_full", "rate_limited"))


@pytest.mark.parametrize("provoke", PROVOKED, ids=lambda provoke: provoke.__name__)
def test_each_problem_is_told_as_the_reference_says(
    server: RunningServer, provoke: Callable[[Caller], requests.Response]
) -> None:
    assert_problem(provoke(new_caller(server)), CODES[provoke.__name__])


@pytest.mark.parametrize("provoke", PROVOKED_WHERE_IT_IS_CRAMPED, ids=lambda provoke: provoke.__name__)
def test_each_problem_of_a_cramped_server_is_told_as_the_reference_says(
    cramped: RunningServer, provoke: Callable[[Caller], requests.Response]
) -> None:
    assert_problem(provoke(new_caller(cramped)), CODES[provoke.__name__])


def test_what_stands_in_the_way_is_told_in_members(server: RunningServer) -> None:
    caller = new_caller(server)
    folder = caller.post("/api/v1/folders", {"name": uuid.uuid4().hex}).json()

    taken = caller.post("/api/v1/folders", {"name": folder["name"]}).json()
    old = outdated(caller).json()
    filled = folder_not_empty(caller).json()
    ended = upload_over(caller).json()
    used = asset_in_use(caller).json()

    assert taken["folder_id"] == folder["folder_id"]
    assert old["version"] == 1
    assert (filled["folders"], filled["assets"]) == (1, 0)
    assert ended["state"] == "cancelled"
    assert used["used_by"] == [{"type": "video", "id": "vid_7"}]
    assert asset_not_ready(caller).json()["state"] == "waiting"


@pytest.mark.parametrize("told", CODES.values(), ids=lambda told: told.code)
def test_what_a_code_is_described_by_are_members_that_it_has(told: ProblemCode) -> None:
    assert set(re.findall("`([a-z_]+)`", told.when)) <= set(told.members)


def test_what_nobody_foresaw_is_told_without_its_details() -> None:
    status, body = problem_document(as_ours(ZeroDivisionError("secret"), "rid"), "rid")

    assert (status, json.loads(body)["code"]) == (500, "internal_error")
    assert b"secret" not in body and b"rid" in body


def test_every_code_is_provoked() -> None:
    assert {one.__name__ for one in PROVOKED + PROVOKED_WHERE_IT_IS_CRAMPED} | {"internal_error"} == set(CODES)


def test_every_error_is_told_here_or_elsewhere_and_not_both() -> None:
    groups = {error for error in TABLE if error.__subclasses__()} - {errors.GreenroomError, errors.ParameterError}
    told = [*CURES, *FOUND, *ELSEWHERE]

    assert set(told) == set(TABLE) - groups
    assert len(told) == len(set(told))


def test_no_code_is_told_twice() -> None:
    assert len(CODES) == len(list(problem_codes()))


def test_every_code_says_when_it_comes_and_what_to_do() -> None:
    for one in CODES.values():
        assert one.when.endswith("."), one
        assert one.cure.endswith("."), one
