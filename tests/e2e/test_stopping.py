"""Ending the server: it puts everything away and says that all is well."""

from collections.abc import Callable

from running_server import RunningServer


def test_a_server_that_is_told_to_stop_ends_with_status_0(new_server: Callable[..., RunningServer]) -> None:
    server = new_server()

    server.stop()

    assert server.process.returncode == 0
    assert "Traceback" not in server.log.read_text()
