"""Fixtures: the real programs that people upload with."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from real_tools import Curl, require, require_axios, require_command, run_node

CHROMIUM = Path("/usr/bin/chromium")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


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


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """A real Chromium."""
    require(CHROMIUM.exists(), "Chromium is not installed")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=str(CHROMIUM), args=QUIET)
        yield running
        running.close()
