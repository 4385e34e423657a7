"""Painting: soft shapes, tapered lines and curves through points, on a canvas in units of the drawing."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache

import numpy as np
import skia
from numpy.typing import NDArray

from greenroom.studio.cast.look import Color
from greenroom.studio.pose import Picture

Point = tuple[float, float]
Points = Sequence[Point]
WHITE: Color = 0xFFFFFF
_FALL = ((0.0, 1.0), (0.25, 0.86), (0.5, 0.5), (0.75, 0.14), (1.0, 0.0))
"""How a soft spot falls off from its middle to its edge: half a cosine."""
_AROUND = skia.Rect(-1, -1, 1, 1)


@lru_cache(maxsize=1024)
def mix(one: Color, other: Color, share: float) -> Color:
    """A colour between two: `one` at 0, `other` at 1."""
    parts = [(one >> s & 255) + ((other >> s & 255) - (one >> s & 255)) * share for s in (16, 8, 0)]
    return sum(int(max(0.0, min(255.0, p)) + 0.5) << s for p, s in zip(parts, (16, 8, 0), strict=True))


def argb(color: Color, alpha: float = 1.0) -> int:
    """The colour as skia takes it."""
    return int(max(0.0, min(1.0, alpha)) * 255 + 0.5) << 24 | color


def mirrored(points: Points) -> list[Point]:
    """The points on the other side of the middle, in the same order."""
    return [(-x, y) for x, y in points]


def both_sides(right: Points) -> list[Point]:
    """A closed outline from its right half, which goes from the top of the middle line to its bottom."""
    return [*right, *mirrored(right[-2:0:-1])]


def curve(points: Points, count: int) -> NDArray[np.float64]:
    """Points at even steps of the parameter on a Catmull-Rom curve through points."""
    p = np.asarray(points, float)
    p = np.vstack([2 * p[0] - p[1], p, 2 * p[-1] - p[-2]])
    at = np.linspace(0, len(p) - 3 - 1e-9, count)
    i = at.astype(int)
    t = (at - i)[:, None]
    a, b, c, d = p[i], p[i + 1], p[i + 2], p[i + 3]
    found: NDArray[np.float64] = 0.5 * (
        2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3
    )
    return found


def spline(points: Points, closed: bool = True) -> skia.Path:
    """A smooth path through points; a point given twice is a corner."""
    n = len(points)
    path = skia.Path()
    path.moveTo(*points[0])
    for i in range(n if closed else n - 1):
        a, b = points[(i - 1) % n], points[i]
        c, d = points[(i + 1) % n], points[(i + 2) % n]
        if b == c:
            continue
        if not closed:
            a, d = points[max(i - 1, 0)], points[min(i + 2, n - 1)]
        path.cubicTo(
            b[0] + (c[0] - a[0]) / 6, b[1] + (c[1] - a[1]) / 6, c[0] - (d[0] - b[0]) / 6, c[1] - (d[1] - b[1]) / 6, *c
        )
    if closed:
        path.close()
    return path


def polygon(points: Points) -> skia.Path:
    """A closed path with straight sides."""
    return skia.Path.Polygon([skia.Point(*p) for p in points], True)


def oval(x: float, y: float, rx: float, ry: float) -> skia.Path:
    """An ellipse by its middle and radii."""
    return skia.Path.Oval(skia.Rect(x - rx, y - ry, x + rx, y + ry))


def ribbon(line: NDArray[np.float64], widths: NDArray[np.float64]) -> skia.Path:
    """A band along a line, as wide at each of its points as told."""
    return ribbons(line[None], widths[None])[0]


def ribbons(lines: NDArray[np.float64], widths: NDArray[np.float64]) -> list[skia.Path]:
    """Bands along lines of one length, reckoned together."""
    along = np.gradient(lines, axis=1)
    along /= np.maximum(np.hypot(along[..., 0], along[..., 1]), 1e-6)[..., None]
    off = np.stack([-along[..., 1], along[..., 0]], 2) * (widths / 2)[..., None]
    points = np.concatenate([lines + off, (lines - off)[:, ::-1]], 1)
    middles = (points + np.roll(points, -1, 1)) / 2
    return [_smooth(one, between) for one, between in zip(points.tolist(), middles.tolist(), strict=True)]


def _smooth(points: list[list[float]], middles: list[list[float]]) -> skia.Path:
    """A closed path that rounds off a dense outline; `middles` are between each of its points and the next."""
    path = skia.Path()
    path.moveTo(*middles[-1])
    for (x, y), (u, v) in zip(points, middles, strict=True):
        path.quadTo(x, y, u, v)
    path.close()
    return path


def linear(start: Point, end: Point, stops: Sequence[tuple[float, Color, float]]) -> skia.Shader:
    """A gradient along a line; each stop is its place from 0 to 1, colour and alpha."""
    return skia.GradientShader.MakeLinear(
        [skia.Point(*start), skia.Point(*end)], [argb(c, a) for _, c, a in stops], [at for at, _, _ in stops]
    )


def radial(x: float, y: float, radius: float, stops: Sequence[tuple[float, Color, float]]) -> skia.Shader:
    """A gradient from a point outwards; stops as in `linear`."""
    return skia.GradientShader.MakeRadial(
        skia.Point(x, y), radius, [argb(c, a) for _, c, a in stops], [at for at, _, _ in stops]
    )


def tiled(paint: "Callable[[Brush], None]", size: Point) -> skia.Shader:
    """What is painted around the origin, within a width and height, again and again to all sides."""
    across, down = size
    tile = skia.Rect(-across / 2, -down / 2, across / 2, down / 2)
    recorder = skia.PictureRecorder()
    paint(Brush(recorder.beginRecording(tile)))
    repeat = skia.TileMode.kRepeat
    return recorder.finishRecordingAsPicture().makeShader(repeat, repeat, skia.FilterMode.kLinear, None, tile)


class Brush:
    """What paints on a canvas. Blurs are standard deviations in units of the drawing."""

    def __init__(self, canvas: skia.Canvas) -> None:
        self.canvas = canvas

    def fill(
        self,
        path: skia.Path,
        color: Color | skia.Shader,
        alpha: float = 1.0,
        blur: float = 0.0,
        blend: skia.BlendMode = skia.BlendMode.kSrcOver,
    ) -> None:
        """Fill a shape with a colour or a gradient."""
        self.canvas.drawPath(path, _paint(color, alpha, blur, blend))

    def line(
        self, path: skia.Path, color: Color | skia.Shader, width: float, alpha: float = 1.0, blur: float = 0.0
    ) -> None:
        """Draw along a path with round ends."""
        paint = skia.Paint(_paint(color, alpha, blur, skia.BlendMode.kSrcOver))
        paint.setStyle(skia.Paint.kStroke_Style)
        paint.setStrokeWidth(width)
        paint.setStrokeCap(skia.Paint.kRound_Cap)
        paint.setStrokeJoin(skia.Paint.kRound_Join)
        self.canvas.drawPath(path, paint)

    def dashes(self, path: skia.Path, color: Color, width: float, alpha: float, dash: Point) -> None:
        """Draw along a path in dashes: how long each is, and how far from the next."""
        paint = skia.Paint(AntiAlias=True, Color=argb(color, alpha), Style=skia.Paint.kStroke_Style, StrokeWidth=width)
        paint.setPathEffect(skia.DashPathEffect.Make(dash, 0))
        self.canvas.drawPath(path, paint)

    def taper(
        self,
        points: Points,
        width: float,
        color: Color | skia.Shader,
        alpha: float = 1.0,
        blur: float = 0.0,
        thickest: float = 0.5,
    ) -> None:
        """A line that is thin at both ends, thickest at a part of its length: a crease, a fold, a lash line."""
        t = np.linspace(0, 1, 18)
        shape = np.where(t < thickest, t / max(thickest, 1e-6), (1 - t) / max(1 - thickest, 1e-6))
        self.fill(ribbon(curve(points, 18), width * np.sqrt(np.clip(shape, 0, 1))), color, alpha, blur)

    def spot(self, x: float, y: float, rx: float, ry: float, color: Color, alpha: float, turn: float = 0.0) -> None:
        """A soft elliptic glow or shade, turned by degrees."""
        self.canvas.save()
        self.canvas.translate(x, y)
        self.canvas.rotate(turn)
        self.canvas.scale(rx, ry)
        self.canvas.drawRect(_AROUND, _soft(color, alpha))
        self.canvas.restore()

    @contextmanager
    def clipped(self, path: skia.Path) -> Iterator[None]:
        """Paint only inside of a shape."""
        self.canvas.save()
        self.canvas.clipPath(path, skia.ClipOp.kIntersect, True)
        yield
        self.canvas.restore()

    @contextmanager
    def flipped(self, flip: bool = True) -> Iterator[None]:
        """Paint on the other side of the middle."""
        self.canvas.save()
        if flip:
            self.canvas.scale(-1, 1)
        yield
        self.canvas.restore()

    def rim(self, path: skia.Path, shift: Point, color: Color, alpha: float, blur: float) -> None:
        """Shade what of a shape is left when it is shifted over itself: its side away from the light, or its edge."""
        away = skia.Path(path)
        away.offset(*shift)
        around = skia.Path.Rect(path.getBounds().makeOutset(200, 200))
        with self.clipped(path):
            self.fill(skia.Op(around, away, skia.PathOp.kDifference_PathOp), color, alpha, blur)

    def grain(self, path: skia.Path, color: Color, alpha: float, fineness: Point, seed: int = 1) -> None:
        """Cloth or skin: noise of one colour inside of a shape; fineness in cycles a unit, across and down."""
        noise = skia.PerlinNoiseShader.MakeFractalNoise(*fineness, 2, seed)
        keep = [0, 0, 0, 0, (color >> 16) / 255, 0, 0, 0, 0, (color >> 8 & 255) / 255, 0, 0, 0, 0, (color & 255) / 255]
        keep += [2.2 * alpha, 0, 0, 0, -0.75 * alpha]
        paint = skia.Paint(AntiAlias=True, Shader=noise.makeWithColorFilter(skia.ColorFilters.Matrix(keep)))
        self.canvas.drawPath(path, paint)


# Faces are drawn of the same few paints for each frame, and making one costs as much as painting with it.


@lru_cache(maxsize=1024)
def _soft(color: Color, alpha: float) -> skia.Paint:
    """What a spot is painted with, on a square: outside of the circle it is transparent, and needs no edge."""
    return skia.Paint(Shader=radial(0, 0, 1, [(at, color, alpha * a) for at, a in _FALL]))


@lru_cache(maxsize=1024)
def _plain(argb_: int, blur: float, blend: skia.BlendMode) -> skia.Paint:
    paint = skia.Paint(AntiAlias=True, BlendMode=blend, Color=argb_)
    if blur:
        paint.setMaskFilter(skia.MaskFilter.MakeBlur(skia.kNormal_BlurStyle, blur))
    return paint


def _paint(color: Color | skia.Shader, alpha: float, blur: float, blend: skia.BlendMode) -> skia.Paint:
    """A paint that is not to be changed: others draw with it too."""
    if isinstance(color, int):
        return _plain(argb(color, alpha), blur, blend)
    paint = skia.Paint(AntiAlias=True, BlendMode=blend)
    paint.setShader(color)
    paint.setAlphaf(alpha)
    if blur:
        paint.setMaskFilter(skia.MaskFilter.MakeBlur(skia.kNormal_BlurStyle, blur))
    return paint


def painted(picture: Picture) -> skia.Surface:
    """A surface that shapes are painted on, in RGBA."""
    return skia.Surface(picture, skia.ColorType.kRGBA_8888_ColorType, skia.AlphaType.kPremul_AlphaType)


# Layers are laid over each other whatever their channels are, if alpha is the last. Skia is told that they are of BGRA,
# its own order on most machines, which it lays five times as fast as others.


def surface_of(picture: Picture) -> skia.Surface:
    """A surface that layers are laid on."""
    return skia.Surface(picture, skia.ColorType.kBGRA_8888_ColorType, skia.AlphaType.kPremul_AlphaType)


def image_of(picture: Picture) -> skia.Image:
    """A layer as skia lays it, without a copy: it must outlive the image."""
    return skia.Image.fromarray(
        picture, skia.ColorType.kBGRA_8888_ColorType, skia.AlphaType.kPremul_AlphaType, copy=False
    )
