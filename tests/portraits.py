"""
Portraits of people who do not exist: heads in three dimensions, modelled and rendered here, for tests of photo avatars.

A head is a surface that any ray from its middle meets once: an ellipsoid with a jaw, sockets, a nose, lips. Skin, hair,
eyes and lips are painted onto it; it is lit by one lamp and a soft sky, and seen without perspective. These are no
photographs: what networks trained on photographs make of them says that the code works, not how people look.
"""

from dataclasses import dataclass, replace
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

Rgb = NDArray[np.uint8]
Plane = NDArray[np.float32]

_PX = 220.0  # of the paint, for a radian
_ROWS, _COLUMNS = int(3.1416 * _PX), int(6.2832 * _PX)


@dataclass(frozen=True)
class Head:
    """Who it is, and how they hold their face. Angles in degrees; colours red, green, blue."""

    skin: tuple[int, int, int] = (224, 178, 150)
    hair: tuple[int, int, int] = (72, 48, 32)
    iris: tuple[int, int, int] = (86, 62, 40)
    lips: tuple[int, int, int] = (186, 96, 92)
    cloth: tuple[int, int, int] = (52, 70, 104)
    ground: tuple[int, int, int] = (196, 202, 208)
    wide: float = 1.0
    jaw: float = 1.0
    nose: float = 1.0
    eyes: float = 1.0
    long_hair: float = 0.0
    bald: bool = False
    beard: float = 0.0
    glasses: bool = False
    age: float = 0.2
    mouth: float = 0.0  # 0 closed to 1 showing teeth
    smile: float = 0.15
    lids: float = 0.0  # 0 open to 1 closed
    turn: float = 0.0
    nod: float = 0.0
    roll: float = 0.0
    lamp: float = -35.0
    seed: int = 1


PEOPLE: dict[str, Head] = {
    "anna": Head(hair=(110, 72, 40), long_hair=0.9, iris=(70, 100, 120), seed=1),
    "bruno": Head(skin=(205, 154, 124), hair=(30, 24, 22), beard=0.8, wide=1.05, jaw=1.12, nose=1.2, seed=2),
    "chidi": Head(skin=(112, 74, 54), hair=(22, 18, 18), lips=(128, 70, 66), nose=1.1, wide=1.03, seed=3),
    "divya": Head(skin=(172, 120, 88), hair=(24, 18, 20), long_hair=1.0, lips=(150, 74, 76), smile=0.4, seed=4),
    "elsa": Head(skin=(236, 200, 180), hair=(206, 202, 198), age=0.9, glasses=True, iris=(90, 120, 140), seed=5),
    "farid": Head(skin=(196, 146, 112), hair=(40, 30, 26), beard=0.45, glasses=True, jaw=1.08, seed=6),
    "gao": Head(skin=(232, 192, 158), hair=(20, 18, 20), eyes=0.88, nose=0.9, wide=1.06, seed=7),
    "hugo": Head(skin=(230, 180, 158), bald=True, age=0.8, nose=1.25, iris=(110, 130, 150), seed=8),
    "imani": Head(skin=(88, 58, 44), hair=(18, 14, 14), lips=(120, 58, 60), mouth=0.8, smile=0.6, seed=9),
    "jana": Head(skin=(238, 196, 170), hair=(196, 150, 88), long_hair=0.7, mouth=0.9, smile=0.7, turn=6, seed=10),
    "kenji": Head(skin=(222, 178, 142), hair=(26, 22, 24), eyes=0.9, turn=-9, nod=3, seed=11),
    "lucia": Head(skin=(214, 160, 130), hair=(58, 30, 20), long_hair=1.0, roll=6, smile=0.35, lamp=40, seed=12),
    "mateo": Head(skin=(186, 134, 104), hair=(34, 26, 22), beard=0.25, wide=0.97, turn=4, roll=-5, seed=13),
    "nadia": Head(skin=(142, 96, 70), hair=(26, 20, 20), long_hair=0.8, glasses=True, age=0.5, seed=14),
}
"""Fourteen people, over ages, tones of skin, glasses, beards, mouths and turns."""


@cache
def portrait(head: Head, width: int = 480, height: int = 600, face: float = 0.30) -> Rgb:
    """A portrait. `face` is about the distance from the eyes to the chin, in parts of the width."""
    surface, paint, gloss = _surface(head), *_paint(head)
    scale = face * width
    middle = np.array([width / 2, height * 0.44])
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    rays = np.stack([(x - middle[0]) / scale, (middle[1] - y) / scale], -1)
    near = np.s_[: int(middle[1] + 1.35 * scale), max(0, int(middle[0] - 1.25 * scale)) : int(middle[0] + 1.25 * scale)]
    z, turned = _met(surface, rays[near], _rotation(head))
    picture = _behind(head, rays)
    colour = _lit(head, z, turned, paint, gloss, scale)
    seen = np.isfinite(z).astype(np.float32)
    cover = cv2.GaussianBlur(cv2.erode(seen, np.ones((3, 3), np.uint8)), (0, 0), 0.8)
    _mix(picture[near], colour, cover)
    if head.glasses:
        _glasses(picture, head, scale, middle)
    noise = np.random.default_rng(head.seed).normal(0, 1.6, picture.shape[:2]).astype(np.float32)
    return np.clip(picture + noise[..., None] + 0.5, 0, 255).astype(np.uint8)


def posed(head: Head, **changes: object) -> Head:
    """The same person otherwise."""
    return replace(head, **changes)  # type: ignore[arg-type]


# The surface


def _directions() -> tuple[Plane, Plane]:
    """Azimuth (0 ahead, positive to the right of the picture) and elevation of each place of the paint."""
    azimuth = (np.arange(_COLUMNS, dtype=np.float32) + 0.5) / _PX - np.float32(np.pi)
    elevation = np.float32(np.pi / 2) - (np.arange(_ROWS, dtype=np.float32) + 0.5) / _PX
    return np.meshgrid(azimuth, elevation)  # type: ignore[return-value]


def _step(low: float, high: float, x: Plane) -> Plane:
    t = np.clip((x - low) / (high - low), 0, 1)
    return np.asarray(t * t * (3 - 2 * t), np.float32)


def _bump(a: Plane, e: Plane, at: tuple[float, float], size: tuple[float, float]) -> Plane:
    return np.exp(-(((a - at[0]) / size[0]) ** 2) - ((e - at[1]) / size[1]) ** 2)


EYE, MOUTH, NOSE, BROW = (0.40, 0.02), -0.60, -0.30, 0.20


def _surface(head: Head) -> Plane:
    """The distance of the surface from the middle in each direction."""
    a, e = _directions()
    a, e = (np.ascontiguousarray(plane[::3, ::3]) for plane in (a, e))
    taper = 1 - 0.15 * _step(-0.25, -1.05, e) / head.jaw
    across = 0.72 * head.wide * taper
    sx, sy, sz = np.cos(e) * np.sin(a), np.sin(e), np.cos(e) * np.cos(a)
    power = 2.3
    r = (np.abs(sx / across) ** power + np.abs(sy / 1.02) ** power + np.abs(sz / 0.86) ** power) ** (-1 / power)
    side = np.abs(a)
    r -= 0.075 * _bump(side, e, (EYE[0], EYE[1] + 0.01), (0.20, 0.13))
    r += 0.030 * _bump(side, e, (0.36, BROW + 0.02), (0.28, 0.08))
    r += 0.030 * _bump(side, e, (0.62, -0.22), (0.22, 0.20))
    r += 0.055 * _bump(side, e, (EYE[0], EYE[1]), (0.13, 0.085))  # the ball
    n = head.nose
    bridge = _step(NOSE - 0.06, NOSE + 0.02, e) * (1 - _step(0.02, 0.24, e))
    r += n * (0.06 + 0.16 * (1 - _step(NOSE, 0.12, e))) * bridge * np.exp(-((a / (0.085 + 0.02 * n)) ** 2))
    r += 0.075 * n * _bump(side, e, (0.10, NOSE + 0.005), (0.055, 0.06))
    r += 0.055 * _bump(a, e, (0.0, MOUTH), (0.34, 0.16))
    r += 0.035 * _bump(a, e, (0.0, MOUTH + 0.055), (0.22, 0.045)) + 0.042 * _bump(
        a, e, (0.0, MOUTH - 0.07), (0.19, 0.05)
    )
    r -= 0.016 * _bump(a, e, (0.0, MOUTH), (0.26, 0.018))
    r += 0.055 * _bump(a, e, (0.0, -0.98), (0.26, 0.15))
    r += 0.08 * _bump(side, e, (1.62, -0.06), (0.12, 0.20))  # ears
    # Rays find the surface step by step: it may not be steep.
    hair = cv2.GaussianBlur(_hair(head, a, e), (0, 0), 7)
    r = r + hair * (0.08 + 0.01 * np.sin(9 * a + head.seed) + 0.03 * head.long_hair)
    return np.asarray(r, np.float32)


def _hair(head: Head, a: Plane, e: Plane) -> Plane:
    """Where hair is, 0 to 1."""
    if head.bald:
        return np.zeros_like(a)
    side = np.abs(a)
    line = 0.78 - 0.10 * np.cos(3 * a) - 0.62 * _step(0.75, 1.15, side)
    line = line - (0.35 + 0.75 * head.long_hair) * _step(1.2, 1.5, side)
    return _step(-0.03, 0.05, e - line)


def _rotation(head: Head) -> NDArray[np.float32]:
    turn, nod, roll = np.radians([head.turn, head.nod, head.roll])
    y = np.array([[np.cos(turn), 0, np.sin(turn)], [0, 1, 0], [-np.sin(turn), 0, np.cos(turn)]])
    x = np.array([[1, 0, 0], [0, np.cos(nod), -np.sin(nod)], [0, np.sin(nod), np.cos(nod)]])
    z = np.array([[np.cos(roll), np.sin(roll), 0], [-np.sin(roll), np.cos(roll), 0], [0, 0, 1]])
    return (z @ x @ y).astype(np.float32)


def _looked(table: Plane, p: NDArray[np.float32]) -> tuple[Plane, Plane, Plane]:
    """Radius of places, and column and row of their direction in a table."""
    radius = np.sqrt((p * p).sum(-1))
    scale = np.float32(table.shape[0] / np.pi)
    column = (np.arctan2(p[..., 0], p[..., 2]) + np.float32(np.pi)) * scale - np.float32(0.5)
    row = (
        np.float32(np.pi / 2) - np.arcsin(np.clip(p[..., 1] / np.maximum(radius, 1e-6), -1, 1))
    ) * scale - np.float32(0.5)
    return radius, column, row


def _met(table: Plane, rays: NDArray[np.float32], rotation: NDArray[np.float32]) -> tuple[Plane, NDArray[np.float32]]:
    """How near each ray meets the head (not finite where it does not), and where in the head's own axes."""
    depth = np.full(rays.shape[:2], np.float32(1.35))
    place = np.empty((*rays.shape[:2], 3), np.float32)
    for _ in range(26):
        place[..., :2], place[..., 2] = rays, depth
        own = place @ rotation
        radius, column, row = _looked(table, own)
        gap = radius - cv2.remap(table, column, row, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)
        depth = depth - np.float32(0.55) * gap
    met = ((np.abs(gap) < 0.02) & (depth > -0.9)).astype(np.uint8)
    # A ray that never settles under the nose meets what is around it.
    met = cv2.morphologyEx(met, cv2.MORPH_CLOSE, np.ones((15, 15), np.uint8)) > 0
    return np.where(met, depth, np.float32(np.nan)), own


# Paint


def _blot(shape: tuple[int, int], seed: int, size: float) -> Plane:
    rng = np.random.default_rng(seed)
    small = rng.normal(0, 1, (max(2, int(shape[0] / size)), max(2, int(shape[1] / size)))).astype(np.float32)
    return np.asarray(cv2.resize(small, shape[::-1], interpolation=cv2.INTER_CUBIC), np.float32)


def _paint(head: Head) -> tuple[NDArray[np.float32], Plane]:
    """The colour of the surface in each direction, and how glossy it is."""
    a, e = _directions()
    skin, hair = np.array(head.skin, np.float32), np.array(head.hair, np.float32)
    whole = np.broadcast_to(skin, (*a.shape, 3)).copy()
    whole *= (1 + 0.018 * _blot(a.shape, head.seed, 5) + 0.02 * _blot(a.shape, head.seed + 50, 40))[..., None]
    shine = np.full(a.shape, np.float32(0.16))
    locks = _hair(head, a, e)
    flow = 1 + 0.10 * np.sin(70 * a + 3 * np.sin(7 * e + head.seed)) + 0.10 * _blot(a.shape, head.seed + 3, 4)
    shine += locks * 0.12
    # What is painted finely is all in front.
    front = slice(int(0.9 * _PX), int(2.9 * _PX)), slice(int(1.7 * _PX), int(4.6 * _PX))
    _features(head, whole[front], shine[front], a[front], e[front])
    _mix(whole, hair * flow[..., None], locks)
    return whole, shine


def _features(head: Head, colour: NDArray[np.float32], gloss: Plane, a: Plane, e: Plane) -> None:
    side = np.abs(a)
    skin, hair = np.array(head.skin, np.float32), np.array(head.hair, np.float32)
    blush = 0.10 * _bump(side, e, (0.55, -0.28), (0.25, 0.18)) + 0.10 * _bump(a, e, (0, NOSE), (0.14, 0.10))
    colour *= 1 - blush[..., None] * np.array([0.0, 0.8, 0.8], np.float32)
    _aged(head, colour, a, e)
    _painted_mouth(head, colour, gloss, a, e)
    for one in (-1, 1):
        _painted_eye(head, colour, gloss, a * one, e)
    brow = _bump(side, e - 0.10 * (side - 0.4) + 0.35 * (side - 0.42) ** 2, (0.42, BROW + 0.035), (0.20, 0.035))
    strand = 1 + 0.22 * _blot(a.shape, head.seed + 9, 3)
    _mix(colour, hair * 0.9, np.clip(brow * 1.15 * strand, 0, 0.92))
    nostril = _bump(side, e, (0.075, NOSE - 0.05), (0.035, 0.018))
    _mix(colour, skin * 0.25, 0.9 * nostril)
    if head.beard:
        low = _step(-0.34, -0.52, e - 0.35 * _step(0.5, 1.1, side)) * (1 - _step(1.2, 1.35, side))
        lip = _bump(a, e, (0, MOUTH - 0.01), (0.30, 0.085)) ** 0.5
        _mix(
            colour,
            hair,
            np.clip(low * head.beard * (1 - _step(0.45, 0.75, lip)) * (0.85 + 0.3 * _blot(a.shape, 7, 3)), 0, 0.95),
        )


def _mix(colour: NDArray[np.float32], other: NDArray[np.float32], much: Plane) -> None:
    colour += much[..., None] * (other - colour)


def _aged(head: Head, colour: NDArray[np.float32], a: Plane, e: Plane) -> None:
    side = np.abs(a)
    fold = (
        np.exp(-(((side - 0.22 - 0.42 * (NOSE - e)) / 0.02) ** 2))
        * _step(NOSE + 0.02, NOSE - 0.06, e)
        * _step(-0.62, -0.5, e)
    )
    bag = _bump(side, e + 0.25 * (side - EYE[0]) ** 2, (EYE[0], EYE[1] - 0.14), (0.16, 0.015))
    lines = np.maximum(0, np.sin((e - 0.3) * 70)) ** 4 * _bump(a, e, (0, 0.48), (0.45, 0.12))
    colour *= 1 - (head.age * (0.30 * fold + 0.22 * bag + 0.16 * lines))[..., None]


def _lip_lines(head: Head, a: Plane) -> tuple[Plane, Plane, Plane, Plane]:
    """Outer and inner edges of the lips at each azimuth: top, upper inner, lower inner, bottom."""
    t = np.clip(np.abs(a) / (0.29 * (1 + 0.16 * head.smile)), 0, 1)
    lift = 0.075 * head.smile * t**2
    arch = np.sqrt(np.clip(1 - t**2, 0, 1))
    gap = 0.105 * head.mouth * np.clip(1 - t**2.2, 0, 1)
    bow = 0.010 * np.exp(-((a / 0.05) ** 2))
    top = MOUTH + lift + 0.075 * arch**1.1 - bow + 0.2 * gap
    return top, MOUTH + lift + 0.2 * gap, MOUTH + lift - 0.8 * gap, MOUTH + lift - 0.8 * gap - 0.10 * arch**1.2


def _painted_mouth(head: Head, colour: NDArray[np.float32], gloss: Plane, a: Plane, e: Plane) -> None:
    top, high, low, bottom = _lip_lines(head, a)
    soft = 0.006
    lips = np.clip((top - e) / soft + 0.5, 0, 1) * np.clip((e - bottom) / soft + 0.5, 0, 1)
    red = np.array(head.lips, np.float32)
    _mix(colour, red, 0.9 * lips)
    gloss += 0.25 * lips
    inside = np.clip((high - e) / soft + 0.5, 0, 1) * np.clip((e - low) / soft + 0.5, 0, 1)
    inside *= np.clip((high - low) / 0.012, 0, 1)
    _mix(colour, np.array([52, 20, 20], np.float32), inside)
    teeth = inside * np.clip((e - (high - 0.075)) / soft + 0.5, 0, 1)
    comb = 1 - 0.10 * np.exp(-(((a / 0.045 + 0.5) % 1 - 0.5) ** 2) / 0.004)
    white = np.array([232, 226, 212], np.float32) * (comb * (1 - 0.5 * (np.abs(a) / 0.30) ** 2))[..., None]
    _mix(colour, white, teeth)
    line = np.exp(-(((e - (high + low) / 2) / 0.008) ** 2)) * np.clip((0.29 - np.abs(a)) / 0.03 + 0.5, 0, 1)
    _mix(colour, red * 0.35, 0.85 * line * (1 - min(1.0, head.mouth * 4)))
    _mix(colour, np.array(head.skin, np.float32) * 0.72, 0.5 * _bump(a, e, (0, MOUTH - 0.17), (0.14, 0.02)))


def _painted_eye(head: Head, colour: NDArray[np.float32], gloss: Plane, a: Plane, e: Plane) -> None:
    x, y = (a - EYE[0]) / 0.165, e - EYE[1] - 0.012 * (a - EYE[0]) / 0.165
    arch = np.sqrt(np.clip(1 - x * x, 0, 1)) * (1 - 0.12 * x)
    upper = 0.070 * head.eyes * arch * (1 - 1.6 * head.lids)
    lower = -0.042 * head.eyes * arch
    upper = np.maximum(upper, lower)
    soft = 0.005
    opened = np.clip((upper - y) / soft + 0.5, 0, 1) * np.clip((y - lower) / soft + 0.5, 0, 1) * (np.abs(x) < 1)
    skin = np.array(head.skin, np.float32)
    fold = np.exp(-(((y - 0.105 * head.eyes * arch - 0.004) / 0.009) ** 2)) * (np.abs(x) < 1)
    _mix(colour, skin * 0.55, 0.6 * fold)
    _mix(colour, skin * 0.80, 0.5 * _bump(x, y, (0, 0.02), (1.1, 0.09)))
    opened = opened * np.clip((upper - lower) / 0.012, 0, 1)
    _mix(colour, np.array([232, 226, 222], np.float32) * (1 - 0.25 * x[..., None] ** 2), opened)
    _mix(colour, np.array([206, 130, 118], np.float32), opened * np.exp(-(((x + 0.95) / 0.12) ** 2)))
    away = np.hypot(a - EYE[0], y - 0.012)
    iris = opened * np.clip((0.068 - away) / soft + 0.5, 0, 1)
    _mix(colour, np.array(head.iris, np.float32) * (0.55 + 0.6 * np.clip(away / 0.068, 0, 1))[..., None], iris)
    _mix(colour, np.array(head.iris, np.float32) * 0.3, iris * np.exp(-(((away - 0.066) / 0.008) ** 2)))
    _mix(colour, np.array([10, 8, 8], np.float32), opened * np.clip((0.030 - away) / soft + 0.5, 0, 1))
    spark = np.exp(-(((a - EYE[0] + 0.02) / 0.011) ** 2) - ((y - 0.036) / 0.011) ** 2)
    _mix(colour, np.array([255, 255, 255], np.float32), opened * np.clip(spark * 1.3, 0, 1))
    _mix(colour, skin * 0.35, opened * 0.5 * np.exp(-(((y - upper) / 0.02) ** 2)))
    lash = np.exp(-(((y - upper) / 0.010) ** 2)) * np.clip((1.02 - np.abs(x)) * 8, 0, 1)
    _mix(colour, np.array([26, 18, 16], np.float32), 0.9 * lash)
    under = np.exp(-(((y - lower) / 0.007) ** 2)) * np.clip((1 - np.abs(x)) * 8, 0, 1)
    _mix(colour, skin * 0.5, 0.5 * under)
    gloss += 0.3 * opened


# Light


def _lit(
    head: Head, z: Plane, own: NDArray[np.float32], paint: NDArray[np.float32], gloss: Plane, scale: float
) -> NDArray[np.float32]:
    _, column, row = _looked(paint[..., 0], own)
    colour = cv2.remap(paint, column, row, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)
    shine = cv2.remap(gloss, column, row, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)
    smooth = cv2.GaussianBlur(np.nan_to_num(z, nan=-0.5), (0, 0), 0.010 * scale)
    dx, dy = cv2.Sobel(smooth, cv2.CV_32F, 1, 0, scale=scale / 8), cv2.Sobel(smooth, cv2.CV_32F, 0, 1, scale=scale / 8)
    normal = np.dstack([-dx, dy, np.ones_like(dx)])
    normal /= np.sqrt((normal * normal).sum(-1))[..., None]
    angle = np.radians(head.lamp)
    lamp = np.array([np.sin(angle) * 0.75, 0.45, np.cos(angle) * 0.75], np.float32)
    lamp /= np.sqrt((lamp * lamp).sum())
    wrapped = np.clip((normal @ lamp + 0.25) / 1.25, 0, 1)
    sky = 0.5 + 0.5 * normal[..., 1]
    # Hollows are darker: what lies behind its surroundings sees less of the sky.
    hollow = np.clip(cv2.GaussianBlur(smooth, (0, 0), 0.07 * scale) - smooth, 0, 0.06) / 0.06
    light = (0.30 + 0.16 * sky) * (1 - 0.35 * hollow) + 0.66 * wrapped
    half = lamp + np.array([0, 0, 1], np.float32)
    half /= np.sqrt((half * half).sum())
    spot = np.clip(normal @ half, 0, 1) ** 26 * shine * 150
    warm = np.array([1.0, 0.985, 0.965], np.float32)
    edge = np.clip(normal[..., 2] * 2.2, 0.35, 1)
    return np.asarray(colour * (light * edge)[..., None] * warm + spot[..., None], np.float32)


def _behind(head: Head, rays: NDArray[np.float32]) -> NDArray[np.float32]:
    """Ground, shoulders, neck and the hair that hangs behind it."""
    x, y = rays[..., 0], rays[..., 1]
    ground = np.array(head.ground, np.float32) * (1 + 0.08 * y - 0.05 * x**2)[..., None]
    picture = ground + 6 * _blot(x.shape, head.seed + 70, 90)[..., None]
    hair, skin, cloth = (np.array(c, np.float32) for c in (head.hair, head.skin, head.cloth))
    if head.long_hair and not head.bald:
        wide = 0.76 + 0.06 * head.long_hair + 0.03 * np.sin(7 * y + head.seed)
        fall = np.clip((wide - np.abs(x)) * 25, 0, 1) * np.clip((y + 0.6 + 1.0 * head.long_hair) * 12, 0, 1) * (y < 0.4)
        flow = 0.62 + 0.14 * np.sin(60 * x + 4 * np.sin(3 * y)) - 0.2 * (1 - np.abs(x))
        _mix(picture, hair * flow[..., None], fall)
    half = 0.40 * head.wide * head.jaw + 0.10 * _step(-1.1, -1.6, y)
    neck = np.clip((half - np.abs(x)) * 40, 0, 1) * (y < -0.4) * np.clip((y + 1.9) * 30, 0, 1)
    round_ = np.sqrt(np.clip(1 - (x / half) ** 2, 0, 1))
    shade = (0.42 + 0.40 * round_ - 0.12 * np.sign(head.lamp) * -x) * (0.62 + 0.38 * _step(-0.95, -1.35, y))
    _mix(picture, skin * shade[..., None], neck)
    top = -1.28 - 0.20 * np.abs(x) - 0.42 * np.clip(np.abs(x) - 0.75, 0, None) ** 1.4
    body = np.clip((top - y) * 30, 0, 1) * np.clip((1.75 - np.abs(x)) * 20, 0, 1)
    collar = _bump(x, y, (0, -1.22), (0.36, 0.30))
    body = body * (1 - _step(0.62, 0.70, collar))
    fabric = 1 + 0.03 * _blot(x.shape, head.seed + 30, 2.5) + 0.10 * _blot(x.shape, head.seed + 31, 60)
    tone = (0.75 + 0.25 * np.exp(-((x - 0.3 * np.sign(head.lamp)) ** 2))) * fabric
    _mix(picture, cloth * tone[..., None], body)
    return picture


def _glasses(picture: NDArray[np.float32], head: Head, scale: float, middle: NDArray[np.float64]) -> None:
    """Frames before the eyes, turned with the head."""
    big = np.zeros(picture.shape[:2], np.uint8)
    rotation = _rotation(head).T

    def place(x: float, y: float, z: float) -> tuple[int, int]:
        own = np.array([x, y, z], np.float32) @ rotation
        return round((middle[0] + own[0] * scale) * 16), round((middle[1] - own[1] * scale) * 16)

    thick = max(2, round(0.022 * scale))
    turns = np.linspace(0, 2 * np.pi, 60)
    for one in (-1, 1):
        ring = [place(one * 0.335 + 0.235 * np.cos(t), 0.0 + 0.185 * np.sin(t), 0.93) for t in turns]
        cv2.polylines(big, [np.array(ring, np.int32)], True, (255,), thick, cv2.LINE_AA, 4)
        arm = [place(one * 0.57, 0.04, 0.90), place(one * 0.73, 0.05, 0.1)]
        cv2.polylines(big, [np.array(arm, np.int32)], False, (255,), thick, cv2.LINE_AA, 4)
    bridge = [place(x, 0.05 - 0.4 * x * x, 1.0) for x in (-0.1, 0.0, 0.1)]
    cv2.polylines(big, [np.array(bridge, np.int32)], False, (255,), thick, cv2.LINE_AA, 4)
    _mix(picture, np.array([40, 32, 34], np.float32), big.astype(np.float32) / 255 * 0.95)
