"""
What the two pages that this project exists for do with what was uploaded: videos, asked for as they show it, and those
of the calls beside theirs. Each is made once by a real server and then measured as a viewer would get it.
"""

import hashlib
import hmac
import io
import json
import socket
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import narration
import numpy as np
import pytest
import requests
import watched
from numpy.typing import NDArray
from PIL import Image
from standardwebhooks import Webhook
from upload_pages import CurlCall, page_calls
from videos_made import call, ended, video, wait_for

import media_samples
from greenroom.domain.video import CaptionStyle
from greenroom.studio import models
from greenroom.studio.captions import captions
from other_server import ok, other_server, says
from receiver import Receiver, Told, receiver
from running_server import RunningServer, start_server

FRAME_S = 1 / 30
SCRIPT = "Look here: these are the words."
VOICE = "greenroom-en-US-amber"
HIGHLIGHT = (0xFF, 0xD8, 0x4D)


@dataclass
class House:
    """A server, a receiver of its webhooks with their secret, and a server of somebody else."""

    server: RunningServer
    told: Receiver
    secret: str
    elsewhere: str

    def ask(self, path: str, body: Any = None) -> dict[str, Any]:
        """The data of a compatible call that must succeed."""
        method = "GET" if body is None else "POST"
        headers = {"x-api-key": self.server.key}
        reply = requests.request(method, self.server.url + path, json=body, headers=headers, timeout=60)
        answer = reply.json()
        assert (reply.status_code, answer["code"]) == (200, 0), answer
        data: dict[str, Any] = answer["data"]
        return data


def stream(server: RunningServer, video_id: str) -> list[dict[str, Any]]:
    """All events of a video's stream, until the server ends it."""
    address = f"{server.url}/api/v1/videos/{video_id}/events"
    found: list[dict[str, Any]] = []
    with requests.get(address, headers={"x-api-key": server.key}, stream=True, timeout=180) as reply:
        for line in reply.iter_lines(decode_unicode=True):
            name, _, value = line.partition(": ")
            if name == "event":
                found.append({"event": value})
            elif name == "data":
                found[-1] |= json.loads(value)
    return found


@dataclass
class Film:
    """A video that was made: as our own API shows it, and its file."""

    video: dict[str, Any]
    data: bytes
    told: list[dict[str, Any]]
    """What was told of it live."""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A server that makes small films, two at once, and a receiver that it tells of them."""
    settings = {"render_resolution": "720p", "render_workers": "2", "render_preset": "superfast"}
    settings |= {"webhooks_allow_http": "on", "webhooks_allow": "127.0.0.0/8", "imports_allow": "127.0.0.0/8"}
    settings |= {"imports_tries": "2", "imports_retry_gap_s": "0.1"}
    with ExitStack() as opened:
        running = start_server(tmp_path_factory.mktemp("house") / "data", **settings)
        opened.callback(running.stop)
        told = opened.enter_context(receiver())
        elsewhere = opened.enter_context(other_server(says(ok(media_samples.jpeg(), b"content-type: image/jpeg\r\n"))))
        made = House(running, told, "", elsewhere.url)
        events = ["generated_avatar_video_success", "generated_avatar_video_failed"]
        hook = made.ask("/v2/endpoint", {"url": told.url, "events": events, "status": "enabled"})
        made.secret = hook["secret"]
        yield made


@pytest.fixture(scope="module")
def films(house: House) -> dict[str, Film]:
    """Every film of this module, asked for at once."""
    server = house.server
    picture, spoken = server.signed("product.jpg"), server.upload("narration.wav", narration.wav())
    ids = {
        f"page {call_.path} {number}": made(house, call_, picture, spoken)
        for number, call_ in enumerate(page_calls(), 1)
        if "photo" not in call_.path
    }
    ids["v1"] = house.ask(
        "/v1/create_video_from_talking_avatar",
        {
            "screen_style": 1,
            "avatar_id": "81",
            "avatar_type": "0",
            "voice_id": VOICE,
            "script": SCRIPT,
            "audio_url": "",
            "aspect_ratio": 2,
            "caption": True,
            "video_name": "Words",
            "background_image": f"{house.elsewhere}/meadow.jpg",
            "webhook_url": f"{house.told.url}/of-this-one",
        },
    )["project_id"]
    clear = {"avatar": "82", "script": "Hello.", "voice": {"voice_id": VOICE}, "aspect": "1:1"}
    clear |= {"screen": "transparent", "label": True}
    ids["clear"] = call(server, "POST", "/videos", clear).json()["video_id"]
    with ThreadPoolExecutor(len(ids)) as watchers:
        told = {name: watchers.submit(stream, server, video_id) for name, video_id in ids.items()}
        # The picture comes when all of them have been accepted.
        assert server.put(picture["sign_url"], media_samples.jpeg(1280, 720)).status_code == 200
        return {name: finished(server, video_id, told[name].result()) for name, video_id in ids.items()}


def made(house: House, call_: CurlCall, picture: Mapping[str, Any], sound: Mapping[str, Any]) -> str:
    """The id of a video that is asked for by the JSON of a page, in which only ids and addresses are ours."""
    ready = CurlCall(call_.ready_with(house.server.url, house.server.key, dict(picture), dict(sound)))
    answer = requests.post(
        house.server.url + call_.path,
        data=ready.raw_body,
        headers={"x-api-key": house.server.key, "Content-Type": "application/json"},
        timeout=60,
    ).json()
    assert answer["code"] == 0, answer
    return str(answer["data"]["project_id"])


def finished(server: RunningServer, video_id: str, told: list[dict[str, Any]]) -> Film:
    """A video when it has been made, and its file from its address."""
    video = wait_for(server, video_id, lambda found: found["state"] in ("completed", "failed"))
    assert video["state"] == "completed", video
    reply = requests.get(video["video_url"], timeout=60)
    assert reply.status_code == 200
    return Film(video, reply.content, told)


def of_pages(films: Mapping[str, Film]) -> list[Film]:
    return [film for name, film in films.items() if name.startswith("page")]


def messages(house: House, video_id: str, count: int = 1) -> list[Told]:
    """What the receiver was told of a video, once that is as much as `count`."""
    with house.told.changed:
        about = lambda: [one for one in house.told.told if one.message["data"].get("video_id") == video_id]  # noqa: E731
        assert house.told.changed.wait_for(lambda: len(about()) >= count, 20), "the receiver was not told"
        return about()


# The pages


def test_every_call_of_the_pages_ends_in_a_film(films: dict[str, Film]) -> None:
    made = of_pages(films)

    assert len(made) >= 2
    assert {(one.video["state"], one.video["attempts"]) for one in made} == {("completed", 1)}
    assert all(watched.boxes(one.data)[:2] == ["ftyp", "moov"] for one in made)


def test_the_uploaded_picture_is_seen_behind_and_was_waited_for(films: dict[str, Film]) -> None:
    behind = [one for one in of_pages(films) if one.video["spec"]["background"]["type"] == "image"]
    sky = np.asarray(Image.open(io.BytesIO(media_samples.jpeg(1280, 720))).convert("RGB"))[5, 640].astype(int)

    corners = [watched.picture_at(one.data, 0.5)[5, 5].astype(int) for one in behind]

    assert len(behind) >= 1
    assert all(np.abs(corner - sky).max() < 60 for corner in corners)
    assert all("asset_awaited" not in [warning["code"] for warning in one.video["warnings"]] for one in behind)
    assert all(asset["sha256"] for one in behind for asset in one.video["assets"])


def test_a_given_sound_is_heard_when_the_picture_begins_and_as_long(films: dict[str, Film]) -> None:
    given = narration.wav()
    told = [one for one in of_pages(films) if one.video["spec"]["audio"]]

    for one in told:
        assert abs(watched.lag_s(one.data, given)) < FRAME_S
        assert abs(watched.spans(one.data)[0][1] - narration.spoken().duration_s) <= FRAME_S
        assert one.video["outcome"]["timing"] in ("recognised", "aligned", "warped")


def test_a_picture_of_another_server_is_waited_for_while_it_is_fetched(films: dict[str, Film]) -> None:
    made = films["v1"].video

    assert made["warnings"] == []
    assert [asset["used_as"] for asset in made["assets"]] == ["background"]
    assert all(asset["sha256"] for asset in made["assets"])


def test_who_stands_in_for_a_voice_is_told(films: dict[str, Film]) -> None:
    spoken = [one.video for one in of_pages(films) if one.video["spec"]["script"]]

    told = [[warning["code"] for warning in one["warnings"]] for one in spoken]

    assert spoken
    assert all("voice_fallback" in codes for codes in told)


# What every film is


def test_a_film_is_as_long_as_its_voice(films: dict[str, Film]) -> None:
    length_s = narration.spoken(SCRIPT, VOICE).duration_s

    picture, sound = watched.spans(films["v1"].data)

    assert 0 <= picture[1] - length_s <= FRAME_S
    assert sound[1] >= length_s - 0.001


def test_picture_and_sound_begin_and_end_together(films: dict[str, Film]) -> None:
    for one in films.values():
        picture, sound = watched.spans(one.data)
        assert abs(picture[0] - sound[0]) < FRAME_S
        assert abs(picture[1] - sound[1]) < FRAME_S + 0.01


def test_a_film_is_as_loud_as_what_is_published(films: dict[str, Film]) -> None:
    for one in films.values():
        lufs, peak = watched.loudness(one.data)
        assert lufs == pytest.approx(-16, abs=1)
        assert peak <= -1
        assert lufs == pytest.approx(one.video["outcome"]["loudness_lufs"], abs=0.5)


def test_a_film_says_to_machines_that_a_program_made_it(films: dict[str, Film]) -> None:
    for one in films.values():
        assert watched.metadata(one.data)["comment"].startswith("Synthetic media")
        assert b"cv.iptc.org/newscodes/digitalsourcetype/" in one.data


def test_a_film_is_an_asset_that_was_decoded_in_full_and_found(house: House, films: dict[str, Film]) -> None:
    for one in films.values():
        asset = house.server.asset(one.video["outcome"]["asset_id"])
        assert (asset["status"], asset["verification"], asset["kind"]) == ("ready", "deep", "video")
        assert asset["sha256"] == hashlib.sha256(one.data).hexdigest()


# How they are told of


def test_a_film_is_shown_by_every_call_in_its_words(house: House, films: dict[str, Film]) -> None:
    for one in films.values():
        id_ = one.video["video_id"]
        official, project = house.ask(f"/v2/avatar_video/{id_}"), house.ask(f"/v2/project/{id_}")
        first, listed = house.ask(f"/v1/project?project_id={id_}"), house.ask("/v2/projects?limit=50")["projects"]
        of_list = next(shown for shown in listed if shown["project_id"] == id_)

        assert (official["status"], project["status"], of_list["status"]) == ("completed", "success", "success")
        assert (first["status_code"], first["status_desc"], first["status"]) == (4, "success", "completed")
        addresses = {official["video_url"], project["video_url"], first["video_url"], one.video["video_url"]}
        covers = {official["cover_url"], project["thumbnail_url"], first["cover_url"], one.video["cover_url"]}
        assert (len(addresses), len(covers), project["error"], official["error"]) == (1, 1, None, None)
        assert official["duration"] == project["duration"] == one.video["outcome"]["duration_s"]
        assert official["progress"] == project["progress"] == 100


def test_a_stream_tells_of_a_film_from_its_beginning_to_its_end(films: dict[str, Film]) -> None:
    for one in films.values():
        *before, end = one.told
        done = [each["done"] for each in before]

        assert {each["event"] for each in before} == {"progress"}
        assert "rendering" in {each["step"] for each in before}
        assert done == sorted(done)
        assert (end["event"], end["video_url"], end["outcome"]) == ("completed", *_ended(one.video))


def _ended(video: dict[str, Any]) -> tuple[Any, Any]:
    return video["video_url"], video["outcome"]


def test_receivers_are_told_of_a_film_by_both_ids_and_with_both_signatures(
    house: House, films: dict[str, Film]
) -> None:
    for one in films.values():
        id_ = one.video["video_id"]
        told = next(each for each in messages(house, id_) if each.path == "/hook")

        message = Webhook(house.secret).verify(told.body, told.as_dict())
        old = hmac.new(house.secret.encode(), told.body, hashlib.sha256).hexdigest()

        assert message["event"] == "generated_avatar_video_success"
        assert (message["data"]["project_id"], message["data"]["video_id"]) == (id_, id_)
        # A server on a port that the system chose knows its origin from requests only.
        assert one.video["video_url"].endswith(message["data"]["video_url"])
        assert hmac.compare_digest(told.headers["X-Webhook-Signature"], old)


def test_the_address_of_one_request_is_told_too(house: House, films: dict[str, Film]) -> None:
    id_ = films["v1"].video["video_id"]

    paths = sorted(each.path for each in messages(house, id_, 2))

    assert paths == ["/hook", "/hook/of-this-one"]


# Captions


def yellow(picture: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Where a picture has the colour of the word that is spoken."""
    return np.asarray(np.abs(picture[..., :3].astype(int) - HIGHLIGHT).max(axis=2) < 70)


def likeness(seen: NDArray[np.bool_], meant: NDArray[np.bool_]) -> float:
    return float((seen & meant).sum() / max(1, (seen | meant).sum()))


def test_each_word_lights_up_in_the_picture_while_it_is_heard(films: dict[str, Film]) -> None:
    speech = narration.spoken(SCRIPT, VOICE)
    fonts = models.fonts_folder(models.usual_folder())
    drawn = captions(speech.words, SCRIPT, CaptionStyle(), (720, 720), "en-US", fonts)
    middles = [(word.start_s + word.end_s) / 2 for word in speech.words]
    layers = [drawn.at(middle)[0] for middle in middles]

    best = []
    for middle in middles:
        picture = watched.picture_at(films["v1"].data, middle)
        parts = [watched.part_of(picture, one.box) for one in layers]
        alike = [likeness(yellow(part), yellow(one.picture)) for part, one in zip(parts, layers, strict=True)]
        assert max(alike) > 0.6
        best.append(int(np.argmax(alike)))

    assert len(middles) == 6
    assert best == [0, 1, 2, 3, 4, 5]


def test_subtitles_stand_beside_a_film_and_are_of_its_times(films: dict[str, Film]) -> None:
    made = films["v1"].video

    srt, vtt = (requests.get(made[name], timeout=30).text for name in ("srt_url", "vtt_url"))

    assert "Look here" in " ".join(srt.split())
    assert vtt.startswith("WEBVTT")
    assert made["name"] == "Words"


# The transparent one


def test_a_transparent_film_is_one_and_carries_its_label(films: dict[str, Film]) -> None:
    made = films["clear"]

    picture = watched.first_rgba(made.data)
    alpha = picture[..., 3]
    assert (alpha[-1].max(), alpha[5, 5], alpha.max()) == (255, 0, 255)
    assert watched.label_likeness(picture) > 0.9
    assert made.video["video_url"].endswith(".webm")
    assert made.video["spec"]["label"] is True


# What cannot be made


def test_a_background_that_cannot_be_fetched_fails_its_video_and_says_why(house: House) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    body = {
        "avatar": {"avatar_id": "sarah_full_01"},
        "video_background": {"type": "image", "value": f"http://127.0.0.1:{port}/gone.jpg"},
        "voice": {"type": "script", "input": "Hello.", "voice_id": VOICE},
    }
    id_ = house.ask("/v2/avatar", body)["project_id"]

    failed = wait_for(house.server, id_, ended)

    official, project = house.ask(f"/v2/avatar_video/{id_}"), house.ask(f"/v2/project/{id_}")
    first = house.ask(f"/v1/project?project_id={id_}")
    told = messages(house, id_)[0]
    message = Webhook(house.secret).verify(told.body, told.as_dict())
    assert (failed["state"], official["status"], project["status"]) == ("failed", "failed", "failed")
    assert (first["status_code"], first["status_desc"], official["video_url"]) == (5, "failed", "")
    assert (failed["findings"][0]["code"], official["error"]["code"]) == ("asset_refused", 50000)
    assert "connect" in official["error"]["message"].lower()
    assert (message["event"], message["data"]["project_id"]) == ("generated_avatar_video_failed", id_)
    assert (message["data"]["video_id"], message["data"]["error"]["code"]) == (id_, 50000)


def test_fault_37_what_a_pending_video_needs_is_deleted_only_by_force_and_that_is_told(house: House) -> None:
    asset_id = house.server.signed("never-sent.jpg")["asset_id"]
    body = {"avatar": "81", "script": "Hello.", "voice": {"voice_id": VOICE}}
    body |= {"background": {"type": "image", "asset": asset_id}}
    id_ = call(house.server, "POST", "/videos", body).json()["video_id"]

    refused = call(house.server, "DELETE", f"/assets/{asset_id}")
    before = video(house.server, id_)["state"]
    forced = call(house.server, "DELETE", f"/assets/{asset_id}?force=true")
    failed = wait_for(house.server, id_, ended)

    assert (refused.status_code, [one["id"] for one in refused.json()["used_by"]], before) == (409, [id_], "pending")
    assert (forced.status_code, failed["state"]) == (200, "failed")
    assert (failed["findings"][0]["code"], asset_id in failed["findings"][0]["message"]) == ("asset_gone", True)
    assert failed["findings"][0]["cure"].startswith("Restore the asset")
