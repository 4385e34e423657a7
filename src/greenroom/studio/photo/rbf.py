"""Smooth fields through given values at given points: multiquadric radial basis functions."""

import numpy as np

from greenroom.studio.photo.networks import Floats


def interpolated(at: Floats, values: Floats, where: Floats, *, soft: float, ease: float = 1e-3) -> Floats:
    """
    Values at `where` (n x 2) of fields that have `values` (m x k) at the points `at` (m x 2), nearly.

    `soft` is the length in pixels within which a point's pull is rounded off; `ease` lets a field pass beside values
    that contradict their neighbours.
    """
    low = at.mean(0)
    scale = float(np.abs(at - low).max()) or 1.0
    centres, places = (at - low) / scale, (where - low) / scale
    rounding = (soft / scale) ** 2
    system = -_distances(centres, centres, rounding)
    system[np.diag_indices(len(at))] += ease
    # A constant besides, so that fields do not bend towards zero between points.
    whole = np.block([[system, np.ones((len(at), 1))], [np.ones((1, len(at))), np.zeros((1, 1))]])
    weights = np.linalg.solve(whole, np.vstack([values, np.zeros((1, values.shape[1]))]))
    out = np.empty((len(where), values.shape[1]))
    for start in range(0, len(where), 8192):
        part = slice(start, start + 8192)
        out[part] = -_distances(places[part], centres, rounding) @ weights[:-1] + weights[-1]
    # The last bits of such sums differ between machines; a thousandth of a pixel does not.
    return np.round(out, 3)


def _distances(a: Floats, b: Floats, rounding: float) -> Floats:
    x = a[:, :1].astype(np.float32) - b[:, 0].astype(np.float32)
    y = a[:, 1:].astype(np.float32) - b[:, 1].astype(np.float32)
    return np.sqrt(x * x + y * y + np.float32(rounding)).astype(float)


def unique(points: Floats, least: float) -> list[int]:
    """Which points to keep so that none is nearer to another than `least`; the first of two stays."""
    kept: list[int] = []
    for index, point in enumerate(points):
        if not kept or float(np.hypot(*(points[kept] - point).T).min()) > least:
            kept.append(index)
    return kept
