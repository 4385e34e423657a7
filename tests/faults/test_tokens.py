"""Attacks 8 and 9: only a URL exactly as we signed it opens an upload, and nothing tells more than that."""

import base64
import inspect
import string
from collections.abc import Callable
from pathlib import Path

import pytest
import requests

import media_samples
from greenroom.domain import access, grant
from greenroom.services.access import Access
from running_server import RunningServer

PHOTO = media_samples.jpeg()
ALPHABET = string.ascii_uppercase + string.ascii_lowercase + string.digits + "-_"
LETTERS = 88


def put_to(server: RunningServer, path: str) -> tuple[int, int]:
    """Status and code of a PUT to that path, sent as it is."""
    request = requests.Request("PUT", server.url, data=PHOTO).prepare()
    request.url = server.url + path
    with requests.Session() as session:
        answer = session.send(request, timeout=5)
    return answer.status_code, answer.json()["code"]


def token_of(server: RunningServer) -> str:
    token: str = server.signed("photo.jpg")["sign_url"].rsplit("/", 1)[1]
    return token


def changed_at(token: str, position: int) -> str:
    """The token with the lowest bit of one letter turned."""
    letter = ALPHABET[ALPHABET.index(token[position]) ^ 1]
    return token[:position] + letter + token[position + 1 :]


def test_attack_08_a_token_has_the_length_that_these_tests_change(server: RunningServer) -> None:
    assert len(token_of(server)) == LETTERS


@pytest.mark.parametrize("position", range(LETTERS))
def test_attack_08_a_token_with_one_bit_changed_opens_nothing(server: RunningServer, position: int) -> None:
    token = changed_at(token_of(server), position)

    assert put_to(server, f"/upload/{token}") == (403, 10105)


@pytest.mark.parametrize("length", [0, 1, 4, 43, 44, 86, 87])
def test_attack_08_a_shortened_token_opens_nothing(server: RunningServer, length: int) -> None:
    token = token_of(server)[:length]

    assert put_to(server, f"/upload/{token}") == (403, 10105)


@pytest.mark.parametrize(
    "end", ["=", "==", "A", "AAAA", "/", "/x", "%00", "%20", ".jpg", "\\", ";a=b", "%0d%0a", "%ff"]
)
def test_attack_08_a_token_with_an_addition_opens_nothing(server: RunningServer, end: str) -> None:
    token = token_of(server)

    assert put_to(server, f"/upload/{token}{end}") == (403, 10105)


@pytest.mark.parametrize("query", ["?a=b", "?expires=99999999999", "?X-Amz-Signature=abc&X-Amz-Signature=def", "?%00"])
def test_attack_08_a_token_with_parameters_opens_nothing(server: RunningServer, query: str) -> None:
    token = token_of(server)

    assert put_to(server, f"/upload/{token}{query}") == (403, 10105)


@pytest.mark.parametrize("change", [str.upper, str.lower, str.swapcase, lambda token: token[::-1]])
def test_attack_08_a_token_in_another_spelling_opens_nothing(
    server: RunningServer, change: Callable[[str], str]
) -> None:
    assert put_to(server, f"/upload/{change(token_of(server))}") == (403, 10105)


@pytest.mark.parametrize("token", ["none", "e30.e30.", "A" * LETTERS, "-" * LETTERS, "é" * 20, "A" * 20_000, "../x"])
def test_attack_08_a_made_up_token_opens_nothing(server: RunningServer, token: str) -> None:
    assert put_to(server, f"/upload/{token}") in ((403, 10105), (404, 10104))


def test_attack_08_a_grant_cannot_be_made_to_last_longer(server: RunningServer) -> None:
    raw = bytearray(base64.urlsafe_b64decode(token_of(server) + "=="[: -LETTERS % 4]))
    raw[10:18] = b"\x42\x00\x00\x00\x00\x00\x00\x00"
    token = base64.urlsafe_b64encode(raw).rstrip(b"=").decode()

    assert put_to(server, f"/upload/{token}") == (403, 10105)


def test_attack_08_a_grant_of_another_server_opens_nothing(
    server: RunningServer, new_server: Callable[..., RunningServer]
) -> None:
    token = token_of(new_server())

    assert put_to(server, f"/upload/{token}") == (403, 10105)


def test_attack_08_two_halves_of_good_tokens_open_nothing(server: RunningServer) -> None:
    one, other = token_of(server), token_of(server)

    assert put_to(server, f"/upload/{one[:44]}{other[44:]}") == (403, 10105)


def test_attack_08_a_refused_token_leaves_its_upload_open(server: RunningServer) -> None:
    token = token_of(server)
    put_to(server, f"/upload/{changed_at(token, 50)}")

    assert put_to(server, f"/upload/{token}") == (200, 0)


def test_attack_09_signatures_are_compared_in_constant_time() -> None:
    assert "hmac.compare_digest(signature" in inspect.getsource(grant.verify)


def test_attack_09_keys_are_looked_up_by_their_hash_alone() -> None:
    assert "secret_hash(secret)" in inspect.getsource(Access.key)
    assert "==" not in inspect.getsource(Access.key)
    assert len(access.secret_hash("a key")) == 32


def test_attack_09_no_key_stands_anywhere_in_the_data_folder(server: RunningServer) -> None:
    server.upload("photo.jpg", PHOTO)

    files = [path for path in Path(server.data).glob("**/*") if path.is_file()]
    holding = [path.name for path in files if server.key.encode() in path.read_bytes()]

    assert len(files) >= 4
    assert holding == []
