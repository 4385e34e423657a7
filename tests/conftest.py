"""Fixtures: one server for all tests that only use it, and a maker of servers for those that ruin theirs."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from running_server import RunningServer, start_server


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server with default settings that all tests share; what a test needs to be alone with, it makes itself."""
    # All tests together ask more in a minute than one client should; none of them waits for a video.
    settings = {"rates_posts_per_minute": "100000", "render_workers": "0"}
    running = start_server(tmp_path_factory.mktemp("shared") / "data", **settings)
    yield running
    running.stop()


@pytest.fixture
def new_server(tmp_path: Path) -> Iterator[Callable[..., RunningServer]]:
    """Start a server of one's own: `new_server(uploads_grant_lifetime_s="1")`; stopped at the end of the test."""
    started: list[RunningServer] = []

    def start(data: Path | None = None, **settings: str) -> RunningServer:
        started.append(start_server(data or tmp_path / "data", **settings))
        return started[-1]

    yield start
    for running in started:
        running.stop()
