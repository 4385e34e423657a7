"""Notifying: receivers that hear, fail, hang, redirect, answer late or twice, reset, want rest, or are gone."""

import hashlib
import hmac
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from small_house import SmallHouse, small_house
from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError

from greenroom.db import deliveries, outbox
from greenroom.db import hooks as hook_rows
from greenroom.domain.act import Act
from greenroom.domain.hook import Delivery, DeliveryState, Face, Hook, HookId, HookStatus, Secret
from greenroom.domain.ids import DEFAULT_ACCOUNT, AccountId
from greenroom.net.addresses import AllowList
from greenroom.net.client import GuardedClient
from greenroom.net.guard import Guard
from greenroom.net.posting import Poster
from greenroom.services.hooks import Hooks, HookWish
from greenroom.services.notifying import Notifying
from receiver import OK, Receiver, late, receiver, reset, status, twice

ORIGIN = "https://media.example.com"
GUARD = Guard(frozenset(("http",)), frozenset((80,)), AllowList.of(["127.0.0.0/8"]))
_PATIENCE_S = 15.0


class RealTime:
    """The real instant, which can be put forward: signatures are verified against the machine's clock."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@dataclass
class Desk:
    """Hooks of one account, and what tells them of events."""

    house: SmallHouse
    hooks: Hooks
    clock: RealTime
    act: Act

    def hook(self, url: str, *events: str, face: Face = Face.API) -> tuple[Hook, Secret]:
        return self.hooks.create(self.act, HookWish(url, events or ("*",)), face)

    def happen(self, subject: str = "img_1", type_: str = "asset.ready", **data: object) -> str:
        """An event, written as any change writes it."""
        account, now = self.act.account_id, self.clock()
        return self.house.database.write(
            lambda tx: outbox.add(tx, account, f"{account} {subject}", type_, data, now)
        ).result()

    def deliveries(self, hook: Hook | None = None) -> list[Delivery]:
        """All deliveries, the oldest first."""
        found = self.hooks.deliveries(self.act.account_id, hook.id if hook else None, None, 2**62, 1000)
        return [delivery for _, delivery in found][::-1]

    def ended(self, count: int = 1) -> list[Delivery]:
        """The deliveries, once so many have ended."""
        deadline = time.monotonic() + _PATIENCE_S
        while sum(one.state is not DeliveryState.WAITING for one in self.deliveries()) < count:
            assert time.monotonic() < deadline, self.deliveries()
            time.sleep(0.02)
        return self.deliveries()

    def attempted(self, count: int) -> list[Delivery]:
        """The deliveries, once so many attempts are written down."""
        deadline = time.monotonic() + _PATIENCE_S
        while sum(one.attempts for one in self.deliveries()) < count:
            assert time.monotonic() < deadline, self.deliveries()
            time.sleep(0.02)
        return self.deliveries()

    @contextmanager
    def telling(
        self, timeout_s: float = 5.0, gaps_s: tuple[float, ...] = (0.05,) * 10, at_once: int = 32
    ) -> Iterator[Notifying]:
        """Tell of events while the context is open."""
        post = Poster(GuardedClient(GUARD), timeout_s, self.clock)
        notifying = Notifying(
            self.house.database, post, ORIGIN, self.clock, at_once=at_once, look_every_s=0.02, gaps_s=gaps_s
        )
        thread = threading.Thread(target=notifying.work)
        thread.start()
        try:
            yield notifying
        finally:
            notifying.close()
            thread.join()


@pytest.fixture(scope="module")
def open_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmallHouse]:
    built = small_house(tmp_path_factory.mktemp("house") / "data")
    yield built
    built.database.close()


@pytest.fixture
def desk(open_house: SmallHouse) -> Iterator[Desk]:
    """The hooks of an account that no other test has."""
    account = AccountId("acc_" + secrets.token_hex(8))
    add = "INSERT INTO accounts (id, name, created_at) VALUES (?, 'test', 0)"
    open_house.database.write(lambda tx: tx._connection.execute(add, (account,)).rowcount).result()
    clock = RealTime()
    built = Desk(open_house, Hooks(open_house.database, GUARD.check, clock), clock, Act(account, "key_of_the_test"))
    yield built
    for hook in built.hooks.all(account):
        built.hooks.delete(built.act, hook.id)


@pytest.fixture
def listening() -> Iterator[Callable[..., Receiver]]:
    """Start receivers that run until the end of the test."""
    with ExitStack() as stack:
        yield lambda *answers, **how: stack.enter_context(receiver(*answers, **how))


Listening = Callable[..., Receiver]


# What is told


def test_a_message_has_the_fields_of_the_contract_and_a_sequence(desk: Desk, listening: Listening) -> None:
    ear = listening()
    desk.hook(ear.url)

    with desk.telling():
        event_id = desk.happen(size_bytes=3, asset_url="/assets/img_1.jpg")
        told = ear.wait_for(1)[0]

    message = told.message
    assert abs(message.pop("timestamp") - time.time()) < 60
    assert message == {
        "event_id": event_id,
        "event": "asset.ready",
        "sequence": 1,
        "data": {"size_bytes": 3, "asset_url": f"{ORIGIN}/assets/img_1.jpg"},
    }
    assert told.headers["content-type"] == "application/json"
    assert told.headers["x-webhook-event"] == "asset.ready"


@pytest.mark.parametrize(
    ("face", "agent"),
    [(Face.V1, "Jogg-Webhook/1.0"), (Face.V2, "JoggAI-Webhook/2.0"), (Face.API, "Greenroom-Webhook/1.0")],
)
def test_each_face_has_its_agent_and_signs_by_hand_and_by_the_library(
    desk: Desk, listening: Listening, face: Face, agent: str
) -> None:
    ear = listening()
    _, secret = desk.hook(ear.url, face=face)

    with desk.telling():
        event_id = desk.happen()
        told = ear.wait_for(1)[0]

    by_hand = hmac.new(secret.current.encode(), told.body, hashlib.sha256).hexdigest()
    assert told.headers["x-webhook-signature"] == by_hand
    assert told.headers["webhook-id"] == event_id
    assert Webhook(secret.current).verify(told.body, told.as_dict()) == told.message
    assert told.headers["user-agent"] == agent


def test_a_message_that_was_changed_on_the_way_is_not_verified(desk: Desk, listening: Listening) -> None:
    ear = listening()
    _, secret = desk.hook(ear.url)

    with desk.telling():
        desk.happen()
        told = ear.wait_for(1)[0]

    with pytest.raises(WebhookVerificationError):
        Webhook(secret.current).verify(told.body.replace(b"evt_", b"EVT_"), told.as_dict())


def test_after_a_rotation_both_secrets_sign_until_the_overlap_is_over(desk: Desk, listening: Listening) -> None:
    ear = listening()
    hook, old = desk.hook(ear.url)
    _, new = desk.hooks.rotate(desk.act, hook.id, timedelta(minutes=2))

    with desk.telling():
        desk.happen()
        ear.wait_for(1)
        desk.clock.ahead = timedelta(minutes=3)
        desk.happen()
        within, after = ear.wait_for(2)

    for secret in (old, new):
        Webhook(secret.current).verify(within.body, within.as_dict())
    by_old = hmac.new(old.current.encode(), within.body, hashlib.sha256).hexdigest()
    by_new = hmac.new(new.current.encode(), within.body, hashlib.sha256).hexdigest()
    assert within.headers["x-webhook-signature"] == by_new
    assert within.headers["x-webhook-signature-previous"] == by_old
    Webhook(new.current).verify(after.body, after.as_dict())
    assert "x-webhook-signature-previous" not in after.headers
    with pytest.raises(WebhookVerificationError):
        Webhook(old.current).verify(after.body, after.as_dict())


def test_a_hook_is_told_what_it_wants_and_only_that(desk: Desk, listening: Listening) -> None:
    wanting, other = listening(), listening()
    desk.hook(wanting.url, "asset.deleted")
    desk.hook(other.url, "asset.ready", "upload.expired")

    with desk.telling():
        desk.happen(type_="asset.deleted")
        wanting.wait_for(1)
        desk.happen(type_="asset.ready")
        other.wait_for(1)

    assert [told.message["event"] for told in wanting.told] == ["asset.deleted"]
    assert [told.message["event"] for told in other.told] == ["asset.ready"]


def test_a_hook_for_the_older_name_of_video_events_is_told_of_every_kind(desk: Desk, listening: Listening) -> None:
    older, newer = listening(), listening()
    desk.hook(older.url, "generated_video_success", face=Face.V1)
    desk.hook(newer.url, "generated_video_success", "generated_avatar_video_success", face=Face.V2)

    with desk.telling():
        desk.happen("v1", "generated_avatar_video_success", video_id="v1", video_url="/assets/a.mp4")
        messages = [ear.wait_for(1)[0].message for ear in (older, newer)]

    assert [message["event"] for message in messages] == ["generated_video_success", "generated_avatar_video_success"]
    assert messages[0]["data"] == {"video_id": "v1", "project_id": "v1", "video_url": f"{ORIGIN}/assets/a.mp4"}
    assert messages[0]["event_id"] == messages[1]["event_id"]


def test_what_happened_before_a_hook_was_made_is_not_told_to_it(desk: Desk, listening: Listening) -> None:
    ear = listening()
    desk.happen("before")
    desk.hook(ear.url)
    desk.happen("after")

    with desk.telling():
        ear.wait_for(1)
        desk.ended(1)

    assert len(ear.told) == 1
    assert len(desk.deliveries()) == 1


def test_what_happened_before_a_hook_was_changed_is_told_as_it_was_to_be(desk: Desk, listening: Listening) -> None:
    ear = listening()
    hook, _ = desk.hook(ear.url, "asset.ready")
    first = desk.happen(type_="asset.ready")
    desk.hooks.change(desk.act, hook.id, HookWish(events=("asset.deleted",)))
    desk.happen(type_="asset.ready")
    second = desk.happen(type_="asset.deleted")

    with desk.telling():
        told = ear.wait_for(2)

    assert [one.message["event_id"] for one in told] == [first, second]


def test_an_upload_s_callback_is_told_what_came_of_it_and_nothing_else(desk: Desk, listening: Listening) -> None:
    ear = listening()
    signed = desk.house.signed()
    give = "UPDATE uploads SET callback_url = ? WHERE id = ?"
    desk.house.database.write(lambda tx: tx._connection.execute(give, (ear.url, signed.upload_id)).rowcount).result()
    asset = desk.house.uploaded(signed=signed)
    secret = desk.hooks.callback_secret(DEFAULT_ACCOUNT)
    desk.happen(asset.id, "rendition.ready")

    with desk.telling():
        told = ear.wait_for(1)[0]
        time.sleep(0.2)

    assert Webhook(secret.current).verify(told.body, told.as_dict())["event"] == "asset.ready"
    assert told.message["data"]["asset_id"] == asset.id
    assert told.message["data"]["asset_url"] == ORIGIN + asset.path
    assert len(ear.told) == 1


def test_the_callback_of_one_request_is_told_of_its_event(desk: Desk, listening: Listening) -> None:
    ear = listening()
    now = desk.clock()
    desk.house.database.write(
        lambda tx: outbox.add(
            tx,
            desk.act.account_id,
            "v1",
            "generated_avatar_video_failed",
            {"video_id": "v1"},
            now,
            callback_url=ear.url,
        )
    ).result()

    with desk.telling():
        told = ear.wait_for(1)[0]

    assert told.message["data"] == {"video_id": "v1", "project_id": "v1"}
    assert told.headers["user-agent"] == "JoggAI-Webhook/2.0"


# Receivers that do not hear


def test_a_receiver_that_fails_is_told_again_under_the_same_id(desk: Desk, listening: Listening) -> None:
    ear = listening(OK, status(500, b"not now"), status(404))
    desk.hook(ear.url)

    with desk.telling():
        event_id = desk.happen()
        delivery = desk.ended()[0]

    assert [told.message["event_id"] for told in ear.told] == [event_id] * 3
    assert delivery.state is DeliveryState.DELIVERED
    assert [(attempt.number, attempt.status, attempt.excerpt) for attempt in delivery.log] == [
        (1, 500, "not now"),
        (2, 404, ""),
        (3, 200, "thank you"),
    ]
    assert delivery.log[0].error == "The receiver answered 500; 2xx takes the message."


def test_a_receiver_that_never_hears_is_given_up_after_the_last_gap(desk: Desk, listening: Listening) -> None:
    ear = listening(status(500))
    desk.hook(ear.url)

    with desk.telling(gaps_s=(0.02, 0.02)):
        desk.happen()
        delivery = desk.ended()[0]

    assert (delivery.state, delivery.attempts, len(ear.told)) == (DeliveryState.FAILED, 3, 3)


def test_a_redirect_is_a_failure_and_nobody_is_told_where_it_leads(desk: Desk, listening: Listening) -> None:
    elsewhere = listening()
    ear = listening(status(200), status(307, location=elsewhere.url))
    desk.hook(ear.url)

    with desk.telling():
        desk.happen()
        delivery = desk.ended()[0]

    assert "Redirects are not followed" in delivery.log[0].error
    assert elsewhere.told == []


def test_a_receiver_that_answers_late_is_told_again(desk: Desk, listening: Listening) -> None:
    ear = listening(OK, late(1.5, OK))
    desk.hook(ear.url)

    with desk.telling(timeout_s=0.5):
        event_id = desk.happen()
        delivery = desk.ended()[0]

    assert [told.message["event_id"] for told in ear.told] == [event_id] * 2
    assert (delivery.log[0].status, delivery.log[1].status) == (None, 200)
    assert "0.5 s" in delivery.log[0].error
    assert delivery.log[0].ms >= 400


@pytest.mark.parametrize("body", [b"", b"x" * 100_000, b"\x00\xff\x1b[31m"])
def test_whatever_a_receiver_says_a_2xx_takes_the_message(desk: Desk, listening: Listening, body: bytes) -> None:
    ear = listening(status(202, body))
    desk.hook(ear.url)

    with desk.telling():
        desk.happen()
        delivery = desk.ended()[0]

    assert (delivery.state, len(ear.told)) == (DeliveryState.DELIVERED, 1)
    assert len(delivery.log[0].excerpt) <= 500
    assert delivery.log[0].excerpt.isprintable()


def test_a_receiver_that_answers_twice_has_heard_once(desk: Desk, listening: Listening) -> None:
    ear = listening(twice)
    desk.hook(ear.url)

    with desk.telling():
        desk.happen()
        delivery = desk.ended()[0]

    assert (delivery.state, len(ear.told)) == (DeliveryState.DELIVERED, 1)


def test_a_receiver_that_resets_is_told_again(desk: Desk, listening: Listening) -> None:
    ear = listening(OK, reset, reset)
    desk.hook(ear.url)

    with desk.telling():
        desk.happen()
        delivery = desk.ended()[0]

    assert (delivery.state, delivery.attempts) == (DeliveryState.DELIVERED, 3)
    assert delivery.log[0].error != ""


def test_a_receiver_that_is_not_there_is_told_when_it_is(desk: Desk, listening: Listening) -> None:
    with receiver() as gone:
        port = gone.port
    desk.hook(f"http://127.0.0.1:{port}/hook")

    with desk.telling(gaps_s=(0.1,) * 50):
        desk.happen()
        desk.attempted(2)
        ear = listening(port=port)
        ear.wait_for(1)

    assert "took no connection" in desk.deliveries()[0].log[0].error


def test_a_receiver_that_is_gone_takes_nothing_from_the_one_that_its_hook_has_moved_to(
    desk: Desk, listening: Listening
) -> None:
    old, new = listening(late(1.0, status(410))), listening(status(200))
    hook, _ = desk.hook(old.url)

    with desk.telling():
        desk.happen()
        old.wait_for(1)
        desk.hooks.change(desk.act, hook.id, HookWish(url=new.url))
        desk.ended()

    assert desk.hooks.one(desk.act.account_id, hook.id).status is HookStatus.ENABLED
    assert [one.state for one in desk.deliveries()] == [DeliveryState.DELIVERED]


def test_a_receiver_that_is_gone_is_never_told_again(desk: Desk, listening: Listening) -> None:
    ear = listening(status(410))
    hook, _ = desk.hook(ear.url)

    with desk.telling():
        desk.happen()
        delivery = desk.ended()[0]
        desk.happen()
        after = desk.hooks.one(desk.act.account_id, hook.id)

    assert (delivery.state, len(ear.told)) == (DeliveryState.FAILED, 1)
    assert (after.status, after.disabled_reason) == (HookStatus.DISABLED, "It answered 410 Gone.")
    assert len(desk.deliveries()) == 1


def test_a_receiver_that_wants_rest_gets_it(desk: Desk, listening: Listening) -> None:
    ear = listening(OK, status(429, retry_after="1"))
    desk.hook(ear.url)

    with desk.telling():
        desk.happen("img_1")
        ear.wait_for(1)
        desk.attempted(1)
        desk.happen("img_2")
        told = ear.wait_for(3)

    assert told[1].at - told[0].at >= 0.9
    assert [one.state for one in desk.ended(2)] == [DeliveryState.DELIVERED] * 2


def test_a_hook_that_took_nothing_for_five_days_is_disabled(desk: Desk, listening: Listening) -> None:
    ear = listening(status(500))
    hook, _ = desk.hook(ear.url)

    with desk.telling(gaps_s=(0.02,)):
        desk.happen()
        desk.ended(1)
        desk.clock.ahead = timedelta(days=5, hours=1)
        desk.happen()
        desk.attempted(3)

    after = desk.hooks.one(desk.act.account_id, hook.id)
    assert (after.status, after.disabled_reason) == (HookStatus.DISABLED, "Every attempt of 5 days failed.")


def test_a_hook_that_took_something_in_between_stays(desk: Desk, listening: Listening) -> None:
    ear = listening(OK, status(500), status(500))
    hook, _ = desk.hook(ear.url)

    with desk.telling(gaps_s=(0.02,)):
        desk.happen()
        desk.ended(1)
        desk.happen()
        desk.ended(2)
        desk.clock.ahead = timedelta(days=6)
        ear.answers.append(status(500))
        desk.happen()
        desk.ended(3)

    assert desk.hooks.one(desk.act.account_id, hook.id).status is HookStatus.ENABLED


def test_an_address_that_may_not_be_called_any_more_is_not_called(desk: Desk) -> None:
    hook, _ = desk.hook("http://127.0.0.1:9/hook")
    inside = "UPDATE hooks SET url = 'http://10.0.0.1/hook' WHERE id = ?"
    desk.house.database.write(lambda tx: tx._connection.execute(inside, (hook.id,)).rowcount).result()

    with desk.telling(gaps_s=()):
        desk.happen()
        delivery = desk.ended()[0]

    assert "a private network, which this server does not call" in delivery.log[0].error


# Order and isolation


def test_first_attempts_go_in_order_and_one_that_fails_does_not_hold_the_others(
    desk: Desk, listening: Listening
) -> None:
    ear = listening(OK, OK, status(500))
    desk.hook(ear.url)
    for _ in range(20):
        desk.happen("img_1")

    with desk.telling(gaps_s=(2.0,)):
        ear.wait_for(21)

    sequences = [told.message["sequence"] for told in ear.told]
    assert list(dict.fromkeys(sequences)) == list(range(1, 21))
    assert sequences.count(2) == 2
    assert sequences.index(20) < len(sequences) - 1 - sequences[::-1].index(2)


def test_the_sequence_of_each_subject_is_its_own(desk: Desk, listening: Listening) -> None:
    ear = listening()
    desk.hook(ear.url)

    with desk.telling():
        for subject in ("a", "b", "a", "a", "b"):
            desk.happen(subject, name=subject)
        ear.wait_for(5)

    told = [(one.message["data"]["name"], one.message["sequence"]) for one in ear.told]
    assert [number for subject, number in told if subject == "a"] == [1, 2, 3]
    assert [number for subject, number in told if subject == "b"] == [1, 2]


def test_receivers_that_hang_do_not_delay_one_that_hears(desk: Desk, listening: Listening) -> None:
    hanging = [listening(late(1.5, OK)) for _ in range(10)]
    for ear in hanging:
        desk.hook(ear.url, "asset.ready")
    hearing = listening()
    desk.hook(hearing.url, "asset.deleted")

    with desk.telling(timeout_s=1, at_once=8):
        desk.happen(type_="asset.deleted")
        desk.ended(1)
        for number in range(10):
            desk.happen(f"img_{number}", "asset.ready")
        desk.attempted(9)
        began = time.monotonic()
        for number in range(10):
            desk.happen(f"img_{number}", "asset.deleted")
        hearing.wait_for(11)
        took_s = time.monotonic() - began

    assert took_s < 1


# Pausing, deleting, replaying


def test_a_paused_hook_is_told_nothing_and_what_waited_goes_on_when_it_is_enabled(
    desk: Desk, listening: Listening
) -> None:
    ear = listening(OK, status(503))
    hook, _ = desk.hook(ear.url)

    with desk.telling(gaps_s=(0.3,) * 3):
        waiting = desk.happen()
        desk.attempted(1)
        desk.hooks.change(desk.act, hook.id, HookWish(status=HookStatus.DISABLED))
        desk.happen()
        time.sleep(0.6)
        assert len(ear.told) == 1
        desk.hooks.change(desk.act, hook.id, HookWish(status=HookStatus.ENABLED))
        told = ear.wait_for(2)

    assert told[1].message["event_id"] == waiting
    assert len(desk.deliveries()) == 1


def test_what_waited_for_a_deleted_hook_is_not_told(desk: Desk, listening: Listening) -> None:
    ear = listening(status(503))
    hook, _ = desk.hook(ear.url)

    with desk.telling(gaps_s=(0.2,) * 3):
        desk.happen()
        desk.attempted(1)
        desk.hooks.delete(desk.act, hook.id)
        delivery = desk.ended()[0]
        time.sleep(0.3)

    assert (delivery.state, len(ear.told)) == (DeliveryState.FAILED, 1)


def test_a_ping_is_told_to_its_hook_alone(desk: Desk, listening: Listening) -> None:
    pinged, other = listening(), listening()
    hook, _ = desk.hook(pinged.url, "asset.deleted")
    desk.hook(other.url, "*")

    with desk.telling():
        delivery = desk.hooks.ping(desk.act, hook.id)
        told = pinged.wait_for(1)[0]
        desk.ended(1)

    assert told.message["event"] == "ping"
    assert told.message["event_id"] == delivery.event_id
    assert told.message["data"] == {"hook_id": hook.id}
    assert other.told == []


def test_a_replay_tells_the_same_event_once_more(desk: Desk, listening: Listening) -> None:
    ear = listening()
    desk.hook(ear.url)

    with desk.telling():
        desk.happen()
        first = desk.ended()[0]
        again = desk.hooks.replay(desk.act, first.id)
        told = ear.wait_for(2)
        both = desk.ended(2)

    assert told[0].body == told[1].body
    assert (again.event_id, again.id != first.id) == (first.event_id, True)
    assert [one.state for one in both] == [DeliveryState.DELIVERED] * 2


# What is forgotten


def test_old_events_and_deliveries_are_forgotten_and_sequences_go_on(desk: Desk, listening: Listening) -> None:
    ear = listening()
    desk.hook(ear.url)

    with desk.telling() as notifying:
        desk.happen("img_old")
        desk.happen("img_2")
        desk.ended(2)
        desk.clock.ahead = timedelta(days=400)
        notifying.prune(timedelta(days=30))
        forgotten = desk.deliveries()
        desk.happen("img_old")
        ear.wait_for(3)

    assert forgotten == []
    assert ear.told[2].message["sequence"] == 2
    assert [
        event.sequence
        for event in desk.house.database.read(lambda tx: outbox.events_of(tx, f"{desk.act.account_id} img_old"))
    ] == [2]


def test_events_that_nobody_wants_write_nothing(desk: Desk) -> None:
    before = desk.house.database.read(deliveries.reached)
    for number in range(50):
        desk.happen(f"img_{number}")

    with desk.telling():
        time.sleep(0.2)

    assert desk.house.database.read(deliveries.reached) == before
    assert desk.deliveries() == []


def test_secrets_go_with_their_hook(desk: Desk) -> None:
    hook, _ = desk.hook("http://127.0.0.1:9/hook")

    desk.hooks.delete(desk.act, hook.id)

    assert desk.house.database.read(lambda tx: hook_rows.secret(tx, HookId(hook.id))) is None


def test_a_message_is_json_that_any_program_reads(desk: Desk, listening: Listening) -> None:
    ear = listening()
    desk.hook(ear.url)

    with desk.telling():
        desk.happen(name='多 \u202e\x00 🎬 \\ "')
        told = ear.wait_for(1)[0]

    assert json.loads(told.body)["data"]["name"] == '多 \u202e\x00 🎬 \\ "'
