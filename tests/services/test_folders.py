"""Folders: a model and the service agree over random histories; restricted keys, limits, and what the audit says."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from folder_machine import NOW, FolderMachine
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from greenroom.bootstrap.house import open_catalogue
from greenroom.db.sqlite import Database
from greenroom.domain.act import Act
from greenroom.domain.folder import TOP, FolderCounts, FolderLimits
from greenroom.domain.ids import DEFAULT_ACCOUNT
from greenroom.services.folders import Folders

HISTORIES = int(os.environ.get("FOLDER_HISTORIES", "10"))
"""A long campaign: FOLDER_HISTORIES=5000 pytest tests/services/test_folders.py -k agree"""


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    opened = open_catalogue(str(tmp_path_factory.mktemp("folders")))
    yield opened
    opened.close()


def test_counts_that_another_program_spoiled_are_set_right(tmp_path: Path) -> None:
    house = open_catalogue(str(tmp_path))
    service = Folders(house, FolderLimits(), lambda: NOW, lambda _: None)
    act = Act(DEFAULT_ACCOUNT, "key_of_the_test")
    top = service.create(act, TOP, "top").folder.id
    middle = service.create(act, top, "middle").folder.id
    leaf = service.create(act, middle, "leaf").folder.id
    with closing(sqlite3.connect(tmp_path / "catalogue.db", isolation_level=None)) as other:
        other.execute("UPDATE folders SET asset_count = 7, all_assets = 7 WHERE id = ?", [leaf])
        other.execute("DELETE FROM folders WHERE id = ?", [service.create(act, leaf, "gone").folder.id])

    wrong = service.recount()

    assert {word.split()[0] for word in wrong} == {leaf, middle, top}
    assert service.drift() == []
    assert service.one(act, top).folder.counts == FolderCounts(folders=1, all_folders=2)
    house.close()


def test_model_and_service_agree_over_random_histories(database: Database) -> None:
    chosen = settings(
        max_examples=HISTORIES, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
    )
    run_state_machine_as_test(lambda: FolderMachine(database), settings=chosen)
