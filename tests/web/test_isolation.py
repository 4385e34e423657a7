"""
Isolation: nothing of one account answers another's key, and what is foreign is answered as what is not there.

The calls are those of the two OpenAPI documents, so that a new one is tried as soon as it is built.
"""

import json
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import requests
from operating import Caller, new_account

import media_samples
from running_server import RunningServer, start_server

DOCUMENTS = ("/api/v1/openapi.json", "/api/v1/openapi-compatible.json")
OPERATORS = re.compile("/api/v1/accounts")
HOOK = {"url": "http://127.0.0.1:9/greenroom", "events": ["asset.ready"]}
JOGG_HOOK = {"url": "http://127.0.0.1:9/jogg", "events": ["generated_video_success"], "status": "enabled"}
VIDEO = {"avatar": "sarah_full_01", "script": "Hello.", "voice": {"voice_id": "greenroom-en-US-amber"}}
PROJECT = {"avatar_id": 81, "script": "Hello.", "voice_id": "greenroom-en-US-amber"}
MOTION = {"image_url": "<own asset_id>", "name": "A", "model": "1.0", "photo_id": "<photo_id>"} | {
    "voice_id": "greenroom-en-US-amber"
}
BODIES: dict[str, Any] = {
    "PATCH /api/v1/assets/{asset_id}": {"name": "mine"},
    "PATCH /api/v1/folders/{folder_id}": {"name": "mine"},
    "PATCH /api/v1/hooks/{hook_id}": HOOK,
    "POST /api/v1/accounts/{account_id}/keys": {"name": "mine"},
    "PATCH /api/v1/accounts/{account_id}": {"name": "mine"},
    "PUT /v1/endpoint/{endpoint_id}": JOGG_HOOK,
    "PUT /v1/webhook/endpoint/{endpoint_id}": JOGG_HOOK,
    "PUT /v2/endpoint/{endpoint_id}": JOGG_HOOK,
}
"""What the calls with an id in their path need beside it."""

REFERENCES: dict[tuple[str, str], dict[str, Any]] = {
    ("POST /api/v1/keys", "folder_id"): {"name": "a", "folder_id": "<folder_id>"},
    ("POST /api/v1/accounts/{account_id}/keys", "folder_id"): {"name": "a", "folder_id": "<folder_id>"},
    ("POST /api/v1/assets/bulk", "ids"): {"action": "delete", "ids": ["<asset_id>"]},
    ("POST /api/v1/assets/bulk", "folder"): {"action": "move", "ids": ["<own asset_id>"], "folder": "<folder_id>"},
    ("PATCH /api/v1/assets/{asset_id}", "folder"): {"folder": "<folder_id>"},
    ("POST /api/v1/uploads", "folder"): {"filename": "a.jpg", "folder": "<folder_id>"},
    ("POST /api/v1/imports", "folder"): {"url": "http://127.0.0.1:9/a.jpg", "folder": "<folder_id>"},
    ("POST /api/v1/folders", "parent_id"): {"name": "new", "parent_id": "<folder_id>"},
    ("PATCH /api/v1/folders/{folder_id}", "parent_id"): {"parent_id": "<folder_id>"},
    ("POST /v1/upload/asset", "folder"): {"filename": "a.jpg", "folder": "<folder_id>"},
    ("POST /v2/upload/asset", "folder"): {"filename": "a.jpg", "folder": "<folder_id>"},
    ("POST /v1/photo_avatar/add_motion", "photo_id"): MOTION,
    ("POST /v2/photo_avatar/add_motion", "photo_id"): MOTION,
}
"""The fields of bodies that name something by its id: what to send to try them."""

OF_THE_HOUSE = {"avatar_id", "voice_id", "music_id"}
"""Fields that name what is there for all accounts."""


@dataclass
class Household:
    """Somebody with one of everything; `ids` are by the names that paths have for them."""

    caller: Caller
    ids: dict[str, str]

    def read(self, path: str) -> Any:
        return self.caller.get(path).json()

    def snapshot(self) -> list[Any]:
        """What must be as it was after others have tried to change it."""
        paths = ["assets/{asset_id}", "uploads/{upload_id}", "folders/{folder_id}", "keys/{key_id}", "hooks/{hook_id}"]
        paths += ["videos/{video_id}", "videos/{project_id}", "photo-avatars/{avatar_id}", "lip-syncs/{lip_sync_id}"]
        said = [self.read("/api/v1/" + path.format(**self.ids)) for path in paths]
        # Others change by themselves: a copy is made, a key was used.
        named = ("name", "status", "state", "version", "url", "events", "revoked_at", "expires_at")
        return [{name: one.get(name) for name in named} for one in said]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    # Hooks and imports lead to a port of this machine where nobody listens.
    settings = {"webhooks_allow_http": "on", "webhooks_allow": "127.0.0.1", "imports_allow": "127.0.0.1"}
    settings["render_workers"] = "0"
    running = start_server(tmp_path_factory.mktemp("isolation") / "data", **settings)
    yield running
    running.stop()


@pytest.fixture(scope="module")
def theirs(house: RunningServer) -> Household:
    return household(house)


@pytest.fixture(scope="module")
def ours(house: RunningServer) -> Household:
    return household(house)


def household(server: RunningServer) -> Household:
    """An account with one of everything."""
    caller = new_account(server)
    ids = {"account_id": caller.account_id}
    ids["folder_id"] = created(caller, "/api/v1/folders", {"name": "mine"})["folder_id"]
    ids["hook_id"] = created(caller, "/api/v1/hooks", HOOK)["hook_id"]
    ids["endpoint_id"] = caller.post("/v2/endpoint", JOGG_HOOK).json()["data"]["endpoint_id"]
    ids["key_id"] = created(caller, "/api/v1/keys", {"name": "second"})["key_id"]
    receipt = caller.upload(media_samples.jpeg(64, 48), folder=ids["folder_id"]).json()["data"]
    ids["asset_id"] = receipt["asset_id"]
    ids["upload_id"] = created(caller, "/api/v1/uploads", {"filename": "waits.jpg"})["upload_id"]
    ids["import_id"] = created(caller, "/api/v1/imports", {"url": "http://127.0.0.1:9/a.jpg"})["import_id"]
    # Its photograph never comes, so it waits.
    photographed = created(caller, "/api/v1/photo-avatars", {"asset": "http://127.0.0.1:9/a.jpg"})
    ids["avatar_id"], ids["photo_id"] = photographed["photo_avatar_id"], photographed["photo_id"]
    # Nor do its film and sound.
    wish = {"video": "http://127.0.0.1:9/a.mp4", "audio": "http://127.0.0.1:9/a.wav"}
    ids["lip_sync_id"] = ids["task_id"] = created(caller, "/api/v1/lip-syncs", wish)["lip_sync_id"]
    copy = f"/api/v1/assets/{ids['asset_id']}/optimize"
    ids["rendition_id"] = created(caller, copy, {"max_bytes": 100_000})["rendition_id"]
    ids["video_id"] = created(caller, "/api/v1/videos", VIDEO)["video_id"]
    # Else the stream of its events would have no end.
    assert caller.post(f"/api/v1/videos/{ids['video_id']}/cancel", None).ok
    ids["project_id"] = caller.post("/v2/avatar", PROJECT).json()["data"]["project_id"]
    ids["event_id"] = caller.get("/api/v1/events").json()["data"][0]["event_id"]
    ids["delivery_id"] = created(caller, f"/api/v1/hooks/{ids['hook_id']}/test", {})["delivery_id"]
    return Household(caller, ids)


def created(caller: Caller, path: str, body: Any) -> dict[str, Any]:
    """What a POST that must succeed made."""
    reply = caller.post(path, body)
    assert reply.status_code in (201, 202), reply.text
    made: dict[str, Any] = reply.json()
    return made


def absent(id_: str) -> str:
    """An id of the same shape that is nobody's."""
    prefix, _, digits = id_.rpartition("_")
    return f"{prefix}_" * bool(prefix) + digits.translate(str.maketrans("0123456789abcdef", "123456789abcdef0"))


def absent_ones(household: Household) -> dict[str, str]:
    return {name: absent(id_) for name, id_ in household.ids.items()}


def calls(server: RunningServer) -> list[tuple[str, str, dict[str, Any]]]:
    """Method, path and description of every call of both faces."""
    found = []
    for address in DOCUMENTS:
        document = requests.get(server.url + address, timeout=10).json()
        for path, methods in document["paths"].items():
            found += [(method.upper(), path, resolved(document, told)) for method, told in methods.items()]
    return found


def resolved(document: dict[str, Any], told: Any) -> Any:
    """The same with what `$ref` names in its place, one level of each body deep."""
    for content in told.get("requestBody", {}).get("content", {}).values():
        name = content["schema"].get("$ref", "").rpartition("/")[2]
        if name:
            content["schema"] = document["components"]["schemas"][name]
    return told


def said(reply: requests.Response, ids: dict[str, str]) -> tuple[int, str]:
    """Status and body of an answer, without the ids that were asked for and the request's own."""
    text = reply.text
    for id_ in sorted(ids.values(), key=len, reverse=True):
        text = text.replace(id_, "<id>")
    return reply.status_code, re.sub(r'"(request_id|rid)":"[0-9a-f]{32}"', '"rid":""', text)


def mentioned(text: str, household: Household) -> set[str]:
    """Which ids of a household stand in a text."""
    return {name for name, id_ in household.ids.items() if id_ in text}


# Ids in paths


def test_what_is_foreign_is_answered_as_what_is_not_there_and_left_as_it_was(
    house: RunningServer, ours: Household, theirs: Household
) -> None:
    before = theirs.snapshot()

    for method, path, _ in calls(house):
        if "{" not in path:
            continue
        body = BODIES.get(f"{method} {path}", {})
        answers = [
            said(ours.caller.call(method, path.format(**ids), json=body if method != "GET" else None), ids)
            for ids in (theirs.ids, absent_ones(theirs))
        ]

        assert answers[0] == answers[1], f"{method} {path}"
        assert is_absent(*answers[0]) or OPERATORS.match(path), f"{method} {path}: {answers[0]}"

    assert theirs.snapshot() == before


def is_absent(status: int, text: str) -> bool:
    """Whether an answer says that nothing is there: 404, or the code that says so in a compatible call."""
    return status == 404 or (status == 200 and json.loads(text)["code"] == 10104)


def test_what_is_ones_own_is_answered(house: RunningServer, ours: Household) -> None:
    for method, path, _ in calls(house):
        if method == "GET" and "{" in path and not OPERATORS.match(path):
            reply = ours.caller.get(path.format(**ours.ids))
            assert reply.status_code == 200, f"{method} {path}: {reply.text}"


def test_a_foreign_rendition_is_not_found_below_ones_own_asset(ours: Household, theirs: Household) -> None:
    path = f"/api/v1/assets/{ours.ids['asset_id']}/renditions/"

    foreign, nobodys = theirs.ids["rendition_id"], absent(theirs.ids["rendition_id"])

    answers = [said(ours.caller.get(path + id_), {"id": id_}) for id_ in (foreign, nobodys)]
    assert answers[0] == answers[1]
    assert answers[0][0] == 404


# Ids in bodies


def test_every_field_of_a_body_that_names_something_is_tried_below(house: RunningServer) -> None:
    found = set()
    for method, path, told in calls(house):
        for content in told.get("requestBody", {}).get("content", {}).values():
            fields = content["schema"].get("properties", {})
            named = {field for field in fields if re.search(r"(^|_)ids?$|folder", field)} - OF_THE_HOUSE
            found |= {(f"{method} {path}", field) for field in named}

    assert found == set(REFERENCES)


@pytest.mark.parametrize(("call", "field"), list(REFERENCES))
def test_a_body_that_names_what_is_foreign_is_answered_as_if_it_were_not_there(
    ours: Household, theirs: Household, call: str, field: str
) -> None:
    method, path = call.format(**ours.ids).split(" ")

    answers = [
        said(ours.caller.call(method, path, json=filled(REFERENCES[call, field], ours.ids, ids)), ids)
        for ids in (theirs.ids, absent_ones(theirs))
    ]

    assert answers[0] == answers[1]
    assert "not_found" in answers[0][1] or is_absent(*answers[0]) or OPERATORS.match(path)


@pytest.mark.parametrize(
    ("call", "body"),
    [
        ("/api/v1/videos", VIDEO | {"background": {"type": "image", "asset": "<asset_id>"}}),
        ("/v2/create_video_from_avatar", PROJECT | {"background_image": "<asset_id>"}),
        ("/v2/avatar", PROJECT | {"video_background": {"type": "image", "value": "<asset_id>"}}),
        ("/v1/create_video_from_talking_avatar", PROJECT | {"background_image": "<asset_id>"}),
        ("/v2/create_video_from_avatar", PROJECT | {"avatar_id": "<avatar_id>", "avatar_type": 1}),
        ("/v2/photo_avatar/photo/generate", {"photo_url": "<asset_id>"}),
        ("/api/v1/photo-avatars", {"asset": "<address>"}),
        ("/api/v1/lip-syncs", {"video": "<asset_id>", "audio": "<asset_id>"}),
        ("/v2/create_lip_sync_video", {"video_url": "<address>", "audio_url": "<address>"}),
        ("/v2/create_video_from_avatar", PROJECT | {"background_image": "<address>"}),
    ],
)
def test_a_video_of_what_is_foreign_is_refused_as_one_of_what_is_not_there(
    ours: Household, theirs: Household, call: str, body: dict[str, Any]
) -> None:
    base = f"{ours.caller.server.url}/assets/"

    answers = [
        said(ours.caller.post(call, filled(body, ours.ids, ids | {"address": f"{base}{ids['asset_id']}.jpg"})), ids)
        for ids in (theirs.ids, absent_ones(theirs))
    ]

    assert answers[0] == answers[1]
    assert re.search("no (asset|photo avatar)", answers[0][1])


def filled(body: dict[str, Any], own: dict[str, str], ids: dict[str, str]) -> Any:
    """A body with ids in the places that are marked so."""
    text = json.dumps(body)
    for name in ids:
        text = text.replace(f"<own {name}>", own.get(name, "")).replace(f"<{name}>", ids[name])
    return json.loads(text)


# Lists


def test_no_list_shows_anything_foreign_whatever_is_asked_of_it(
    house: RunningServer, ours: Household, theirs: Household
) -> None:
    for method, path, told in calls(house):
        if method != "GET" or "{" in path:
            continue
        assert mentioned(ours.caller.get(path).text, theirs) == set(), path
        for parameter in texts_asked_for(told):
            for name in theirs.ids:
                answers = [
                    said(ours.caller.get(f"{path}?{parameter}={ids[name]}"), ids)
                    for ids in (theirs.ids, absent_ones(theirs))
                ]
                assert answers[0] == answers[1], f"{path}?{parameter}= with a foreign {name}"


def texts_asked_for(told: dict[str, Any]) -> list[str]:
    """The parameters of a list that take any text."""
    parameters = [one for one in told.get("parameters", []) if one["in"] == "query" and one["name"] != "cursor"]
    schemas = [(one["name"], one["schema"], *one["schema"].get("anyOf", ())) for one in parameters]
    return [name for name, *forms in schemas if any(is_free_text(form) for form in forms)]


def is_free_text(schema: dict[str, Any]) -> bool:
    items = schema.get("items", {})
    return any(one.get("type") == "string" and "enum" not in one for one in (schema, items))


def test_a_cursor_of_one_account_leads_another_only_through_its_own_list(
    house: RunningServer, ours: Household, theirs: Household
) -> None:
    for method, path, told in calls(house):
        if method == "GET" and "{" not in path and any(one["name"] == "cursor" for one in told.get("parameters", [])):
            cursor = theirs.caller.get(f"{path}?limit=1").json().get("next_cursor")
            if cursor is not None:
                reply = ours.caller.get(f"{path}?cursor={cursor}")
                assert mentioned(reply.text, theirs) == set(), path


# What belongs to a key


def test_the_idempotency_key_of_one_account_is_free_for_another(ours: Household, theirs: Household) -> None:
    headers = {"idempotency-key": str(uuid.uuid4())}
    body = {"name": "once"}

    made = [one.caller.call("POST", "/api/v1/folders", json=body, headers=headers) for one in (theirs, ours)]

    assert [reply.status_code for reply in made] == [201, 201]
    assert made[0].json()["folder_id"] != made[1].json()["folder_id"]


def test_equal_bytes_of_two_accounts_know_nothing_of_each_other(ours: Household, theirs: Household) -> None:
    body = media_samples.jpeg(80, 60)
    first = theirs.caller.upload(body).json()["data"]

    second = ours.caller.upload(body).json()["data"]

    assert ours.read("/api/v1/usage")["stored_bytes"]["used"] >= len(body)
    assert first["asset_id"] not in json.dumps(second)
    assert {name for name in first if first[name] != second[name]} <= {
        "asset_id", "id", "asset_url", "created_at", "ready_at", "receipt", "uploaded_at",
    }  # fmt: skip
