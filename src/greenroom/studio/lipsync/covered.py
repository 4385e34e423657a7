"""
Pictures in which something is before the mouth, a hand or a cup: there its mouth must not be moved.

The landmarks' network sees mouths through hands, as surely as without. So the colours of the lower face at points that
go with it are compared with what they are for the most part of the shot: a mouth that speaks changes some of them, and
always the same ones; what passes before it changes most.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from greenroom.studio.lipsync.stance import spans
from greenroom.studio.photo import mesh
from greenroom.studio.photo.gates import turn_of
from greenroom.studio.photo.networks import Floats, Rgb

Views = NDArray[np.uint8]
"""Pictures x places x (lightness, a, b)."""

_NEAR_NOSE = (164, 167, 393, 2, 98, 327)
_PLACES = tuple(dict.fromkeys((*mesh.CHIN, *mesh.CHEEKS, *_NEAR_NOSE, *mesh.LIP_UP_OUT, *mesh.LIP_LOW_OUT)))
_EYES = 56.0
"""Pixels between the eyes' outer corners at which colours are taken: fine structure would flicker."""
_LEAST_PICTURES = 20
"""Of fewer nobody can tell what is usual."""
_STRANGE, _SPREADS = 13.0, 5.0
"""A place is strange when it is so many levels off, and so many times its own usual change."""
_MOST_STRANGE = 0.14
"""The share of strange places above which something is before the mouth; a head that turns or nods has more of them."""
_TURN_FREE = 0.15
_AROUND = 2
"""Pictures before and after, in which it comes and goes."""


def view(picture: Rgb, points: Floats) -> NDArray[np.uint8]:
    """The colours of the lower face of a picture whose face has these points: at places that go with the face."""
    at = points[list(_PLACES), :2]
    wide = max(1.0, float(np.hypot(*(points[263, :2] - points[33, :2]))))
    height, width = picture.shape[:2]
    left, top = (int(np.clip(v, 0, most - 2)) for v, most in zip(at.min(0) - 4, (width, height), strict=True))
    right, bottom = (int(max(v, least + 2)) for v, least in zip(at.max(0) + 5, (left, top), strict=True))
    part = picture[top:bottom, left:right]
    scale = min(1.0, _EYES / wide)
    size = max(1, round(part.shape[1] * scale)), max(1, round(part.shape[0] * scale))
    small = cv2.blur(cv2.resize(part, size, interpolation=cv2.INTER_AREA), (3, 3))
    there = (at - (left, top) + 0.5) * (size[0] / part.shape[1], size[1] / part.shape[0]) - 0.5
    # The last bits of what places come from differ between machines.
    shown = cv2.remap(
        small, np.round(there, 2).astype(np.float32)[None], None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )  # type: ignore[call-overload]
    return np.asarray(cv2.cvtColor(shown, cv2.COLOR_RGB2LAB)[0], np.uint8)


def covered(views: Views, points: Floats, shots: NDArray[np.int32]) -> NDArray[np.bool_]:
    """
    In which pictures something is before the mouth.

    `points` are those of the face, pictures x 468 x (x, y, z); `shots` tells which shot each is of, -1 for none.
    """
    found = np.zeros(len(views), bool)
    for span in spans(shots):
        if span.stop - span.start >= _LEAST_PICTURES:
            found[span] = _widened(strangeness(views[span]) > _allowed(points[span]))
    return found


def _allowed(points: Floats) -> Floats:
    """The share of strange places that is allowed to each picture of a shot: light changes on a head that turns."""
    turns = np.array([turn_of(one) for one in points])
    aside, down = np.abs(turns - np.median(turns, 0)).T
    return np.asarray(_MOST_STRANGE + 2 * np.maximum(aside - _TURN_FREE, 0) + down)


def strangeness(views: Views) -> Floats:
    """For each picture of a shot the share of its places that do not look as they do for the most part."""
    flat = views.astype(np.float32)
    # The light may change: what all places have in common says nothing.
    flat[..., 0] -= np.median(flat[..., 0], 1, keepdims=True)
    away = np.abs(flat - np.median(flat, 0))
    usual = np.median(away, 0)
    strange = (away > np.maximum(_STRANGE * np.array([1.0, 0.5, 0.5], np.float32), _SPREADS * usual)).any(-1)
    return np.asarray(strange.mean(1), np.float64)


def _widened(found: NDArray[np.bool_]) -> NDArray[np.bool_]:
    kernel = np.ones((2 * _AROUND + 1, 1), np.uint8)
    return np.asarray(cv2.dilate(found[:, None].astype(np.uint8), kernel)[:, 0] > 0)
