"""`/api/v1/videos`: made, listed, followed live, ended, tried again and forgotten."""

import json
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
from hypothesis import given, settings
from hypothesis import strategies as st
from operating import Caller, new_account, new_caller
from pydantic import ValidationError

import media_samples
from greenroom.domain.access import Scope
from greenroom.errors import ParameterError
from greenroom.web.api.video_models import NewVideo, wish_of
from running_server import RunningServer

SPOKEN = {
    "avatar": "sarah_full_01",
    "script": "Hello from the green room.",
    "voice": {"voice_id": "greenroom-en-US-amber"},
}


@pytest.fixture
def caller(server: RunningServer) -> Caller:
    """Somebody with an account of their own, on a server that makes no videos by itself."""
    return new_account(server)


def made(caller: Caller, **more: Any) -> dict[str, Any]:
    reply = caller.post("/api/v1/videos", SPOKEN | more)
    assert reply.status_code == 202, reply.text
    found: dict[str, Any] = reply.json()
    return found


def asset(caller: Caller, filename: str, body: bytes) -> dict[str, Any]:
    reply = caller.upload(body, filename=filename)
    assert reply.status_code == 200, reply.text
    found: dict[str, Any] = reply.json()["data"]
    return found


# Making


def test_a_video_is_accepted_and_shown_under_its_address(caller: Caller) -> None:
    reply = caller.post("/api/v1/videos", SPOKEN | {"name": "Hello"})

    video = reply.json()
    assert (reply.status_code, reply.headers["location"]) == (202, f"/api/v1/videos/{video['video_id']}")
    assert (video["state"], video["name"], video["asked_by"]) == ("pending", "Hello", "api")
    assert video["progress"] == {"step": "waiting", "done": 0.0, "left_s": None}
    assert video["video_url"] is video["cover_url"] is video["outcome"] is None
    assert caller.get(reply.headers["location"]).json() == video


def test_a_spec_says_all_that_a_video_is_made_by_and_can_be_sent_again(caller: Caller) -> None:
    image = asset(caller, "meadow.jpg", media_samples.jpeg())
    body = {
        "aspect": "16:9",
        "resolution": "720p",
        "framing": "circle",
        "position": [0.25, 1],
        "background": {"type": "image", "asset": str(image["id"]), "focus": [0.1, 0.9]},
        "music": {"track": "3", "volume": 0.2, "loop": False},
        "captions": {"position": "top", "size": 0.05, "background": "#00000080"},
        "seed": 7,
        "label": True,
    }

    first = made(caller, **body)
    again = caller.post("/api/v1/videos", first["spec"]).json()

    assert again["spec"] == first["spec"]
    assert first["spec"]["background"] == {"type": "image", "asset": image["asset_id"], "focus": [0.1, 0.9]}
    assert first["spec"]["music"] == {"track": "3", "volume": 0.2, "loop": False}
    assert first["assets"] == [{"used_as": "background", "asset_id": image["asset_id"], "sha256": None}]


def test_avatar_assets_and_track_are_named_by_numbers_too(caller: Caller) -> None:
    image = asset(caller, "meadow.jpg", media_samples.jpeg())
    body = {"avatar": 81, "background": {"type": "image", "asset": image["id"]}, "music": {"track": 3}}

    spec = made(caller, **body)["spec"]

    assert (spec["avatar"], spec["music"]["track"]) == ("sarah_full_01", "3")
    assert spec["background"]["asset"] == image["asset_id"]


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"avatar": 0}, "avatar"),
        ({"avatar": 10**30}, "avatar"),
        ({"avatar": True}, "avatar"),
        ({"avatar": 81.5}, "avatar"),
        ({"background": {"type": "image", "asset": -1}}, "background.asset"),
        ({"music": {"track": 900}}, "music.track"),
    ],
)
def test_a_number_that_names_nothing_is_refused_by_the_name_of_its_field(
    caller: Caller, more: dict[str, Any], field: str
) -> None:
    reply = caller.post("/api/v1/videos", SPOKEN | more)

    assert (reply.status_code, reply.json()["field"]) == (422, field)


def test_parts_of_captions_can_be_left_out_and_let_something_through(caller: Caller) -> None:
    wanted = {"size": 0.25, "color": "#ffffffCC", "highlight": None, "outline": ""}

    captions = made(caller, captions=wanted)["spec"]["captions"]

    assert captions == {
        "position": "bottom", "size": 0.25, "color": "#ffffffcc", "highlight": "", "outline": "", "background": ""
    }  # fmt: skip


def test_a_sound_is_said_with_its_words(caller: Caller) -> None:
    sound = asset(caller, "hello.mp3", media_samples.mp3())
    body = {"avatar": "81", "audio": sound["asset_url"], "transcript": "Hello.", "captions": {}}

    video = caller.post("/api/v1/videos", body).json()

    assert (video["spec"]["audio"], video["spec"]["transcript"]) == (sound["asset_id"], "Hello.")
    assert video["assets"][0]["used_as"] == "audio"


def test_a_voice_that_another_stands_in_for_is_a_warning(caller: Caller) -> None:
    video = made(caller, voice={"voice_id": "en-US-ChristopherNeural"})

    assert [warning["code"] for warning in video["warnings"]] == ["voice_fallback"]


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"script": None}, "script and audio"),
        ({"audio": "aud_1"}, "script and audio"),
        ({"voice": None}, "voice"),
        ({"script": None, "audio": "aud_1"}, "voice"),
        ({"transcript": "Hello."}, "transcript"),
        ({"avatar": "sarah_ful_01"}, "avatar"),
        ({"voice": {"voice_id": "nobody"}}, "voice.voice_id"),
        ({"voice": {"voice_id": "greenroom-en-US-amber", "language": "tlh"}}, "voice.language"),
        ({"voice": {"voice_id": "greenroom-en-US-amber", "language": "km"}}, "voice.language"),
        ({"script": "សួស្តី"}, "script"),
        ({"script": "漢字", "voice": {"voice_id": "greenroom-ja-JP-sakura"}}, "script"),
        ({"script": "👋 !"}, "script"),
        ({"script": "word " * 2001}, "script"),
        ({"voice": {"voice_id": "greenroom-en-US-amber", "speed": 3.0}}, "voice.speed"),
        ({"background": {"type": "color"}}, "background.color"),
        ({"background": {"type": "image", "color": "#ffffff", "asset": "img_1"}}, "background.color"),
        ({"background": {"type": "image", "asset": "img_1"}}, "background.asset"),
        ({"background": {"type": "color", "color": "#ffffff"}, "screen": "green"}, "background"),
        ({"music": {}}, "music.asset and music.track"),
        ({"music": {"track": "900"}}, "music.track"),
        ({"captions": {"color": "white"}}, "captions.color"),
        ({"captions": {"color": ""}}, "captions.color"),
        ({"captions": {"size": 0.3}}, "captions.size"),
        ({"aspect": "4:3"}, "aspect"),
        ({"position": [0.5]}, "position"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_cannot_be_is_refused_by_the_name_of_its_field(caller: Caller, more: dict[str, Any], field: str) -> None:
    reply = caller.post("/api/v1/videos", SPOKEN | more)

    assert (reply.status_code, reply.json()["code"], reply.json()["field"]) == (422, "parameter_error", field)


def test_an_asset_of_another_kind_is_refused(caller: Caller) -> None:
    sound = asset(caller, "hello.mp3", media_samples.mp3())

    reply = caller.post("/api/v1/videos", SPOKEN | {"background": {"type": "image", "asset": sound["asset_id"]}})

    assert (reply.status_code, reply.json()["field"]) == (422, "background.asset")
    assert "which is a sound; an image is needed here" in reply.json()["detail"]


def test_a_video_waits_for_an_asset_that_is_still_to_come(caller: Caller) -> None:
    waiting = caller.sign(filename="meadow.jpg")["data"]["asset_id"]

    video = made(caller, background={"type": "image", "asset": waiting})

    assert [warning["code"] for warning in video["warnings"]] == ["asset_awaited"]


def test_the_same_request_under_one_idempotency_key_makes_one_video(caller: Caller) -> None:
    headers = {"Idempotency-Key": "one-video"}

    first, second = (caller.call("POST", "/api/v1/videos", json=SPOKEN, headers=headers) for _ in range(2))

    assert first.json() == second.json()
    assert second.headers["idempotency-replayed"] == "true"
    assert len(caller.get("/api/v1/videos").json()["data"]) == 1


# Scopes


def test_making_takes_the_scope_render_and_reading_one_of_two(server: RunningServer) -> None:
    reader, maker = new_caller(server, Scope.READ), new_caller(server, Scope.RENDER)
    path = f"/api/v1/videos/{made(maker)['video_id']}"

    assert reader.post("/api/v1/videos", SPOKEN).status_code == 403
    assert reader.post(f"{path}/cancel", None).status_code == 403
    assert reader.call("DELETE", path).status_code == 403
    assert (reader.get(path).status_code, maker.get(path).status_code) == (200, 200)


# Lists


def test_videos_are_listed_newest_first_page_by_page(caller: Caller) -> None:
    ids = [made(caller)["video_id"] for _ in range(3)]

    first = caller.get("/api/v1/videos?limit=2").json()
    rest = caller.get(f"/api/v1/videos?limit=2&cursor={first['next_cursor']}").json()

    assert [one["video_id"] for one in first["data"] + rest["data"]] == ids[::-1]
    assert rest["next_cursor"] is None


def test_videos_are_listed_by_their_state(caller: Caller) -> None:
    ended, waiting = made(caller)["video_id"], made(caller)["video_id"]
    caller.post(f"/api/v1/videos/{ended}/cancel", None)

    assert [one["video_id"] for one in caller.get("/api/v1/videos?state=cancelled").json()["data"]] == [ended]
    assert [one["video_id"] for one in caller.get("/api/v1/videos?state=pending").json()["data"]] == [waiting]
    assert caller.get("/api/v1/videos?state=done").json()["field"] == "state"


def test_tags_in_a_script_are_a_warning(caller: Caller) -> None:
    tagged = made(caller, script="<speak>Hello. <break time='1s'/> You &amp; me.</speak>")
    plain = made(caller, script="2 < 3 & 5 > 4: R&D <3")

    assert [warning["code"] for warning in tagged["warnings"]] == ["script_has_markup"]
    assert plain["warnings"] == []


# The end, and what comes after it


def test_a_cancelled_video_can_be_tried_again_and_forgotten(caller: Caller) -> None:
    path = f"/api/v1/videos/{made(caller)['video_id']}"

    cancelled = caller.post(f"{path}/cancel", None)
    retried = caller.post(f"{path}/retry", None)
    deleted = caller.call("DELETE", path)

    assert (cancelled.json()["state"], cancelled.json()["ended_at"] is not None) == ("cancelled", True)
    assert (retried.status_code, retried.json()["state"]) == (200, "pending")
    assert (deleted.status_code, caller.get(path).status_code) == (204, 404)


# Live events


Events = Callable[..., Iterator[dict[str, Any]]]


def events(caller: Caller, video_id: str, **headers: str) -> Iterator[dict[str, Any]]:
    """The events of a stream as a client reads them."""
    address = f"{caller.server.url}/api/v1/videos/{video_id}/events"
    with requests.get(address, headers={"x-api-key": caller.secret} | headers, stream=True, timeout=30) as reply:
        assert reply.headers["content-type"].startswith("text/event-stream")
        told: dict[str, Any] = {}
        for line in reply.iter_lines(decode_unicode=True):
            name, _, value = line.partition(": ")
            if name in ("id", "event", "data"):
                told[name] = json.loads(value) if name == "data" else value
            elif not line and told:
                yield told
                told = {}


def test_a_stream_says_how_far_a_video_is_and_ends_with_it(caller: Caller) -> None:
    video_id = made(caller)["video_id"]
    stream = events(caller, video_id)

    first = next(stream)
    caller.post(f"/api/v1/videos/{video_id}/cancel", None)
    rest = list(stream)

    assert (first["event"], first["data"]["state"], first["data"]["done"]) == ("progress", "pending", 0.0)
    assert [(one["event"], one["data"]["state"]) for one in rest] == [("cancelled", "cancelled")]
    assert rest[0]["data"] == caller.get(f"/api/v1/videos/{video_id}").json()
    assert int(rest[0]["id"]) > int(first["id"])


def test_a_stream_of_a_video_that_has_ended_tells_that_and_is_not_opened_again(caller: Caller) -> None:
    video_id = made(caller)["video_id"]
    caller.post(f"/api/v1/videos/{video_id}/cancel", None)

    told = list(events(caller, video_id))
    headers = {"Last-Event-ID": told[-1]["id"]}
    again = caller.call("GET", f"/api/v1/videos/{video_id}/events", headers=headers)

    assert [one["event"] for one in told] == ["cancelled"]
    assert (again.status_code, again.content) == (204, b"")


def test_a_stream_ends_when_its_video_is_deleted(caller: Caller) -> None:
    video_id = made(caller)["video_id"]
    stream = events(caller, video_id)
    next(stream)

    caller.call("DELETE", f"/api/v1/videos/{video_id}")

    assert [one["event"] for one in stream] == ["deleted"]


def test_many_watch_one_video_and_all_see_its_end(caller: Caller) -> None:
    video_id = made(caller)["video_id"]
    streams = [events(caller, video_id) for _ in range(50)]
    firsts = [next(stream)["event"] for stream in streams]

    # Other requests are answered while they watch: no thread is held.
    caller.post(f"/api/v1/videos/{video_id}/cancel", None)

    assert firsts == ["progress"] * 50
    assert [[one["event"] for one in stream] for stream in streams] == [["cancelled"]] * 50


def test_a_server_that_stops_ends_its_streams(new_server: Callable[..., RunningServer]) -> None:
    alone = new_server(render_workers="0")
    watcher = new_caller(alone)
    video_id = made(watcher)["video_id"]
    stream = events(watcher, video_id)
    next(stream)

    # Well within the half minute that requests under way are given.
    stopping = threading.Thread(target=alone.stop)
    stopping.start()
    rest = list(stream)
    stopping.join(15)

    assert (rest, stopping.is_alive()) == ([], False)


# For all bodies

_BODIES = st.fixed_dictionaries(
    {"avatar": st.text(min_size=1, max_size=9)},
    optional={
        "script": st.none() | st.text(min_size=1, max_size=9),
        "audio": st.none() | st.text(min_size=1, max_size=9),
        "voice": st.none() | st.fixed_dictionaries({"voice_id": st.text(min_size=1, max_size=9)}),
        "transcript": st.none() | st.text(min_size=1, max_size=9),
        "background": st.none()
        | st.fixed_dictionaries(
            {"type": st.sampled_from(["color", "image", "video"])},
            optional={"color": st.just("#AABBCC"), "asset": st.just("img_1"), "loop": st.booleans()},
        ),
        "music": st.none()
        | st.fixed_dictionaries({}, optional={"asset": st.just("aud_1"), "track": st.just("1"), "volume": st.just(0)}),
        "screen": st.sampled_from(["background", "green", "transparent"]),
        "seed": st.integers(0, 9),
    },
)


@settings(deadline=None)
@given(_BODIES)
def test_a_body_gives_a_wish_with_one_voice_or_is_refused_by_name(body: dict[str, Any]) -> None:
    try:
        asked = wish_of(NewVideo.model_validate_json(json.dumps(body)))
    except (ParameterError, ValidationError) as problem:
        assert isinstance(problem, ParameterError) and problem.field
    else:
        assert (asked.script is None) != (asked.audio is None)
        assert (asked.ground is None) == (body.get("background") is None)
        assert (asked.music is None) == (body.get("music") is None)
