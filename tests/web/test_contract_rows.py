"""
The rows of contract section 3, where its two seed documents differ, as far as they concern uploading.

Rows 16, 17 and 18 are about making videos; here they only must not be a 404.
"""

import io
import re
import time
import wave
from typing import Any

import pytest
import requests

import media_samples
from running_server import RunningServer

MIB = 1024 * 1024
FROM_S0 = {"file_name": "product.jpg", "file_type": "image/jpeg"}
FROM_S1 = {"filename": "product.jpg", "content_type": "image/jpeg", "file_size": 2048576}


def silence(seconds: int) -> bytes:
    """A WAV of 8,000 bytes a second."""
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(1)
        sound.setframerate(8000)
        sound.writeframes(b"\x80" * 8000 * seconds)
    return file.getvalue()


@pytest.mark.parametrize("body", [FROM_S0, FROM_S1, {"filename": "product.jpg", "content_type": "image/jpeg"}])
def test_row_01_both_pages_field_names_are_taken(server: RunningServer, body: dict[str, Any]) -> None:
    assert server.sign(body)["code"] == 0


@pytest.mark.parametrize(
    "body",
    [
        {"filename": "a.jpg", "file_name": "b.jpg", "content_type": "image/jpeg"},
        {"filename": "a.jpg", "content_type": "image/jpeg", "file_type": "image/png"},
    ],
)
def test_row_01_both_spellings_given_and_different_is_a_parameter_error(
    server: RunningServer, body: dict[str, Any]
) -> None:
    reply = server.sign(body)

    assert reply["code"] == 40000
    assert "are both given and differ" in reply["msg"]


def test_row_02_a_given_size_over_the_limit_is_refused_at_signing(server: RunningServer) -> None:
    reply = server.sign({"filename": "a.jpg", "content_type": "image/jpeg", "file_size": 10 * MIB + 1})

    assert (reply["code"], reply["data"]["reason"]["code"]) == (40000, "size_exceeded")


def test_row_02_a_given_size_must_equal_what_arrives(server: RunningServer) -> None:
    photo = media_samples.jpeg()
    signed = server.signed("a.jpg", "image/jpeg", len(photo) + 1)

    reply = server.put(signed["sign_url"], photo, "image/jpeg")

    assert (reply.status_code, reply.json()["code"]) == (400, 4003)
    assert reply.json()["data"]["reason"]["code"] == "length_mismatch"


def test_row_02_without_a_size_any_within_the_limit_is_taken(server: RunningServer) -> None:
    assert server.upload("a.jpg", media_samples.jpeg(), "image/jpeg")["status"] == "ready"


@pytest.mark.parametrize(
    ("path", "body", "limit"),
    [
        ("/v2/upload/asset", {"filename": "a.mp3", "content_type": "audio/mpeg"}, 20 * MIB),
        ("/v1/upload/asset", {"filename": "a.mp3"}, 20 * MIB),
        ("/v2/upload/asset", {"file_name": "a.mp3", "file_type": "audio/mpeg"}, 50 * MIB),
    ],
)
def test_row_03_sound_has_the_limit_of_the_page_whose_field_names_were_used(
    server: RunningServer, path: str, body: dict[str, Any], limit: int
) -> None:
    assert server.sign(body, path)["data"]["max_bytes"] == limit


def test_row_04_gif_is_accepted(server: RunningServer) -> None:
    receipt = server.upload("a.gif", media_samples.gif(), "image/gif")

    assert (receipt["status"], receipt["content_type"]) == ("ready", "image/gif")


@pytest.mark.parametrize("name", ["audio/mp4", "audio/x-m4a", "audio/m4a"])
def test_row_05_m4a_is_accepted_under_each_of_its_three_names(server: RunningServer, name: str) -> None:
    signed = server.signed("a.m4a", name)

    reply = server.put(signed["sign_url"], media_samples.m4a(), name)

    assert (reply.status_code, reply.json()["data"]["content_type"]) == (200, "audio/mp4")


@pytest.mark.parametrize("name", ["audio/wav", "audio/x-wav", "audio/wave"])
def test_row_05_wav_is_accepted_under_each_of_its_three_names(server: RunningServer, name: str) -> None:
    signed = server.signed("a.wav", name)

    reply = server.put(signed["sign_url"], media_samples.wav(), name)

    assert (reply.status_code, reply.json()["data"]["content_type"]) == (200, "audio/wav")


@pytest.mark.parametrize(
    ("filename", "declared", "sent"),
    [
        ("a.jpg", "image/jpg", "image/jpeg"),
        ("a.jpg", "image/jpeg", "image/jpg"),
        ("a.m4a", "audio/x-m4a", "audio/mp4"),
        ("a.wav", "audio/wav", "audio/x-wav"),
    ],
)
def test_row_05_the_put_may_use_another_name_of_the_declared_type(
    server: RunningServer, filename: str, declared: str, sent: str
) -> None:
    samples = {"a.jpg": media_samples.jpeg, "a.m4a": media_samples.m4a, "a.wav": media_samples.wav}

    reply = server.put(server.signed(filename, declared)["sign_url"], samples[filename](), sent)

    assert reply.status_code == 200


def test_row_05_a_mov_is_accepted_as_video_quicktime(server: RunningServer) -> None:
    receipt = server.upload("a.mov", media_samples.mov(), "video/quicktime")

    assert (receipt["status"], receipt["content_type"]) == ("ready", "video/quicktime")


def test_row_06_a_video_over_the_longest_duration_is_refused(strict_server: RunningServer) -> None:
    signed = strict_server.signed("a.mp4", "video/mp4")

    reply = strict_server.put(signed["sign_url"], media_samples.mp4())

    assert (reply.status_code, reply.json()["code"]) == (422, 4003)
    assert reply.json()["data"]["reason"]["code"] == "duration_exceeded"


def test_row_07_a_sound_over_ten_minutes_is_refused(server: RunningServer) -> None:
    signed = server.signed("a.wav", "audio/wav")

    reply = server.put(signed["sign_url"], silence(seconds=602))

    assert (reply.status_code, reply.json()["code"]) == (422, 4003)
    reason = reply.json()["data"]["reason"]
    assert (reason["code"], reason["measured"], reason["allowed"]) == ("duration_exceeded", "10 min 2 s", "10 min")


def test_row_08_the_sign_url_is_absolute_and_opaque(server: RunningServer) -> None:
    sign_url = server.signed("my secret plan.jpg")["sign_url"]

    assert sign_url.startswith(server.url + "/upload/")
    assert "secret" not in sign_url


def test_row_09_the_asset_url_is_absolute_unguessable_and_keeps_the_extension(server: RunningServer) -> None:
    asset_url = server.signed("my holiday.jpeg")["asset_url"]

    assert re.fullmatch(re.escape(server.url) + r"/assets/img_[0-9a-f]{32}\.jpeg", asset_url)


def test_row_09_a_second_file_of_the_same_name_does_not_replace_the_first(server: RunningServer) -> None:
    first = server.upload("a.jpg", media_samples.jpeg())
    second = server.upload("a.jpg", media_samples.jpeg_from_a_phone())

    assert requests.get(first["asset_url"], timeout=10).content == media_samples.jpeg()
    assert requests.get(second["asset_url"], timeout=10).content == media_samples.jpeg_from_a_phone()


@pytest.mark.parametrize(("filename", "prefix"), [("a.jpg", "img_"), ("a.mp4", "vid_"), ("a.mp3", "aud_")])
def test_row_10_v2_adds_the_asset_id_which_is_the_last_segment_of_the_url(
    server: RunningServer, filename: str, prefix: str
) -> None:
    data = server.signed(filename)

    assert data["asset_id"].startswith(prefix)
    assert data["asset_url"].rpartition("/")[2].partition(".")[0] == data["asset_id"]


def test_row_10_v2_adds_an_integer_id(server: RunningServer) -> None:
    assert type(server.signed("a.jpg")["id"]) is int


def test_row_10_in_v1_the_asset_id_is_the_address(server: RunningServer) -> None:
    data = server.sign({"filename": "a.mp3"}, "/v1/upload/asset")["data"]

    assert data["asset_id"] == data["asset_url"]
    assert data["asset_id"].startswith(server.url + "/assets/aud_")


def test_row_11_folder_name_and_description_are_taken(server: RunningServer) -> None:
    data = server.sign({"filename": "a.jpg", "folder": "shop", "name": "Boots", "description": "red"})["data"]

    asset = server.asset(data["asset_id"])

    assert (asset["name"], asset["description"]) == ("Boots", "red")


def test_row_12_the_content_type_decides_between_json_and_form(server: RunningServer) -> None:
    form = {"file": ("a.jpg", media_samples.jpeg(), "image/jpeg")}

    reply = requests.post(
        server.url + "/v2/upload/asset",
        files=form,
        data={"asset_type": "image", "name": "Boots"},
        headers={"x-api-key": server.key},
        timeout=20,
    ).json()

    assert (reply["code"], reply["data"]["asset_type"], reply["data"]["status"]) == (0, "image", "ready")


@pytest.mark.parametrize(
    ("body", "code", "begins"),
    [
        ({"file_name": "a.exe", "file_type": "application/x-msdownload"}, 4001, "Invalid file type"),
        ({"file_name": "a.jpg", "file_type": "image/jpeg", "file_size": 11 * MIB}, 4002, "File too large"),
        (
            {"filename": "a.exe", "content_type": "application/x-msdownload"},
            40000,
            "Parameter error: File format not supported (",
        ),
        (
            {"filename": "a.jpg", "content_type": "image/jpeg", "file_size": 11 * MIB},
            40000,
            "Parameter error: File size exceeds limit (",
        ),
    ],
)
def test_row_13_error_codes_and_texts_are_those_of_the_page_whose_field_names_were_used(
    server: RunningServer, body: dict[str, Any], code: int, begins: str
) -> None:
    reply = server.sign(body)

    assert reply["code"] == code
    assert reply["msg"].startswith(begins)


def test_row_14_a_sign_url_lives_fifteen_minutes(server: RunningServer) -> None:
    before = int(time.time())

    expires_at = server.signed("a.jpg")["expires_at"]

    assert before + 900 <= expires_at <= int(time.time()) + 900


def test_row_15_a_stored_file_has_no_end_of_life(server: RunningServer) -> None:
    reply = requests.get(server.upload("a.jpg", media_samples.jpeg())["asset_url"], timeout=10)

    assert "expires" not in reply.headers
    assert reply.headers["cache-control"].startswith("public, max-age=")


@pytest.mark.parametrize(
    "path",
    ["/v2/create_video_with_template", "/v2/ai_scripts", "/v2/create_video_from_product"],
)
def test_row_18_calls_that_are_not_built_yet_say_so_and_are_no_404(server: RunningServer, path: str) -> None:
    reply = requests.post(server.url + path, json={"name": "x"}, headers={"x-api-key": server.key}, timeout=10)

    assert (reply.status_code, reply.json()["code"]) == (200, 50000)
    assert "not built yet" in reply.json()["msg"]
    assert "Uploads, videos of avatars, photo avatars and lip sync work" in reply.json()["msg"]


def test_row_19_a_small_image_is_accepted(server: RunningServer) -> None:
    receipt = server.upload("a.png", media_samples.png(width=64, height=48))

    assert (receipt["status"], receipt["width"], receipt["height"]) == ("ready", 64, 48)


def test_row_20_ten_megabytes_are_counted_so_that_both_readings_pass(server: RunningServer) -> None:
    assert server.signed("a.jpg", "image/jpeg", 10 * MIB)["max_bytes"] == 10 * MIB


@pytest.mark.parametrize("content_type", ["image/jpeg", "application/octet-stream"])
def test_row_21_the_put_has_the_declared_type_or_octet_stream(server: RunningServer, content_type: str) -> None:
    signed = server.signed("a.jpg", "image/jpeg")

    assert server.put(signed["sign_url"], media_samples.jpeg(), content_type).status_code == 200


@pytest.mark.parametrize("content_type", ["image/png", "text/html", "video/mp4"])
def test_row_21_the_put_with_another_type_is_refused_with_415(server: RunningServer, content_type: str) -> None:
    signed = server.signed("a.jpg", "image/jpeg")

    reply = server.put(signed["sign_url"], media_samples.jpeg(), content_type)

    assert (reply.status_code, reply.json()["code"]) == (415, 4001)
    assert reply.json()["data"]["reason"]["code"] == "content_type_mismatch"
