"""
The segments of a film: closed parts of some seconds, each a file that is whole or is not there.

A render that is killed finds them again and goes on after the last one in a row. Their names begin with a digest of
all that the frames depend on, so that segments of something else are never taken for one's own.
"""

import os
from collections.abc import Iterator
from functools import partial
from itertools import islice
from pathlib import Path

from greenroom.studio.film.coding import Coding, Encoder
from greenroom.studio.film.frames import Canvas

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

    def first_missing(self) -> int:
        """The first frame that is in none of them; the number of all frames if they are all there."""
        return min(self._frames, self.done() * SEGMENT_FRAMES)

    def tidy(self) -> None:
        """Remove what other attempts left unfinished."""
        for path in self._folder.glob("*" + _UNFINISHED):
            path.unlink()

    def write(self, size: tuple[int, int], frame_rate: int, frames: Iterator[Canvas]) -> None:
        """
        Make those that are not there yet, of the frames from the first one that is missing.

        If this raises, those that were whole by then are there, and nothing of the others.
        """
        encoder = Encoder(size, frame_rate, self._coding)
        try:
            for number in range(self.done(), len(self.paths())):
                path = self.paths()[number]
                part = path.with_name(path.name + _UNFINISHED)
                encoder.begin(part)
                for canvas in islice(frames, len(self.span(number))):
                    encoder.add(canvas)
                encoder.end(partial(_settle, part, path))
            encoder.close()
        except BaseException:
            encoder.abandon()
            self.tidy()
            raise


def _settle(part: Path, path: Path) -> None:
    """Give a whole file its name, for good."""
    _sync(part)
    os.replace(part, path)
    _sync(path.parent)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
