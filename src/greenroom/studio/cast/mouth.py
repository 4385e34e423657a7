"""The mouth: lips, teeth, tongue and the dark between them, from the channels of `speech.Mouth`."""

from dataclasses import dataclass

import skia

from greenroom.studio.cast.face import MOUTH_Y, down
from greenroom.studio.cast.look import Face
from greenroom.studio.cast.paint import Brush, linear, mix, radial

INSIDE = 0x2B0A0D
"""The dark of an open mouth."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A mouth's geometry in units: half its width, its corners' height, and the edges of lips on the middle line."""

    half: float
    corner: float
    top: float  # of the upper lip
    upper: float  # lower edge of the upper lip
    lower: float  # upper edge of the lower lip
    bottom: float  # of the lower lip
    round: float  # how round the opening is: 0 flat to 1 a ring
    pucker: float  # how far lips are pushed forward, over the teeth

    @property
    def opening(self) -> float:
        """How far lips are apart on the middle line."""
        return self.lower - self.upper


def shape_of(face: Face, mouth: tuple[float, float, float, float, float, float], smile: float) -> Shape:
    """The geometry of a mouth. Lips meet where `press` is 1, and part by more for more `jaw`."""
    jaw, wide, raised, press, tuck, _ = (max(-1.0, min(1.0, v)) for v in mouth)
    jaw = max(0.0, jaw)
    free = 1 - max(0.0, press)
    y = down(face, MOUTH_Y)
    pucker = max(0.0, -wide)
    half = 31 * face.lips_wide + 6 * max(0.0, wide) - 12.5 * pucker + 6.5 * smile - 3.5 * jaw
    lift = (4.2 * max(0.0, raised) + 1.2 * jaw) * free
    # Untucked lips part as the jaw falls; a tucked lower lip stays at the teeth.
    drop = 22.5 * jaw**0.9 * free * (1 - 0.85 * tuck) + 3.2 * max(0.0, raised) * free * (1 - tuck) + 2.2 * tuck * free
    thick = face.lips * (1 - 0.4 * max(0.0, press)) * (1 + 0.1 * pucker - 0.1 * max(0.0, wide)) * (1 - 0.14 * jaw)
    over = 9.0 * thick * (1 - 0.18 * max(0.0, raised)) * (1 - 0.12 * pucker)
    under = 12.2 * thick * (1 - 0.6 * tuck) * (1 - 0.1 * pucker)
    return Shape(
        half=half,
        corner=y - 0.4 - 10.5 * smile + 6 * jaw * free + 2.0 * pucker,
        top=y - lift - over - 1.5 * pucker,
        upper=y - lift,
        lower=y + drop if drop > 0 else y - lift,
        bottom=y + max(drop, 0) + under + 1.5 * pucker,
        round=min(1.0, pucker * 0.9 + 0.25 * jaw),
        pucker=pucker,
    )


class Mouth:
    """The mouth of one face."""

    def __init__(self, face: Face) -> None:
        s = face.skin
        self.face = face
        lip = face.lip_color if face.lip_color is not None else mix(s.lip, s.shade, 0.42)
        self.lip = lip
        self.dark = mix(lip, 0x2A0808, 0.45)
        self.light = mix(lip, 0xFFE8E0, 0.42)
        self.seam = mix(mix(lip, s.deep, 0.4), 0x1C0505, 0.62)

    def draw(self, b: Brush, mouth: tuple[float, float, float, float, float, float], smile: float) -> None:
        """The mouth in a shape of speech."""
        m = shape_of(self.face, mouth, smile)
        self._corners(b, m, smile)
        if m.opening > 0.05:
            hole = _hole(m)
            with b.clipped(hole):
                self._inside(b, m, mouth, hole)
        self._lips(b, m)

    def _corners(self, b: Brush, m: Shape, smile: float) -> None:
        s = self.face.skin
        for side in (-1, 1):
            b.spot(side * (m.half + 2), m.corner + 0.5, 8, 6.5, s.deep, 0.34 + 0.16 * smile)
            if smile > 0.05:
                b.spot(side * (m.half + 9), m.corner - 3, 5, 15, s.deep, 0.22 * smile, side * -14)
        b.spot(0, m.bottom + 5, m.half * 0.72, 7, s.deep, 0.3)

    def _inside(self, b: Brush, m: Shape, mouth: tuple[float, ...], hole: skia.Path) -> None:
        f = self.face
        y = down(f, MOUTH_Y)
        b.fill(
            hole,
            linear(
                (0, m.upper),
                (0, m.lower + 2),
                [(0, INSIDE, 1), (0.6, mix(INSIDE, 0x6E2226, 0.35), 1), (1, 0x7A2A2C, 1)],
            ),
        )
        # The tongue lies on the floor of the mouth, and its tip rises behind the upper teeth.
        rise = max(0.0, mouth[5])
        tip = m.lower - 0.5 - 0.2 * m.opening - rise * 0.5 * m.opening + 9 * m.pucker
        tongue = skia.Path.Oval(
            skia.Rect(-m.half * (0.66 - 0.14 * rise), tip, m.half * (0.66 - 0.14 * rise), m.lower + 26)
        )
        b.fill(tongue, radial(-3, tip + 9, 24, [(0, 0xE08A84, 1), (0.5, 0xC9666A, 1), (1, 0x8E3A40, 1)]), 0.96)
        b.spot(0, tip + 12, 2.6, 10, 0x8E3A40, 0.5)
        self._teeth(b, -1, y - 9 - 6 * m.pucker, y + 2.9 + 2.4 * max(0.0, mouth[2]) - 6 * m.pucker, m.half * 0.9)
        if m.opening > 14:
            self._teeth(b, 1, m.lower - 3.4, m.lower + 8, m.half * 0.62)
        # Lips and corners cast shade on all that is inside.
        b.fill(hole, linear((0, m.upper - 1), (0, m.upper + 6), [(0, 0x2A0A08, 0.32), (1, 0x2A0A08, 0)]))
        for side in (-1, 1):
            b.spot(side * m.half, m.corner, m.half * 0.36, 26, 0x1A0506, 0.5)

    def _teeth(self, b: Brush, jaw: int, top: float, bottom: float, half: float) -> None:
        row = skia.Path.RRect(skia.Rect(-half, top, half, bottom), half * 0.3, 5)
        edge = bottom if jaw < 0 else top
        b.fill(
            row,
            linear((0, top), (0, bottom), [(0, 0xE5D6CC, 1), (0.5, 0xFBF5EF, 1), (1, 0xF3E9E0, 1)]),
            1.0 if jaw < 0 else 0.82,
        )
        gaps = skia.Path()
        for x in (0.0, -0.30, 0.30, -0.56, 0.56, -0.77, 0.77):
            gaps.moveTo(x * half, edge)
            gaps.lineTo(x * half * 0.98, edge + jaw * 7)
        b.line(gaps, 0x9A7468, 0.55, 0.26)

    def _lips(self, b: Brush, m: Shape) -> None:
        over, under = _upper_lip(m), _lower_lip(m)
        b.line(over, self.lip, 1.6, 0.35)
        b.line(under, self.lip, 1.6, 0.35)
        b.fill(
            under,
            linear(
                (0, m.lower),
                (0, m.bottom),
                [
                    (0, mix(self.lip, self.dark, 0.4), 1),
                    (0.3, self.lip, 1),
                    (0.7, self.lip, 1),
                    (1, mix(self.lip, self.dark, 0.25), 1),
                ],
            ),
            0.92,
        )
        b.fill(
            over,
            linear(
                (0, m.top),
                (0, m.upper),
                [
                    (0, mix(self.lip, self.light, 0.15), 1),
                    (0.5, mix(self.lip, self.dark, 0.15), 1),
                    (1, mix(self.lip, self.dark, 0.62), 1),
                ],
            ),
            0.92,
        )
        tall = m.bottom - m.lower
        with b.clipped(under):
            b.spot(-m.half * 0.24, m.lower + tall * 0.46, m.half * 0.42, tall * 0.34, self.light, 0.7)
            b.spot(-m.half * 0.3, m.lower + tall * 0.42, m.half * 0.15, tall * 0.14, 0xFFFFFF, 0.42)
            b.spot(m.half * 0.6, m.bottom, m.half * 0.7, tall * 0.7, self.dark, 0.35)
        b.spot(-5.5, m.top + 0.8, 8, 1.8, self.face.skin.light, 0.5)
        if m.opening < 1.2:
            seam = skia.Path()
            seam.moveTo(-m.half + 0.5, m.corner)
            seam.cubicTo(-m.half * 0.55, m.upper - 0.4, -8, m.upper - 1.6, 0, m.upper + 0.9)
            seam.cubicTo(8, m.upper - 1.6, m.half * 0.55, m.upper - 0.4, m.half - 0.5, m.corner)
            b.line(seam, self.seam, 1.3, 0.8)


def _hole(m: Shape) -> skia.Path:
    x = m.half - 1.5
    bow = 0.55 + 0.42 * m.round
    path = skia.Path()
    path.moveTo(-x, m.corner)
    path.cubicTo(-x * bow, m.upper - 0.3 * (m.corner - m.upper), -7, m.upper - 1.0, 0, m.upper + 0.6)
    path.cubicTo(7, m.upper - 1.0, x * bow, m.upper - 0.3 * (m.corner - m.upper), x, m.corner)
    deep = m.lower + (m.lower - m.corner) / 3
    path.cubicTo(x * (bow + 0.2), deep, -x * (bow + 0.2), deep, -x, m.corner)
    path.close()
    return path


def _upper_lip(m: Shape) -> skia.Path:
    x, bow = m.half, 0.55 + 0.42 * m.round
    path = skia.Path()
    path.moveTo(-x, m.corner)
    path.cubicTo(-x * 0.66, m.top + 3.5, -13, m.top - 0.4, -6.5, m.top)
    path.cubicTo(-3.5, m.top + 0.2, -2, m.top + 2.4, 0, m.top + 2.4)
    path.cubicTo(2, m.top + 2.4, 3.5, m.top + 0.2, 6.5, m.top)
    path.cubicTo(13, m.top - 0.4, x * 0.66, m.top + 3.5, x, m.corner)
    path.cubicTo(x * bow, m.upper - 0.3 * (m.corner - m.upper), 7, m.upper - 1.0, 0, m.upper + 0.6)
    path.cubicTo(-7, m.upper - 1.0, -x * bow, m.upper - 0.3 * (m.corner - m.upper), -x, m.corner)
    path.close()
    return path


def _lower_lip(m: Shape) -> skia.Path:
    x, bow = m.half - 0.8, 0.55 + 0.42 * m.round + 0.2
    path = skia.Path()
    path.moveTo(-x, m.corner)
    if m.opening > 0.05:
        deep = m.lower + (m.lower - m.corner) / 3
        path.cubicTo(-x * bow, deep, x * bow, deep, x, m.corner)
    else:
        path.cubicTo(-x * 0.55, m.upper - 0.4, -8, m.upper - 1.6, 0, m.upper + 0.9)
        path.cubicTo(8, m.upper - 1.6, x * 0.55, m.upper - 0.4, x, m.corner)
    full = m.bottom + (m.bottom - m.corner) / 3
    wide = 0.6 + 0.36 * m.round + 0.012 * min(m.opening, 16)
    path.cubicTo(x * wide, full, -x * wide, full, -x, m.corner)
    path.close()
    return path
