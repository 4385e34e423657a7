"""The server dies between the steps of a purge, and the next one ends what was begun: nothing is lost, nothing left."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests
from patience import soon

import media_samples
from running_server import KEY, RunningServer, start_server

HERE = Path(__file__).parent
CRASHING = [sys.executable, str(HERE / "crashing_server.py")]
MOMENTS = ["after-purge", "after-unlink"]
AT_ONCE = {"retention_restore_s": "0", "retention_blob_grace_s": "0"}
PHOTO, OTHER = media_samples.jpeg(), media_samples.png()


@pytest.fixture(scope="module")
def deleted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, dict[str, str], dict[str, str]]]:
    """A data folder with an asset that is deleted and another that is not, and what their receipts said."""
    server = start_server(tmp_path_factory.mktemp("deleted") / "data")
    gone, kept = server.upload("photo.jpg", PHOTO), server.upload("other.png", OTHER)
    headers = {"x-api-key": KEY}
    reply = requests.delete(f"{server.url}/api/v1/assets/{gone['asset_id']}", headers=headers, timeout=10)
    assert reply.json()["status"] == "deleted"
    server.stop()
    yield server.data, gone, kept


@pytest.fixture(scope="module")
def ended(
    deleted: tuple[Path, dict[str, str], dict[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, tuple[str, list[str], int, bytes]]:
    """What was found after a crash at each moment and another start; together, because starts take the time."""
    data, gone, kept = deleted

    def after_a_crash_at(moment: str) -> tuple[str, list[str], int, bytes]:
        folder = tmp_path_factory.mktemp(moment) / "data"
        shutil.copytree(data, folder)
        assert run_until_death(folder, moment) == -signal.SIGKILL
        server = start_server(folder, **AT_ONCE)
        blobs = soon(server.blobs, lambda keys: keys == [kept["sha256"]])
        state = server.asset(gone["asset_id"])["status"]
        address, other = (shown(server, one) for one in (gone, kept))
        server.stop()
        return state, blobs, address.status_code, other.content

    with ThreadPoolExecutor(3) as pool:
        return dict(zip(MOMENTS, pool.map(after_a_crash_at, MOMENTS), strict=True))


def run_until_death(data: Path, moment: str) -> int:
    """It dies in its first second, so nobody can wait for it to listen."""
    environ = {**os.environ, **{f"GREENROOM_{name.upper()}": value for name, value in AT_ONCE.items()}}
    command = [*CRASHING, moment, "serve", "--port", "0", "--data", str(data)]
    return subprocess.run(command, env=environ, capture_output=True, timeout=60, check=False).returncode


def shown(server: RunningServer, receipt: dict[str, str]) -> requests.Response:
    path = receipt["asset_url"].split("/assets/")[1]
    return requests.get(f"{server.url}/assets/{path}", timeout=10)


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_purge_that_a_crash_ended_is_done_by_the_next_start(
    deleted: tuple[Path, dict[str, str], dict[str, str]],
    ended: dict[str, tuple[str, list[str], int, bytes]],
    moment: str,
) -> None:
    assert ended[moment] == ("purged", [deleted[2]["sha256"]], 410, OTHER)
