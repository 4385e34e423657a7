"""The first start of a server, and one that fails."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import requests


def plain_environment() -> dict[str, str]:
    """That of this process without any setting."""
    return {name: value for name, value in os.environ.items() if not name.startswith("GREENROOM_")}


def greenroom(*arguments: str) -> "subprocess.CompletedProcess[str]":
    """What came of a command, run where no setting is."""
    command = [sys.executable, "-m", "greenroom", *arguments]
    return subprocess.run(command, env=plain_environment(), capture_output=True, text=True, timeout=60)


def test_a_first_start_that_fails_leaves_it_to_the_next_one_to_make_the_key_and_show_it(tmp_path: Path) -> None:
    data = str(tmp_path / "data")

    with socket.create_server(("127.0.0.1", 0)) as taken:
        failed = greenroom("serve", "--data", data, "--port", str(taken.getsockname()[1]))
    kept = greenroom("keys", "list", "--json", "--data", data)

    assert (failed.returncode, failed.stdout) == (2, "")
    assert "Address already in use" in failed.stderr
    assert (kept.returncode, kept.stdout) == (0, "")


def test_the_first_start_shows_the_key_that_it_made(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "greenroom", "serve", "--data", str(tmp_path / "data"), "--port", "0"]
    environ = plain_environment()
    with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        assert server.stdout is not None
        said, key = server.stdout.readline().strip().rsplit(" ", 1)
        url = server.stdout.readline().split()[-1]

        whoami = requests.get(url + "/api/v1/whoami", headers={"x-api-key": key}, timeout=20)
        server.terminate()

    assert said == "API key, shown only now:"
    assert whoami.status_code == 200
