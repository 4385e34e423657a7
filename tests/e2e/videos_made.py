"""Videos asked of a running server, and the processes that make them."""

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import requests

from running_server import RunningServer

PATIENCE_S = 120
SHORT = {
    "avatar": "sarah_full_01",
    "script": "Made again, it is the same.",
    "voice": {"voice_id": "en-US-ChristopherNeural"},
    "name": "Short",
    "aspect": "1:1",
    "resolution": "720p",
    "framing": "closeup",
}
"""Two seconds of somebody talking: a few seconds of work."""


def call(server: RunningServer, method: str, path: str, body: Any = None) -> requests.Response:
    """One call of our own API."""
    headers = {"x-api-key": server.key}
    return requests.request(method, f"{server.url}/api/v1{path}", json=body, headers=headers, timeout=30)


def asked(server: RunningServer, body: Any = None) -> str:
    """The id of a video that was asked for."""
    reply = call(server, "POST", "/videos", body or SHORT)
    assert reply.status_code == 202, reply.text
    return str(reply.json()["video_id"])


def video(server: RunningServer, video_id: str) -> dict[str, Any]:
    """A video as it stands."""
    found: dict[str, Any] = call(server, "GET", f"/videos/{video_id}").json()
    return found


def wait_for(server: RunningServer, video_id: str, reached: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """The video as soon as it is so far."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        found = video(server, video_id)
        if reached(found):
            return found
        time.sleep(0.1)
    raise AssertionError(f"the video did not come so far: {found}\n{server.log.read_text()[-2000:]}")


def ended(found: dict[str, Any]) -> bool:
    return found["state"] in ("completed", "failed", "cancelled")


def is_drawn(found: dict[str, Any]) -> bool:
    """Whether frames are being made."""
    return found["progress"]["step"] == "rendering"


def render_processes(of: int | None = None) -> list[int]:
    """The processes that make videos, all of them or those of a server; a video has two, of which one draws."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes()
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
        except (OSError, IndexError):
            continue
        if b"greenroom.render.process" in command and of in (None, parent):
            found.append(int(folder.name))
    return sorted(found)


def family(process: int) -> list[int]:
    """A process with its children."""
    return [process, *(child for child in render_processes(process))]


def kill(process: int) -> None:
    os.kill(process, signal.SIGKILL)


def are_gone(processes: list[int], within_s: float) -> bool:
    """Whether all of them end in time."""
    deadline = time.monotonic() + within_s
    while alive := set(processes) & set(render_processes()):
        if time.monotonic() > deadline:
            return not alive
        time.sleep(0.02)
    return True
