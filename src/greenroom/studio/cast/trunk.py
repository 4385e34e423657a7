"""The trunk of a presenter: a still body, arms that gesture, shoulders that breathe."""

import math

import cv2
import numpy as np
import skia

from greenroom.studio.cast import accessories
from greenroom.studio.cast.arms import (
    FORE,
    GESTURES,
    REST,
    REST_OVER,
    UPPER,
    Reach,
    between,
    paint_elbow,
    paint_fore,
    paint_upper,
)
from greenroom.studio.cast.body import BOTTOM, DROP, SCALE, paint_neck, shoulder
from greenroom.studio.cast.cloth import NIGHT
from greenroom.studio.cast.clothes import KINDS
from greenroom.studio.cast.gear import Scratch, place
from greenroom.studio.cast.hands import HANDS, paint_hand
from greenroom.studio.cast.layers import Layer, layer
from greenroom.studio.cast.look import Look
from greenroom.studio.cast.paint import Brush, Point, argb, blit_of, blitting, surface_of
from greenroom.studio.cast.stage import Stage
from greenroom.studio.pose import Picture

_TOP = 60.0  # where a neck begins, in units of the body
_PIN = 590.0  # below this height breathing moves nothing
_BAND = 8  # rows that breathing lifts alike
_SHADES = tuple(
    skia.Paint(
        AntiAlias=True,
        BlendMode=skia.BlendMode.kSrcATop,
        Color=argb(NIGHT, 0.036),
        Style=skia.Paint.kStroke_Style,
        StrokeCap=skia.Paint.kRound_Cap,
        StrokeWidth=width,
    )
    for width in range(94, 38, -5)
)
"""One in the other they are a soft shade, cheaper than a blur; it falls on the body only, never beside it."""


class Trunk:
    """A body with arms, as wide as the box; `top` is the first row of the box that it covers."""

    def __init__(self, look: Look, stage: Stage, scratch: Scratch) -> None:
        self._look, self._scratch = look, scratch
        # Bodies are a little smaller than they are drawn.
        self._k, self._x, self._y = stage.scale * SCALE, stage.x, stage.y + DROP * stage.scale
        self.top = max(0, int(self._y + _TOP * self._k))
        self._size = (stage.box.width, stage.box.height - self.top)
        self._picture = np.zeros((self._size[1], self._size[0], 4), np.uint8)
        self._surface, self._colours = blitting(self._picture), surface_of(self._picture)
        self._paint_body()
        self._paint_arms()
        self._still = self._picture.copy()
        self._draw_arms(REST, REST_OVER)
        self._rest = self._picture.copy()
        self._held = ("", 0.0)

    def _paint_body(self) -> None:
        look = self._look

        def paint(b: Brush) -> None:
            paint_neck(b, look.face.skin, look.build, look.face.age)
            KINDS[look.outfit.kind](b, look.outfit, look.build)
            accessories.paint_on_body(b, look)

        bottom = min(BOTTOM, (self.top + self._size[1] - self._y) / self._k + 4)
        painted = layer(paint, self._k, (self._x, self._y), (-330, _TOP, 330, bottom))
        self._surface.getCanvas().drawImage(blit_of(painted.picture), painted.left, painted.top - self.top)

    def _paint_arms(self) -> None:
        look, k, skin = self._look, self._k, self._look.face.skin
        thick = 0.92 + 0.5 * (look.build.shoulders - 0.94)
        self._hand_size = 0.9 + 0.7 * (look.build.shoulders - 0.94)

        def upper(side: int) -> Layer:
            return layer(lambda b: paint_upper(b, look.outfit, skin, thick, side), k, (0, 0), (-80, -70, 80, 350))

        def hand(name: str) -> Layer:
            nail = accessories.nail_of(look)
            return layer(lambda b: paint_hand(b, skin, HANDS[name], nail), k, (0, 0), (-90, -190, 90, 60))

        self._upper = {side: upper(side) for side in (-1, 1)}
        self._fore = layer(lambda b: paint_fore(b, look.outfit, skin, thick), k, (0, 0), (-80, -70, 80, 290))
        self._elbow = layer(lambda b: paint_elbow(b, look.outfit, skin, thick), k, (0, 0), (-60, -60, 60, 60))
        self._hands = {name: hand(name) for name in HANDS}

    def draw(self, out: Picture, gesture: str, reach: float, breath: float) -> None:
        """Put the body into the box's picture; `breath` -1 to 1 lifts the shoulders."""
        source = self._gesturing(gesture, min(1.0, reach))
        rise, low = 0.008 * breath, self._y + _PIN * self._k - self.top
        pin = min(len(source) - 4, max(0, int(low))) // _BAND * _BAND
        mine = out[self.top :]
        # Shoulders rise by a few pixels, less the lower: two neighbouring rows, mixed.
        for row in range(0, pin, _BAND):
            lift = rise * (low - row - _BAND / 2)
            start = max(0, row + math.floor(lift))
            part = lift - math.floor(lift)
            one, other = source[start : start + _BAND], source[start + 1 : start + 1 + _BAND]
            cv2.addWeighted(one, 1 - part, other, part, 0, dst=mine[row : row + _BAND])
        np.copyto(mine[pin:], source[pin:])

    def _gesturing(self, gesture: str, reach: float) -> Picture:
        arms = GESTURES.get(gesture)
        if arms is None or reach <= 0:
            return self._rest
        # Arms that are held are not drawn again.
        if self._held != (gesture, reach):
            np.copyto(self._picture, self._still)
            self._draw_arms(between(REST, arms[1], reach), between(REST_OVER, arms[0], reach))
            self._held = (gesture, reach)
        return self._picture

    def _draw_arms(self, right: Reach, left: Reach) -> None:
        wide = shoulder(self._look.build)
        for side, reach in ((1, right), (-1, left)):
            joint = (wide - 40, 292.0)
            elbow = (reach.elbow[0] + (wide - 214) * 0.9, reach.elbow[1])
            wrist = (reach.wrist[0] + (wide - 214) * 0.4, reach.wrist[1])
            self._shade(side, elbow, wrist)
            at = (self._x + side * elbow[0] * self._k, self._y + elbow[1] * self._k - self.top)
            canvas = self._surface.getCanvas()
            canvas.drawImage(
                blit_of(self._elbow.picture), round(at[0] + self._elbow.left), round(at[1] + self._elbow.top)
            )
            self._limb(self._upper[side], side, joint, elbow, UPPER)
            self._hand(side, reach, wrist)
            self._limb(self._fore, side, elbow, wrist, FORE)

    def _limb(self, limb: Layer, side: int, start: Point, end: Point, length: float) -> None:
        """A limb from joint to joint; one that comes forward is shorter in the picture."""
        dx, dy = side * (end[0] - start[0]), end[1] - start[1]
        far = math.hypot(dx, dy)
        across, down, stretch = -dx / far, dy / far, far / length
        x, y = self._x + side * start[0] * self._k, self._y + start[1] * self._k - self.top
        matrix = np.array([[down, -across * stretch, x], [across, down * stretch, y]])
        place(self._surface.getCanvas(), self._size, limb, matrix, self._scratch)

    def _shade(self, side: int, elbow: Point, wrist: Point) -> None:
        """The shade of a forearm on the clothes behind it, to the lower right."""
        canvas = self._colours.getCanvas()
        canvas.save()
        canvas.translate(self._x + 8 * self._k, self._y + 16 * self._k - self.top)
        canvas.scale(self._k, self._k)
        near, far = (elbow[0] * 0.65 + wrist[0] * 0.35, elbow[1] * 0.65 + wrist[1] * 0.35), wrist
        for paint in _SHADES:
            canvas.drawLine(side * near[0], near[1], side * far[0], far[1], paint)
        canvas.restore()

    def _hand(self, side: int, reach: Reach, wrist: Point) -> None:
        angle = math.radians(reach.fingers * side)
        c, s = math.cos(angle) * self._hand_size, math.sin(angle) * self._hand_size
        x, y = self._x + side * wrist[0] * self._k, self._y + wrist[1] * self._k - self.top
        matrix = np.array([[c * side * reach.narrow, -s, x], [s * side * reach.narrow, c, y]])
        place(self._surface.getCanvas(), self._size, self._hands[reach.hand], matrix, self._scratch)
