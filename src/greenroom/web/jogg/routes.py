"""Which handler answers which call of the compatible contract."""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from greenroom.domain.access import Scope
from greenroom.web.jogg.envelope import Handler


class Doc(NamedTuple):
    """
    What the OpenAPI document says of a call.

    `data` is the JSON schema of a success's data, `body` that of the request, None where there is none; `form` of the
    same request as a form. `examples` are bodies by their names, `query` schemas of parameters by theirs.
    """

    tag: str
    summary: str
    data: Mapping[str, Any]
    body: Mapping[str, Any] | None = None
    form: Mapping[str, Any] | None = None
    examples: Mapping[str, Any] = {}
    query: Mapping[str, Mapping[str, Any]] = {}


class Route(NamedTuple):
    """A handler and the scope that a key needs for it, where None takes any good key; and what is said of it."""

    scope: Scope | None
    handler: Handler
    doc: Doc


Table = Mapping[str, Mapping[str, Route]]
"""By path, version first and no slash at the end, where `{name}` stands for one segment; then by method."""


class Routes:
    """Finds the route of a request. A path that is written out goes before one with a segment left open."""

    def __init__(self, *tables: Table) -> None:
        self._table = {path: by_method for table in tables for path, by_method in table.items()}
        self._plain: dict[str, Mapping[str, Route]] = {}
        self._patterns: list[tuple[re.Pattern[str], Mapping[str, Route]]] = []
        for path, by_method in self._table.items():
            if "{" in path:
                self._patterns.append((re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path)), by_method))
            else:
                self._plain[path] = by_method

    @property
    def table(self) -> Table:
        """All tables as one."""
        return self._table

    def find(self, path: str) -> tuple[Mapping[str, Route], dict[str, str]] | None:
        """The routes at a path by method, and the texts of its open segments; None if there are none."""
        plain = self._plain.get(path)
        if plain is not None:
            return plain, {}
        for pattern, by_method in self._patterns:
            match = pattern.fullmatch(path)
            if match is not None:
                return by_method, match.groupdict()
        return None
