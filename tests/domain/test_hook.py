"""Hooks and events as values: who is told under which name, when to try again, what secrets look like."""

import base64
import re
from datetime import UTC, datetime, timedelta

import pytest

from greenroom.domain.events import ALL_EVENTS, COMPATIBLE, EVENTS, EVERYTHING, PING, Event, message, told_as
from greenroom.domain.hook import GAPS_S, GIVE_UP_AFTER, Face, Secret, new_secret, next_try
from greenroom.domain.ids import DEFAULT_ACCOUNT
from greenroom.domain.signature import signed_headers

NOW = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
VIDEOS = [name for name in COMPATIBLE if "_video_" in name and not name.startswith("generated_video_")]


def event(type_: str, **data: object) -> Event:
    return Event(7, "evt_1", DEFAULT_ACCOUNT, "vid_1", 3, type_, data, NOW)


# Names


def test_the_contract_has_22_events() -> None:
    assert len(COMPATIBLE) == 22


@pytest.mark.parametrize("name", EVENTS)
def test_an_event_is_told_under_its_name(name: str) -> None:
    assert told_as((name,), name) == name


@pytest.mark.parametrize("name", EVENTS)
def test_who_wants_everything_is_told_of_each(name: str) -> None:
    assert told_as((EVERYTHING,), name) == name


@pytest.mark.parametrize("name", VIDEOS)
def test_every_kind_of_video_is_told_under_the_older_name_too(name: str) -> None:
    older = "generated_video_failed" if name.endswith("_failed") else "generated_video_success"

    assert told_as((older,), name) == older
    assert told_as((older, name), name) == name


@pytest.mark.parametrize(
    ("subscribed", "happened"),
    [
        ("generated_video_success", "generated_avatar_video_failed"),
        ("generated_video_success", "create_avatar_success"),
        ("generated_avatar_video_success", "generated_product_video_success"),
        ("asset.ready", "asset.rejected"),
        (EVERYTHING, PING),
    ],
)
def test_who_did_not_ask_is_not_told(subscribed: str, happened: str) -> None:
    assert told_as((subscribed,), happened) is None


def test_only_a_ping_cannot_be_subscribed_to() -> None:
    assert set(ALL_EVENTS) - set(EVENTS) == {PING}


# Messages


def test_addresses_of_ours_are_told_whole_and_others_as_they_are() -> None:
    happened = event(
        "generated_image_success",
        photo_urls=["/assets/a.png", "https://other/b.png"],
        photo_url=None,
        name="/not/a/url",
    )

    data = message(happened, "generated_image_success", "https://media.example.com")["data"]

    assert data == {
        "photo_urls": ["https://media.example.com/assets/a.png", "https://other/b.png"],
        "photo_url": None,
        "name": "/not/a/url",
    }


def test_a_video_has_both_ids() -> None:
    data = message(event("generated_avatar_video_failed", video_id="v1"), "generated_video_failed", "")["data"]

    assert data == {"video_id": "v1", "project_id": "v1"}


# When


def test_the_gaps_grow_and_end_within_a_day() -> None:
    assert list(GAPS_S) == sorted(GAPS_S)
    assert timedelta(seconds=sum(GAPS_S)) < GIVE_UP_AFTER < timedelta(seconds=sum(GAPS_S) * 1.05)


@pytest.mark.parametrize("attempts", range(1, len(GAPS_S) + 1))
def test_a_gap_is_shortened_by_chance_by_up_to_a_fifth(attempts: int) -> None:
    gap_s = GAPS_S[attempts - 1]

    found = next_try(attempts, NOW, NOW, None)

    assert found is not None
    assert 0.8 * gap_s <= (found - NOW).total_seconds() <= gap_s


def test_after_the_last_gap_it_is_over() -> None:
    assert next_try(len(GAPS_S) + 1, NOW, NOW, None) is None


def test_after_a_day_it_is_over_however_few_attempts_were_made() -> None:
    assert next_try(1, NOW - GIVE_UP_AFTER, NOW, None) is None


def test_the_last_attempt_is_made_when_the_day_ends() -> None:
    assert next_try(10, NOW - timedelta(hours=23), NOW, None) == NOW + timedelta(hours=1)


@pytest.mark.parametrize(("wished_s", "given_s"), [(60.0, 60), (86400.0, 3600), (1e300, 3600)])
def test_a_receiver_may_ask_for_rest_of_up_to_an_hour(wished_s: float, given_s: int) -> None:
    assert next_try(1, NOW, NOW, wished_s) == NOW + timedelta(seconds=given_s)


# Secrets


def test_secrets_have_the_form_that_each_face_expects() -> None:
    assert re.fullmatch(r"[A-Za-z0-9]{16}", new_secret(Face.V1))
    for face in (Face.V2, Face.API):
        secret = new_secret(face)
        assert len(base64.b64decode(secret.removeprefix("whsec_"))) == 32
        assert secret.startswith("whsec_")


def test_no_two_secrets_are_alike() -> None:
    assert len({new_secret(face) for face in Face for _ in range(100)}) == 300


def test_the_secret_before_is_valid_until_its_end() -> None:
    secret = Secret("new", "old", NOW)

    assert secret.valid(NOW - timedelta(seconds=1)) == ("new", "old")
    assert secret.valid(NOW) == ("new",)


def test_the_signature_of_the_standard_is_that_of_its_example() -> None:
    # The example of the Standard Webhooks specification.
    body = b'{"test": 2432232314}'
    at = datetime.fromtimestamp(1614265330, UTC)

    headers = signed_headers("msg_p5jXN8AQM9LWM0D4loKWxJek", body, ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"], at)

    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert headers["webhook-timestamp"] == "1614265330"
