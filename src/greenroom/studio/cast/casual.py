"""Knitted and casual clothes, for home, sport and outdoors."""

import skia

from greenroom.studio.cast.body import BOTTOM, shoulder, torso
from greenroom.studio.cast.cloth import (
    NIGHT,
    ON_CLOTH,
    button,
    cloth,
    crew_hole,
    dark,
    fold,
    lit,
    neckline,
    opened,
    seam,
    shade_below,
    shadow_of,
    trunk,
    vee_hole,
)
from greenroom.studio.cast.look import Build, Color, Outfit
from greenroom.studio.cast.paint import Brush, Point, Points, linear, mix, polygon, spline, tiled
from greenroom.studio.cast.tailored import shirt_collar


def sweater(b: Brush, o: Outfit, build: Build) -> None:
    """A knitted jumper with a round neck; a shirt's collar over it if it has a second colour of its own."""
    hole = crew_hole(build.neck, 244)
    shape = opened(torso(build, 8), hole)
    cloth(b, shape, o.main, grain=0.12)
    knit(b, shape, o.main)
    trunk(b, shape, o.main, build)
    if o.second != 0xFFFFFF:
        shirt_collar(b, o.second, build, 4, 250)
    else:
        neckline(b, hole, o.main, 15)


def knit(b: Brush, shape: skia.Path, color: Color) -> None:
    stitch = skia.Path()
    stitch.moveTo(-2.7, -2.4)
    stitch.lineTo(0, 1.2)
    stitch.lineTo(2.7, -2.4)
    # One stitch that repeats: all of them as one path took a tenth of a second.
    b.fill(shape, tiled(lambda tile: tile.line(stitch, dark(color, 0.6), 1.2), (7, 6)), 0.13)


def turtleneck(b: Brush, o: Outfit, build: Build) -> None:
    """A fine jumper with a high rolled collar."""
    shape = torso(build, 4)
    cloth(b, shape, o.main, grain=0.08)
    trunk(b, shape, o.main, build)
    n = build.neck
    roll = spline(
        [
            (-49 * n, 150),
            (-54 * n, 178),
            (-60 * n, 208),
            (-30, 226),
            (0, 231),
            (30, 226),
            (60 * n, 208),
            (54 * n, 178),
            (49 * n, 150),
            (26, 162),
            (0, 166),
            (-26, 162),
        ]
    )
    b.fill(roll, NIGHT, 0.4, 7, ON_CLOTH)
    cloth(b, roll, o.main, grain=0.06)
    with b.clipped(roll):
        b.spot(40, 190, 40, 50, dark(o.main, 0.6), 0.7)
        for x in range(-56, 60, 7):
            b.line(polygon([(x, 150), (x * 1.12, 236)]), dark(o.main, 0.6), 1.2, 0.22)
        fold(b, [(-50, 182), (0, 198), (52, 180)], 11, o.main, 1.2)
    b.rim(roll, (0, 5), lit(o.main, 0.5), 0.4, 3)


def tee(b: Brush, o: Outfit, build: Build) -> None:
    """A cotton shirt with a round neck."""
    hole = crew_hole(build.neck, 250)
    shape = opened(torso(build, 2), hole)
    cloth(b, shape, o.main, grain=0.08)
    trunk(b, shape, o.main, build, 1.1)
    neckline(b, hole, o.main, 9)


def blouse(b: Brush, o: Outfit, build: Build) -> None:
    """A soft blouse with a pointed neck."""
    hole = vee_hole(build.neck, 306)
    shape = opened(torso(build, 4), hole)
    cloth(b, shape, o.main, grain=0.04)
    trunk(b, shape, o.main, build, 1.2)
    with b.clipped(shape):
        for x in (-70, -34, 34, 72):
            fold(b, [(x * 0.5, 320), (x * 1.2, 380), (x * 1.5, 460)], 11, o.main, 0.8)
    neckline(b, hole, o.main, 6, ribbed=False)


def cardigan(b: Brush, o: Outfit, build: Build) -> None:
    """An open knitted cardigan over a top."""
    hole = crew_hole(build.neck, 262)
    top = opened(torso(build), hole)
    cloth(b, top, o.second, grain=0.06)
    trunk(b, top, o.second, build, 0.8)
    neckline(b, hole, o.second, 7, ribbed=False)
    gap: list[Point] = [
        (-60 * build.neck, 176),
        (-68, 240),
        (-46, 420),
        (-40, 620),
        (-48, 1000),
        (48, 1000),
        (40, 620),
        (46, 420),
        (68, 240),
        (60 * build.neck, 176),
    ]
    shape = opened(torso(build, 14), gap)
    shade_below(b, build, opened(torso(build, 14), [(x * 0.86 + 4, y) for x, y in gap]))
    cloth(b, shape, o.main, grain=0.14)
    knit(b, shape, o.main)
    trunk(b, shape, o.main, build)
    for side in (-1, 1):
        band = [(side * 60 * build.neck, 200), (side * 73, 244), (side * 54, 420), (side * 48, 620), (side * 56, 1000)]
        b.line(spline(band, closed=False), lit(o.main, 0.1), 18)
        b.line(spline(band, closed=False), dark(o.main, 0.5), 18, 0.12, 2)
        seam(b, [(x + side * 9, y) for x, y in band], o.main)
    for y in (470, 570, 670):
        button(b, 48, y, o.accent, 7)


def hoodie(b: Brush, o: Outfit, build: Build) -> None:
    """A hooded sweatshirt."""
    n = build.neck
    hole: list[Point] = [(-60 * n, 190), (-54, 226), (-20, 262), (0, 276), (20, 262), (54, 226), (60 * n, 190)]
    shape = opened(torso(build, 10), hole)
    cloth(b, shape, o.main, grain=0.18)
    trunk(b, shape, o.main, build)
    for flip in (True, False):
        with b.flipped(flip):
            side: list[Point] = [
                (48 * n, 150),
                (88, 176),
                (118, 222),
                (96, 262),
                (40, 290),
                (2, 298),
                (0, 270),
                (30, 252),
                (54, 222),
                (56 * n, 190),
            ]
            b.fill(shadow_of(side), NIGHT, 0.45, 8, ON_CLOTH)
            half = spline(side)
            b.fill(
                half,
                linear(
                    (30, 160),
                    (110, 280),
                    [
                        (0, dark(o.main, 0.3), 1),
                        (0.45, lit(o.main, 0.2 if flip else 0.06), 1),
                        (1, dark(o.main, 0.25), 1),
                    ],
                ),
            )
            b.grain(half, dark(o.main, 0.5), 0.16, (0.5, 0.5), 6)
            b.rim(half, (-3, -3), dark(o.main, 0.6), 0.4, 3)
            cord = spline([(22, 276), (26, 330), (22 + 6 * flip, 392 + 22 * flip)], closed=False)
            b.line(spline([(26, 282), (30, 334), (26, 396)], closed=False), NIGHT, 5, 0.35, 3)
            b.line(cord, o.second, 4.6)
            b.line(
                polygon([(22 + 6 * flip, 392 + 22 * flip), (22 + 6 * flip, 408 + 22 * flip)]),
                mix(o.second, 0x888888, 0.5),
                6,
            )
    with b.clipped(shape):
        pouch: Points = [(-96, 640), (-96, 640), (96, 640), (96, 640), (136, 760), (140, 900), (-140, 900), (-136, 760)]
        seam(b, pouch, o.main, stitched=True)


def track(b: Brush, o: Outfit, build: Build) -> None:
    """A zipped sports jacket with a standing collar and stripes."""
    shape = torso(build, 6)
    cloth(b, shape, o.main, grain=0.03)
    trunk(b, shape, o.main, build, 1.3)
    s = shoulder(build)
    with b.clipped(shape):
        yoke = skia.Op(
            shape,
            polygon([(-300, 100), (300, 100), (300, 300), (40, 352), (0, 358), (-40, 352), (-300, 300)]),
            skia.PathOp.kIntersect_PathOp,
        )
        b.fill(
            yoke,
            linear(
                (-s, 220), (s, 330), [(0, lit(o.second, 0.25), 1), (0.5, o.second, 1), (1, dark(o.second, 0.35), 1)]
            ),
        )
        seam(b, [(-s - 10, 292), (-40, 354), (0, 360), (40, 354), (s + 10, 292)], o.second, stitched=True)
        trunk(b, yoke, o.second, build, 0.4)
    n = build.neck
    for flip in (True, False):
        with b.flipped(flip):
            half = spline(
                [
                    (46 * n, 158),
                    (46 * n, 158),
                    (62 * n, 200),
                    (60, 224),
                    (22, 252),
                    (3, 268),
                    (3, 268),
                    (6, 216),
                    (26, 192),
                ]
            )
            b.fill(shadow_of([(46 * n, 158), (62 * n, 200), (60, 224), (3, 268), (6, 216)]), NIGHT, 0.4, 6, ON_CLOTH)
            b.fill(
                half,
                linear(
                    (10, 180), (60, 260), [(0, lit(o.second, 0.2 if flip else 0.05), 1), (1, dark(o.second, 0.3), 1)]
                ),
            )
            b.rim(half, (-2, 2), lit(o.second, 0.5), 0.5, 1.5)
    b.line(polygon([(0, 262), (0, BOTTOM)]), dark(o.main, 0.6), 9, 0.5, 2)
    zip_ = skia.Path()
    zip_.moveTo(0, 258)
    zip_.lineTo(0, BOTTOM)
    b.dashes(zip_, o.accent, 5, 1.0, (2.4, 1.8))
    b.fill(
        polygon([(-4, 262), (4, 262), (6, 294), (-6, 294)]),
        linear((-6, 262), (6, 294), [(0, 0xF0F0F0, 1), (1, 0x777B80, 1)]),
    )


def puffer(b: Brush, o: Outfit, build: Build) -> None:
    """A quilted jacket for outdoors over a jumper."""
    n = build.neck
    turtleneck(b, Outfit("turtleneck", o.second), build)
    gap: list[Point] = [
        (-58 * n, 170),
        (-66, 214),
        (-40, 300),
        (-16, 420),
        (-10, 620),
        (-10, 1000),
        (10, 1000),
        (10, 620),
        (16, 420),
        (40, 300),
        (66, 214),
        (58 * n, 170),
    ]
    shape = opened(torso(build, 20), gap)
    shade_below(b, build, shape)
    cloth(b, shape, o.main, grain=0.03)
    with b.clipped(shape):
        for y in range(262, 980, 74):
            b.fill(
                polygon([(-320, y + 16), (0, y + 34), (320, y + 16), (320, y + 40), (0, y + 58), (-320, y + 40)]),
                lit(o.main, 0.45),
                0.5,
                9,
            )
            line: Points = [(-300, y + 66), (-120, y + 82), (0, y + 84), (120, y + 82), (300, y + 66)]
            b.line(spline(line, closed=False), dark(o.main, 0.7), 12, 0.4, 5)
            b.line(spline(line, closed=False), dark(o.main, 0.75), 2, 0.8)
            for x in range(-260, 280, 34):
                b.taper([(x, y + 80), (x + 4, y + 68), (x + 3, y + 56)], 4, dark(o.main, 0.6), 0.3, 1.4)
    trunk(b, shape, o.main, build, 0.3)
    for flip in (True, False):
        with b.flipped(flip):
            collar: list[Point] = [
                (50 * n, 156),
                (78, 166),
                (100, 206),
                (74, 262),
                (34, 330),
                (30, 320),
                (52, 240),
                (56 * n, 196),
            ]
            b.fill(shadow_of(collar), NIGHT, 0.5, 8, ON_CLOTH)
            part = spline(collar)
            b.fill(
                part,
                linear(
                    (40, 170),
                    (96, 280),
                    [(0, lit(o.main, 0.35 if flip else 0.15), 1), (0.5, o.main, 1), (1, dark(o.main, 0.4), 1)],
                ),
            )
            b.rim(part, (-4, -3), dark(o.main, 0.7), 0.5, 4)
            seam(b, [(60 * n, 168), (82, 212), (58, 276)], o.main)
