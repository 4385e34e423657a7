"""
How each point of a face moves for each thing a mouth or brow can do, in pixels: the bases of all warps.

Amounts are in lengths of a mouth at rest, which a smile does not lengthen: it is taken from the distance of the eyes.
Upper and lower lip have a field each; they meet in the corners of the mouth.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from greenroom.studio.photo import mesh
from greenroom.studio.photo.networks import Floats

NAMES = ("jaw", "wide", "pucker", "upper", "close", "tuck", "smile", "brow")

_REST = 0.56  # a mouth at rest in distances of the outer corners of the eyes
JAW = 0.30
"""How far a jaw opens, in lengths of a mouth at rest."""
_CORNER = 0.24  # how much of the jaw's way the corners of the mouth go


@dataclass(frozen=True, slots=True)
class Anatomy:
    """Lengths of a face in pixels: a mouth at rest, the gap between its lips as photographed, forehead to chin."""

    mouth: float
    gap: float
    face: float
    centre: Floats
    half: float
    """Half the width of the mouth as photographed."""

    @property
    def shows_teeth(self) -> bool:
        """Whether the mouth is open enough in the photograph to show what is in it."""
        return self.gap > 0.06 * self.mouth


def anatomy(points: Floats) -> Anatomy:
    """The lengths of a face with these points."""
    rest = _REST * float(np.hypot(*(points[263, :2] - points[33, :2])))
    gap = np.maximum(points[list(mesh.LIP_LOW_IN), 1] - points[list(mesh.LIP_UP_IN), 1], 0)
    half = float(np.hypot(*(points[291, :2] - points[61, :2]))) / 2
    face = float(np.hypot(*(points[10, :2] - points[152, :2])))
    return Anatomy(rest, float(gap.max()), face, (points[61, :2] + points[291, :2]) / 2, half)


def amounts(
    mouth: tuple[float, ...], *, close: float = 1.0, smile: float = 0.0, brow: float = 0.0
) -> NDArray[np.float32]:
    """How much of each of NAMES a mouth, with the channels of `speech.Mouth`, asks for."""
    jaw, wide, upper, press, tuck, _ = mouth
    values = {
        "jaw": jaw * (1 - 0.97 * press),
        "wide": max(0.0, wide),
        "pucker": max(0.0, -wide),
        "upper": upper * (1 - press),
        "close": close,
        "tuck": tuck,
        "smile": smile,
        "brow": brow,
    }
    return np.array([values[name] for name in NAMES], np.float32)


def moves(points: Floats, which: tuple[int, ...], lower: bool) -> Floats:
    """
    Moves of some points as members of the upper or the lower side: points x NAMES x (x, y).

    Lips of the other side have no moves of their own here and must not be asked for, but for their corners.
    """
    a = anatomy(points)
    at = points[list(which), :2]
    part = _Parts(points, np.array(which), at, a, lower)
    made = {name: np.zeros_like(at) for name in NAMES}
    _lips(part, made)
    _skin(part, made)
    return np.stack([made[name] for name in NAMES], 1)


def seam(points: Floats) -> Floats:
    """Where the lips meet when they close: nearer to the lower lip, which does more of the way."""
    upper, lower = mesh.row(points, mesh.LIP_UP_IN), mesh.row(points, mesh.LIP_LOW_IN)
    return np.asarray(0.6 * upper + 0.4 * lower)


def _ramp(low: float, high: float, x: Floats) -> Floats:
    t = np.clip((x - low) / (high - low), 0, 1)
    return np.asarray(t * t * (3 - 2 * t))


class _Parts:
    """What moves are computed from: which points are lips, and where all of them are in measures of the face."""

    def __init__(
        self, points: Floats, which: "np.ndarray[tuple[int], np.dtype[np.int64]]", at: Floats, a: Anatomy, lower: bool
    ) -> None:
        self.points, self.at, self.a, self.lower = points, at, a, lower
        self.corner = np.isin(which, mesh.CORNERS)
        inner = mesh.LIP_LOW_IN if lower else mesh.LIP_UP_IN
        outer = mesh.LIP_LOW_OUT if lower else mesh.LIP_UP_OUT
        self.inner = np.isin(which, inner) & ~self.corner
        self.outer = np.isin(which, outer) & ~self.corner
        self.lip = self.inner | self.outer | self.corner
        # Sidewards along the lips, -1 to 1 from corner to corner; inner edges end in corners of their own.
        inside = float(points[308, 0] - points[78, 0]) / 2
        along = (at[:, 0] - a.centre[0]) / np.where(self.inner, inside, a.half)
        self.t = np.where(self.corner, np.sign(along), np.clip(along, -1, 1))
        self.arch = 1 - np.abs(self.t) ** 2.4
        self.brow = np.isin(which, mesh.BROW)
        self.lid = np.isin(which, mesh.LID_ROUND)
        self.soft = np.isin(which, (*mesh.CHEEKS, *mesh.CHIN, *mesh.JAW)) & ~self.lip
        self.nose = np.isin(which, mesh.NOSE)
        # Sidewards in half widths of the face; down from the mouth to the chin.
        self.u = (at[:, 0] - a.centre[0]) / (np.abs(points[454, 0] - points[234, 0]) / 2)
        self.v = (at[:, 1] - a.centre[1]) / max(1.0, float(points[152, 1] - a.centre[1]))


def _lips(p: _Parts, made: dict[str, Floats]) -> None:
    m, t, arch, lip = p.a.mouth, p.t, p.arch, p.lip
    jaw = JAW * m
    way = _CORNER + (0.98 - _CORNER) * arch if p.lower else _CORNER * (1 - arch) - 0.05 * arch
    made["jaw"][lip] = np.column_stack([-0.055 * m * t * np.abs(t), jaw * way])[lip]
    made["wide"][lip] = np.column_stack([0.085 * m * t, -0.015 * m * np.abs(t)])[lip]
    # Rounded lips are thicker, and stand apart in the middle.
    thick = (0.03 * (1 - 0.6 * np.abs(t)) * p.outer + 0.022 * arch * ~p.corner) * (1.2 if p.lower else -1.0) * m
    made["pucker"][lip] = np.column_stack([-0.24 * p.a.half * t, thick])[lip]
    lifted = 0.06 * m
    made["smile"][lip] = np.column_stack([lifted * t, -lifted * np.abs(t) ** 1.5])[lip]
    moving = lip & ~p.corner
    if p.lower:
        made["tuck"][moving, 1] = (-0.075 * m * arch * np.where(p.inner, 1.0, 0.8))[moving]
    else:
        made["upper"][moving, 1] = (-0.055 * m * arch)[moving]
        made["tuck"][moving, 1] = (-0.03 * m * arch)[moving]
    _closing(p, made["close"])


def _closing(p: _Parts, close: Floats) -> None:
    """Lips that are apart in the photograph go to where they meet; what is around them goes along in part."""
    meet, row = seam(p.points), mesh.row(p.points, mesh.LIP_LOW_IN if p.lower else mesh.LIP_UP_IN)
    order = np.argsort(row[:, 0])
    way = np.interp(p.at[:, 0], row[order, 0], (meet - row)[order, 1])
    moving = p.inner | p.outer
    close[moving, 1] = (way * np.where(p.inner, 1.0, 0.75))[moving]
    # A mouth that smiles with its teeth is wider than one that speaks: its corners come in by a part of that.
    spare = max(0.0, p.a.half * 2 - 1.06 * p.a.mouth)
    if p.a.shows_teeth:
        close[p.lip, 0] = (-0.16 * spare * p.t)[p.lip]
        close[p.corner, 1] = 0.10 * spare


def _skin(p: _Parts, made: dict[str, Floats]) -> None:
    m, u, v = p.a.mouth, np.abs(p.u), p.v
    side = np.sign(p.u)
    jaw, soft = JAW * m, p.soft
    chin = (0.98 - 0.10 * np.clip(v, 0, 1)) * (1 - _ramp(0.18, 0.98, u)) * _ramp(0.04, 0.42, v)
    cheek = 0.30 * _ramp(-0.75, 0.6, v) * (1 - _ramp(0.42, 1.0, u)) * (1 - _ramp(0.04, 0.42, v))
    made["jaw"][soft] = np.column_stack([-0.03 * m * side * cheek, jaw * (chin + cheek)])[soft]
    near = np.exp(-(((u - 0.42) / 0.26) ** 2) - ((v - 0.02) / 0.55) ** 2)
    made["wide"][soft, 0] = (0.05 * m * side * near)[soft]
    made["pucker"][soft, 0] = (-0.07 * m * side * near)[soft]
    apple = np.exp(-(((u - 0.55) / 0.3) ** 2) - ((v + 0.55) / 0.6) ** 2)
    made["smile"][soft] = np.column_stack([0.035 * m * side * near, -0.035 * m * (apple + near)])[soft]
    made["smile"][p.lid & (v < 0), 1] = -0.006 * m
    chin_only = _ramp(0.25, 0.6, v) * (1 - _ramp(0.2, 0.9, u))
    made["tuck"][soft, 1] = (-0.03 * m * chin_only)[soft]
    if p.a.shows_teeth:
        made["close"][soft, 1] = (-0.14 * p.a.gap * (chin_only))[soft]
    made["pucker"][soft, 1] += (-0.012 * m * chin_only)[soft]
    made["brow"][p.brow, 1] = -0.075 * m
    made["brow"][p.lid, 1] = -0.012 * m
