"""Backgrounds that never change: a colour, and a picture."""

from greenroom.studio.ground.port import readonly
from greenroom.studio.planes import Planes
from greenroom.studio.speech import Notice


class Still:
    """One picture behind all frames."""

    def __init__(self, planes: Planes, warnings: tuple[Notice, ...] = ()) -> None:
        self.warnings = warnings
        self._planes = readonly(planes)

    def at(self, index: int) -> Planes:  # noqa: ARG002  # as all backgrounds are asked
        """Always the same object."""
        return self._planes

    def close(self) -> None:
        """Nothing is open."""
