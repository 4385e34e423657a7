"""Whatever clients do to assets, alone or two at once, and however time passes: model and server agree."""

import os
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from asset_machine import GRANT_S, AssetMachine, Clock
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from running_server import RunningServer, start_server

HISTORIES = int(os.environ.get("ASSET_HISTORIES", "6"))
"""A long campaign: ASSET_HISTORIES=1000 pytest tests/web/test_asset_machine.py"""


@pytest.fixture
def ahead(tmp_path: Path) -> Path:
    file = tmp_path / "ahead"
    file.write_text("0")
    return file


@pytest.fixture
def timed_server(tmp_path: Path, ahead: Path) -> Iterator[RunningServer]:
    program = [sys.executable, str(Path(__file__).parent / "clock_server.py"), str(ahead), "serve"]
    running = start_server(
        tmp_path / "data", program=program, uploads_grant_lifetime_s=str(GRANT_S), retention_blob_grace_s="0"
    )
    yield running
    running.stop()


def test_model_and_server_agree_over_random_histories(timed_server: RunningServer, ahead: Path) -> None:
    clock = Clock(ahead)
    chosen = settings(
        max_examples=HISTORIES, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
    )

    with ThreadPoolExecutor(2) as pool:
        run_state_machine_as_test(lambda: AssetMachine(timed_server, clock, pool), settings=chosen)
