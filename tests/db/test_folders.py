"""Folders as rows: hot statements use an index, and counts are read, not counted."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from greenroom.bootstrap.house import open_catalogue
from greenroom.db import folders
from greenroom.db.sqlite import Statement


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    data: Path = tmp_path_factory.mktemp("folders")
    open_catalogue(str(data)).close()
    with closing(sqlite3.connect(data / "catalogue.db")) as opened:
        yield opened


class Anything(dict[str, None]):
    """A value for every parameter that a statement asks for."""

    def __missing__(self, name: str) -> None:
        return None


def plan(connection: sqlite3.Connection, statement: Statement) -> list[str]:
    """The steps by which SQLite would run a statement, in its own words."""
    steps = connection.execute(f"EXPLAIN QUERY PLAN {statement.text}", Anything(statement.constants))
    return [step for _, _, _, step in steps]


@pytest.mark.parametrize("statement", [folders._FOLDER, folders._CHILD, folders._CHILDREN, folders._ALTER])
def test_a_folder_and_a_page_of_them_is_one_search(connection: sqlite3.Connection, statement: Statement) -> None:
    (step,) = plan(connection, statement)

    assert step.startswith("SEARCH folders USING ")


@pytest.mark.parametrize(
    "statement",
    [folders._UPWARDS, folders._HEIGHT, folders._SUBTREE, folders._DELETE, folders._LEAVE, folders._CONTENTS],
)
def test_a_walk_through_the_tree_reads_no_whole_table(connection: sqlite3.Connection, statement: Statement) -> None:
    steps = plan(connection, statement)

    assert not [step for step in steps if step.startswith(("SCAN folders", "SCAN assets"))]
    assert not [step for step in steps if step.startswith("SEARCH folders") and "id=?" not in step]


@pytest.mark.parametrize("statement", [folders._LEAVE, folders._CONTENTS])
def test_assets_in_folders_are_found_by_folder(connection: sqlite3.Connection, statement: Statement) -> None:
    assert [
        step for step in plan(connection, statement) if "ix_assets_folder_number (account_id=? AND folder_id=?)" in step
    ]
