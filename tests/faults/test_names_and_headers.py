"""Fault 29, attacks 6 and 7: names of files are data. They come back as they were given and become nothing else."""

import re
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
import requests
from raw_put import RawPut

import media_samples
from running_server import RunningServer

PHOTO = media_samples.jpeg()
NAMES = [
    "照片 中文.jpg",
    "🎬👩‍👩‍👧‍👦🇦🇹.jpg",
    "gpj.‮live.jpg",
    "שלום-مرحبا.jpg",
    "a\"b'c`d.jpg",
    "line\r\nSet-Cookie: a=b\r\n.jpg",
    "tab\tand\x1b[31mred\x07.jpg",
    unicodedata.normalize("NFC", "Ångström é.jpg"),
    unicodedata.normalize("NFD", "Ångström é.jpg"),
    "CON.jpg",
    "aux.txt.jpg",
    "../../../../etc/passwd.jpg",
    "..\\..\\windows\\win.jpg",
    "/etc/shadow.jpg",
    "%2e%2e%2f%00.jpg",
    "C:\\photo.jpg",
    " leading and trailing .jpg",
    "-rf --help.jpg",
    "$(reboot);`id`|&.jpg",
    "<script>alert(1)</script>.jpg",
    "'; DROP TABLE assets; --.jpg",
    "{{7*7}}${7*7}%s%n.jpg",
    "\ufeffbom\u200b\u2028.jpg",
    "x" * 300 + ".jpg",
    "é" * 1000 + ".jpg",
    ".jpg",
    "many.dots...and.more.jpg",
]
SAFE_PATH = re.compile(
    r"(incoming|blobs|blobs/[0-9a-f]{2}|blobs/[0-9a-f]{2}/[0-9a-f]{64}"
    r"|catalogue\.db(-wal|-shm)?|serve\.lock|(signing|receipt)\.keys"
    r"|work|previews|previews/(making|[0-9.]+)|previews/[0-9.]+/(cover|film|voice|music)-[0-9a-f]{32}(\.new)?)"
)


def paths(server: RunningServer) -> list[str]:
    """Every path in the data folder, relative to it."""
    return [str(path.relative_to(server.data)) for path in Path(server.data).glob("**/*")]


@pytest.mark.parametrize("name", NAMES)
def test_fault_29_a_name_is_kept_as_data_and_comes_back_as_it_was_given(server: RunningServer, name: str) -> None:
    receipt = server.upload(name, PHOTO)

    back = requests.get(receipt["asset_url"], timeout=5)

    # In composed form, as all names are kept: it looks alike, and is found alike.
    kept = unicodedata.normalize("NFC", name)
    assert receipt["name"] == kept
    assert server.asset(receipt["asset_id"])["name"] == kept
    assert (back.status_code, back.content) == (200, PHOTO)
    assert re.fullmatch(r"img_[0-9a-f]{32}\.jpg", receipt["asset_url"].rsplit("/", 1)[1])


def test_attack_06_no_name_becomes_a_path(server: RunningServer) -> None:
    server.upload("../../escaped.jpg", PHOTO)

    strange = [path for path in paths(server) if not SAFE_PATH.fullmatch(path)]

    assert strange == []


@pytest.mark.parametrize(
    "name", ["x" * 4096 + ".jpg", "a\x00b.jpg", "photo.jpg\x00.exe", "\ud800.jpg", "photo.exe", "jpg"]
)
def test_attack_06_a_name_that_cannot_be_kept_is_a_parameter_error(server: RunningServer, name: str) -> None:
    reply = server.sign({"filename": name})

    assert reply["code"] == 40000


@pytest.mark.parametrize("name", ["line\r\nSet-Cookie: a=b\r\n.jpg", "照片.jpg"])
def test_attack_07_a_name_never_gets_into_a_header(server: RunningServer, name: str) -> None:
    signed = server.signed(name)

    answers = [
        server.put(signed["sign_url"], PHOTO),
        requests.get(signed["asset_url"], timeout=5),
        requests.get(f"{server.url}/api/v1/assets/{signed['asset_id']}", headers={"x-api-key": server.key}, timeout=5),
    ]

    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert [answer.headers.get("set-cookie") for answer in answers] == [None, None, None]


@pytest.mark.parametrize(
    "line",
    [
        "Content-Type: image/jpeg\r\n X-Folded: yes",
        "Content-Type: image/jp\x00eg",
        "X-Bare: a\rb",
        "X Spaced: a",
        "X-Colon : a",
    ],
)
def test_attack_07_a_header_with_a_break_in_it_splits_nothing(server: RunningServer, line: str) -> None:
    with RawPut(server.signed("photo.jpg")["sign_url"], len(PHOTO), line) as put:
        put.send(PHOTO)

        status, lines, _ = put.whole_answer()

    assert status in (200, 400, 415)
    assert [answered for answered in lines if "folded" in answered.lower()] == []


@pytest.mark.parametrize(
    ("name", "value"),
    [("Content-Type", "image/é\x85\xa0"), ("Content-Type", "x" * 5000), ("Content-Encoding", "é" * 100)],
)
def test_attack_07_a_strange_header_value_is_told_in_json_only(server: RunningServer, name: str, value: str) -> None:
    with RawPut(server.signed("photo.jpg")["sign_url"], len(PHOTO), f"{name}: {value}") as put:
        status, reply = put.answer()

    assert (status, reply["code"]) == (415, 4001)


def test_attack_07_a_name_or_address_never_makes_a_line_in_the_log(
    new_server: Callable[..., RunningServer],
) -> None:
    server = new_server()
    line = "\r\n2026-01-01T00:00:00Z [error    ] a forged line"

    server.upload(f"photo{line}.jpg", PHOTO)
    server.sign({"filename": f"notes{line}.txt"})
    requests.put(f"{server.url}/upload/x%0d%0a2026-01-01 a forged line", data=b"x", timeout=5)
    requests.get(f"{server.url}/assets/x%0d%0aa forged line.jpg", timeout=5)

    assert "forged line" not in server.log.read_text()


def test_a_key_or_a_signed_url_is_never_logged(server: RunningServer) -> None:
    signed = server.signed("photo.jpg")
    server.put(signed["sign_url"], media_samples.html())
    server.put(signed["sign_url"] + "x", PHOTO)

    log = server.log.read_text()

    assert signed["sign_url"].rsplit("/", 1)[1] not in log
    assert server.key not in log
