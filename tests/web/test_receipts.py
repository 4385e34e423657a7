"""Receipts over the wire: with the PUT, on request, and verified by `greenroom receipt verify` without the server."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import requests

import media_samples
from running_server import RunningServer

PHOTO = media_samples.jpeg(40, 30)


@pytest.fixture(scope="module")
def uploaded(server: RunningServer) -> dict[str, Any]:
    return server.upload("photo.jpg", PHOTO)


@pytest.fixture
def public_keys(server: RunningServer, tmp_path: Path) -> Path:
    """The published keys in a file: all that a stranger needs."""
    path = tmp_path / "keys.json"
    path.write_bytes(requests.get(server.url + "/api/v1/receipts/keys", timeout=10).content)
    return path


def verify(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    program = [sys.executable, "-m", "greenroom", "receipt", "verify", *map(str, arguments)]
    return subprocess.run(program, capture_output=True, text=True, timeout=60)


def get(server: RunningServer, path: str) -> requests.Response:
    return requests.get(server.url + path, headers={"x-api-key": server.key}, timeout=10)


def test_the_put_answers_with_a_receipt_that_verifies_offline(uploaded: dict[str, Any], public_keys: Path) -> None:
    told = verify(uploaded["receipt"], "--keys", public_keys)

    assert told.returncode == 0, told.stderr
    assert uploaded["sha256"] in told.stdout and "accepted" in told.stdout


def test_a_receipt_in_a_file_is_compared_with_the_file_that_it_speaks_of(
    uploaded: dict[str, Any], public_keys: Path, tmp_path: Path
) -> None:
    (tmp_path / "receipt.txt").write_text(uploaded["receipt"])
    (tmp_path / "photo.jpg").write_bytes(PHOTO)
    (tmp_path / "other.jpg").write_bytes(PHOTO + b"\0")

    right = verify(tmp_path / "receipt.txt", "--keys", public_keys, "--file", tmp_path / "photo.jpg")
    wrong = verify(tmp_path / "receipt.txt", "--keys", public_keys, "--file", tmp_path / "other.jpg")

    assert (right.returncode, wrong.returncode) == (0, 1)
    assert "is another file" in wrong.stderr


def test_the_operator_verifies_with_the_data_folder(server: RunningServer, uploaded: dict[str, Any]) -> None:
    assert verify(uploaded["receipt"], "--data", server.data).returncode == 0


def test_a_receipt_of_another_server_does_not_hold(uploaded: dict[str, Any], public_keys: Path, tmp_path: Path) -> None:
    keys = json.loads(public_keys.read_text())
    keys["keys"][0]["kid"] = "another"
    public_keys.write_text(json.dumps(keys))

    told = verify(uploaded["receipt"], "--keys", public_keys)

    assert told.returncode == 1
    assert "None of the given keys" in told.stderr


def test_an_asset_has_a_receipt_on_request(server: RunningServer, uploaded: dict[str, Any], public_keys: Path) -> None:
    reply = get(server, f"/api/v1/assets/{uploaded['asset_id']}/receipt")

    assert reply.status_code == 200
    assert verify(reply.json()["receipt"], "--keys", public_keys).returncode == 0


def test_an_asset_that_waits_has_none(server: RunningServer) -> None:
    waiting = server.signed("photo.jpg")["asset_id"]

    reply = get(server, f"/api/v1/assets/{waiting}/receipt")

    assert (reply.status_code, reply.json()["code"]) == (409, "asset_not_ready")


def test_a_form_answers_with_a_receipt_too(server: RunningServer, public_keys: Path) -> None:
    reply = requests.post(
        server.url + "/v2/upload/asset",
        headers={"x-api-key": server.key},
        files={"file": ("photo.jpg", PHOTO, "image/jpeg")},
        timeout=30,
    )

    assert verify(reply.json()["data"]["receipt"], "--keys", public_keys).returncode == 0
