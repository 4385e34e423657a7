"""Hands: a palm and fingers of jointed, tapering limbs, seen from the palm or the back."""

from dataclasses import dataclass, replace

import numpy as np
import skia
from numpy.typing import NDArray

from greenroom.studio.cast.look import Skin
from greenroom.studio.cast.paint import Brush, Point, Points, curve, linear, mix, oval, ribbon, spline

# A hand of a viewer's right arm, its fingers up, its wrist at the origin; about 150 units long.


@dataclass(frozen=True, slots=True)
class Digit:
    """A finger or thumb from its root to its tip, and how thick it is there."""

    line: Points
    root: float
    tip: float
    curled: bool = False  # folded over the palm, so that it does not grow out of it


@dataclass(frozen=True, slots=True)
class Hand:
    """A hand in a position: what is behind the palm, the palm, and what is before it; `back` if its back is seen."""

    palm: Points
    behind: tuple[Digit, ...]
    before: tuple[Digit, ...]
    back: bool = False


def _digit(x: float, y: float, angle: float, length: float, bend: float = 6.0, root: float = 18.5) -> Digit:
    a = np.radians(angle)
    line: list[Point] = [(x, y)]
    for part, more in ((0.45, 0.0), (0.31, bend), (0.24, 2 * bend)):
        at = a + np.radians(more)
        line.append((line[-1][0] + float(np.sin(at)) * length * part, line[-1][1] - float(np.cos(at)) * length * part))
    return Digit(line, root, root * 0.72)


_PALM: Points = [
    (-19, 44),
    (-20, 10),
    (-25, -14),
    (-34, -44),
    (-32, -74),
    (-14, -86),
    (10, -86),
    (29, -76),
    (31, -44),
    (24, -14),
    (20, 10),
    (19, 44),
]

HANDS: dict[str, Hand] = {
    "open": Hand(
        palm=_PALM,
        behind=(
            _digit(24, -70, 20, 56, -5, 15.5),
            _digit(9, -78, 8, 72, -3),
            _digit(-7, -80, -3, 78, 2),
            _digit(-23, -74, -13, 70, 4),
        ),
        before=(Digit([(-14, -18), (-34, -38), (-50, -62), (-58, -84)], 25, 15.5),),
    ),
    "rest": Hand(
        palm=[
            (-19, 44),
            (-20, 10),
            (-25, -14),
            (-31, -44),
            (-31, -72),
            (-14, -84),
            (10, -84),
            (28, -74),
            (32, -44),
            (24, -12),
            (20, 10),
            (19, 44),
        ],
        behind=(Digit([(20, -22), (33, -46), (36, -68), (30, -88)], 22, 14),),
        before=(
            _digit(-23, -62, -3, 58, 8, 16.5),
            _digit(-8, -68, -1, 72, 5, 18.5),
            _digit(8, -68, 1, 74, 3, 19),
            _digit(22, -62, 3, 66, 1, 19),
        ),
        back=True,
    ),
    "point": Hand(
        palm=[
            (-19, 44),
            (-20, 10),
            (-26, -14),
            (-34, -42),
            (-32, -66),
            (-14, -78),
            (10, -77),
            (28, -68),
            (31, -42),
            (23, -12),
            (20, 10),
            (19, 44),
        ],
        behind=(_digit(-21, -66, -4, 82, 1, 19),),
        before=(
            Digit([(25, -72), (25, -60), (22, -42)], 16, 15, True),
            Digit([(10, -79), (10, -62), (7, -40)], 19, 17, True),
            Digit([(-7, -81), (-7, -62), (-9, -40)], 20, 18, True),
            Digit([(-22, -14), (-33, -34), (-24, -52), (-4, -58)], 24, 16),
        ),
    ),
}


def paint_hand(b: Brush, skin: Skin, hand: Hand, nail: int | None = None) -> None:
    """A hand; nails in a colour, or bare."""
    if not hand.back:
        skin = _of_palm(skin)
    palm = spline(hand.palm)
    whole = skia.Path(palm)
    for digit in hand.behind:
        whole = skia.Op(whole, _shape(digit), skia.PathOp.kUnion_PathOp)
    _flesh(b, skin, whole)
    for digit in hand.behind:
        _finger(b, skin, digit, hand.back, nail)
    with b.clipped(palm):
        _knuckles(b, skin) if hand.back else _creases(b, skin)
    for digit in hand.before:
        _finger(b, skin, digit, hand.back, nail)


def _of_palm(skin: Skin) -> Skin:
    """The skin of a palm: lighter than the rest, the more so the darker that is."""
    light = (0.3 * (skin.base >> 16) + 0.6 * (skin.base >> 8 & 255) + 0.1 * (skin.base & 255)) / 255
    share = max(0.0, min(0.6, 0.95 - 1.3 * light))
    return replace(
        skin,
        base=mix(skin.base, 0xDDA384, share),
        shade=mix(skin.shade, 0xAF7154, share),
        light=mix(skin.light, 0xF0C4A6, share),
    )


def _flesh(b: Brush, skin: Skin, shape: skia.Path) -> None:
    box = shape.getBounds()
    light, shade = mix(skin.base, skin.light, 0.45), mix(skin.base, skin.shade, 0.7)
    b.fill(
        shape,
        linear(
            (box.left(), box.top()), (box.right(), box.bottom()), [(0, light, 1), (0.45, skin.base, 1), (1, shade, 1)]
        ),
    )
    b.rim(shape, (-4, -3), skin.deep, 0.34, 4)
    b.rim(shape, (1.6, 1.6), skin.light, 0.35, 1.4)


def _knuckles(b: Brush, skin: Skin) -> None:
    for x, y in ((-22, -68), (-7, -74), (9, -74), (23, -66)):
        b.spot(x, y, 9, 7, skin.blush, 0.34)
        b.spot(x - 1, y - 3, 6, 4, skin.light, 0.4)
        b.taper([(x - 2, y + 8), (x * 0.75, y + 28), (x * 0.5, y + 44)], 4, skin.deep, 0.16, 1.8)


def _creases(b: Brush, skin: Skin) -> None:
    b.spot(-16, -30, 22, 30, skin.light, 0.42, -20)
    b.spot(-4, -46, 20, 18, skin.deep, 0.2)
    b.spot(18, -30, 14, 30, skin.blush, 0.26)
    for x, y in ((-22, -74), (-7, -79), (9, -78), (23, -69)):
        b.spot(x, y, 9, 7, skin.blush, 0.36)
    b.taper([(-26, -58), (-8, -48), (-4, -24), (-8, -4)], 2.2, skin.deep, 0.5, 0.6)
    b.taper([(-30, -62), (-6, -58), (16, -46)], 2, skin.deep, 0.42, 0.6)
    b.taper([(30, -60), (10, -66), (-12, -72)], 2, skin.deep, 0.42, 0.6)


def _band(digit: Digit) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    line = curve(digit.line, 26)
    t = np.linspace(0, 1, 26)
    widths = (digit.root + (digit.tip - digit.root) * t) * (1 + 0.045 * np.sin(t * 9.4))
    # The tip is round: the band narrows over the last part as a circle does; so is the root of a curled finger.
    length = float(np.hypot(*np.diff(line, axis=0).T).sum())
    ends = (1 - t) * length / (digit.tip * 0.55)
    if digit.curled:
        ends = np.minimum(ends, t * length / (digit.root * 0.5))
    return line, widths * np.sqrt(np.clip(1 - np.clip(1 - ends, 0, 1) ** 2, 0.0, 1))


def _shape(digit: Digit) -> skia.Path:
    line, widths = _band(digit)
    dense = curve([(float(x), float(y)) for x, y in line], 60)
    return ribbon(dense, np.interp(np.linspace(0, 1, 60), np.linspace(0, 1, 26), widths))


def _finger(b: Brush, skin: Skin, digit: Digit, back: bool, nail: int | None) -> None:
    line, _ = _band(digit)
    shape = _shape(digit)
    x0, y0, x1, y1 = (float(v) for v in (*line[0], *line[-1]))
    b.canvas.saveLayer()
    shadow = skia.Path(shape)
    shadow.offset(2, 2)
    b.fill(shadow, skin.deep, 0.3, 2)
    _finger_flesh(b, skin, digit, line, shape)
    if back:
        _nail(b, skin, digit, line, nail)
    b.line(shape, skin.deep, 0.9, 0.42)
    if not digit.curled:
        # It grows out of the palm without an edge.
        fade = skia.Paint(BlendMode=skia.BlendMode.kDstIn)
        fade.setShader(
            linear((x0, y0), (x0 + (x1 - x0) * 0.42, y0 + (y1 - y0) * 0.42), [(0, 0, 0), (0.3, 0, 0.0), (1, 0, 1)])
        )
        b.canvas.drawPaint(fade)
    b.canvas.restore()


def _finger_flesh(b: Brush, skin: Skin, digit: Digit, line: NDArray[np.float64], shape: skia.Path) -> None:
    x0, y0, x1, y1 = (float(v) for v in (*line[0], *line[-1]))
    size = max(float(np.hypot(x1 - x0, y1 - y0)), 1.0)
    nx, ny = -(y1 - y0) / size * digit.root / 2, (x1 - x0) / size * digit.root / 2
    if nx > 0 or (nx == 0 and ny > 0):
        nx, ny = -nx, -ny
    mx, my = (x0 + x1) / 2, (y0 + y1) / 2
    light, shade = mix(skin.base, skin.light, 0.5), mix(skin.base, skin.shade, 0.85)
    b.fill(shape, linear((mx + nx, my + ny), (mx - nx, my - ny), [(0, light, 1), (0.5, skin.base, 1), (1, shade, 1)]))
    b.rim(shape, (-2, -1.4), skin.deep, 0.36, 1.6)
    with b.clipped(shape):
        b.spot(x1, y1, digit.tip * 0.9, digit.tip * 0.9, skin.blush, 0.3)
        for at in (0.45, 0.74) if not digit.curled else (0.5,):
            x, y = (float(v) for v in line[int(at * 25)])
            b.taper(
                [(x + nx * 0.8, y + ny * 0.8), (x, y + 0.8), (x - nx * 0.8, y - ny * 0.8)], 1.6, skin.deep, 0.3, 0.5
            )


def _nail(b: Brush, skin: Skin, digit: Digit, line: NDArray[np.float64], color: int | None) -> None:
    (x, y), before, tip = line[21], line[18], line[-1]
    b.canvas.save()
    b.canvas.translate(float(x), float(y))
    b.canvas.rotate(float(np.degrees(np.arctan2(tip[1] - before[1], tip[0] - before[0]))) + 90)
    plate = oval(0, -1.5, digit.tip * 0.29, digit.tip * 0.44)
    b.fill(plate, color if color is not None else mix(skin.light, skin.blush, 0.3), 0.95 if color is not None else 0.7)
    b.fill(oval(-1.2, -3, digit.tip * 0.09, digit.tip * 0.24), 0xFFFFFF, 0.5, 0.4)
    b.canvas.restore()
