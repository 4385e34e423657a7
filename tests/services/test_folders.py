"""Folders: a model and the service agree over random histories; restricted keys, limits, and what the audit says."""

import os
from collections.abc import Iterator

import pytest
from folder_machine import FolderMachine
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from greenroom.bootstrap import open_catalogue
from greenroom.db.sqlite import Database

HISTORIES = int(os.environ.get("FOLDER_HISTORIES", "10"))
"""A long campaign: FOLDER_HISTORIES=5000 pytest tests/services/test_folders.py -k agree"""


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    opened = open_catalogue(str(tmp_path_factory.mktemp("folders")))
    yield opened
    opened.close()


def test_model_and_service_agree_over_random_histories(database: Database) -> None:
    chosen = settings(
        max_examples=HISTORIES, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
    )
    run_state_machine_as_test(lambda: FolderMachine(database), settings=chosen)
