"""The schema: migrations make what the code expects, whole or not at all, and hot statements use an index."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from alembic import op
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine

from greenroom.bootstrap import open_catalogue
from greenroom.db import catalogue, keys, migrate, outbox, uploads
from greenroom.db.schema import metadata
from greenroom.db.sqlite import Statement


@pytest.fixture
def path(tmp_path: Path) -> str:
    open_catalogue(str(tmp_path)).close()
    return str(tmp_path / "catalogue.db")


@pytest.fixture
def connection(path: str) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(path)) as opened:
        yield opened


class Anything(dict[str, None]):
    """A value for every parameter that a statement asks for."""

    def __missing__(self, name: str) -> None:
        return None


def is_not_of_the_full_text_index(name: str | None, *about: object) -> bool:
    """Whether SQLAlchemy can describe it: full-text tables are SQLite's own."""
    return name is None or not name.startswith("search_grams")


def plan(connection: sqlite3.Connection, statement: Statement) -> str:
    """How SQLite would run a statement, in its own words."""
    steps = connection.execute(f"EXPLAIN QUERY PLAN {statement.text}", Anything(statement.constants))
    return "\n".join(step for _, _, _, step in steps)


def test_the_migrations_make_the_schema_of_the_code(path: str) -> None:
    engine = create_engine(f"sqlite:///{path}")

    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_name": is_not_of_the_full_text_index})
        differences = compare_metadata(context, metadata)

    engine.dispose()
    assert differences == []


def test_migrating_twice_changes_nothing(path: str, connection: sqlite3.Connection) -> None:
    before = connection.execute("SELECT name, sql FROM sqlite_master ORDER BY name").fetchall()

    migrate.migrate(path)

    assert connection.execute("SELECT name, sql FROM sqlite_master ORDER BY name").fetchall() == before


def test_fault_08_a_migration_that_dies_half_way_leaves_nothing_in_the_way_of_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*what: object, **how: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as killed:
        killed.setattr(op, "create_index", die)
        with pytest.raises(KeyboardInterrupt):
            open_catalogue(str(tmp_path))

    open_catalogue(str(tmp_path)).close()


def test_the_sweep_looks_only_at_open_uploads(connection: sqlite3.Connection) -> None:
    assert "USING INDEX ix_uploads_open_expires_at (expires_at<?)" in plan(connection, uploads._OVERDUE)


def test_staged_uploads_are_found_by_their_index(connection: sqlite3.Connection) -> None:
    assert "USING INDEX ix_uploads_staged" in plan(connection, uploads._STAGED)


@pytest.mark.parametrize(
    "statement",
    [
        catalogue._ASSET,
        catalogue._ASSET_OF_ACCOUNT,
        catalogue._ASSETS_BEFORE,
        uploads._UPLOAD_AND_ASSET,
        uploads._LAST_NUMBER,
        uploads._MAKE_READY,
        uploads._MOVE_ASSET,
        uploads._NOTE_REFUSAL,
        uploads._END_UPLOAD,
        uploads._STAGE_UPLOAD,
        uploads._UNSTAGE_UPLOAD,
        uploads._OVERDUE,
        outbox._EVENTS_OF_ASSET,
        keys._BY_HASH,
        keys._HAS_HASH,
    ],
)
def test_a_hot_statement_reads_no_whole_table(connection: sqlite3.Connection, statement: Statement) -> None:
    steps = plan(connection, statement)

    assert "SEARCH" in steps
    assert "SCAN" not in steps
    assert "TEMP B-TREE" not in steps


def test_a_list_of_assets_is_read_in_its_order(connection: sqlite3.Connection) -> None:
    assert "ix_assets_account_number (account_id=? AND number<?)" in plan(connection, catalogue._ASSETS_BEFORE)
