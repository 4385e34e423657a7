"""`/api/v1/uploads`: sign, watch, renew and cancel; and the same extra fields in the compatible calls."""

import hashlib
import json
import sqlite3
import time
from contextlib import closing
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from raw_connection import RawConnection

import media_samples
from running_server import RunningServer

PHOTO = media_samples.jpeg()
OTHER_PHOTO = media_samples.jpeg(80, 60)
HASH = hashlib.sha256(PHOTO).hexdigest()
OTHER_HASH = hashlib.sha256(OTHER_PHOTO).hexdigest()
PATH = "/api/v1/uploads"


def call(server: RunningServer, method: str, path: str, body: Any = None, **headers: str) -> requests.Response:
    """A call with the server's key."""
    all_headers = {"x-api-key": server.key} | headers
    return requests.request(method, server.url + path, json=body, headers=all_headers, timeout=20)


def signed(server: RunningServer, **more: Any) -> dict[str, Any]:
    """A signed upload of photo.jpg."""
    reply = call(server, "POST", PATH, {"filename": "photo.jpg"} | more)
    assert reply.status_code == 201, reply.text
    data: dict[str, Any] = reply.json()
    return data


def seen(server: RunningServer, upload_id: str) -> dict[str, Any]:
    reply = call(server, "GET", f"{PATH}/{upload_id}")
    assert reply.status_code == 200, reply.text
    data: dict[str, Any] = reply.json()
    return data


def problem(reply: requests.Response, status: int, code: str) -> dict[str, Any]:
    """The problem document of an answer, which must be of that status and code."""
    document: dict[str, Any] = reply.json()
    assert (reply.status_code, document["code"]) == (status, code), document
    assert reply.headers["content-type"] == "application/problem+json"
    return document


def stored(server: RunningServer, asset_id: str) -> dict[str, Any]:
    """What the rows of an asset and its upload say of their labels."""
    question = """
        SELECT assets.name, assets.description, folders.name, tags, metadata, sha256, callback_url FROM assets
        JOIN uploads ON asset_id = assets.id LEFT JOIN folders ON folders.id = folder_id WHERE assets.id = ?
    """
    with closing(sqlite3.connect(server.data / "catalogue.db", timeout=10)) as connection:
        name, description, folder, tags, metadata, sha256, callback = connection.execute(
            question, (asset_id,)
        ).fetchone()
    found = {"name": name, "description": description, "folder": folder, "sha256": sha256, "callback_url": callback}
    return found | {"tags": json.loads(tags), "metadata": json.loads(metadata)}


# Signing


def test_a_signed_upload_says_all_that_is_needed_to_send_the_file(server: RunningServer) -> None:
    reply = call(server, "POST", PATH, {"filename": "photo.jpg", "size_bytes": len(PHOTO)})
    upload = reply.json()

    assert reply.headers["location"] == f"{PATH}/{upload['upload_id']}"
    assert (upload["state"], upload["protocols"], upload["offset"]) == ("open", ["put"], 0)
    assert upload["headers"] == {"Content-Type": "image/jpeg"}
    assert upload["max_bytes"] == 10 * 1024 * 1024
    assert 890 < upload["expires_at"] - time.time() <= 900
    sent = requests.put(upload["upload_url"], data=PHOTO, headers=upload["headers"], timeout=20)
    assert sent.status_code == 200
    assert requests.get(upload["asset_url"], timeout=20).content == PHOTO


def test_a_content_type_stands_in_for_an_extension(server: RunningServer) -> None:
    upload = signed(server, filename="照片", content_type="image/png")

    assert upload["headers"] == {"Content-Type": "image/png"}
    assert upload["asset_url"].endswith(".png")


def test_labels_are_kept_as_they_were_given(server: RunningServer) -> None:
    labels = {"name": "Ferien", "description": "a\nb", "tags": ["旅行", " x "], "metadata": {"shot": {"iso": 100}}}

    upload = signed(
        server, **labels, folder="/shop/boots", callback_url="https://example.com/done", sha256=HASH.upper()
    )

    assert stored(server, upload["asset_id"]) == labels | {
        "tags": ["旅行", "x"],
        "folder": "boots",
        "callback_url": "https://example.com/done",
        "sha256": HASH,
    }


@pytest.mark.parametrize(
    ("more", "status", "code"),
    [
        ({"filename": "a.exe"}, 415, "type_unsupported"),
        ({"filename": "a.mkv"}, 415, "type_unsupported"),
        ({"content_type": "video/mp4"}, 415, "declaration_contradictory"),
        ({"size_bytes": 10 * 1024 * 1024 + 1}, 413, "size_exceeded"),
    ],
)
def test_a_file_that_would_be_refused_is_not_signed_for(
    server: RunningServer, more: dict[str, Any], status: int, code: str
) -> None:
    document = problem(call(server, "POST", PATH, {"filename": "photo.jpg"} | more), status, code)

    assert document["reason"]["code"] == code
    assert document["reason"]["measured"]
    assert document["reason"]["allowed"]


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"filename": None}, "filename"),
        ({"filename": ""}, "filename"),
        ({"filename": "x" * 1021 + ".jpg"}, "filename"),
        ({"filename": "a\x00.jpg"}, "filename"),
        ({"filename": "a\n.jpg"}, "filename"),
        ({"filename": "\ud800.jpg"}, "filename"),
        ({"size_bytes": "12"}, "size_bytes"),
        ({"size_bytes": 0}, "size_bytes"),
        ({"size_bytes": 10**15 + 1}, "size_bytes"),
        ({"size_bytes": 1.5}, "size_bytes"),
        ({"size_bytes": True}, "size_bytes"),
        ({"sha256": "0" * 63}, "sha256"),
        ({"tags": "a,b"}, "tags"),
        ({"tags": ["x"] * 51}, "tags"),
        ({"tags": ["\x00"]}, "tags[0]"),
        ({"tags": ["ok", " "]}, "tags[1]"),
        ({"metadata": []}, "metadata"),
        ({"metadata": {"a": "x" * 16384}}, "metadata"),
        ({"metadata": {"a": "\ud800"}}, "metadata"),
        ({"metadata": {"a": 10**30}}, "metadata"),
        ({"name": "\x00"}, "name"),
        ({"description": "\x00"}, "description"),
        ({"folder": "a/../b"}, "folder"),
        ({"callback_url": "ftp://example.com"}, "callback_url"),
        ({"callback_url": "https://u:p@example.com"}, "callback_url"),
        ({"unheard_of": 1}, "unheard_of"),
    ],
)
def test_a_field_that_is_wrong_is_named(server: RunningServer, more: dict[str, Any], field: str) -> None:
    document = problem(call(server, "POST", PATH, {"filename": "photo.jpg"} | more), 422, "parameter_error")

    assert document["field"] == field


def test_a_folder_that_is_not_there_is_not_found_by_its_id(server: RunningServer) -> None:
    reply = call(server, "POST", PATH, {"filename": "photo.jpg", "folder": "fld_" + "0" * 32})

    problem(reply, 404, "not_found")


def test_signing_again_with_the_same_idempotency_key_gives_the_same_upload(server: RunningServer) -> None:
    headers = {"Idempotency-Key": "sign-once"}
    body = {"filename": "photo.jpg", "folder": "made/on/the/way"}
    first = call(server, "POST", PATH, body, **headers).json()

    again = call(server, "POST", PATH, body, **headers)
    requests.put(again.json()["upload_url"], data=PHOTO, timeout=20)
    after = call(server, "POST", PATH, body, **headers)

    assert again.status_code == 201
    assert again.headers["idempotency-replayed"] == "true"
    assert again.json()["upload_id"] == first["upload_id"]
    assert (after.json()["state"], after.json()["upload_url"]) == ("done", None)
    assert after.json()["asset_id"] == first["asset_id"]
    with closing(sqlite3.connect(server.data / "catalogue.db", timeout=10)) as connection:
        kept = connection.execute("SELECT * FROM idempotency").fetchall()
    assert urlsplit(first["upload_url"]).path.rpartition("/")[2] not in str(kept)


def test_a_replayed_renewal_gives_a_url_that_was_never_kept(server: RunningServer) -> None:
    upload = signed(server)
    path, headers = f"{PATH}/{upload['upload_id']}/renew", {"Idempotency-Key": "renew-once"}

    first, again = call(server, "POST", path, **headers), call(server, "POST", path, **headers)

    assert (first.status_code, again.status_code) == (200, 200)
    assert again.headers["idempotency-replayed"] == "true"
    assert server.put(again.json()["upload_url"], PHOTO).status_code == 200
    with closing(sqlite3.connect(server.data / "catalogue.db", timeout=10)) as connection:
        kept = connection.execute("SELECT * FROM idempotency").fetchall()
    assert urlsplit(first.json()["upload_url"]).path.rpartition("/")[2] not in str(kept)


# Declared hashes


def test_another_file_than_the_declared_one_is_refused_with_both_hashes(server: RunningServer) -> None:
    upload = signed(server, sha256=HASH)

    wrong = server.put(upload["upload_url"], OTHER_PHOTO)
    right = server.put(upload["upload_url"], PHOTO)

    reason = wrong.json()["data"]["reason"]
    assert (wrong.status_code, wrong.json()["code"]) == (422, 4003)
    assert (reason["code"], reason["measured"], reason["allowed"]) == ("checksum_mismatch", OTHER_HASH, HASH)
    assert right.status_code == 200
    assert [step["event"] for step in seen(server, upload["upload_id"])["timeline"]] == [
        "signed",
        "refused",
        "completed",
    ]


# Timelines


def test_a_finished_upload_shows_how_it_went_and_who_ended_it(server: RunningServer) -> None:
    upload = signed(server, size_bytes=len(PHOTO))
    server.put(upload["upload_url"], PHOTO)

    shown = seen(server, upload["upload_id"])
    step = shown["timeline"][-1]

    assert (shown["state"], shown["asset_status"], shown["attempts"]) == ("done", "ready", 1)
    assert (step["event"], step["by"]) == ("completed", "grant")
    assert step["transfer"]["received_bytes"] == len(PHOTO)
    assert set(step["transfer"]["timings_ms"]) == {"wait", "examine", "store"}
    began, first, last = (step["transfer"][name] for name in ("began_at", "first_byte_at", "last_byte_at"))
    assert shown["timeline"][0]["at"] <= began <= first <= last <= step["at"]


def wait_until_received(server: RunningServer, upload_id: str, size_bytes: int) -> dict[str, Any]:
    """The upload when that much of it has come."""
    deadline = time.monotonic() + 20
    while (shown := seen(server, upload_id))["received_bytes"] < size_bytes:
        assert time.monotonic() < deadline, shown
        time.sleep(0.05)
    return shown


def test_an_upload_on_its_way_shows_how_much_has_come_and_where_it_stalled(server: RunningServer) -> None:
    upload = signed(server)
    with RawConnection(upload["upload_url"]) as sender:
        sender.put_head(upload["upload_url"], f"Content-Length: {len(PHOTO)}")
        sender.send(PHOTO[:5000])
        wait_until_received(server, upload["upload_id"], 5000)
        time.sleep(1.1)
        sender.send(PHOTO[5000:6000])
        shown = wait_until_received(server, upload["upload_id"], 6000)
        sender.send(PHOTO[6000:])
        assert sender.answer().status == 200

    (flying,) = shown["in_flight"]
    assert (shown["state"], shown["received_bytes"]) == ("open", 6000)
    assert (flying["received_bytes"], flying["expected_bytes"], flying["stalls"]) == (6000, len(PHOTO), 1)
    assert flying["stalled_s"] > 1
    assert seen(server, upload["upload_id"])["timeline"][-1]["transfer"]["stalls"] == 1


def test_a_transfer_that_was_cut_stands_in_the_timeline(server: RunningServer) -> None:
    upload = signed(server)
    with RawConnection(upload["upload_url"]) as sender:
        sender.put_head(upload["upload_url"], f"Content-Length: {len(PHOTO)}")
        sender.send(PHOTO[:5000])
        wait_until_received(server, upload["upload_id"], 5000)
    deadline = time.monotonic() + 20
    while len(timeline := seen(server, upload["upload_id"])["timeline"]) < 2:
        assert time.monotonic() < deadline
        time.sleep(0.05)

    assert (timeline[1]["event"], timeline[1]["reason"]) == ("refused", "transfer_incomplete")
    assert timeline[1]["transfer"]["received_bytes"] == 5000


def test_the_timeline_outlives_a_crash(new_server: Any) -> None:
    server = new_server()
    done, waiting = signed(server), signed(server)
    server.put(done["upload_url"], PHOTO)
    server.put(waiting["upload_url"], b"no photo at all")
    server.kill()

    again = new_server(data=server.data)

    def told(upload: dict[str, Any]) -> list[str]:
        return [step["event"] for step in seen(again, upload["upload_id"])["timeline"]]

    assert told(done) == ["signed", "completed"]
    assert told(waiting) == ["signed", "refused"]
    path = urlsplit(waiting["upload_url"]).path
    assert again.put(again.url + path, PHOTO).status_code == 200


# Cancelling


def test_a_cancelled_upload_takes_nothing_and_its_address_says_gone(server: RunningServer) -> None:
    upload = signed(server)

    cancelled = call(server, "DELETE", f"{PATH}/{upload['upload_id']}")
    sent = server.put(upload["upload_url"], PHOTO)

    assert (cancelled.status_code, cancelled.json()["state"]) == (200, "cancelled")
    assert cancelled.json()["asset_status"] == "deleted"
    assert (sent.status_code, sent.json()["code"]) == (410, 4003)
    assert sent.json()["data"]["reason"]["code"] == "upload_over"
    assert requests.get(upload["asset_url"], timeout=20).status_code == 410
    assert call(server, "DELETE", f"{PATH}/{upload['upload_id']}").json() == cancelled.json()


def test_a_put_that_is_under_way_is_told_of_the_cancelling(server: RunningServer) -> None:
    upload = signed(server)
    with RawConnection(upload["upload_url"]) as sender:
        sender.put_head(upload["upload_url"], f"Content-Length: {len(PHOTO)}")
        sender.send(PHOTO[:5000])
        wait_until_received(server, upload["upload_id"], 5000)
        call(server, "DELETE", f"{PATH}/{upload['upload_id']}")
        sender.send(PHOTO[5000:])
        reply = sender.answer()

    assert (reply.status, reply.json()["data"]["reason"]["code"]) == (410, "upload_over")
    assert seen(server, upload["upload_id"])["timeline"][-1]["transfer"]["received_bytes"] == 5000


def test_an_upload_that_is_done_is_neither_cancelled_nor_renewed(server: RunningServer) -> None:
    upload = signed(server)
    server.put(upload["upload_url"], PHOTO)

    problem(call(server, "DELETE", f"{PATH}/{upload['upload_id']}"), 409, "upload_over")
    problem(call(server, "POST", f"{PATH}/{upload['upload_id']}/renew"), 409, "upload_over")


# Renewing


def test_a_renewed_upload_is_the_same_under_a_fresh_url(server: RunningServer) -> None:
    upload = signed(server, sha256=HASH)

    fresh = call(server, "POST", f"{PATH}/{upload['upload_id']}/renew")

    same = ("upload_id", "asset_id", "asset_url", "id", "max_bytes", "headers", "protocols", "offset")
    assert fresh.status_code == 200
    assert {name: fresh.json()[name] for name in same} == {name: upload[name] for name in same}
    assert fresh.json()["upload_url"] != upload["upload_url"]
    assert fresh.json()["expires_at"] >= upload["expires_at"]
    assert server.put(upload["upload_url"], OTHER_PHOTO).json()["data"]["reason"]["code"] == "checksum_mismatch"
    assert server.put(fresh.json()["upload_url"], PHOTO).status_code == 200


# The list


def test_the_list_is_filtered_by_state_and_goes_on_where_it_ended(server: RunningServer) -> None:
    made = [signed(server)["upload_id"] for _ in range(5)]
    for upload_id in made[1:4]:
        call(server, "DELETE", f"{PATH}/{upload_id}")

    first = call(server, "GET", f"{PATH}?state=cancelled&limit=2").json()
    second = call(server, "GET", f"{PATH}?state=cancelled&limit=2&cursor={first['next_cursor']}").json()
    newest = call(server, "GET", f"{PATH}?state=open&state=cancelled&limit=5").json()

    found = [upload["upload_id"] for upload in first["data"] + second["data"]]
    assert found[:3] == [made[3], made[2], made[1]]
    assert [upload["upload_id"] for upload in newest["data"]] == made[::-1]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("state=waiting", "state"),
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("cursor=x", "cursor"),
        ("cursor=WyJhIiwiYiJd", "cursor"),
        ("cursor=WzFlOTk5LCIiXQ", "cursor"),
        ("cursor=WzEsIlx1ZDgwMCJd", "cursor"),
    ],
)
def test_a_question_that_makes_no_sense_is_a_problem_that_names_it(
    server: RunningServer, query: str, field: str
) -> None:
    assert problem(call(server, "GET", f"{PATH}?{query}"), 422, "parameter_error")["field"] == field


@pytest.mark.parametrize("cursor", ["WzAsIiJd", "Wy0xZTMwMCwiIl0", "WzFlMzA4LCJcdTAwMDAiXQ"])
def test_a_cursor_from_nowhere_gives_a_page_all_the_same(server: RunningServer, cursor: str) -> None:
    assert call(server, "GET", f"{PATH}?cursor={cursor}").status_code == 200


# Who may


@pytest.mark.parametrize("upload_id", ["up_" + "0" * 32, "x", "%00", "%27", "up_" + "0" * 5000, "%ff"])
def test_an_upload_that_is_not_there_is_not_found(server: RunningServer, upload_id: str) -> None:
    problem(call(server, "GET", f"{PATH}/{upload_id}"), 404, "not_found")
    problem(call(server, "DELETE", f"{PATH}/{upload_id}"), 404, "not_found")
    problem(call(server, "POST", f"{PATH}/{upload_id}/renew"), 404, "not_found")


@pytest.mark.parametrize(("method", "path"), [("POST", ""), ("GET", ""), ("GET", "/up_0"), ("DELETE", "/up_0")])
def test_without_a_key_there_is_nothing(server: RunningServer, method: str, path: str) -> None:
    reply = requests.request(method, server.url + PATH + path, json={"filename": "a.jpg"}, timeout=20)

    problem(reply, 401, "key_refused")


# The compatible calls


def test_a_compatible_call_takes_the_same_extras_in_its_own_manner(server: RunningServer) -> None:
    body = {
        "filename": "photo.jpg",
        "sha256": HASH.upper(),
        "tags": "a, b,,c",
        "metadata": '{"n": 1}',
        "folder": "shop/boots",
        "webhook_url": "https://example.com/done",
    }

    reply = server.sign(body)

    assert reply["code"] == 0
    found = stored(server, reply["data"]["asset_id"])
    assert (found["tags"], found["metadata"], found["folder"]) == (["a", "b", "c"], {"n": 1}, "boots")
    assert (found["sha256"], found["callback_url"]) == (HASH, "https://example.com/done")


@pytest.mark.parametrize(
    "extras",
    [
        {"sha256": "", "tags": "", "metadata": "", "folder": "", "callback_url": "", "webhook_url": ""},
        {"sha256": None, "tags": [], "metadata": {}, "folder": None, "callback_url": None},
        {"sha256": 0, "tags": 0, "metadata": 0, "folder": 0, "callback_url": 0},
        {"tags": [None, ""], "metadata": "{}"},
    ],
)
def test_empty_extras_are_absent(server: RunningServer, extras: dict[str, Any]) -> None:
    reply = server.sign({"filename": "photo.jpg"} | extras)

    assert reply["code"] == 0, reply
    found = stored(server, reply["data"]["asset_id"])
    assert found == {
        "name": "photo.jpg",
        "description": "",
        "folder": None,
        "tags": [],
        "metadata": {},
        "sha256": None,
        "callback_url": None,
    }


@pytest.mark.parametrize(
    ("extras", "field"),
    [
        ({"sha256": "abc"}, "sha256"),
        ({"tags": {"a": 1}}, "tags"),
        ({"tags": "[1"}, "tags"),
        ({"tags": ["x" * 65]}, "tags[0]"),
        ({"metadata": "[1]"}, "metadata"),
        ({"metadata": "none"}, "metadata"),
        ({"callback_url": "example.com"}, "callback_url"),
        ({"callback_url": "https://a.example", "webhook_url": "https://b.example"}, "webhook_url and callback_url"),
        ({"folder": "a/./b"}, "folder"),
    ],
)
def test_wrong_extras_are_parameter_errors_that_name_the_field(
    server: RunningServer, extras: dict[str, Any], field: str
) -> None:
    reply = server.sign({"filename": "photo.jpg"} | extras)

    assert reply["code"] == 40000
    assert reply["msg"].startswith(f"Parameter error: {field} ")


def send_form(server: RunningServer, fields: list[tuple[str, Any]]) -> dict[str, Any]:
    """The reply to a form with these fields in this order; bytes are the file."""
    parts = [(name, ("photo.jpg", value) if isinstance(value, bytes) else (None, value)) for name, value in fields]
    reply = requests.post(server.url + "/v2/upload/asset", files=parts, headers={"x-api-key": server.key}, timeout=20)
    data: dict[str, Any] = reply.json()
    return data


@pytest.mark.parametrize("file_first", [True, False])
def test_a_form_takes_extras_before_and_after_its_file(server: RunningServer, file_first: bool) -> None:
    extras = [("tags", '["a", 2]'), ("metadata", '{"k": "v"}'), ("folder", "forms"), ("sha256", HASH), ("name", "N")]
    file: list[tuple[str, Any]] = [("file", PHOTO)]

    reply = send_form(server, file + extras if file_first else extras + file)

    assert reply["code"] == 0, reply
    found = stored(server, reply["data"]["asset_id"])
    assert (found["tags"], found["metadata"], found["folder"]) == (["a", "2"], {"k": "v"}, "forms")
    assert (found["sha256"], found["name"]) == (HASH, "N")


@pytest.mark.parametrize("file_first", [True, False])
def test_a_hash_in_a_form_is_enforced_wherever_it_stands(server: RunningServer, file_first: bool) -> None:
    fields: list[tuple[str, Any]] = [("file", OTHER_PHOTO), ("sha256", HASH)]

    reply = send_form(server, fields if file_first else fields[::-1])

    assert reply["code"] == 40000
    assert reply["data"]["reason"]["code"] == "checksum_mismatch"
