"""Long hair: open, in a bob, tied back."""

from greenroom.studio.cast.hair_basics import Layer, cast_shadow, mass
from greenroom.studio.cast.look import Face, Hair
from greenroom.studio.cast.paint import Brush, Points, both_sides, mirrored
from greenroom.studio.cast.strands import Lock, paint_lock


def long_back(wave: float, bottom: float, wide: float) -> Layer:
    def paint(b: Brush, hair: Hair, _face: Face) -> None:
        w, y = wide, bottom
        side: Points = [
            (0, -146),
            (66, -134),
            (120 * w, -70),
            (128 * w, 40),
            (134 * w, 130),
            (132 * w, y - 40),
            (88, y),
            (0, y - 25),
        ]
        mass(b, hair, both_sides([(x * 0.94, v) if v < y - 45 else (x * 0.86, v - 22) for x, v in side]), 0.02, 4)
        guides = [
            [(x * 0.9, -60), (x * 1.05, 40), (x * 1.1, 130), (x * 1.06, y + 8 * (i % 2))]
            for i, x in enumerate((-118 * w, -70, -20, 30, 80, 118 * w))
        ]
        paint_lock(b, hair, Lock(guides, 150, 7, 14, (wave * 0.7, 2.0), (0.8, 0.2), -0.26, 0.3, 3))

    return paint


def swept(wave: float, bottom: float, wide: float, part: float = -26) -> Layer:
    """From a parting at the side, over the temples and down both sides of the face."""

    def paint(b: Brush, hair: Hair, face: Face) -> None:
        p, w, y = part, wide, bottom
        cast_shadow(
            b,
            face,
            [(-98, 30), (-95, -26), (-82, -68), (-52, -100), (p, -118), (24, -106), (68, -74), (94, -28), (97, 40)],
        )
        long = y - 80
        left_in = [
            (p, -120),
            (-54, -100),
            (-83, -66),
            (-97, -22),
            (-97, 22),
            (-92, 80),
            (-103, 80 + long * 0.45),
            (-98, 80 + long * 0.8),
            (-96, y),
        ]
        left_mid = [
            (p, -148),
            (-58, -136),
            (-94, -102),
            (-113, -48),
            (-116, 16),
            (-114, 80),
            (-124, 80 + long * 0.45),
            (-122, 80 + long * 0.8),
            (-112, y + 12),
        ]
        left_out = [
            (p, -170),
            (-62, -165),
            (-102, -134),
            (-124 * w, -78),
            (-131 * w, 2),
            (-134 * w, 78),
            (-143 * w, 80 + long * 0.45),
            (-141 * w, 80 + long * 0.8),
            (-126 * w, y + 4),
        ]
        right_in = [
            (p, -120),
            (24, -106),
            (70, -74),
            (96, -26),
            (98, 16),
            (93, 78),
            (104, 80 + long * 0.45),
            (99, 80 + long * 0.8),
            (98, y),
        ]
        right_mid = [
            (p, -148),
            (32, -142),
            (86, -108),
            (112, -54),
            (118, 8),
            (115, 78),
            (126, 80 + long * 0.45),
            (124, 80 + long * 0.8),
            (114, y + 14),
        ]
        right_out = [
            (p, -170),
            (30, -174),
            (86, -150),
            (121 * w, -92),
            (132 * w, -4),
            (135 * w, 76),
            (145 * w, 80 + long * 0.45),
            (142 * w, 80 + long * 0.8),
            (126 * w, y + 2),
        ]
        mass(b, hair, [*left_in[:6], *reversed(left_mid[:6])], 0.12)
        mass(b, hair, [*right_in[:6], *reversed(right_mid[:6])], 0.06)
        paint_lock(
            b, hair, Lock([right_in, right_mid, right_out], 140, 4.6, 8, (wave, 2.0), (0.24, 0.55), -0.08, 0.3, 5)
        )
        paint_lock(b, hair, Lock([left_out, left_mid, left_in], 130, 4.6, 7, (wave, 2.0), (0.3, 0.9), 0.06, 0.3, 6))

    return paint


def tied(part: float) -> Layer:
    def paint(b: Brush, hair: Hair, face: Face) -> None:
        line = [(-98, 14), (-95, -40), (-80, -82), (-46, -106), (0, -114), (46, -106), (80, -82), (95, -40), (98, 14)]
        cast_shadow(b, face, line)
        top: Points = [
            (-103, 10),
            (-110, -60),
            (-92, -128),
            (-48, -164),
            (0, -172),
            (48, -164),
            (92, -128),
            (110, -60),
            (103, 10),
        ]
        mass(b, hair, [*line, *reversed(top)], 0.16)
        roots = [(-99, 10), (-95, -42), (-78, -84), (-42, -108), (part, -114)]
        left = [
            [
                r,
                ((r[0] + part * 0.4) * 1.06 - 4, r[1] - 26),
                (r[0] * 0.72 - 12, min(r[1] - 58, -118)),
                (r[0] * 0.4, -170),
            ]
            for r in roots
        ]
        roots = [(part, -114), (42, -108), (78, -84), (95, -42), (99, 10)]
        right = [
            [
                r,
                ((r[0] + part * 0.4) * 1.06 + 4, r[1] - 26),
                (r[0] * 0.72 + 12, min(r[1] - 58, -118)),
                (r[0] * 0.4, -170),
            ]
            for r in roots
        ]
        paint_lock(b, hair, Lock(right, 120, 4.2, 12, (0.0, 1), (0.42, 0.5), -0.06, 0.1, 8))
        paint_lock(b, hair, Lock(left, 110, 4.2, 11, (0.0, 1), (0.45, 1.0), 0.06, 0.1, 9))

    return paint


def bun_back(b: Brush, hair: Hair, _face: Face) -> None:
    ball: Points = [(-46, -170), (-54, -202), (-30, -232), (8, -236), (42, -222), (52, -192), (40, -164), (0, -158)]
    mass(b, hair, ball, 0.12)
    guides = [
        [(-44 + 12 * i, -160), (-62 + 15 * i, -200), (-36 + 11 * i, -236), (4 + 6 * i, -228 + 6 * i)] for i in range(8)
    ]
    paint_lock(b, hair, Lock(guides, 80, 4.5, 9, (0, 1), (0.5, 0.9), 0.0, 0.2, 11))


def tail_back(b: Brush, hair: Hair, _face: Face) -> None:
    out: Points = [
        (60, -150),
        (118, -120),
        (140, -30),
        (138, 70),
        (150, 170),
        (120, 250),
        (104, 170),
        (98, 60),
        (92, -40),
    ]
    mass(b, hair, out, 0.05)
    guides = [
        [(50, -150), (98, -100), (104, 0), (98, 110), (112, 236)],
        [(56, -156), (118, -116), (128, -10), (122, 100), (124, 256)],
        [(60, -162), (130, -130), (148, -20), (144, 100), (146, 236)],
    ]
    paint_lock(b, hair, Lock(guides, 90, 5, 7, (6, 1.5), (0.3, 0.6), -0.06, 0.5, 12))


def fringe(bottom: float) -> Layer:
    def paint(b: Brush, hair: Hair, face: Face) -> None:
        line = [(-98, 60), (-95, -20), (-84, -44), (-40, -50), (0, -52), (40, -50), (84, -44), (95, -20), (98, 60)]
        cast_shadow(b, face, line)
        for side in (1, -1):
            strands = [
                [(10, -160), (60, -140), (92, -90), (97, -20), (94, 50), (90, bottom - 8)],
                [(10, -167), (68, -154), (106, -102), (118, -14), (118, 60), (112, bottom + 4)],
                [(10, -172), (70, -162), (114, -112), (131, -8), (135, 70), (126, bottom - 4)],
            ]
            guides = strands if side > 0 else [mirrored(g) for g in reversed(strands)]
            mass(b, hair, [*guides[0], *reversed(guides[-1])], 0.08)
            paint_lock(
                b,
                hair,
                Lock(guides, 120, 4.6, 8, (0.8, 1), (0.42, 0.5 if side > 0 else 0.95), -0.05 * side, 0.12, 14 + side),
            )
        top = [
            [(x * 0.12, -171), (x * 0.66, -150), (x * 1.02, -104), (x, -42 - 6 * (1 - abs(x) / 90))]
            for x in (-92, -60, -24, 14, 50, 92)
        ]
        mass(
            b,
            hair,
            [
                (-94, -46),
                (-96, -100),
                (-66, -152),
                (0, -171),
                (66, -152),
                (96, -100),
                (94, -46),
                (50, -46),
                (0, -50),
                (-50, -46),
            ],
            0.1,
        )
        paint_lock(b, hair, Lock(top, 190, 4.2, 17, (0.6, 1), (0.5, 0.8), 0.0, 0.3, 17))

    return paint
