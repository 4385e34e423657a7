"""Hooks, deliveries and events over our own API, with real receivers, from signing to the signature."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests
from standardwebhooks import Webhook

import media_samples
from greenroom.bootstrap.house import now, open_catalogue
from greenroom.domain.access import KeyWish, Scope
from greenroom.domain.act import CLI, Act
from greenroom.domain.ids import DEFAULT_ACCOUNT, AccountId
from greenroom.services.access import Access
from receiver import Receiver, receiver, status
from running_server import RunningServer

OTHER_ACCOUNT = AccountId("acc_other")


@pytest.fixture
def house(telling_server: RunningServer) -> RunningServer:
    """The server that tells receivers on this machine."""
    return telling_server


@pytest.fixture(scope="module")
def stranger(telling_server: RunningServer) -> str:
    """A key of another account."""
    database = open_catalogue(str(telling_server.data))
    add = "INSERT INTO accounts (id, name, created_at) VALUES (?, 'other', 0)"
    database.write(lambda tx: tx._connection.execute(add, (OTHER_ACCOUNT,)).rowcount).result()
    secret = _key(database, OTHER_ACCOUNT, Scope.ADMIN)
    database.close()
    return secret


@pytest.fixture
def call(house: RunningServer) -> Iterator[Callable[..., requests.Response]]:
    """Call our own API; hooks that a test makes are removed after it."""

    def call(method: str, path: str, body: Any = None, key: str | None = None) -> requests.Response:
        headers = {"x-api-key": key or house.key}
        return requests.request(method, f"{house.url}/api/v1{path}", json=body, headers=headers, timeout=20)

    yield call
    for hook in call("GET", "/hooks").json()["data"]:
        call("DELETE", f"/hooks/{hook['hook_id']}")


@pytest.fixture
def ear() -> Iterator[Receiver]:
    with receiver() as running:
        yield running


Call = Callable[..., requests.Response]


def _key(database: Any, account: AccountId, *scopes: Scope) -> str:
    wish = KeyWish("test", frozenset(scopes))
    return Access(database, now).create(Act(account, CLI), wish)[1]


def made(call: Call, url: str, *events: str) -> dict[str, Any]:
    """A hook that must be made."""
    reply = call("POST", "/hooks", {"url": url, "events": events or ["*"]})
    assert reply.status_code == 201, reply.text
    hook: dict[str, Any] = reply.json()
    return hook


def ended(call: Call, delivery_id: str) -> dict[str, Any]:
    """A delivery, once it has ended."""
    deadline = time.monotonic() + 15
    while (found := call("GET", f"/deliveries/{delivery_id}").json())["state"] == "waiting":
        assert time.monotonic() < deadline, found
        time.sleep(0.05)
    delivery: dict[str, Any] = found
    return delivery


def assert_problem(reply: requests.Response, expected: int, code: str, field: str | None = None) -> str:
    """The sentence of a problem document, which must be of that status, code and field."""
    document = reply.json()
    assert (reply.status_code, document["code"], document.get("field")) == (expected, code, field), reply.text
    detail: str = document["detail"]
    return detail


# Hooks


def test_the_secret_is_shown_when_a_hook_is_made_and_never_again(call: Call) -> None:
    hook = made(call, "http://127.0.0.1:9/a", "asset.ready")

    assert hook["secret"].startswith("whsec_")
    assert hook["hook_id"].startswith("wh_")
    shown = {name: value for name, value in hook.items() if name not in ("secret", "previous_valid_until")}
    assert call("GET", f"/hooks/{hook['hook_id']}").json() == shown
    assert call("GET", "/hooks").json()["data"] == [shown]
    assert (shown["status"], shown["events"], shown["disabled_reason"]) == ("enabled", ["asset.ready"], None)


def test_an_upload_is_told_to_a_hook_and_the_message_verifies(house: RunningServer, call: Call, ear: Receiver) -> None:
    hook = made(call, ear.url, "asset.ready")

    receipt = house.upload("photo.jpg", media_samples.jpeg())
    told = ear.wait_for(1)[0]

    message = Webhook(hook["secret"]).verify(told.body, told.as_dict())
    assert message["data"]["asset_id"] == receipt["asset_id"]
    assert message["data"]["sha256"] == receipt["sha256"]
    assert (message["event"], message["sequence"]) == ("asset.ready", 1)


def test_a_hook_can_be_changed_in_parts(call: Call) -> None:
    hook = made(call, "http://127.0.0.1:9/a", "asset.ready")

    changed = call("PATCH", f"/hooks/{hook['hook_id']}", {"events": ["asset.deleted", "asset.deleted"]}).json()
    paused = call("PATCH", f"/hooks/{hook['hook_id']}", {"status": "disabled"}).json()

    assert (changed["events"], changed["url"], changed["status"]) == (["asset.deleted"], hook["url"], "enabled")
    assert (paused["events"], paused["status"]) == (["asset.deleted"], "disabled")


def test_a_deleted_hook_is_not_there(call: Call) -> None:
    hook = made(call, "http://127.0.0.1:9/a")

    assert call("DELETE", f"/hooks/{hook['hook_id']}").status_code == 204
    assert_problem(call("GET", f"/hooks/{hook['hook_id']}"), 404, "not_found")
    assert_problem(call("DELETE", f"/hooks/{hook['hook_id']}"), 404, "not_found")


def test_the_twenty_first_hook_is_refused(call: Call) -> None:
    for _ in range(20):
        made(call, "http://127.0.0.1:9/a")

    reply = call("POST", "/hooks", {"url": "http://127.0.0.1:9/a", "events": ["*"]})

    assert "20 hooks" in assert_problem(reply, 409, "hooks_full")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"events": ["*"]}, "url"),
        ({"url": "http://127.0.0.1/a"}, "events"),
        ({"url": "http://127.0.0.1/a", "events": []}, "events"),
        ({"url": "http://127.0.0.1/a", "events": "*"}, "events"),
        ({"url": "http://127.0.0.1/a", "events": [1]}, "events[0]"),
        ({"url": "http://127.0.0.1/a", "events": ["asset.redy"]}, "events"),
        ({"url": "http://127.0.0.1/a", "events": ["ping"]}, "events"),
        ({"url": "http://127.0.0.1/a", "events": ["a\x00b"]}, "events"),
        ({"url": "http://127.0.0.1/a", "events": ["*"], "status": "paused"}, "status"),
        ({"url": "http://127.0.0.1/a", "events": ["*"], "secret": "mine"}, "secret"),
        ({"url": "http://127.0.0.1/" + "a" * 3000, "events": ["*"]}, "url"),
        ({"url": "http://127.0.0.1/\x00", "events": ["*"]}, "url"),
        ({"url": "ftp://127.0.0.1/a", "events": ["*"]}, "url"),
        ({"url": "nonsense", "events": ["*"]}, "url"),
        ({"url": "http://me:secret@127.0.0.1/a", "events": ["*"]}, "url"),
    ],
)
def test_bad_input_is_refused_with_the_name_of_its_field(call: Call, body: dict[str, Any], field: str) -> None:
    reply = call("POST", "/hooks", body)

    assert (reply.status_code, reply.json()["field"]) == (422, field), reply.text


@pytest.mark.parametrize("body", ["[]", '{"url": "\\ud800", "events": ["*"]}', '{"url": 7', "", '{"overlap_s": 1e400}'])
def test_broken_json_is_refused(house: RunningServer, body: str) -> None:
    headers = {"x-api-key": house.key, "content-type": "application/json"}

    reply = requests.post(f"{house.url}/api/v1/hooks", data=body, headers=headers, timeout=10)

    assert reply.status_code == 422, reply.text


@pytest.mark.parametrize(
    "url", ["http://10.0.0.1/a", "http://169.254.169.254/latest", "http://[::1]/a", "http://[::ffff:10.0.0.1]/a"]
)
def test_a_receiver_inside_is_refused_unless_it_was_allowed(call: Call, url: str) -> None:
    reply = call("POST", "/hooks", {"url": url, "events": ["*"]})

    assert "which this server does not call" in assert_problem(reply, 422, "address_forbidden", "url")


def test_without_a_setting_receivers_have_to_speak_tls(server: RunningServer) -> None:
    reply = requests.post(
        f"{server.url}/api/v1/hooks",
        json={"url": "http://192.0.43.8/a", "events": ["*"]},
        headers={"x-api-key": server.key},
        timeout=10,
    )

    assert "allowed: https" in assert_problem(reply, 422, "address_forbidden", "url")


# Secrets


def test_a_rotated_secret_signs_beside_the_one_before(house: RunningServer, call: Call, ear: Receiver) -> None:
    hook = made(call, ear.url, "asset.ready")

    rotated = call("POST", f"/hooks/{hook['hook_id']}/rotate", {"overlap_s": 60}).json()
    house.upload("photo.jpg", media_samples.jpeg())
    told = ear.wait_for(1)[0]

    assert rotated["secret"] != hook["secret"]
    assert abs(rotated["previous_valid_until"] - time.time() - 60) < 30
    for secret in (hook["secret"], rotated["secret"]):
        Webhook(secret).verify(told.body, told.as_dict())


@pytest.mark.parametrize("overlap_s", [-1, 604801, 2**70, "60", None])
def test_an_overlap_that_makes_no_sense_is_refused(call: Call, overlap_s: object) -> None:
    hook = made(call, "http://127.0.0.1:9/a")

    reply = call("POST", f"/hooks/{hook['hook_id']}/rotate", {"overlap_s": overlap_s})

    assert (reply.status_code, reply.json()["field"]) == (422, "overlap_s")


def test_the_secret_of_callbacks_stays_until_it_is_rotated(call: Call) -> None:
    first = call("GET", "/callback-secret").json()
    again = call("GET", "/callback-secret").json()
    rotated = call("POST", "/callback-secret/rotate").json()

    assert first == again
    assert rotated["secret"] != first["secret"]
    assert call("GET", "/callback-secret").json() == rotated


def test_the_callback_of_an_upload_is_told_what_came_of_it(house: RunningServer, call: Call, ear: Receiver) -> None:
    secret = call("GET", "/callback-secret").json()["secret"]
    signed = house.sign({"filename": "a.jpg", "content_type": "image/jpeg", "callback_url": ear.url})["data"]

    house.put(signed["sign_url"], media_samples.jpeg())
    told = ear.wait_for(1)[0]

    message = Webhook(secret).verify(told.body, told.as_dict())
    assert (message["event"], message["data"]["asset_id"]) == ("asset.ready", signed["asset_id"])
    delivery = call("GET", "/deliveries?limit=1").json()["data"][0]
    assert (delivery["hook_id"], delivery["url"]) == (None, ear.url)


def test_the_callback_of_a_video_is_told_that_it_was_cancelled(call: Call, ear: Receiver) -> None:
    speaker = {"avatar": "sarah_full_01", "script": "Hello.", "voice": {"voice_id": "greenroom-en-US-amber"}}
    video_id = call("POST", "/videos", speaker | {"callback_url": ear.url}).json()["video_id"]

    call("POST", f"/videos/{video_id}/cancel")

    message = ear.wait_for(1)[0].message
    assert (message["event"], message["data"]["video_id"]) == ("video.cancelled", video_id)


# Deliveries


def test_a_ping_and_its_log(call: Call, ear: Receiver) -> None:
    ear.answers.append(status(200, b"pong"))
    hook = made(call, ear.url, "asset.deleted")

    begun = call("POST", f"/hooks/{hook['hook_id']}/test")
    delivery = ended(call, begun.json()["delivery_id"])

    assert begun.status_code == 202
    assert begun.headers["location"] == f"/api/v1/deliveries/{delivery['delivery_id']}"
    assert (delivery["event"], delivery["state"], delivery["next_attempt_at"]) == ("ping", "delivered", None)
    attempt = delivery["attempts"][0]
    assert (attempt["number"], attempt["status"], attempt["error"], attempt["excerpt"]) == (1, 200, None, "pong")
    assert call("GET", f"/hooks/{hook['hook_id']}/deliveries").json()["data"] == [delivery]


def test_a_delivery_can_be_replayed(call: Call, ear: Receiver) -> None:
    hook = made(call, ear.url)
    first = ended(call, call("POST", f"/hooks/{hook['hook_id']}/test").json()["delivery_id"])

    again = call("POST", f"/deliveries/{first['delivery_id']}/replay")
    told = ear.wait_for(2)

    assert again.status_code == 202
    assert again.json()["event_id"] == first["event_id"]
    assert told[0].body == told[1].body


def test_a_disabled_hook_is_neither_pinged_nor_told_again(call: Call, ear: Receiver) -> None:
    hook = made(call, ear.url)
    first = ended(call, call("POST", f"/hooks/{hook['hook_id']}/test").json()["delivery_id"])
    call("PATCH", f"/hooks/{hook['hook_id']}", {"status": "disabled"})

    assert_problem(call("POST", f"/hooks/{hook['hook_id']}/test"), 409, "hook_disabled")
    assert_problem(call("POST", f"/deliveries/{first['delivery_id']}/replay"), 409, "hook_disabled")


def test_deliveries_come_in_pages(call: Call, ear: Receiver) -> None:
    hook = made(call, ear.url)
    ids = [call("POST", f"/hooks/{hook['hook_id']}/test").json()["delivery_id"] for _ in range(3)]
    path = f"/hooks/{hook['hook_id']}/deliveries?limit=2"

    first = call("GET", path).json()
    second = call("GET", f"{path}&cursor={first['next_cursor']}").json()

    found = [delivery["delivery_id"] for delivery in first["data"] + second["data"]]
    assert (found, second["next_cursor"]) == (ids[::-1], None)
    assert call("GET", f"/hooks/{hook['hook_id']}/deliveries?state=failed").json()["data"] == []
    assert call("GET", f"/hooks/{hook['hook_id']}/deliveries?state=lost").status_code == 422


# Events


def test_events_are_listed_by_asset_and_type(house: RunningServer, call: Call) -> None:
    receipt = house.upload("photo.jpg", media_samples.jpeg())

    of_asset = call("GET", f"/events?asset={receipt['asset_id']}").json()["data"]

    event = of_asset[0]
    assert [one["event"] for one in of_asset] == ["asset.ready"]
    assert (event["subject"], event["sequence"]) == (receipt["asset_id"], 1)
    assert event["data"]["asset_url"] == receipt["asset_url"]
    assert call("GET", f"/events/{event['event_id']}").json() == event
    assert event in call("GET", "/events?type=asset.ready&limit=100").json()["data"]
    assert call("GET", f"/events?asset={receipt['asset_id']}&type=asset.deleted").json()["data"] == []


def test_events_are_paged_in_both_orders_and_the_oldest_first_can_be_gone_on_with(
    house: RunningServer, call: Call
) -> None:
    for _ in range(3):
        house.upload("photo.jpg", media_samples.jpeg())
    oldest = _all_pages(call, "oldest")
    newest = _all_pages(call, "newest")
    assert oldest[0] == newest[0][::-1]

    house.upload("photo.jpg", media_samples.jpeg())
    more = call("GET", f"/events?order=oldest&cursor={oldest[1]}").json()

    assert len(more["data"]) == 1
    assert more["data"][0]["event_id"] not in oldest[0]


def _all_pages(call: Call, order: str) -> tuple[list[str], str | None]:
    """The ids of all events, and the last cursor that was given."""
    found: list[str] = []
    last = None
    page = call("GET", f"/events?order={order}&limit=2").json()
    while page["data"]:
        found += [event["event_id"] for event in page["data"]]
        last = page["next_cursor"] or last
        if page["next_cursor"] is None:
            break
        page = call("GET", f"/events?order={order}&limit=2&cursor={page['next_cursor']}").json()
    return found, last


def test_the_types_of_events_are_told_with_a_sentence_each(call: Call) -> None:
    types = call("GET", "/events/types").json()["data"]

    assert len([one for one in types if one["event"].endswith(("_success", "_failed"))]) == 22
    assert {"asset.ready", "asset.rejected", "asset.deleted", "upload.expired"} <= {one["event"] for one in types}
    assert all(one["description"].endswith(".") for one in types)


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/events?type=asset.redy", "type"),
        ("/events?type=%00", "type"),
        ("/events?order=random", "order"),
        ("/events?limit=0", "limit"),
        ("/events?limit=101", "limit"),
        ("/events?cursor=nonsense", "cursor"),
        ("/events?cursor=" + "9" * 300, "cursor"),
        ("/deliveries?cursor=bnVsbA", "cursor"),
        ("/deliveries?state=", "state"),
        ("/deliveries?limit=many", "limit"),
    ],
)
def test_a_question_that_makes_no_sense_is_a_problem_that_names_it(call: Call, path: str, field: str) -> None:
    reply = call("GET", path)

    assert (reply.status_code, reply.json()["field"]) == (422, field), reply.text


@pytest.mark.parametrize(
    "path", ["/events?asset=%00", "/events?asset=%ff", "/events?cursor=LTk5OTk5OTk5OTk5OTk5OTk5OTk5"]
)
def test_a_question_about_nothing_has_no_answer(call: Call, path: str) -> None:
    assert call("GET", path).json()["data"] == []


# Who may


def test_ids_of_another_account_are_told_apart_from_absent_ones_by_nothing(
    call: Call, ear: Receiver, stranger: str
) -> None:
    hook = made(call, ear.url)
    delivery = ended(call, call("POST", f"/hooks/{hook['hook_id']}/test").json()["delivery_id"])
    theirs = [hook["hook_id"], delivery["delivery_id"], delivery["event_id"]]
    absent = [f"{id_[: id_.index('_') + 1]}{'0' * 32}" for id_ in theirs]

    answers = [_told_of(call, *ids, stranger) for ids in (theirs, absent)]

    assert [code for code, _ in answers[0]] == [404] * 9
    assert answers[0] == answers[1]
    assert call("GET", "/hooks", key=stranger).json()["data"] == []
    assert call("GET", "/deliveries", key=stranger).json()["data"] == []
    assert call("GET", f"/events?asset={hook['hook_id']}", key=stranger).json()["data"] == []


def _told_of(call: Call, hook: str, delivery: str, event: str, key: str) -> list[tuple[int, str]]:
    """Status and sentence, without the id, of everything that can be asked of these ids."""
    asked = [
        ("GET", f"/hooks/{hook}", None),
        ("PATCH", f"/hooks/{hook}", {"status": "enabled"}),
        ("DELETE", f"/hooks/{hook}", None),
        ("POST", f"/hooks/{hook}/rotate", {}),
        ("POST", f"/hooks/{hook}/test", None),
        ("GET", f"/hooks/{hook}/deliveries", None),
        ("GET", f"/deliveries/{delivery}", None),
        ("POST", f"/deliveries/{delivery}/replay", None),
        ("GET", f"/events/{event}", None),
    ]
    replies = [call(method, path, body, key=key) for method, path, body in asked]
    sentences = [reply.json()["detail"] for reply in replies]
    for id_ in (hook, delivery, event):
        sentences = [sentence.replace(id_, "…") for sentence in sentences]
    return list(zip([reply.status_code for reply in replies], sentences, strict=True))


def test_a_key_without_the_scope_sees_no_hooks(house: RunningServer, call: Call) -> None:
    database = open_catalogue(str(house.data))
    reader = _key(database, DEFAULT_ACCOUNT, Scope.READ)
    database.close()

    assert_problem(call("GET", "/hooks", key=reader), 403, "scope_missing")
    assert_problem(call("GET", "/deliveries", key=reader), 403, "scope_missing")
    assert_problem(
        call("POST", "/hooks", {"url": "http://127.0.0.1/", "events": ["*"]}, key=reader), 403, "scope_missing"
    )
    assert call("GET", "/events", key=reader).status_code == 200


def test_every_change_is_in_the_audit(call: Call, ear: Receiver) -> None:
    hook = made(call, ear.url)
    call("PATCH", f"/hooks/{hook['hook_id']}", {"events": ["asset.ready"]})
    call("POST", f"/hooks/{hook['hook_id']}/rotate")
    call("POST", f"/hooks/{hook['hook_id']}/test")
    call("DELETE", f"/hooks/{hook['hook_id']}")

    entries = call("GET", f"/audit?subject={hook['hook_id']}").json()["data"]

    actions = [entry["action"] for entry in entries][::-1]
    assert actions == ["hook.created", "hook.changed", "hook.secret_rotated", "hook.pinged", "hook.deleted"]
    assert "whsec_" not in str(entries)


def test_no_secret_is_in_the_log(house: RunningServer, call: Call, ear: Receiver) -> None:
    hook = made(call, ear.url)
    ended(call, call("POST", f"/hooks/{hook['hook_id']}/test").json()["delivery_id"])

    assert "whsec_" not in house.log.read_text()


def test_two_that_change_hooks_at_once_do_not_exceed_the_limit(call: Call) -> None:
    with ThreadPoolExecutor(8) as pool:
        body = {"url": "http://127.0.0.1:9/a", "events": ["*"]}
        codes = sorted(reply.status_code for reply in pool.map(lambda _: call("POST", "/hooks", body), range(30)))

    assert codes == [201] * 20 + [409] * 10
