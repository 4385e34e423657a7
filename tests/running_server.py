"""A real `greenroom serve` process for tests, on a free port with a data folder of its own."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

KEY = "test-key-0123456789abcdef0123456789abcdef"
_LISTENING = re.compile(r"listening on (http://\S+)")
_TIMEOUT_S = 30


@dataclass
class RunningServer:
    """A server that runs. `url` is its origin."""

    url: str
    data: Path
    process: "subprocess.Popen[str]"
    log: Path
    key: str = KEY

    def sign(self, body: Mapping[str, Any], path: str = "/v2/upload/asset") -> dict[str, Any]:
        """The whole reply to a sign call."""
        headers = {"x-api-key": self.key}
        reply = requests.post(self.url + path, json=body, headers=headers, timeout=_TIMEOUT_S)
        assert reply.status_code == 200, reply.text
        found: dict[str, Any] = reply.json()
        return found

    def signed(self, filename: str, content_type: str | None = None, size: int | None = None) -> dict[str, Any]:
        """The data of a sign call that must succeed."""
        body: dict[str, Any] = {"filename": filename, "content_type": content_type, "file_size": size}
        reply = self.sign({name: value for name, value in body.items() if value is not None})
        assert reply["code"] == 0, reply
        data: dict[str, Any] = reply["data"]
        return data

    def put(self, sign_url: str, body: Any, content_type: str = "application/octet-stream") -> requests.Response:
        """PUT bytes, or whatever `requests` takes, to a sign_url."""
        return requests.put(sign_url, data=body, headers={"Content-Type": content_type}, timeout=_TIMEOUT_S)

    def upload(self, filename: str, body: bytes, content_type: str | None = None) -> dict[str, Any]:
        """Sign and PUT; the data of the receipt, which must be good."""
        reply = self.put(self.signed(filename, content_type)["sign_url"], body)
        assert reply.status_code == 200, reply.text
        data: dict[str, Any] = reply.json()["data"]
        return data

    def asset(self, asset_id: str) -> dict[str, Any]:
        """What our own API says of an asset."""
        headers = {"x-api-key": self.key}
        reply = requests.get(f"{self.url}/api/v1/assets/{asset_id}", headers=headers, timeout=_TIMEOUT_S)
        assert reply.status_code == 200, reply.text
        data: dict[str, Any] = reply.json()
        return data

    def temporary_files(self) -> list[str]:
        """Names of the files of uploads that are not finished."""
        return sorted(os.listdir(self.data / "incoming"))

    def blobs(self) -> list[str]:
        """Keys of all stored blobs."""
        return sorted(path.name for path in (self.data / "blobs").glob("*/*"))

    def kill(self) -> None:
        """End the process as a crash would."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """End the process as an operator would."""
        if self.process.poll() is None:
            self._end(signal.SIGTERM)

    def _end(self, number: int) -> None:
        self.process.send_signal(number)
        self.process.wait(_TIMEOUT_S)
        assert self.process.stdout is not None
        self.process.stdout.close()


def start_server(data: Path, *, program: list[str] | None = None, **settings: str) -> RunningServer:
    """
    Start a server; `settings` are `GREENROOM_…` variables without that prefix, in lower case.

    `program` replaces `greenroom serve` by another that takes the same arguments.
    """
    log = data.parent / f"{data.name}.log"
    command = program or [sys.executable, "-m", "greenroom", "serve"]
    environ = {name: value for name, value in os.environ.items() if not name.startswith("GREENROOM_")}
    # One key sends more in these tests than it may in a minute; those of the limit set it.
    environ |= {"GREENROOM_API_KEY": KEY, "GREENROOM_RATES_POSTS_PER_MINUTE": "0"}
    # Servers that are shared live for minutes: they would make the previews of the whole cast beside the tests.
    environ |= {"GREENROOM_PREVIEWS_AHEAD_AFTER_S": "0", "GREENROOM_PHOTO_ADVICE": "off"}
    environ |= {f"GREENROOM_{name.upper()}": value for name, value in settings.items()}
    with log.open("a") as errors:
        process = subprocess.Popen(
            [*command, "--port", "0", "--data", str(data)],
            env=environ,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
    assert process.stdout is not None
    for line in process.stdout:
        found = _LISTENING.search(line)
        if found:
            return RunningServer(found[1], data, process, log)
    process.wait(_TIMEOUT_S)
    process.stdout.close()
    raise AssertionError(f"the server ended with status {process.returncode}:\n{log.read_text()}")
