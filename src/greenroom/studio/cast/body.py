"""A body without arms: neck, chest and the outline that clothes follow."""

import skia

from greenroom.studio.cast.look import Build, Skin
from greenroom.studio.cast.paint import Brush, Point, both_sides, mix, spline

BOTTOM = 980.0
"""How far down a body is drawn, in units."""
SCALE, DROP = 0.95, -14.0
"""How bodies stand to heads: their size, and how much lower their origin is, in units of the head."""


def shoulder(build: Build) -> float:
    """Half the width over the shoulders."""
    return 214 * build.shoulders


def torso(build: Build, loose: float = 0.0) -> skia.Path:
    """The outline of neck and trunk; `loose` is by how much clothes stand off."""
    s, n = shoulder(build), build.neck
    w = s - 66 * build.waist + loose
    right: list[Point] = [(0, 150), (44 * n, 152), (47 * n, 184), (62 * n, 208), (104, 224), (156, 236), (s - 26, 249)]
    right += [
        (s - 4, 272),
        (s, 316),
        (s - 18 + loose, 400),
        (w + 8, 500),
        (w, 590),
        (w + 12, 700),
        (w + 22, 820),
        (w + 24, BOTTOM),
        (0, BOTTOM),
    ]
    return spline(both_sides(right))


def paint_neck(b: Brush, skin: Skin, build: Build, age: float) -> None:
    """Neck and upper chest as far as clothes may leave them open."""
    n = build.neck
    right: list[Point] = [
        (0, 60),
        (43 * n, 70),
        (43.5 * n, 130),
        (45 * n, 178),
        (56 * n, 208),
        (94, 236),
        (136, 262),
        (140, 330),
        (90, 420),
        (0, 440),
    ]
    shape = spline(both_sides(right))
    b.fill(shape, mix(skin.base, skin.shade, 0.2))
    with b.clipped(shape):
        b.spot(-40, 250, 120, 90, mix(skin.base, skin.light, 0.5), 0.7)
        b.spot(34 * n, 170, 30, 90, skin.deep, 0.32)
        b.spot(-50 * n, 160, 18, 80, skin.shade, 0.5)
        # The chin's shade on the neck, sharper at its lower right edge.
        chin = spline([(-62, 60), (72, 60), (68, 146), (44, 182), (10, 198), (-26, 186), (-56, 150)])
        b.fill(chin, skin.deep, 0.74, 8)
        b.fill(
            spline([(-44, 60), (62, 60), (60, 140), (34, 168), (2, 176), (-28, 164)]),
            mix(skin.deep, 0x200A06, 0.25),
            0.45,
            5,
        )
        for side, a in ((-1, 0.28), (1, 0.38)):
            b.taper([(side * 38 * n, 120), (side * 27 * n, 172), (side * 9, 212)], 9, skin.deep, a, 4, 0.6)
            b.taper([(side * 14, 219), (side * 52, 222), (side * 110, 231)], 7, skin.deep, a, 2.6, 0.3)
            b.taper(
                [(side * 14, 226), (side * 52, 229), (side * 104, 238)], 7, skin.light, 0.5 - 0.2 * (side > 0), 3, 0.3
            )
        b.spot(0, 218, 11, 11, skin.deep, 0.36)
        b.spot(-10, 300, 60, 50, skin.blush, 0.14)
        for y in (150, 172, 190) if age > 0.4 else ():
            b.taper([(-34 * n, y - 6), (0, y + 3), (34 * n, y - 6)], 2.6, skin.deep, 0.3 * age, 1)
    b.rim(shape, (-5, 0), skin.deep, 0.3, 4)
