"""Signed URLs on a real server: nothing but exactly what was given opens anything, and nothing is a 500."""

from collections.abc import Callable
from typing import Any

import pytest
import requests

import media_samples
from running_server import RunningServer

PHOTO = media_samples.jpeg()
OLD_KEY, NEW_KEY = "o" * 40, "n" * 40


def put_path(server: RunningServer, path: str) -> requests.Response:
    """PUT a photo to a path of the server exactly as it is written."""
    request = requests.Request("PUT", server.url, data=PHOTO).prepare()
    request.url = server.url + path
    with requests.Session() as session:
        return session.send(request, timeout=20)


def token_of(server: RunningServer) -> str:
    """The token of a new upload of a photo."""
    return str(server.signed("a.jpg")["sign_url"].rpartition("/")[2])


def flipped(token: str, position: int) -> str:
    """The token with another character at that position."""
    return token[:position] + ("A" if token[position] != "A" else "B") + token[position + 1 :]


@pytest.mark.parametrize("position", [0, 1, 2, 5, 10, 20, 30, 40, 50, 60, 70, 80, 90, -1])
def test_a_changed_character_anywhere_makes_the_url_invalid(server: RunningServer, position: int) -> None:
    token = token_of(server)

    reply = put_path(server, "/upload/" + flipped(token, position % len(token)))

    assert (reply.status_code, reply.json()["code"]) == (403, 10105)


@pytest.mark.parametrize(
    "written",
    [
        "/upload/",
        "/upload/{token}A",
        "/upload/{token}=",
        "/upload/{token}/",
        "/upload/{token}/{token}",
        "/upload/{token}.jpg",
        "/upload/{token}%00",
        "/upload/{token}%0a",
        "/upload/%20{token}",
        "/upload/{half}",
        "/upload/{lower}",
        "/upload/{upper}",
        "/upload//{token}",
        "/upload/../upload/{token}",
        "/upload/%ff%fe",
        "/upload/" + "A" * 8000,
        "/upload/up_0123456789abcdef0123456789abcdef",
        "/upload/{token}?x=1",
        "/upload/{token}?X-Amz-Expires=999999",
        "/upload/?token={token}",
    ],
)
def test_another_spelling_of_the_url_opens_nothing(server: RunningServer, written: str) -> None:
    token = token_of(server)
    spellings = {"token": token, "half": token[: len(token) // 2], "lower": token.lower(), "upper": token.upper()}

    reply = put_path(server, written.format(**spellings))

    assert (reply.status_code, reply.json()["code"]) == (403, 10105)
    assert reply.json()["data"]["reason"]["code"] == "grant_invalid"


def test_a_fragment_and_an_empty_query_are_no_change(server: RunningServer) -> None:
    assert put_path(server, f"/upload/{token_of(server)}?").status_code == 200


def test_a_grant_of_another_server_is_invalid(server: RunningServer, restarted_server: RunningServer) -> None:
    assert put_path(server, "/upload/" + token_of(restarted_server)).json()["code"] == 10105


def test_a_grant_opens_one_upload_only(server: RunningServer) -> None:
    first, second = server.signed("a.jpg"), server.signed("b.jpg")

    server.put(first["sign_url"], PHOTO)

    assert server.asset(first["asset_id"])["status"] == "ready"
    assert server.asset(second["asset_id"])["status"] == "waiting"


def test_a_refused_file_leaves_the_grant_good_for_another(server: RunningServer) -> None:
    sign_url = server.signed("a.jpg")["sign_url"]
    server.put(sign_url, media_samples.cut(PHOTO))

    assert server.put(sign_url, PHOTO).status_code == 200


def test_an_expired_grant_is_4004_even_after_its_row_was_swept(
    impatient_server: RunningServer, expired_upload: dict[str, Any]
) -> None:
    reply = impatient_server.put(expired_upload["sign_url"], PHOTO)

    assert (reply.status_code, reply.json()["code"]) == (403, 4004)
    assert impatient_server.asset(expired_upload["asset_id"])["status"] == "expired"


def test_after_a_rotation_of_keys_urls_of_the_old_key_are_good_while_it_is_listed(
    new_server: Callable[..., RunningServer],
) -> None:
    before = new_server(signing_keys=OLD_KEY)
    token = token_of(before)
    before.stop()

    after = new_server(data=before.data, signing_keys=f"{NEW_KEY},{OLD_KEY}")

    assert put_path(after, "/upload/" + token).status_code == 200
    assert put_path(after, "/upload/" + token_of(after)).status_code == 200


def test_after_a_rotation_of_keys_the_first_signs(new_server: Callable[..., RunningServer]) -> None:
    rotated = new_server(signing_keys=f"{NEW_KEY},{OLD_KEY}")
    token = token_of(rotated)
    rotated.stop()

    only_new = new_server(data=rotated.data, signing_keys=NEW_KEY)

    assert put_path(only_new, "/upload/" + token).status_code == 200


def test_a_signing_key_that_is_too_short_stops_the_start(new_server: Callable[..., RunningServer]) -> None:
    with pytest.raises(AssertionError, match="GREENROOM_SIGNING_KEYS has a key with fewer than 32 characters"):
        new_server(signing_keys=f"{NEW_KEY},short")


def test_the_signing_keys_made_at_the_first_start_are_for_their_owner_only(server: RunningServer) -> None:
    assert (server.data / "signing.keys").stat().st_mode & 0o777 == 0o600


def test_urls_of_an_earlier_run_are_good(restarted_server: RunningServer, signed_before: dict[str, Any]) -> None:
    token = signed_before["sign_url"].rpartition("/")[2]

    assert put_path(restarted_server, "/upload/" + token).status_code == 200
