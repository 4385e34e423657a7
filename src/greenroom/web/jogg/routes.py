"""Which handler answers which call of the compatible contract."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from greenroom.domain.access import Scope
from greenroom.web.jogg.envelope import Handler


class Route(NamedTuple):
    """A handler and the scope that a key needs for it; None takes any good key."""

    scope: Scope | None
    handler: Handler


Table = Mapping[str, Mapping[str, Route]]
"""By path, version first and no slash at the end, where `{name}` stands for one segment; then by method."""


class Routes:
    """Finds the route of a request. A path that is written out goes before one with a segment left open."""

    def __init__(self, *tables: Table) -> None:
        self._plain: dict[str, Mapping[str, Route]] = {}
        self._patterns: list[tuple[re.Pattern[str], Mapping[str, Route]]] = []
        for table in tables:
            for path, by_method in table.items():
                if "{" in path:
                    self._patterns.append((re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path)), by_method))
                else:
                    self._plain[path] = by_method

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
