"""Eyes and brows: drawn anew for each frame, by few and small paths."""

import numpy as np
import skia

from greenroom.studio.cast.layers import layer
from greenroom.studio.cast.look import Face
from greenroom.studio.cast.paint import Brush, Point, curve, image_of, linear, mix, oval, radial, ribbon

Line = list[Point]
_SOFT = skia.SamplingOptions(skia.FilterMode.kLinear)


class Eyes:
    """The eyes and brows of one face at one size, with their gradients and brows made once."""

    def __init__(self, face: Face, scale: float) -> None:
        self.face = face
        self._scale = scale
        self.iris_radius = r = 13.2 * face.eye**0.6
        rim, lit = mix(face.iris, 0x0A0503, 0.72), mix(face.iris, 0xFFE3B0, 0.45)
        self._iris = radial(
            0, 0, r, [(0, face.iris, 1), (0.55, face.iris, 1), (0.84, mix(face.iris, rim, 0.5), 1), (1, rim, 1)]
        )
        self._glow = radial(1.5, r * 0.5, r * 0.95, [(0, lit, 0.85), (0.55, lit, 0.35), (1, lit, 0)])
        white, grey = 0xFBF7F3, mix(face.skin.shade, 0xC9B8B4, 0.6)
        self._white = radial(
            -3, 1, 27 * face.eye, [(0, white, 1), (0.55, mix(white, grey, 0.18), 1), (1, mix(white, grey, 0.85), 1)]
        )
        self._lid_shade = linear((0, -13), (0, 2), [(0, 0x2A1512, 0.5), (0.45, 0x2A1512, 0.2), (1, 0x2A1512, 0)])
        self._lash = mix(face.brow, 0x120A08, 0.75)
        self._brows = {
            side: layer(lambda b, s=side: self._paint_brow(b, s), scale, (0, 0), (-110, -60, 110, 0))  # type: ignore[misc]
            for side in (-1, 1)
        }
        self._brow_images = {side: image_of(one.picture) for side, one in self._brows.items()}

    def draw(self, b: Brush, blink: float, gaze: tuple[float, float], brow: float, smile: float) -> None:
        """Both eyes; blink 0 to 1, gaze and brow -1 to 1."""
        blink = max(0.0, min(1.0, blink))
        gaze = (max(-1.0, min(1.0, gaze[0])), max(-1.0, min(1.0, gaze[1])))
        for side in (-1, 1):
            b.canvas.save()
            b.canvas.translate(side * 44 * self.face.eye_apart, 0)
            self._eye(b, side, blink, gaze, smile, brow)
            b.canvas.restore()

    def draw_brows(self, b: Brush, brow: float, blink: float) -> None:
        """Both brows."""
        for side in (-1, 1):
            self._brow(b, side, brow, blink)

    def _lids(self, side: int, blink: float, smile: float, brow: float) -> tuple[Line, Line]:
        """The edges of the upper and the lower lid, from the inner corner to the outer."""
        f = self.face
        a = 22.5 * f.eye
        tilt = 2.2 + 5 * f.eye_tilt
        top = 13.3 * f.eye * f.eye_open * (1 + 0.07 * max(brow, 0)) - 0.6 * smile
        low = 8.2 * f.eye * f.eye_open**0.5 * (1 - 0.22 * smile)
        shut = 4.2 * f.eye
        inner, outer = (-a, 3.2), (a, 1.0 - tilt)
        upper = (inner, (-a * 0.62, -top * 0.52), (-a * 0.08, -top), (a * 0.52, -top * 0.82 - tilt * 0.4), outer)
        lower = (inner, (-a * 0.55, low * 0.72), (a * 0.05, low), (a * 0.6, low * 0.62 - tilt * 0.3), outer)
        closed = (inner, (-a * 0.55, shut * 1.2), (0.0, shut * 1.55), (a * 0.58, shut - tilt * 0.25), outer)
        return _between(side, upper, closed, blink), _between(side, lower, closed, blink * 0.9)

    def _eye(self, b: Brush, side: int, blink: float, gaze: tuple[float, float], smile: float, brow: float) -> None:
        f, s = self.face, self.face.skin
        upper, lower = self._lids(side, blink, smile, brow)
        if blink > 0.03:
            b.fill(_ring(_raised(upper, 7), upper), mix(s.base, s.shade, 0.35), 0.4 * blink)
        if blink < 0.97:
            hole = _ring(upper, lower)
            with b.clipped(hole):
                b.fill(hole, self._white)
                b.spot(-side * 20 * f.eye, 3, 5.5, 5, s.blush, 0.75)
                b.canvas.save()
                b.canvas.translate(gaze[0] * 7.5, -gaze[1] * 5 - 1.2)
                self._iris_and_pupil(b)
                b.canvas.restore()
                b.canvas.save()
                b.canvas.translate(0, min(y for _, y in upper) + 13)
                b.fill(skia.Path.Rect(skia.Rect(-30, -18, 30, 6)), self._lid_shade)
                b.canvas.restore()
        self._edges(b, side, upper, lower, blink)

    def _iris_and_pupil(self, b: Brush) -> None:
        r = self.iris_radius
        disc = oval(0, 0, r, r)
        b.fill(disc, self._iris)
        b.fill(disc, self._glow)
        b.fill(oval(0, 0, r * 0.44, r * 0.44), 0x0B0605)
        b.fill(oval(-r * 0.34, -r * 0.4, r * 0.25, r * 0.27), 0xFFFFFF, 0.96)
        b.fill(oval(r * 0.36, r * 0.42, r * 0.12, r * 0.12), 0xFFFFFF, 0.6)

    def _edges(self, b: Brush, side: int, upper: Line, lower: Line, blink: float) -> None:
        f, s = self.face, self.face.skin
        b.fill(_ring(lower, _raised(lower, -0.8, -1.1, -1.4, -1.7, -1.2)), mix(s.deep, self._lash, 0.3), 0.5)
        gleam = _raised(lower, -1.0, -2.0, -2.2, -2.0, -1.2)
        b.fill(
            _ring(gleam, _raised(lower, -1.0, -3.2, -3.8, -3.2, -1.2)), mix(s.light, s.blush, 0.3), 0.5 * (1 - blink)
        )
        w = 2.0 + 2.0 * f.lashes
        lash = _raised(upper, 1.0, 0.9 + 0.42 * w, 0.9 + 0.68 * w, 0.9 + 0.85 * w, 0.5 + 0.5 * w)
        b.fill(_ring(lash, _raised(upper, -0.6)), self._lash, 0.95)
        if f.lashes > 0.3:
            self._lashes(b, side, upper, blink)
        up = 1 - 0.2 * blink
        crease = _raised(upper, 4.6 * up, 6.2 * up, 6.6 * up, 6.2 * up, 4.4 * up)
        b.fill(_ring(_raised(crease, 0.1, 1.5, 1.9, 1.5, 0.1), crease), s.deep, 0.62 * f.crease)

    def _lashes(self, b: Brush, side: int, upper: Line, blink: float) -> None:
        """The longer lashes of the outer third, in one path."""
        f = self.face
        (x0, y0), (x1, y1) = upper[3], upper[4]
        path = skia.Path()
        for i in range(5):
            t = 0.1 + 0.22 * i
            x, y = x0 + (x1 - x0) * t, y0 + (y1 - y0) * t**1.5 - 1.2 * (1 - t)
            length = (2.8 + 1.2 * i) * f.lashes
            lift = length * (1 - 1.7 * blink) * (1.1 - 0.1 * i)
            tx, ty = x + side * length * (0.55 + 0.14 * i), y - lift
            mx, my = x + side * length * 0.45, y - lift * 0.3
            path.moveTo(x - side * 1.1, y - 0.8)
            path.quadTo(mx - side * 0.5, my - 0.6, tx, ty)
            path.quadTo(mx + side * 0.4, my + 0.6, x + side * 0.9, y + 0.4)
            path.close()
        b.fill(path, self._lash, 0.95)

    def _brow(self, b: Brush, side: int, brow: float, blink: float) -> None:
        one, k = self._brows[side], 1 / self._scale
        b.canvas.save()
        b.canvas.translate(0, -6.2 * brow + 1.2 * blink)
        b.canvas.scale(k, k)
        b.canvas.drawImage(self._brow_images[side], one.left, one.top, _SOFT)
        b.canvas.restore()

    def _paint_brow(self, b: Brush, side: int) -> None:
        f = self.face
        x0 = 44 * f.eye_apart
        line = [(x0 - 27, -31.5), (x0 - 9, -33.5 - 0.8 * f.brow_arch), (x0 + 10, -34.5 - 2.6 * f.brow_arch)]
        line.append((x0 + 29, -27 - 0.8 * f.brow_arch))
        centre = curve([(side * x, y) for x, y in line], 22)
        t = np.linspace(0, 1, 22)
        width = 9.2 * f.brow_thick * np.minimum(1, 0.35 + 3 * t) * (1 - t**1.6) ** 0.8 + 0.3
        b.fill(ribbon(centre, width), f.brow, 0.5, 1.1)
        b.fill(ribbon(centre, width * 0.75), f.brow, 0.6, 0.5)
        # Single hairs, upright at the inner end and lying down to the outer.
        path = skia.Path()
        for i in range(20):
            x, y, half = float(centre[i, 0]), float(centre[i, 1]), float(width[i]) * 0.5
            at = float(t[i])
            path.moveTo(x - side * 1.5, y + half * (0.9 - 0.3 * (i % 3)))
            path.lineTo(x + side * (2 + 6 * at), y - half * (0.8 - 0.25 * (i % 2)) * (1 - 0.9 * at**2))
        b.line(path, mix(f.brow, 0x0A0504, 0.25), 0.9, 0.38)


def _between(side: int, one: tuple[Point, ...], other: tuple[Point, ...], t: float) -> Line:
    return [(side * (x + (u - x) * t), y + (v - y) * t) for (x, y), (u, v) in zip(one, other, strict=True)]


def _raised(line: Line, *by: float) -> Line:
    """The line moved up, by as much at each point, or the same at all."""
    return [(x, y - by[i % len(by)]) for i, (x, y) in enumerate(line)]


def _ring(there: Line, back: Line) -> skia.Path:
    """The area between two curves that begin and end on the same sides."""
    path = skia.Path()
    path.moveTo(*there[0])
    _along(path, there)
    path.lineTo(*back[-1])
    _along(path, back[::-1])
    path.close()
    return path


def _along(path: skia.Path, p: Line) -> None:
    last = len(p) - 1
    for i in range(last):
        (ax, ay), (bx, by), (cx, cy), (dx, dy) = p[max(i - 1, 0)], p[i], p[i + 1], p[min(i + 2, last)]
        path.cubicTo(bx + (cx - ax) / 6, by + (cy - ay) / 6, cx - (dx - bx) / 6, cy - (dy - by) / 6, cx, cy)
