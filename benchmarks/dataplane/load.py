"""The load program: compiled once a run from load.c, driven by files of addresses, answering in JSON."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from samples import Sample

SOURCE = Path(__file__).with_name("load.c")


class LoadFailed(Exception):
    """A request was answered wrongly or not at all: the run says nothing about speed."""


@dataclass(frozen=True, slots=True)
class Result:
    wall_s: float
    ok: int
    failed: int
    bytes: int
    cpu_s: float
    p50_ms: float
    p90_ms: float
    p99_ms: float
    max_ms: float
    first_failure: str


@dataclass(frozen=True, slots=True)
class Requests:
    """What to send to one port of 127.0.0.1; without `count` it goes on for `seconds`."""

    port: int
    method: str
    urls: Sequence[str]
    connections: int
    count: int | None = None
    seconds: float = 60
    body: Path | None = None
    content_type: str = "application/json"
    patch_at: int | None = None
    headers: Sequence[str] = ()
    expect: int = 200
    contains: str | None = None
    sync_under: Path | None = None
    bytes_per_s: int | None = None

    @property
    def stored_bytes(self) -> int:
        """How much of the disk a server will fill with it."""
        return self.count * self.body.stat().st_size if self.count and self.body else 0

    @classmethod
    def put(cls, port: int, urls: Sequence[str], sample: Sample, connections: int, expect: int) -> Requests:
        """One PUT of the sample, each with bytes of its own, to every address."""
        return cls(
            port=port,
            method="PUT",
            urls=urls,
            connections=connections,
            count=len(urls),
            body=sample.path,
            content_type=sample.content_type,
            patch_at=sample.patch_at,
            expect=expect,
        )


class LoadProgram:
    def __init__(self, folder: Path) -> None:
        """Compile it into the folder; CalledProcessError or FileNotFoundError without a C compiler."""
        self.folder = folder
        self.program = folder / "load"
        subprocess.run(["cc", "-O2", "-o", str(self.program), str(SOURCE)], check=True)

    def start(self, requests: Requests) -> subprocess.Popen[str]:
        return subprocess.Popen(self._command(requests), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def run(self, requests: Requests) -> Result:
        """Send them all; LoadFailed unless every one was answered as expected."""
        result = finished(self.start(requests))
        if result.failed or not result.ok:
            asked = f"{requests.method} {requests.urls[0]}"
            raise LoadFailed(f"{result.failed} of {result.failed + result.ok} failed ({asked}): {result.first_failure}")
        return result

    def _command(self, requests: Requests) -> list[str]:
        urls = self.folder / f"urls-{requests.port}-{requests.method}"  # two loads at once differ in method
        urls.write_text("\n".join(requests.urls) + "\n")
        options = {
            "port": requests.port,
            "method": requests.method,
            "urls": urls,
            "connections": requests.connections,
            "requests": requests.count,
            "seconds": requests.seconds,
            "body": requests.body,
            "type": requests.content_type,
            "patch-at": requests.patch_at,
            "expect": requests.expect,
            "contains": requests.contains,
            "sync-under": requests.sync_under,
            "rate": requests.bytes_per_s,
        }
        given = [f"--{name}={value}" for name, value in options.items() if value is not None]
        return [str(self.program), *given, *(f"--header={header}" for header in requests.headers)]


def finished(process: subprocess.Popen[str]) -> Result:
    """Wait for a started load and read its figures, whatever its requests came to."""
    output, complaint = process.communicate()
    if not output:
        raise LoadFailed(complaint.strip() or f"the load program ended with status {process.returncode}")
    return Result(**json.loads(output))
