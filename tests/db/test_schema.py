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

from greenroom.bootstrap.house import open_catalogue
from greenroom.db import (
    blobs,
    catalogue,
    keys,
    library,
    listing,
    migrate,
    outbox,
    portraits,
    uploads,
    usage,
    uses,
    videos,
)
from greenroom.db.schema import metadata
from greenroom.db.sqlite import Statement
from greenroom.domain.asset_query import AssetQuery, Sort
from greenroom.domain.media import Kind
from greenroom.errors import GreenroomError


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


def test_a_catalogue_of_a_later_version_is_named_and_left_as_it_is(path: str, connection: sqlite3.Connection) -> None:
    connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.commit()

    with pytest.raises(GreenroomError, match=r"made by a later version of Greenroom: its schema is 9999.* Start that"):
        migrate.migrate(path)

    assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [("9999",)]


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
        catalogue._ASSET_BY_NUMBER,
        library._PURGEABLE,
        blobs._CONDEMNED,
        uses._SETTLE,
        uploads._UPLOAD_AND_ASSET,
        uploads._LAST_NUMBER,
        uploads._MAKE_READY,
        uploads._MOVE_ASSET,
        uploads._NOTE_REFUSAL,
        uploads._END_UPLOAD,
        uploads._STAGE_UPLOAD,
        uploads._UNSTAGE_UPLOAD,
        uploads._RENEW_UPLOAD,
        uploads._NOTE_STEP,
        uploads._AMEND_ASSET,
        uploads._AMEND_UPLOAD,
        uploads._RECORD,
        uploads._PAGE,
        uploads._OVERDUE,
        outbox._OF_SUBJECT,
        keys._BY_HASH,
        keys._HAS_HASH,
        keys._ONE,
        usage._OF_ACCOUNT,
        usage._RECEIVE,
        portraits._KNOWN,
        portraits._KEEP,
        videos._BY_ID,
        videos._SAVE,
        videos._DEFER,
    ],
)
def test_a_hot_statement_reads_no_whole_table(connection: sqlite3.Connection, statement: Statement) -> None:
    steps = plan(connection, statement)

    assert "SEARCH" in steps
    assert "SCAN" not in steps
    assert "TEMP B-TREE" not in steps


@pytest.mark.parametrize("descending", [True, False])
@pytest.mark.parametrize("place", [None, 3.0, "x"])
@pytest.mark.parametrize("sort", list(Sort))
def test_a_list_of_assets_is_read_in_its_order_from_an_index_alone(
    connection: sqlite3.Connection, sort: Sort, place: object, descending: bool
) -> None:
    asked = listing._Asked(AssetQuery(sort=sort, descending=descending, kinds=(Kind.IMAGE,)), {"folder": ""}, [])

    steps = plan(connection, listing._statement(asked, True, place is not None and sort is not Sort.CREATED))

    assert f"SEARCH a USING COVERING INDEX {listing._INDEXES[sort]} (account_id=?" in steps
    assert place is None or sort is not Sort.NAME or "name" in steps
    assert "TEMP B-TREE" not in steps


@pytest.mark.parametrize("source", [listing._IN_FOLDER, listing._tagged(":tag0"), listing._worded(1)])
def test_a_folder_a_tag_and_a_word_have_their_assets_in_order(
    connection: sqlite3.Connection, source: listing._Source
) -> None:
    asked = listing._Asked(AssetQuery(), {"folder": ""}, [], source)

    steps = plan(connection, listing._statement(asked, True, False))

    assert "SEARCH a USING COVERING INDEX ix_assets_by_number (account_id=? AND number=?)" in steps
    assert "TEMP B-TREE" not in steps


def test_what_is_to_be_made_is_asked_of_the_videos_that_have_not_ended(connection: sqlite3.Connection) -> None:
    for statement in (videos._WAITING, videos._PROCESSING, videos._UNENDED_IDS):
        assert "videos USING INDEX ix_videos_unended" in plan(connection, statement)


def test_a_page_of_videos_is_read_from_its_place_on(connection: sqlite3.Connection) -> None:
    steps = plan(connection, videos._PAGE)

    assert "SEARCH videos USING INDEX ix_videos_account_created_at_id" in steps


def test_the_next_portrait_is_found_by_the_index_of_those_nobody_has_looked_at(connection: sqlite3.Connection) -> None:
    steps = plan(connection, portraits._NEXT)

    assert "USING INDEX ix_assets_portrait_due (ready_at>? AND ready_at<?)" in steps
    assert "TEMP B-TREE" not in steps


@pytest.mark.parametrize("column", ["cover_key", "srt_key", "vtt_key"])
def test_whether_a_video_needs_a_blob_is_found_by_an_index(connection: sqlite3.Connection, column: str) -> None:
    assert f"ix_videos_{column} (" in plan(connection, blobs._CONDEMN)
