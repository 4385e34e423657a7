"""The skin of a head: skull, ears and the painted forms of a face. Eyes, brows and mouth move and are drawn apart."""

import numpy as np
import skia

from greenroom.studio.cast.look import Face
from greenroom.studio.cast.paint import Brush, Point, both_sides, mirrored, mix, oval, spline

# Units: the eyes are on y = 0, the light comes from the upper left, a head is about 290 high.
MOUTH_Y = 88.0
CHIN_Y = 139.0
CROWN_Y = -150.0


def down(face: Face, y: float) -> float:
    """Where a height of the middle face is on a longer or shorter one."""
    return y * face.length if y > 0 else y


def outline(face: Face) -> skia.Path:
    """The outline of head and face without ears and hair."""
    w, j, c = face.width, face.jaw * face.width, face.chin * face.width
    right: list[Point] = [(0, -150), (42 * w, -143), (78 * w, -116), (97 * w, -66), (98 * w, -10), (95 * w, 36)]
    right += [(88 * j, 72), (71 * j, 103), (45 * (j + c) / 2, 126), (22 * c, 137), (0, CHIN_Y + 0.5)]
    return spline(both_sides([(x, down(face, y)) for x, y in right]))


def paint_ears(b: Brush, face: Face) -> None:
    """Both ears; the right one is in the shade."""
    s = face.skin
    w = face.width
    for flip in (True, False):
        with b.flipped(flip):
            right = [
                (92 * w, -14),
                (105 * w, -20),
                (113 * w, -6),
                (111 * w, 18),
                (104 * w, 38),
                (96 * w, 46),
                (90 * w, 30),
            ]
            ear = spline(right)
            b.fill(ear, mix(s.base, s.shade, 0.25 if flip else 0.55))
            with b.clipped(ear):
                b.spot(103 * w, 12, 16, 34, s.blush, 0.2)
                b.spot(97 * w, 14, 9, 20, s.deep, 0.55)
            b.taper([(97 * w, -8), (105 * w, -11), (107.5 * w, 4), (103 * w, 24)], 3.4, s.deep, 0.42, 0.8)
            b.taper([(97 * w, 2), (101.5 * w, 8), (98 * w, 20)], 3, s.deep, 0.4, 0.7)
            b.rim(ear, (-2, -1.5), s.deep, 0.35, 1.6)


def paint_face(b: Brush, face: Face) -> None:
    """The face, lit from the upper left."""
    head = outline(face)
    _form(b, face, head)
    with b.clipped(head):
        _sockets(b, face)
        _cheeks(b, face)
        _chin(b, face)
        if face.freckles:
            _freckles(b, face)
        if face.age:
            _lines(b, face)
        _nose(b, face)


def _form(b: Brush, face: Face, head: skia.Path) -> None:
    s = face.skin
    b.fill(head, mix(s.base, s.shade, 0.12))
    with b.clipped(head):
        b.spot(-34, -36, 150, 175, mix(s.base, s.light, 0.35), 0.85)
        b.spot(118, 70, 80, 165, s.shade, 0.75)
        b.spot(0, 168, 130, 66, s.shade, 0.7)
    b.rim(head, (-20, -8), s.shade, 0.6, 12)
    b.rim(head, (-8, -5), s.deep, 0.3, 6)
    b.rim(head, (10, -4), s.shade, 0.4, 9)
    b.rim(head, (-2.2, -1), mix(s.blush, s.light, 0.45), 0.35, 1.6)
    with b.clipped(head):
        b.spot(-26, -78, 62, 42, s.light, 0.5)
        b.spot(0, -150, 130, 40, s.shade, 0.45)
        for x, a in ((-98, 0.3), (98, 0.4)):
            b.spot(x * face.width, -30, 26, 60, s.shade, a)


def _sockets(b: Brush, face: Face) -> None:
    s = face.skin
    for side, strength in ((-1, 0.9), (1, 1.1)):
        x = side * 44 * face.eye_apart
        b.spot(x, -10, 36, 22, s.deep, 0.2 * strength)
        b.spot(side * 17, -8, 14, 26, s.deep, 0.28 * strength)
        b.spot(x + side * 4, 0, 30, 16, s.blush, 0.14)
        b.spot(x - 4, -26, 26, 9, s.light, 0.3)
        b.spot(x - side * 2, 17, 26, 8, s.deep, 0.13 + 0.18 * face.age)
        b.spot(x - side * 2, 24, 26, 8, s.light, 0.26)
        if face.shadow is not None:
            b.spot(x + side * 5, -10, 31, 13, face.shadow, 0.5)


def _cheeks(b: Brush, face: Face) -> None:
    s = face.skin
    b.spot(-57, 46, 42, 30, s.blush, 0.34 * face.blush, -12)
    b.spot(57, 46, 42, 30, s.blush, 0.38 * face.blush, 12)
    b.spot(-58, 22, 30, 13, s.light, 0.55, 14)
    b.spot(54, 24, 24, 10, s.light, 0.28, -14)
    for side in (-1, 1):
        b.spot(side * 80 * face.width, 78, 26, 40, s.shade, 0.35)
        fold = [(side * 23, 56), (side * 35, 68), (side * 42, 84), (side * 43, 96)]
        b.taper([(x, down(face, y)) for x, y in fold], 7, s.shade, 0.4, 3.2, 0.35)


def _nose(b: Brush, face: Face) -> None:
    s = face.skin
    n = face.nose
    tip = 48 * face.nose_length
    side_plane = [
        (10, -30),
        (15, -14),
        (10 * n, 8),
        (12 * n, tip - 16),
        (20 * n, tip - 4),
        (16 * n, tip + 6),
        (5 * n, tip - 6),
        (5, 10),
        (6, -12),
    ]
    b.fill(spline(side_plane), s.shade, 0.55, 3.2)
    b.taper([(13, -26), (10, -8), (8 * n, 14), (10 * n, tip - 14)], 7, s.deep, 0.28, 3, 0.3)
    b.taper([(-12, -24), (-9, -6), (-8 * n, 16), (-11 * n, tip - 12)], 5, s.shade, 0.4, 2.8, 0.3)
    b.spot(0, tip + 2, 27 * n, 19, s.blush, 0.12 + 0.18 * face.blush)
    b.spot(2 * n, tip + 17, 24 * n, 10, s.deep, 0.42)
    # Wings, then what is under the tip, then nostrils, then what shines.
    for side, a in ((-1, 0.5), (1, 0.75)):
        wing = [
            (side * 14 * n, tip - 11),
            (side * 20.5 * n, tip - 4),
            (side * 20 * n, tip + 5),
            (side * 14.5 * n, tip + 8.5),
        ]
        b.taper(wing, 3, s.deep, a, 0.9, 0.6)
        b.spot(side * 14 * n - 2, tip - 1, 7, 6, s.light, 0.28 if side < 0 else 0.1)
        b.spot(side * 22 * n, tip + 2, 7, 10, s.deep, 0.16)
    under = [
        (-15 * n, tip + 7),
        (-8 * n, tip + 5.5),
        (0, tip + 11),
        (8 * n, tip + 5.5),
        (15 * n, tip + 7),
        (9 * n, tip + 11.5),
        (0, tip + 14),
        (-9 * n, tip + 11.5),
    ]
    b.fill(spline(under), s.deep, 0.42, 1.6)
    for side in (-1, 1):
        hole = [(side * 4.5 * n, tip + 9.5), (side * 8 * n, tip + 6.2), (side * 12.5 * n, tip + 7.2)]
        b.taper(hole, 4.2, mix(s.deep, 0x1A0503, 0.62), 0.85, 0.6, 0.55)
    b.taper([(-2.5, -22), (-3, 0), (-3, tip - 18)], 7, s.light, 0.55, 2.2, 0.6)
    b.spot(-3 * n, tip - 2, 10 * n, 9, s.light, 0.75)
    b.spot(-4 * n, tip - 4, 4, 3.5, 0xFFFFFF, 0.45)


def _chin(b: Brush, face: Face) -> None:
    s = face.skin
    y = down(face, MOUTH_Y)
    b.spot(0, y - 16, 7, 12, s.shade, 0.55)
    b.taper([(-7, y - 26), (-6, y - 17), (-8, y - 10)], 3, s.light, 0.3, 1.2)
    b.spot(0, y + 23, 28, 9, s.deep, 0.3)
    b.spot(-5, y + 36, 24, 13, s.light, 0.42)
    b.spot(0, y + 38, 30, 18, s.blush, 0.13)
    for side in (-1, 1):
        b.spot(side * 39, y + 4, 12, 16, s.shade, 0.42)
        b.spot(side * 30 - 3, y - 10, 12, 9, s.light, 0.18)


def _freckles(b: Brush, face: Face) -> None:
    rng = np.random.Generator(np.random.PCG64(5))
    for _ in range(int(90 * face.freckles)):
        side = -1 if rng.random() < 0.5 else 1
        x, y = side * (14 + 62 * rng.random()), 24 + 16 * rng.standard_normal()
        b.fill(oval(x, y, *rng.uniform(0.5, 1.05, 2)), face.skin.deep, float(rng.uniform(0.12, 0.34)), 0.3)


def _lines(b: Brush, face: Face) -> None:
    """What years draw: folds, crow's feet, lines of the forehead, bags."""
    s, a = face.skin, face.age
    for i, y in enumerate((-92, -79, -66)):
        b.taper([(-48 + 4 * i, y + 3), (-16, y), (14, y + 1), (50 - 5 * i, y + 4)], 2.2, s.deep, 0.3 * a, 0.9)
        b.taper([(-46 + 4 * i, y + 6), (-16, y + 3), (46 - 5 * i, y + 7)], 2.2, s.light, 0.35 * a, 1)
    for flip in (True, False):
        with b.flipped(flip):
            fold = [(23, 54), (35, 68), (42, 86), (40, 100)]
            b.taper([(x, down(face, y)) for x, y in fold], 3.4, s.deep, 0.5 * a, 1.2, 0.4)
            b.taper([(x + 4, down(face, y)) for x, y in fold[:3]], 4, s.light, 0.22 * a, 1.8, 0.4)
            b.taper([(34, down(face, 98)), (36, down(face, 108)), (33, down(face, 118))], 2.6, s.deep, 0.35 * a, 1.2)
            x = 44 * face.eye_apart
            for end in ((28, -9), (30, -1), (28, 8)):
                b.taper(
                    [(x + 22, 1 + end[1] / 6), (x + 27, end[1] * 0.6), (x + 3 + end[0], end[1])],
                    1.5,
                    s.deep,
                    0.42 * a,
                    0.5,
                )
            b.taper([(x - 18, 13), (x - 4, 19), (x + 12, 17)], 2.4, s.deep, 0.45 * a, 0.9)
            b.taper([(8, -38), (6.5, -30), (7, -22)], 1.8, s.deep, 0.4 * a, 0.7)


__all__ = ["CHIN_Y", "CROWN_Y", "MOUTH_Y", "down", "mirrored", "outline", "paint_ears", "paint_face"]
