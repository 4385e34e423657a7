"""The client and its command against a real server."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests
from real_tools import plain_environment
from sized_files import padded_mp4

import media_samples
from greenroom.client import Client, KeyRefused, Progress, Stage, UploadRefused
from greenroom.client.backoff import Backoff
from running_server import KEY, RunningServer, start_server

MIB = 1024 * 1024


@pytest.fixture
def client(server: RunningServer) -> Iterator[Client]:
    with Client(server.url, server.key) as client:
        yield client


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "Märchen 🌄.jpg"
    path.write_bytes(media_samples.jpeg())
    return path


@pytest.fixture
def film(tmp_path: Path) -> Path:
    path = tmp_path / "film.mp4"
    path.write_bytes(padded_mp4(media_samples.mp4(), 30 * MIB))
    return path


@pytest.fixture
def half_a_film(tmp_path: Path) -> Path:
    path = tmp_path / "half.mp4"
    path.write_bytes(media_samples.cut(media_samples.faststart_mp4()))
    return path


# The client


def test_a_file_that_is_uploaded_has_a_permanent_url_and_verified_facts(client: Client, photo: Path) -> None:
    uploaded = client.upload(photo)

    assert (uploaded.kind, uploaded.facts.content_type, uploaded.facts.width) == ("image", "image/jpeg", 640)
    assert uploaded.asset_id in uploaded.asset_url
    assert requests.get(uploaded.asset_url, timeout=10).content == photo.read_bytes()


def test_progress_tells_every_stage_and_all_bytes(client: Client, film: Path) -> None:
    told: list[Progress] = []

    client.upload(film, told.append)

    assert list(dict.fromkeys(progress.stage for progress in told)) == [
        Stage.SIGNING,
        Stage.SENDING,
        Stage.JUDGING,
        Stage.READY,
    ]
    assert max(progress.sent_bytes for progress in told) == 30 * MIB


def test_a_file_whose_judgement_takes_long_is_waited_for(new_server: Callable[..., RunningServer], film: Path) -> None:
    server = new_server(uploads_judgement_wait_s="0.001")

    with Client(server.url, server.key) as client:
        uploaded = client.upload(film)

    assert (uploaded.kind, uploaded.facts.size_bytes) == ("video", 30 * MIB)
    assert requests.get(uploaded.asset_url, timeout=10).content == film.read_bytes()


def test_a_refusal_after_a_long_judgement_has_its_reason(
    new_server: Callable[..., RunningServer], half_a_film: Path
) -> None:
    server = new_server(uploads_judgement_wait_s="0.001")

    with Client(server.url, server.key) as client, pytest.raises(UploadRefused) as refusal:
        client.upload(half_a_film)

    assert refusal.value.code == 4003
    assert refusal.value.reason is not None
    assert refusal.value.reason.cure


def test_a_file_that_is_too_large_is_refused_before_it_is_sent(client: Client, tmp_path: Path) -> None:
    large = tmp_path / "large.mp4"
    large.write_bytes(padded_mp4(media_samples.mp4(), 101 * MIB))
    told: list[Progress] = []

    with pytest.raises(UploadRefused, match="allowed are 100 MB"):
        client.upload(large, told.append)

    assert Stage.SENDING not in {progress.stage for progress in told}


def test_a_web_page_that_is_named_as_a_photo_is_refused(client: Client, tmp_path: Path) -> None:
    disguised = tmp_path / "photo.jpg"
    disguised.write_bytes(media_samples.html())

    with pytest.raises(UploadRefused) as refusal:
        client.upload(disguised)

    assert refusal.value.code == 4001


def test_a_refusal_of_a_large_file_at_its_first_bytes_is_seen(client: Client, tmp_path: Path) -> None:
    disguised = tmp_path / "film.mp4"
    disguised.write_bytes(media_samples.html().ljust(90 * MIB))

    with pytest.raises(UploadRefused) as refusal:
        client.upload(disguised)

    assert refusal.value.code == 4001


def test_an_upload_goes_on_when_the_server_was_restarted(tmp_path: Path, film: Path) -> None:
    data = tmp_path / "data"
    first = start_server(data)
    same_port = first.url.rpartition(":")[2]
    # The fixture asks for any free port; this server must come back where the first one was.
    serve = f'exec {sys.executable} -m greenroom serve --port {same_port} --data "$4"'
    restarted: list[RunningServer] = []

    def crash_and_start_again(pause_s: float) -> None:
        restarted.append(start_server(data, program=["bash", "-c", serve, "serve"]))

    def crash_in_the_middle(progress: Progress) -> None:
        if progress.sent_bytes > 10 * MIB and not restarted:
            first.kill()

    with Client(first.url, KEY, backoff=Backoff(sleep=crash_and_start_again)) as client:
        uploaded = client.upload(film, crash_in_the_middle)

    assert requests.get(uploaded.asset_url, timeout=10).content == film.read_bytes()
    restarted[0].stop()


def test_a_url_that_ran_out_is_renewed(new_server: Callable[..., RunningServer], photo: Path) -> None:
    server = new_server(uploads_grant_lifetime_s="0.001")

    with Client(server.url, server.key) as client, pytest.raises(UploadRefused) as refusal:
        client.upload(photo)

    assert refusal.value.code == 4004


def test_a_wrong_key_is_told_apart_from_a_refused_file(server: RunningServer, photo: Path) -> None:
    with Client(server.url, "wrong") as client, pytest.raises(KeyRefused):
        client.upload(photo)


# The command


def test_the_command_prints_a_line_with_id_and_url_for_each_file(
    server: RunningServer, photo: Path, film: Path
) -> None:
    done = run_upload(server, photo, film)

    assert done.returncode == 0
    assert sorted(line.split("\t")[0] for line in done.stdout.splitlines()) == sorted([str(photo), str(film)])
    assert f"{server.url}/assets/img_" in done.stdout


def test_the_command_gives_json_and_a_status_when_one_of_many_is_refused(
    server: RunningServer, photo: Path, half_a_film: Path
) -> None:
    done = run_upload(server, "--json", photo, half_a_film)

    outcomes = {Path(outcome["file"]).name: outcome for outcome in map(json.loads, done.stdout.splitlines())}
    assert done.returncode == 1
    assert outcomes[photo.name]["asset_url"].startswith(f"{server.url}/assets/img_")
    assert outcomes["half.mp4"]["code"] == 4003


def test_the_command_says_in_a_sentence_that_the_key_is_wrong(server: RunningServer, photo: Path) -> None:
    done = run_upload(server, "--key", "wrong", photo)

    assert done.returncode == 1
    assert "The server refuses the key" in done.stderr
    assert "Traceback" not in done.stderr


def run_upload(server: RunningServer, *arguments: str | Path) -> "subprocess.CompletedProcess[str]":
    """Run `greenroom upload` against a server."""
    command = [sys.executable, "-m", "greenroom", "upload", "--url", server.url, "--key", server.key]
    return subprocess.run(
        [*command, *map(str, arguments)], env=plain_environment(), capture_output=True, text=True, timeout=60
    )
