"""Arms: sleeves as pictures of their own, and where gestures put elbows, wrists and hands."""

import math
from dataclasses import dataclass

import skia

from greenroom.studio.cast.cloth import NIGHT, dark, lit
from greenroom.studio.cast.clothes import SHORT_SLEEVES
from greenroom.studio.cast.look import Color, Outfit, Skin
from greenroom.studio.cast.paint import Brush, Point, Points, linear, mix, oval, radial, spline

UPPER, FORE = 276.0, 222.0
"""How long an upper arm and a forearm are, in units."""


@dataclass(frozen=True, slots=True)
class Reach:
    """Where an arm on the viewer's right is: elbow, wrist, where fingers point (degrees right of up), which hand."""

    elbow: Point
    wrist: Point
    fingers: float
    hand: str
    narrow: float = 1.0  # a hand turned sideways is narrower


REST = Reach((220, 556), (64, 652), -108, "rest")
REST_OVER = Reach((220, 556), (58, 638), -112, "rest")

GESTURES: dict[str, tuple[Reach, Reach]] = {
    # Name -> the arm on the viewer's left, mirrored, and the arm on the right.
    "open": (Reach((236, 572), (258, 424), 30, "open"), Reach((236, 572), (258, 424), 30, "open")),
    "present": (REST, Reach((240, 562), (254, 412), 44, "open")),
    "point": (REST, Reach((232, 572), (232, 404), -8, "point")),
    "emphasis": (Reach((228, 566), (134, 474), 4, "open", 0.62), Reach((228, 566), (134, 474), 4, "open", 0.62)),
    "wave": (REST, Reach((250, 548), (276, 372), 8, "open")),
    "chest": (REST, Reach((240, 556), (104, 424), -76, "rest")),
    "explain": (Reach((228, 566), (120, 494), -32, "open", 0.85), Reach((236, 572), (250, 426), 22, "open")),
}
"""What a pose's `gesture` may be; any other name, and none, is rest: hands folded before the body."""


def _along(points: Points, length: float, scale: float) -> skia.Path:
    return spline([(x * scale, y * length) for x, y in points])


def between(rest: Reach, there: Reach, reach: float) -> Reach:
    """An arm on its way from rest to a gesture; hands open half-way."""

    def at(one: float, other: float) -> float:
        return one + (other - one) * reach

    # Hands do not go through the body in a straight line but swing out.
    swing = 22 * math.sin(math.pi * reach) if there is not rest else 0.0
    opened = reach > 0.42
    narrow = there.narrow if opened else 1.0
    if there.hand != rest.hand and opened:
        narrow *= min(1.0, 0.55 + (reach - 0.42) * 1.8)
    return Reach(
        (at(rest.elbow[0], there.elbow[0]), at(rest.elbow[1], there.elbow[1])),
        (at(rest.wrist[0], there.wrist[0]) + swing, at(rest.wrist[1], there.wrist[1])),
        at(rest.fingers, there.fingers),
        there.hand if opened else rest.hand,
        narrow,
    )


def paint_upper(b: Brush, outfit: Outfit, skin: Skin, thick: float, side: int) -> None:
    """An upper arm from the shoulder at the origin downwards; on the viewer's left if `side` is -1."""
    b.canvas.saveLayer()
    with b.flipped(side < 0):
        _upper(b, outfit, skin, thick)
        # The sleeve comes out of the shoulder without an edge on its inner side.
        fade = skia.Paint(BlendMode=skia.BlendMode.kDstIn)
        fade.setShader(radial(-42 * thick, -18, 84, [(0, 0, 0.0), (0.4, 0, 0.0), (1, 0, 1)]))
        b.canvas.drawPaint(fade)
    b.canvas.restore()


def paint_elbow(b: Brush, outfit: Outfit, skin: Skin, thick: float) -> None:
    """What is under the joint of both, so that nothing shines through where a bent sleeve goes over."""
    bare = outfit.kind in SHORT_SLEEVES
    color, radius = (skin.base, 32.0) if bare else (sleeve_color(outfit), 40.5)
    light, deep = (skin.light, skin.deep) if bare else (lit(color, 0.4), dark(color, 0.6))
    _limb(b, oval(0, 0, radius * thick, radius * thick), color, light, deep, radius * thick)


def _upper(b: Brush, outfit: Outfit, skin: Skin, thick: float) -> None:
    sleeve = sleeve_color(outfit)
    if outfit.kind in SHORT_SLEEVES:
        arm = _along(
            [
                (-30, 0.1),
                (-36, 0.4),
                (-32, 0.8),
                (-31, 1.0),
                (-18, 1.1),
                (0, 1.12),
                (18, 1.1),
                (31, 1.0),
                (32, 0.8),
                (36, 0.4),
                (30, 0.1),
            ],
            UPPER,
            thick,
        )
        _limb(b, arm, skin.base, skin.light, skin.deep, 33 * thick)
        cuff = _along(
            [
                (-46, 0.0),
                (-30, -0.13),
                (4, -0.15),
                (32, -0.09),
                (44, 0.06),
                (45, 0.3),
                (43, 0.46),
                (38, 0.515),
                (0, 0.535),
                (-38, 0.515),
                (-42, 0.46),
                (-45, 0.26),
            ],
            UPPER,
            thick,
        )
        with b.clipped(arm):
            b.spot(0, 0.53 * UPPER, 46, 16, skin.deep, 0.6)
        _limb(b, cuff, sleeve, lit(sleeve, 0.4), dark(sleeve, 0.6), 44 * thick)
        b.line(
            spline([(-42 * thick, 0.47 * UPPER), (0, 0.5 * UPPER), (43 * thick, 0.47 * UPPER)], closed=False),
            dark(sleeve, 0.6),
            1.4,
            0.6,
        )
        return
    shape = _along(
        [
            (-46, 0.0),
            (-30, -0.13),
            (4, -0.15),
            (32, -0.09),
            (44, 0.08),
            (46, 0.34),
            (42, 0.7),
            (40, 0.98),
            (26, 1.11),
            (0, 1.14),
            (-26, 1.11),
            (-40, 0.98),
            (-41, 0.7),
            (-45, 0.3),
        ],
        UPPER,
        thick,
    )
    _limb(b, shape, sleeve, lit(sleeve, 0.4), dark(sleeve, 0.6), 43 * thick)
    b.grain(shape, dark(sleeve, 0.5), 0.12, (0.5, 0.5), 4)
    with b.clipped(shape):
        for y, lean, side in ((0.16, 0.07, 1), (0.7, 0.07, -1), (0.82, 0.05, 1), (0.9, -0.05, -1), (1.0, 0.04, 1)):
            _fold(
                b,
                [(46 * side, (y - lean) * UPPER), (22 * side, y * UPPER), (-10 * side, (y + lean * 0.6) * UPPER)],
                12,
                sleeve,
            )


def paint_fore(b: Brush, outfit: Outfit, skin: Skin, thick: float) -> None:
    """A forearm from the elbow at the origin downwards to the wrist."""
    b.canvas.saveLayer()
    _fore(b, outfit, skin, thick)
    # It goes over into the upper arm without an edge, however the elbow is bent.
    fade = skia.Paint(BlendMode=skia.BlendMode.kDstIn)
    fade.setShader(linear((0, -30), (0, 16), [(0, 0, 0.0), (0.2, 0, 0.0), (1, 0, 1)]))
    b.canvas.drawPaint(fade)
    if outfit.kind in SHORT_SLEEVES:
        fade.setShader(linear((0, 0.86 * FORE), (0, 1.02 * FORE), [(0, 0, 1), (1, 0, 0)]))
        b.canvas.drawPaint(fade)
    b.canvas.restore()


def _fore(b: Brush, outfit: Outfit, skin: Skin, thick: float) -> None:
    sleeve = sleeve_color(outfit)
    if outfit.kind in SHORT_SLEEVES:
        arm = _along(
            [
                (-31, 0.0),
                (-22, -0.12),
                (0, -0.15),
                (22, -0.12),
                (31, 0.0),
                (33, 0.24),
                (26, 0.7),
                (20, 1.02),
                (0, 1.05),
                (-20, 1.02),
                (-27, 0.7),
                (-34, 0.24),
            ],
            FORE,
            thick,
        )
        _limb(b, arm, skin.base, skin.light, skin.deep, 31 * thick)
        return
    shape = _along(
        [
            (-40, 0.0),
            (-28, -0.15),
            (0, -0.19),
            (28, -0.15),
            (40, 0.0),
            (40, 0.26),
            (34, 0.68),
            (30, 0.95),
            (30, 0.95),
            (0, 0.99),
            (-30, 0.95),
            (-30, 0.95),
            (-35, 0.68),
            (-41, 0.26),
        ],
        FORE,
        thick,
    )
    _limb(b, shape, sleeve, lit(sleeve, 0.4), dark(sleeve, 0.6), 38 * thick)
    b.grain(shape, dark(sleeve, 0.5), 0.12, (0.5, 0.5), 4)
    with b.clipped(shape):
        for y, lean, side in ((0.1, -0.08, 1), (0.2, -0.07, -1), (0.34, 0.08, 1), (0.6, -0.07, -1), (0.74, 0.06, 1)):
            _fold(
                b,
                [(42 * side, (y + lean) * FORE), (18 * side, y * FORE), (-12 * side, (y - lean * 0.5) * FORE)],
                11,
                sleeve,
            )
        _cuff(b, outfit, sleeve, thick)


def _cuff(b: Brush, outfit: Outfit, sleeve: Color, thick: float) -> None:
    if outfit.kind in ("blazer", "suit", "open_suit", "coat"):
        b.fill(
            spline(
                [
                    (-40, 0.925 * FORE),
                    (-40, 0.925 * FORE),
                    (0, 0.955 * FORE),
                    (40, 0.925 * FORE),
                    (40, 0.925 * FORE),
                    (40, 1.1 * FORE),
                    (-40, 1.1 * FORE),
                ]
            ),
            outfit.second,
        )
        b.line(spline([(-36, 0.92 * FORE), (0, 0.95 * FORE), (36, 0.92 * FORE)], closed=False), NIGHT, 3, 0.5, 1.4)
        return
    top = spline([(-36, 0.83 * FORE), (0, 0.86 * FORE), (36, 0.83 * FORE)], closed=False)
    b.line(top, dark(sleeve, 0.7), 3, 0.5, 1)
    if outfit.kind in ("sweater", "cardigan", "hoodie", "turtleneck", "puffer"):
        for x in range(-34, 36, 6):
            b.line(spline([(x, 0.85 * FORE), (x * 0.95, 1.0 * FORE)], closed=False), dark(sleeve, 0.6), 1.4, 0.35)
    b.spot(0, 0.8 * FORE, 30 * thick, 12, lit(sleeve, 0.4), 0.35)


def _fold(b: Brush, line: Points, width: float, color: Color) -> None:
    b.taper(line, width, dark(color, 0.65), 0.3, 3.2, 0.3)
    b.taper([(x, y - 5.5) for x, y in line], width * 0.7, lit(color, 0.45), 0.18, 3.2, 0.3)


def _limb(b: Brush, shape: skia.Path, base: Color, light: Color, deep: Color, half: float) -> None:
    stops = [
        (0.0, mix(base, deep, 0.42), 1.0),
        (0.36, mix(base, light, 0.3), 1.0),
        (0.6, base, 1.0),
        (1.0, mix(base, deep, 0.6), 1.0),
    ]
    b.fill(shape, linear((-half, 0), (half, 0), stops))
    b.rim(shape, (-3, 0), deep, 0.4, 3)


def sleeve_color(outfit: Outfit) -> Color:
    """What colour sleeves have."""
    return outfit.second if outfit.kind in ("kurta", "sari") else outfit.main
