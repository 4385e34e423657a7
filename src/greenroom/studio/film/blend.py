"""
Blending: pictures with transparency into the planes of a film's frame.

A picture becomes a Stamp once: its planes, already weighed by its alpha, and how much of what is behind them stays.
Laying a stamp onto a frame is then one product and one sum for each plane. Both work in bands of rows and only between
the first and the last column that is not transparent there: presenters and captions leave most of their box empty.

Brightness and colours are BT.709 in limited range, like the planes themselves; cv2's own conversions are BT.601.
"""

import math
from dataclasses import dataclass
from itertools import count
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from greenroom.studio.avatar import Area, Box, Colors, Layer, Rows
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
    def fresh(cls, box: Box) -> "Stamp":
        """A stamp for a box in memory of its own."""
        return cls.over(box, bytearray(cls.size_bytes(box)))

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
        mine = Stamp.fresh(self.box)
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
    Makes stamps of pictures for one box.

    It remembers where there was something to be seen. What of a picture is as it was before is not converted again,
    nor copied to where it is already.
    """

    def __init__(self, box: Box, colors: Colors = Colors.RGBA) -> None:
        self._whole = Area(0, 0, box.width, box.height)
        self._fill = (_FromRgba if colors is Colors.RGBA else _FromYuva)(box.width).fill
        self._spans = np.zeros((_bands(box), 2), np.int32)
        self._last: Stamp | None = None
        self._pressed = 0

    def press(self, picture: Picture, into: Stamp, changed: Area | None = None) -> Stamp:
        """
        Make a stamp that of a picture as large as the box, which outside of `changed` is the same as the last one.

        `into` is fresh or was made by this; the stamp that was made last is still what it was then.
        """
        if changed is None or self._last is None:
            changed = self._whole
        if self._pressed % _LOOK_EVERY == 0:
            self._spans[:] = 0
        self._pressed += 1
        for band, top in enumerate(range(0, self._whole.bottom, BAND)):
            if changed.top < top + BAND and top < changed.bottom:
                rows = picture[top : top + BAND]
                left, right = into.spans[band] = self._seen(band, rows, changed)
                if left < right:
                    self._fill(rows[:, left:right], into.part(top, left, len(rows), right - left))
                into.made[band] = next(_NUMBERS)
            elif self._last is not None and into.made[band] != self._last.made[band]:
                _copy(band, self._last, into)
        self._last = into
        return into

    def _seen(self, band: int, rows: Picture, changed: Area) -> tuple[int, int]:
        """Columns of a band outside of which all is transparent, even numbers; wider than need be for a while."""
        left, right = self._spans[band].tolist()
        if left < right and _clear(rows, (changed.left, left), (right, changed.right)):
            return left, right
        pairs = np.flatnonzero(np.bitwise_or.reduce(rows.reshape(len(rows), -1).view(np.uint64), axis=0))
        if not len(pairs):
            return 0, 0
        self._spans[band] = (
            max(0, int(pairs[0]) * 2 - _MARGIN),
            min(rows.shape[1], int(pairs[-1]) * 2 + 2 + _MARGIN),
        )
        return int(self._spans[band, 0]), int(self._spans[band, 1])


def _clear(rows: Picture, *columns: tuple[int, int]) -> bool:
    """Whether there is nothing to be seen from some columns to before others."""
    flat = rows.reshape(len(rows), -1)
    return not any(first < end and cv2.hasNonZero(flat[:, first * 4 : end * 4]) for first, end in columns)


def _copy(band: int, one: Stamp, other: Stamp) -> None:
    left, right = one.spans[band].tolist()
    here = band * BAND, left, BAND, right - left
    for theirs, ours in zip(other.part(*here), one.part(*here), strict=True):
        np.copyto(theirs, ours)
    other.spans[band], other.made[band] = one.spans[band], one.made[band]


# All channels of a picture are taken apart at once, even those that nobody wants: it costs half of what one alone does.


class _FromYuva:
    """Fills a part of a stamp with what a picture has in its own colours: there is nothing to reckon."""

    def __init__(self, width: int) -> None:
        self._colors = np.empty((2, BAND * width), np.uint8)

    def fill(self, part: Picture, into: StampPart) -> None:
        u, v = (_of(memory, into.y.shape) for memory in self._colors)
        cv2.split(part, [into.y, u, v, into.keep])
        for plane, half in ((u, into.u), (v, into.v), (into.keep, into.keep_half)):
            _halve(plane, half)
        for keep in (into.keep, into.keep_half):
            cv2.bitwise_not(keep, dst=keep)


class _FromRgba:
    """Fills a part of a stamp with what it is of a picture in red, green and blue."""

    def __init__(self, width: int) -> None:
        self._rgb = np.empty(BAND * width * 3, np.uint8)
        self._out = np.empty(BAND * width * 3, np.uint8)
        self._colors = np.empty((3, BAND * width), np.uint8)

    def fill(self, part: Picture, into: StampPart) -> None:
        rgb, out = (_of(memory, (*into.y.shape, 3)) for memory in (self._rgb, self._out))
        u, v, unused = (_of(memory, into.y.shape) for memory in self._colors)
        cv2.split(part, [unused, u, v, into.keep])
        cv2.bitwise_not(into.keep, dst=into.keep)
        _halve(into.keep, into.keep_half)
        cv2.cvtColor(part, cv2.COLOR_RGBA2RGB, dst=rgb)
        # Three channels to three is the one form of this that is done many pixels at a time. With offsets nothing is
        # below zero; what of them is the ground's is taken away again.
        cv2.transform(rgb, TO_YUV, dst=out)
        cv2.split(out, [into.y, u, v])
        cv2.addWeighted(into.y, 1, into.keep, -BLACK / 255, 0, dst=into.y)
        for plane, half in ((u, into.u), (v, into.v)):
            _halve(plane, half)
            cv2.addWeighted(half, 1, into.keep_half, -NEUTRAL / 255, 0, dst=half)


def _of(memory: Plane, shape: tuple[int, ...]) -> Picture:
    """The beginning of some memory, as an array of a shape."""
    return memory[: math.prod(shape)].reshape(shape)


def _halve(plane: Plane, half: Plane) -> None:
    cv2.resize(plane, half.shape[::-1], dst=half, interpolation=cv2.INTER_AREA)


def stamp_of(layer: Layer) -> Stamp:
    """The stamp of a layer, in memory of its own."""
    return Press(layer.box).press(np.ascontiguousarray(layer.picture), Stamp.fresh(layer.box))


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
