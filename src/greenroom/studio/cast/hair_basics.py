"""What hair styles share: a mass, its shade on the face, short sides."""

from collections.abc import Callable

from greenroom.studio.cast.face import outline
from greenroom.studio.cast.look import Face, Hair
from greenroom.studio.cast.paint import Brush, Points, linear, mix, spline
from greenroom.studio.cast.strands import paint_fuzz
from greenroom.studio.cast.toned import tone_of

Layer = Callable[[Brush, Hair, Face], None]
"""What paints hair behind the body, or on the head."""


def nothing(_b: Brush, _hair: Hair, _face: Face) -> None:
    """No hair."""


def mass(b: Brush, hair: Hair, points: Points, tone: float = 0.1, soft: float = 1.2) -> None:
    shape = spline(points)
    box = shape.getBounds()
    stops = [
        (0.0, tone_of(hair, tone + 0.12), 1.0),
        (0.5, tone_of(hair, tone), 1.0),
        (1.0, tone_of(hair, tone - 0.1), 1.0),
    ]
    b.fill(shape, linear((box.left(), box.top()), (box.right(), box.bottom()), stops), 1, soft)


def cast_shadow(b: Brush, face: Face, hairline: Points) -> None:
    """The shade that hair casts on the face below it; painted inside of the face only."""

    with b.clipped(outline(face)):
        b.fill(spline(hairline, closed=False), face.skin.deep, 0)
        b.line(spline([(x + 3, y + 7) for x, y in hairline], closed=False), face.skin.deep, 15, 0.42, 6)
        b.line(spline([(x + 1, y + 2) for x, y in hairline], closed=False), face.skin.deep, 7, 0.35, 2.5)


def sides(b: Brush, hair: Hair, face: Face, bottom: float, strong: float = 1.0) -> None:
    """Short hair from the crown to the ears, fading out downwards."""
    w = face.width
    for flip in (True, False):
        with b.flipped(flip):
            shape = spline(
                [
                    (78 * w, -112),
                    (100 * w, -112),
                    (108 * w, -60),
                    (104 * w, -6),
                    (98 * w, bottom),
                    (91 * w, bottom - 8),
                    (92 * w, -30),
                    (82 * w, -62),
                    (72 * w, -92),
                ]
            )
            b.fill(
                shape,
                linear(
                    (0, -90),
                    (0, bottom),
                    [(0, tone_of(hair, 0.2), strong), (0.6, tone_of(hair, 0.16), 0.8 * strong), (1, hair.dark, 0)],
                ),
                1,
                2,
            )
            fade = lambda _x, y: min(1.0, max(0.0, (bottom - y) / 55))  # noqa: E731
            paint_fuzz(
                b,
                Hair("", hair.dark, mix(hair.dark, hair.middle, 0.6), mix(hair.dark, hair.middle, 0.9)),
                shape,
                800,
                6,
                lambda _x, _y: 1.5,
                fade,
                1.1,
                21,
            )
