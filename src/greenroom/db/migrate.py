"""Bring the catalogue of a data folder to the schema of this version."""

import os
import sqlite3
from pathlib import Path

from sqlalchemy import create_engine, text
from sqlalchemy.exc import SQLAlchemyError

from greenroom.db.sqlite import unusable
from greenroom.errors import GreenroomError

_MIGRATIONS = Path(__file__).parent / "migrations"


def migrate(path: str) -> None:
    """
    Make or upgrade the catalogue at `path`; it may have secrets' hashes, so only its owner can read it.

    A crash half-way leaves it as it was. Raises GreenroomError for a file that is no catalogue, and for one of a later
    version of Greenroom, which is left as it is.
    """
    try:
        version, newest = _version(path), _newest()
        if version is not None and version > newest:
            raise GreenroomError(
                f"The catalogue {path} was made by a later version of Greenroom: its schema is {version}, this one "
                f"knows {newest}. Start that version again, or restore the backup from before the upgrade."
            )
        if version != newest:
            _upgrade(path)
    except (sqlite3.Error, SQLAlchemyError, OSError) as problem:
        raise unusable(path, problem) from problem


def _upgrade(path: str) -> None:
    # Only now: it takes longer to load than the rest of the start.
    import alembic.command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    engine = create_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        connection.execute(text("PRAGMA journal_mode=WAL"))
        connection.execute(text("PRAGMA recursive_triggers=ON"))
        # All or nothing: SQLite would commit each table by itself, and a start that was killed between two of them
        # would be in the way of the next for ever.
        connection.execute(text("BEGIN IMMEDIATE"))
        config.attributes["connection"] = connection
        alembic.command.upgrade(config, "head")
        connection.commit()
    engine.dispose()


def _newest() -> str:
    """The last revision; each is the number that its file's name begins with."""
    return max(file.name[:4] for file in (_MIGRATIONS / "versions").glob("[0-9]*.py"))


def _version(path: str) -> str | None:
    if not Path(path).exists():
        return None
    connection = sqlite3.connect(path)
    try:
        found = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.OperationalError:
        return None
    finally:
        connection.close()
    return str(found[0]) if found else None
