"""
Voices of providers, and speech recognition, through a whole server: configured, listed, asked, spoken, filmed.

The services are stand-ins of ours that speak the protocols of the real ones; none of those was ever called.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import narration
import pytest
import requests
import watched
from providers import SCRIPT, Providers, providers
from videos_made import call, ended, wait_for

import media_samples
from piper_voices import piper_voice
from running_server import RunningServer, start_server

VOICES = {
    "openai": "onyx",
    "azure": "en-US-ChristopherNeural",
    "google": "en-US-News-N",
    "elevenlabs": "21m00Tcm4TlvDq8ikWAM",
    "piper": "amy",
}
LISTED = (
    "amy=piper:en_US-amy-medium:en-US:female,onyx=openai:onyx:en-US:male,"
    "manila=azure:fil-PH-AngeloNeural:fil-PH:male,phnom=azure:km-KH-PisethNeural:km-KH:male"
)


@dataclass
class House:
    """A server, and the services that are configured for it."""

    server: RunningServer
    services: Providers

    def asked(self, **wish: Any) -> requests.Response:
        body = {"avatar": "81", "aspect": "1:1", "resolution": "720p", "framing": "closeup"} | wish
        return call(self.server, "POST", "/videos", body)

    def ended(self, reply: requests.Response) -> dict[str, Any]:
        assert reply.status_code == 202, reply.text
        return wait_for(self.server, reply.json()["video_id"], ended)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A server that has every provider there is."""
    with providers() as services:
        settings = {f"voices_{name}_url": services.url for name in ("openai", "azure", "google", "elevenlabs", "piper")}
        settings |= {f"voices_{name}_key": f"key-{name}" for name in ("openai", "azure", "google", "elevenlabs")}
        settings |= {"voices_transcription_url": f"{services.url}/v1", "voices_transcription_key": "key-hearing"}
        settings |= {"voices_transcription_max_bytes": "1000000", "voices_listed": LISTED}
        settings |= {"render_workers": "2", "render_preset": "superfast", "render_label": "on"}
        running = start_server(tmp_path_factory.mktemp("providers") / "data", **settings)
        yield House(running, services)
        running.stop()


def spoken_by(voice_id: str, script: str = SCRIPT) -> dict[str, Any]:
    return {"script": script, "voice": {"voice_id": voice_id}}


@pytest.fixture(scope="module")
def made(house: House) -> dict[str, dict[str, Any]]:
    """A video by a voice of each provider; all are asked for at once."""
    asked = {name: house.asked(**spoken_by(voice)) for name, voice in VOICES.items()}
    return {name: house.ended(reply) for name, reply in asked.items()}


@pytest.mark.parametrize("name", VOICES)
def test_a_provider_that_is_configured_speaks_in_a_video(
    house: House, made: dict[str, dict[str, Any]], name: str
) -> None:
    video = made[name]

    asked = [body for who, body in house.services.asked if who == name]
    length_s = narration.spoken(SCRIPT).duration_s
    assert (video["state"], video["findings"], video["warnings"]) == ("completed", [], [])
    assert video["outcome"]["timing"] == "aligned"
    assert 0 <= video["outcome"]["duration_s"] - length_s <= 1 / 30 + 0.001
    assert "Papa" in str(asked[0])
    assert "Papa may bake." in requests.get(video["srt_url"], timeout=30).text


def test_the_label_that_a_setting_wants_is_seen_in_every_picture(made: dict[str, dict[str, Any]]) -> None:
    film = requests.get(made["piper"]["video_url"], timeout=30).content

    assert made["piper"]["spec"]["label"] is True
    assert watched.label_likeness(watched.picture_at(film, 0.0)) > 0.9
    assert watched.label_likeness(watched.picture_at(film, 1.0)) > 0.9


def test_voices_that_an_operator_lists_are_listed(house: House) -> None:
    listed = call(house.server, "GET", "/voices?limit=200").json()["data"]

    found = {voice["voice_id"]: voice for voice in listed}
    assert found["amy"]["language"].startswith("en")
    assert {"amy", "onyx", "manila", "phnom"} <= set(found)


def test_a_provider_that_refuses_fails_the_video_clearly_and_another_try_succeeds(house: House) -> None:
    house.services.refusing.add("openai")
    failed = house.ended(house.asked(**spoken_by("onyx")))
    house.services.refusing.clear()

    again = call(house.server, "POST", f"/videos/{failed['video_id']}/retry")
    completed = wait_for(house.server, failed["video_id"], lambda found: found["state"] == "completed")

    (finding,) = failed["findings"]
    assert (failed["state"], finding["code"], again.status_code) == ("failed", "voice_impossible", 200)
    assert "openai failed: it answered 401: Incorrect API key provided. Check the key" in finding["message"]
    assert completed["findings"] == []


def test_a_language_that_only_a_provider_speaks_is_taken_but_not_written_without_a_font(house: House) -> None:
    refused = house.asked(**spoken_by("phnom", "សួស្តី"), captions={})
    taken = [house.asked(**spoken_by("phnom", "សួស្តី")), house.asked(**spoken_by("manila", "Kumusta"), captions={})]
    for one in taken:
        call(house.server, "DELETE", f"/videos/{one.json()['video_id']}")

    assert (refused.status_code, refused.json()["field"]) == (422, "captions")
    assert "cannot be written in Khmer: no font" in refused.json()["detail"]
    assert [one.status_code for one in taken] == [202, 202]


# Sounds whose words nobody gives


def test_the_words_of_a_sound_are_heard_by_a_provider_and_stand_in_the_result(house: House) -> None:
    sound = narration.wav(SCRIPT)
    asset = house.server.upload("memo.wav", sound)["asset_id"]

    video = house.ended(house.asked(audio=asset, captions={}))

    (asked,) = [body for who, body in house.services.asked if who == "hearing"]
    assert (asked["model"], asked["response_format"], asked["filename"]) == ("whisper-1", "verbose_json", "sound.wav")
    assert (asked["file"], asked["type"], "language" in asked) == (sound, "audio/wav", False)
    assert (video["state"], video["spec"]["transcript"], video["spec"]["language"]) == ("completed", SCRIPT, "en")
    assert [warning["code"] for warning in video["warnings"]] == ["transcript_recognised"]
    assert video["outcome"]["timing"] == "aligned"
    assert "Papa may bake." in requests.get(video["srt_url"], timeout=30).text


def test_a_sound_that_is_given_with_its_words_or_wants_no_captions_is_sent_to_nobody(house: House) -> None:
    asset = house.server.upload("hello.wav", narration.wav("Papa."))["asset_id"]
    before = sum(who == "hearing" for who, _ in house.services.asked)

    asked = [house.asked(audio=asset, captions={}, transcript="Papa."), house.asked(audio=asset)]
    for one in asked:
        wait_for(
            house.server, one.json()["video_id"], lambda found: found["progress"]["step"] in ("timing", "rendering")
        )
        call(house.server, "DELETE", f"/videos/{one.json()['video_id']}")

    assert sum(who == "hearing" for who, _ in house.services.asked) == before


@pytest.mark.parametrize(
    ("heard", "said"),
    [
        ({"text": " … "}, "heard no words in the sound"),
        ({"text": "សួស្តី", "language": "khmer"}, "cannot be written in Khmer"),
        ({"words": "none"}, "its answer is not as its protocol says"),
    ],
)
def test_words_that_cannot_be_used_fail_the_video_and_say_what_helps(
    house: House, monkeypatch: pytest.MonkeyPatch, heard: dict[str, str], said: str
) -> None:
    monkeypatch.setattr(house.services, "heard", heard)
    asset = house.server.upload("chord.mp3", media_samples.mp3(1))["asset_id"]

    failed = house.ended(house.asked(audio=asset, captions={}))

    (finding,) = failed["findings"]
    assert (failed["state"], finding["code"]) == ("failed", "transcription_impossible")
    assert said in finding["message"]
    assert finding["cure"].startswith("Give the words of the sound")


def test_a_sound_that_is_too_large_to_be_heard_is_refused_with_both_sizes(house: House) -> None:
    asset = house.server.upload("long.wav", media_samples.wav(12))["asset_id"]

    refused = house.asked(audio=asset, captions={})

    assert (refused.status_code, refused.json()["field"]) == (422, "audio")
    assert refused.json()["detail"].startswith("audio has 2.20 MB (2,304,044 bytes); words are recognised in at most")
    assert refused.json()["detail"].endswith("give transcript, or a smaller file")


def test_a_voice_file_of_piper_speaks_in_a_video_without_a_server(tmp_path: Path) -> None:
    folder = tmp_path / "voices"
    folder.mkdir()
    piper_voice(folder)
    running = start_server(tmp_path / "data", voices_piper_folder=str(folder), render_preset="superfast")
    try:
        listed = {one["voice_id"] for one in call(running, "GET", "/voices?limit=200").json()["data"]}
        body = {"avatar": "81", "aspect": "1:1", "resolution": "720p", "framing": "closeup", "captions": {}}
        reply = call(running, "POST", "/videos", body | spoken_by("en_US-hum-medium"))
        assert reply.status_code == 202, reply.text
        video = wait_for(running, reply.json()["video_id"], ended)
    finally:
        running.stop()

    assert "en_US-hum-medium" in listed
    assert (video["state"], video["findings"], video["warnings"]) == ("completed", [], [])
    assert video["outcome"]["timing"] == "phones"
