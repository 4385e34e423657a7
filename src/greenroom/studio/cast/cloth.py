"""Cloth: its light, forms, folds, seams and edges."""

import skia

from greenroom.studio.cast.body import shoulder, torso
from greenroom.studio.cast.look import Build, Color
from greenroom.studio.cast.paint import Brush, Point, Points, linear, mix, oval, spline

NIGHT, SUN = 0x14101E, 0xFFF6E6
"""What cloth goes towards in the shade, and in the light."""
ON_CLOTH = skia.BlendMode.kSrcATop
"""For shades: they fall on what is there, not beside it."""


def dark(color: Color, share: float = 0.4) -> Color:
    """Cloth turned away from the light."""
    return mix(color, NIGHT, share)


def lit(color: Color, share: float = 0.25) -> Color:
    """Cloth in the light."""
    return mix(color, SUN, share)


def cloth(b: Brush, shape: skia.Path, color: Color, *, grain: float = 0.1, seed: int = 3) -> None:
    """Fill a shape as cloth that is lit from the upper left."""
    box = shape.getBounds()
    stops = [(0.0, lit(color, 0.2), 1.0), (0.4, color, 1.0), (1.0, dark(color, 0.3), 1.0)]
    b.fill(shape, linear((box.left(), box.top()), (box.right(), box.top() + min(box.height(), 620)), stops))
    if grain:
        b.grain(shape, dark(color, 0.5), grain, (0.5, 0.5), seed)


def trunk(b: Brush, shape: skia.Path, color: Color, build: Build, folds: float = 1.0) -> None:
    """The forms and folds of cloth over a chest."""
    s = shoulder(build)
    d, u = dark(color, 0.55), lit(color, 0.35)
    with b.clipped(shape):
        b.spot(-s * 0.5, 300, 110, 90, u, 0.5)
        b.spot(s * 0.42, 310, 80, 70, u, 0.2)
        b.spot(s + 10, 460, 130, 330, d, 0.6)
        b.spot(-s - 20, 480, 70, 260, d, 0.4)
        b.spot(0, 760, s, 190, d, 0.35)
        if build.chest:
            for side in (-1, 1):
                b.spot(side * s * 0.42, 432, 78, 34, d, 0.42 * build.chest)
                b.spot(side * s * 0.42 - 16, 366, 62, 54, u, 0.34 * build.chest)
            b.spot(0, 392, 22, 70, d, 0.3 * build.chest)
        for flip, y in ((True, 0), (False, 11)):
            with b.flipped(flip):
                fold(b, [(s - 26, 330 + y), (s - 60, 364 + y), (s - 104 + y, 378)], 13, color, folds)
                fold(b, [(s - 30, 352 + y), (s - 66, 412 - y), (s - 118 - y, 440 + y)], 14, color, folds * 0.8)
                fold(b, [(s - 36, 420 - y), (s - 62, 486), (s - 112 - y, 530 + 2 * y)], 12, color, folds * 0.8)
                fold(b, [(s - 66, 560 + y), (s - 104, 594 + y), (s - 158 - 2 * y, 600)], 12, color, folds)
                fold(b, [(s - 62, 628 - y), (s - 110, 650), (s - 146 + y, 704 + y)], 13, color, folds)
                fold(b, [(s - 58, 700), (s - 92 + y, 770), (s - 100, 870)], 14, color, folds * 0.8)
    b.rim(shape, (-7, -2), dark(color, 0.7), 0.35, 5)
    b.rim(shape, (3, 2.5), lit(color, 0.6), 0.35, 1.6)


def fold(b: Brush, line: Points, width: float, color: Color, strength: float) -> None:
    b.taper(line, width, dark(color, 0.65), 0.36 * strength, 3.6, 0.3)
    b.taper([(x - 1, y - 7) for x, y in line], width * 0.8, lit(color, 0.4), 0.2 * strength, 4, 0.3)


def shade_below(b: Brush, build: Build, shape: skia.Path) -> None:
    """The shade that a layer casts on what is worn under it."""
    lower = skia.Path(shape)
    lower.offset(3, 6)
    with b.clipped(torso(build)):
        b.fill(lower, NIGHT, 0.4, 8)


def seam(b: Brush, line: Points, color: Color, stitched: bool = False) -> None:
    """Where two pieces of cloth meet."""
    b.line(spline(line, closed=False), dark(color, 0.6), 1.5, 0.6)
    b.line(spline([(x - 1.6, y + 1) for x, y in line], closed=False), lit(color, 0.4), 1.1, 0.4)
    if stitched:
        path = spline([(x + 5, y + 1) for x, y in line], closed=False)
        b.dashes(path, lit(color, 0.5), 1.2, 0.69, (4.0, 3.0))


def button(b: Brush, x: float, y: float, color: Color, radius: float = 5.0) -> None:
    """A button with its shade and shine."""
    b.fill(oval(x + 1.5, y + 2, radius, radius), NIGHT, 0.45, 1.6)
    b.fill(
        oval(x, y, radius, radius),
        linear((x - radius, y - radius), (x + radius, y + radius), [(0, lit(color, 0.5), 1), (1, dark(color, 0.3), 1)]),
    )
    b.line(oval(x, y, radius * 0.62, radius * 0.62), dark(color, 0.4), 0.8, 0.6)
    for dx in (-1.4, 1.4):
        b.fill(oval(x + dx, y, 0.8, 0.8), NIGHT, 0.7)


def opened(shape: skia.Path, front: Points) -> skia.Path:
    """Cloth without what is above a neck opening, given as the line of its front from one side to the other."""
    (x0, y0), (x1, y1) = front[0], front[-1]
    hole = [
        *front,
        (x1, y1),
        (x1 * 0.94, 150),
        (x1 * 0.94, 90),
        (x1 * 0.94, 90),
        (x0 * 0.94, 90),
        (x0 * 0.94, 90),
        (x0 * 0.94, 150),
        (x0, y0),
    ]
    return skia.Op(shape, spline(hole), skia.PathOp.kDifference_PathOp)


def neckline(b: Brush, front: Points, color: Color, width: float = 12.0, ribbed: bool = True) -> None:
    """The border of a neck opening, and its shade on the skin."""
    edge = spline(front, closed=False)
    b.line(spline([(x * 0.93, y - 5) for x, y in front[1:-1]], closed=False), NIGHT, 7, 0.3, 3.5)
    b.line(spline([(x * 1.06, y + width * 0.6) for x, y in front[1:-1]], closed=False), dark(color, 0.7), 4, 0.35, 1.8)
    b.line(edge, dark(color, 0.14), width)
    b.line(
        spline([(x * 1.01, y - width * 0.12) for x, y in front], closed=False), lit(color, 0.25), width * 0.4, 0.6, 1
    )
    if ribbed:
        b.dashes(edge, dark(color, 0.6), width, 0.376, (1.2, 3.4))


def crew_hole(n: float, deep: float = 246) -> list[Point]:
    """The line of a round neck."""
    return [
        (-53 * n, 195),
        (-53 * n, 209),
        (-40 * n, (deep + 222) / 2),
        (-18, deep - 3),
        (0, deep),
        (18, deep - 3),
        (40 * n, (deep + 222) / 2),
        (53 * n, 209),
        (53 * n, 195),
    ]


def vee_hole(n: float, deep: float) -> list[Point]:
    """The line of a pointed neck."""
    return [
        (-50 * n, 176),
        (-58 * n, 206),
        (-46, 236),
        (-2, deep),
        (0, deep),
        (0, deep),
        (2, deep),
        (46, 236),
        (58 * n, 206),
        (50 * n, 176),
    ]


def shadow_of(points: Points) -> skia.Path:
    """A shape moved to where its shade falls."""
    return spline([(x + 3, y + 7) for x, y in points])
