"""The programs that people upload with, as they are installed: curl, Python, Node.js."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

NODE_MODULES = Path(__file__).parent / "node" / "node_modules"
_TIMEOUT_S = 60
_CURLRC = 'silent\nshow-error\nmax-time = 60\nwrite-out = "\\n%{http_code}"\n'


def require(present: bool, missing: str) -> None:
    """Skip the test that wants something that is missing; fail it where everything has to be tested."""
    if present:
        return
    if os.environ.get("CI") == "true" or os.environ.get("GREENROOM_REQUIRE_ALL") == "1":
        pytest.fail(f"{missing}, and CI or GREENROOM_REQUIRE_ALL says that everything is tested")
    pytest.skip(f"{missing}; scripts/test installs it where it can")


def plain_environment() -> dict[str, str]:
    """This process's variables without those that send programs by a proxy, or to another Greenroom."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.lower().endswith("_proxy") and not name.startswith("GREENROOM_")
    }


@dataclass(frozen=True, slots=True)
class Answer:
    """What an HTTP client showed of an answer."""

    status: int
    text: str

    def json(self) -> Any:
        """The body, which must be JSON."""
        return json.loads(self.text)


@dataclass(frozen=True, slots=True)
class Curl:
    """The real curl. Its options beside those of a command come from a file, so that commands stay as they are."""

    folder: Path

    def run(self, command: str) -> Answer:
        """Run a curl command by the shell; fails if curl does."""
        (self.folder / ".curlrc").write_text(_CURLRC)
        environment = plain_environment() | {"CURL_HOME": str(self.folder)}
        output = run_program(["bash", "-c", command], self.folder, environment)
        text, _, status = output.rpartition("\n")
        return Answer(int(status), text)


def run_python(program: str, folder: Path, *arguments: str) -> str:
    """Run a Python program in a folder and give what it printed; fails if the program does."""
    (folder / "program.py").write_text(program)
    return run_program([sys.executable, "program.py", *arguments], folder, plain_environment())


def run_node(program: str, folder: Path, *arguments: str) -> str:
    """Run a Node.js program in a folder and give what it printed; fails if the program does."""
    (folder / "program.js").write_text(program)
    environment = plain_environment() | {"NODE_PATH": str(NODE_MODULES)}
    return run_program(["node", "program.js", *arguments], folder, environment)


def run_program(command: list[str], folder: Path, environment: dict[str, str]) -> str:
    """What a program printed; fails with what it said if it does."""
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=_TIMEOUT_S)
    assert done.returncode == 0, f"{command} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}"
    return done.stdout


def require_command(name: str) -> None:
    """Skip or fail the test unless there is such a command."""
    require(shutil.which(name) is not None, f"{name} is not installed")


def require_axios() -> None:
    """Skip or fail the test unless Node.js and axios are there."""
    require_command("node")
    require((NODE_MODULES / "axios").is_dir(), "the Node.js package axios is not installed")
