"""What presenters wear besides clothes: glasses, ear-rings, a headscarf, a turban, headphones, a microphone."""

import skia

from greenroom.studio.cast.cloth import NIGHT, cloth, dark, lit
from greenroom.studio.cast.face import outline
from greenroom.studio.cast.look import Color, Look
from greenroom.studio.cast.paint import Brush, Point, Points, both_sides, linear, mix, oval, spline

NAILS: dict[str, Color] = {"nails_red": 0xB23A48, "nails_nude": 0xE2B0A0, "nails_plum": 0x6E2B4A}


def nail_of(look: Look) -> Color | None:
    """The colour of painted nails, if they are painted."""
    return next((NAILS[name] for name in look.accessories if name in NAILS), None)


def paint_behind(b: Brush, look: Look) -> None:
    """What is behind the body and moves with the head."""
    if "hijab" in look.accessories:
        fall: list[Point] = [(0, -150), (90, -110), (118, -20), (120, 90), (130, 200), (90, 260), (0, 270)]
        b.fill(spline(both_sides(fall)), dark(_scarf(look), 0.5))


def paint_on_head(b: Brush, look: Look) -> None:
    """What lies on head, hair and face."""
    for name in look.accessories:
        if name == "hijab":
            _hijab(b, look)
        elif name == "turban":
            _turban(b, look)
        elif name == "headphones":
            _headphones(b)
        elif name.startswith("glasses"):
            _glasses(b, look, name)
        elif name == "hoops":
            _hoops(b, look)
        elif name in ("pearls", "studs"):
            _studs(b, look, 0xF4EDE2 if name == "pearls" else 0xE3C069)
        elif name == "flower":
            _flower(b)


def paint_on_body(b: Brush, look: Look) -> None:
    """What lies on clothes and neck."""
    for name in look.accessories:
        if name == "microphone":
            _microphone(b)
        elif name == "necklace":
            chain = spline(
                [(-46, 196), (-34, 236), (-10, 266), (0, 270), (10, 266), (34, 236), (46, 196)], closed=False
            )
            b.line(
                spline([(-44, 200), (-32, 240), (0, 275), (32, 240), (44, 200)], closed=False),
                look.face.skin.deep,
                2.4,
                0.4,
                1.6,
            )
            b.line(chain, 0xB98A34, 2.2)
            b.line(chain, 0xFBE7B0, 0.9, 0.8)
            b.fill(
                oval(0, 276, 5.5, 6.5),
                linear((-5, 270), (5, 282), [(0, 0xFFF2C8, 1), (0.5, 0xD9A93F, 1), (1, 0x8E6420, 1)]),
            )
        elif name == "badge":
            for side in (-1, 1):
                b.line(spline([(side * 58, 206), (side * 48, 330), (side * 6, 470)], closed=False), 0x2B5C8A, 6)
            card = skia.Path.RRect(skia.Rect(-34, 470, 34, 566), 6, 6)
            b.fill(skia.Path.RRect(skia.Rect(-30, 476, 40, 574), 6, 6), NIGHT, 0.4, 5)
            b.fill(card, linear((-30, 470), (34, 566), [(0, 0xFFFFFF, 1), (1, 0xD5DBE1, 1)]))
            b.fill(skia.Path.RRect(skia.Rect(-22, 482, 4, 516), 3, 3), 0x8FA9BF)
            for y, end in ((528, 22), (540, 10), (552, 16)):
                b.fill(skia.Path.RRect(skia.Rect(-22, y, end, y + 5), 2, 2), 0x9AA5AF)


def _glasses(b: Brush, look: Look, name: str) -> None:
    frame = {"glasses_gold": 0xB88A3E, "glasses_clear": 0x8A7F78, "glasses_round": 0x3A2418}.get(name, 0x17171B)
    thick = 2.6 if name == "glasses_gold" else 4.6
    round_ = name in ("glasses_gold", "glasses_round")
    x0 = 44 * look.face.eye_apart
    s = look.face.skin
    for side in (-1, 1):
        x = side * (x0 + 1)
        lens = (
            oval(x, 4, 34, 31)
            if round_
            else spline(
                [(x - 34, -22), (x, -25), (x + 34, -22), (x + 36, 0), (x + 27, 28), (x, 32), (x - 27, 28), (x - 36, 0)]
            )
        )
        lower = skia.Path(lens)
        lower.offset(3, 6)
        with b.clipped(outline(look.face)):
            b.line(lower, s.deep, thick + 1.5, 0.34, 2)
        with b.clipped(lens):
            b.fill(
                lens,
                linear((x - 34, -26), (x + 34, 34), [(0, 0xFFFFFF, 0.2), (0.35, 0xFFFFFF, 0.03), (1, 0xBFD8E8, 0.1)]),
            )
            glare = skia.Path.Polygon(
                [skia.Point(x - 26, 34), skia.Point(x + 4, -30), skia.Point(x + 15, -30), skia.Point(x - 14, 34)], True
            )
            b.fill(glare, 0xFFFFFF, 0.1, 1)
        b.line(lens, frame, thick)
        b.line(
            lens,
            linear(
                (x - 36, -28), (x + 36, 34), [(0, lit(frame, 0.7), 0.9), (0.4, frame, 0), (1, lit(frame, 0.3), 0.35)]
            ),
            thick * 0.45,
        )
        b.line(spline([(side * (x0 + 36), -8), (side * 92, -12), (side * 103, -10)], closed=False), frame, thick)
    b.line(spline([(-x0 + 33, -3), (-5, -9), (5, -9), (x0 - 33, -3)], closed=False), frame, thick)
    b.line(spline([(-x0 + 35, -4), (-4, -10), (4, -10)], closed=False), lit(frame, 0.7), thick * 0.35, 0.6)


def _hoops(b: Brush, look: Look) -> None:
    for side in (-1, 1):
        x = side * 104 * look.face.width
        ring = oval(x, 64, 11, 19)
        b.line(skia.Path(ring), look.face.skin.deep, 4.4, 0.25, 2)
        b.line(ring, linear((x - 12, 46), (x + 12, 84), [(0, 0xFFF0C0, 1), (0.4, 0xD8A640, 1), (1, 0x80581C, 1)]), 3.4)


def _studs(b: Brush, look: Look, color: Color) -> None:
    for side in (-1, 1):
        x = side * 103 * look.face.width
        b.fill(oval(x + 1, 47, 6, 6), look.face.skin.deep, 0.5, 1.6)
        b.fill(
            oval(x, 45, 5.4, 5.4),
            linear((x - 5, 40), (x + 5, 50), [(0, lit(color, 0.9), 1), (0.5, color, 1), (1, dark(color, 0.45), 1)]),
        )
        b.fill(oval(x - 1.8, 43, 1.5, 1.5), 0xFFFFFF, 0.9)


def _scarf(look: Look) -> Color:
    return look.outfit.accent


def _hijab(b: Brush, look: Look) -> None:
    color = _scarf(look)
    w = look.face.width
    opening: Points = both_sides(
        [(0, -112), (52, -100), (82 * w, -62), (89 * w, 0), (80 * w, 58), (58 * w, 102), (29 * w, 126), (0, 133)]
    )
    outer: Points = both_sides(
        [
            (0, -176),
            (56, -166),
            (100, -124),
            (121, -56),
            (121, 30),
            (112, 96),
            (118, 160),
            (158, 222),
            (196, 262),
            (178, 340),
            (90, 392),
            (0, 404),
        ]
    )
    hole = spline(opening)
    with b.clipped(outline(look.face)):
        b.line(hole, look.face.skin.deep, 22, 0.4, 6)
    shape = skia.Op(spline(outer), hole, skia.PathOp.kDifference_PathOp)
    cloth(b, shape, color, grain=0.06)
    d, u = dark(color, 0.6), lit(color, 0.4)
    with b.clipped(shape):
        b.spot(-52, -130, 70, 46, u, 0.6, -30)
        b.spot(110, 0, 50, 180, d, 0.5)
        b.spot(0, 168, 84, 30, d, 0.55)
        # Cloth runs around the face, then falls in swags from one shoulder to the other.
        for i, (start, end) in enumerate(((118, 40), (112, 70), (104, 100))):
            for side in (-1, 1):
                line: Points = [
                    (side * 8, -150 + 8 * i),
                    (side * (70 - 4 * i), -122 + 10 * i),
                    (side * (104 - 6 * i), -40),
                    (side * (start - 16), end),
                    (side * 60, 140 + 10 * i),
                ]
                b.taper(line, 9, d, 0.3, 3.4, 0.6)
                b.taper([(x - 5, y - 3) for x, y in line], 6, u, 0.26, 3, 0.6)
        swags: tuple[Points, ...] = (
            ((-112, 150), (-70, 208), (4, 226), (92, 190), (122, 140)),
            ((-150, 214), (-84, 272), (10, 286), (110, 238), (156, 206)),
            ((-176, 272), (-90, 330), (-6, 350), (96, 312), (186, 250)),
        )
        for swag in swags:
            b.taper(swag, 26, d, 0.5, 7, 0.55)
            b.taper([(x - 2, y - 16) for x, y in swag], 17, u, 0.34, 6, 0.45)
        for line in (
            ((96, 120), (60, 186), (-30, 236), (-110, 290)),
            ((-104, 110), (-80, 176), (-20, 240), (60, 330)),
            ((112, 150), (130, 230), (120, 330)),
        ):
            b.taper(line, 12, d, 0.34, 4, 0.4)
            b.taper([(x - 5, y - 5) for x, y in line], 8, u, 0.22, 4, 0.4)
    b.line(hole, dark(color, 0.3), 3.2, 0.9)
    b.line(spline([(x * 1.025, y * 1.02) for x, y in opening]), u, 2, 0.5, 1)
    b.rim(spline(outer), (-5, -3), d, 0.5, 5)


def _turban(b: Brush, look: Look) -> None:
    color = look.outfit.accent
    w = look.face.width
    front: Points = [(-103 * w, -6), (-99, -46), (-64, -76), (0, -106), (0, -106), (64, -76), (99, -46), (103 * w, -6)]
    crown: Points = [
        (116, -26),
        (127, -84),
        (112, -150),
        (64, -192),
        (0, -204),
        (-64, -192),
        (-112, -150),
        (-127, -84),
        (-116, -26),
    ]
    shape = spline([*front, *crown])
    with b.clipped(outline(look.face)):
        b.line(spline(front, closed=False), look.face.skin.deep, 20, 0.45, 6)
    cloth(b, shape, color, grain=0.08)
    d, u = dark(color, 0.6), lit(color, 0.45)
    with b.clipped(shape):
        b.spot(-48, -160, 74, 50, u, 0.5, -24)
        b.spot(112, -110, 50, 110, d, 0.6)
        # Wound from both sides: each turn lies over the one before and crosses the middle.
        for i in range(8):
            rise = 13.0 * i
            for side in (1, -1):
                line: Points = [
                    (side * (122 - i), -8 - rise * 0.95),
                    (side * 92, -56 - rise * 1.0),
                    (side * 44, -88 - rise * 0.94),
                    (-side * (4 + 3 * i), -112 - rise * 0.8),
                    (-side * (26 + 4 * i), -128 - rise * 0.66),
                ]
                b.taper(line, 7.5, d, 0.55, 1.8, 0.4)
                b.taper([(x - side, y + 5) for x, y in line], 6, u, 0.42, 2, 0.4)
    b.rim(shape, (-6, -3), d, 0.5, 5)
    b.rim(shape, (3, 3), u, 0.35, 2)


def _headphones(b: Brush) -> None:
    band = spline([(-118, 6), (-128, -70), (-92, -156), (0, -192), (92, -156), (128, -70), (118, 6)], closed=False)
    b.line(
        spline([(-112, 6), (-122, -66), (-88, -148), (0, -182), (88, -148), (122, -66)], closed=False),
        NIGHT,
        12,
        0.35,
        5,
    )
    b.line(band, 0x23262C, 13)
    b.line(spline([(-121, -20), (-122, -80), (-88, -154), (-20, -190)], closed=False), 0x8B929C, 3, 0.8, 0.8)
    for side in (-1, 1):
        cup = skia.Path.RRect(skia.Rect(side * 118 - 19, -30, side * 118 + 19, 60), 18, 24)
        b.fill(skia.Path.RRect(skia.Rect(side * 108 - 12, -34, side * 108 + 12, 66), 12, 20), 0x14161A)
        b.fill(
            cup,
            linear(
                (side * 118 - 20, -30), (side * 118 + 20, 60), [(0, 0x5C636E, 1), (0.4, 0x2E323A, 1), (1, 0x121418, 1)]
            ),
        )
        b.rim(cup, (2, 2), 0xB9C2CE, 0.5, 1.4)
        b.line(oval(side * 120, 15, 9, 22), 0xC9A45C, 1.6, 0.8)


def _flower(b: Brush) -> None:
    for i in range(6):
        b.canvas.save()
        b.canvas.translate(-104, -66)
        b.canvas.rotate(60 * i)
        petal = spline([(0, 0), (-9, -14), (-5, -25), (5, -25), (9, -14)])
        b.fill(petal, linear((0, -26), (0, 0), [(0, 0xF7B2C4, 1), (1, 0xC94F7C, 1)]))
        b.rim(petal, (-1.5, -1.5), 0x9C2F5A, 0.4, 1.2)
        b.canvas.restore()
    b.fill(oval(-104, -66, 6, 6), 0xF3CE5E)


def _microphone(b: Brush) -> None:
    b.line(spline([(-40, 372), (-52, 430), (-46, 520), (-66, 640)], closed=False), 0x15161A, 2.2, 0.8)
    b.fill(skia.Path.RRect(skia.Rect(-47, 352, -31, 382), 7, 7), NIGHT, 0.5, 3)
    b.fill(
        skia.Path.RRect(skia.Rect(-49, 348, -34, 378), 7, 7),
        linear((-49, 348), (-34, 378), [(0, 0x5A5E66, 1), (1, 0x101114, 1)]),
    )
    b.fill(oval(-43, 353, 3, 2.4), 0xFFFFFF, 0.4, 0.8)


__all__ = ["mix", "nail_of", "paint_behind", "paint_on_body", "paint_on_head"]
