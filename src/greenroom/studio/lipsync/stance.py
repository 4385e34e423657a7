"""How a head stands in a picture: the turn, size and place that carry a model of its face onto the points found."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from greenroom.studio.photo.networks import Floats

# Points that neither speech nor looks move; those near the mouth count for more, for it must stay under the nose.
_WEIGHTS = (
    dict.fromkeys((33, 133, 362, 263, 168, 6, 197, 9, 8, 151, 10, 103, 332, 67, 297, 127, 356), 1.0)
    | dict.fromkeys((195, 5, 4, 1, 117, 346), 2.0)
    | dict.fromkeys((2, 98, 327, 129, 358, 94, 19), 3.0)
)
_STILL = np.array(list(_WEIGHTS))
_WEIGHT = np.array(list(_WEIGHTS.values()))[:, None] / sum(_WEIGHTS.values())


@dataclass(frozen=True, slots=True)
class Stance:
    """A place p of the model is at `scale * turn @ p + shift`, in pixels of a picture and as much in depth."""

    turn: Floats
    scale: float
    shift: Floats

    def placed(self, points: Floats) -> Floats:
        """Points of the model in the picture."""
        return np.asarray(self.scale * points @ self.turn.T + self.shift)

    def taken_back(self, points: Floats) -> Floats:
        """Points of the picture in the model."""
        return np.asarray((points - self.shift) @ self.turn / self.scale)

    @property
    def roll(self) -> float:
        """The turn in the plane of the picture, in radians."""
        return float(np.arctan2(self.turn[1, 0], self.turn[0, 0]))


def stance(model: Floats, points: Floats) -> Stance:
    """The stance that brings a model nearest to points, by least squares (Umeyama 1991)."""
    a, b = model[_STILL], points[_STILL]
    ca, cb = (_WEIGHT * a).sum(0), (_WEIGHT * b).sum(0)
    u, spread, v = np.linalg.svd((b - cb).T @ (_WEIGHT * (a - ca)))
    flip = np.ones(3)
    flip[2] = np.sign(np.linalg.det(u) * np.linalg.det(v)) or 1.0
    turn = u @ np.diag(flip) @ v
    scale = float((spread * flip).sum() / (_WEIGHT * (a - ca) ** 2).sum())
    return Stance(np.asarray(turn), scale, np.asarray(cb - scale * turn @ ca))


def smoothed(values: Floats, shots: NDArray[np.int32], reach: int) -> Floats:
    """
    Rows without the tremble of measuring and without lag: parabolas through `reach` rows to each side.

    Rows of several shots do not meet; a shot of fewer rows is smoothed by what it has.
    """
    flat = values.reshape(len(values), -1).astype(float)
    out = flat.copy()
    for span in spans(shots):
        out[span] = _parabolas(flat[span], reach)
    return out.reshape(values.shape)


def slow(values: Floats, shots: NDArray[np.int32], sigma: float) -> Floats:
    """Rows as they change over many: a mean weighed by a bell of that width, shot by shot."""
    flat = values.reshape(len(values), -1).astype(float)
    out = flat.copy()
    reach = int(3 * sigma)
    bell = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    for span in spans(shots):
        rows = flat[span]
        weight = _convolved(np.ones((len(rows), 1)), bell)
        out[span] = _convolved(rows, bell) / weight
    return out.reshape(values.shape)


def spans(shots: NDArray[np.int32]) -> list[slice]:
    """The rows of each shot, in a row; what is of none is left out."""
    edges = np.flatnonzero(np.diff(shots)) + 1
    bounds = [0, *edges.tolist(), len(shots)]
    return [slice(a, b) for a, b in pairwise(bounds) if b > a and shots[a] >= 0]


def _convolved(rows: Floats, bell: Floats) -> Floats:
    reach = len(bell) // 2
    padded = np.pad(rows, ((reach, reach), (0, 0)))
    return np.asarray(sum(bell[i] * padded[i : i + len(rows)] for i in range(len(bell))))


def _parabolas(rows: Floats, reach: int) -> Floats:
    reach = min(reach, (len(rows) - 1) // 2)
    if reach < 2:
        return rows
    at = np.arange(-reach, reach + 1)
    fit = np.linalg.pinv(np.stack([np.ones(len(at)), at, at**2], 1).astype(float))
    # At both ends the parabola of the first and last whole window goes on.
    inner = np.asarray(sum(fit[0, i] * rows[i : len(rows) - 2 * reach + i] for i in range(len(at))))
    first, last = fit @ rows[: len(at)], fit @ rows[-len(at) :]
    head = [first[0] + first[1] * k + first[2] * k * k for k in range(-reach, 0)]
    tail = [last[0] + last[1] * k + last[2] * k * k for k in range(1, reach + 1)]
    return np.vstack([*head, inner, *tail])
