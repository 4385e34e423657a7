"""Pictures of a face to paint its mouth by: one whose lips nearly meet, and one that shows teeth if any does."""

from dataclasses import dataclass

import cv2
import numpy as np

from greenroom.studio.photo import mesh, muscles
from greenroom.studio.photo.gates import turn_of
from greenroom.studio.photo.networks import Floats, Rgb

_AROUND = 0.25  # of the face's height: what is kept around it
_TEETH_GAP = (0.07, 0.30)
"""Gaps between lips, in mouths at rest, at which teeth fill most of what is seen."""
_TEETH = 0.80
"""How bright the inside of the mouth must be, in parts of the cheeks, to be teeth."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A part of a picture with a face, and the points of the face in it."""

    picture: Rgb
    points: Floats


class References:
    """The best references of all that are offered."""

    def __init__(self) -> None:
        self._closed: tuple[float, Reference] | None = None
        self._teeth: tuple[float, Reference] | None = None

    def offer(self, picture: Rgb, points: Floats) -> None:
        """A picture with a face; it is kept if none before was better."""
        a = muscles.anatomy(points)
        side, down = turn_of(points)
        turned = abs(side) + abs(down)
        price = a.gap / a.mouth + 0.5 * turned
        if self._closed is None or price < self._closed[0] - 1e-9:
            self._closed = price, _cut(picture, points)
        if _TEETH_GAP[0] <= a.gap / a.mouth <= _TEETH_GAP[1]:
            bright = _brightness(picture, points)
            price = turned - bright
            if bright >= _TEETH and (self._teeth is None or price < self._teeth[0] - 1e-9):
                self._teeth = price, _cut(picture, points)

    def best(self) -> tuple[Reference, ...]:
        """None of no face; else the one with closed lips, and the one with teeth if there is one."""
        return tuple(one[1] for one in (self._closed, self._teeth) if one is not None)


def _cut(picture: Rgb, points: Floats) -> Reference:
    low, high = points[:, :2].min(0), points[:, :2].max(0)
    room = _AROUND * float((high - low).max())
    height, width = picture.shape[:2]
    left, top = (max(0, int(v - room)) for v in low)
    right, bottom = min(width, int(high[0] + room)), min(height, int(high[1] + room))
    return Reference(picture[top:bottom, left:right].copy(), points - (left, top, 0))


def _brightness(picture: Rgb, points: Floats) -> float:
    """How bright the inside of the mouth is for the most part, in parts of the cheeks'."""
    ring = np.vstack([mesh.row(points, mesh.LIP_UP_IN), mesh.row(points, mesh.LIP_LOW_IN)[::-1]])
    low, high = np.floor(ring.min(0)).astype(int), np.ceil(ring.max(0)).astype(int) + 1
    low = np.maximum(low, 0)
    part = picture[low[1] : high[1], low[0] : high[0]]
    if not part.size:
        return 0.0
    mask = np.zeros(part.shape[:2], np.uint8)
    cv2.fillPoly(mask, [np.round(ring - low).astype(np.int32)], (1,))
    inside = part[mask > 0].mean(-1)
    cheeks = [picture[int(y), int(x)].mean() for x, y in points[[50, 280, 205, 425], :2] if _within(picture, x, y)]
    if len(inside) < 12 or not cheeks:
        return 0.0
    return float(np.percentile(inside, 60) / max(20.0, float(np.median(cheeks))))


def _within(picture: Rgb, x: float, y: float) -> bool:
    return bool(0 <= x < picture.shape[1] and 0 <= y < picture.shape[0])
