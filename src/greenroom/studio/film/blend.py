"""
Blending: pictures with transparency into the planes of a film's frame.

A picture becomes a Stamp once: its planes, already weighed by its alpha, and how much of what is behind them stays.
Laying a stamp onto a frame is then one product and one sum for each plane. Both work in bands of rows and only between
the first and the last column that is not transparent there: presenters and captions leave most of their box empty.

Brightness and colours are BT.709 in limited range, like the planes themselves; cv2's own conversions are BT.601.
"""

from dataclasses import dataclass
from itertools import count
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from greenroom.studio.avatar import Box, Colors, Layer, Rows
from greenroom.studio.planes import BLACK, NEUTRAL, TO_YUV, Plane, Planes
from greenroom.studio.pose import Picture

BAND = 96
"""Rows that are handled at a time: so many that calls cost little, so few that they stay in the processor's cache."""

_MARGIN, _LOOK_EVERY = 16, 30
_NUMBERS = count(1)
"""Of what bands hold: none is given twice in a process."""


class StampPart(NamedTuple):
    """A part of a stamp's planes."""

    y: Plane
    keep: Plane
    u: Plane
    v: Plane
    keep_half: Plane


@dataclass(frozen=True, slots=True)
class Stamp:
    """
    A picture that is ready to be laid into frames.

    `y`, `u`, `v` are its planes times its alpha, `keep` and `keep_half` 255 less its alpha; `spans` has for each band
    the first column that is seen and the one after the last, both even. What is outside of the spans is not set.
    `made` numbers what is in each band, 0 in fresh memory: the same number is the same content.
    """

    box: Box
    y: Plane
    keep: Plane
    u: Plane
    v: Plane
    keep_half: Plane
    spans: NDArray[np.int32]
    made: NDArray[np.int64]

    @staticmethod
    def size_bytes(box: Box) -> int:
        """How much memory a stamp for a box takes."""
        return _bands(box) * 16 + box.width * box.height * 11 // 4

    @classmethod
    def over(cls, box: Box, memory: "memoryview | bytearray") -> "Stamp":
        """A stamp that lives in given memory of at least `size_bytes`."""
        bytes_ = np.frombuffer(memory, np.uint8)
        bands, full = _bands(box) * 8, box.width * box.height
        half_size = (box.height // 2, box.width // 2)
        edges = np.cumsum([2 * bands, full, full, full // 4, full // 4, full // 4])
        y, keep = (bytes_[a : a + full].reshape(box.height, box.width) for a in edges[:2])
        u, v, keep_half = (bytes_[a : a + full // 4].reshape(half_size) for a in edges[2:5])
        made, spans = bytes_[:bands].view(np.int64), bytes_[bands : 2 * bands].view(np.int32).reshape(-1, 2)
        return cls(box, y, keep, u, v, keep_half, spans, made)

    def part(self, top: int, left: int, height: int, width: int) -> StampPart:
        """What is at some rows and columns; all numbers are even."""
        here = slice(top, top + height), slice(left, left + width)
        half = slice(top // 2, (top + height) // 2), slice(left // 2, (left + width) // 2)
        return StampPart(self.y[here], self.keep[here], self.u[half], self.v[half], self.keep_half[half])

    def copied(self) -> "Stamp":
        """The same in memory of its own."""
        mine = Stamp.over(self.box, bytearray(Stamp.size_bytes(self.box)))
        for name in ("y", "keep", "u", "v", "keep_half", "spans", "made"):
            np.copyto(getattr(mine, name), getattr(self, name))
        return mine

    def alpha(self) -> Plane:
        """How opaque the picture is, in all of its box."""
        whole = np.zeros((self.box.height, self.box.width), np.uint8)
        for band, (left, right) in enumerate(self.spans.tolist()):
            here = slice(band * BAND, (band + 1) * BAND), slice(left, right)
            whole[here] = 255 - self.keep[here]
        return whole


def _bands(box: Box) -> int:
    return -(-box.height // BAND)


class Press:
    """
    Makes stamps of pictures for one box: `stamp` is that of the last one.

    It keeps the memory that takes, and where there was something to be seen. What of a picture is as it was before is
    not converted again, nor copied to where it is already.
    """

    def __init__(self, box: Box, colors: Colors = Colors.RGBA) -> None:
        self.stamp = Stamp.over(box, bytearray(Stamp.size_bytes(box)))
        self._fill = (_FromRgba if colors is Colors.RGBA else _FromYuva)(box.width).fill
        self._spans = np.zeros((_bands(box), 2), np.int32)
        self._pressed = 0

    def press(self, picture: Picture, changed: Rows | None = None) -> Stamp:
        """Make the stamp of a picture as large as the box; rows other than `changed` are those of the last picture."""
        first, last = changed if changed is not None else (0, self.stamp.box.height)
        if self._pressed % _LOOK_EVERY == 0:
            self._spans[:] = 0
        self._pressed += 1
        for top in range(first // BAND * BAND, last, BAND):
            band, rows = top // BAND, picture[top : top + BAND]
            left, right = self.stamp.spans[band] = self._seen(band, rows)
            if left < right:
                self._fill(rows[:, left:right], self.stamp.part(top, left, len(rows), right - left))
            self.stamp.made[band] = next(_NUMBERS)
        return self.stamp

    def copy(self, other: Stamp) -> None:
        """Make another stamp for the box, which only this has been copied to, the same as the last one."""
        mine = self.stamp
        for band in np.flatnonzero(other.made != mine.made).tolist():
            left, right = mine.spans[band].tolist()
            here = band * BAND, left, BAND, right - left
            for theirs, ours in zip(other.part(*here), mine.part(*here), strict=True):
                theirs[:] = ours
            other.spans[band], other.made[band] = mine.spans[band], mine.made[band]

    def _seen(self, band: int, rows: Picture) -> tuple[int, int]:
        """Columns of a band outside of which all is transparent, even numbers; wider than need be for a while."""
        left, right = self._spans[band].tolist()
        flat = rows.reshape(len(rows), -1)
        if left < right and not (cv2.hasNonZero(flat[:, : left * 4]) or cv2.hasNonZero(flat[:, right * 4 :])):
            return left, right
        pairs = np.flatnonzero(np.bitwise_or.reduce(flat.view(np.uint64), axis=0))
        if not len(pairs):
            return 0, 0
        self._spans[band] = (
            max(0, int(pairs[0]) * 2 - _MARGIN),
            min(rows.shape[1], int(pairs[-1]) * 2 + 2 + _MARGIN),
        )
        return int(self._spans[band, 0]), int(self._spans[band, 1])


class _FromYuva:
    """Fills a part of a stamp with what a picture has in its own colours: there is nothing to reckon."""

    def __init__(self, width: int) -> None:
        self._half = np.empty(BAND * width, np.uint8)

    def fill(self, part: Picture, into: StampPart) -> None:
        height, width = into.u.shape
        half = self._half[: height * width * 4].reshape(height, width, 4)
        cv2.resize(part, (width, height), dst=half, interpolation=cv2.INTER_AREA)
        cv2.extractChannel(part, 0, dst=into.y)
        for channel, plane in ((1, into.u), (2, into.v)):
            cv2.extractChannel(half, channel, dst=plane)
        for picture, keep in ((part, into.keep), (half, into.keep_half)):
            cv2.extractChannel(picture, 3, dst=keep)
            cv2.bitwise_not(keep, dst=keep)


class _FromRgba:
    """Fills a part of a stamp with what it is of a picture in red, green and blue."""

    def __init__(self, width: int) -> None:
        self._rgb = np.empty(BAND * width * 3, np.uint8)
        self._out = np.empty(BAND * width * 3, np.uint8)
        self._half = np.empty(BAND * width, np.uint8)

    def fill(self, part: Picture, into: StampPart) -> None:
        self._brightness(part, into)
        self._color(into)

    def _brightness(self, part: Picture, into: StampPart) -> None:
        rgb, out = (self._of(memory, into.y.shape) for memory in (self._rgb, self._out))
        cv2.cvtColor(part, cv2.COLOR_RGBA2RGB, dst=rgb)
        # Three channels to three is the one form of this that is done many pixels at a time. With offsets nothing is
        # below zero; what of them is the ground's is taken away again.
        cv2.transform(rgb, TO_YUV, dst=out)
        cv2.extractChannel(out, 0, dst=into.y)
        cv2.extractChannel(part, 3, dst=into.keep)
        cv2.bitwise_not(into.keep, dst=into.keep)
        cv2.addWeighted(into.y, 1, into.keep, -BLACK / 255, 0, dst=into.y)

    def _color(self, into: StampPart) -> None:
        height, width = into.u.shape
        planes, half = self._of(self._out, into.y.shape), self._of(self._half, into.u.shape)
        cv2.resize(into.keep, (width, height), dst=into.keep_half, interpolation=cv2.INTER_AREA)
        cv2.resize(planes, (width, height), dst=half, interpolation=cv2.INTER_AREA)
        for channel, plane in enumerate((into.u, into.v), 1):
            cv2.extractChannel(half, channel, dst=plane)
            cv2.addWeighted(plane, 1, into.keep_half, -NEUTRAL / 255, 0, dst=plane)

    @staticmethod
    def _of(memory: Plane, size: tuple[int, ...]) -> Picture:
        return memory[: size[0] * size[1] * 3].reshape(*size, 3)


def stamp_of(layer: Layer) -> Stamp:
    """The stamp of a layer, in memory of its own."""
    return Press(layer.box).press(np.ascontiguousarray(layer.picture))


class Layers:
    """Lays stamps into frames; keeps the memory that takes."""

    def __init__(self, width: int) -> None:
        self._scratch = np.empty(BAND * width, np.uint8)

    def lay(self, stamp: Stamp, planes: Planes, rows: Rows | None = None) -> None:
        """Lay a stamp into planes, over what is there; into some of their rows, both even, if they are told."""
        for top, bottom, left, right in _parts(stamp, rows):
            self._over(planes.y, stamp.y, stamp.keep, stamp.box, (top, bottom, left, right), 1)
            half = (top // 2, bottom // 2, left // 2, right // 2)
            self._over(planes.u, stamp.u, stamp.keep_half, stamp.box, half, 2)
            self._over(planes.v, stamp.v, stamp.keep_half, stamp.box, half, 2)

    def cover(self, stamp: Stamp, alpha: Plane, rows: Rows | None = None) -> None:
        """Make a plane of alpha as opaque as a stamp makes it; its colours are laid into planes by `lay`."""
        for top, bottom, left, right in _parts(stamp, rows):
            here = _place(stamp.box, (top, bottom, left, right), 1)
            keep = stamp.keep[top:bottom, left:right]
            scratch = self._lend(keep)
            # What stays transparent is what both leave.
            cv2.bitwise_not(alpha[here], dst=scratch)
            cv2.multiply(scratch, keep, dst=scratch, scale=1 / 255)
            alpha[here] = cv2.bitwise_not(scratch, dst=scratch)

    def _over(
        self, plane: Plane, color: Plane, keep: Plane, box: Box, part: tuple[int, int, int, int], step: int
    ) -> None:
        top, bottom, left, right = part
        there = plane[_place(box, part, step)]
        scratch = self._lend(there)
        cv2.multiply(there, keep[top:bottom, left:right], dst=scratch, scale=1 / 255)
        cv2.add(scratch, color[top:bottom, left:right], dst=there)

    def _lend(self, like: Plane) -> Plane:
        height, width = like.shape
        return self._scratch[: height * width].reshape(height, width)


def _parts(stamp: Stamp, rows: Rows | None) -> list[tuple[int, int, int, int]]:
    """Top, bottom, left and right in the box of what is seen, band by band; of some rows of the frame, if told."""
    first, last = (0, stamp.box.height) if rows is None else (row - stamp.box.top for row in rows)
    parts = (
        (max(first, band * BAND), min(last, stamp.box.height, (band + 1) * BAND), left, right)
        for band, (left, right) in enumerate(stamp.spans.tolist())
    )
    return [(top, bottom, left, right) for top, bottom, left, right in parts if top < bottom and left < right]


def _place(box: Box, part: tuple[int, int, int, int], step: int) -> tuple[slice, slice]:
    top, bottom, left, right = part
    x, y = box.left // step, box.top // step
    return slice(y + top, y + bottom), slice(x + left, x + right)
