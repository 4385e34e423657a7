"""
Matting: how much of each pixel is the person, and what colours the person and the ground behind have there.

The network's mask is coarse and soft. It only says where the edge is to be looked for: within that band a pixel's share
is found from its colour, between the colours of the sure person and of the sure ground near it, and smoothed along the
picture's own edges (guided filter, He et al. 2013). Colours at the edge are those of the person alone (blur fusion,
Forte 2021), so that hair carries nothing of the old ground with it.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from greenroom.studio.photo import samples
from greenroom.studio.photo.networks import Floats, Networks, Rgb

Plane = NDArray[np.float32]

_WORK = 640  # the longer side at which edges are looked for; finer detail comes from the guide at full size
_CROP = 4.4  # the side of what the segmenter sees, in heights of the face


@dataclass(frozen=True, slots=True)
class Matte:
    """
    `alpha` 0 ground to 1 person; `person` its colours without the ground's; `ground` what is behind it, filled in.
    `doubt` is the share of pixels near the edge for which colours gave no answer.
    """

    alpha: Plane
    person: NDArray[np.float32]
    ground: NDArray[np.float32]
    doubt: float


def matte(picture: Rgb, points: Floats, networks: Networks) -> Matte:
    """The matte of the person whose face has these points; other people are ground where they stand apart."""
    height, width = picture.shape[:2]
    scale = min(1.0, _WORK / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = _unit(cv2.resize(picture, size, interpolation=cv2.INTER_AREA))
    rough = _floats(cv2.resize(_rough(picture, points, networks), size, interpolation=cv2.INTER_AREA))
    rough = _connected(rough, points * scale)
    alpha, doubt = _refined(small, rough, points[:, :2] * scale)
    full = _unit(picture)
    if scale < 1:
        alpha = _upsampled(alpha, small, full)
    person, ground = _colours(full, alpha)
    return Matte(alpha, person, ground, doubt)


def _floats(plane: ArrayLike) -> NDArray[np.float32]:
    return np.asarray(plane, np.float32)


def _unit(picture: ArrayLike) -> NDArray[np.float32]:
    return np.asarray(picture, np.float32) / np.float32(255)


def _rough(picture: Rgb, points: Floats, networks: Networks) -> Plane:
    """The network's opinion: of a square around the bust, where there is one, else of all."""
    height, width = picture.shape[:2]
    whole = _floats(cv2.resize(networks.person(picture), (width, height), interpolation=cv2.INTER_LINEAR))
    face = float(np.hypot(*(points[10, :2] - points[152, :2])))
    side = round(_CROP * face)
    if side >= 0.9 * max(height, width):
        return whole
    x, y = (round(float(v)) for v in points[:, :2].mean(0) - (side / 2, side * 0.42))
    x0, y0, x1, y1 = max(0, x), max(0, y), min(width, x + side), min(height, y + side)
    near = cv2.resize(networks.person(np.ascontiguousarray(picture[y0:y1, x0:x1])), (x1 - x0, y1 - y0))
    # At its own edges the square's opinion passes into that of the whole.
    weight = np.zeros((height, width), np.float32)
    inset = round(0.06 * side)
    weight[y0 if y0 == 0 else y0 + inset : y1 - inset, x0 + inset : x1 - inset] = 1
    weight = _floats(cv2.blur(weight, (2 * inset + 1, 2 * inset + 1)))
    out = whole
    out[y0:y1, x0:x1] += weight[y0:y1, x0:x1] * (near - out[y0:y1, x0:x1])
    return out


def _connected(rough: Plane, points: Floats) -> Plane:
    """Only what hangs together with the face."""
    solid = (rough > 0.3).astype(np.uint8)
    _, labels = cv2.connectedComponents(solid)
    x, y = (int(v) for v in np.clip(points[1, :2], 0, np.array(rough.shape[::-1]) - 1))
    own = cv2.dilate((labels == labels[y, x]).astype(np.uint8), np.ones((9, 9), np.uint8))
    return np.asarray(rough * own, np.float32)


def _refined(guide: NDArray[np.float32], rough: Plane, points: Floats) -> tuple[Plane, float]:
    face = float(np.hypot(*(points[10] - points[152])))
    band = max(3, round(face * 0.085))
    sure, none = _sure(rough, points, band)
    colours = diffused(guide, sure), diffused(guide, none)
    unknown = ~(sure | none)
    share, trust = _share(guide, *colours)
    sampled, sampled_trust = samples.share(guide, sure, none, face)
    share, trust = np.where(sampled_trust > trust, sampled, share), np.maximum(trust, sampled_trust)
    # Ground that has the person's colours by chance: the network's opinion bounds what colours may claim.
    share = share * _ramp(0.03, 0.30, rough)
    # Where colours say nothing an edge a little off is seen less than a broad haze.
    prior = np.where(sure, np.float32(1), np.where(none, np.float32(0), _ramp(0.32, 0.68, rough)))
    mixed = np.where(unknown, prior + trust * (share - prior), prior).astype(np.float32)
    smooth = _guided(guide, mixed, max(2, round(face * 0.012)), 2e-4)
    alpha = np.where(unknown, smooth, prior)
    alpha = _floats(np.clip((alpha - 0.06) / 0.88, 0, 1))
    alpha = _connected(alpha, points)
    doubt = float((trust[unknown] < 0.3).mean()) if unknown.any() else 0.0
    return alpha, round(doubt, 3)


def _ramp(low: float, high: float, x: Plane) -> Plane:
    t = np.clip((x - low) / (high - low), 0, 1)
    return _floats(t * t * (3 - 2 * t))


def _sure(rough: Plane, points: Floats, band: int) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Where surely the person is, and where surely not: away from the edge of the network's mask."""
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * band + 1, 2 * band + 1))
    narrow = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (band | 1, band | 1))
    # The picture's own border is no edge of the person.
    sure = cv2.erode((rough > 0.6).astype(np.uint8), narrow, borderType=cv2.BORDER_CONSTANT, borderValue=1)
    none = cv2.erode((rough < 0.2).astype(np.uint8), kernel, borderType=cv2.BORDER_CONSTANT, borderValue=1)
    hull = cv2.convexHull(points.astype(np.float32)).astype(np.int32)
    cv2.fillConvexPoly(sure, hull, (1,))
    none[sure > 0] = 0
    return sure > 0, none > 0


def _share(guide: NDArray[np.float32], own: NDArray[np.float32], other: NDArray[np.float32]) -> tuple[Plane, Plane]:
    """Where a colour lies between two, 0 to 1, and how much that says: nothing where the two are alike."""
    axis = own - other
    length = _sum(axis * axis)
    share = _sum((guide - other) * axis) / np.maximum(length, 1e-4)
    away = guide - other - np.clip(share, 0, 1)[..., None] * axis
    off = _sum(away * away)
    trust = np.clip((np.sqrt(length) - 0.06) / 0.14, 0, 1) * np.exp(-off / np.maximum(0.15 * length, 1e-4))
    return np.clip(share, 0, 1).astype(np.float32), trust.astype(np.float32)


def diffused(picture: NDArray[np.float32], known: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Colours of the known places, spread over all others: from near ones where there are some, else from far ones."""
    levels = [(picture * known[..., None], known.astype(np.float32))]
    while min(levels[-1][1].shape) > 2:
        levels.append((_floats(cv2.pyrDown(levels[-1][0])), _floats(cv2.pyrDown(levels[-1][1]))))
    colour = levels[-1][0] / np.maximum(levels[-1][1], 1e-6)[..., None]
    for total, weight in reversed(levels[:-1]):
        up = cv2.resize(colour, weight.shape[::-1], interpolation=cv2.INTER_LINEAR)
        keep = np.clip(weight * 1.5, 0, 1)[..., None]
        colour = up + keep * (total / np.maximum(weight, 1e-6)[..., None] - up)
    return np.asarray(colour, np.float32)


def _sum(colours: NDArray[np.float32]) -> Plane:
    """Of the three channels of each place."""
    return _floats(cv2.transform(colours, np.ones((1, 3), np.float32)))


def _box(plane: NDArray[np.float32], radius: int) -> NDArray[np.float32]:
    return np.asarray(cv2.blur(plane, (2 * radius + 1, 2 * radius + 1), borderType=cv2.BORDER_REFLECT), np.float32)


def _coefficients(guide: NDArray[np.float32], plane: Plane, radius: int, smooth: float) -> tuple[Plane, Plane]:
    """Of the guided filter with a guide in colour: what to multiply the guide by, and what to add."""
    mean = _box(guide, radius)
    mean_plane = _box(plane, radius)
    r, g, b = (guide[..., i] for i in range(3))
    pairs = _box(np.dstack([r * r, r * g, r * b]), radius), _box(np.dstack([g * g, g * b, b * b]), radius)
    rr, rg, rb = (_floats(pairs[0][..., i] - mean[..., 0] * mean[..., i]) for i in range(3))
    gg, gb = (_floats(pairs[1][..., i] - mean[..., 1] * mean[..., i + 1]) for i in range(2))
    bb = _floats(pairs[1][..., 2] - mean[..., 2] * mean[..., 2])
    soft = np.float32(smooth)
    with_plane = _box(guide * plane[..., None], radius) - mean * mean_plane[..., None]
    factor = _solved((rr + soft, rg, rb, gg + soft, gb, bb + soft), with_plane)
    return factor, _floats(mean_plane - _sum(factor * mean))


def _solved(symmetric: tuple[Plane, ...], right: NDArray[np.float32]) -> NDArray[np.float32]:
    """Of a symmetric 3 x 3 system at each place (upper triangle, row by row) the solution, by Cramer's rule."""
    xx, xy, xz, yy, yz, zz = (plane.astype(np.float64) for plane in symmetric)
    c00, c01, c02 = yy * zz - yz * yz, xz * yz - xy * zz, xy * yz - xz * yy
    c11, c12, c22 = xx * zz - xz * xz, xy * xz - xx * yz, xx * yy - xy * xy
    a, b, c = (right[..., i] for i in range(3))
    whole = xx * c00 + xy * c01 + xz * c02
    found = [c00 * a + c01 * b + c02 * c, c01 * a + c11 * b + c12 * c, c02 * a + c12 * b + c22 * c]
    return _floats(np.dstack([one / whole for one in found]))


def _guided(guide: NDArray[np.float32], plane: Plane, radius: int, smooth: float) -> Plane:
    factor, offset = _coefficients(guide, plane, radius, smooth)
    mean, offset = _box(factor, radius), _box(offset, radius)
    return _floats(np.clip(_sum(mean * guide) + offset, 0, 1))


def _upsampled(alpha: Plane, small: NDArray[np.float32], full: NDArray[np.float32]) -> Plane:
    """An alpha at full size: near its edge by the colours of the full picture (fast guided filter)."""
    size = full.shape[1::-1]
    plain = cv2.resize(alpha, size, interpolation=cv2.INTER_LINEAR)
    factor, offset = _coefficients(small, alpha, 2, 1e-4)
    mean, offset = _box(factor, 2), _box(offset, 2)
    fine = _sum(cv2.resize(mean, size) * full) + cv2.resize(offset, size)
    # Where alpha does not change nearby, colours have nothing to say.
    kernel = np.ones((7, 7), np.uint8)
    edge = cv2.resize(_floats(cv2.dilate(alpha, kernel)) - _floats(cv2.erode(alpha, kernel)), size)
    weight = np.clip(edge * 3, 0, 1)
    return _floats(np.clip(plain + weight * (fine - plain), 0, 1))


def _colours(full: NDArray[np.float32], alpha: Plane) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """What person and ground look like alone, everywhere."""
    # What a wide lens or a compressed file smears over the edge belongs to the person, not to the ground.
    rim = 2 * max(1, round(0.004 * max(alpha.shape))) + 1
    near = _floats(cv2.dilate(alpha, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (rim, rim))))
    person, ground = _spread(full, alpha > 0.96), _spread(full, near < 0.03)
    edge = (alpha > 0) & (alpha <= 0.96)
    mix, own = alpha[edge][:, None], person[edge]
    person[edge] = np.clip(own + mix * (full[edge] - mix * own - (1 - mix) * ground[edge]), 0, 1)
    sure, none = alpha > 0.96, near < 0.03
    cv2.copyTo(full, sure.astype(np.uint8), person)
    cv2.copyTo(full, none.astype(np.uint8), ground)
    return person, ground


def _spread(full: NDArray[np.float32], known: NDArray[np.bool_]) -> NDArray[np.float32]:
    """`diffused`, worked out at the size at which edges are looked for: it is smooth."""
    height, width = known.shape
    scale = min(1.0, _WORK / 2 / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    share = _floats(cv2.resize(known.astype(np.float32), size, interpolation=cv2.INTER_AREA))
    total = _floats(cv2.resize(full * known[..., None], size, interpolation=cv2.INTER_AREA))
    small = diffused(_floats(total / np.maximum(share, 1e-3)[..., None]), share > 0.5)
    return _floats(cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR))
