"""`/api/v1/assets` over HTTP: lists, changes, deletion, many at once; what is wrong is told by name."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
import requests

import media_samples
from running_server import RunningServer, start_server

ASSETS = "/api/v1/assets"


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    running = start_server(tmp_path_factory.mktemp("library") / "data")
    yield running
    running.stop()


def ask(server: RunningServer, method: str, path: str, key: str | None = None, **more: Any) -> requests.Response:
    headers = {"x-api-key": key or server.key, **more.pop("headers", {})}
    return requests.request(method, f"{server.url}{path}", headers=headers, timeout=20, **more)


def names(reply: requests.Response) -> list[str]:
    assert reply.status_code == 200, reply.text
    return [asset["name"] for asset in reply.json()["data"]]


@pytest.fixture
def asset(library: RunningServer) -> dict[str, Any]:
    return library.upload("photo.jpg", media_samples.jpeg())


def test_a_changed_asset_is_shown_and_found_as_it_is_now(library: RunningServer, asset: dict[str, Any]) -> None:
    made = ask(library, "POST", "/api/v1/folders", json={"name": "Ferien 2026"}).json()
    wishes = {
        "name": "夕焼け.jpg",
        "description": "At the sea",
        "folder": "/Ferien 2026",
        "tags": ["海", "blue"],
        "metadata": {"client": "Ünal"},
    }

    changed = ask(library, "PATCH", f"{ASSETS}/{asset['asset_id']}", json=wishes)
    shown = ask(library, "GET", f"{ASSETS}/{asset['asset_id']}")

    assert (changed.status_code, shown.headers["etag"]) == (200, changed.headers["etag"])
    assert {name: shown.json()[name] for name in wishes if name != "folder"} == {
        name: value for name, value in wishes.items() if name != "folder"
    }
    assert shown.json()["folder_id"] == made["folder_id"]
    for question in (
        "q=夕",
        "q=夕焼",
        "q=UNAL sea",
        "tag=海&tag=blue",
        "folder=/Ferien 2026",
        "q=焼け&kind=image&min_width=10",
    ):
        assert names(ask(library, "GET", f"{ASSETS}?{question}")) == ["夕焼け.jpg"]


def test_a_null_folder_is_the_top(library: RunningServer, asset: dict[str, Any]) -> None:
    ask(library, "POST", "/api/v1/folders", json={"name": "away"})
    path = f"{ASSETS}/{asset['asset_id']}"
    moved = ask(library, "PATCH", path, json={"folder": "away"}).json()["folder_id"]

    assert moved is not None
    assert ask(library, "PATCH", path, json={"folder": None}).json()["folder_id"] is None


def test_a_change_of_what_was_changed_meanwhile_is_refused(library: RunningServer, asset: dict[str, Any]) -> None:
    path = f"{ASSETS}/{asset['asset_id']}"
    read = ask(library, "GET", path).headers["etag"]
    ask(library, "PATCH", path, json={"name": "first"}, headers={"if-match": read})

    refused = [
        ask(library, method, path, json={"name": "second"} if method == "PATCH" else None, headers={"if-match": read})
        for method in ("PATCH", "DELETE")
    ]

    assert [(reply.status_code, reply.json()["code"]) for reply in refused] == [(412, "outdated")] * 2
    assert ask(library, "GET", path).json()["name"] == "first"


def test_a_deleted_asset_says_so_at_its_address_and_comes_back(library: RunningServer, asset: dict[str, Any]) -> None:
    path = f"{ASSETS}/{asset['asset_id']}"
    before = requests.get(asset["asset_url"], timeout=10).status_code
    deleted = ask(library, "DELETE", path).json()
    gone = requests.get(asset["asset_url"], timeout=10)
    details = ask(library, "GET", path).json()
    restored = ask(library, "POST", f"{path}/restore")
    back = requests.get(asset["asset_url"], timeout=10)

    assert (before, deleted["status"], gone.status_code, gone.headers["cache-control"]) == (
        200,
        "deleted",
        410,
        "no-store",
    )
    assert details["restorable_until"] - details["deleted_at"] == 30 * 86400
    assert (restored.json()["status"], restored.json()["deleted_at"], back.status_code) == ("ready", None, 200)


def test_what_a_pending_video_uses_is_named_and_deleted_only_by_force(
    library: RunningServer, asset: dict[str, Any]
) -> None:
    path = f"{ASSETS}/{asset['asset_id']}"
    with closing(sqlite3.connect(library.data / "catalogue.db", timeout=10)) as connection, connection:
        connection.execute(
            "INSERT INTO asset_uses (asset_id, account_id, user_type, user_id, pending, created_at)"
            " VALUES (?, 'acc_default', 'video', 'vid_7', 1, 5)",
            (asset["asset_id"],),
        )

    refused = ask(library, "DELETE", path)
    used_by = ask(library, "GET", path).json()["used_by"]
    forced = ask(library, "DELETE", f"{path}?force=true")

    assert (refused.status_code, refused.json()["code"], refused.json()["used_by"]) == (
        409, "asset_in_use", [{"type": "video", "id": "vid_7"}]
    )  # fmt: skip
    assert used_by == [{"type": "video", "id": "vid_7", "pending": True, "created_at": 5}]
    assert forced.json()["status"] == "deleted"


def test_many_are_changed_at_once_and_each_has_its_outcome(library: RunningServer, asset: dict[str, Any]) -> None:
    ids = [asset["asset_id"], "img_absent", str(asset["id"])]

    reply = ask(library, "POST", f"{ASSETS}/bulk", json={"action": "tag", "ids": ids, "tags": ["bulk"]})

    outcomes = reply.json()["data"]
    assert [(one["id"], one["status"]) for one in outcomes] == [(ids[0], 200), (ids[1], 404), (ids[2], 200)]
    assert (outcomes[0]["asset"]["tags"], outcomes[1]["problem"]["code"]) == (["bulk"], "not_found")


def test_the_copies_of_an_asset_are_shown_with_it(library: RunningServer, asset: dict[str, Any]) -> None:
    asked = ask(library, "POST", f"{ASSETS}/{asset['id']}/optimize").json()

    shown = ask(library, "GET", f"{ASSETS}/{asset['asset_id']}").json()["renditions"]

    assert [one["rendition_id"] for one in shown] == [asked["rendition_id"]]


def test_a_page_of_each_order_goes_on_where_the_one_before_ended(library: RunningServer) -> None:
    for number in range(3):
        library.signed(f"order {number}.jpg")
    for sort in ("created", "-created", "name", "-name", "size", "-size", "duration", "-duration"):
        whole = names(ask(library, "GET", f"{ASSETS}?q=order&sort={sort}"))
        found, cursor = [], ""
        while cursor is not None:
            page = ask(
                library, "GET", f"{ASSETS}?q=order&sort={sort}&limit=1" + (f"&cursor={cursor}" if cursor else "")
            )
            found += names(page)
            cursor = page.json()["next_cursor"]
        assert (len(whole), found) == (3, whole)


# Keys that are restricted to a folder


def test_a_key_of_a_folder_sees_and_touches_only_what_is_in_it(library: RunningServer, asset: dict[str, Any]) -> None:
    folder = ask(library, "POST", "/api/v1/folders", json={"name": "theirs"}).json()["folder_id"]
    wish = {"name": "restricted", "scopes": ["read", "upload"], "folder_id": folder}
    key = ask(library, "POST", "/api/v1/keys", json=wish).json()["secret"]
    inside = library.upload("inside.jpg", media_samples.jpeg(64, 48))
    ask(library, "PATCH", f"{ASSETS}/{inside['asset_id']}", json={"folder": folder})

    assert names(ask(library, "GET", ASSETS, key)) == ["inside.jpg"]
    assert names(ask(library, "GET", f"{ASSETS}?folder=/", key)) == ["inside.jpg"]
    for method, path in (
        ("GET", ""), ("PATCH", ""), ("DELETE", ""), ("POST", "/restore"), ("POST", "/optimize"), ("GET", "/renditions"),
        ("GET", "/receipt"),
    ):  # fmt: skip
        body = {"name": "mine"} if method == "PATCH" else None
        for named in (asset["asset_id"], asset["id"]):
            assert ask(library, method, f"{ASSETS}/{named}{path}", key, json=body).status_code == 404
        assert ask(library, method, f"{ASSETS}/{inside['asset_id']}{path}", key, json=body).status_code < 300
    bulk = ask(library, "POST", f"{ASSETS}/bulk", key, json={"action": "delete", "ids": [asset["asset_id"]]})
    assert bulk.json()["data"][0]["status"] == 404


# What makes no sense


@pytest.mark.parametrize(
    ("question", "field"),
    [
        ("sort=age", "sort"), ("kind=text", "kind"), ("status=gone", "status"), ("format=BMP", "format"),
        ("min_size=-1", "min_size"), ("max_size=9223372036854775808", "max_size"), ("min_width=1.5", "min_width"),
        ("min_duration=nan", "min_duration"), ("max_created=1e400", "max_created"), ("q=" + "a" * 201, "q"),
        ("q=" + "%20".join("abcdefghijk"), "q"), ("tag=%00", "tag[0]"), ("tag=" + "&tag=".join("abcdefghijk"), "tag"),
        ("tag=", "tag"), ("folder=a%2F..", "folder"), ("recursive=perhaps", "recursive"), ("limit=0", "limit"),
        ("cursor=WyJuYW1lIiwieCIsMV0", "cursor"), ("sort=name&cursor=WyJuYW1lIixudWxsLDFd", "cursor"),
        ("cursor=WyJjcmVhdGVkIixudWxsLC0xXQ", "cursor"), ("cursor=WyJjcmVhdGVkIixudWxsLDFlMzBd", "cursor"),
    ],
)  # fmt: skip
def test_a_question_that_makes_no_sense_is_refused_by_name(library: RunningServer, question: str, field: str) -> None:
    reply = ask(library, "GET", f"{ASSETS}?{question}")

    assert (reply.status_code, reply.json()["code"], reply.json()["field"]) == (422, "parameter_error", field)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ('{"name": ""}', "name"), ('{"name": null}', "name"), ('{"name": "a\\u0000"}', "name"),
        ('{"colour": 1}', "colour"), ('{"tags": "red"}', "tags"), ('{"tags": [1]}', "tags[0]"),
        ('{"metadata": {"n": 1e999}}', "metadata"), ('{"metadata": []}', "metadata"), ('{"folder": 7}', "folder"),
        ('{"name": "' + "x" * 1025 + '"}', "name"), ('{"metadata": {"a": 36893488147419103232}}', "metadata"),
    ],
)  # fmt: skip
def test_a_change_that_makes_no_sense_is_refused_by_name(
    library: RunningServer, asset: dict[str, Any], body: str, field: str
) -> None:
    headers = {"content-type": "application/json"}
    reply = ask(library, "PATCH", f"{ASSETS}/{asset['asset_id']}", data=body, headers=headers)

    assert (reply.status_code, reply.json()["code"], reply.json()["field"]) == (422, "parameter_error", field)


@pytest.mark.parametrize("body", ['{"name": "\\ud800"}', "{", "", '{"name": "x"', "\xff", "[]", "null"])
def test_a_body_that_is_no_object_of_wishes_is_refused(
    library: RunningServer, asset: dict[str, Any], body: str
) -> None:
    headers = {"content-type": "application/json"}
    reply = ask(library, "PATCH", f"{ASSETS}/{asset['asset_id']}", data=body.encode("latin-1"), headers=headers)

    assert (reply.status_code, reply.json()["code"]) == (422, "parameter_error")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"action": "burn", "ids": ["1"]}, "action"), ({"action": "delete", "ids": []}, "ids"),
        ({"action": "delete", "ids": ["1"] * 101}, "ids"), ({"action": "move", "ids": ["1"]}, "folder"),
        ({"action": "tag", "ids": ["1"]}, "tags"),
        ({"action": "untag", "ids": ["1"], "tags": ["a"], "force": True}, "force"),
        ({"action": "restore", "ids": ["1"], "tags": ["a"]}, "tags"), ({"action": "delete", "ids": [1]}, "ids[0]"),
    ],
)  # fmt: skip
def test_a_wish_for_many_that_makes_no_sense_is_refused_by_name(
    library: RunningServer, body: dict[str, Any], field: str
) -> None:
    reply = ask(library, "POST", f"{ASSETS}/bulk", json=body)

    assert (reply.status_code, reply.json()["code"], reply.json()["field"]) == (422, "parameter_error", field)


def test_every_status_that_a_call_answers_is_described(library: RunningServer) -> None:
    paths = requests.get(f"{library.url}/api/v1/openapi.json", timeout=10).json()["paths"]

    described = {
        (path, method): sorted(call["responses"]) for path, calls in paths.items() for method, call in calls.items()
    }
    assert {"200", "401", "403", "404", "409", "412", "422"} <= {*described[ASSETS + "/{asset_id}", "delete"]}
    assert {"200", "401", "403", "422"} <= {*described[ASSETS + "/bulk", "post"]}
