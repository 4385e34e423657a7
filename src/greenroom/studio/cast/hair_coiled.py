"""Curls, coils and braids."""

import numpy as np

from greenroom.studio.cast.hair_basics import Layer, cast_shadow, mass, sides
from greenroom.studio.cast.hair_long import tied
from greenroom.studio.cast.look import Face, Hair
from greenroom.studio.cast.paint import Brush, Points, both_sides, curve, ribbon, spline
from greenroom.studio.cast.strands import paint_curls
from greenroom.studio.cast.toned import tone_of


def _afro_shape(grow: float) -> Points:
    g = grow
    return both_sides(
        [
            (0, -150 - 62 * g),
            (62 * g, -144 - 54 * g),
            (118 * g, -106 - 40 * g),
            (150 * g, -64),
            (156 * g, -8),
            (136 * g, 44),
            (104, 66),
        ]
    )


def afro_back(grow: float) -> Layer:
    def paint(b: Brush, hair: Hair, _face: Face) -> None:
        shape = spline(_afro_shape(grow))
        mass(b, hair, _afro_shape(grow), 0.06, 2.5)
        paint_curls(b, hair, shape, (0, -60), 9.5, 1100, 41)

    return paint


def afro(grow: float) -> Layer:
    def paint(b: Brush, hair: Hair, face: Face) -> None:
        line: Points = [
            (-98, 10),
            (-93, -40),
            (-78, -78),
            (-44, -98),
            (0, -104),
            (44, -98),
            (78, -78),
            (93, -40),
            (98, 10),
        ]
        cast_shadow(b, face, line)
        g = grow
        top: Points = [
            (114 * g, 20),
            (138 * g, -36),
            (126 * g, -108),
            (70 * g, -162 - 26 * g),
            (0, -160 - 44 * g),
            (-70 * g, -162 - 26 * g),
            (-126 * g, -108),
            (-138 * g, -36),
            (-114 * g, 20),
        ]
        mass(b, hair, [*line, *top], 0.14, 2.2)
        paint_curls(b, hair, spline([*line, *top]), (0, -70), 8.5, 1100, 42)

    return paint


def coils(b: Brush, hair: Hair, face: Face) -> None:
    """A close head of tight coils."""
    line: Points = [(-97, 0), (-93, -44), (-78, -80), (-44, -98), (0, -103), (44, -98), (78, -80), (93, -44), (97, 0)]
    cast_shadow(b, face, line)
    top: Points = [
        (110, 4),
        (122, -50),
        (108, -116),
        (64, -164),
        (0, -180),
        (-64, -164),
        (-108, -116),
        (-122, -50),
        (-110, 4),
    ]
    mass(b, hair, [*line, *top], 0.2, 2.2)
    paint_curls(b, hair, spline([*line, *top]), (10, -60), 6.5, 1300, 43)


def curly_top(b: Brush, hair: Hair, face: Face) -> None:
    """Curls on top, short at the sides."""
    cast_shadow(b, face, [(-92, -30), (-82, -76), (-46, -92), (0, -94), (46, -92), (82, -76), (94, -40)])
    sides(b, hair, face, 10, 0.9)
    top: Points = [
        (-84, -74),
        (-112, -96),
        (-112, -146),
        (-74, -188),
        (-10, -202),
        (60, -194),
        (108, -156),
        (114, -100),
        (86, -74),
        (60, -90),
        (30, -82),
        (0, -92),
        (-34, -82),
        (-60, -92),
    ]
    mass(b, hair, top, 0.1, 2)
    paint_curls(b, hair, spline(top), (0, -130), 13, 520, 44)


def braids_back(b: Brush, hair: Hair, _face: Face) -> None:
    for i, x in enumerate((-118, -92, -64, 64, 92, 118)):
        _braid(b, hair, [(x * 0.9, -60), (x * 1.06, 60), (x * 1.1, 180), (x * 1.08, 300 + 12 * (i % 2))], 17)


def braids(b: Brush, hair: Hair, face: Face) -> None:
    tied(0)(b, hair, face)
    for side in (-1, 1):
        for i, x in enumerate((104, 122)):
            _braid(
                b,
                hair,
                [
                    (side * (70 + 12 * i), -128),
                    (side * (x - 2), -60),
                    (side * (x + 2), 40),
                    (side * (x + 8), 150),
                    (side * (x - 4 + 6 * i), 270 + 14 * i),
                ],
                17,
            )


def _braid(b: Brush, hair: Hair, line: Points, width: float) -> None:

    steps = curve(line, 34)
    b.fill(ribbon(steps, np.full(34, width * 0.86)), hair.dark)
    along = np.gradient(steps, axis=0)
    along /= np.hypot(along[:, 0], along[:, 1])[:, None]
    for i in range(33):
        x, y = steps[i]
        dx, dy = along[i] * 8.5
        side = 1 if i % 2 else -1
        nx, ny = -dy / 8.5 * side, dx / 8.5 * side
        w = width * 0.47
        leaf = [
            (x - dx * 0.7, y - dy * 0.7),
            (x + nx * w, y + ny * w),
            (x + nx * w * 0.7 + dx, y + ny * w * 0.7 + dy),
            (x + dx * 0.9, y + dy * 0.9),
        ]
        tone = 0.3 if side < 0 else 0.16
        b.fill(spline([(float(p), float(q)) for p, q in leaf]), tone_of(hair, tone))
        b.taper(
            [
                (float(x - dx * 0.4 + nx * w * 0.2), float(y - dy * 0.4 + ny * w * 0.2)),
                (float(x + nx * w * 0.6), float(y + ny * w * 0.6)),
                (float(x + nx * w * 0.5 + dx), float(y + ny * w * 0.5 + dy)),
            ],
            2.2,
            tone_of(hair, tone + 0.36),
            0.75,
            0.4,
        )
