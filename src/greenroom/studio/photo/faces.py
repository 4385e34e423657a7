"""
Faces in a picture: where they are (detector), and 468 points of one (landmarks).

The detector's answers are offsets from fixed anchors; the landmarks' network wants a square crop in which the eyes are
level. Both are decoded here as their authors describe them (BlazeFace, arXiv 1907.05047; face mesh, arXiv 1907.06724).
"""

from dataclasses import dataclass

import cv2
import numpy as np

from greenroom.studio.photo.networks import Floats, Networks, Rgb

_ASK = 0.5
_SURE = 0.5
_MOST = 6
_SAME = 0.3  # boxes that overlap by more are one face
_CROP = 1.5  # the side of a crop in lengths of the face in it
# The points of several crops are averaged: each alone is off by a pixel or two of a large face.
_JITTER = ((1.0, 0.0, 0.0), (0.93, 0.02, -0.015), (1.07, -0.02, 0.015), (1.0, -0.015, -0.02))
_EYE_ENDS = (33, 263)


@dataclass(frozen=True, slots=True)
class Found:
    """A face that the detector saw: centre, width and height in pixels, how sure it is, and where its eyes are."""

    x: float
    y: float
    width: float
    height: float
    score: float
    eyes: tuple[tuple[float, float], tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Face:
    """468 points x, y, z in pixels of the picture (z towards the camera is negative), and how sure the network is."""

    points: Floats
    score: float

    @property
    def size(self) -> float:
        """From the top of the forehead to the chin, in pixels."""
        return float(np.hypot(*(self.points[10, :2] - self.points[152, :2])))


def faces(picture: Rgb, networks: Networks) -> tuple[list[Face], float]:
    """
    The faces in a picture, largest first, and the score of the best thing that might be one, 0 to 1.

    What the detector takes for a face and the landmarks' network does not is none.
    """
    seen = found(picture, networks)
    made = [measured(picture, one, networks) for one in seen[:_MOST]]
    sure = [face for face in made if face.score >= _SURE]
    best = max((min(one.score, face.score) for one, face in zip(seen, made, strict=False)), default=0.0)
    return sorted(sure, key=lambda face: -face.size), best


def found(picture: Rgb, networks: Networks, least: float = _ASK) -> list[Found]:
    """All faces in a picture, largest first; small ones are looked for in its parts."""
    height, width = picture.shape[:2]
    views = [(0.0, 0.0, float(max(width, height)))]
    for share in (0.6, 0.34):
        side = share * max(width, height)
        views += [(x, y, side) for y in _starts(height, side) for x in _starts(width, side)]
    seen: list[Found] = []
    for index, (left, top, side) in enumerate(views):
        if index == 0:
            left, top = (width - side) / 2, (height - side) / 2
        seen += _seen(picture, networks, (left, top, side), least)
    return sorted(_distinct(seen), key=lambda one: -one.width)


def _starts(length: int, side: float) -> list[float]:
    """Where windows of a side begin so that they cover a length and overlap by a third or more."""
    count = max(1, int(np.ceil((length - side) / (side * 0.67))) + 1) if length > side else 1
    return [float(at) for at in np.linspace(min(0.0, (length - side) / 2), max(0.0, length - side), count)]


def _anchors() -> Floats:
    made = [
        ((x + 0.5) / cells, (y + 0.5) / cells)
        for cells, each in ((16, 2), (8, 6))
        for y in range(cells)
        for x in range(cells)
        for _ in range(each)
    ]
    return np.array(made)


_ANCHORS = _anchors()


def _seen(picture: Rgb, networks: Networks, view: tuple[float, float, float], least: float) -> list[Found]:
    left, top, side = view
    matrix = np.array([[128 / side, 0, -left * 128 / side], [0, 128 / side, -top * 128 / side]])
    # Small pictures are drawn from large ones in two steps, as an area, so that fine patterns do not flicker.
    square = _square(picture, left, top, side) if side > 256 else cv2.warpAffine(picture, matrix, (128, 128))
    scores, rows = networks.faces(np.asarray(square, np.uint8))
    made = []
    for index in np.flatnonzero(scores >= least):
        row = rows[index] / 128
        points = row[4:].reshape(6, 2) + _ANCHORS[index]
        centre = np.asarray(row[:2] + _ANCHORS[index])
        x, y = (float(value) for value in centre * side + (left, top))
        eyes = points[:2] * side + (left, top)
        (ax, ay), (bx, by) = ((float(eye[0]), float(eye[1])) for eye in eyes)
        made.append(Found(x, y, float(row[2] * side), float(row[3] * side), float(scores[index]), ((ax, ay), (bx, by))))
    # A face that the edge of a view cuts is seen whole in another one.
    inner = 0.02 * side
    return [
        one
        for one in made
        if side >= max(picture.shape[:2])
        or (left + inner < one.x - one.width / 2 and one.x + one.width / 2 < left + side - inner)
    ]


def _square(picture: Rgb, left: float, top: float, side: float) -> Rgb:
    size = round(side)
    x, y = round(left), round(top)
    out = np.zeros((size, size, 3), np.uint8)
    height, width = picture.shape[:2]
    x0, y0, x1, y1 = max(0, x), max(0, y), min(width, x + size), min(height, y + size)
    out[y0 - y : y1 - y, x0 - x : x1 - x] = picture[y0:y1, x0:x1]
    return out


def _distinct(seen: list[Found]) -> list[Found]:
    kept: list[Found] = []
    for one in sorted(seen, key=lambda each: -each.score):
        if all(_overlap(one, other) < _SAME for other in kept):
            kept.append(one)
    return kept


def _overlap(a: Found, b: Found) -> float:
    """The shared area in parts of the smaller one's."""
    w = min(a.x + a.width / 2, b.x + b.width / 2) - max(a.x - a.width / 2, b.x - b.width / 2)
    h = min(a.y + a.height / 2, b.y + b.height / 2) - max(a.y - a.height / 2, b.y - b.height / 2)
    return max(0.0, w) * max(0.0, h) / max(1e-9, min(a.width * a.height, b.width * b.height))


def measured(picture: Rgb, one: Found, networks: Networks) -> Face:
    """The points of a face that was found."""
    (ax, ay), (bx, by) = one.eyes
    roll = float(np.arctan2(by - ay, bx - ax))
    first, _ = _points(picture, networks, (one.x, one.y), _CROP * max(one.width, one.height), roll)
    for _ in range(2):
        centre, side, roll = _crop(first)
        first, score = _points(picture, networks, centre, side, roll)
    centre, side, roll = _crop(first)
    rounds = [
        _points(picture, networks, (centre[0] + dx * side, centre[1] + dy * side), side * scale, roll)
        for scale, dx, dy in _JITTER
    ]
    points = np.mean([made for made, _ in rounds], 0)
    # Sums of networks may differ in their last bits from machine to machine; a 64th of a pixel does not.
    return Face(np.round(points * 64) / 64, round(float(np.median([sure for _, sure in rounds] + [score])), 4))


_FOLLOWED = ((1.0, 0.0, 0.0), (0.95, 0.015, -0.01), (1.05, -0.015, 0.01))


def followed(picture: Rgb, points: Floats, networks: Networks) -> Face:
    """The points of a face that was here a moment ago: a third of the work of `measured`, for films."""
    centre, side, roll = _crop(points)
    first, score = _points(picture, networks, centre, side, roll)
    if score < _SURE:
        return Face(first, round(score, 4))
    centre, side, roll = _crop(first)
    rounds = [
        _points(picture, networks, (centre[0] + dx * side, centre[1] + dy * side), side * scale, roll)
        for scale, dx, dy in _FOLLOWED
    ]
    points = np.mean([made for made, _ in rounds], 0)
    return Face(np.round(points * 64) / 64, round(float(np.median([sure for _, sure in rounds])), 4))


def _crop(points: Floats) -> tuple[tuple[float, float], float, float]:
    """Centre, side and roll of the square in which a face of these points is to be shown."""
    a, b = points[list(_EYE_ENDS), :2]
    roll = float(np.arctan2(b[1] - a[1], b[0] - a[0]))
    back = np.array([[np.cos(roll), np.sin(roll)], [-np.sin(roll), np.cos(roll)]])
    level = points[:, :2] @ back.T
    low, high = level.min(0), level.max(0)
    x, y = (low + high) / 2 @ back
    return (float(x), float(y)), float((high - low).max() * _CROP), roll


def _points(
    picture: Rgb, networks: Networks, centre: tuple[float, float], side: float, roll: float
) -> tuple[Floats, float]:
    out = 192 if side < 384 else 384
    scale = out / side
    matrix = cv2.getRotationMatrix2D(centre, float(np.degrees(roll)), scale)
    matrix[0, 2] += out / 2 - centre[0]
    matrix[1, 2] += out / 2 - centre[1]
    square = cv2.warpAffine(picture, matrix, (out, out), flags=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    points, score = networks.landmarks(np.asarray(square, np.uint8))
    back = cv2.invertAffineTransform(matrix)
    flat = points[:, :2] * out @ back[:, :2].T + back[:, 2]
    return np.column_stack([flat, points[:, 2] * side]), score


def upright(picture: Rgb, points: Floats, side: int) -> tuple[Rgb, Floats]:
    """A face in a square of some side, with level eyes; and where its points are there."""
    centre, length, roll = _crop(points)
    scale = side / length * 1.2
    matrix = cv2.getRotationMatrix2D(centre, float(np.degrees(roll)), scale)
    matrix[0, 2] += side / 2 - centre[0]
    matrix[1, 2] += side / 2 - centre[1]
    flags = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    if scale < 0.5:
        # An affine warp does not average: what is much larger is reduced first.
        half = np.asarray(cv2.resize(picture, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), np.uint8)
        return upright(half, points * 0.5, side)
    square = np.asarray(cv2.warpAffine(picture, matrix, (side, side), flags=flags), np.uint8)
    return square, np.asarray(points[:, :2] @ matrix[:, :2].T + matrix[:, 2])


_LOOKS = ((1.0, 0.0, 0.0), (0.9, 0.05, 0.0), (1.1, -0.05, 0.03), (1.0, 0.0, -0.05), (1.2, 0.0, 0.04))


def wander(picture: Rgb, face: Face, networks: Networks, which: tuple[int, ...]) -> float:
    """How far some points wander between crops, in heights of the face: what is covered is guessed anew in each."""
    centre, side, roll = _crop(face.points)
    seen = [
        _points(picture, networks, (centre[0] + dx * face.size, centre[1] + dy * face.size), side * scale, roll)[0]
        for scale, dx, dy in _LOOKS
    ]
    return float(np.std([points[list(which), :2] for points in seen], 0).mean() / face.size)
