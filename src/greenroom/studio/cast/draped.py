"""Draped clothes and those with a standing collar."""

import skia

from greenroom.studio.cast.body import BOTTOM, shoulder, torso
from greenroom.studio.cast.cloth import (
    button,
    cloth,
    dark,
    fold,
    lit,
    neckline,
    opened,
    seam,
    shade_below,
    trunk,
    vee_hole,
)
from greenroom.studio.cast.look import Build, Outfit
from greenroom.studio.cast.paint import Brush, Point, linear, spline


def sari(b: Brush, o: Outfit, build: Build) -> None:
    """A blouse, and a sari draped over one shoulder, with a border."""
    hole: list[Point] = [(-80, 200), (-70, 250), (-40, 292), (0, 300), (40, 292), (70, 250), (80, 200)]
    top = opened(torso(build), hole)
    cloth(b, top, o.second, grain=0.06)
    trunk(b, top, o.second, build, 0.8)
    neckline(b, hole, o.accent, 6, ribbed=False)
    s = shoulder(build)
    drape: list[Point] = [
        (92, 214),
        (150, 226),
        (s - 6, 250),
        (s + 4, 300),
        (130, 470),
        (40, 640),
        (0, 1000),
        (-300, 1000),
        (-300, 560),
        (-150, 540),
        (-60, 470),
        (20, 360),
        (60, 280),
    ]
    shape = skia.Op(spline(drape), torso(build, 10), skia.PathOp.kIntersect_PathOp)
    shade_below(b, build, shape)
    cloth(b, shape, o.main, grain=0.05)
    with b.clipped(shape):
        for i in range(7):
            x = 14 * i
            fold(
                b,
                [(110 + x, 226), (70 + x * 0.9, 330), (-30 + x * 0.7, 480), (-180 + x * 0.6, 640 + 10 * i)],
                9,
                o.main,
                1.2,
            )
        hem = spline([(90, 214), (58, 284), (18, 364), (-62, 474), (-152, 546), (-310, 566)], closed=False)
        b.line(hem, o.accent, 22)
        b.line(hem, lit(o.accent, 0.5), 3, 0.8)
        b.dashes(hem, dark(o.accent, 0.45), 8, 0.753, (5, 6))
    trunk(b, shape, o.main, build, 0.5)


def kurta(b: Brush, o: Outfit, build: Build) -> None:
    """A long shirt with a small standing collar, and a waistcoat over it."""
    n = build.neck
    hole = vee_hole(n, 262)
    shape = opened(torso(build, 4), hole)
    cloth(b, shape, o.second, grain=0.08)
    trunk(b, shape, o.second, build)
    for flip in (True, False):
        with b.flipped(flip):
            half = spline(
                [(48 * n, 162), (48 * n, 162), (60 * n, 200), (34, 236), (3, 262), (3, 262), (4, 236), (30, 212)]
            )
            b.fill(
                half,
                linear((4, 180), (60, 250), [(0, lit(o.second, 0.3 if flip else 0.1), 1), (1, dark(o.second, 0.2), 1)]),
            )
            b.rim(half, (-1.5, -2), dark(o.second, 0.6), 0.5, 1.5)
    s = shoulder(build)
    vest: list[Point] = [
        (-66 * n, 206),
        (-72, 212),
        (-60, 300),
        (0, 400),
        (0, 400),
        (60, 300),
        (72, 212),
        (66 * n, 206),
        (140, 232),
        (s - 40, 252),
        (s - 66, 330),
        (s - 44, 440),
        (s + 20, 1000),
        (-s - 20, 1000),
        (-s + 44, 440),
        (-s + 66, 330),
        (-s + 40, 252),
        (-140, 232),
    ]
    front = skia.Op(spline(vest), torso(build, 8), skia.PathOp.kIntersect_PathOp)
    shade_below(b, build, front)
    cloth(b, front, o.main, grain=0.2)
    trunk(b, front, o.main, build, 0.7)
    with b.clipped(front):
        seam(b, [(0, 400), (4, 600), (4, BOTTOM)], o.main)
    for y in range(430, 960, 66):
        button(b, -7, y, o.accent, 5.5)
