"""SQLite: commits are shared, failures are not; what was acknowledged is there."""

import asyncio
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from greenroom.bootstrap.house import open_catalogue
from greenroom.db import keys, sqlite
from greenroom.db.sqlite import Commit, Database, Transaction, Watch, connect, sql
from greenroom.errors import GreenroomError, TooBusy

ADD = sql(text("INSERT INTO accounts (id, name, created_at) VALUES (:id, 'x', 0)"))
COUNT = sql(text("SELECT count(*) FROM accounts WHERE name = 'x'"))
PROGRAM = [sys.executable, str(Path(__file__).parent / "committing_program.py")]


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = open_catalogue(str(tmp_path))
    yield opened
    opened.close()


def add(database: Database, id_: str) -> Commit[int]:
    return database.write(lambda tx: tx.run(ADD, {"id": id_}))


def counted(database: Database) -> int:
    row = database.read(lambda tx: tx.row(COUNT, {}))
    assert row is not None
    return int(row[0])


def held(database: Database) -> threading.Event:
    """Keep the writer busy until the event is set, so that what is asked meanwhile is committed together."""
    free = threading.Event()
    database.write(lambda _: free.wait(5))
    return free


def test_a_result_is_there_once_it_is_committed(database: Database) -> None:
    changed = add(database, "a").result()

    assert changed == 1
    assert counted(database) == 1


def test_a_coroutine_awaits_a_commit(database: Database) -> None:
    async def write() -> int:
        return await add(database, "a")

    assert asyncio.run(write()) == 1


def test_many_coroutines_await_one_commit(database: Database) -> None:
    async def write() -> list[int]:
        return await asyncio.gather(*(_awaited(add(database, f"a{number}")) for number in range(300)))

    assert asyncio.run(write()) == [1] * 300
    assert counted(database) == 300


async def _awaited(commit: Commit[int]) -> int:
    return await commit


def test_a_commit_that_is_awaited_late_gives_its_result_at_once(database: Database) -> None:
    commit = add(database, "a")
    add(database, "b").result()

    assert asyncio.run(_awaited(commit)) == 1


def test_one_that_fails_leaves_its_neighbours_in_the_same_transaction_alone(database: Database) -> None:
    free = held(database)
    before, twice, failing, after = (add(database, id_) for id_ in ("a", "b", "b", "c"))
    free.set()

    assert (before.result(), twice.result(), after.result()) == (1, 1, 1)
    with pytest.raises(GreenroomError, match="UNIQUE"):
        failing.result()
    assert counted(database) == 3


def test_one_that_fails_half_way_leaves_nothing_of_its_own(database: Database) -> None:
    def half(tx: Transaction) -> None:
        tx.run(ADD, {"id": "a"})
        raise LookupError("half way")

    with pytest.raises(LookupError, match="half way"):
        database.write(half).result()

    assert counted(database) == 0
    assert add(database, "a").result() == 1


def test_a_reader_cannot_write(database: Database) -> None:
    with pytest.raises(Exception, match="readonly"):
        database.read(lambda tx: tx.run(ADD, {"id": "a"}))


def test_threads_that_have_ended_leave_no_connections_open(database: Database, tmp_path: Path) -> None:
    for _ in range(20):
        reading = threading.Thread(target=counted, args=(database,))
        reading.start()
        reading.join()

    assert descriptors_of(tmp_path / "catalogue.db") <= 3


def descriptors_of(path: Path) -> int:
    """How many descriptors of this process are open on a file."""
    return sum(os.path.realpath(f"/proc/self/fd/{name}") == str(path) for name in os.listdir("/proc/self/fd"))


def test_a_catalogue_that_another_program_keeps_is_busy_and_not_broken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "_BUSY_TIMEOUT_S", 0.1)
    database, other = open_catalogue(str(tmp_path)), connect(str(tmp_path / "catalogue.db"))
    other.execute("BEGIN IMMEDIATE")

    with pytest.raises(TooBusy):
        database.write(lambda tx: None).result()

    other.execute("ROLLBACK")
    assert database.write(lambda tx: "written").result() == "written"
    database.close()
    other.close()


def test_closing_finishes_what_was_asked_for(tmp_path: Path) -> None:
    database = open_catalogue(str(tmp_path))
    commits = [add(database, f"a{number}") for number in range(500)]

    database.close()

    assert [commit.result() for commit in commits] == [1] * 500


def test_a_watch_notices_commits_of_others_once(database: Database, tmp_path: Path) -> None:
    watch = Watch(str(tmp_path / "catalogue.db"))
    add(database, "a").result()

    noticed = [watch.changed(), watch.changed()]

    watch.close()
    assert noticed == [True, False]


def test_two_processes_write_one_catalogue(database: Database, tmp_path: Path) -> None:
    other = open_catalogue(str(tmp_path))

    one_by_one = [add(database, "a").result(), add(other, "b").result(), add(database, "c").result()]

    other.close()
    assert one_by_one == [1, 1, 1]


def test_fault_08_what_a_killed_process_said_was_committed_is_there(tmp_path: Path) -> None:
    with subprocess.Popen([*PROGRAM, str(tmp_path)], stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        said = [int(program.stdout.readline()) for _ in range(50)]
        program.kill()
        said += [int(line) for line in program.stdout.read().splitlines()]

    database = open_catalogue(str(tmp_path))
    there = {key.id for key in database.read(keys.all_keys)}
    database.close()

    assert {f"key_{number}" for number in said} <= there


# Files that are no catalogue


@pytest.mark.parametrize("content", [b"this is a text" * 500, b"SQLite format 3\x00" + b"\xff" * 5000])
def test_a_file_that_is_no_catalogue_is_told_as_such(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "catalogue.db").write_bytes(content)

    with pytest.raises(GreenroomError, match=r"catalogue\.db"):
        open_catalogue(str(tmp_path))


def test_a_folder_in_the_catalogues_place_is_told_as_such(tmp_path: Path) -> None:
    (tmp_path / "catalogue.db").mkdir()

    with pytest.raises(GreenroomError, match=r"catalogue\.db"):
        open_catalogue(str(tmp_path))


def test_an_empty_file_from_a_first_start_that_was_killed_becomes_a_catalogue(tmp_path: Path) -> None:
    (tmp_path / "catalogue.db").touch()

    database = open_catalogue(str(tmp_path))

    assert add(database, "a").result() == 1
    database.close()
