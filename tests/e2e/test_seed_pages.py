"""
The upload code of the two pages that this project exists for, run as it stands.

Where the pages are not at hand, the same sentences are shown of programs of our own of the same shape; the ids of
the tests say which of the two was run.
"""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
import requests
from real_tools import Curl, run_python
from sized_files import media_file
from upload_pages import CurlCall, CurlUpload, Program, all_curl_uploads, all_other_calls, all_programs

import media_samples
from running_server import RunningServer

TIMEOUT_S = 30


@pytest.mark.parametrize("upload", all_curl_uploads())
def test_the_curl_commands_of_a_page_upload_a_file(
    upload: CurlUpload, server: RunningServer, curl: Curl, tmp_path: Path
) -> None:
    file = media_file(tmp_path / upload.file_name, upload.content_type, upload.size_bytes)

    signed = curl.run(upload.sign.ready(server.url, server.key))
    put = curl.run(upload.put_ready(signed.json()["data"]["sign_url"], file))
    back = requests.get(signed.json()["data"]["asset_url"], timeout=TIMEOUT_S)

    assert (signed.status, signed.json()["code"], signed.json()["msg"]) == (200, 0, "Success")
    assert (put.status, put.json()["code"]) == (200, 0)
    assert (back.status_code, back.headers["content-type"]) == (200, upload.content_type)
    assert back.content == file.read_bytes()


@pytest.mark.parametrize("upload", all_curl_uploads())
def test_every_upload_body_of_a_page_is_signed_and_fulfilled(
    upload: CurlUpload, server: RunningServer, tmp_path: Path
) -> None:
    file = media_file(tmp_path / upload.file_name, upload.content_type, upload.size_bytes)
    headers = {"x-api-key": server.key, "Content-Type": "application/json"}

    signed = requests.post(
        f"{server.url}/v2/upload/asset", data=upload.sign.raw_body, headers=headers, timeout=TIMEOUT_S
    )
    put = server.put(signed.json()["data"]["sign_url"], file.read_bytes(), upload.content_type)
    back = requests.get(signed.json()["data"]["asset_url"], timeout=TIMEOUT_S)

    assert (put.status_code, put.json()["data"]["status"]) == (200, "ready")
    assert put.json()["data"]["size_bytes"] == (upload.size_bytes or file.stat().st_size)
    assert back.content == file.read_bytes()


@pytest.mark.parametrize("program", all_programs("python"))
def test_the_python_program_of_a_page_uploads_a_file(program: Program, server: RunningServer, tmp_path: Path) -> None:
    file = media_file(tmp_path / program.file_name, program.content_type)

    printed = run_python(program.ready(server.url, server.key), tmp_path)

    assert requests.get(url_in(printed), timeout=TIMEOUT_S).content == file.read_bytes()


@pytest.mark.node
@pytest.mark.parametrize("program", all_programs("javascript"))
def test_the_node_program_of_a_page_uploads_a_file(
    program: Program, server: RunningServer, node: Callable[..., str], tmp_path: Path
) -> None:
    file = media_file(tmp_path / program.file_name, program.content_type)

    printed = node(program.ready(server.url, server.key), tmp_path)

    assert requests.get(url_in(printed), timeout=TIMEOUT_S).content == file.read_bytes()


@pytest.mark.parametrize("call", all_other_calls())
def test_a_call_of_a_page_has_a_video_made_of_what_was_uploaded_but_no_avatar_of_a_meadow(
    call: CurlCall, server: RunningServer, curl: Curl
) -> None:
    image = server.upload("meadow.jpg", media_samples.jpeg(), "image/jpeg")
    sound = server.upload("chord.mp3", media_samples.mp3(), "audio/mpeg")

    answer = curl.run(call.ready_with(server.url, server.key, image, sound))

    if call.path.startswith("/v2/photo_avatar"):
        assert (answer.status, answer.json()["code"]) == (200, 7003)
        assert "face" in answer.json()["msg"]
        return
    assert (answer.status, answer.json()["code"], answer.json()["msg"]) == (200, 0, "Success"), answer.json()
    made = answer.json()["data"]
    shown = requests.get(
        f"{server.url}/v2/project/{made['project_id']}", headers={"x-api-key": server.key}, timeout=TIMEOUT_S
    ).json()["data"]
    assert (made["video_id"], shown["status"]) == (made["project_id"], "pending")


def url_in(printed: str) -> str:
    """The address in what a program printed."""
    found = re.search(r"http://\S+", printed)
    assert found is not None, printed
    return found[0]
