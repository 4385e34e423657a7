"""A database whose answers come late."""

from collections.abc import Callable
from typing import Any

from greenroom.db.sqlite import Database


class SlowDatabase(Database):
    """Something happens between its reading and its answer."""

    def __init__(self, path: str, meanwhile: Callable[[], object]) -> None:
        super().__init__(path)
        self._meanwhile = meanwhile

    def read(self, work: Callable[..., Any]) -> Any:
        found = super().read(work)
        self._meanwhile()
        return found
