"""Our own API in its first form: a list with cursors, one asset, and problem documents (RFC 9457)."""

import sqlite3
from collections.abc import Iterator
from typing import Any

import pytest
import requests

import media_samples
from greenroom.bootstrap import house
from greenroom.domain.access import KeyWish, Scope
from greenroom.domain.act import CLI, Act
from greenroom.domain.ids import DEFAULT_ACCOUNT
from greenroom.services.access import Access
from running_server import RunningServer, start_server


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server whose account has five assets, `0.jpg` to `4.jpg`; the newest is ready."""
    running = start_server(tmp_path_factory.mktemp("library") / "data")
    for number in range(4):
        running.signed(f"{number}.jpg")
    running.upload("4.jpg", media_samples.jpeg())
    yield running
    running.stop()


def get(server: RunningServer, path: str, key: str | None = None) -> requests.Response:
    """GET with the server's key, or another."""
    return requests.get(server.url + path, headers={"x-api-key": key or server.key}, timeout=10)


def names(reply: requests.Response) -> list[str]:
    """The names of the assets of a page."""
    return [asset["name"] for asset in reply.json()["data"]]


def key_that_may(server: RunningServer, *scopes: Scope) -> str:
    """The secret of a new key with those scopes."""
    database = house.open_catalogue(str(server.data))
    _, secret = Access(database, house.now).create(Act(DEFAULT_ACCOUNT, CLI), KeyWish("test", frozenset(scopes)))
    database.close()
    return secret


def assert_problem(reply: requests.Response, status: int, code: str) -> dict[str, Any]:
    """The problem document of an answer, which must be of that status and code."""
    assert reply.headers["content-type"] == "application/problem+json"
    document: dict[str, Any] = reply.json()
    assert (reply.status_code, document["status"], document["code"]) == (status, status, code)
    assert {"type", "title", "detail", "request_id"} <= set(document)
    assert reply.headers["x-request-id"] == document["request_id"]
    return document


# The list


def test_the_list_begins_with_the_newest(library: RunningServer) -> None:
    reply = get(library, "/api/v1/assets")

    assert names(reply) == ["4.jpg", "3.jpg", "2.jpg", "1.jpg", "0.jpg"]
    assert reply.json()["next_cursor"] is None


def test_a_page_has_as_many_as_were_asked_for_and_a_cursor_to_the_next(library: RunningServer) -> None:
    first = get(library, "/api/v1/assets?limit=2")
    second = get(library, f"/api/v1/assets?limit=2&cursor={first.json()['next_cursor']}")
    third = get(library, f"/api/v1/assets?limit=2&cursor={second.json()['next_cursor']}")

    assert [names(first), names(second), names(third)] == [["4.jpg", "3.jpg"], ["2.jpg", "1.jpg"], ["0.jpg"]]
    assert third.json()["next_cursor"] is None


def test_a_full_last_page_has_no_cursor(library: RunningServer) -> None:
    assert get(library, "/api/v1/assets?limit=5").json()["next_cursor"] is None


@pytest.mark.parametrize("limit", ["0", "-1", "101", "many", "1.5", "", "9" * 40])
def test_a_limit_that_makes_no_sense_is_a_problem_that_names_it(library: RunningServer, limit: str) -> None:
    document = assert_problem(get(library, f"/api/v1/assets?limit={limit}"), 422, "parameter_error")

    assert document["field"] == "limit"


@pytest.mark.parametrize("cursor", ["x", "bm", "bi0x", "123", "%00", "%ff", "é", "n5", "A" * 5000])
def test_a_cursor_that_the_list_did_not_give_is_a_problem_that_names_it(library: RunningServer, cursor: str) -> None:
    document = assert_problem(get(library, f"/api/v1/assets?cursor={cursor}"), 422, "parameter_error")

    assert document["field"] == "cursor"


# One asset


def test_a_ready_asset_shows_what_it_is(library: RunningServer) -> None:
    listed = get(library, "/api/v1/assets?limit=1").json()["data"][0]

    reply = get(library, f"/api/v1/assets/{listed['asset_id']}")
    shown = reply.json()

    assert reply.status_code == 200
    assert {name: shown[name] for name in listed} == listed
    assert (listed["status"], listed["kind"], listed["width"], listed["height"]) == ("ready", "image", 640, 480)
    assert listed["media"]["format"] == "JPEG"
    assert listed["asset_url"] == f"{library.url}/assets/{listed['asset_id']}.jpg"


def test_a_waiting_asset_shows_that_it_waits(library: RunningServer) -> None:
    listed = get(library, "/api/v1/assets").json()["data"][-1]

    assert (listed["status"], listed["verification"], listed["media"], listed["sha256"]) == (
        "waiting",
        "none",
        None,
        None,
    )


@pytest.mark.parametrize(
    "asset_id", ["img_" + "0" * 32, "x", "99999", "9" * 40, "²", "%00", "%27%20OR%201%3D1", "img_" + "0" * 5000, "%ff"]
)
def test_an_asset_that_is_not_there_is_not_found(library: RunningServer, asset_id: str) -> None:
    assert_problem(get(library, f"/api/v1/assets/{asset_id}"), 404, "not_found")


def test_an_asset_of_another_account_is_told_apart_from_an_absent_one_by_nothing(library: RunningServer) -> None:
    foreign = library.signed("foreign.jpg")["asset_id"]
    give_to_another_account(library, foreign)

    of_foreign = assert_problem(get(library, f"/api/v1/assets/{foreign}"), 404, "not_found")
    of_absent = assert_problem(get(library, "/api/v1/assets/img_" + "0" * 32), 404, "not_found")

    assert of_foreign["detail"].replace(foreign, "") == of_absent["detail"].replace("img_" + "0" * 32, "")
    assert "foreign.jpg" not in names(get(library, "/api/v1/assets"))


def give_to_another_account(server: RunningServer, asset_id: str) -> None:
    """Make an asset somebody else's, for which there is no call yet."""
    connection = sqlite3.connect(server.data / "catalogue.db", timeout=10)
    with connection:
        connection.execute("INSERT INTO accounts (id, name, created_at) VALUES ('acc_other', 'Other', 0)")
        connection.execute("UPDATE assets SET account_id = 'acc_other' WHERE id = ?", (asset_id,))
    connection.close()


# Keys


@pytest.mark.parametrize("path", ["/api/v1/assets", "/api/v1/assets/img_0"])
def test_without_a_key_there_is_nothing_to_see(library: RunningServer, path: str) -> None:
    assert_problem(requests.get(library.url + path, timeout=10), 401, "key_refused")
    assert_problem(get(library, path, "wrong"), 401, "key_refused")


def test_a_key_that_may_only_upload_does_not_list_but_may_watch_one(library: RunningServer) -> None:
    secret = key_that_may(library, Scope.UPLOAD)
    newest = get(library, "/api/v1/assets?limit=1").json()["data"][0]["asset_id"]

    for path in ("/api/v1/assets", "/api/v1/folders"):
        assert "'read'" in assert_problem(get(library, path, secret), 403, "scope_missing")["detail"]
    assert get(library, f"/api/v1/assets/{newest}", secret).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PATCH", "/assets/{asset}", {"name": "Mine"}),
        ("DELETE", "/assets/{asset}", None),
        ("POST", "/assets/{asset}/restore", None),
        ("POST", "/assets/bulk", {"action": "delete", "ids": ["{asset}"]}),
        ("PATCH", "/folders/{folder}", {"name": "mine"}),
        ("DELETE", "/folders/{folder}?recursive=true", None),
    ],
)
@pytest.mark.parametrize(("scope", "lacks"), [(Scope.UPLOAD, "read"), (Scope.READ, "upload")])
def test_who_only_uploads_or_only_reads_changes_and_deletes_nothing(
    library: RunningServer, method: str, path: str, body: Any, scope: Scope, lacks: str
) -> None:
    secret = key_that_may(library, scope)
    asset = get(library, "/api/v1/assets?limit=1").json()["data"][0]["asset_id"]
    address = f"{library.url}/api/v1{path.format(asset=asset, folder='fld_' + '0' * 32)}"

    reply = requests.request(method, address, json=body, headers={"x-api-key": secret}, timeout=10)

    assert f"'{lacks}'" in assert_problem(reply, 403, "scope_missing")["detail"]


@pytest.mark.parametrize("scope", [Scope.READ, Scope.ADMIN])
def test_a_key_that_may_read_lists(library: RunningServer, scope: Scope) -> None:
    assert get(library, "/api/v1/assets", key_that_may(library, scope)).status_code == 200


# Everything else


def test_health_needs_no_key(library: RunningServer) -> None:
    reply = requests.get(library.url + "/healthz", timeout=10)

    assert (reply.status_code, reply.json()["status"]) == (200, "ok")


@pytest.mark.parametrize("path", ["/", "/api/v1/nothing", "/api/v2/assets", "/upload", "/docs", "/%00", "/favicon.ico"])
def test_an_address_that_is_nothing_is_a_problem(library: RunningServer, path: str) -> None:
    assert_problem(get(library, path), 404, "route_not_found")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_a_method_that_an_address_does_not_take_is_a_problem(library: RunningServer, method: str) -> None:
    reply = requests.request(method, library.url + "/api/v1/assets", headers={"x-api-key": library.key}, timeout=10)

    assert_problem(reply, 405, "method_not_allowed")
    assert reply.headers["allow"] == "GET"


def test_the_api_describes_itself(library: RunningServer) -> None:
    document = requests.get(library.url + "/api/v1/openapi.json", timeout=10).json()

    assert document["openapi"].startswith("3.1")
    assert {"/api/v1/assets", "/api/v1/assets/{asset_id}"} <= set(document["paths"])


def test_an_asset_keeps_the_verdict_with_what_each_stage_checked(server: RunningServer) -> None:
    uploaded = server.upload("photo.jpg", media_samples.jpeg())

    verdict = server.asset(uploaded["asset_id"])["verdict"]

    assert (verdict["deep"], verdict["decoder"].startswith("Pillow")) == (True, True)
    assert all(stage["checked"] and stage["duration_ms"] >= 0 for stage in verdict["stages"])
    assert len(verdict["stages"]) >= 2


def test_an_asset_without_a_file_has_no_verdict(server: RunningServer) -> None:
    signed = server.signed("photo.jpg")

    assert server.asset(signed["asset_id"])["verdict"] is None
