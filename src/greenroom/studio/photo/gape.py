"""
What a photograph shows between lips that are apart, told from the lips by its colours.

Landmarks follow the lips to a few pixels only, and end before the dark in the corners of a laugh. What of teeth and
dark they leave outside would go with the lips: teeth would hang on the lower one, and spots beside the mouth.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from greenroom.studio.photo import mesh, muscles
from greenroom.studio.photo.matting import diffused
from greenroom.studio.photo.networks import Floats

Plane = NDArray[np.float32]

_TOOTH, _DARK = 1.06, 0.5  # in lightnesses of the lips: what is more, and pale, is a tooth; what is less is the mouth's
_RISE = 0.04  # in the same: how far the upper lip's edge may be off
_BEYOND = 0.08  # in lengths of a mouth at rest: how far from the landmarks' opening the real one may reach


def inside(picture: NDArray[np.uint8], points: Floats) -> Plane:
    """How much of each pixel of a picture lies between the lips and is none, 0 to 1; all 0 for lips that meet."""
    seen = np.zeros(picture.shape[:2], np.float32)
    a = muscles.anatomy(points)
    if not a.shows_teeth:
        return seen
    part = _around(points, a.mouth, picture.shape[:2])
    corner = np.array([part[1].start, part[0].start])
    between = _filled(points, (mesh.LIP_UP_IN, mesh.LIP_LOW_IN), corner, seen[part].shape)
    lips = _filled(points, (mesh.LIP_UP_OUT, mesh.LIP_LOW_OUT), corner, seen[part].shape)
    lab = np.asarray(cv2.cvtColor(picture[part][..., :3].astype(np.float32) / 255, cv2.COLOR_RGB2LAB), np.float32)
    skin = (_grown(lips, 0.10 * a.mouth) > 0) & (_grown(lips, 0.03 * a.mouth) == 0)
    no_lip = _differs(lab, (lips > 0) & (_grown(between, 0.03 * a.mouth) == 0), between > 0, skin)
    near = (_stretched(between, _BEYOND * a.mouth, 0.04 * a.mouth) > 0) & ((lips > 0) | (between > 0))
    found = (near & no_lip) | (_grown(between, -0.03 * a.mouth) > 0)
    closed = cv2.morphologyEx(found.astype(np.uint8), cv2.MORPH_CLOSE, _disc(0.02 * a.mouth))
    whole = _joined(np.asarray(closed, np.uint8), between)
    seen[part] = cv2.GaussianBlur(whole.astype(np.float32), (0, 0), max(0.7, 0.006 * a.mouth))
    return seen


def hem(points: Floats, opening: Plane) -> Plane:
    """How much of each pixel is upper lip though landmarks have it between the lips, 0 to 1."""
    whole = np.zeros(opening.shape, np.float32)
    a = muscles.anatomy(points)
    if not a.shows_teeth:
        return whole
    part = _around(points, a.mouth, opening.shape)
    between = _filled(
        points, (mesh.LIP_UP_IN, mesh.LIP_LOW_IN), np.array([part[1].start, part[0].start]), whole[part].shape
    )
    above = np.maximum.accumulate(opening[part] > 0.5, 0) == 0
    above &= (opening[part] > 0.5).any(0)
    here = (_grown(between, 0.012 * a.mouth) > 0) & above
    whole[part] = cv2.GaussianBlur(here.astype(np.float32), (0, 0), max(0.7, 0.006 * a.mouth))
    return whole


def hanging(colours: Plane, opening: Plane, mouth: float) -> Plane:
    """Of an opening what hangs with the upper teeth: without the dark under them."""
    seen = opening > 0.5
    if not seen.any():
        return opening
    light = colours.mean(-1)
    teeth = seen & (light > 0.5 * np.percentile(light[seen], 90))
    above = np.maximum.accumulate(teeth[::-1], 0)[::-1]
    kept = _grown((above | ~teeth.any(0)).astype(np.uint8), 0.015 * mouth).astype(np.float32)
    return np.asarray(opening * cv2.blur(kept, (3, 3)), np.float32)


def shut(picture: NDArray[np.uint8], points: Floats, opening: Plane) -> None:
    """Lay the lips' own colours, in place, over what was seen between them: what is to be seen there is painted."""
    a = muscles.anatomy(points)
    if not a.shows_teeth:
        return
    part = _around(points, a.mouth, picture.shape[:2])
    # In the corners the dark ends slowly.
    hidden = _stretched((opening[part] > 0.02).astype(np.uint8), 0.05 * a.mouth, 0.02 * a.mouth)
    colours = picture[part][..., :3].astype(np.float32)
    filled = diffused(colours, hidden == 0)
    soft = cv2.GaussianBlur(hidden.astype(np.float32), (0, 0), max(0.7, 0.008 * a.mouth))[..., None]
    picture[part][..., :3] = np.clip(colours + soft * (filled - colours) + 0.5, 0, 255).astype(np.uint8)


def fitted(points: Floats, opening: Plane) -> Floats:
    """The points of a face with the lips' inner corners, and the upper lip's edge, where an opening's colours end."""
    a = muscles.anatomy(points)
    rows, columns = np.nonzero(opening > 0.5)
    if not a.shows_teeth or not len(columns):
        return points
    out = points.copy()
    ends = _ends(points, float(columns.min()), float(columns.max()), _BEYOND * a.mouth)
    near = max(1.5, 0.015 * a.mouth)
    tips = [float(np.median(rows[np.abs(columns - x) <= near])) for x in (columns.min(), columns.max())]
    for row in (mesh.LIP_UP_IN, mesh.LIP_LOW_IN):
        flat = mesh.row(points, row)
        share = (flat[:, 0] - flat[0, 0]) / max(1.0, float(flat[-1, 0] - flat[0, 0]))
        x = ends[0] + share * (ends[1] - ends[0])
        # Within the corners that were told the edge stays; from there it goes on to the new ones.
        known = np.vstack([(ends[0], tips[0]), flat[1:-1], (ends[1], tips[1])])
        order = np.argsort(known[:, 0], kind="stable")
        out[list(row), :2] = np.column_stack([x, np.interp(x, *known[order].T)])
    upper = list(mesh.LIP_UP_IN[1:-1])
    tops = [rows[np.abs(columns - x) <= near] for x in out[upper, 0]]
    rise = [float(top.min()) - 0.5 - y if len(top) else 0.0 for top, y in zip(tops, out[upper, 1], strict=True)]
    limited = np.clip(rise, -_RISE * a.mouth, _RISE * a.mouth)
    out[upper, 1] += np.convolve(np.pad(limited, 1, mode="edge"), (0.25, 0.5, 0.25), "valid")
    return out


def _ends(points: Floats, left: float, right: float, most: float) -> tuple[float, float]:
    """The columns of the inner corners: where an opening ends, not far from where they were, within the outer ones."""
    low = float(np.clip(left, points[78, 0] - most, points[78, 0]))
    high = float(np.clip(right, points[308, 0], points[308, 0] + most))
    return max(low, float(points[61, 0]) + 1), min(high, float(points[291, 0]) - 1)


def _around(points: Floats, mouth: float, size: tuple[int, ...]) -> tuple[slice, slice]:
    """The part of a picture with the lips."""
    lips = mesh.row(points, (*mesh.LIP_UP_OUT, *mesh.LIP_LOW_OUT))
    (left, top), (right, bottom) = lips.min(0) - 0.15 * mouth, lips.max(0) + 0.15 * mouth
    rows = slice(max(0, int(top)), max(1, min(size[0], int(bottom) + 1)))
    return rows, slice(max(0, int(left)), max(1, min(size[1], int(right) + 1)))


def _filled(
    points: Floats, rows: tuple[tuple[int, ...], tuple[int, ...]], corner: NDArray[np.int64], size: tuple[int, ...]
) -> NDArray[np.uint8]:
    """1 between two rows of points."""
    ring = np.vstack([mesh.row(points, rows[0]), mesh.row(points, rows[1])[::-1]]) - corner
    made = np.zeros(size[:2], np.uint8)
    cv2.fillPoly(made, [np.round(ring).astype(np.int32)], (1,))
    return made


def _differs(
    lab: Plane, lips: NDArray[np.bool_], between: NDArray[np.bool_], skin: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Where a picture is tooth or dark, by the colours of lips, of what is between them, and of the skin around."""
    if min(lips.sum(), skin.sum()) < 12:
        return np.zeros(lips.shape, bool)
    light, red = (float(value) for value in np.median(lab[lips][:, :2], 0))
    pale = lab[..., 1] < 0.5 * max(red, 6.0)
    teeth = between & pale & (lab[..., 0] > light)
    dark = lab[..., 0] < _DARK * light
    if teeth.sum() < 12:
        return np.asarray(dark)
    tooth, flesh = (np.median(lab[where][:, 1:], 0) for where in (teeth, skin))
    # Skin is paler than lips, too, but more yellow than teeth.
    away = [np.hypot(*np.moveaxis(lab[..., 1:] - tone, -1, 0)) for tone in (tooth, flesh)]
    bright = (lab[..., 0] > _TOOTH * light) & (lab[..., 1] < 0.72 * max(red, 6.0))
    return np.asarray(((pale | bright) & (away[0] < 0.8 * away[1])) | dark)


def _joined(found: NDArray[np.uint8], between: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Only what hangs together with the opening that landmarks tell."""
    _, labels = cv2.connectedComponents(found)
    own = np.unique(labels[(between > 0) & (found > 0)])
    return np.isin(labels, own[own > 0]).astype(np.uint8)


def _grown(mask: NDArray[np.uint8], by: float) -> NDArray[np.uint8]:
    change = cv2.dilate if by > 0 else cv2.erode
    return np.asarray(change(mask, _disc(abs(by))), np.uint8)


def _stretched(mask: NDArray[np.uint8], across: float, down: float) -> NDArray[np.uint8]:
    size = 2 * max(1, round(across)) + 1, 2 * max(1, round(down)) + 1
    return np.asarray(cv2.dilate(mask, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, size)), np.uint8)


def _disc(radius: float) -> NDArray[np.uint8]:
    side = 2 * max(1, round(radius)) + 1
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)), np.uint8)
