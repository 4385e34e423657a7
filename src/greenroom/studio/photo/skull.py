"""How a head moves as a whole: the weight with which each place follows it, and how deep each place lies."""

import cv2
import numpy as np
from numpy.typing import NDArray

from greenroom.studio.photo import rbf
from greenroom.studio.photo.networks import Floats

Field = NDArray[np.float32]
"""Rows x columns x (x, y), in pixels, at the nodes of a grid."""


class Skull:
    """
    The head's own moves over a grid of nodes, as a sum of fields.

    Turn and nod shift places by their depth (parallax), tilt turns them about the neck. Shoulders stay where they are:
    the weight falls to nothing between chin and collar, and beside the neck.
    """

    def __init__(self, points: Floats, x: Field, y: Field) -> None:
        self._tall = float(np.hypot(*(points[10, :2] - points[152, :2])))
        wide = float(abs(points[454, 0] - points[234, 0]))
        chin = points[152, :2]
        self._pivot = (float(points[[234, 454], 0].mean()), float(chin[1] + 0.28 * self._tall))
        weight = _weight(points, x, y, self._tall, wide)
        depth = _depth(points, x, y, self._tall) * weight
        one = np.stack([weight, weight], -1)
        arm = np.stack([x - self._pivot[0], y - self._pivot[1]], -1) * one
        none = np.zeros_like(weight)
        self._fields = np.stack(
            [
                np.stack([depth, none], -1),
                np.stack([none, depth], -1),
                np.stack([-arm[..., 1], arm[..., 0]], -1),
                arm,
                np.stack([none, weight], -1),
            ]
        ).astype(np.float32)

    def moved(self, turn: float, nod: float, tilt: float, breath: float) -> Field:
        """The moves of all nodes for a head's angles in radians and a breath of -1 to 1."""
        # A photograph is flat: past these angles its parallax shows that. What is fast is small: hair has to follow.
        turn, nod = _soft(turn * 0.66, 0.12), _soft(nod * 0.45, 0.075)
        tilt = _soft(tilt * 0.52, 0.08)
        amounts = [np.sin(turn), np.sin(nod), np.sin(tilt), np.cos(tilt) - 1, -0.003 * self._tall * breath]
        return np.asarray(np.tensordot(np.array(amounts, np.float32), self._fields, 1), np.float32)


def _soft(value: float, most: float) -> float:
    return float(most * np.tanh(value / most))


def _ramp(low: float, high: float, x: Field) -> Field:
    t = np.clip((x - low) / (high - low), 0, 1)
    return np.asarray(t * t * (3 - 2 * t), np.float32)


def _weight(points: Floats, x: Field, y: Field, tall: float, wide: float) -> Field:
    chin = points[152, :2]
    down = (y - chin[1]) / tall
    aside = np.abs(x - points[[234, 454], 0].mean()) / (wide / 2)
    upright = 1 - _ramp(-0.18, 0.42, down)
    # Beside the neck there is hair, which follows a little, and below it shoulders, which do not.
    lower = _ramp(-0.30, 0.15, down)
    return np.asarray(upright * (1 - lower * _ramp(0.75, 1.7, aside)), np.float32)


def _depth(points: Floats, x: Field, y: Field, tall: float) -> Field:
    """Before the axis of the neck, in pixels; beyond the face it falls to that of hair and ears."""
    back = 0.30 * tall
    forward = -points[:, 2] + points[[234, 454], 2].mean()
    every = np.arange(0, len(points), 2)
    keep = every[rbf.unique(points[every, :2], 0.035 * tall)]
    # Mesh points beyond what a flat picture bears are rounded off: the tip of the nose above all.
    values = 0.55 * tall * np.tanh(np.maximum(forward[keep], -0.1 * tall) / (0.55 * tall))
    middle = points[[234, 454, 10, 152], :2].mean(0)
    ring = np.array([(np.cos(a), np.sin(a)) for a in np.linspace(0, 2 * np.pi, 24, endpoint=False)])
    outer = middle + ring * (0.72 * tall, 0.88 * tall)
    at = np.vstack([points[keep, :2], outer])
    heights = np.concatenate([values, np.full(len(outer), -0.05 * tall)])
    step = 3
    rough_x, rough_y = x[::step, ::step], y[::step, ::step]
    where = np.column_stack([rough_x.ravel(), rough_y.ravel()]).astype(float)
    made = rbf.interpolated(at, heights[:, None], where, soft=0.06 * tall, ease=5e-3)
    near = made.reshape(rough_x.shape).astype(np.float32)
    size = (x.shape[1], x.shape[0])
    matrix = np.array([[step, 0, 0], [0, step, 0]], np.float64)
    full = cv2.warpAffine(near, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    full = cv2.GaussianBlur(np.asarray(full, np.float32), (0, 0), 0.03 * tall / float(x[0, 1] - x[0, 0]))
    away = np.hypot((x - middle[0]) / (0.72 * tall), (y - middle[1]) / (0.88 * tall)).astype(np.float32)
    rest = np.float32(-0.05 * tall)
    return np.asarray(back + rest + (1 - _ramp(0.85, 1.15, away)) * (full - rest), np.float32)
