"""The warp of a face: moves of all its parts for a pose, turned into one map of where each pixel comes from."""

import cv2
import numpy as np
from numpy.typing import NDArray

from greenroom.studio.photo import mesh, muscles, rbf
from greenroom.studio.photo.mouth import Opening, edge_line
from greenroom.studio.photo.networks import Floats
from greenroom.studio.photo.skull import Field
from greenroom.studio.pose import Pose

Plane = NDArray[np.float32]

_COMMON = (*mesh.OVAL_TOP, *mesh.JAW, *mesh.CHEEKS, *mesh.NOSE, *mesh.BROW, *mesh.FOREHEAD, *mesh.LID_ROUND)


class Lips:
    """
    The moves of a face in a picture of some height and width.

    Two fields, one of all that hangs on the upper lip and one of what hangs on the lower, are mixed along the line at
    which the lips part; beside the mouth they agree.
    """

    def __init__(self, points: Floats, size: tuple[int, int]) -> None:
        height, width = size
        self._size = size
        self._a = muscles.anatomy(points)
        self._step = 4 if self._a.mouth < 100 else 6 if self._a.mouth < 160 else 8
        # A node in the middle of each cell, and cells all around: an enlarged field is flat in its outermost half cell.
        columns, rows = -(-width // self._step), -(-height // self._step)
        along = [(np.arange(-1, count + 1) + 0.5) * self._step - 0.5 for count in (columns, rows)]
        x, y = (np.asarray(plane, np.float32) for plane in np.meshgrid(*along))
        self.grid = x, y
        self._nodes = np.stack([x, y], -1)
        self._mouth_row = points[[61, 291], :2]
        upper = tuple(dict.fromkeys((*mesh.LIP_UP_IN, *mesh.LIP_UP_OUT, *_COMMON)))
        lower = tuple(dict.fromkeys((*mesh.LIP_LOW_IN, *mesh.LIP_LOW_OUT, *mesh.CHIN, *_COMMON)))
        self._part = self._face(points)
        self._fields = [self._field(points, which, side) for side, which in enumerate((upper, lower))]
        self._edges = [mesh.row(points, row) for row in (mesh.LIP_UP_IN, mesh.LIP_LOW_IN)]
        self._moves = [
            muscles.moves(points, row, bool(side)) for side, row in enumerate((mesh.LIP_UP_IN, mesh.LIP_LOW_IN))
        ]

    def _face(self, points: Floats) -> tuple[slice, slice]:
        """The nodes that a face's own moves reach."""
        low, high = points[:, :2].min(0), points[:, :2].max(0)
        reach = 0.30 * self._a.face
        rows, columns = self.grid[0].shape
        x0, y0 = (max(0, int(v)) for v in (low - reach) / self._step)
        x1, y1 = (int(v) + 3 for v in (high + np.array([reach, 1.3 * reach])) / self._step)
        return slice(y0, min(rows, y1)), slice(x0, min(columns, x1))

    def _field(self, points: Floats, which: tuple[int, ...], side: int) -> NDArray[np.float32]:
        """The moves at all nodes near the face: NAMES x rows x columns x (x, y)."""
        kept = [which[i] for i in rbf.unique(points[list(which), :2], 0.012 * self._a.mouth)]
        known = muscles.moves(points, tuple(kept), bool(side)).reshape(len(kept), -1)
        pins = self._pins(points)
        at = np.vstack([points[kept, :2], pins])
        values = np.vstack([known, np.zeros((len(pins), known.shape[1]))])
        x, y = (plane[self._part] for plane in self.grid)
        where = np.column_stack([x.ravel(), y.ravel()]).astype(float)
        made = rbf.interpolated(at, values, where, soft=0.035 * self._a.mouth)
        made *= self._fade(points, where)[:, None]
        planes = made.reshape(*x.shape, len(muscles.NAMES), 2)
        return np.ascontiguousarray(planes.transpose(2, 0, 1, 3), np.float32)

    def _pins(self, points: Floats) -> Floats:
        """Places around the face that stay: beyond its outline and on the neck."""
        middle, tall = (points[10, :2] + points[152, :2]) / 2, self._a.face
        turns = np.linspace(0, 2 * np.pi, 28, endpoint=False)
        ring = middle + np.column_stack([np.cos(turns) * 0.74, np.sin(turns) * 0.86]) * tall
        neck = points[152, :2] + np.array([(dx, 0.34) for dx in (-0.4, -0.2, 0.0, 0.2, 0.4)]) * tall
        return np.vstack([ring, neck])

    def _fade(self, points: Floats, where: Floats) -> Floats:
        middle, tall = (points[10, :2] + points[152, :2]) / 2, self._a.face
        away = np.hypot(*((where - middle) / (0.78 * tall, 0.95 * tall)).T)
        t = np.clip((1.0 - away) / 0.25, 0, 1)
        return np.asarray(t * t * (3 - 2 * t))

    def amounts(self, pose: Pose) -> NDArray[np.float32]:
        """How much of each of `muscles.NAMES` a pose asks for."""
        close = 1.0
        if self._a.shows_teeth:
            jaw, wide, upper, press, tuck, _ = pose.mouth
            jaw = jaw * (1 - 0.97 * press)
            # Between phrases a face that smiles in its photograph smiles as it does there; it never speaks so.
            silent = np.clip(1 - 4 * max(jaw, abs(wide), upper, press, tuck), 0, 1)
            smiling = np.clip((pose.smile - 0.36) / 0.24, 0, 1)
            close = 1 - float(silent * smiling * smiling * (3 - 2 * smiling))
        smile = (pose.smile - 0.3) * (0.9 if close == 1 else 0.4)
        return muscles.amounts(pose.mouth, close=close, smile=smile, brow=pose.brow)

    def warped(self, pose: Pose, carried: Field) -> tuple[tuple[Plane, Plane], Opening]:
        """Columns and rows where each pixel comes from, and the lips' opening, for a pose and the head's moves."""
        amounts = self.amounts(pose)
        maps = []
        for field in self._fields:
            moved = carried.copy()
            moved[self._part] += np.tensordot(amounts, field, 1)
            maps.append(self._inverse(moved))
        opening = self._opening(pose, amounts, carried)
        return self._mixed(maps[0], maps[1], opening), opening

    def _inverse(self, moved: Field) -> Field:
        """Where each node comes from, when places move so: found by iteration, to a small part of a pixel."""
        back = self._nodes - moved
        for _ in range(3):
            at = self._cells(back)
            back = self._nodes - cv2.remap(moved, at, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)  # type: ignore[call-overload]
        return np.asarray(back, np.float32)

    def _opening(self, pose: Pose, amounts: NDArray[np.float32], carried: Field) -> Opening:
        upper, lower = (
            edge + np.tensordot(moves, amounts, ((1,), (0,))) + self._at(carried, edge)
            for edge, moves in zip(self._edges, self._moves, strict=True)
        )
        lower = np.column_stack([lower[:, 0], np.maximum(lower[:, 1], upper[:, 1])])
        seam = 0.5 * (self._edges[0] + self._edges[1])
        skull = self._at(carried, seam).mean(0)
        jaw = skull + np.array([0, 0.97 * muscles.JAW * self._a.mouth * float(amounts[0])])
        return Opening(
            upper,
            lower,
            (float(skull[0]), float(skull[1])),
            (float(jaw[0]), float(jaw[1])),
            pose.mouth[5],
            float(amounts[0]),
        )

    def _cells(self, places: Field) -> Field:
        """Places in pixels as places among the nodes."""
        return np.asarray((places + np.float32(0.5)) / np.float32(self._step) + np.float32(0.5), np.float32)

    def _at(self, field: Field, places: Floats) -> Floats:
        """A field's values at some places."""
        at = self._cells(places[None].astype(np.float32))
        return np.asarray(cv2.remap(field, at, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)[0], np.float64)  # type: ignore[call-overload]

    def _mixed(self, upper: Field, lower: Field, o: Opening) -> tuple[Plane, Plane]:
        height, width = self._size
        middle, s = (o.upper + o.lower) / 2, self._step
        x, y = self.grid
        coarse = upper + (lower - upper) * _side(x[0], y[:, :1], middle, 2.0)[..., None]
        whole = [_enlarged(coarse[..., axis], s)[s : s + height, s : s + width] for axis in range(2)]
        # Where the lips part, the two maps meet on a pixel.
        reach = 0.35 * self._a.mouth
        c0, r0 = max(0, int((middle[0, 0] - reach) / s)), max(0, int((middle[:, 1].min() - reach) / s))
        c1 = min(coarse.shape[1] - 2, int((middle[-1, 0] + reach) / s) + 1)
        r1 = min(coarse.shape[0] - 2, int((middle[:, 1].max() + reach) / s) + 1)
        here = slice(r0 * s, r1 * s), slice(c0 * s, c1 * s)
        rows, columns = whole[0][here].shape
        if rows and columns:
            xs = np.arange(c0 * s, c0 * s + columns, dtype=np.float32)
            ys = np.arange(r0 * s, r0 * s + rows, dtype=np.float32)[:, None]
            side = _side(xs, ys, middle, 0.6)
            for axis, plane in enumerate(whole):
                a, b = (_enlarged(one[r0 : r1 + 2, c0 : c1 + 2, axis], s)[s:-s, s:-s] for one in (upper, lower))
                plane[here] = a[:rows, :columns] + (b - a)[:rows, :columns] * side
        return whole[0], whole[1]


def _side(x: NDArray[np.float32], y: NDArray[np.float32], middle: Floats, soft: float) -> NDArray[np.float32]:
    """0 above the line between the lips, 1 below it; beside the mouth the step widens."""
    line = edge_line(middle, x)
    beside = np.maximum(np.maximum(middle[0, 0] - x, x - middle[-1, 0]), 0)
    return np.asarray(np.clip((y - line) / (2 * soft + 0.9 * beside) + 0.5, 0, 1), np.float32)


def _enlarged(coarse: Plane, step: int) -> Plane:
    """One axis of a field at every pixel of its cells: a plane for each is made in half the time of both together."""
    size = coarse.shape[1] * step, coarse.shape[0] * step
    return np.asarray(cv2.resize(np.ascontiguousarray(coarse), size, interpolation=cv2.INTER_LINEAR), np.float32)
