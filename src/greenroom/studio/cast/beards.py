"""Beards and stubble, painted into the skin so that they move with the jaw."""

import math

import numpy as np
import skia

from greenroom.studio.cast.face import MOUTH_Y, down, outline
from greenroom.studio.cast.look import Face, Hair
from greenroom.studio.cast.paint import Brush, Points, both_sides, oval, spline
from greenroom.studio.cast.strands import paint_fuzz
from greenroom.studio.cast.toned import tone_of


def paint(b: Brush, hair: Hair, face: Face) -> None:
    """The beard of a style, and stubble."""
    if face.stubble:
        _shadow(b, hair, face)
    if hair.beard:
        {"full": _full, "short": _short, "goatee": _goatee, "moustache": _moustache}[hair.beard](b, hair, face)


def _shadow(b: Brush, hair: Hair, face: Face) -> None:
    y = down(face, MOUTH_Y)
    with b.clipped(outline(face)):
        area: Points = both_sides(
            [(0, y - 25), (26, y - 18), (60, y - 14), (88, y - 40), (104, y - 30), (96, y + 60), (0, y + 70)]
        )
        mouth = oval(0, y + 3, 38, 14)
        shape = skia.Op(spline(area), mouth, skia.PathOp.kDifference_PathOp)
        b.fill(shape, hair.dark, 0.16 * face.stubble, 7)
        rng = np.random.Generator(np.random.PCG64(9))
        dots = skia.Path()
        for x, v in rng.uniform((-95, y - 30), (95, y + 58), (1500, 2)):
            if shape.contains(float(x), float(v)):
                dots.addCircle(float(x), float(v), float(rng.uniform(0.35, 0.7)))
        b.fill(dots, hair.dark, 0.4 * face.stubble)


def _area(face: Face, hang: float, cheek: float) -> skia.Path:
    """The whole beard, `hang` below the chin, its upper edge on the cheeks lower for more `cheek`."""
    y = down(face, MOUTH_Y)
    w, j = face.width, face.jaw * face.width
    out: Points = [
        (99 * w, -34),
        (100 * w, 20),
        (92 * j, 74),
        (76 * j, 108 + hang * 0.4),
        (48 * j, 132 + hang * 0.8),
        (20, 140 + hang),
        (0, 142 + hang),
    ]
    line: Points = [
        (0, y - 20),
        (16, y - 21),
        (33, y - 13),
        (46, y + 4 + cheek * 0.4),
        (66, y - 12 + cheek),
        (84 * w, y - 52 + cheek),
        (91 * w, -30),
    ]
    outer = [(x, down(face, v)) for x, v in out]
    whole = _closed(outer, line)
    lips = spline(
        [(-33, y + 1), (-16, y - 9), (0, y - 8), (16, y - 9), (33, y + 1), (17, y + 14), (0, y + 16), (-17, y + 14)]
    )
    return skia.Op(whole, lips, skia.PathOp.kDifference_PathOp)


def _closed(outer: Points, line: Points) -> skia.Path:
    right = [*outer, *[(-x, v) for x, v in outer[-2::-1]]]
    left = [(-x, v) for x, v in line[::-1]]
    return spline([*right, *left[:-1], *line])


def _lean(x: float, y: float) -> float:
    """Hair of a beard grows down and, beside the mouth, outwards."""
    return math.pi / 2 - max(-0.7, min(0.7, x * 0.012)) * (1 if y < 120 else 0.4)


def _full(b: Brush, hair: Hair, face: Face) -> None:
    shape = _area(face, 26, 0)
    b.fill(shape, tone_of(hair, 0.14), 0.96, 2.4)
    with b.clipped(shape):
        b.spot(-46, 96, 44, 50, tone_of(hair, 0.55), 0.5)
        b.spot(60, 110, 50, 60, hair.dark, 0.6)
        b.spot(0, 112, 30, 12, hair.dark, 0.5)
    paint_fuzz(b, hair, shape, 5600, 8, _lean, width=1.15, seed=51)


def _short(b: Brush, hair: Hair, face: Face) -> None:
    shape = skia.Op(_area(face, 2, 10), outline(face), skia.PathOp.kIntersect_PathOp)
    # Soft towards the cheeks, but not beyond the jaw.
    with b.clipped(outline(face)):
        b.fill(shape, hair.dark, 0.62, 4)
    paint_fuzz(b, hair, shape, 5600, 3.6, _lean, width=1.0, seed=52)


def _goatee(b: Brush, hair: Hair, face: Face) -> None:
    y = down(face, MOUTH_Y)
    outer = spline(
        both_sides([(0, y - 20), (18, y - 20), (38, y - 6), (42, y + 14), (34, y + 40), (18, y + 57), (0, y + 60)])
    )
    inner = spline(
        [(-33, y + 1), (-16, y - 9), (0, y - 8), (16, y - 9), (33, y + 1), (30, y + 20), (0, y + 19), (-30, y + 20)]
    )
    shape = skia.Op(outer, inner, skia.PathOp.kDifference_PathOp)
    b.fill(shape, tone_of(hair, 0.2), 0.75, 2.6)
    paint_fuzz(b, hair, shape, 3600, 5.5, _lean, width=1.05, seed=53)


def _moustache(b: Brush, hair: Hair, face: Face) -> None:
    y = down(face, MOUTH_Y)
    shape = spline(
        [
            (0, y - 22),
            (16, y - 22),
            (34, y - 12),
            (44, y + 2),
            (32, y - 2),
            (14, y - 8),
            (0, y - 9),
            (-14, y - 8),
            (-32, y - 2),
            (-44, y + 2),
            (-34, y - 12),
            (-16, y - 22),
        ]
    )
    b.fill(shape, tone_of(hair, 0.25), 0.9, 1.6)
    paint_fuzz(b, hair, shape, 1500, 8, lambda x, _y: math.pi / 2 - max(-1.0, min(1.0, x * 0.03)), width=1.2, seed=54)
