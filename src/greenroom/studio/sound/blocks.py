"""Sound in blocks of a second: its types, and streams of pieces cut anew into blocks."""

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

RATE = 48_000
BLOCK = RATE
"""Frames of a block: enough for transforms to be cheap, little enough that a film of any length takes no memory."""

Stereo = NDArray[np.float32]
"""Frames of two samples from -1 to 1, left and right: n rows, 2 columns."""
Channels = NDArray[np.float32]
"""The same sound turned: a row for each channel, as transforms like it."""


def frames_of(duration_s: float) -> int:
    """How many frames there are in a time."""
    return max(0, round(duration_s * RATE))


def cut(pieces: Iterable[Channels], frames: int, channels: int) -> Iterator[Channels]:
    """Pieces of any length as blocks: so many frames in all, silence where the pieces end too early."""
    left = frames
    held: list[Channels] = []
    size = 0
    for piece in pieces:
        held.append(piece)
        size += piece.shape[1]
        while left and size >= min(BLOCK, left):
            whole = np.concatenate(held, 1)
            block = min(BLOCK, left)
            yield np.ascontiguousarray(whole[:, :block])
            held, size, left = [whole[:, block:]], whole.shape[1] - block, left - block
        if not left:
            return
    rest = np.concatenate([*held, np.zeros((channels, left - size), np.float32)], 1)
    yield from (np.ascontiguousarray(rest[:, start : start + BLOCK]) for start in range(0, left, BLOCK))
