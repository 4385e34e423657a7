"""The compatible calls that make videos and say how far they are, as their clients send and read them (contract 4)."""

from typing import Any

import pytest
from operating import Caller, new_account

import media_samples
from running_server import RunningServer

OFFICIAL = {
    "avatar": {"avatar_type": 0, "avatar_id": 81},
    "voice": {"type": "script", "voice_id": "en-US-ChristopherNeural", "script": "Hello."},
    "aspect_ratio": "portrait",
    "screen_style": 1,
    "caption": False,
}
SLIDES = {
    "avatar": {"avatar_id": 82, "avatar_type": 0},
    "voice": {"type": "script", "voice_id": "greenroom-zh-CN-mei", "script": "你好"},
    "aspect_ratio": "landscape",
    "screen_style": 1,
    "caption": False,
    "video_name": "slide 1",
}
FAMILY = {
    "avatar": {"avatar_id": "sarah_full_01"},
    "voice": {"type": "script", "input": "Hello.", "voice_id": "en-US-News-N"},
}
NODE = {
    "screen_style": 1,
    "avatar_id": "81",
    "avatar_type": "0",
    "voice_id": "en-US-ChristopherNeural",
    "script": "Hello.",
    "audio_url": "",
    "aspect_ratio": 0,
    "caption": False,
    "video_name": "",
}
CALLS = [
    ("/v2/create_video_from_avatar", OFFICIAL),
    ("/v2/create_video_from_avatar", SLIDES),
    ("/v2/avatar", FAMILY),
    ("/v1/create_video_from_talking_avatar", NODE),
]


@pytest.fixture
def caller(server: RunningServer) -> Caller:
    """Somebody with an account of their own, on a server that makes no videos by itself."""
    return new_account(server)


def data(caller: Caller, path: str, body: Any = None) -> Any:
    reply = answer(caller, path, body)
    assert reply["code"] == 0, reply
    return reply["data"]


def answer(caller: Caller, path: str, body: Any = None) -> dict[str, Any]:
    reply = caller.get(path) if body is None else caller.post(path, body)
    assert reply.status_code == 200, reply.text
    found: dict[str, Any] = reply.json()
    return found


@pytest.mark.parametrize(("path", "body"), CALLS)
def test_a_video_is_made_and_has_both_ids_that_clients_look_for(
    caller: Caller, path: str, body: dict[str, Any]
) -> None:
    made = data(caller, path, body)

    assert made["video_id"] == made["project_id"]
    assert (len(made["video_id"]), made["status"]) == (32, "pending")


@pytest.mark.parametrize(("path", "body"), CALLS)
def test_a_video_is_shown_by_every_call_whichever_made_it(caller: Caller, path: str, body: dict[str, Any]) -> None:
    video_id = data(caller, path, body)["video_id"]

    official = data(caller, f"/v2/avatar_video/{video_id}")
    project = data(caller, f"/v2/project/{video_id}")
    first = data(caller, f"/v1/project?project_id={video_id}")

    assert (official["video_id"], official["status"], official["video_url"]) == (video_id, "pending", "")
    assert (project["project_id"], project["status"], project["thumbnail_url"]) == (video_id, "pending", "")
    assert (first["id"], first["status_code"], first["status_desc"]) == (video_id, 2, "waiting")
    assert (official["error"], project["error"], project["error_code"], first["error"]) == (None, None, None, None)


def test_times_are_unix_seconds_but_for_projects_of_v2(caller: Caller) -> None:
    video_id = data(caller, "/v2/avatar", FAMILY)["project_id"]

    assert type(data(caller, f"/v2/avatar_video/{video_id}")["created_at"]) is int
    assert type(data(caller, f"/v1/project?project_id={video_id}")["created_at"]) is int
    assert data(caller, f"/v2/project/{video_id}")["created_at"].endswith("Z")


@pytest.mark.parametrize(
    ("path", "more", "resolution"),
    [
        ("/v2/avatar", {}, "1920x1080"),
        ("/v2/avatar", {"aspect_ratio": "9:16"}, "1080x1920"),
        ("/v2/create_video_from_avatar", {}, "1080x1920"),
        ("/v1/create_video_from_talking_avatar", {"aspect_ratio": "2"}, "1080x1080"),
    ],
)
def test_the_usual_shape_is_that_of_the_call(caller: Caller, path: str, more: dict[str, Any], resolution: str) -> None:
    body = {"avatar_id": 81, "voice_id": "greenroom-en-US-amber", "script": "Hello."}

    video_id = data(caller, path, body | more)["video_id"]

    assert data(caller, f"/v2/project/{video_id}")["resolution"] == resolution


def test_a_video_that_was_cancelled_has_failed_for_clients_that_know_no_other_word(caller: Caller) -> None:
    video_id = data(caller, "/v2/create_video_from_avatar", OFFICIAL)["video_id"]
    caller.post(f"/api/v1/videos/{video_id}/cancel", None)

    official = data(caller, f"/v2/avatar_video/{video_id}")
    project = data(caller, f"/v2/project/{video_id}")
    first = data(caller, f"/v1/project?project_id={video_id}")

    assert (official["status"], official["error"]["code"], official["error"]["message"]) == (
        "failed",
        50000,
        "It was cancelled.",
    )
    assert (project["status"], project["error"], project["error_code"]) == ("failed", "It was cancelled.", 50000)
    assert (first["status_code"], first["status_desc"]) == (5, "failed")


def test_a_stand_in_for_a_voice_is_told_at_once(caller: Caller) -> None:
    warnings = data(caller, "/v2/create_video_from_avatar", OFFICIAL)["warnings"]

    assert [warning["code"] for warning in warnings] == ["voice_fallback"]


def test_videos_are_listed_newest_first(caller: Caller) -> None:
    ids = [data(caller, "/v2/avatar", FAMILY)["project_id"] for _ in range(3)]

    first = data(caller, "/v2/projects?page=1&limit=2")
    second = data(caller, "/v2/projects?page=2&limit=2")

    assert [one["project_id"] for one in first["projects"] + second["projects"]] == ids[::-1]
    assert (first["total"], first["has_more"], second["has_more"]) == (3, True, False)


@pytest.mark.parametrize(
    "path", ["/v2/avatar_video/{id}", "/v2/project/{id}", "/v1/project?project_id={id}", "/open/v2/avatar_video/{id}/"]
)
@pytest.mark.parametrize("id_", ["0" * 32, "video_123456", "%00", "'; --"])
def test_an_id_that_is_not_known_has_the_code_that_clients_know(caller: Caller, path: str, id_: str) -> None:
    reply = answer(caller, path.format(id=id_))

    assert (reply["code"], reply["data"]) == (10104, None) or id_ == "%00"
    assert reply["code"] in (10104, 40000)


def test_a_project_of_v1_needs_its_id(caller: Caller) -> None:
    assert answer(caller, "/v1/project?project_id=")["msg"].startswith("Parameter error: project_id is required")


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"avatar": {"avatar_id": 9999}}, "Parameter error: avatar.avatar_id is '9999', which names no avatar."),
        (
            {"avatar": {"avatar_id": 81, "avatar_type": 1}},
            "Parameter error: avatar.avatar_id is '81', which names no photo avatar of this account. Sarah is an "
            "avatar for all: avatar_type is 0 then. ",
        ),
        (
            {"avatar": {"avatar_id": 999999, "avatar_type": 0}},
            "Parameter error: avatar.avatar_id is '999999', which names no avatar: GET /v2/avatars/public lists those",
        ),
        ({"background_image": "img_nope"}, "Parameter error: background_image is 'img_nope', which names no asset"),
        ({"music_id": 900}, "Parameter error: music_id is '900', which names no track of music"),
        ({"screen_style": 4}, "Parameter error: screen_style is 4; allowed are 1, 2, 3"),
        (
            {"voice": {"voice_id": "nobody", "script": "Hello."}},
            "Parameter error: voice.voice_id 'nobody' names no voice.",
        ),
        ({"webhook_url": "http://127.0.0.1/hook"}, "Parameter error: webhook_url is refused"),
        ({"voice": OFFICIAL["voice"] | {"script": " \n"}}, "Parameter error: voice.script is required"),
        ({"voice": OFFICIAL["voice"] | {"script": "…!"}}, "Parameter error: voice.script has no word in it"),
        (
            {"voice": OFFICIAL["voice"] | {"script": "hi " * 4000}},
            "Parameter error: voice.script has 12,000 characters; allowed are 10,000.",
        ),
        (
            {"voice": {"voice_id": "en-US-ChristopherNeural", "script": "Hi.", "audio_url": "aud_1"}},
            "Parameter error: voice.script and voice.audio_url are both given",
        ),
        (
            {"voice": {"voice_id": "en-US-ChristopherNeural"}},
            "Parameter error: voice.script is required, or else voice.audio_url",
        ),
        ({"script_language": "klingon"}, "Parameter error: script_language is 'klingon'; a language is written as"),
        ({"script_language": "tlh"}, "Parameter error: script_language is 'tlh', a language that nobody here speaks"),
        ({"script_language": "khmer"}, "Parameter error: script_language 'km' is spoken by no embedded voice"),
        (
            {"voice": OFFICIAL["voice"] | {"script": "សួស្តី"}},
            "Parameter error: voice.script has only Khmer letters, which no embedded voice for en-US can say.",
        ),
        ({"talk_speed": 2.5}, "Parameter error: talk_speed is 2.5; allowed is 0.5 to 2"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence_with_the_callers_name_of_the_field(
    caller: Caller, more: dict[str, Any], message: str
) -> None:
    reply = answer(caller, "/v2/create_video_from_avatar", OFFICIAL | more)

    assert (reply["code"], reply["data"]) == (40000, None)
    assert reply["msg"].startswith(message)


def test_assets_that_cannot_be_used_are_refused_by_the_name_of_their_field_and_why(
    caller: Caller, server: RunningServer
) -> None:
    sound = caller.upload(media_samples.mp3(), filename="hello.mp3").json()["data"]
    foreign = new_account(server).upload(media_samples.jpeg(), filename="theirs.jpg").json()["data"]
    deleted = caller.upload(media_samples.jpeg(64, 64), filename="gone.jpg").json()["data"]
    caller.call("DELETE", f"/api/v1/assets/{deleted['asset_id']}")

    said = {
        name: answer(caller, "/v2/create_video_from_avatar", OFFICIAL | {"background_image": one["asset_id"]})["msg"]
        for name, one in {"sound": sound, "foreign": foreign, "deleted": deleted}.items()
    }

    begin = "Parameter error: background_image is"
    assert said["sound"] == f"{begin} {sound['asset_id']}, which is a sound; an image is needed here"
    assert said["foreign"].startswith(f"{begin} '{foreign['asset_id']}', which names no asset of this account.")
    assert said["deleted"].startswith(begin)
    assert data(caller, "/v2/projects")["total"] == 0


@pytest.mark.parametrize("name", ["asset_id", "id", "asset_url"])
def test_an_asset_is_named_by_id_number_or_address(caller: Caller, name: str) -> None:
    image = caller.upload(media_samples.jpeg(), filename="meadow.jpg").json()["data"]

    made = data(caller, "/v2/create_video_from_avatar", OFFICIAL | {"background_image": image[name]})

    shown = caller.get(f"/api/v1/videos/{made['video_id']}").json()
    assert shown["spec"]["background"]["asset"] == image["asset_id"]


@pytest.mark.parametrize("field", ["music_id", "background_music"])
def test_a_track_of_the_house_is_named_by_its_number_or_its_address(caller: Caller, field: str) -> None:
    track = data(caller, "/v2/musics")["music"][2]
    value = track["id"] if field == "music_id" else track["music_url"]

    made = data(caller, "/v2/create_video_from_avatar", OFFICIAL | {field: value})

    shown = caller.get(f"/api/v1/videos/{made['video_id']}").json()
    assert shown["spec"]["music"]["track"] == str(track["id"])


def test_the_same_request_under_one_idempotency_key_makes_one_video(caller: Caller) -> None:
    headers = {"Idempotency-Key": "one-video"}

    first, second = (
        caller.call("POST", "/v2/create_video_from_avatar", json=OFFICIAL, headers=headers).json() for _ in range(2)
    )

    assert first["data"] == second["data"]
    assert data(caller, "/v2/projects")["total"] == 1


def test_captions_for_a_sound_need_its_words(caller: Caller) -> None:
    sound = caller.upload(media_samples.mp3(), filename="hello.mp3").json()["data"]
    voice = {"type": "audio", "voice_id": "v", "audio_url": sound["asset_url"]}

    without = answer(caller, "/v2/create_video_from_avatar", OFFICIAL | {"voice": voice, "caption": True})
    with_words = answer(
        caller, "/v2/create_video_from_avatar", OFFICIAL | {"voice": voice | {"script": "Hello."}, "caption": True}
    )

    assert (without["code"], with_words["code"]) == (40000, 0)
    assert "cannot be written without the words of the sound" in without["msg"]
