"""A real server has the person in an uploaded film say an uploaded sound: checked, made, told of, paid for."""

import io
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import av
import numpy as np
import pytest
import requests

import media_samples
from running_server import RunningServer, start_server
from talking_films import SIZE, babble, talking, written

PATIENCE_S = 120
FRAMES = 45


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    running = start_server(tmp_path_factory.mktemp("studio") / "data", render_workers="1")
    yield running
    running.stop()


@pytest.fixture(scope="module")
def film(studio: RunningServer, tmp_path_factory: pytest.TempPathFactory) -> str:
    path = talking("anna", tmp_path_factory.mktemp("film") / "anna.mp4", babble(FRAMES))
    return uploaded(studio, "anna.mp4", path.read_bytes())


@pytest.fixture(scope="module")
def sound(studio: RunningServer) -> str:
    return uploaded(studio, "voice.wav", media_samples.wav(2.0))


@pytest.fixture(scope="module")
def task(studio: RunningServer, film: str, sound: str) -> dict[str, Any]:
    """A task that has ended."""
    body = {"video_url": film, "audio_url": sound, "playback_type": "normal_reverse"}
    reply = called(studio, "POST", "/v2/create_lip_sync_video", body)
    assert reply["code"] == 0, (reply, studio.log.read_text()[-2000:])
    made = reply["data"]
    deadline = time.monotonic() + PATIENCE_S
    while (found := one(studio, made["task_id"]))["status"] in ("pending", "processing"):
        assert time.monotonic() < deadline, studio.log.read_text()[-2000:]
        time.sleep(0.2)
    return made | {"ended": found}


def called(server: RunningServer, method: str, path: str, body: Any = None) -> Any:
    headers = {"x-api-key": server.key}
    return requests.request(method, server.url + path, json=body, headers=headers, timeout=60).json()


def one(server: RunningServer, task_id: str) -> dict[str, Any]:
    found: dict[str, Any] = called(server, "GET", f"/v2/lip_sync_video/{task_id}")["data"]
    return found


def uploaded(server: RunningServer, filename: str, content: bytes) -> str:
    files = {"file": (filename, content)}
    reply = requests.post(
        f"{server.url}/v2/upload/asset", files=files, headers={"x-api-key": server.key}, timeout=60
    ).json()
    assert reply["code"] == 0, reply
    return str(reply["data"]["asset_url"])


def test_a_task_ends_with_a_film_as_large_as_the_first_and_as_long_as_the_sound(task: dict[str, Any]) -> None:
    ended = task["ended"]
    assert (ended["status"], ended["error"]) == ("success", None)

    with av.open(io.BytesIO(requests.get(ended["data"]["result_url"], timeout=30).content)) as film:
        picture, voice = film.streams.video[0], film.streams.audio[0]
        seconds = float((voice.duration or 0) * (voice.time_base or 0))
        frames = sum(1 for _ in film.decode(picture))

    assert (picture.width, picture.height, picture.average_rate) == (*SIZE, 30)
    assert frames / 30 == pytest.approx(ended["data"]["duration_seconds"], abs=0.02)
    assert (2.0 <= frames / 30 <= 2.4, seconds) == (True, pytest.approx(frames / 30, abs=0.05))
    assert requests.get(ended["data"]["cover_url"], timeout=30).content.startswith(b"\xff\xd8")


def test_a_task_is_shown_with_all_keys_of_the_contract(studio: RunningServer, task: dict[str, Any]) -> None:
    assert UUID(task["task_id"]).version == 4
    assert task["status"] == "pending"
    assert list(task["ended"]) == ["task_id", "status", "created_at", "completed_at", "data", "error"]
    assert list(task["ended"]["data"]) == ["result_url", "cover_url", "duration_seconds"]


def test_the_newest_task_of_a_film_and_a_sound_is_found_by_what_it_was_asked_with(
    studio: RunningServer, task: dict[str, Any], film: str, sound: str
) -> None:
    query = f"/v2/lip_sync_video?video_url={film}&audio_url={sound}&playback_type="

    assert called(studio, "GET", query + "normal_reverse")["data"] == task["ended"]
    assert called(studio, "GET", query + "normal")["code"] == 10104
    assert called(studio, "GET", f"/v2/lip_sync_video?video_url={sound}&audio_url={film}")["code"] == 10104


def test_two_seconds_cost_two_hundredths_of_a_credit(studio: RunningServer, task: dict[str, Any]) -> None:
    charges = called(studio, "GET", "/api/v1/audit?limit=100")["data"]

    taken = [one["detail"] for one in charges if one["action"] == "credits.charged"]
    assert [(one["what"], one["credits"]) for one in taken] == [(task["task_id"].replace("-", ""), 0.02)]


def test_hooks_are_told_of_it_as_of_a_video(studio: RunningServer, task: dict[str, Any]) -> None:
    events = {one["event"]: one["data"] for one in called(studio, "GET", "/api/v1/events?limit=100")["data"]}

    assert events["generated_video_success"]["video_url"] == task["ended"]["data"]["result_url"]
    assert "generated_avatar_video_success" not in events


def test_our_own_list_has_it_and_that_of_avatar_videos_has_not(studio: RunningServer, task: dict[str, Any]) -> None:
    listed = called(studio, "GET", "/api/v1/lip-syncs")["data"]

    assert [(one["lip_sync_id"], one["state"]) for one in listed] == [(task["task_id"], "completed")]
    assert [one["used_as"] for one in listed[0]["assets"]] == ["video", "audio"]
    assert all(one["sha256"] for one in listed[0]["assets"])
    assert listed[0]["spec"]["playback"] == "normal_reverse"
    assert called(studio, "GET", "/api/v1/videos")["data"] == []
    assert called(studio, "GET", "/v2/projects")["data"]["total"] == 0


@pytest.mark.parametrize("path", ["/v2/project/{}", "/v2/avatar_video/{}", "/v1/project?project_id={}"])
def test_the_compatible_calls_about_avatar_videos_do_not_know_it(
    studio: RunningServer, task: dict[str, Any], path: str
) -> None:
    assert called(studio, "GET", path.format(task["task_id"].replace("-", "")))["code"] == 10104


@pytest.mark.parametrize(
    ("method", "below"),
    [("GET", ""), ("GET", "/events"), ("POST", "/cancel"), ("POST", "/retry"), ("DELETE", "")],
)
def test_our_own_calls_about_avatar_videos_do_not_know_it(
    studio: RunningServer, task: dict[str, Any], method: str, below: str
) -> None:
    path = f"/api/v1/videos/{task['task_id'].replace('-', '')}{below}"

    assert called(studio, method, path)["status"] == 404


def test_a_film_without_a_face_is_refused_before_anything_is_charged(
    studio: RunningServer, task: dict[str, Any], sound: str, tmp_path: Path
) -> None:
    rng = np.random.default_rng(1)
    blank = [np.full((360, 480, 3), 90, np.uint8) + rng.integers(0, 30, (360, 480, 1), np.uint8) for _ in range(30)]
    empty = uploaded(studio, "empty.mp4", written(blank, tmp_path / "empty.mp4").read_bytes())

    reply = called(studio, "POST", "/v2/create_lip_sync_video", {"video_url": empty, "audio_url": sound})

    assert (reply["code"], reply["msg"].startswith("Parameter error: video_url is refused: No face")) == (40000, True)
    assert "Send a video of a person" in reply["msg"]
    assert len(called(studio, "GET", "/api/v1/lip-syncs")["data"]) == 1


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({}, "video_url"),
        ({"video_url": "FILM"}, "audio_url"),
        ({"video_url": "SOUND", "audio_url": "SOUND"}, "video_url"),
        ({"video_url": "FILM", "audio_url": "FILM"}, "audio_url"),
        ({"video_url": "vid_unknown", "audio_url": "SOUND"}, "video_url"),
        ({"video_url": "FILM", "audio_url": "SOUND", "playback_type": "sideways"}, "playback_type"),
        ({"video_url": ["FILM"], "audio_url": "SOUND"}, "video_url"),
        ({"video_url": "FILM", "audio_url": "SOUND", "webhook_url": "nowhere"}, "webhook_url"),
        ({"video_url": "FILM", "audio_url": "SOUND", "callback_url": "nowhere"}, "callback_url"),
    ],
)
def test_what_cannot_be_is_refused_by_the_name_of_the_field(
    studio: RunningServer, film: str, sound: str, body: dict[str, Any], named: str
) -> None:
    known = {"FILM": film, "SOUND": sound}
    asked = {name: known.get(str(value), value) for name, value in body.items()}

    reply = called(studio, "POST", "/v2/create_lip_sync_video", asked)

    assert (reply["code"], reply["msg"].startswith(f"Parameter error: {named} ")) == (40000, True), reply


def test_one_that_is_cancelled_and_deleted_is_gone(studio: RunningServer, film: str, sound: str) -> None:
    made = called(studio, "POST", "/api/v1/lip-syncs", {"video": film, "audio": sound, "name": "Not wanted"})
    path = f"/api/v1/lip-syncs/{made['lip_sync_id']}"

    assert called(studio, "POST", f"{path}/cancel")["state"] == "cancelled"
    assert one(studio, made["lip_sync_id"])["error"] == {"message": "It was cancelled."}
    headers = {"x-api-key": studio.key}
    assert requests.delete(studio.url + path, headers=headers, timeout=30).status_code == 204
    assert called(studio, "GET", path)["status"] == 404


def test_a_task_whose_film_was_deleted_has_no_addresses_any_more(studio: RunningServer, task: dict[str, Any]) -> None:
    path = f"/api/v1/lip-syncs/{task['task_id']}"
    asset_id = called(studio, "GET", path)["outcome"]["asset_id"]
    requests.delete(f"{studio.url}/api/v1/assets/{asset_id}", headers={"x-api-key": studio.key}, timeout=30)

    compatible, ours = one(studio, task["task_id"]), called(studio, "GET", path)

    made = compatible["data"]
    assert (compatible["status"], made["result_url"], made["cover_url"]) == ("success", "", "")
    assert (ours["state"], ours["video_url"], ours["cover_url"]) == ("completed", None, None)
    assert [each["code"] for each in ours["warnings"]][-1:] == ["film_gone"]
