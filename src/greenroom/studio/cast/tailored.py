"""Tailored clothes: jackets, shirts, a tie, a doctor's coat."""

from greenroom.studio.cast.body import BOTTOM, shoulder, torso
from greenroom.studio.cast.cloth import (
    NIGHT,
    ON_CLOTH,
    button,
    cloth,
    dark,
    fold,
    lit,
    neckline,
    opened,
    seam,
    shadow_of,
    trunk,
    vee_hole,
)
from greenroom.studio.cast.look import Build, Color, Outfit
from greenroom.studio.cast.paint import Brush, Point, Points, linear, mix, oval, polygon, spline


def shirt_collar(b: Brush, color: Color, build: Build, spread: float = 0.0, open_to: float = 262) -> None:
    """A turned-down collar; `open_to` is where its two sides meet."""
    n = build.neck
    for flip in (True, False):
        with b.flipped(flip):
            stand: list[Point] = [
                (50 * n, 166),
                (50 * n, 166),
                (58 * n, 196),
                (34, 232),
                (3, open_to),
                (3, open_to),
                (8, open_to - 26),
                (34 * n, 204),
                (46 * n, 180),
            ]
            b.fill(spline(stand), dark(color, 0.34 if not flip else 0.24))
            leaf: list[Point] = [
                (48 * n, 164),
                (48 * n, 164),
                (70 * n, 206),
                (82 * n + spread, 250),
                (82 * n + spread, 250),
                (50, 270),
                (50, 270),
                (30, 262),
                (5, open_to),
                (5, open_to),
                (30, 226),
                (47 * n, 190),
            ]
            b.fill(shadow_of(leaf), NIGHT, 0.4, 5, ON_CLOTH)
            shape = spline(leaf)
            stops = [
                (0.0, lit(color, 0.35) if flip else lit(color, 0.1), 1.0),
                (1.0, dark(color, 0.12) if flip else dark(color, 0.22), 1.0),
            ]
            b.fill(shape, linear((20, 170), (70, 270), stops))
            b.rim(shape, (-2, -2), dark(color, 0.6), 0.4, 1.6)
            b.line(spline([(68 * n, 208), (78 * n + spread, 245), (50, 264)], closed=False), dark(color, 0.4), 0.9, 0.4)


def lapels(b: Brush, color: Color, build: Build, deep: float, wide: float = 1.0) -> None:
    """The turned fronts of a jacket that closes at a height."""
    n = build.neck
    for flip in (True, False):
        with b.flipped(flip):
            upper: list[Point] = [
                (56 * n, 176),
                (56 * n, 176),
                (84 * n, 214),
                (110 * wide, 268),
                (110 * wide, 268),
                (92, 286),
                (92, 286),
                (66, 256),
                (52 * n, 214),
            ]
            lower: list[Point] = [
                (62 * n, 230),
                (62 * n, 230),
                (92, 286),
                (92, 286),
                (136 * wide, 282),
                (136 * wide, 282),
                (104 * wide, 390),
                (4, deep),
                (4, deep),
                (30, deep - 100),
                (58, 310),
            ]
            for leaf, tone in ((lower, 0.06), (upper, 0.0)):
                b.fill(shadow_of(leaf), NIGHT, 0.45, 6, ON_CLOTH)
                shape = spline(leaf)
                start = lit(color, 0.26 - tone) if flip else lit(color, 0.1 - tone)
                b.fill(shape, linear((20, 200), (130, 400), [(0, start, 1), (1, dark(color, 0.16), 1)]))
                b.grain(shape, dark(color, 0.5), 0.1, (0.5, 0.5), 5)
                b.rim(shape, (-2.4, -2), dark(color, 0.6), 0.5, 1.6)
                b.rim(shape, (1.6, 1.6), lit(color, 0.6), 0.4, 1)


def tie(b: Brush, color: Color) -> None:
    """A knotted tie."""
    blade = polygon([(-14, 284), (14, 284), (27, 520), (0, 552), (-25, 520)])
    knot = spline([(-20, 244), (-20, 244), (20, 244), (20, 244), (14, 288), (14, 288), (-14, 288), (-14, 288)])
    b.fill(spline([(-8, 292), (24, 292), (36, 530), (6, 560), (-20, 520)]), NIGHT, 0.4, 6, ON_CLOTH)
    for shape in (blade, knot):
        b.fill(
            shape, linear((-26, 240), (30, 300), [(0, lit(color, 0.3), 1), (0.5, color, 1), (1, dark(color, 0.4), 1)])
        )
        with b.clipped(shape):
            for y in range(220, 580, 17):
                b.line(polygon([(-60, y + 30), (60, y - 30)]), lit(color, 0.4), 2.2, 0.35)
        b.rim(shape, (-3, -1), dark(color, 0.7), 0.5, 2)
    b.taper([(-6, 290), (-2, 330), (-4, 380)], 7, dark(color, 0.6), 0.5, 2, 0.2)


def blazer(b: Brush, o: Outfit, build: Build) -> None:
    """A jacket over a blouse with a deep neck."""
    n = build.neck
    under = opened(torso(build), vee_hole(n, 330))
    cloth(b, under, o.second, grain=0.05)
    with b.clipped(under):
        for x in (-22, 4, 26):
            fold(b, [(x, 330), (x * 1.4, 400), (x * 0.8, 480)], 9, o.second, 0.7)
    neckline(b, vee_hole(n, 330), o.second, 4, ribbed=False)
    _jacket(b, o, build, 520)


def suit(b: Brush, o: Outfit, build: Build) -> None:
    """A jacket, a shirt and a tie."""
    shirt = opened(torso(build), vee_hole(build.neck, 262))
    cloth(b, shirt, o.second, grain=0.04)
    with b.clipped(shirt):
        for side in (-1, 1):
            fold(b, [(side * 40, 300), (side * 46, 360), (side * 34, 430)], 9, o.second, 0.7)
    tie(b, o.accent)
    shirt_collar(b, o.second, build, 4)
    _jacket(b, o, build, 520)


def open_suit(b: Brush, o: Outfit, build: Build) -> None:
    """A jacket over an open shirt."""
    _shirt_front(b, o.second, build, 300)
    shirt_collar(b, o.second, build, 14, 300)
    _jacket(b, o, build, 540)


def _jacket(b: Brush, o: Outfit, build: Build, deep: float) -> None:
    n = build.neck
    hole: list[Point] = [
        (-58 * n, 180),
        (-64, 230),
        (-54, 330),
        (0, deep),
        (0, deep),
        (54, 330),
        (64, 230),
        (58 * n, 180),
    ]
    shape = opened(torso(build, 8), hole)
    cloth(b, shape, o.main, grain=0.16)
    trunk(b, shape, o.main, build, 0.8)
    s = shoulder(build)
    with b.clipped(shape):
        seam(b, [(0, deep), (6, deep + 80), (4, BOTTOM)], o.main)
        b.fill(polygon([(2, deep), (26, deep), (30, BOTTOM), (4, BOTTOM)]), NIGHT, 0.25, 7, ON_CLOTH)
        for side in (-1, 1):
            seam(b, [(side * (s - 34), 420), (side * (s - 92), 560), (side * (s - 84), 800)], o.main)
        welt = polygon([(70, 424), (134, 414), (136, 428), (72, 438)])
        b.fill(welt, lit(o.main, 0.08))
        b.rim(welt, (-1.5, -2), dark(o.main, 0.7), 0.7, 1)
    lapels(b, o.main, build, deep)
    button(b, -8, deep + 36, dark(o.main, 0.3), 6.5)


def coat(b: Brush, o: Outfit, build: Build) -> None:
    """A white coat over a shirt, with a stethoscope."""
    _shirt_front(b, o.second, build, 262)
    shirt_collar(b, o.second, build, 8, 262)
    _jacket(b, o, build, 560)
    for side in (-1, 1):
        tube = spline(
            [(side * 60, 196), (side * 84, 260), (side * 74, 350), (side * (48 if side < 0 else 66), 430)], closed=False
        )
        b.line(
            spline(
                [
                    (side * 60 + 4, 202),
                    (side * 84 + 4, 266),
                    (side * 74 + 4, 356),
                    (side * (48 if side < 0 else 66) + 4, 436),
                ],
                closed=False,
            ),
            NIGHT,
            8,
            0.35,
            4,
        )
        b.line(tube, o.accent, 7.5)
        b.line(tube, lit(o.accent, 0.5), 2, 0.5, 0.6)
    b.fill(
        oval(-46, 446, 18, 18), linear((-60, 430), (-30, 466), [(0, 0xF2F4F6, 1), (0.5, 0xA9B1B8, 1), (1, 0x5A6168, 1)])
    )
    b.line(oval(-46, 446, 12, 12), 0x4A5056, 1.6, 0.6)
    b.line(spline([(66, 428), (60, 462), (72, 480), (84, 462), (70, 430)], closed=False), 0xAAB2B9, 5)


def _shirt_front(b: Brush, color: Color, build: Build, open_to: float) -> None:
    shape = opened(torso(build, 4), vee_hole(build.neck, open_to))
    cloth(b, shape, color, grain=0.08)
    trunk(b, shape, color, build)
    with b.clipped(shape):
        b.fill(polygon([(-14, open_to - 6), (16, open_to - 20), (18, BOTTOM), (-14, BOTTOM)]), lit(color, 0.08), 0.8)
        seam(b, [(17, open_to - 10), (18, 500), (18, BOTTOM)], color, stitched=True)
        seam(b, [(-14, open_to), (-14, 500), (-14, BOTTOM)], color)
        for y in range(int(open_to) + 34, 960, 82):
            button(b, 1, y, mix(color, 0xFFFFFF, 0.6), 4.6)


def shirt(b: Brush, o: Outfit, build: Build) -> None:
    """A buttoned shirt with a pocket, its collar open."""
    _shirt_front(b, o.main, build, 290)
    pocket: Points = [(66, 400), (66, 400), (136, 396), (136, 396), (136, 466), (102, 484), (68, 470)]
    b.rim(spline(pocket), (-2, -3), dark(o.main, 0.6), 0.5, 2)
    seam(b, [*pocket, pocket[0]], o.main, stitched=True)
    shirt_collar(b, o.main, build, 12, 290)
