"""
What is seen between the lips: teeth, tongue and dark, painted into the opening after the face has been warped.

Upper teeth hang on the skull, lower teeth and tongue on the jaw. A photograph that shows teeth lends its own; else they
are made in the tone of the face's light.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from greenroom.studio.photo import gape, muscles
from greenroom.studio.photo.matting import diffused
from greenroom.studio.photo.networks import Floats

Plane = NDArray[np.float32]
Colours = NDArray[np.float32]

# Widths of the upper teeth from the middle outwards in parts of a mouth at rest, as they appear from the front.
_UPPER = (0.165, 0.128, 0.118, 0.085, 0.06)
_LOWER = (0.100, 0.108, 0.112, 0.080, 0.06)


@dataclass(frozen=True, slots=True)
class Opening:
    """
    The inner edges of both lips in pixels of the picture, left to right, 11 points each; and where the skull has
    carried the mouth, and the jaw its teeth, since the photograph.
    """

    upper: Floats
    lower: Floats
    skull: tuple[float, float]
    jaw: tuple[float, float]
    tongue: float
    open: float
    """How far the jaw is open, 0 to 1."""


@dataclass(frozen=True, slots=True)
class Inside:
    """A part of a picture with what is seen between lips: its columns and rows, the lips' edges, colours and cover."""

    x: Plane
    y: Plane
    upper: Plane
    lower: Plane
    colours: Colours
    cover: Plane

    @property
    def part(self) -> tuple[slice, slice]:
        """Which part of the picture it is."""
        left, top = int(self.x[0]), int(self.y[0, 0])
        return slice(top, top + len(self.y)), slice(left, left + len(self.x))


def gap_of(o: Opening) -> float:
    """How far the lips are apart where they are farthest, in pixels."""
    return float((o.lower[:, 1] - o.upper[:, 1]).max())


class PhotoMouth:
    """The inside of a mouth in a picture of RGBA."""

    def __init__(self, picture: NDArray[np.uint8], points: Floats) -> None:
        self._a = muscles.anatomy(points)
        self._seam = muscles.seam(points)
        m = self._a.mouth
        self._left, self._top = int(self._seam[0, 0] - 0.4 * m), int(self._seam[:, 1].min() - 0.7 * m)
        width, height = int(self._seam[-1, 0] - self._seam[0, 0] + 0.8 * m), int(1.5 * m)
        self._x = np.arange(self._left, self._left + width, dtype=np.float32)
        self._y = np.arange(self._top, self._top + height, dtype=np.float32)[:, None]
        self._light, self._tone = _light(picture, points)
        self._lip = _median(picture, points[[14, 17], :2].mean(0), 0.04 * m)
        # Flesh in the shade is redder than in the light, not greyer.
        self._flesh = self._lip * (self._lip / self._lip.max()) ** 0.9
        self.opening = gape.inside(picture, points)
        self._inside, self._weight = self._photographed(picture, points)
        self._upper = self._row(_UPPER, 1.0)
        self._lower = self._row(_LOWER, -1.0)

    def _photographed(self, picture: NDArray[np.uint8], points: Floats) -> tuple[Colours, Plane]:
        """What the photograph shows between the lips, and how much of it is to be trusted where."""
        matrix = np.array([[1, 0, -self._left], [0, 1, -self._top]], np.float64)
        size = (len(self._x), len(self._y))
        shown = cv2.warpAffine(picture[..., :3], matrix, size, borderMode=cv2.BORDER_REPLICATE).astype(np.float32)
        weight = gape.hanging(shown, np.asarray(cv2.warpAffine(self.opening, matrix, size), np.float32), self._a.mouth)
        if self._a.shows_teeth:
            # At its edge a lip's light lies on what is behind it.
            lip = np.asarray(cv2.warpAffine(gape.hem(points, self.opening), matrix, size), np.float32)
            shown = diffused(shown, (weight > 0.85) | (lip > 0.5))
            weight = np.minimum(weight + lip, 1)
        return shown, weight

    def _enamel(self) -> NDArray[np.float32]:
        """The tone of teeth: the photograph's where it shows some, else a warm white in the face's light."""
        shown = self._inside[self._weight > 0.9]
        if len(shown) > 30:
            light = shown.mean(-1)
            teeth = shown[light >= np.percentile(light, 60)]
            tone = np.median(teeth, 0)
            if tone.mean() > 0.45 * self._light and tone.mean() > 70:
                return np.asarray(tone, np.float32)
        warm = np.array([1.0, 0.965, 0.90]) * (self._tone / self._tone.max()) ** 0.22
        return np.asarray(np.minimum(warm * np.clip(self._light * 1.36, 70, 236), 240), np.float32)

    def _row(self, widths: tuple[float, ...], side: float) -> NDArray[np.float32]:
        """A row of teeth at rest: colour and cover (RGBA, 0 to 255 and 0 to 1), in the mouth's part of the picture."""
        m, enamel = self._a.mouth, self._enamel()
        middle = float(self._seam[5, 0])
        bounds = np.cumsum((0.0, *widths)) * m
        away = np.abs(self._x - middle)
        which = np.clip(np.searchsorted(bounds, away, side="right") - 1, 0, len(widths) - 1)
        at = (away - bounds[which]) / (bounds[which + 1] - bounds[which])
        end = bounds[-1]
        seam = np.interp(self._x, self._seam[:, 0], self._seam[:, 1]).astype(np.float32)
        if side > 0:
            # Edges of the upper teeth, rounded at their corners, lie a little below where the lips meet.
            edge = seam.min() * 0.3 + seam * 0.7 + m * (0.052 - 0.03 * (away / end) ** 2)
            edge = edge - m * np.array([0.0, 0.016, 0.004, 0.012, 0.02])[which]
            edge = edge - m * 0.016 * np.abs(2 * at - 1) ** 4
            cover = np.clip((edge - self._y) / 1.3 + 0.5, 0, 1)
            depth = (edge - self._y) / m
        else:
            edge = seam + m * (0.045 + 0.02 * (away / end) ** 2 + 0.010 * np.abs(2 * at - 1) ** 4)
            cover = np.clip((self._y - edge) / 1.3 + 0.5, 0, 1)
            depth = (self._y - edge) / m
        gap = 1 - 0.16 * np.exp(
            -((np.minimum(at, 1 - at) * (bounds[which + 1] - bounds[which]) / (0.011 * m + 0.4)) ** 2)
        )
        arch = 1 - 0.62 * np.clip(away / end, 0, 1) ** 2.2
        # Thin edges let the dark through; towards the gum enamel is warmer.
        sheen = 1 - 0.10 * np.exp(-((depth / 0.018) ** 2)) + 0.035 * np.exp(-(((depth - 0.09) / 0.05) ** 2))
        shade = (0.86 if side < 0 else 1.0) * gap * arch * sheen
        colour = shade[..., None] * enamel * (1 - np.array([0.0, 0.02, 0.07]) * np.clip(depth * 3, 0, 1)[..., None])
        cover = cover * np.clip((end - away) / (0.03 * m), 0, 1)
        gum = np.clip((depth - 0.21) / 0.02, 0, 1)[..., None]
        colour = colour + gum * (self._lip * 0.72 * arch[..., None] - colour)
        return np.dstack([colour, cover]).astype(np.float32)

    def draw(self, picture: NDArray[np.uint8], o: Opening) -> None:
        """Paint what an opening shows into a picture whose lips are there."""
        height, width = picture.shape[:2]
        inside = self.inside(o, (width, height))
        if inside is None:
            return
        part = picture[inside.part][..., :3]
        made = np.asarray(part + inside.cover[..., None] * (inside.colours - part), np.float32)
        if self._a.shows_teeth:
            closed = 1 - gap_of(o) / (0.05 * self._a.mouth)
            made = self._line(made, inside.x, inside.y, np.asarray((inside.upper + inside.lower) / 2), closed)
        part[:] = np.clip(made + 0.5, 0, 255).astype(np.uint8)

    def inside(self, o: Opening, size: tuple[int, int]) -> "Inside | None":
        """What an opening shows in a picture of a width and height; None for lips that have nothing between them."""
        if gap_of(o) < 0.7 and not self._a.shows_teeth:
            return None
        x0 = max(0, int(min(o.upper[:, 0].min(), o.lower[:, 0].min())) - 2)
        x1 = min(size[0], int(max(o.upper[:, 0].max(), o.lower[:, 0].max())) + 4)
        y0, y1 = max(0, int(o.upper[:, 1].min()) - 2), min(size[1], int(o.lower[:, 1].max()) + 4)
        if x1 <= x0 or y1 <= y0:
            return None
        x = np.arange(x0, x1, dtype=np.float32)
        y = np.arange(y0, y1, dtype=np.float32)[:, None]
        upper, lower = edge_line(o.upper, x), edge_line(o.lower, x)
        painted = self._painted(x, y, upper, lower, o)
        return Inside(x, y, upper, lower, painted, _between(y, upper, lower))

    def _line(self, made: Colours, x: Plane, y: Plane, seam: Plane, much: float) -> Colours:
        """The dark line between lips that close over teeth: the photograph has none."""
        thick = 0.011 * self._a.mouth + 0.4
        ends = np.clip(np.minimum(x - x[0], x[-1] - x) / (0.06 * self._a.mouth), 0, 1)
        weight = 0.72 * float(np.clip(much, 0, 1)) * ends * np.exp(-(((y - seam) / thick) ** 2))
        return np.asarray(made + weight[..., None] * (self._flesh * np.float32(0.45) - made), np.float32)

    def _painted(self, x: Plane, y: Plane, upper: Plane, lower: Plane, o: Opening) -> Colours:
        m = self._a.mouth
        high = np.maximum(lower - upper, 1e-3)
        down = (y - upper) / high
        middle = float(o.upper[5, 0])
        t = (x - middle) / (0.5 * m)
        light = np.float32(np.clip(self._light / 165, 0.45, 1.15))
        # The throat is dark; towards lips and cheeks the flesh catches light.
        flesh = np.float32(0.45) * self._flesh
        dark = np.array([30, 13, 13], np.float32) * light
        near = np.clip(0.30 * np.abs(t) + 0.55 * np.clip(down - 0.6, 0, 1), 0, 1)
        out = dark + near[..., None] * (flesh - dark)
        out = self._tongue(out, x, y, lower, o, light)
        for row, (dx, dy) in ((self._lower, o.jaw), (self._upper, o.skull)):
            layer = _shifted(row, self._left + dx, self._top + dy, x, y)
            out = out + layer[..., 3:] * (layer[..., :3] - out)
        # Lips throw a shadow on what is behind them, and corners are dark.
        shade = 1 - 0.42 * np.exp(-np.clip(y - upper, 0, None) / (0.018 * m))
        shade -= 0.18 * np.exp(-np.clip(lower - y, 0, None) / (0.02 * m))
        half = max(1.0, float(o.upper[-1, 0] - o.upper[0, 0]) / 2)
        corner = np.clip(np.abs(x - (o.upper[-1, 0] + o.upper[0, 0]) / 2) / half, 0, 1)
        shade = np.clip(shade * (1 - 0.55 * np.clip((corner - 0.55) / 0.45, 0, 1) ** 1.5), 0.12, 1)[..., None]
        return self._rim(self._own(out * shade, x, y, shade, o), y, upper, lower)

    def _own(self, out: Colours, x: Plane, y: Plane, shade: Plane, o: Opening) -> Colours:
        """What the photograph shows, where it was; its shadows are its own as far as the lips are where they were."""
        if not self._a.shows_teeth:
            return np.asarray(out, np.float32)
        own = np.dstack([self._inside, self._weight])
        layer = _shifted(own, self._left + o.skull[0], self._top + o.skull[1], x, y)
        closing = np.float32(0.6 * np.clip(1 - gap_of(o) / max(1.0, self._a.gap), 0, 1))
        return np.asarray(out + layer[..., 3:] * (layer[..., :3] * (1 - closing * (1 - shade)) - out), np.float32)

    def _rim(self, out: Colours, y: Plane, upper: Plane, lower: Plane) -> Colours:
        """Lips turn inwards at their edges: a narrow, moist band of their colour instead of a cut."""
        m = self._a.mouth
        # Where the photograph shows its own mouth, its lips have their edges.
        new = 0.35 if self._a.shows_teeth else 1.0
        below = 0.75 * new * np.exp(-((np.clip(lower - y, 0, None) / (0.022 * m)) ** 2))
        above = 0.55 * new * np.exp(-((np.clip(y - upper, 0, None) / (0.012 * m)) ** 2))
        out = out + below[..., None] * (self._flesh * np.float32(0.82) - out)
        return np.asarray(out + above[..., None] * (self._flesh * np.float32(0.5) - out), np.float32)

    def _tongue(self, out: Colours, x: Plane, y: Plane, lower: Plane, o: Opening, light: np.float32) -> Colours:
        m = self._a.mouth
        high = m * (0.17 + 0.06 * o.tongue)
        middle, floor = float(o.lower[5, 0]), float(lower.max())
        back = floor - high * (0.62 + 0.8 * o.tongue)
        span = ((x - middle) / (0.30 * m)) ** 2 + (np.minimum(y - back - high, 0) / high) ** 2
        cover = np.clip((1 - span) * 4, 0, 1) * np.clip(o.open * 3 + o.tongue, 0, 0.92)
        colour = np.array([176, 92, 92], np.float32) * light
        groove = 1 - 0.16 * np.exp(-(((x - middle) / (0.025 * m)) ** 2))
        tone = (0.62 + 0.38 * np.clip((y - back) / (1.4 * high), 0, 1)) * groove
        return np.asarray(out + cover[..., None] * (colour * tone[..., None] - out), np.float32)


def edge_line(points: Floats, x: Plane) -> Plane:
    """The height of an edge of the lips at each column: a smooth line through its points (Catmull-Rom)."""
    px, py = points[:, 0], points[:, 1]
    px = np.maximum.accumulate(px + np.arange(len(px)) * 1e-3)
    slope = np.gradient(py, px)
    i = np.clip(np.searchsorted(px, x, side="right") - 1, 0, len(px) - 2)
    h = px[i + 1] - px[i]
    f = np.clip((x - px[i]) / h, 0, 1)
    a, b = py[i], py[i + 1]
    cubic = (
        a * (1 + 2 * f) * (1 - f) ** 2
        + b * f * f * (3 - 2 * f)
        + h * (slope[i] * f * (1 - f) ** 2 - slope[i + 1] * f * f * (1 - f))
    )
    return np.asarray(cubic, np.float32)


def _between(y: Plane, upper: Plane, lower: Plane) -> Plane:
    """How much of each pixel is below one line and above another; steep lines have softer steps downwards."""
    steep = [np.sqrt(1 + np.gradient(line) ** 2) for line in (upper, lower)]
    first = np.clip((y - upper) / (1.1 * steep[0]) + 0.5, 0, 1)
    second = np.clip((lower - y) / (1.1 * steep[1]) + 0.5, 0, 1)
    return np.asarray(np.minimum(first, second) * np.clip((lower - upper) / 1.2, 0, 1), np.float32)


def _shifted(layer: NDArray[np.float32], left: float, top: float, x: Plane, y: Plane) -> NDArray[np.float32]:
    """The part of a layer, whose corner is at left and top, that lies at some columns and rows."""
    matrix = np.array([[1, 0, x[0] - left], [0, 1, y[0, 0] - top]], np.float64)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(layer, matrix, (x.shape[-1], len(y)), flags=flags), np.float32)


def _within(picture: NDArray[np.uint8], at: Floats) -> tuple[int, int]:
    """The pixel at a point; of one that the frame cuts off, the nearest at the edge, for there is always some tone."""
    height, width = picture.shape[:2]
    return int(min(max(0, at[0]), width - 1)), int(min(max(0, at[1]), height - 1))


def _median(picture: NDArray[np.uint8], at: Floats, radius: float) -> NDArray[np.float32]:
    r = max(2, int(radius))
    x, y = _within(picture, at)
    part = picture[max(0, y - r) : y + r + 1, max(0, x - r) : x + r + 1, :3].reshape(-1, 3)
    return np.asarray(np.median(part, 0), np.float32)


def _light(picture: NDArray[np.uint8], points: Floats) -> tuple[float, NDArray[np.float32]]:
    """How bright the lower face is lit, and the colour of its skin."""
    m = muscles.anatomy(points).mouth
    tones = np.stack([_median(picture, points[i, :2], 0.08 * m) for i in (205, 425, 50, 280, 4)])
    tone = np.median(tones, 0)
    # Dark skin in good light has bright teeth: the light is guessed from highlights, not from the skin's mean.
    x, y = _within(picture, points[4])
    r = max(1, int(0.5 * m))
    near = picture[max(0, y - r) : y + r, max(0, x - r) : x + r, :3].mean(-1)
    high = float(np.percentile(near, 97))
    return float(np.clip(0.45 * tone.mean() + 0.55 * high, 60, 215)), np.asarray(tone, np.float32)
