"""Faults 20 to 24, 27 and 28: files that are not what they say, or not whole, or too much."""

from collections.abc import Callable

import psutil
import pytest
import requests

import media_samples
from media import damaged_samples
from running_server import RunningServer

GOOD: dict[str, Callable[[], bytes]] = {
    "jpg": media_samples.jpeg,
    "png": media_samples.png,
    "webp": media_samples.webp,
    "gif": media_samples.gif,
    "mp4": media_samples.mp4,
    "mov": media_samples.mov,
    "webm": media_samples.webm,
    "mp3": media_samples.mp3,
    "wav": media_samples.wav,
    "m4a": media_samples.m4a,
}
FOREIGN: dict[str, Callable[[], bytes]] = {
    "svg": media_samples.svg,
    "html": media_samples.html,
    "pdf": media_samples.pdf,
    "zip": media_samples.zip_,
    "bmp": media_samples.bmp,
    "tiff": media_samples.tiff,
    "avif": media_samples.avif,
    "mkv": media_samples.mkv,
    "avi": media_samples.avi,
    "mpegts": media_samples.mpegts,
    "flac": media_samples.flac,
    "ogg": media_samples.ogg,
    "aac": media_samples.aac,
    "elf": lambda: b"\x7fELF\x02\x01\x01" + bytes(5000),
    "text": lambda: b"just some text, nothing else\n" * 200,
    "zeros": lambda: bytes(5000),
}
TYPES = {
    "jpg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
    "gif": "image/gif",
    "mp4": "video/mp4",
    "mov": "video/quicktime",
    "webm": "video/webm",
    "mp3": "audio/mpeg",
    "wav": "audio/wav",
    "m4a": "audio/mp4",
}
# One container under two names: what the bytes are decides what is served.
INTERCHANGEABLE = {("mp4", "mov"), ("mov", "mp4")}
TAKEN = sorted({(name, name) for name in GOOD} | INTERCHANGEABLE)
NOT_TAKEN = sorted({(declared, real) for declared in GOOD for real in {**GOOD, **FOREIGN}} - set(TAKEN))


# 20


@pytest.mark.parametrize(("declared", "real"), TAKEN)
def test_fault_20_bytes_that_are_what_was_declared_are_taken_and_served_as_what_they_are(
    server: RunningServer, declared: str, real: str
) -> None:
    receipt = server.upload(f"file.{declared}", GOOD[real]())

    served = requests.get(receipt["asset_url"], timeout=5).headers["content-type"]

    assert receipt["content_type"] == served == TYPES[real]


@pytest.mark.parametrize(("declared", "real"), NOT_TAKEN)
def test_fault_20_bytes_that_are_not_what_was_declared_are_refused(
    server: RunningServer, declared: str, real: str
) -> None:
    signed = server.signed(f"file.{declared}")

    refused = server.put(signed["sign_url"], {**GOOD, **FOREIGN}[real]())

    assert (refused.status_code, refused.json()["code"]) == (415, 4001)
    assert requests.get(signed["asset_url"], timeout=5).status_code == 404


@pytest.mark.parametrize(
    ("extension", "mime"),
    sorted(
        (one, TYPES[other]) for one in GOOD for other in GOOD if one != other and (one, other) not in INTERCHANGEABLE
    ),
)
def test_fault_20_an_extension_and_a_type_that_contradict_each_other_are_refused_at_signing(
    server: RunningServer, extension: str, mime: str
) -> None:
    reply = server.sign({"filename": f"file.{extension}", "content_type": mime})

    assert reply["code"] == 40000


@pytest.mark.parametrize("mime", ["image/png", "video/mp4", "text/html", "image/svg+xml", "nonsense", "*/*"])
def test_fault_20_a_put_with_another_type_than_was_signed_is_refused(server: RunningServer, mime: str) -> None:
    refused = server.put(server.signed("photo.jpg")["sign_url"], media_samples.jpeg(), mime)

    assert (refused.status_code, refused.json()["code"]) == (415, 4001)


# 21


@pytest.mark.parametrize("path", ["", "x", "/more"])
def test_fault_21_nothing_under_an_address_may_run_in_a_browser(server: RunningServer, path: str) -> None:
    asset_url = server.upload("photo.jpg", media_samples.jpeg())["asset_url"]

    answer = requests.get(asset_url + path, timeout=5)

    assert answer.headers["content-type"] in ("image/jpeg", "application/json")
    assert answer.status_code == 404 or answer.headers["x-content-type-options"] == "nosniff"
    assert answer.status_code == 404 or "sandbox" in answer.headers["content-security-policy"]


@pytest.mark.parametrize("name", ["page.html", "page.htm", "image.svg", "x.svgz", "page.xhtml", "x.mhtml", "x.xml"])
def test_fault_21_pages_are_refused_at_signing(server: RunningServer, name: str) -> None:
    assert server.sign({"filename": name})["code"] == 40000


def test_fault_21_a_photo_with_a_page_behind_it_is_served_as_a_photo_if_at_all(server: RunningServer) -> None:
    signed = server.signed("photo.jpg")
    server.put(signed["sign_url"], media_samples.jpeg() + media_samples.html())

    answer = requests.get(signed["asset_url"], timeout=5)

    assert answer.headers["content-type"] in ("image/jpeg", "application/json")


# 22, 23


@pytest.mark.parametrize("film", [media_samples.browser_recorder_webm, media_samples.browser_recorder_mp4])
def test_fault_22_a_recording_without_a_duration_gets_the_measured_one(
    server: RunningServer, film: Callable[[], bytes]
) -> None:
    name = "film.webm" if film is media_samples.browser_recorder_webm else "film.mp4"

    receipt = server.upload(name, film())

    assert receipt["duration_s"] == pytest.approx(2.0, abs=0.15)


def test_fault_23_a_duration_that_lies_does_not_get_a_long_film_in(new_server: Callable[..., RunningServer]) -> None:
    server = new_server(limits_video_max_duration_s="1")
    lying = damaged_samples.with_all_durations(media_samples.mp4(seconds=3), 0.5)

    refused = server.put(server.signed("film.mp4")["sign_url"], lying)
    honest = server.put(server.signed("film.mp4")["sign_url"], media_samples.mp4(seconds=3))

    assert (refused.status_code, refused.json()["code"]) == (422, 4003)
    assert (honest.status_code, honest.json()["data"]["reason"]["code"]) == (422, "duration_exceeded")


# 24


@pytest.mark.parametrize(
    ("name", "mime"),
    [
        ("jpg", "image/jpg"),
        ("jpg", "image/pjpeg"),
        ("jpg", "IMAGE/JPEG; charset=binary"),
        ("jpg", "application/octet-stream"),
        ("jpg", ""),
        ("png", "image/x-png"),
        ("mov", "video/mov"),
        ("mov", "video/quicktime"),
        ("mp4", "video/x-m4v"),
        ("webm", "video/webm;codecs=vp9,opus"),
        ("mp3", "audio/mp3"),
        ("wav", "audio/x-wav"),
        ("wav", "audio/wave"),
        ("m4a", "audio/x-m4a"),
        ("m4a", "audio/m4a"),
    ],
)
def test_fault_24_other_names_of_a_type_are_taken_at_signing_and_at_the_put(
    server: RunningServer, name: str, mime: str
) -> None:
    signed = server.signed(f"file.{name}", mime)

    taken = server.put(signed["sign_url"], GOOD[name](), mime)

    assert (taken.status_code, taken.json()["data"]["content_type"]) == (200, TYPES[name])


@pytest.mark.parametrize("real", ["html", "png", "avif", "zip"])
def test_fault_24_an_octet_stream_is_taken_only_if_its_bytes_prove_the_type(server: RunningServer, real: str) -> None:
    signed = server.signed("photo.jpg", "application/octet-stream")

    refused = server.put(signed["sign_url"], {**GOOD, **FOREIGN}[real]())

    assert (refused.status_code, refused.json()["code"]) == (415, 4001)


# 27


@pytest.mark.parametrize("tenth", range(10))
@pytest.mark.parametrize("name", GOOD)
def test_fault_27_a_truncated_file_is_never_ready(server: RunningServer, name: str, tenth: int) -> None:
    signed = server.signed(f"file.{name}")

    refused = server.put(signed["sign_url"], media_samples.cut(GOOD[name](), 0.04 + tenth * 0.1))

    assert (refused.status_code, refused.json()["code"]) in ((415, 4001), (422, 4003))
    assert server.asset(signed["asset_id"])["status"] == "waiting"


# 28


@pytest.mark.parametrize(
    ("name", "flood"),
    [
        ("flood.png", damaged_samples.pixel_flood_png),
        ("flood.jpg", damaged_samples.pixel_flood_jpeg),
        ("flood.gif", damaged_samples.frame_flood_gif),
    ],
)
def test_fault_28_a_flood_of_pixels_is_refused_and_costs_no_memory(
    server: RunningServer, name: str, flood: Callable[[], bytes]
) -> None:
    process = psutil.Process(server.process.pid)
    before = process.memory_info().rss

    refused = server.put(server.signed(name)["sign_url"], flood())

    assert (refused.status_code, refused.json()["code"]) == (422, 4003)
    assert process.memory_info().rss - before < 20 * 1024 * 1024
