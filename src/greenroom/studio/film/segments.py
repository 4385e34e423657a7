"""
The segments of a film: closed parts of some seconds, each a file that is whole or is not there.

A render that is killed finds them again and goes on after the last one in a row. Their names begin with a digest of
all that the frames depend on, so that segments of something else are never taken for one's own.
"""

import os
from collections.abc import Callable
from pathlib import Path

from greenroom.studio.film.coding import Coding, SegmentWriter

SEGMENT_FRAMES = 240
_UNFINISHED = ".part"


class Segments:
    """The segments of a film of `frames` frames in a folder."""

    def __init__(self, folder: Path, digest: str, frames: int, coding: Coding) -> None:
        self._folder, self._digest, self._frames, self._coding = folder, digest, frames, coding

    def paths(self) -> list[Path]:
        """Where they all are, or will be."""
        count = -(-self._frames // SEGMENT_FRAMES)
        return [self._folder / f"{self._digest}-{i:05}{self._coding.suffix}" for i in range(count)]

    def span(self, number: int) -> range:
        """The frames of a segment."""
        return range(number * SEGMENT_FRAMES, min(self._frames, (number + 1) * SEGMENT_FRAMES))

    def done(self) -> int:
        """How many of them are there, in a row from the first."""
        return next((i for i, path in enumerate(self.paths()) if not path.exists()), len(self.paths()))

    def tidy(self) -> None:
        """Remove what other attempts left unfinished."""
        for path in self._folder.glob("*" + _UNFINISHED):
            path.unlink()

    def write(self, number: int, size: tuple[int, int], frame_rate: int, fill: Callable[[SegmentWriter], None]) -> None:
        """Make a segment of what `fill` adds; it is there when this returns, and not if it raises."""
        path = self.paths()[number]
        part = path.with_name(path.name + _UNFINISHED)
        writer = SegmentWriter(part, size, frame_rate, self._coding)
        try:
            fill(writer)
            writer.close()
        except BaseException:
            writer.abandon()
            part.unlink(missing_ok=True)
            raise
        _sync(part)
        os.replace(part, path)
        _sync(self._folder)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
