"""Statements about imports use an index, whatever has been imported before."""

import sqlite3
from contextlib import closing

import pytest

from greenroom.bootstrap.house import open_catalogue
from greenroom.db import imports
from greenroom.db.sqlite import Statement


class Anything(dict[str, None]):
    """A value for every parameter that a statement asks for."""

    def __missing__(self, name: str) -> None:
        return None


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> str:
    data = tmp_path_factory.mktemp("data")
    open_catalogue(str(data)).close()
    return str(data / "catalogue.db")


@pytest.mark.parametrize(
    ("statement", "index"),
    [
        (imports._DUE, "ix_imports_pending"),
        (imports._PAGE, "ix_imports_account_created"),
        (imports._BY_ID, "PRIMARY KEY"),
        (imports._END, "PRIMARY KEY"),
        (imports._COUNT_TRY, "PRIMARY KEY"),
        (imports._TRY_AGAIN, "PRIMARY KEY"),
    ],
)
def test_a_statement_about_imports_reads_no_whole_table(path: str, statement: Statement, index: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        steps = connection.execute(f"EXPLAIN QUERY PLAN {statement.text}", Anything(statement.constants)).fetchall()

    plan = "\n".join(step for _, _, _, step in steps)
    assert index in plan
    assert ("SCAN" in plan, "TEMP B-TREE" in plan) == (False, False), plan
