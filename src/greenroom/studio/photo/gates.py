"""
Gates: whether a picture can become an avatar that is worth watching, before anything is made of it.

Each refusal has a stable code, what was measured, what is allowed, and a cure (`domain/portrait_findings`). The same
findings are advice when a picture is uploaded.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from greenroom.domain.media import Finding
from greenroom.domain.portrait_findings import REFUSALS
from greenroom.studio.photo import mesh
from greenroom.studio.photo.faces import Face, faces, upright, wander
from greenroom.studio.photo.networks import Floats, Networks, Rgb

LEAST_EYE_DISTANCE_PX = 60.0
"""Between the outer corners of both eyes."""
MOST_TURN, MOST_DOWN, MOST_UP = 0.42, 0.27, 0.18
"""How far the nose is from the middle of the face; 0.4 is a turn by 15 degrees, 0.27 a nod by 20."""
MOST_ROLL_DEG = 22.0
LEAST_SHARPNESS = 0.06
"""Of the steepest edges, in parts of the contrast; good portraits have 0.12 and more."""
LEAST_BRIGHTNESS, MOST_BRIGHTNESS = 38.0, 238.0
LEAST_CONTRAST = 9.0
LEAST_EYE_OPENING, LEAST_EYE_CONTRAST, LEAST_EYE_SIGHT = 0.16, 9.0, 4.0
"""Opening in parts of an eye's length; contrast in lightness (CIELAB) where it is narrow, and in any case."""
MOST_MOUTH_SPREAD = 1.15
"""How far, in hundredths of the face, points of the mouth wander when the face is looked at through other crops."""
LEAST_MOUTH_CONTRAST, LEAST_LIP_TINT = 4.0, -6.0
LEAST_LIKENESS = 0.5
SECOND_FACE = 0.4
"""A face this large, in parts of the largest one, is another person and not somebody far behind."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """`refusals` is empty if the picture can be used; `face` is the face that was meant, if there is one."""

    refusals: tuple[Finding, ...]
    face: Face | None

    @property
    def accepted(self) -> bool:
        """Whether an avatar can be made."""
        return not self.refusals


def judged(picture: Rgb, networks: Networks) -> Judgement:
    """What speaks against an avatar from this picture, most basic first."""
    seen, best = faces(picture, networks)
    if not seen:
        return Judgement((_missing(best),), None)
    face = seen[0]
    found = [_several(seen), _size(picture, face), _cut(picture, face)]
    unseen = [check(picture, face) for check in (_turn, _roll, _light, _sharpness)]
    found += unseen
    # What cannot be seen well cannot be judged further.
    if not any(unseen):
        found += [_mouth(picture, face, networks), _eyes(picture, face)]
    return Judgement(tuple(one for one in found if one), face)


def _finding(code: str, measured: str, allowed: str) -> Finding:
    cause, cure, _ = REFUSALS[code]
    return Finding(code, f"{cause} Measured: {measured}; allowed: {allowed}.", measured, allowed, cure)


def _missing(best: float) -> Finding:
    code = "no_human_face" if best >= 0.1 else "no_face"
    return _finding(code, f"a likeness of {best:.2f}", f"at least {LEAST_LIKENESS:.2f}")


def _several(seen: list[Face]) -> Finding | None:
    meant = [face for face in seen if face.size >= SECOND_FACE * seen[0].size]
    return _finding("several_faces", f"{len(meant)} faces", "1 face") if len(meant) > 1 else None


def _size(picture: Rgb, face: Face) -> Finding | None:
    del picture
    wide = float(np.hypot(*(face.points[263, :2] - face.points[33, :2])))
    if wide >= LEAST_EYE_DISTANCE_PX:
        return None
    return _finding("face_too_small", f"eyes {wide:.0f} px wide", f"at least {LEAST_EYE_DISTANCE_PX:.0f} px")


def _cut(picture: Rgb, face: Face) -> Finding | None:
    height, width = picture.shape[:2]
    low, high = face.points[:, :2].min(0), face.points[:, :2].max(0)
    out = max(-low[0], -low[1], high[0] - width, high[1] - height) / face.size
    if out <= 0.02:
        return None
    return _finding("face_cut", f"{100 * out:.0f}% of the face outside", "at most 2%")


def turn_of(points: Floats) -> tuple[float, float]:
    """
    How far a face looks to the right and down: 0 ahead, 1 about in profile.

    By where the nose is between the edges of the face, after the roll of the head is taken out.
    """
    level = _level(points)
    left, right, nose = level[234, 0], level[454, 0], level[1, 0]
    side = (2 * nose - left - right) / max(1.0, right - left)
    brow, chin = (level[105, 1] + level[334, 1]) / 2, level[152, 1]
    down = 2 * (level[1, 1] - brow) / max(1.0, chin - brow) - 1 - _NOSE_AHEAD
    return float(side), float(down)


_NOSE_AHEAD = -0.06


def _level(points: Floats) -> Floats:
    ends = points[263, :2] - points[33, :2]
    roll = np.arctan2(ends[1], ends[0])
    turn = np.array([[np.cos(roll), -np.sin(roll)], [np.sin(roll), np.cos(roll)]])
    return np.asarray(points[:, :2] @ turn)


def _turn(picture: Rgb, face: Face) -> Finding | None:
    del picture
    side, down = turn_of(face.points)
    if abs(side) > MOST_TURN:
        return _finding("face_turned", f"{abs(side):.2f} to the side", f"at most {MOST_TURN:.2f}")
    if down > MOST_DOWN:
        return _finding("face_turned", f"{down:.2f} down", f"at most {MOST_DOWN:.2f}")
    if -down > MOST_UP:
        return _finding("face_turned", f"{-down:.2f} up", f"at most {MOST_UP:.2f}")
    return None


def _roll(picture: Rgb, face: Face) -> Finding | None:
    del picture
    ends = face.points[263, :2] - face.points[33, :2]
    roll = float(np.degrees(np.arctan2(ends[1], ends[0])))
    if abs(roll) <= MOST_ROLL_DEG:
        return None
    return _finding("face_tilted", f"{abs(roll):.0f} degrees", f"at most {MOST_ROLL_DEG:.0f} degrees")


_FEATURES = (70, 105, 107, 336, 334, 300, 263, 291, 17, 61, 33)
_SIDE = 224  # of the upright crop in which a face is looked at, whatever its size


def _crop(picture: Rgb, face: Face) -> tuple[NDArray[np.float32], Floats]:
    """The face, upright and of one size, in grey; and its points there."""
    crop, points = upright(picture, face.points, _SIDE)
    grey = np.asarray(cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY), np.float32)
    return grey, points


def _inside(points: Floats, which: tuple[int, ...] | None = None) -> NDArray[np.bool_]:
    chosen = points if which is None else points[list(which)]
    mask = np.zeros((_SIDE, _SIDE), np.uint8)
    cv2.fillConvexPoly(mask, cv2.convexHull(chosen.astype(np.float32)).astype(np.int32), (1,))
    return mask > 0


def _light(picture: Rgb, face: Face) -> Finding | None:
    grey, points = _crop(picture, face)
    inside = grey[_inside(points)]
    # Dark skin in good light has highlights and shape; a face in the dark has neither.
    high, spread = float(np.percentile(inside, 90)), float(inside.std())
    if high < LEAST_BRIGHTNESS or (high < 1.6 * LEAST_BRIGHTNESS and spread < LEAST_CONTRAST):
        return _finding("too_dark", f"brightness {high:.0f} of 255", f"at least {LEAST_BRIGHTNESS:.0f}")
    middle = float(np.median(inside))
    if middle > MOST_BRIGHTNESS:
        return _finding("too_bright", f"brightness {middle:.0f} of 255", f"at most {MOST_BRIGHTNESS:.0f}")
    return None


def sharpness(picture: Rgb, face: Face) -> float:
    """The steepest edges of eyes, nose and mouth, in parts of the face's contrast; what noise adds is left out."""
    grey, points = _crop(picture, face)
    shown = _inside(points, _FEATURES)
    calm = cv2.GaussianBlur(grey, (0, 0), 1.0)
    fine = np.abs(np.asarray(cv2.Laplacian(calm, cv2.CV_32F)))[shown]
    low, high = np.percentile(calm[shown], [3, 97])
    return float(np.percentile(fine, 98) / max(4.0, high - low))


def _sharpness(picture: Rgb, face: Face) -> Finding | None:
    value = sharpness(picture, face)
    if value >= LEAST_SHARPNESS:
        return None
    return _finding("blurred", f"sharpness {value:.2f}", f"at least {LEAST_SHARPNESS:.2f}")


def _lab(picture: Rgb, face: Face) -> tuple[NDArray[np.float32], Floats]:
    """The face, upright and of one size, in CIELAB; and its points there."""
    crop, points = upright(picture, face.points, _SIDE)
    return np.asarray(cv2.cvtColor(crop.astype(np.float32) / 255, cv2.COLOR_RGB2LAB), np.float32), points


def _mouth(picture: Rgb, face: Face, networks: Networks) -> Finding | None:
    spread = 100 * wander(picture, face, networks, mesh.LIP_PLACES)
    if spread > MOST_MOUTH_SPREAD:
        return _finding("mouth_covered", f"its place unsure by {spread:.2f}%", f"at most {MOST_MOUTH_SPREAD:.2f}%")
    lab, points = _lab(picture, face)
    lips = _inside(points, mesh.LIP_UP_OUT + mesh.LIP_LOW_OUT)
    contrast = float(np.percentile(lab[lips, 0], 95) - np.percentile(lab[lips, 0], 5))
    if contrast < LEAST_MOUTH_CONTRAST:
        return _finding("mouth_covered", f"contrast {contrast:.1f}", f"at least {LEAST_MOUTH_CONTRAST:.1f}")
    cheeks = _inside(points, (50, 36, 205, 187)) | _inside(points, (280, 266, 425, 411))
    tint = float(np.median(lab[lips, 1]) - np.median(lab[cheeks, 1]))
    if tint < LEAST_LIP_TINT:
        return _finding("mouth_covered", f"lips less red than cheeks by {-tint:.0f}", f"at most {-LEAST_LIP_TINT:.0f}")
    return None


def _eyes(picture: Rgb, face: Face) -> Finding | None:
    lab, points = _lab(picture, face)
    openings, contrasts = [], []
    for eye in mesh.EYES:
        upper, lower = points[list(eye.upper)], points[list(eye.lower)]
        openings.append(np.abs(lower[2:-2, 1] - upper[2:-2, 1]).mean() / np.hypot(*(upper[-1] - upper[0])))
        contrasts.append(lab[_inside(points, eye.upper + eye.lower), 0].std())
    opening, contrast = float(np.mean(openings)), float(np.mean(contrasts))
    if contrast < LEAST_EYE_SIGHT:
        return _finding("eyes_closed", f"contrast {contrast:.1f}", f"at least {LEAST_EYE_SIGHT:.1f}")
    if opening < LEAST_EYE_OPENING and contrast < LEAST_EYE_CONTRAST:
        return _finding("eyes_closed", f"open by {opening:.2f} of their length", f"at least {LEAST_EYE_OPENING:.2f}")
    return None
