"""
SQLite: one thread writes and commits waiting requests together; any thread reads.

With `synchronous=FULL` a commit costs one fsync. Requests that arrive while it runs share the next one, so the
price of durability falls as load rises. Each request has a savepoint of its own: one that fails leaves its
neighbours alone.
"""

import asyncio
import queue
import sqlite3
import threading
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Any, Generic, TypeVar

from sqlalchemy.dialects import sqlite
from sqlalchemy.sql import ClauseElement
from sqlalchemy.sql.compiler import SQLCompiler

from greenroom.errors import GreenroomError, StorageFull, TooBusy

T = TypeVar("T")
Item = TypeVar("Item")
Row = tuple[Any, ...]

_MOST_AT_ONCE = 256
_BUSY_TIMEOUT_S = 10.0
_CROWD = 4
_PATIENCE_S = 0.001
_MOMENTS = 8
_PRIMARY_CODE = 0xFF
_DIALECT = sqlite.dialect(paramstyle="named")


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL with `:name` parameters, and the values of those that never change."""

    text: str
    constants: Mapping[str, Any]


def sql(statement: ClauseElement) -> Statement:
    """
    A Core statement as SQLite's text, made once and kept.

    Running the text directly costs a tenth of going through the engine for each row.
    """
    compiled = statement.compile(dialect=_DIALECT)
    assert isinstance(compiled, SQLCompiler)
    asked_for = {str(name) for parameter, name in compiled.bind_names.items() if parameter.required}
    constants = {name: value for name, value in compiled.params.items() if name not in asked_for}
    return Statement(str(compiled), constants)


_DATA_VERSION = Statement("PRAGMA data_version", {})


class Transaction:
    """What a unit of work may do with the database."""

    __slots__ = ("_connection", "_later")

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._later: list[tuple[Callable[[Transaction, list[Any]], object], Any]] = []

    def run(self, statement: Statement, values: Mapping[str, Any]) -> int:
        """Execute; give the number of rows changed."""
        return self._execute(statement, values).rowcount

    def run_listed(self, text: str, values: Sequence[Any]) -> None:
        """Execute SQL with a `?` for each value."""
        self._connection.execute(text, values)

    def row(self, statement: Statement, values: Mapping[str, Any]) -> Row | None:
        """The first row of the answer, None if there is none."""
        found: Row | None = self._execute(statement, values).fetchone()
        return found

    def rows(self, statement: Statement, values: Mapping[str, Any]) -> list[Row]:
        """All rows of the answer."""
        return self._execute(statement, values).fetchall()

    def at_end(self, together: "Callable[[Transaction, list[Item]], object]", item: Item) -> None:
        """
        Have `together` done once with all such items of this transaction, just before it is committed.

        For what belongs to many units of work and is cheaper for all of them at once. An item of a unit of work
        that fails is forgotten with it; if `together` fails, the whole transaction does.
        """
        self._later.append((together, item))

    def _finish(self) -> None:
        while self._later:
            later, self._later = self._later, []
            by_work: dict[Callable[[Transaction, list[Any]], object], list[Any]] = {}
            for together, item in later:
                by_work.setdefault(together, []).append(item)
            for together, items in by_work.items():
                together(self, items)

    def _execute(self, statement: Statement, values: Mapping[str, Any]) -> sqlite3.Cursor:
        if statement.constants:
            values = {**statement.constants, **values}
        return self._connection.execute(statement.text, values)


class Commit(Generic[T]):
    """
    A write on its way to the disk: `result()` waits for it in a thread, `await` in a coroutine.

    Both give what the work gave once it is committed, or raise what it raised.
    """

    __slots__ = ("_done", "_error", "_item", "_loop", "_together", "_value", "_waiter", "_work")

    def __init__(
        self,
        work: Callable[[Transaction], T] | None,
        together: "Together[Any, T] | None" = None,
        item: Any = None,
    ) -> None:
        self._work = work
        self._together = together
        self._item = item
        self._done = False
        self._value: T | None = None
        self._error: BaseException | None = None
        self._waiter: asyncio.Future[None] | threading.Event | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    @classmethod
    def of(cls, value: T) -> "Commit[T]":
        """A commit that is done already, with that value."""
        commit = cls(None)
        commit._value = value
        commit._done = True
        return commit

    def result(self) -> T:
        """What the work gave; to be called from a thread that may wait."""
        event = threading.Event()
        self._waiter = event
        # The writer sets `_done` before it looks for a waiter; we look in the opposite order, so one of
        # the two always sees the other.
        if not self._done:
            event.wait()
        return self._outcome()

    def __await__(self) -> Generator[Any, None, T]:
        self._loop = asyncio.get_running_loop()
        future = self._loop.create_future()
        self._waiter = future
        if not self._done:
            yield from future
        return self._outcome()

    def _outcome(self) -> T:
        if self._error is not None:
            raise self._error
        return self._value  # type: ignore[return-value]  # set before `_done`, with whatever T is


Together = Callable[[Transaction, list[Item]], list[T]]
"""Work that does for many items at once what it would do for each, and gives a result for each."""


class Database:
    """The catalogue file of one data folder."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._queue: queue.SimpleQueue[Commit[Any] | None] = queue.SimpleQueue()
        self._local = threading.local()
        self._readers: dict[threading.Thread, sqlite3.Connection] = {}
        self._writer = threading.Thread(target=self._write_for_ever, name="database-writer", daemon=True)

    def start(self) -> None:
        """Begin to write; the schema must be there. Raises GreenroomError when the file cannot be used."""
        try:
            self._writing = connect(self._path)
        except sqlite3.Error as problem:
            raise unusable(self._path, problem) from problem
        self._writer.start()

    def close(self) -> None:
        """Finish what was asked for, then stop writing."""
        if self._writer.is_alive():
            self._queue.put(None)
            self._writer.join()
        for reader in self._readers.values():
            reader.close()

    def write(self, work: Callable[[Transaction], T]) -> Commit[T]:
        """Have `work` done in a transaction that is shared with others who wait at the same time."""
        commit = Commit(work)
        self._queue.put(commit)
        return commit

    def write_together(self, together: Together[Item, T], item: Item) -> Commit[T]:
        """
        The same for work that is cheaper for many items at once: those that wait are given to it in one call.

        Each statement that this thread runs hands Python's global lock to the loop and back, which under load
        costs more than the statement itself.
        """
        commit: Commit[T] = Commit(None, together, item)
        self._queue.put(commit)
        return commit

    def read(self, work: Callable[[Transaction], T]) -> T:
        """What `work` gives, on a read-only connection of the calling thread."""
        return work(self._reader())

    def _reader(self) -> Transaction:
        reader: Transaction | None = getattr(self._local, "reader", None)
        if reader is None:
            connection = connect(self._path)
            connection.execute("PRAGMA query_only=ON")
            self._close_left()
            self._readers[threading.current_thread()] = connection
            reader = self._local.reader = Transaction(connection)
        return reader

    def _close_left(self) -> None:
        """Close the connections of threads that have ended, such as those of a job that failed and is begun anew."""
        for thread in [thread for thread in list(self._readers) if not thread.is_alive()]:
            left = self._readers.pop(thread, None)
            if left is not None:
                left.close()

    def _write_for_ever(self) -> None:
        connection = self._writing
        transaction = Transaction(connection)
        batch: list[Commit[Any] | None] = []
        last = False
        while not last:
            crowd = len(batch)
            batch = [self._queue.get()]
            if crowd > _CROWD:
                self._let_gather(crowd)
            while len(batch) < _MOST_AT_ONCE and not self._queue.empty():
                batch.append(self._queue.get())
            last = None in batch
            commits = [commit for commit in batch if commit is not None]
            _commit_together(connection, transaction, commits)
            _wake(commits)
        connection.close()

    def _let_gather(self, crowd: int) -> None:
        # Those whose last write has just ended are about to ask again. A moment's patience, and another as long as
        # more of them come, saves commits; and while they are on their way Python's lock is needed elsewhere.
        came = 0
        for _ in range(_MOMENTS):
            time.sleep(_PATIENCE_S)
            before, came = came, self._queue.qsize()
            if came == before or came + 1 >= crowd:
                return


class Watch:
    """Notices commits of other connections, those of other processes too. Used by one thread at a time."""

    def __init__(self, path: str) -> None:
        self._connection = connect(path)
        self._reader = Transaction(self._connection)
        self._seen = self._reader.row(_DATA_VERSION, {})

    def changed(self) -> bool:
        """Whether anything was committed since the last time this was asked."""
        before, self._seen = self._seen, self._reader.row(_DATA_VERSION, {})
        return before != self._seen

    def close(self) -> None:
        """Look no more."""
        self._connection.close()


def connect(path: str) -> sqlite3.Connection:
    """A connection with our settings; transactions are begun and ended by hand."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=_BUSY_TIMEOUT_S)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")
    # The counts of folders go up from each to the one that it lies in.
    connection.execute("PRAGMA recursive_triggers=ON")
    connection.execute("PRAGMA cache_size=-65536")
    connection.execute("PRAGMA wal_autocheckpoint=4000")
    return connection


def _commit_together(connection: sqlite3.Connection, transaction: Transaction, commits: list[Commit[Any]]) -> None:
    try:
        connection.execute("BEGIN IMMEDIATE")
        for together, group in groupby(commits, key=attrgetter("_together")):
            if together is None:
                for commit in group:
                    _perform(connection, transaction, commit)
            else:
                _perform_group(connection, transaction, together, list(group))
        transaction._finish()
        connection.execute("COMMIT")
    except Exception as problem:  # noqa: BLE001  # the writer must live on: everybody in this transaction is told
        transaction._later.clear()
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        for commit in commits:
            commit._error = translated(problem)


def _perform(connection: sqlite3.Connection, transaction: Transaction, commit: Commit[Any]) -> None:
    assert commit._work is not None
    commit._value, commit._error = _attempted(connection, transaction, commit._work)


def _perform_group(
    connection: sqlite3.Connection,
    transaction: Transaction,
    together: Together[Any, Any],
    commits: list[Commit[Any]],
) -> None:
    values, error = _attempted(connection, transaction, lambda tx: together(tx, [commit._item for commit in commits]))
    if error is None:
        for commit, value in zip(commits, values, strict=True):
            commit._value = value
    elif len(commits) == 1:
        commits[0]._error = error
    else:
        # One of them is to blame; alone, the others succeed.
        for commit in commits:
            _perform_group(connection, transaction, together, [commit])


def _attempted(
    connection: sqlite3.Connection, transaction: Transaction, work: Callable[[Transaction], Any]
) -> tuple[Any, Exception | None]:
    later = len(transaction._later)
    connection.execute("SAVEPOINT work")
    try:
        value = work(transaction)
    except Exception as problem:  # the outer rim of a unit of work: it is raised where it was asked for
        # A full disk may have ended the whole transaction already; then there is no savepoint to go back to.
        if not connection.in_transaction:
            raise
        del transaction._later[later:]
        connection.execute("ROLLBACK TO work")
        connection.execute("RELEASE work")
        return None, translated(problem)
    connection.execute("RELEASE work")
    return value, None


def _wake(commits: list[Commit[Any]]) -> None:
    by_loop: dict[asyncio.AbstractEventLoop, list[asyncio.Future[None]]] = {}
    for commit in commits:
        commit._done = True
        waiter = commit._waiter
        if isinstance(waiter, threading.Event):
            waiter.set()
        elif waiter is not None and commit._loop is not None:
            by_loop.setdefault(commit._loop, []).append(waiter)
    for loop, futures in by_loop.items():
        # One wake-up for all: each costs a system call.
        if not loop.is_closed():
            loop.call_soon_threadsafe(_resolve, futures)


def _resolve(futures: list[asyncio.Future[None]]) -> None:
    for future in futures:
        if not future.done():
            future.set_result(None)


def unusable(path: str, problem: Exception) -> GreenroomError:
    """The complaint about a catalogue that cannot be opened."""
    # SQLAlchemy's own text has the statement in it and a link to its manual.
    why = getattr(problem, "orig", None) or problem
    return GreenroomError(
        f"The catalogue {path} cannot be used: {why}. See to its permissions and its disk, or restore it from a backup."
    )


def translated(problem: Exception) -> Exception:
    """SQLite's complaint as one of ours; any other error as it is."""
    if not isinstance(problem, sqlite3.Error):
        return problem
    code = getattr(problem, "sqlite_errorcode", 0)
    if code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE):
        error: GreenroomError = StorageFull("The disk of the catalogue is full.", retry_after_s=60)
    elif code & _PRIMARY_CODE == sqlite3.SQLITE_BUSY:
        error = TooBusy("Another program has been writing to the catalogue for too long.", retry_after_s=10)
    else:
        error = GreenroomError(f"The catalogue could not be written: {problem}")
    error.__cause__ = problem
    return error
