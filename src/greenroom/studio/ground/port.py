"""What the composer knows of a background, whatever it is."""

import io
import os
from collections.abc import Callable
from typing import Protocol

from greenroom.studio.planes import Plane, Planes
from greenroom.studio.speech import Notice

KEPT_BYTES = 64 << 20
"""How much memory the pictures of a short animation or film may take that is played over and over."""


class Backdrop(Protocol):
    """
    What is behind the avatar, frame by frame. Not for several threads at once.

    Frames are counted from 0 at the frame rate of the video. Asked in order they are cheap, and each may be the first
    that is asked for: it has the same bytes however one came there.
    """

    warnings: tuple[Notice, ...]

    def at(self, index: int) -> Planes:
        """
        The picture behind frame `index`, as large as the frame; the same object as before while nothing changes.

        It must not be written to, and is valid until the next call. Raises NotProduced when a film breaks off.
        """

    def close(self) -> None:
        """Let go of what is open; the descriptor stays the caller's."""


class Kept:
    """The pictures of something short, so that each is made once; nothing is kept of what would be too much."""

    def __init__(self, count: int, frame: tuple[int, int]) -> None:
        self._all_fit = count * frame[0] * frame[1] * 3 // 2 <= KEPT_BYTES
        self._made: dict[int, Planes] = {}

    def get(self, number: int, make: Callable[[int], Planes]) -> Planes:
        """Picture `number`, made if it is not there."""
        found = self._made.get(number)
        if found is None:
            found = make(number)
            if self._all_fit:
                self._made[number] = found
        return found


class Reading(io.RawIOBase):
    """
    A file by its descriptor alone, with a place of its own.

    The descriptor is inherited, and its place is shared with whoever else has it.
    """

    def __init__(self, descriptor: int) -> None:
        super().__init__()
        self._descriptor = descriptor
        self._at = 0

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # any buffer that can be written
        """Fill what is given from where we are; how much it was."""
        count = os.preadv(self._descriptor, [buffer], self._at)
        self._at += count
        return count

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to a byte; where that is from the start, or -1 beyond the end: there a file lacks what its index tells."""
        size = os.fstat(self._descriptor).st_size
        at = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: size}.get(whence, 0) + offset
        if not 0 <= at <= size:
            return -1
        self._at = at
        return at

    def tell(self) -> int:
        """Where we are."""
        return self._at


def readonly(planes: Planes) -> Planes:
    """The same, so that nobody writes into what is shown again."""
    for plane in planes:
        _lock(plane)
    return planes


def _lock(plane: Plane) -> None:
    plane.flags.writeable = False
