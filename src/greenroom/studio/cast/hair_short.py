"""Short hair."""

from greenroom.studio.cast.hair_basics import cast_shadow, mass, sides
from greenroom.studio.cast.look import Face, Hair
from greenroom.studio.cast.paint import Brush, Points, spline
from greenroom.studio.cast.strands import Lock, paint_fuzz, paint_lock
from greenroom.studio.cast.toned import tone_of


def side_part(b: Brush, hair: Hair, face: Face) -> None:
    """A man's cut: sides short, the top combed from a parting on the left."""
    cast_shadow(b, face, [(-92, -30), (-84, -78), (-60, -104), (-20, -112), (36, -106), (78, -88), (94, -40)])
    sides(b, hair, face, 14)
    mass(
        b,
        hair,
        [
            (-84, -76),
            (-104, -96),
            (-98, -140),
            (-56, -172),
            (10, -184),
            (72, -172),
            (106, -132),
            (104, -84),
            (92, -66),
            (80, -90),
            (36, -106),
            (-20, -112),
            (-62, -104),
        ],
        0.12,
    )
    guides = [
        [(-66, -104), (-20, -113), (34, -107), (76, -92), (98, -58)],
        [(-74, -116), (-26, -136), (40, -136), (88, -114), (106, -70)],
        [(-80, -128), (-34, -160), (38, -166), (92, -138), (110, -80)],
        [(-86, -132), (-40, -178), (36, -189), (94, -154), (112, -88)],
    ]
    paint_lock(b, hair, Lock(guides, 130, 5.2, 11, (1.6, 1), (0.34, 0.85), 0.02, 0.35, 22))
    left = [
        [(-72, -122), (-92, -118), (-104, -84)],
        [(-78, -134), (-104, -124), (-110, -76)],
        [(-62, -152), (-100, -138), (-112, -72)],
    ]
    paint_lock(b, hair, Lock(left, 60, 4.2, 6, (0.8, 1), (0.3, 0.8), 0.05, 0.3, 23))


def quiff(b: Brush, hair: Hair, face: Face) -> None:
    """Short sides, long hair on top brushed up and back."""
    cast_shadow(b, face, [(-92, -30), (-82, -84), (-52, -104), (0, -108), (52, -104), (82, -84), (94, -40)])
    sides(b, hair, face, 10, 0.85)
    mass(
        b,
        hair,
        [
            (-82, -80),
            (-100, -120),
            (-86, -168),
            (-40, -200),
            (24, -208),
            (82, -184),
            (104, -130),
            (86, -80),
            (52, -104),
            (0, -109),
            (-52, -104),
        ],
        0.12,
    )
    roots = [(-82, -84), (-54, -104), (-18, -110), (20, -110), (54, -104), (84, -84)]
    tips = [(-78, -170), (-44, -198), (0, -206), (40, -212), (78, -194), (98, -150)]
    guides = [
        [
            r,
            (r[0] * 1.14 - 6, r[1] - 36),
            ((r[0] + t[0]) / 2 * 1.1 - 4, t[1] + 16),
            (t[0] + 14, t[1]),
            (t[0] + 34, t[1] + 14),
        ]
        for r, t in zip(roots, tips, strict=True)
    ]
    paint_lock(b, hair, Lock(guides, 170, 5, 13, (2.4, 1), (0.4, 0.95), 0.03, 0.5, 25))


def cropped(b: Brush, hair: Hair, face: Face) -> None:
    """A buzz cut with a clean line."""
    line: Points = [
        (-93, -28),
        (-88, -70),
        (-74, -92),
        (-40, -104),
        (0, -107),
        (40, -104),
        (74, -92),
        (88, -70),
        (93, -28),
    ]
    w = face.width
    top: Points = [
        (102 * w, -20),
        (106 * w, -70),
        (92, -128),
        (50, -158),
        (0, -164),
        (-50, -158),
        (-92, -128),
        (-106 * w, -70),
        (-102 * w, -20),
    ]
    sides(b, hair, face, 8, 0.9)
    shape = spline([*line, *top])
    mass(b, hair, [*line, *top], 0.2, 2.4)
    b.spot(-40, -140, 60, 26, tone_of(hair, 0.75), 0.5, -20)
    paint_fuzz(b, hair, shape, 4200, 4.5, lambda x, _y: -1.57 + x * 0.008, width=1.15, seed=27)


def soft_short(b: Brush, hair: Hair, face: Face) -> None:
    """Short and soft, swept from the middle: for older women and younger men alike."""
    line = [(-99, 30), (-97, -30), (-82, -72), (-50, -98), (-14, -116), (30, -104), (74, -80), (96, -34), (99, 30)]
    cast_shadow(b, face, line)
    mass(
        b,
        hair,
        [
            *line,
            (112, 36),
            (126, -20),
            (120, -90),
            (88, -142),
            (30, -174),
            (-40, -174),
            (-94, -140),
            (-124, -76),
            (-122, 0),
            (-112, 40),
        ],
        0.12,
    )
    right = [
        [(-22, -126), (24, -112), (66, -86), (94, -42), (98, 8), (96, 46)],
        [(-22, -150), (36, -144), (88, -108), (110, -56), (114, 0), (108, 48)],
        [(-24, -172), (34, -176), (90, -142), (122, -80), (130, -12), (116, 44)],
    ]
    left = [
        [(-24, -172), (-62, -164), (-104, -128), (-127, -70), (-130, -10), (-114, 46)],
        [(-22, -150), (-58, -142), (-96, -106), (-114, -56), (-114, 0), (-106, 48)],
        [(-20, -126), (-44, -108), (-76, -82), (-96, -42), (-98, 8), (-96, 44)],
    ]
    paint_lock(b, hair, Lock(right, 120, 5, 9, (4.5, 1.6), (0.3, 0.6), -0.04, 0.5, 31))
    paint_lock(b, hair, Lock(left, 110, 5, 8, (4.5, 1.6), (0.34, 0.95), 0.06, 0.5, 32))


def receding(b: Brush, hair: Hair, face: Face) -> None:
    """Grey sides, thin on top."""
    sides(b, hair, face, 22)
    line: Points = [(-94, -60), (-84, -100), (-58, -120), (-10, -112), (30, -120), (66, -116), (86, -98), (95, -60)]
    top: Points = [(105, -66), (92, -120), (54, -150), (0, -158), (-54, -150), (-92, -120), (-105, -66)]
    mass(b, hair, [*line, *top], 0.2, 3)
    guides = [
        [(x, y), (x * 1.1 + 3, y - 16 - (100 - abs(x)) * 0.16), (x * 0.96 + 8, y - 34 - (100 - abs(x)) * 0.26)]
        for x, y in [(-93, -62), (-82, -102), (-44, -118), (-6, -112), (40, -119), (82, -102), (95, -62)]
    ]
    paint_lock(b, hair, Lock(guides, 150, 3.6, 16, (1, 1), (0.5, 0.9), 0.05, 0.3, 34))
