"""Whatever a test does to a server, the server's log must not tell of an error that nobody foresaw."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from server_log import complaints

from running_server import RunningServer


@pytest.fixture(autouse=True)
def quiet_logs(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[None]:
    shared: RunningServer | None = request.getfixturevalue("server") if "server" in request.fixturenames else None
    before = shared.log.stat().st_size if shared else 0

    yield

    own = "".join(log.read_text() for log in tmp_path.glob("**/*.log"))
    of_shared = shared.log.read_bytes()[before:].decode() if shared else ""
    assert complaints(own + of_shared) == [], own + of_shared
