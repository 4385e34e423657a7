"""Tones of hair: painted in greys first, then laid down in the colours of somebody's hair."""

from collections.abc import Sequence

import numpy as np
import skia
from numpy.typing import NDArray

from greenroom.studio.cast.look import Hair
from greenroom.studio.cast.paint import Brush, argb, mix, painted
from greenroom.studio.pose import Picture

_LEVELS, _DARKEST, _STEP = 256, -0.9, 0.01
"""A tone in a byte, as a number of steps above the darkest; strands are reckoned from there to 1.65."""
_AS_IT_IS = skia.Paint(Color=0xFFFFFFFF)
_ACROSS = 16
"""Places across a shape that its mesh has."""


def tone_of(hair: Hair, tone: float) -> int:
    """A colour of the hair: dark at 0, middle at 0.5, light at 1."""
    tone = max(0.0, min(1.0, tone))
    return mix(hair.dark, hair.middle, tone * 2) if tone < 0.5 else mix(hair.middle, hair.light, tone * 2 - 1)


class Toned:
    """
    What is painted in tones beside a canvas, to be laid onto it in colours.

    A strand is lighter here and darker there along its length, like all the others of its lock. A gradient for each
    takes skia four times as long as one tone, so strands are of one tone, and what is along them is added at the end.
    """

    def __init__(self, b: Brush, shape: NDArray[np.float64], margin: float) -> None:
        """`shape` has points of a lock, across x along x 2; `margin` is how far beside it there may be strands."""
        self._canvas, self._shape, self._margin = b.canvas, shape, margin
        (left, top), (right, bottom) = shape.min((0, 1)) - margin, shape.max((0, 1)) + margin
        box = b.canvas.getTotalMatrix().mapRect(skia.Rect(left, top, right, bottom)).roundOut()
        # Nothing of it is seen where it does not meet what may be painted on.
        self._box = box if box.intersect(b.canvas.getDeviceClipBounds()) else skia.IRect(0, 0, 1, 1)
        self._picture, self._brush = self._empty()

    def fill(self, path: skia.Path, tone: float, alpha: float = 1.0) -> None:
        """Fill a shape with a tone; it may be beyond those that hair has, for what is added at the end."""
        self._brush.fill(path, _grey(tone), alpha)

    def lay(self, hair: Hair, lighter: Sequence[tuple[float, float]]) -> None:
        """Lay all of it onto the canvas; `lighter` says how much is added at parts of the length, 0 to 1."""
        alpha = self._picture[..., 3].astype(np.int32)
        level = self._picture[..., 0].astype(np.int32) * 255 // np.maximum(alpha, 1) + self._along(lighter)
        colors = (tone_of(hair, _DARKEST + _STEP * level) for level in range(_LEVELS))
        table = np.array([[color >> s & 255 for s in (16, 8, 0)] for color in colors], np.int32)
        self._picture[..., :3] = (table[np.clip(level, 0, _LEVELS - 1)] * alpha[..., None] + 127) // 255
        picture = skia.Image.fromarray(
            self._picture, skia.ColorType.kRGBA_8888_ColorType, skia.AlphaType.kPremul_AlphaType
        )
        self._canvas.save()
        self._canvas.resetMatrix()
        self._canvas.drawImage(picture, self._box.left(), self._box.top())
        self._canvas.restore()

    def _along(self, lighter: Sequence[tuple[float, float]]) -> NDArray[np.int32]:
        """What is added to the level of each pixel, for how far along the shape it is."""
        picture, brush = self._empty()
        places, amounts = np.array(lighter).T
        shape = self._shape[np.rint(np.linspace(0, len(self._shape) - 1, _ACROSS)).astype(int)]
        along = np.linspace(0, 1, shape.shape[1])
        # What strays out of the shape is below what is in it, where hair curls.
        brush.canvas.drawVertices(
            _mesh(_widened(shape, self._margin), np.interp(np.pad(along, 1, "edge"), places, amounts)), _AS_IT_IS
        )
        brush.canvas.drawVertices(_mesh(shape, np.interp(along, places, amounts)), _AS_IT_IS)
        return np.where(picture[..., 3], picture[..., 0].astype(np.int32) - _level(0.0), 0)

    def _empty(self) -> tuple[Picture, Brush]:
        """An empty picture of the same part of the canvas, and what paints on it in the same units."""
        picture = np.zeros((self._box.height(), self._box.width(), 4), np.uint8)
        brush = Brush(painted(picture).getCanvas())
        brush.canvas.translate(-self._box.left(), -self._box.top())
        brush.canvas.concat(self._canvas.getTotalMatrix())
        return picture, brush


def _widened(shape: NDArray[np.float64], margin: float) -> NDArray[np.float64]:
    """A shape with another row of points on each of its four sides, so far away from it."""
    for axis in (0, 1):
        first, second, last_but_one, last = (np.take(shape, [which], axis) for which in (0, 1, -2, -1))
        out = [
            end + margin * away / np.maximum(np.linalg.norm(away, axis=-1, keepdims=True), 1e-6)
            for end, away in ((first, first - second), (last, last - last_but_one))
        ]
        shape = np.concatenate([out[0], shape, out[1]], axis)
    return shape


def _mesh(points: NDArray[np.float64], tones: NDArray[np.float64]) -> skia.Vertices:
    """Triangles between points, across x along x 2, in the tones that they have along it."""
    across, along = points.shape[:2]
    first = (np.arange(across - 1)[:, None] * along + np.arange(along - 1)).ravel()
    corners = np.stack([first + step for step in (0, 1, along, 1, along, along + 1)], 1).ravel()
    nodes = [skia.Point(x, y) for x, y in points.reshape(-1, 2).tolist()]
    greys = [argb(_grey(tone)) for tone in tones.tolist()] * across
    return skia.Vertices(skia.Vertices.kTriangles_VertexMode, nodes, nodes, greys, corners.tolist())


def _level(tone: float) -> int:
    return max(0, min(_LEVELS - 1, round((tone - _DARKEST) / _STEP)))


def _grey(tone: float) -> int:
    return _level(tone) * 0x010101
