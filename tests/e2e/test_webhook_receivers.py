"""The receivers of docs/howto/webhooks.md are run as they stand, and told of an upload by a real server."""

import re
import select
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
import requests

import media_samples
from running_server import RunningServer, start_server

PAGE = (Path(__file__).parents[2] / "docs" / "howto" / "webhooks.md").read_text("utf-8")
PYTHON, NODE = [re.findall(rf"```{language}\n(.*?)```", PAGE, re.S)[0] for language in ("python", "javascript")]
RECEIVERS = {"python": [sys.executable, "-c", PYTHON], "node": ["node", "-e", NODE]}


@pytest.fixture(scope="module")
def telling(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server that tells receivers on this machine of events, without TLS."""
    running = start_server(
        tmp_path_factory.mktemp("telling") / "data", webhooks_allow_http="on", webhooks_allow="127.0.0.0/8"
    )
    yield running
    running.stop()


@pytest.fixture
def listen() -> Iterator[Callable[..., "subprocess.Popen[str]"]]:
    """Start a receiver of the page; ended after the test."""
    started = []

    def start(name: str, port: int, secret: str) -> "subprocess.Popen[str]":
        environ = {"SECRET": secret, "PORT": str(port), "PATH": "/usr/local/bin:/usr/bin:/bin"}
        process = subprocess.Popen(RECEIVERS[name], env=environ, stdout=subprocess.PIPE, stderr=None, text=True)
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def free_port() -> int:
    """A port that nothing listens on."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        port: int = listener.getsockname()[1]
        return port


def line_of(process: "subprocess.Popen[str]") -> str:
    """What a program prints next."""
    assert process.stdout is not None
    ready, _, _ = select.select([process.stdout], [], [], 30)
    assert ready, "the receiver printed nothing"
    return process.stdout.readline()


@pytest.mark.parametrize("name", ["python", pytest.param("node", marks=pytest.mark.node)])
def test_a_receiver_of_the_page_believes_us_and_nobody_else(
    telling: RunningServer, listen: Callable[..., "subprocess.Popen[str]"], name: str
) -> None:
    port = free_port()
    body = {"url": f"http://127.0.0.1:{port}/greenroom", "events": ["asset.ready"]}
    headers = {"x-api-key": telling.key}
    hook = requests.post(f"{telling.url}/api/v1/hooks", json=body, headers=headers, timeout=20).json()
    process = listen(name, port, hook["secret"])

    receipt = telling.upload("photo.jpg", media_samples.jpeg())
    line = line_of(process)
    forged = {"webhook-id": "evt_1", "webhook-timestamp": "1", "webhook-signature": "v1,AAAA"}
    refused = requests.post(body["url"], data="{}", headers=forged, timeout=10)

    assert line.startswith("asset.ready 1 ")
    assert receipt["asset_id"] in line
    assert refused.status_code == 401
