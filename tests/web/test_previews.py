"""Every presenter, voice and track in a list has a preview that plays, at the address that the list gives."""

import io
import os
import time
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest
import requests
from PIL import Image

from greenroom import __version__
from running_server import RunningServer, start_server

_WAIT_MAX_S = 90


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    running = start_server(tmp_path_factory.mktemp("previews"))
    yield running
    running.stop()


def listed(server: RunningServer, path: str, array: str) -> dict[str, str]:
    """The first item of a list."""
    reply = requests.get(server.url + path, headers={"x-api-key": server.key}, timeout=30).json()
    found: dict[str, str] = reply["data"][array][0]
    return found


def fetched(address: str) -> requests.Response:
    """A preview, as a page would ask for it: again when it is told to wait."""
    end = time.monotonic() + _WAIT_MAX_S
    while (reply := requests.get(address, timeout=60)).status_code == 503:
        assert time.monotonic() < end, reply.text
        assert int(reply.headers["Retry-After"]) > 0
        time.sleep(1)
    return reply


def heard(content: bytes) -> tuple[float, float]:
    """Length in seconds and level of a sound."""
    with av.open(io.BytesIO(content)) as sound:
        pieces = [frame.to_ndarray() for frame in sound.decode(audio=0)]
        rate = sound.streams.audio[0].codec_context.sample_rate
    samples = np.concatenate(pieces, axis=1)
    return samples.shape[1] / rate, float(np.sqrt(np.mean(np.square(samples, dtype=np.float64))))


def test_a_presenter_has_a_picture(server: RunningServer) -> None:
    reply = fetched(listed(server, "/v2/avatars/public", "avatars")["cover_url"])
    assert (reply.status_code, reply.headers["Content-Type"]) == (200, "image/jpeg")
    picture = Image.open(io.BytesIO(reply.content))
    assert picture.size == (720, 1280)
    assert np.asarray(picture).std() > 20


def test_a_presenter_has_a_film_in_which_they_talk(server: RunningServer) -> None:
    reply = fetched(listed(server, "/v2/avatars/public", "avatars")["video_url"])
    assert (reply.status_code, reply.headers["Content-Type"]) == (200, "video/mp4")
    with av.open(io.BytesIO(reply.content)) as film:
        frames = [frame.to_ndarray(format="gray") for frame in film.decode(video=0)]
    assert len(frames) > 60
    assert np.abs(frames[10].astype(int) - frames[40].astype(int)).max() > 40
    length_s, level = heard(reply.content)
    assert abs(length_s - len(frames) / 30) < 0.1
    assert level > 0.02


def test_a_voice_has_a_sentence(server: RunningServer) -> None:
    voice = listed(server, "/v2/voices?language=german", "voices")
    reply = fetched(voice["audio_url"])
    assert (reply.status_code, reply.headers["Content-Type"]) == (200, "audio/mpeg")
    length_s, level = heard(reply.content)
    assert 1 < length_s < 15
    assert level > 0.02


def test_music_is_heard_as_long_as_the_list_says(server: RunningServer) -> None:
    track = listed(server, "/v2/musics", "music")
    reply = fetched(track["music_url"])
    length_s, level = heard(reply.content)
    assert abs(length_s - float(track["duration"])) < 1
    assert level > 0.02


def test_a_preview_is_served_in_parts_and_kept_by_browsers(server: RunningServer) -> None:
    address = listed(server, "/v2/voices?language=german", "voices")["audio_url"]
    whole = fetched(address)
    part = requests.get(address, headers={"Range": "bytes=100-199"}, timeout=30)
    assert (part.status_code, part.content) == (206, whole.content[100:200])
    assert "max-age" in whole.headers["Cache-Control"]
    again = requests.get(address, headers={"If-None-Match": whole.headers["ETag"]}, timeout=30)
    assert again.status_code == 304


@pytest.mark.parametrize("path", ["avatars/nobody.jpg", "avatars/..%2f..%2fcatalogue.db", "voices/.mp3", ""])
def test_there_is_nothing_else(server: RunningServer, path: str) -> None:
    assert requests.get(f"{server.url}/previews/{path}", timeout=30).status_code == 404


def test_previews_are_read_only(server: RunningServer) -> None:
    reply = requests.post(f"{server.url}/previews/avatars/sarah_full_01.jpg", timeout=30)
    assert (reply.status_code, reply.headers["Allow"]) == (405, "GET, HEAD, OPTIONS")


def test_what_was_made_is_there_after_a_restart(tmp_path: Path) -> None:
    path = "/previews/avatars/marcus_full_01.jpg"
    first = start_server(tmp_path / "data")
    made = fetched(first.url + path)
    first.stop()
    second = start_server(tmp_path / "data")
    again = requests.get(second.url + path, timeout=30)
    assert again.content == made.content
    assert again.headers["ETag"] == made.headers["ETag"]
    assert os.listdir(second.data / "previews") == [__version__]
    second.stop()
