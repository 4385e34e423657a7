"""Many rows in one statement."""

from collections.abc import Sequence
from functools import cache
from itertools import chain
from typing import Any

from sqlalchemy import Table

from greenroom.db.sqlite import Transaction

_AT_ONCE = 32
"""Each number of rows is a statement of its own, which connections keep: there shall not be too many."""


class Insertion:
    """
    Inserts rows into these columns of a table.

    Each statement that the writer's thread runs hands Python's global lock to the loop and back, which under load
    costs more than the statement itself.
    """

    def __init__(self, table: Table, names: Sequence[str]) -> None:
        assert all(name in table.columns for name in names), f"{table.name} has not all of {names}"
        self._into = f"INSERT INTO {table.name} ({', '.join(names)}) VALUES "
        self._row = f"({', '.join('?' * len(names))})"
        self._text = cache(self._written)

    def run(self, tx: Transaction, rows: Sequence[Sequence[Any]]) -> None:
        """Insert rows, each of values in the order of the columns."""
        for start in range(0, len(rows), _AT_ONCE):
            part = rows[start : start + _AT_ONCE]
            tx.run_listed(self._text(len(part)), list(chain.from_iterable(part)))

    def _written(self, count: int) -> str:
        return self._into + ", ".join([self._row] * count)
