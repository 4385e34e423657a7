"""
Who speaks in a film: a model of their face at rest, and how it stands and what its mouth does in each picture.

The model has the size at which the face is drawn. Each picture has a plane of its own in which the face is level: all
moves are made there, and only then brought into the picture.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from greenroom.studio.lipsync.stance import Stance, slow, smoothed, stance
from greenroom.studio.lipsync.track import Track
from greenroom.studio.photo import mesh, muscles
from greenroom.studio.photo.gates import turn_of
from greenroom.studio.photo.networks import Floats

_FACE = 640.0  # a larger face is warped by moves at this size
_CLOSED_SHARE = 0.06
_REACH_HEAD, _REACH_MOUTH = 4, 2
_SLOW = 10.0
_FADE = 5
"""Pictures in which the new mouth comes and goes where the film has none that can be used."""
LIPS = tuple(dict.fromkeys((*mesh.LIP_UP_OUT, *mesh.LIP_UP_IN, *mesh.LIP_LOW_OUT, *mesh.LIP_LOW_IN)))
_UPPER = tuple(i for i in LIPS if i in (*mesh.LIP_UP_OUT, *mesh.LIP_UP_IN))
_CHIN = (152, 175, 199, 200, 18, 148, 377, 176, 400)
_FITTED = (*mesh.LIP_LOW_OUT, *mesh.LIP_UP_OUT[1:-1], *_CHIN)
_OWN = ("jaw", "wide", "pucker")


class NoSpeaker(Exception):
    """No picture has a face that can be used."""


@dataclass(frozen=True, slots=True)
class Moment:
    """
    A picture's face, in its level plane. `to_picture` is the 2 x 3 matrix from there into the picture.

    `measured` are all points as they are; `drift` is by how much the lips stand off the model, slowly changing;
    `own` how far jaw, width and pucker of the film's own mouth go; `strength` 0 to 1 how much is to be changed.
    """

    stance: Stance
    to_picture: Floats
    measured: Floats
    drift: Floats
    own: NDArray[np.float32]
    strength: float


class Speaker:
    """The face of a track. Raises NoSpeaker."""

    def __init__(self, track: Track) -> None:
        good = np.flatnonzero(track.usable)
        if not len(good):
            raise NoSpeaker
        points = track.points.astype(float)
        self.model = _model(points, good)
        self.centre = self.model[list(LIPS)].mean(0)
        self._shots = np.where(track.usable, track.shots, -1).astype(np.int32)
        # Stances come of points that were calmed more than those of the mouth, which moves fast.
        calm, quick = smoothed(points, self._shots, _REACH_HEAD), smoothed(points, self._shots, _REACH_MOUTH)
        self._stances = {int(i): stance(self.model, calm[i]) for i in good}
        self._measured = {int(i): self._level(self._stances[int(i)], quick[i]) for i in good}
        self._basis = _basis(self.model)
        self._own, self._drift = self._films_own(len(points), good)
        self._strength = _strengths(track.usable)

    def at(self, number: int) -> Moment | None:
        """The face of a picture; None where there is none to be used."""
        found = self._stances.get(number)
        if found is None or self._strength[number] <= 0:
            return None
        return Moment(
            found,
            self.matrix(found),
            self._measured[number],
            self._drift[number],
            self._own[number].astype(np.float32),
            float(self._strength[number]),
        )

    def placed(self, one: Stance, points: Floats) -> Floats:
        """Points of the model as they stand in a picture, in its level plane (x, y)."""
        return self._level(one, one.placed(points))

    def matrix(self, one: Stance) -> Floats:
        """The 2 x 3 matrix from the level plane of a picture, in which the model is as large as it is, into it."""
        c, s = one.scale * np.cos(one.roll), one.scale * np.sin(one.roll)
        linear = np.array([[c, -s], [s, c]])
        whole = np.column_stack([linear, one.placed(self.centre)[:2] - linear @ self.centre[:2]])
        # The last bits of what it comes from differ between machines.
        return np.round(whole, 6)

    def _level(self, one: Stance, points: Floats) -> Floats:
        matrix = self.matrix(one)
        return np.asarray((points[..., :2] - matrix[:, 2]) @ np.linalg.inv(matrix[:, :2]).T)

    def _films_own(self, count: int, good: NDArray[np.intp]) -> tuple[Floats, Floats]:
        """How far the film's own mouth goes in each picture, and how the lips drift beside that."""
        own, off = np.zeros((count, len(_OWN))), np.zeros((count, 3, 2))
        fit = np.linalg.pinv(np.vstack([_columns(self._basis, _FITTED), 0.02 * self._size * np.eye(len(_OWN))]))
        for i in good.tolist():
            rest = self._measured[i] - self.placed(self._stances[i], self.model)
            known = np.concatenate([rest[list(_FITTED)].ravel(), np.zeros(len(_OWN))])
            own[i] = np.clip(fit @ known, 0, 1.3)
            left = rest - np.tensordot(self._basis, own[i], ((1,), (0,)))
            off[i] = [left[[61, 78]].mean(0), left[[0, 37, 267]].mean(0), left[[291, 308]].mean(0)]
        return smoothed(own, self._shots, _REACH_MOUTH), self._along(slow(off, self._shots, _SLOW))

    @property
    def _size(self) -> float:
        return float(np.sqrt((self._basis[list(_FITTED)] ** 2).sum()))

    def _along(self, off: Floats) -> Floats:
        """Drift of left corner, middle and right corner as that of all points of the lips."""
        x = self.model[list(LIPS), 0]
        at = (x - self.model[61, 0]) / (self.model[291, 0] - self.model[61, 0])
        left, middle, right = np.clip(1 - 2 * at, 0, 1), 1 - np.abs(2 * at - 1), np.clip(2 * at - 1, 0, 1)
        weights = np.stack([left, np.clip(middle, 0, 1), right], 1)
        return np.asarray(np.einsum("pk,nkc->npc", weights / weights.sum(1, keepdims=True), off))


def _model(points: Floats, good: NDArray[np.intp]) -> Floats:
    """The face with lips that are as near to each other as they ever are, level and turned to the camera."""
    turns = [sum(map(abs, turn_of(points[i]))) for i in good]
    base = points[good[int(np.argmin(turns))]]
    ends = base[263, :2] - base[33, :2]
    c, s = ends / np.hypot(*ends)
    level = np.column_stack([base[:, :2] @ np.array([[c, -s], [s, c]]), base[:, 2]])
    level *= min(1.0, _FACE / float(np.hypot(*(level[10, :2] - level[152, :2]))))
    level -= level.min(0) - (0, 0, level[:, 2].min())
    frontal = good[np.array(turns) <= np.quantile(turns, 0.7) + 1e-9]
    backs = np.array([stance(level, points[i]).taken_back(points[i]) for i in frontal])
    gaps = np.array([muscles.anatomy(back).gap for back in backs])
    few = max(min(len(gaps), 5), round(_CLOSED_SHARE * len(gaps)))
    return np.asarray(np.round(backs[np.argsort(gaps, kind="stable")[:few]].mean(0), 3))


def _basis(model: Floats) -> Floats:
    """How each point of the model moves for what the film's own mouth is measured by: 468 x _OWN x (x, y)."""
    which = [muscles.NAMES.index(name) for name in _OWN]
    made = np.zeros((len(model), len(_OWN), 2))
    below = (*mesh.LIP_LOW_OUT, *mesh.LIP_LOW_IN, *mesh.CHIN, *mesh.JAW, *mesh.CHEEKS)
    made[list(below)] = muscles.moves(model, below, True)[:, which]
    made[list(_UPPER)] = muscles.moves(model, _UPPER, False)[:, which]
    return made


def _columns(basis: Floats, which: tuple[int, ...]) -> Floats:
    return np.asarray(basis[list(which)].transpose(0, 2, 1).reshape(-1, basis.shape[1]))


def _strengths(usable: NDArray[np.bool_]) -> Floats:
    """1 where a face can be used, falling to 0 towards pictures in which none can."""
    away = np.full(len(usable), _FADE, float)
    for i in np.flatnonzero(~usable).tolist():
        near = np.arange(max(0, i - _FADE), min(len(usable), i + _FADE + 1))
        away[near] = np.minimum(away[near], np.abs(near - i))
    t = np.clip(away / _FADE, 0, 1)
    return np.asarray(t * t * (3 - 2 * t))
