"""
How much of each pixel near an edge is the person, by colours that stand nearby (sampling: Wang and Cohen 2007).

Before a busy ground the mean of the ground's colours is none of them. Here some of the nearest sure places of person
and ground are tried in pairs; the pair between which the pixel's colour lies best tells its share.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.float32]
Places = NDArray[np.intp]

_ALIKE = 0.055  # colours, 0 to 1 a channel, that differ less are one
_STEPS = ((0.0, 0.0), (0.045, 0.0), (0.0, 0.06), (0.0, -0.06))
"""From the nearest sure place: how much deeper, and how far along the edge, in heights of the face."""


def share(guide: Plane, sure: NDArray[np.bool_], none: NDArray[np.bool_], face: float) -> tuple[Plane, Plane]:
    """
    The share of the person in each place of a picture (0 to 1 a channel), and how much that says; 0 where all is sure.

    It says nothing where the colour is found both in the person and in the ground.
    """
    whole, trust = np.zeros(sure.shape, np.float32), np.zeros(sure.shape, np.float32)
    unknown = ~(sure | none)
    if not (unknown.any() and sure.any() and none.any()):
        return whole, trust
    at = np.stack(np.nonzero(unknown), -1)
    here = guide[unknown]
    own, other = (_colours(guide, known, at, face) for known in (sure, none))
    whole[unknown], trust[unknown] = _best(here, own, other)
    return whole, trust


def _colours(guide: Plane, known: NDArray[np.bool_], at: Places, face: float) -> list[Plane]:
    """Of each place some colours of known ones near it."""
    nearest = _nearest(known)
    first = nearest[at[:, 0], at[:, 1]]
    way = (first - at).astype(np.float32)
    way /= np.maximum(np.hypot(way[:, 0], way[:, 1]), 1e-3)[:, None]
    along = np.stack([-way[:, 1], way[:, 0]], -1)
    bounds = np.array(known.shape) - 1
    soft = np.asarray(cv2.blur(guide, (3, 3)), np.float32)
    made = []
    for deeper, aside in _STEPS:
        there = np.rint(first + face * (deeper * way + aside * along)).astype(np.intp).clip(0, bounds)
        place = nearest[there[:, 0], there[:, 1]]
        made.append(soft[place[:, 0], place[:, 1]])
    return made


def _nearest(known: NDArray[np.bool_]) -> Places:
    """For each place the row and column of the known one that is nearest to it."""
    _, labels = cv2.distanceTransformWithLabels(
        (~known).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5, labelType=cv2.DIST_LABEL_PIXEL
    )
    places = np.zeros((int(labels.max()) + 1, 2), np.intp)
    rows, columns = np.nonzero(known)
    places[labels[rows, columns]] = np.stack([rows, columns], -1)
    return np.asarray(places[labels])


def _best(here: Plane, own: list[Plane], other: list[Plane]) -> tuple[Plane, Plane]:
    best, found = np.full(len(here), np.inf, np.float32), np.zeros(len(here), np.float32)
    for mine in own:
        for theirs in other:
            axis = mine - theirs
            length = np.maximum(_dot(axis, axis), _ALIKE**2)
            part = np.clip(_dot(here - theirs, axis) / length, 0, 1)
            left = here - theirs - part[:, None] * axis
            # Of pairs that explain it as well, that whose colours are farther apart says more.
            off = _dot(left, left) + np.float32(0.15 * _ALIKE**4) / length
            better = off < best
            best, found = np.where(better, off, best), np.where(better, part, found)
    as_own, as_other = (np.min([_dot(here - one, here - one) for one in side], 0) for side in (own, other))
    apart = 1 - np.exp(-np.maximum(as_own, as_other) / np.float32(2 * _ALIKE**2))
    trust = np.exp(-best / np.float32(2 * _ALIKE**2)) * apart
    return found, np.asarray(trust, np.float32)


def _dot(a: Plane, b: Plane) -> Plane:
    return np.asarray((a * b).sum(-1), np.float32)
