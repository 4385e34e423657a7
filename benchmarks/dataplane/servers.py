"""The two servers under load: nginx with one worker, and Greenroom with the settings of a run."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import process_tree
from samples import Sample

API_KEY = "bench-key"
START_S = 60
STOP_S = 15


class ServerFailed(Exception):
    """A server did not start, or answered what it should not while a run was prepared."""


class Server:
    """A process of its own session on a free port, with a folder of its own for all it writes."""

    name = "server"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = _free_port()
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True)
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                self.command(), env=self.environment(), stdout=log, stderr=log, start_new_session=True
            )
        try:
            self._wait_until_ready()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.stop()

    @property
    def log(self) -> Path:
        return self.folder / "server.log"

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def command(self) -> list[str]:
        raise NotImplementedError

    def environment(self) -> dict[str, str]:
        return dict(os.environ)

    def cpu_seconds(self) -> float:
        return process_tree.cpu_seconds(self.pid)

    def pids(self) -> list[int]:
        return [stat.pid for stat in process_tree.tree(self.pid)]

    def stop(self) -> None:
        """End the whole tree; its files stay."""
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        # Whoever outlives the server is still of its session, which nobody else can be in.
        for pid in self.pids():
            os.kill(pid, signal.SIGKILL)
        self.process = None

    def request(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, body, dict(headers or {}))
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def _wait_until_ready(self) -> None:
        assert self.process is not None
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                if self.request("GET", "/healthz")[0] == 200:
                    return
            except OSError:
                pass
            time.sleep(0.05)
        raise ServerFailed(f"{self.name} did not start: {self.log.read_text(errors='replace')[-2000:]}")


class Nginx(Server):
    """PUT to /files/NAME, GET of /files/NAME, and a static answer of the size of a signed one."""

    name = "nginx"

    @staticmethod
    def why_not() -> str | None:
        """Say what is missing, after trying to install it; None when nothing is."""
        if not shutil.which("nginx") and os.geteuid() == 0 and shutil.which("apt-get"):
            install = ["apt-get", "install", "--yes", "--no-install-recommends", "nginx-light"]
            print("installing nginx-light ...", flush=True)
            subprocess.run(["apt-get", "update"], capture_output=True, check=False)
            subprocess.run(install, capture_output=True, check=False, env={**os.environ, **_NO_QUESTIONS})
        if not shutil.which("nginx"):
            return "nginx is not installed, and only root on Debian or Ubuntu can have it installed from here"
        # PUT is in ngx_http_dav_module, built into every nginx of Debian; dav-ext is not needed.
        if "--with-http_dav_module" not in _nginx_says("-V").split():
            return "this nginx is built without http_dav_module, which takes PUT"
        return None

    @staticmethod
    def version() -> str:
        return _nginx_says("-v").partition("nginx/")[2].strip()

    @property
    def files(self) -> Path:
        return self.folder / "files"

    def command(self) -> list[str]:
        self.files.mkdir()
        (self.folder / "nginx.conf").write_text(self._configuration())
        return ["nginx", "-p", str(self.folder), "-e", "error.log", "-c", "nginx.conf"]

    def keep(self, sample: Sample) -> str:
        """Put a copy among the files; give its path on the server."""
        shutil.copyfile(sample.path, self.files / sample.path.name)
        return f"/files/{sample.path.name}"

    def _configuration(self) -> str:
        template = Path(__file__).with_name("nginx.conf").read_text()
        user = "user root;" if os.geteuid() == 0 else ""
        answer = json.dumps(_SIGNED_LIKE, separators=(",", ":"))
        return template.replace("@USER@", user).replace("@PORT@", str(self.port)).replace("@ANSWER@", answer)


class Greenroom(Server):
    """`greenroom serve` with a fresh data folder and the settings of one scenario."""

    name = "greenroom"

    def __init__(self, folder: Path, program: str, settings: Mapping[str, str]) -> None:
        super().__init__(folder)
        self.program = program
        self.settings = settings

    def command(self) -> list[str]:
        data = str(self.folder / "data")
        return [self.program, "serve", "--host", "127.0.0.1", "--port", str(self.port), "--data", data]

    def environment(self) -> dict[str, str]:
        outside = {name: value for name, value in os.environ.items() if not name.startswith("GREENROOM_")}
        # Full decodes of the samples would go on in the background and compete with what is measured; and one
        # key signs more in a second than it may in a minute.
        ours = {
            "GREENROOM_API_KEY": API_KEY,
            "GREENROOM_BENCH_DEEPEN": "off",
            "GREENROOM_RATES_POSTS_PER_MINUTE": "0",
            "GREENROOM_PREVIEWS_AHEAD_AFTER_S": "0",
            "GREENROOM_PHOTO_ADVICE": "off",
        }
        return {**outside, **ours, **self.settings}

    def signed(self, sample: Sample, count: int) -> list[Signed]:
        """Ask for `count` addresses to upload the sample to, over one connection."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        body, headers = sign_body(sample), {"x-api-key": API_KEY, "content-type": "application/json"}
        try:
            return [_sign(connection, body, headers) for _ in range(count)]
        finally:
            connection.close()

    def keep(self, sample: Sample) -> str:
        """Upload the sample, check that the same bytes come back, and give its path on the server."""
        (signed,) = self.signed(sample, 1)
        sent = sample.path.read_bytes()
        status, answer = self.request("PUT", signed.upload_path, sent, {"content-type": sample.content_type})
        if status != 200:
            raise ServerFailed(f"PUT of {sample.path.name}: {status} {answer[:300]!r}")
        status, received = self.request("GET", signed.asset_path)
        if status != 200 or received != sent:
            raise ServerFailed(f"GET of {sample.path.name}: {status}, {len(received)} bytes, not those sent")
        return signed.asset_path


@dataclass(frozen=True, slots=True)
class Signed:
    upload_path: str
    asset_path: str


def sign_body(sample: Sample) -> bytes:
    fields = {"filename": sample.path.name, "content_type": sample.content_type, "file_size": sample.size}
    return json.dumps(fields).encode()


def _sign(connection: http.client.HTTPConnection, body: bytes, headers: Mapping[str, str]) -> Signed:
    connection.request("POST", "/v2/upload/asset", body, dict(headers))
    answer = connection.getresponse()
    text = answer.read()
    if answer.status != 200 or (reply := json.loads(text))["code"] != 0:
        raise ServerFailed(f"signing: {answer.status} {text[:300]!r}")
    return Signed(_path(reply["data"]["sign_url"]), _path(reply["data"]["asset_url"]))


def _path(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _nginx_says(option: str) -> str:
    return subprocess.run(["nginx", option], capture_output=True, text=True, check=False).stderr


_NO_QUESTIONS = {"DEBIAN_FRONTEND": "noninteractive"}

# As long as a signed answer of Greenroom, so that both send about the same bytes.
_SIGNED_LIKE = {
    "rid": "0" * 32,
    "code": 0,
    "msg": "success",
    "data": {
        "sign_url": "http://127.0.0.1:8080/upload/" + "0" * 160,
        "asset_url": "http://127.0.0.1:8080/assets/vid_" + "0" * 32 + ".mp4",
        "asset_id": "vid_" + "0" * 32,
        "id": 1,
        "upload_id": "upl_" + "0" * 32,
        "expires_at": "2026-01-01T00:00:00Z",
        "max_bytes": 104857600,
        "upload_headers": {"Content-Type": "video/mp4"},
    },
}
