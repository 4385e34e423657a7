"""The audit over the wire, and `greenroom audit verify` on the folder of a running server."""

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import requests

import media_samples
from greenroom.web.api.lists import cursor
from running_server import RunningServer


@pytest.fixture
def audited(new_server: Callable[..., RunningServer]) -> RunningServer:
    """A server with one upload behind it."""
    running = new_server()
    running.upload("photo.jpg", media_samples.jpeg())
    return running


def entries(server: RunningServer, **query: str) -> list[dict[str, Any]]:
    reply = requests.get(server.url + "/api/v1/audit", params=query, headers={"x-api-key": server.key}, timeout=10)
    assert reply.status_code == 200, reply.text
    found: list[dict[str, Any]] = reply.json()["data"]
    return found


def verify(data: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    program = [sys.executable, "-m", "greenroom", "audit", "verify", "--data", str(data), *arguments]
    return subprocess.run(program, capture_output=True, text=True, timeout=60)


def head_of(told: subprocess.CompletedProcess[str]) -> str:
    return told.stdout.split()[-1]


def change(server: RunningServer, statement: str) -> None:
    """What somebody does who has got hold of the file."""
    with closing(sqlite3.connect(server.data / "catalogue.db", timeout=10)) as connection, connection:
        connection.execute(statement)


@pytest.mark.parametrize(("number", "count"), [(10**30, 1), (-(10**30), 0)])
def test_a_cursor_beyond_all_numbers_gives_a_page_all_the_same(audited: RunningServer, number: int, count: int) -> None:
    assert len(entries(audited, cursor=cursor(number), limit="1")) == count


def test_a_signing_says_who_when_from_where_and_in_which_request(audited: RunningServer) -> None:
    reply = requests.post(
        audited.url + "/v2/upload/asset", json={"filename": "a.jpg"}, headers={"x-api-key": audited.key}, timeout=10
    )

    found = entries(audited, subject=reply.json()["data"]["upload_id"])

    assert [entry["action"] for entry in found] == ["upload.signed"]
    assert found[0]["actor"].startswith("key_")
    assert found[0]["address"] == "127.0.0.1"
    assert found[0]["request_id"] == reply.json()["rid"] == reply.headers["x-request-id"]


def test_pages_go_back_to_the_first_entry(audited: RunningServer) -> None:
    for _ in range(5):
        audited.signed("a.jpg")

    everything = entries(audited, limit="100")
    seen, cursor = [], None
    while True:
        query = {"limit": "2"} | ({"cursor": cursor} if cursor else {})
        reply = requests.get(
            audited.url + "/api/v1/audit", params=query, headers={"x-api-key": audited.key}, timeout=10
        ).json()
        seen += reply["data"]
        cursor = reply["next_cursor"]
        if cursor is None:
            break

    assert seen == everything
    assert seen[-1]["sequence"] == 1


def test_an_untouched_chain_verifies_while_the_server_runs(audited: RunningServer) -> None:
    told = verify(audited.data)

    assert told.returncode == 0, told.stderr
    assert told.stdout.startswith(f"{len(entries(audited, limit='100'))} entries, head ")


@pytest.mark.parametrize(
    ("tampering", "complaint"),
    [
        ("UPDATE audit SET actor = 'key_of_another' WHERE sequence = 2", "Entry 2 was altered"),
        ("UPDATE audit SET detail = '{}' WHERE sequence = 1", "Entry 1 was altered"),
        ("DELETE FROM audit WHERE sequence = 2", "one was removed"),
    ],
)
def test_an_altered_or_removed_entry_is_found(audited: RunningServer, tampering: str, complaint: str) -> None:
    for _ in range(3):
        audited.signed("a.jpg")
    change(audited, tampering)

    told = verify(audited.data)

    assert told.returncode == 1
    assert complaint in told.stderr


def test_entries_cut_off_at_the_end_are_found_by_a_head_that_was_noted(audited: RunningServer) -> None:
    audited.signed("a.jpg")
    head = head_of(verify(audited.data))
    audited.signed("b.jpg")
    assert verify(audited.data, "--head", head).returncode == 0

    change(audited, "DELETE FROM audit WHERE sequence > 1")

    told = verify(audited.data, "--head", head)
    assert told.returncode == 1
    assert "cut off" in told.stderr
