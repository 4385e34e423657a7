"""Bring the catalogue of a data folder to the schema of this version."""

import os
import sqlite3
from pathlib import Path

import alembic.command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text


def migrate(path: str) -> None:
    """Make or upgrade the catalogue at `path`; it may have secrets' hashes, so only its owner can read it."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    if _version(path) == ScriptDirectory.from_config(config).get_current_head():
        return
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    engine = create_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        connection.execute(text("PRAGMA journal_mode=WAL"))
        config.attributes["connection"] = connection
        alembic.command.upgrade(config, "head")
        connection.commit()
    engine.dispose()


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
