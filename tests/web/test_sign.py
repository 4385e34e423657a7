"""Signing: every dialect of contract 2.1, what it forgives, what it answers, and which keys may call."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

import media_samples
from greenroom.bootstrap import house
from greenroom.domain.access import KeyWish, Scope
from greenroom.domain.act import CLI, Act
from greenroom.domain.ids import DEFAULT_ACCOUNT
from greenroom.services.access import Access
from running_server import RunningServer

PATHS = ["/v1/upload/asset", "/v2/upload/asset", "/open/v2/upload/asset"]
A_JPEG = {"filename": "a.jpg", "content_type": "image/jpeg"}


def post(server: RunningServer, body: Any, path: str = "/v2/upload/asset", **headers: str) -> requests.Response:
    """POST a body as it stands with the server's key."""
    all_headers = {"x-api-key": server.key, "Content-Type": "application/json"} | headers
    return requests.post(server.url + path, data=body, headers=all_headers, timeout=20)


def keys(server: RunningServer, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """What `greenroom keys …` says about the server's data folder."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("GREENROOM_")}
    command = [sys.executable, "-m", "greenroom", "keys", *arguments, "--data", str(server.data)]
    return subprocess.run(command, env=environ, capture_output=True, text=True, check=True, timeout=30)


def made_key(server: RunningServer, *scopes: Scope) -> str:
    """The secret of a new key with those scopes, made as `greenroom keys create` does, without its start."""
    database = house.open_catalogue(str(server.data))
    _, secret = Access(database, house.now).create(Act(DEFAULT_ACCOUNT, CLI), KeyWish("test", frozenset(scopes)))
    database.close()
    return secret


def sign_with(server: RunningServer, **headers: str) -> int:
    """The business code of a sign call with those headers."""
    reply = requests.post(server.url + "/v2/upload/asset", json=A_JPEG, headers=headers, timeout=10)
    return int(reply.json()["code"])


# The reply


def test_the_v2_reply_has_the_contracts_fields_and_ours(server: RunningServer) -> None:
    reply = server.sign(A_JPEG)

    assert set(reply) == {"rid", "code", "msg", "data"}
    assert (reply["code"], reply["msg"]) == (0, "Success")
    assert set(reply["data"]) == {
        "sign_url",
        "asset_url",
        "asset_id",
        "id",
        "upload_id",
        "expires_at",
        "max_bytes",
        "upload_headers",
    }
    assert reply["data"]["upload_headers"] == {"Content-Type": "image/jpeg"}


def test_the_v1_reply_is_a_success_in_lower_case_whose_asset_id_is_the_address(server: RunningServer) -> None:
    reply = server.sign({"filename": "voice.m4a"}, "/v1/upload/asset")

    assert (reply["code"], reply["msg"]) == (0, "success")
    assert reply["data"]["asset_id"] == reply["data"]["asset_url"]


@pytest.mark.parametrize("path", PATHS)
def test_a_slash_at_the_end_changes_nothing(server: RunningServer, path: str) -> None:
    assert server.sign({"filename": "a.jpg"}, path + "/")["code"] == 0


def test_open_v2_is_another_name_of_v2(server: RunningServer) -> None:
    reply = server.sign({"file_name": "a.mp3", "file_type": "audio/mpeg"}, "/open/v2/upload/asset")

    assert (reply["msg"], reply["data"]["max_bytes"]) == ("Success", 50 * 1024 * 1024)


@pytest.mark.parametrize("path", PATHS)
def test_every_reply_has_a_request_id_in_body_and_header(server: RunningServer, path: str) -> None:
    reply = post(server, b'{"filename":"a.jpg"}', path)

    assert re.fullmatch(r"[0-9a-f]{32}", reply.json()["rid"])
    assert reply.headers["x-request-id"] == reply.json()["rid"]


def test_ids_and_urls_of_uploads_signed_at_once_are_all_different(server: RunningServer) -> None:
    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(lambda _: server.sign(A_JPEG)["data"], range(40)))

    assert len({reply["id"] for reply in replies}) == 40
    assert len({reply["asset_id"] for reply in replies}) == 40
    assert len({reply["upload_id"] for reply in replies}) == 40
    assert len({reply["sign_url"] for reply in replies}) == 40


def test_integer_ids_go_on_after_a_restart(restarted_server: RunningServer, signed_before: dict[str, Any]) -> None:
    assert restarted_server.signed("a.jpg")["id"] > signed_before["id"]


# What is forgiven


@pytest.mark.parametrize(
    "extra",
    [
        {"file_size": "2048"},
        {"file_size": ""},
        {"file_size": 0},
        {"file_size": "0"},
        {"file_size": None},
        {"content_type": ""},
        {"content_type": None},
        {"name": "", "description": 0, "folder": None},
        {"asset_type": 3, "x": {"y": [1, 2]}, "webhook_url": "", "voice": False},
        {"file_name": "a.jpg", "file_type": "image/jpeg"},
        {"file_name": "", "file_type": None},
        {"content_type": "IMAGE/JPEG; charset=binary"},
        {"content_type": "application/octet-stream"},
    ],
)
def test_what_loose_clients_send_beside_a_filename_is_forgiven(server: RunningServer, extra: dict[str, Any]) -> None:
    assert server.sign(A_JPEG | extra)["code"] == 0


@pytest.mark.parametrize("content_type", ["application/json", "application/json; charset=utf-8", "text/plain", ""])
def test_a_json_body_is_read_whatever_its_content_type_says(server: RunningServer, content_type: str) -> None:
    reply = post(server, b'{"filename":"a.jpg"}', **{"Content-Type": content_type})

    assert reply.json()["code"] == 0


@pytest.mark.parametrize(
    "filename",
    [
        "../../etc/passwd.jpg",
        "/etc/x.jpg",
        "C:\\x\\y.jpg",
        "日本語.jpg",
        "a b%2F..%2f.jpg",
        ".jpg",
        "'; DROP TABLE assets; --.jpg",
        "<script>alert(1)</script>.jpg",
        "x" * 1020 + ".jpg",
        "\u202egpj.jpg",
    ],
)
def test_a_filename_is_data_and_never_part_of_a_path(server: RunningServer, filename: str) -> None:
    data = server.sign({"filename": filename})["data"]

    assert re.fullmatch(re.escape(server.url) + r"/assets/img_[0-9a-f]{32}\.jpg", data["asset_url"])
    assert server.asset(data["asset_id"])["name"] == filename


# What is not


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "filename"),
        ({"content_type": "image/jpeg"}, "filename"),
        ({"filename": ""}, "filename"),
        ({"file_type": "image/jpeg"}, "file_name"),
        ({"filename": 5}, "filename"),
        ({"filename": ["a.jpg"]}, "filename"),
        ({"filename": "a\x00b.jpg"}, "filename"),
        ({"filename": "a.jpg", "name": "a\x00b"}, "name"),
        ({"filename": {"a": "jpg"}}, "filename"),
        ({"filename": True}, "filename"),
        ({"filename": "x" * 1021 + ".jpg"}, "filename"),
        ({"filename": "a.jpg", "content_type": 5}, "content_type"),
        ({"filename": "a.jpg", "content_type": ["image/jpeg"]}, "content_type"),
        ({"filename": "a.jpg", "file_size": "many"}, "file_size"),
        ({"filename": "a.jpg", "file_size": "--5"}, "file_size"),
        ({"filename": "a.jpg", "file_size": -1}, "file_size"),
        ({"filename": "a.jpg", "file_size": 1.5}, "file_size"),
        ({"filename": "a.jpg", "file_size": True}, "file_size"),
        ({"filename": "a.jpg", "file_size": [1]}, "file_size"),
        ({"filename": "a.jpg", "file_size": 2**64}, "file_size"),
        ({"filename": "a.jpg", "name": {}}, "name"),
        ({"filename": "a.jpg", "description": "x" * 5000}, "description"),
        ({"filename": "a.jpg", "webhook_url": "nowhere"}, "webhook_url"),
        ({"filename": "a.jpg", "callback_url": "nowhere"}, "callback_url"),
        ({"filename": "a.jpg", "file_name": "b.jpg"}, "filename and file_name"),
        ({"filename": "a.jpg", "content_type": "image/jpeg", "file_type": "image/gif"}, "content_type and file_type"),
    ],
)
def test_a_field_that_makes_no_sense_is_a_parameter_error_that_names_it(
    server: RunningServer, body: dict[str, Any], field: str
) -> None:
    reply = server.sign(body)

    assert reply["code"] == 40000
    assert reply["msg"].startswith(f"Parameter error: {field} ")


@pytest.mark.parametrize(
    "body",
    [
        b"null",
        b"[]",
        b"{",
        b"not json",
        b'{"filename": NaN}',
        b'{"filename": "a.jpg", "file_size": 1e400}',
        b'{"filename": "a.jpg", "file_size": ' + b"9" * 5000 + b"}",
        b'{"filename": "\\ud800.jpg"}',
        b'{"filename": "\xff.jpg"}',
        b'{"filename": "a.jpg", "x": ' + b"[" * 30_000 + b"]" * 30_000 + b"}",
        b'{"filename": "a.jpg", "x": "' + b"x" * 70_000 + b'"}',
        b"\x00" * 1000,
    ],
    ids=["null", "array", "cut", "text", "NaN", "1e400", "digits", "surrogate", "latin-1", "deep", "huge", "zeros"],
)
def test_a_body_that_is_no_json_object_is_a_parameter_error(server: RunningServer, body: bytes) -> None:
    reply = post(server, body)

    assert (reply.status_code, reply.json()["code"]) == (200, 40000)
    assert reply.json()["msg"].startswith("Parameter error: The body ")


def test_a_body_of_many_megabytes_is_refused_before_it_has_come(server: RunningServer) -> None:
    reply = post(server, b'{"filename": "' + b"x" * 5_000_000)

    assert reply.json()["code"] == 40000
    assert "too many for this call" in reply.json()["msg"]


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
def test_the_call_takes_nothing_but_post(server: RunningServer, method: str) -> None:
    reply = requests.request(method, server.url + "/v2/upload/asset", timeout=10)

    assert (reply.status_code, reply.headers["allow"]) == (405, "POST")
    assert reply.json()["code"] == 40000


@pytest.mark.parametrize("path", ["/v2/upload", "/v2/upload/asset/x", "/v3/upload/asset", "/open/v1/upload/asset"])
def test_an_address_beside_the_call_is_not_found(server: RunningServer, path: str) -> None:
    assert post(server, b"{}", path).status_code == 404


@pytest.mark.parametrize("path", ["//v2/upload/asset", "/v2//upload/asset", "//open/v2/upload/asset"])
def test_a_base_url_that_ends_in_a_slash_is_told_so_in_the_envelope(server: RunningServer, path: str) -> None:
    reply = post(server, b"{}", path)

    assert (reply.status_code, reply.json()["code"]) == (404, 10104)
    assert reply.json()["msg"].endswith(" It has two slashes in a row: end the base URL without one.")


def test_what_answers_get_answers_head_without_a_body(server: RunningServer) -> None:
    headers = {"x-api-key": server.key}
    whole = requests.get(server.url + "/v2/user/whoami", headers=headers, timeout=10)
    reply = requests.head(server.url + "/v2/user/whoami", headers=headers, timeout=10)

    assert (reply.status_code, reply.content) == (200, b"")
    assert reply.headers["content-length"] == whole.headers["content-length"]
    assert requests.head(server.url + "/v2/upload/asset", headers=headers, timeout=10).status_code == 405


# Keys


@pytest.mark.parametrize("name", ["x-api-key", "X-Api-Key", "X-API-KEY", "api-key"])
def test_the_key_may_come_under_any_spelling_of_its_header(server: RunningServer, name: str) -> None:
    assert sign_with(server, **{name: server.key}) == 0


@pytest.mark.parametrize("kind", ["Bearer", "bearer", "BEARER"])
def test_the_key_may_come_as_a_bearer_token(server: RunningServer, kind: str) -> None:
    assert sign_with(server, Authorization=f"{kind} {server.key}") == 0


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-api-key": ""},
        {"x-api-key": "wrong"},
        {"x-api-key": "test-key"},
        {"x-api-key": "\xff\xfe"},
        {"x-api-key": "x" * 10_000},
        {"Authorization": "Basic dGVzdA=="},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer wrong"},
    ],
)
def test_without_a_good_key_nothing_is_signed(server: RunningServer, headers: dict[str, str]) -> None:
    assert sign_with(server, **headers) == 10105


def test_a_key_in_the_query_is_no_key(server: RunningServer) -> None:
    reply = requests.post(f"{server.url}/v2/upload/asset?x-api-key={server.key}", json=A_JPEG, timeout=10)

    assert reply.json()["code"] == 10105


def test_a_key_made_while_the_server_runs_is_good_at_once(server: RunningServer) -> None:
    secret = keys(server, "create", "test", "--scope", "upload").stdout.strip()

    assert sign_with(server, **{"x-api-key": secret}) == 0


@pytest.mark.parametrize("scope", [Scope.UPLOAD, Scope.ADMIN])
def test_a_key_that_may_upload_signs(server: RunningServer, scope: Scope) -> None:
    secret = made_key(server, scope)

    assert sign_with(server, **{"x-api-key": secret}) == 0


def test_a_key_that_may_only_read_and_render_does_not_sign(server: RunningServer) -> None:
    secret = made_key(server, Scope.READ, Scope.RENDER)

    reply = requests.post(
        server.url + "/v2/upload/asset", json=A_JPEG, headers={"x-api-key": secret}, timeout=10
    ).json()

    assert reply["code"] == 18025
    assert "lacks the scope 'upload'" in reply["msg"]


def test_a_revoked_key_is_refused_within_a_second_and_its_sign_urls_go_on(server: RunningServer) -> None:
    made = keys(server, "create", "test")
    headers = {"x-api-key": made.stdout.strip()}
    signed = requests.post(server.url + "/v2/upload/asset", json=A_JPEG, headers=headers, timeout=10).json()

    keys(server, "revoke", made.stderr.split()[0])
    time.sleep(1)

    assert sign_with(server, **headers) == 10105
    assert server.put(signed["data"]["sign_url"], media_samples.jpeg()).status_code == 200


def test_no_secret_is_written_to_the_log(new_server: Callable[..., RunningServer]) -> None:
    server = new_server()
    secret = made_key(server, Scope.UPLOAD)
    sign_with(server, **{"x-api-key": secret})
    sign_url = server.signed("a.jpg")["sign_url"]
    server.put(sign_url, b"garbage")
    server.stop()

    log = server.log.read_text()

    assert secret not in log
    assert server.key not in log
    assert sign_url.rpartition("/")[2] not in log
