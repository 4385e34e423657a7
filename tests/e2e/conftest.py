"""Fixtures: the real programs that people upload with."""

from collections.abc import Callable
from pathlib import Path

import pytest
from real_tools import Curl, require_axios, require_command, run_node


@pytest.fixture
def curl(tmp_path: Path) -> Curl:
    """The real curl."""
    require_command("curl")
    folder = tmp_path / "curl"
    folder.mkdir()
    return Curl(folder)


@pytest.fixture
def node() -> Callable[..., str]:
    """Runs programs by the real Node.js, which finds the real axios: `node(program, folder, *arguments)`."""
    require_axios()
    return run_node
