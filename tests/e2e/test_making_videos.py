"""A real server makes real videos: whole, alone or two at once, whatever is killed on the way."""

import hashlib
import io
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import av
import pytest
import requests
from PIL import Image
from videos_made import (
    SHORT,
    are_gone,
    asked,
    call,
    ended,
    family,
    is_drawn,
    kill,
    render_processes,
    video,
    wait_for,
)

import media_samples
from running_server import RunningServer, start_server

DECODERS = ("libav", "skia", "cv2", "opencv")


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server that makes two videos at once."""
    running = start_server(tmp_path_factory.mktemp("studio") / "data", render_workers="2", render_retry_gap_s="0.1")
    yield running
    running.stop()


@pytest.fixture(scope="module")
def pair(studio: RunningServer) -> tuple[dict[str, Any], dict[str, Any]]:
    """The same video twice, made at once; the process of the second was killed while it rendered."""
    ids = asked(studio), asked(studio)
    wait_for(studio, ids[1], is_drawn)
    kill(max(render_processes(studio.process.pid)))
    first, second = (wait_for(studio, one, ended) for one in ids)
    return (first, second) if first["attempts"] < second["attempts"] else (second, first)


def content(url: str) -> bytes:
    reply = requests.get(url, timeout=30)
    assert reply.status_code == 200, reply.text
    return reply.content


def test_a_script_becomes_a_film_that_players_can_read(pair: tuple[dict[str, Any], dict[str, Any]]) -> None:
    made = pair[0]

    with av.open(io.BytesIO(content(made["video_url"]))) as film:
        picture, sound = film.streams.video[0], film.streams.audio[0]
        frames = sum(1 for _ in film.decode(picture))
        size = (picture.width, picture.height)
        sound_s = float((sound.duration or 0) * (sound.time_base or 0))

    assert (made["state"], size) == ("completed", (720, 720))
    assert frames == pytest.approx(made["outcome"]["duration_s"] * 30, abs=0.5)
    assert sound_s == pytest.approx(frames / 30, abs=0.05)


def test_its_cover_and_subtitles_stand_beside_it(pair: tuple[dict[str, Any], dict[str, Any]]) -> None:
    made = pair[0]

    assert Image.open(io.BytesIO(content(made["cover_url"]))).size == (720, 720)
    assert "Made again" in content(made["srt_url"]).decode()
    assert content(made["vtt_url"]).startswith(b"WEBVTT")


def test_its_film_is_an_asset_that_was_decoded_in_full(
    studio: RunningServer, pair: tuple[dict[str, Any], dict[str, Any]]
) -> None:
    asset = studio.asset(pair[0]["outcome"]["asset_id"])

    assert (asset["status"], asset["verification"], asset["kind"]) == ("ready", "deep", "video")


def test_after_its_process_was_killed_a_video_is_made_again_to_the_last_bit(
    pair: tuple[dict[str, Any], dict[str, Any]],
) -> None:
    whole, killed = pair

    digests = {hashlib.sha256(content(one["video_url"])).hexdigest() for one in pair}

    assert (whole["attempts"], killed["attempts"]) == (1, 2)
    assert len(digests) == 1


def test_the_server_itself_has_no_decoder_in_it(
    studio: RunningServer,
    pair: tuple[dict[str, Any], dict[str, Any]],
) -> None:
    mapped = Path(f"/proc/{studio.process.pid}/maps").read_text()

    assert [name for name in DECODERS if name in mapped] == []


def test_nothing_is_left_of_the_making(
    studio: RunningServer,
    pair: tuple[dict[str, Any], dict[str, Any]],
) -> None:
    assert os.listdir(studio.data / "work") == []
    assert studio.temporary_files() == []


def test_a_video_with_all_its_parts_is_made_inside_the_sandbox(studio: RunningServer) -> None:
    """Fonts, music, an image, a film, a sound that has to be aligned: each is read by other calls of the system."""
    image = studio.upload("ground.jpg", media_samples.jpeg(640, 480))["asset_id"]
    film = studio.upload("ground.mp4", media_samples.mp4(seconds=1))["asset_id"]
    sound = studio.upload("voice.wav", media_samples.wav(1))["asset_id"]
    still = SHORT | {"captions": {}, "music": {"track": "1"}, "background": {"type": "image", "asset": image}}
    recorded = {name: value for name, value in SHORT.items() if name not in ("script", "voice")}
    recorded |= {"audio": sound, "transcript": "hello there", "background": {"type": "video", "asset": film}}

    made = [wait_for(studio, one, ended) for one in (asked(studio, still), asked(studio, recorded))]

    assert [(one["state"], one["findings"]) for one in made] == [("completed", []), ("completed", [])]


def test_a_cancelled_video_takes_its_processes_with_it_within_a_second(studio: RunningServer) -> None:
    one = asked(studio, SHORT | {"script": "This one is not wanted any more. " * 20})
    wait_for(studio, one, is_drawn)
    processes = [each for parent in render_processes(studio.process.pid) for each in family(parent)]

    cancelled = call(studio, "POST", f"/videos/{one}/cancel").json()

    assert cancelled["state"] == "cancelled"
    assert len(processes) == 2
    assert are_gone(processes, within_s=1.0)


def test_a_video_goes_on_after_the_server_was_killed(new_server: Callable[..., RunningServer]) -> None:
    server = new_server()
    one = asked(server)
    wait_for(server, one, is_drawn)
    processes = [each for parent in render_processes(server.process.pid) for each in family(parent)]
    server.kill()
    died = are_gone(processes, within_s=5.0)
    kept = os.listdir(server.data / "work")

    made = wait_for(new_server(), one, ended)

    assert (died, len(processes), kept) == (True, 2, [one])
    assert (made["state"], made["attempts"]) == ("completed", 2)


def test_fault_12_a_full_disk_makes_a_video_wait_until_there_is_room(new_server: Callable[..., RunningServer]) -> None:
    cramped = new_server(storage_headroom_bytes=str(1 << 60))
    one = asked(cramped)
    waiting = wait_for(cramped, one, lambda found: bool(found["findings"]))
    healthy = call(cramped, "GET", "/videos").status_code

    cramped.stop()

    assert (waiting["state"], waiting["findings"][0]["code"], healthy) == ("pending", "render_disk_full", 200)


def test_fault_37_an_asset_that_a_pending_video_needs_is_not_deleted_without_a_word(studio: RunningServer) -> None:
    asset_id = studio.signed("ground.jpg")["asset_id"]
    one = asked(studio, SHORT | {"background": {"type": "image", "asset": asset_id}})

    refused = call(studio, "DELETE", f"/assets/{asset_id}")
    call(studio, "DELETE", f"/videos/{one}")
    deleted = call(studio, "DELETE", f"/assets/{asset_id}")

    assert (refused.status_code, [user["id"] for user in refused.json()["used_by"]]) == (409, [one])
    assert deleted.status_code in (200, 204)
    assert video(studio, one)["code"] == "not_found"
