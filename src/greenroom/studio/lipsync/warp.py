"""
The warp of one picture: from the mouth that the film has to the one that is wanted.

For each place of the new picture a field says from where in the old one it comes. It is known at points of the face,
smooth between them, and nothing beyond the lower face. Lips have a field each, which meet where the lips part; since
each begins at what is measured, the film's own speech is cancelled and not added to.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from greenroom.studio.lipsync.speaker import LIPS, Moment, Speaker
from greenroom.studio.photo import mesh, muscles, rbf
from greenroom.studio.photo.mouth import Opening, edge_line
from greenroom.studio.photo.networks import Floats

Field = NDArray[np.float32]

_STILL = (*mesh.NOSE, *mesh.LID_ROUND[9:16], *mesh.LID_ROUND[25:], 127, 356, 234, 454)
_SKIN = tuple(dict.fromkeys((*mesh.CHIN, *mesh.CHEEKS, *mesh.JAW[2:-2])))
_SPARSE = 0.13
"""In lengths of a mouth: how near points of the skin may be to each other."""
_OWN = tuple(muscles.NAMES.index(name) for name in ("jaw", "wide", "pucker"))
_SIDES = ((*mesh.LIP_UP_OUT, *mesh.LIP_UP_IN), (*mesh.LIP_LOW_OUT, *mesh.LIP_LOW_IN))


@dataclass(frozen=True, slots=True)
class Warped:
    """In the level plane of a picture: from where each pixel of a part comes (dx, dy), and the new mouth's opening."""

    away: Field
    left: int
    top: int
    opening: Opening


class Warp:
    """The warps of a speaker's face."""

    def __init__(self, speaker: Speaker) -> None:
        self._speaker = speaker
        model = speaker.model
        self.a = muscles.anatomy(model)
        self._step = 4 if self.a.mouth < 50 else 6 if self.a.mouth < 80 else 8
        wide, tall = float(model[454, 0] - model[234, 0]), self.a.face
        x, y = speaker.centre[:2]
        self.left, self.top = int(x - 0.64 * wide), int(y - 0.42 * tall)
        self._columns = -(-int(1.28 * wide) // self._step)
        self._rows = -(-int(0.94 * tall) // self._step)
        along = [(np.arange(-1, n + 1) + 0.5) * self._step - 0.5 for n in (self._columns, self._rows)]
        self._x, self._y = along[0] + self.left, along[1] + self.top
        nodes = np.stack(np.meshgrid(self._x, self._y), -1)
        self._nodes = nodes.reshape(-1, 2)
        self._fade = _fade(nodes, (self.left, self.top), self.size).astype(np.float32)
        self._moves = _moves(model)
        still = list(dict.fromkeys(_STILL))
        self._still = [still[i] for i in rbf.unique(model[still, :2], _SPARSE * self.a.mouth)]
        self._kept = [self._spread(side) for side in _SIDES]
        self._seam = muscles.seam(model)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the part of the level plane that is warped."""
        return self._columns * self._step, self._rows * self._step

    def made(self, moment: Moment, mouth: tuple[float, ...]) -> Warped:
        """The warp of a picture to a mouth with the channels of `speech.Mouth`."""
        amounts = muscles.amounts(mouth)
        wanted = self._wanted(moment, amounts)
        part = moment.strength
        wanted = moment.measured + part * (wanted - moment.measured)
        opening = self._opening(moment, wanted, amounts, mouth[5])
        skin = moment.measured + part * np.tensordot(self._moves, self._change(moment, amounts), ((1,), (0,)))
        fields = [self._field(moment, wanted, skin, side) for side in range(2)]
        away = self._mixed(fields[0], fields[1], (opening.upper + opening.lower) / 2)
        return Warped(away, self.left, self.top, opening)

    def _wanted(self, moment: Moment, amounts: NDArray[np.float32]) -> Floats:
        """Where all points of the lips are to be, in the level plane; other points are as the model has them."""
        model = self._speaker.model.copy()
        model[:, :2] += np.tensordot(self._moves, amounts, ((1,), (0,)))
        placed = self._speaker.placed(moment.stance, model)
        placed[list(LIPS)] += moment.drift
        return placed

    def _change(self, moment: Moment, amounts: NDArray[np.float32]) -> NDArray[np.float32]:
        """How much of each move is to be added to what the film's own mouth does, for the skin around it."""
        change = amounts.copy()
        change[list(_OWN)] -= moment.own
        return change

    def _field(self, moment: Moment, wanted: Floats, skin: Floats, side: int) -> Field:
        """How far each node is to look away from itself, by what is known at points of one lip and of the skin."""
        lips, others = self._kept[side]
        at = np.vstack([wanted[lips], skin[others], moment.measured[self._still], self._pins(moment)])
        away = np.zeros_like(at)
        away[: len(lips)] = moment.measured[lips] - wanted[lips]
        away[len(lips) : len(lips) + len(others)] = (moment.measured - skin)[others]
        made = rbf.interpolated(at, away, self._nodes, soft=0.035 * self.a.mouth)
        field = made.reshape(len(self._y), len(self._x), 2).astype(np.float32)
        return np.asarray(field * self._fade[..., None], np.float32)

    def _pins(self, moment: Moment) -> Floats:
        """Places around the lower face that stay: beyond its outline, and on the neck."""
        points, tall = moment.measured, self.a.face
        middle = (points[10] + points[152]) / 2
        turns = np.linspace(-0.1, np.pi + 0.1, 13)
        ring = middle + np.column_stack([np.cos(turns) * 0.66, np.sin(turns) * 0.82]) * tall
        neck = points[152] + np.array([(dx, 0.30) for dx in (-0.3, -0.15, 0.0, 0.15, 0.3)]) * tall
        return np.vstack([ring, neck])

    def _spread(self, side: tuple[int, ...]) -> tuple[list[int], list[int]]:
        """Points of a lip, and of the skin around it, so that none are too near to each other."""
        flat, near = self._speaker.model[:, :2], 0.012 * self.a.mouth
        lips = list(dict.fromkeys(side))
        lips = [lips[i] for i in rbf.unique(flat[lips], near)]
        skin = [i for i in _SKIN if i not in LIPS]
        return lips, [skin[i] for i in rbf.unique(flat[skin], _SPARSE * self.a.mouth)]

    def _opening(self, moment: Moment, wanted: Floats, amounts: NDArray[np.float32], tongue: float) -> Opening:
        upper, lower = wanted[list(mesh.LIP_UP_IN)], wanted[list(mesh.LIP_LOW_IN)]
        lower = np.column_stack([lower[:, 0], np.maximum(lower[:, 1], upper[:, 1])])
        model = np.column_stack([self._seam, self._speaker.model[list(mesh.LIP_LOW_IN), 2]])
        skull = self._speaker.placed(moment.stance, model).mean(0) - self._seam.mean(0)
        skull = skull + moment.drift.mean(0)
        jaw = skull + np.array([0, 0.97 * muscles.JAW * self.a.mouth * float(amounts[0])])
        there, below = (float(skull[0]), float(skull[1])), (float(jaw[0]), float(jaw[1]))
        return Opening(upper, lower, there, below, tongue, float(amounts[0]))

    def _mixed(self, upper: Field, lower: Field, middle: Floats) -> Field:
        width, height = self.size
        s = self._step
        size = (upper.shape[1] * s, upper.shape[0] * s)
        a, b = (
            np.asarray(cv2.resize(one, size, interpolation=cv2.INTER_LINEAR), np.float32)[s : s + height, s : s + width]
            for one in (upper, lower)
        )
        xs = np.arange(self.left, self.left + width, dtype=np.float32)
        ys = np.arange(self.top, self.top + height, dtype=np.float32)[:, None]
        line = edge_line(middle, xs)
        beside = np.maximum(np.maximum(middle[0, 0] - xs, xs - middle[-1, 0]), 0)
        share = np.clip((ys - line) / (1.2 + 0.9 * beside) + 0.5, 0, 1)[..., None]
        return np.asarray(a + (b - a) * share, np.float32)


def _moves(model: Floats) -> Floats:
    """How each point of the face moves: 468 x `muscles.NAMES` x (x, y)."""
    below = (*_SIDES[1], *_SKIN)
    made = np.zeros((len(model), len(muscles.NAMES), 2))
    made[list(below)] = muscles.moves(model, below, True)
    made[list(_SIDES[0])] = muscles.moves(model, _SIDES[0], False)
    return made


def _fade(nodes: Floats, corner: tuple[int, int], size: tuple[int, int]) -> Floats:
    """1 in the middle of the part, 0 at its edges."""
    inside = (nodes - corner) / size
    edge = np.minimum(np.minimum(inside, 1 - inside).min(-1) / 0.12, 1)
    t = np.clip((edge - 0.08) / 0.92, 0, 1)
    return np.asarray(t * t * (3 - 2 * t))
