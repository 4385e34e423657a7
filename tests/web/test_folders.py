"""Folders over the wire: the tree, what is refused and how it is said, uploads into folders, two clients at once."""

import json
import random
import secrets
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import requests

import media_samples
from running_server import RunningServer, start_server

PHOTO = media_samples.jpeg(64, 48)
NOWHERE = "fld_" + "0" * 32
TIMEOUT_S = 30


class Client:
    """Calls the API with one key."""

    def __init__(self, server: RunningServer, key: str) -> None:
        self.url = server.url + "/api/v1"
        self.session = requests.Session()
        self.session.headers["x-api-key"] = key

    def call(self, method: str, path: str, **more: Any) -> requests.Response:
        return self.session.request(method, self.url + path, timeout=TIMEOUT_S, **more)

    def create(self, name: str, parent: str | None = None) -> Any:
        reply = self.call("POST", "/folders", json={"name": name, "parent_id": parent})
        assert reply.status_code == 201, reply.text
        return reply.json()

    def folder(self, folder_id: str) -> Any:
        reply = self.call("GET", f"/folders/{folder_id}")
        assert reply.status_code == 200, reply.text
        return reply.json()

    def at(self, path: str) -> Any:
        """The folder at a path; it must be there."""
        (found,) = self.call("GET", "/folders", params={"path": path}).json()["data"]
        return found

    def children(self, parent: str | None = None, limit: int = 100) -> list[Any]:
        found: list[Any] = []
        params: dict[str, Any] = {"limit": limit} | ({"parent_id": parent} if parent else {})
        while True:
            page = self.call("GET", "/folders", params=params).json()
            found += page["data"]
            if page["next_cursor"] is None:
                return found
            params["cursor"] = page["next_cursor"]


@pytest.fixture(scope="module")
def client(server: RunningServer) -> Client:
    return Client(server, server.key)


@pytest.fixture
def place(client: Client) -> str:
    """A folder of the test's own; its name is new."""
    return str(client.create(f"test {secrets.token_hex(8)}")["folder_id"])


@pytest.fixture
def guest(server: RunningServer, client: Client, place: str) -> Client:
    """A client whose key is restricted to that folder."""
    reply = client.call("POST", "/keys", json={"name": "guest", "folder_id": place})
    assert reply.status_code == 201, reply.text
    return Client(server, reply.json()["secret"])


def problem(reply: requests.Response) -> tuple[int, str, str]:
    """Status, code and sentence of a problem document."""
    assert reply.headers["content-type"] == "application/problem+json", reply.text
    document = reply.json()
    return reply.status_code, document["code"], document["detail"]


# The tree


def test_a_folder_is_made_shown_and_found_by_its_path(client: Client, place: str) -> None:
    made = client.create("Ame\u0301lie 日本", place)

    top = client.folder(place)
    assert made == client.folder(made["folder_id"]) == client.at(f"{top['path']}/Am\u00e9lie 日本")
    assert made["path"] == f"/{top['name']}/Am\u00e9lie 日本"
    assert (made["parent_id"], top["parent_id"]) == (place, None)
    assert top["counts"] == {"folders": 1, "assets": 0, "all_folders": 1, "all_assets": 0}


def test_the_answer_to_a_new_folder_says_where_it_is_and_its_version(client: Client, place: str) -> None:
    reply = client.call("POST", "/folders", json={"name": "boots", "parent_id": place})

    assert reply.headers["location"] == f"/api/v1/folders/{reply.json()['folder_id']}"
    assert reply.headers["etag"] == '"1"'


def test_folders_are_listed_by_name_a_page_at_a_time(client: Client, place: str) -> None:
    names = ["b", "B", "ä", "日本", "10", "9", "'", "a b"]
    for name in names:
        client.create(name, place)

    assert [folder["name"] for folder in client.children(place, limit=3)] == sorted(names, key=str.encode)


def test_a_folder_is_renamed_and_moved_with_all_that_is_in_it(client: Client, place: str) -> None:
    shop = client.create("shop", place)["folder_id"]
    boots = client.create("boots", shop)["folder_id"]
    other = client.create("other", place)["folder_id"]

    reply = client.call("PATCH", f"/folders/{shop}", json={"name": "laden", "parent_id": other})

    assert (reply.status_code, reply.headers["etag"]) == (200, '"2"')
    assert client.folder(boots)["path"].endswith("/other/laden/boots")
    assert client.folder(other)["counts"]["all_folders"] == 2
    assert client.call("PATCH", f"/folders/{shop}", json={"parent_id": None}).json()["path"] == "/laden"
    assert client.call("DELETE", f"/folders/{shop}?recursive=true").json() == {"folders": 2, "assets": 0}


def test_a_name_is_unique_among_siblings_in_whichever_spelling(client: Client, place: str) -> None:
    first = client.create("Ame\u0301lie", place)["folder_id"]
    other = client.create("other", place)["folder_id"]
    wish = {"name": " Am\u00e9lie ", "parent_id": place}

    for reply in (
        client.call("POST", "/folders", json=wish),
        client.call("PATCH", f"/folders/{other}", json={"name": "Am\u00e9lie"}),
    ):
        status, code, detail = problem(reply)
        assert (status, code) == (409, "folder_name_taken")
        assert "Am\u00e9lie" in detail
        assert first in detail


def test_a_folder_cannot_be_moved_below_itself(client: Client, place: str) -> None:
    boots = client.create("boots", place)["folder_id"]

    for target in (boots, place):
        status, code, detail = problem(client.call("PATCH", f"/folders/{place}", json={"parent_id": target}))
        assert (status, code) == (409, "folder_cycle")
        assert "below it" in detail


def test_a_change_that_asks_for_another_version_is_not_made(client: Client, place: str) -> None:
    client.call("PATCH", f"/folders/{place}", json={"name": f"renamed {place}"}, headers={"if-match": '"1"'})

    for method in ("PATCH", "DELETE"):
        for asked in ('"1"', '"1", "3"', 'W/"2"', '"x"', "2"):
            reply = client.call(method, f"/folders/{place}", json={"name": "late"}, headers={"if-match": asked})
            assert problem(reply)[:2] == (412, "outdated"), asked
    assert client.call("DELETE", f"/folders/{place}", headers={"if-match": '"1", "2"'}).status_code == 200


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({"name": ""}, "name"),
        ({"name": None}, "name"),
        ({"name": 7}, "name"),
        ({"name": "a/b"}, "name"),
        ({"name": ".."}, "name"),
        ({"name": "a\x00b"}, "name"),
        ({"name": "x" * 256}, "name"),
        ({"name": "a", "parent_id": ""}, "parent_id"),
        ({"name": "a", "parent_id": "/shop"}, "parent_id"),
        ({"name": "a", "parent_id": 7}, "parent_id"),
        ({"name": "a", "colour": "red"}, "colour"),
    ],
)
def test_what_cannot_be_is_refused_with_the_name_of_its_field(client: Client, body: Any, field: str) -> None:
    reply = client.call("POST", "/folders", json=body)

    assert (reply.status_code, reply.json()["field"]) == (422, field)


@pytest.mark.parametrize("raw", ['{"name": "\\ud800"}', '{"name": "a", "parent_id": "\\ud800"}'])
def test_half_a_surrogate_pair_is_refused(client: Client, raw: str) -> None:
    headers = {"content-type": "application/json"}
    assert client.call("POST", "/folders", data=raw, headers=headers).status_code == 422


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=101", "cursor=x", "cursor=MQ", "path=..", "parent_id=x", f"path=a&parent_id={NOWHERE}"]
)
def test_a_list_that_cannot_be_is_refused(client: Client, query: str) -> None:
    assert problem(client.call("GET", f"/folders?{query}"))[0] == 422


def test_a_path_that_leads_nowhere_lists_nothing(client: Client) -> None:
    assert client.call("GET", "/folders?path=/no/such").json() == {"data": [], "next_cursor": None}
    assert client.call("GET", "/folders?path=/").json() == {"data": [], "next_cursor": None}


@pytest.mark.parametrize("folder_id", [NOWHERE, "x", "%00", "%ff", "x" * 5000])
def test_what_is_not_there_is_not_found(client: Client, folder_id: str) -> None:
    path = f"/folders/{folder_id}"
    for reply in (client.call("GET", path), client.call("PATCH", path, json={}), client.call("DELETE", path)):
        assert problem(reply)[:2] == (404, "not_found")


def test_a_parent_that_is_not_there_is_not_found(client: Client, place: str) -> None:
    wish = {"name": "a", "parent_id": NOWHERE}
    for reply in (
        client.call("GET", f"/folders?parent_id={NOWHERE}"),
        client.call("POST", "/folders", json=wish),
        client.call("PATCH", f"/folders/{place}", json=wish),
    ):
        assert problem(reply)[:2] == (404, "not_found")


def test_the_limits_are_settings_and_their_refusal_says_them(new_server: Callable[..., RunningServer]) -> None:
    server = new_server(folders_max_depth="2", folders_max_per_account="3", folders_max_deleted_at_once="1")
    small = Client(server, server.key)
    a = small.create("a")["folder_id"]
    b = small.create("b", a)["folder_id"]

    deeper = small.call("POST", "/folders", json={"name": "c", "parent_id": b})
    small.create("c")
    more = small.call("POST", "/folders", json={"name": "d"})
    moved = small.call("PATCH", f"/folders/{a}", json={"parent_id": small.at("/c")["folder_id"]})
    signed = server.sign({"filename": "a.jpg", "folder": "/a/b/c"})
    small.call("PATCH", f"/folders/{small.at('/c')['folder_id']}", json={"parent_id": a})
    much = small.call("DELETE", f"/folders/{a}?recursive=true")

    assert problem(deeper)[:2] == (409, "folders_full")
    assert "3 deep; allowed are 2" in problem(deeper)[2]
    assert "has 3 folders, as many as are allowed" in problem(more)[2]
    assert "3 deep" in problem(moved)[2]
    assert (signed["code"], "3 deep" in signed["msg"]) == (40000, True)
    assert "at most 1" in problem(much)[2]


# Assets in folders


def test_an_upload_goes_into_a_folder_that_is_made_on_the_way(
    server: RunningServer, client: Client, place: str
) -> None:
    top = client.folder(place)["path"]
    form = {"folder": f"{top}/form", "asset_type": "image", "name": "x"}
    file = {"file": ("a.jpg", PHOTO, "image/jpeg")}
    replies = [
        server.sign({"filename": "a.jpg", "folder": f"{top}/one/two"}),
        server.sign({"file_name": "a.jpg", "file_type": "image/jpeg", "folder": f"{top}/one"}),
        server.sign({"filename": "a.jpg", "folder": place}, "/v1/upload/asset"),
        requests.post(
            f"{server.url}/v2/upload/asset",
            data=form,
            files=file,
            headers={"x-api-key": server.key},
            timeout=TIMEOUT_S,
        ).json(),
    ]
    own = client.call("POST", "/uploads", json={"filename": "a.jpg", "folder": f"{top}/own"})

    assert [reply["code"] for reply in replies] == [0] * 4
    assert own.status_code == 201, own.text
    for reply in replies[:3]:
        assert server.put(reply["data"]["sign_url"], PHOTO).status_code == 200
    assert client.folder(place)["counts"] == {"folders": 3, "assets": 1, "all_folders": 4, "all_assets": 4}
    assert client.at(f"{top}/form")["counts"]["assets"] == 1
    assert client.at(f"{top}/own")["counts"]["assets"] == 0


@pytest.mark.parametrize(("folder", "code"), [(NOWHERE, 10104), ("../up", 40000), ("a\x00", 40000)])
def test_an_upload_into_what_cannot_be_is_refused(server: RunningServer, folder: str, code: int) -> None:
    assert server.sign({"filename": "a.jpg", "folder": folder})["code"] == code


def test_a_folder_with_something_in_it_is_deleted_only_when_that_is_said(
    server: RunningServer, client: Client, place: str
) -> None:
    signed = server.sign({"filename": "a.jpg", "folder": f"{client.folder(place)['path']}/deep/deeper"})["data"]
    server.put(signed["sign_url"], PHOTO)

    status, code, detail = problem(client.call("DELETE", f"/folders/{place}"))
    assert (status, code) == (409, "folder_not_empty")
    assert "2 folders and 1 assets" in detail
    assert client.call("DELETE", f"/folders/{place}?recursive=true").json() == {"folders": 3, "assets": 1}

    asset = client.call("GET", f"/assets/{signed['asset_id']}").json()
    assert (asset["status"], asset["folder_id"]) == ("deleted", None)
    assert requests.get(signed["asset_url"], timeout=TIMEOUT_S).status_code == 410
    restored = client.call("POST", f"/assets/{signed['asset_id']}/restore")
    assert (restored.status_code, restored.json()["folder_id"]) == (200, None)
    assert requests.get(signed["asset_url"], timeout=TIMEOUT_S).content == PHOTO


def test_an_upload_whose_folder_was_deleted_meanwhile_is_found_at_the_top(
    server: RunningServer, client: Client, place: str
) -> None:
    signed = server.sign({"filename": "a.jpg", "folder": place})["data"]
    assert client.call("DELETE", f"/folders/{place}").status_code == 200

    assert server.put(signed["sign_url"], PHOTO).status_code == 200
    asset = client.call("GET", f"/assets/{signed['asset_id']}").json()
    assert (asset["status"], asset["folder_id"]) == ("ready", None)


def test_the_command_line_uploads_into_a_folder(
    server: RunningServer, client: Client, place: str, tmp_path: Path
) -> None:
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(PHOTO)
    path = f"{client.folder(place)['path']}/Märchen"
    command = [sys.executable, "-m", "greenroom", "upload", str(photo), "--url", server.url, "--key", server.key]

    done = subprocess.run([*command, "--folder", path], capture_output=True, text=True, timeout=60, check=False)

    assert done.returncode == 0, done.stderr
    assert client.at(path)["counts"]["assets"] == 1


def test_every_change_of_a_folder_stands_in_the_audit(client: Client, place: str) -> None:
    client.call("PATCH", f"/folders/{place}", json={"name": f"renamed {place}"})
    client.call("DELETE", f"/folders/{place}")

    entries = client.call("GET", f"/audit?subject={place}").json()["data"]
    assert [entry["action"] for entry in entries] == ["folder.deleted", "folder.changed", "folder.created"]


# A key that is restricted to a folder


def test_a_restricted_key_sees_its_folder_as_the_top(client: Client, guest: Client, place: str) -> None:
    client.create("inside", place)
    boots = guest.create("boots")

    assert (boots["path"], boots["parent_id"]) == ("/boots", place)
    assert [folder["path"] for folder in guest.children()] == ["/boots", "/inside"]
    assert guest.at("boots") == boots
    assert (guest.folder(place)["path"], guest.folder(place)["parent_id"]) == ("/", None)
    moved = guest.call("PATCH", f"/folders/{guest.at('inside')['folder_id']}", json={"parent_id": boots["folder_id"]})
    assert moved.json()["path"] == "/boots/inside"
    assert (
        guest.call("PATCH", f"/folders/{moved.json()['folder_id']}", json={"parent_id": None}).json()["path"]
        == "/inside"
    )


def test_a_restricted_key_finds_nothing_outside_and_keeps_its_own_folder(
    server: RunningServer, client: Client, guest: Client, place: str
) -> None:
    outside = client.create("outside", client.create(f"not {place}")["folder_id"])["folder_id"]
    boots = guest.create("boots")["folder_id"]

    for reply in (
        guest.call("GET", f"/folders/{outside}"),
        guest.call("GET", f"/folders?parent_id={outside}"),
        guest.call("POST", "/folders", json={"name": "a", "parent_id": outside}),
        guest.call("PATCH", f"/folders/{boots}", json={"parent_id": outside}),
        guest.call("DELETE", f"/folders/{outside}"),
        guest.call("POST", "/uploads", json={"filename": "a.jpg", "folder": outside}),
    ):
        assert problem(reply)[:2] == (404, "not_found")
    assert problem(guest.call("DELETE", f"/folders/{place}?recursive=true"))[:2] == (409, "folder_conflict")
    assert problem(guest.call("PATCH", f"/folders/{place}", json={"name": "mine"}))[:2] == (409, "folder_conflict")


def test_a_restricted_key_uploads_into_its_folder_and_nowhere_once_that_is_gone(
    client: Client, guest: Client, place: str
) -> None:
    first = guest.call("POST", "/uploads", json={"filename": "a.jpg"}).json()
    second = guest.call("POST", "/uploads", json={"filename": "a.jpg", "folder": "shop/boots"}).json()

    assert client.call("GET", f"/assets/{first['asset_id']}").json()["folder_id"] == place
    shop = client.at(f"{client.folder(place)['path']}/shop/boots")["folder_id"]
    assert client.call("GET", f"/assets/{second['asset_id']}").json()["folder_id"] == shop
    assert client.call("DELETE", f"/folders/{place}?recursive=true").status_code == 200
    for path in ("/uploads", "/folders"):
        reply = guest.call("POST", path, json={"filename": "a.jpg"} if path == "/uploads" else {"name": "a"})
        assert problem(reply)[:2] == (404, "not_found")


def test_what_a_restricted_key_deletes_it_can_restore(
    server: RunningServer, client: Client, guest: Client, place: str
) -> None:
    signed = guest.call("POST", "/uploads", json={"filename": "a.jpg", "folder": "shop"}).json()
    server.put(signed["upload_url"], PHOTO)
    shop = guest.at("/shop")["folder_id"]

    assert guest.call("DELETE", f"/folders/{shop}?recursive=true").json() == {"folders": 1, "assets": 1}

    restored = guest.call("POST", f"/assets/{signed['asset_id']}/restore")
    assert (restored.status_code, restored.json()["folder_id"]) == (200, place)
    assert client.folder(place)["counts"]["assets"] == 1


# Two clients at once


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server that does not count the requests of its clients."""
    running = start_server(tmp_path_factory.mktemp("busy") / "data", rates_posts_per_minute="100000")
    yield running
    running.stop()


def test_of_two_moves_into_each_other_exactly_one_is_made(busy: RunningServer) -> None:
    one, other = Client(busy, busy.key), Client(busy, busy.key)
    with ThreadPoolExecutor(2) as pool:
        for attempt in range(20):
            a, b = (one.create(f"{name} {attempt}")["folder_id"] for name in "ab")
            first = pool.submit(one.call, "PATCH", f"/folders/{a}", json={"parent_id": b})
            second = pool.submit(other.call, "PATCH", f"/folders/{b}", json={"parent_id": a})
            assert sorted([first.result().status_code, second.result().status_code]) == [200, 409]


def test_of_two_folders_of_one_name_exactly_one_is_made_and_uploads_share_it(busy: RunningServer) -> None:
    clients = [Client(busy, busy.key) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        for attempt in range(10):
            wishes = [{"name": f"same {attempt}"}] * 2
            made = [pool.submit(clients[n].call, "POST", "/folders", json=wish) for n, wish in enumerate(wishes)]
            path = {"filename": "a.jpg", "folder": f"same {attempt}/below"}
            signed = [pool.submit(clients[n].call, "POST", "/uploads", json=path) for n in (2, 3)]
            assert 409 in (statuses := [one.result().status_code for one in made])
            assert set(statuses) <= {201, 409}
            assert [one.result().status_code for one in signed] == [201, 201]
            assert clients[0].at(f"same {attempt}")["counts"]["folders"] == 1


def test_after_whatever_two_clients_do_at_once_the_tree_is_whole(busy: RunningServer) -> None:
    known: list[str] = []
    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(do_anything, Client(busy, busy.key), seed, known) for seed in (1, 2)]:
            done.result()

    require_whole(busy)


def do_anything(client: Client, seed: int, known: list[str]) -> None:
    """A hundred random changes of folders that another client changes too; each is made or refused in words."""
    chance = random.Random(seed)
    for step in range(100):
        folder = chance.choice(known) if known else NOWHERE
        parent = chance.choice([None, *known[-6:]])
        name = chance.choice(["a", "b", "日本", f"{seed} {step}"])
        what = chance.random()
        if what < 0.45:
            reply = client.call("POST", "/folders", json={"name": name, "parent_id": parent})
            known += [reply.json()["folder_id"]] if reply.status_code == 201 else []
        elif what < 0.75:
            reply = client.call(
                "PATCH", f"/folders/{folder}", json={"parent_id": parent} | ({"name": name} if step % 2 else {})
            )
        elif what < 0.9:
            wish = {"filename": "a.jpg", "folder": folder if step % 2 else f"{name}/x"}
            reply = client.call("POST", "/uploads", json=wish)
        else:
            reply = client.call("DELETE", f"/folders/{folder}?recursive={json.dumps(step % 2 == 0)}")
        assert reply.status_code in (200, 201, 404, 409), reply.text


def require_whole(server: RunningServer) -> None:
    """No folder is out of reach from the top, none is there twice, and what is counted is there."""
    client = Client(server, server.key)
    found: dict[str, Any] = {}
    places: list[str | None] = [None]
    while places:
        children = client.children(places.pop())
        assert len({folder["name"] for folder in children}) == len(children)
        for folder in children:
            assert folder["folder_id"] not in found
            found[folder["folder_id"]] = folder
            places.append(folder["folder_id"])
    for folder_id, folder in found.items():
        inside = [other for other in found.values() if other["path"].startswith(folder["path"] + "/")]
        assert folder["counts"]["all_folders"] == len(inside)
        assert folder["counts"]["folders"] == sum(other["parent_id"] == folder_id for other in inside)
    catalogue = sqlite3.connect(server.data / "catalogue.db")
    assert set(found) == {row[0] for row in catalogue.execute("SELECT id FROM folders")}
    assert {row[0] for row in catalogue.execute("SELECT DISTINCT folder_id FROM assets")} <= {"", *found}
    catalogue.close()
