"""
The lower lip's inner edge, where the picture has it.

The landmarks' network was taught on many mouths, few of which laugh: where teeth show it often puts the edge of the
lower lip across them, and they would stick to the lip when it moves. Their colours say better where the lip begins.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from greenroom.studio.photo import mesh
from greenroom.studio.photo.networks import Floats, Rgb

_WIDE = 120  # of a mouth in the crop in which it is looked at
_SIZE = (176, 176)
_LEAST_TEETH = 0.05  # in widths of the mouth: less is a seam, or a highlight
_STEP = 1  # rows by which the edge may rise or fall from one column to the next

Plane = NDArray[np.float32]


def snapped(picture: Rgb, points: Floats) -> Floats:
    """The points of a face, with those of the lower lip on its edge if teeth show; unchanged if none do."""
    matrix = _levelled(points)
    crop = cv2.warpAffine(picture, matrix, _SIZE, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    lab = np.asarray(cv2.cvtColor(crop.astype(np.float32) / 255, cv2.COLOR_RGB2LAB), np.float32)
    flat = points[:, :2] @ matrix[:, :2].T + matrix[:, 2]
    inner = mesh.row(flat, mesh.LIP_LOW_IN)
    x = np.arange(int(inner[0, 0]) + 4, int(inner[-1, 0]) - 3)
    top, bottom = _line(mesh.row(flat, mesh.LIP_UP_IN), x), _line(mesh.row(flat, mesh.LIP_LOW_OUT), x)
    score = _between_lips(lab, flat, x)
    if not _shows_teeth(score, top, bottom):
        return points
    return _moved(points, matrix, flat, _line(np.column_stack([x, _edge(score, top, bottom)]), inner[:, 0]))


def _levelled(points: Floats) -> NDArray[np.float64]:
    """From the picture to a crop in which the mouth is level, in the middle, and of one width."""
    left, right = points[61, :2], points[291, :2]
    middle, across = (left + right) / 2, right - left
    scale = _WIDE / float(np.hypot(*across))
    angle = float(np.degrees(np.arctan2(across[1], across[0])))
    matrix = np.asarray(cv2.getRotationMatrix2D((float(middle[0]), float(middle[1])), angle, scale), np.float64)
    # Below the corners there is more to see than above them.
    matrix[:, 2] += (0.5, 0.38) * np.array(_SIZE) - middle
    return matrix


def _line(row: Floats, x: Floats | NDArray[np.int64]) -> Floats:
    order = np.argsort(row[:, 0], kind="stable")
    return np.asarray(np.interp(x, row[order, 0], row[order, 1]))


def _between_lips(lab: Plane, flat: Floats, x: NDArray[np.int64]) -> Plane:
    """For each place of some columns, from -1 lip to 1 tooth."""
    upper = (mesh.row(flat, mesh.LIP_UP_OUT)[2:-2] + mesh.row(flat, mesh.LIP_UP_IN)[2:-2]) / 2
    lower = mesh.row(flat, mesh.LIP_LOW_OUT)[3:-3] - (0, 0.03 * _WIDE)
    lips = np.stack([lab[int(y), int(at)] for at, y in np.vstack([upper, lower])])
    light, red = (float(value) for value in np.median(lips[:, :2], 0))
    columns = lab[:, x]
    bright = np.clip((columns[..., 0] / max(light, 8.0) - 1.02) / 0.25, 0, 1)
    pale = np.clip((red - columns[..., 1]) / (0.5 * max(red, 6.0)), 0, 1)
    # The dark may be the mouth's or the shadow on a lip, so it says little.
    dark = columns[..., 0] < 0.5 * light
    return np.asarray(np.maximum(2 * np.minimum(bright, pale) - 1, np.where(dark, -0.15, -1)), np.float32)


def _shows_teeth(score: Plane, top: Floats, bottom: Floats) -> bool:
    rows = np.arange(len(score))[:, None]
    high = ((score > 0) & (rows > top) & (rows < bottom)).sum(0)
    middle = high[len(high) // 4 : -len(high) // 4]
    return float(np.median(middle)) > _LEAST_TEETH * _WIDE


def _edge(score: Plane, top: Floats, bottom: Floats) -> Floats:
    """The row in each column above which most is between the lips and below which most is lip; a line without jumps."""
    rows = np.arange(len(score))[:, None]
    within = np.where((rows > top) & (rows <= bottom + 0.05 * _WIDE), score, 0)
    above = np.cumsum(within, 0)
    gain = 2 * above - above[-1]
    gain = np.where((rows < top) | (rows > bottom + 0.05 * _WIDE), -1e6, gain)
    best, came = gain[:, 0], []
    for column in gain.T[1:]:
        near = np.stack([np.roll(best, by) for by in range(-_STEP, _STEP + 1)])
        came.append(near.argmax(0))
        best = near.max(0) + column
    at = [int(best.argmax())]
    for choice in reversed(came):
        at.append(at[-1] - int(choice[at[-1]]) + _STEP)
    path = np.array(at[::-1], np.float32)
    return np.asarray(cv2.blur(path[None], (13, 1), borderType=cv2.BORDER_REPLICATE)[0] + 0.5, np.float64)


def _moved(points: Floats, matrix: NDArray[np.float64], flat: Floats, edge: Floats) -> Floats:
    """The points with the lower inner row on an edge that is given at each of them, and the outer one below it."""
    inner, outer = list(mesh.LIP_LOW_IN[1:-1]), list(mesh.LIP_LOW_OUT[1:-1])
    made = flat.copy()
    # Shadows in corners are taken for lips: what the network has found to be open stays open.
    made[inner, 1] = np.maximum(edge[1:-1], flat[inner, 1])
    least = 0.05 * _WIDE * (1 - np.abs(np.linspace(-0.9, 0.9, len(outer))) ** 2)
    low = _line(made[list(mesh.LIP_LOW_IN)], made[outer, 0]) + least
    made[outer, 1] = np.maximum(made[outer, 1], low)
    back = cv2.invertAffineTransform(matrix)
    out = points.copy()
    moved = [*inner, *outer]
    out[moved, :2] = np.round((made[moved] @ back[:, :2].T + back[:, 2]) * 64) / 64
    return out
