"""The trunk of a presenter: a still body, arms that gesture, shoulders that breathe."""

import math

import cv2
import numpy as np
import skia

from greenroom.studio.avatar import Area
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
from greenroom.studio.cast.gear import NOWHERE, Scratch, place
from greenroom.studio.cast.hands import HANDS, paint_hand
from greenroom.studio.cast.layers import Layer, layer
from greenroom.studio.cast.look import Look
from greenroom.studio.cast.paint import Brush, Point, argb, image_of, painted, surface_of
from greenroom.studio.cast.stage import Stage
from greenroom.studio.planes import yuva_of_rgba

_TOP = 60.0  # where a neck begins, in units of the body
_PIN = 590.0  # below this height breathing moves nothing
_BAND = 16  # rows that breathing lifts alike
_RISE = 0.008
_STEPS = 4  # to a pixel in which shoulders rise: fewer than frames, and too small to be seen
_REACHES = 1024  # steps of an arm on its way, a quarter of a pixel each
_SHADE_WIDE = 50.0
_SHADES = tuple(
    skia.Paint(
        AntiAlias=True,
        Color=argb(NIGHT, 0.036),
        Style=skia.Paint.kStroke_Style,
        StrokeCap=skia.Paint.kRound_Cap,
        StrokeWidth=width,
    )
    for width in range(94, 38, -5)
)
"""One in the other they are a soft shade, cheaper than a blur; the more so when drawn small and enlarged."""
_SMALL = 4
_ON_BODY = skia.Paint(BlendMode=skia.BlendMode.kSrcATop)
"""Shade falls on the body only, never beside it."""


class Trunk:
    """A body with arms. `shown` is as large as the box, and empty above its row `top`."""

    def __init__(self, look: Look, stage: Stage, scratch: Scratch) -> None:
        self._look, self._scratch = look, scratch
        # Bodies are a little smaller than they are drawn.
        self._k, self._x, self._y = stage.scale * SCALE, stage.x, stage.y + DROP * stage.scale
        self.top = max(0, int(self._y + _TOP * self._k))
        self._size = (stage.box.width, stage.box.height - self.top)
        self._picture = np.zeros((self._size[1], self._size[0], 4), np.uint8)
        self._surface = surface_of(self._picture)
        self._paint_body()
        self._paint_arms()
        self._still = self._picture.copy()
        self.shown = np.zeros((stage.box.height, stage.box.width, 4), np.uint8)
        self._low = self._y + _PIN * self._k - self.top
        self._pin = min(self._size[1] - 4, max(0, int(self._low))) // _BAND * _BAND
        self._levels = max(1, round(_RISE * self._low * _STEPS))
        columns = np.flatnonzero(self._still[..., 3].any(0))
        self._wide = Area(int(columns[0]), 0, int(columns[-1]) + 1, self._size[1]) if len(columns) else NOWHERE
        self._arms_at, self._held, self._level = NOWHERE, (" ", 0), 0.0
        self._gesture("", 0.0)
        self._breathe(Area(0, 0, *self._size))

    def _paint_body(self) -> None:
        look = self._look

        def paint(b: Brush) -> None:
            paint_neck(b, look.face.skin, look.build, look.face.age)
            KINDS[look.outfit.kind](b, look.outfit, look.build)
            accessories.paint_on_body(b, look)

        bottom = min(BOTTOM, (self.top + self._size[1] - self._y) / self._k + 4)
        painted = layer(paint, self._k, (self._x, self._y), (-330, _TOP, 330, bottom))
        self._surface.getCanvas().drawImage(image_of(painted.picture), painted.left, painted.top - self.top)

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

    def draw(self, gesture: str, reach: float, breath: float) -> Area:
        """Bring `shown` into a pose, `breath` -1 to 1 lifting the shoulders; says what of it may look otherwise now."""
        arms = self._gesture(gesture, reach)
        level = round(breath * self._levels) / self._levels
        changed = arms
        if level != self._level:
            self._level = level
            changed |= Area(self._wide.left, 0, self._wide.right, self._pin)
        if not changed:
            return NOWHERE
        # Arms rise with the shoulders, by less than a band.
        top = max(0, changed.top // _BAND - 1) * _BAND
        bottom = changed.bottom + _BAND
        area = (Area(changed.left, top, changed.right, bottom) | self._arms_at).within(self._size)
        self._breathe(area)
        return area.moved(self.top)

    def _breathe(self, area: Area) -> None:
        """Put a part of the body, whose top is a band's, into what is shown."""
        source, mine = self._picture[:, area.left : area.right], self.shown[self.top :, area.left : area.right]
        # Shoulders rise by a few pixels, less the lower: two neighbouring rows, mixed.
        for row in range(area.top, min(self._pin, area.bottom), _BAND):
            lift = _RISE * self._level * (self._low - row - _BAND / 2)
            start = max(0, row + math.floor(lift))
            part = lift - math.floor(lift)
            one, other = source[start : start + _BAND], source[start + 1 : start + 1 + _BAND]
            cv2.addWeighted(one, 1 - part, other, part, 0, dst=mine[row : row + _BAND])
        below = max(self._pin, area.top)
        np.copyto(mine[below : area.bottom], source[below : area.bottom])

    def _gesture(self, gesture: str, reach: float) -> Area:
        """Draw the arms unless they are there already; says what changed."""
        arms = GESTURES.get(gesture)
        held = (gesture, round(min(1.0, reach) * _REACHES)) if arms is not None and reach > 0 else ("", 0)
        if held == self._held:
            return NOWHERE
        self._held, before = held, self._arms_at
        self._picture[before.part] = self._still[before.part]
        share = held[1] / _REACHES
        right, left = arms[::-1] if arms is not None and share else (REST, REST_OVER)
        self._arms_at = self._draw_arms(between(REST, right, share), between(REST_OVER, left, share))
        return before | self._arms_at

    def _draw_arms(self, right: Reach, left: Reach) -> Area:
        """Draw both arms onto the body; says where."""
        wide = shoulder(self._look.build)
        drawn = NOWHERE
        for side, reach in ((1, right), (-1, left)):
            joint = (wide - 40, 292.0)
            elbow = (reach.elbow[0] + (wide - 214) * 0.9, reach.elbow[1])
            wrist = (reach.wrist[0] + (wide - 214) * 0.4, reach.wrist[1])
            drawn |= self._shade(side, elbow, wrist)
            drawn |= self._joint(self._x + side * elbow[0] * self._k, self._y + elbow[1] * self._k - self.top)
            drawn |= self._limb(self._upper[side], side, joint, elbow, UPPER)
            drawn |= self._hand(side, reach, wrist)
            drawn |= self._limb(self._fore, side, elbow, wrist, FORE)
        return drawn.within(self._size)

    def _joint(self, x: float, y: float) -> Area:
        left, top = round(x + self._elbow.left), round(y + self._elbow.top)
        self._surface.getCanvas().drawImage(image_of(self._elbow.picture), left, top)
        height, width = self._elbow.picture.shape[:2]
        return Area(left, top, left + width, top + height)

    def _limb(self, limb: Layer, side: int, start: Point, end: Point, length: float) -> Area:
        """A limb from joint to joint; one that comes forward is shorter in the picture."""
        dx, dy = side * (end[0] - start[0]), end[1] - start[1]
        far = math.hypot(dx, dy)
        across, down, stretch = -dx / far, dy / far, far / length
        x, y = self._x + side * start[0] * self._k, self._y + start[1] * self._k - self.top
        matrix = np.array([[down, -across * stretch, x], [across, down * stretch, y]])
        return place(self._surface.getCanvas(), self._size, limb, matrix, self._scratch)

    def _shade(self, side: int, elbow: Point, wrist: Point) -> Area:
        """The shade of a forearm on the clothes behind it, to the lower right; says where."""
        near = elbow[0] * 0.65 + wrist[0] * 0.35, elbow[1] * 0.65 + wrist[1] * 0.35
        ends = [(self._x + (side * x + 8) * self._k, self._y + (y + 16) * self._k - self.top) for x, y in (near, wrist)]
        (left, top), (right, bottom) = (
            tuple(_SMALL * math.floor((most(axis) + wide * self._k) / _SMALL) for axis in zip(*ends, strict=True))
            for most, wide in ((min, -_SHADE_WIDE), (max, _SHADE_WIDE))
        )
        small = np.zeros(((bottom - top) // _SMALL, (right - left) // _SMALL, 4), np.uint8)
        canvas = painted(small).getCanvas()
        canvas.scale(self._k / _SMALL, self._k / _SMALL)
        (x0, y0), (x1, y1) = (((x - left) / self._k, (y - top) / self._k) for x, y in ends)
        for paint in _SHADES:
            canvas.drawLine(x0, y0, x1, y1, paint)
        shade = self._scratch.lend(right - left, bottom - top)
        cv2.resize(yuva_of_rgba(small), (right - left, bottom - top), dst=shade, interpolation=cv2.INTER_LINEAR)
        self._surface.getCanvas().drawImage(image_of(shade), left, top, skia.SamplingOptions(), _ON_BODY)
        return Area(left, top, right, bottom)

    def _hand(self, side: int, reach: Reach, wrist: Point) -> Area:
        angle = math.radians(reach.fingers * side)
        c, s = math.cos(angle) * self._hand_size, math.sin(angle) * self._hand_size
        x, y = self._x + side * wrist[0] * self._k, self._y + wrist[1] * self._k - self.top
        matrix = np.array([[c * side * reach.narrow, -s, x], [s * side * reach.narrow, c, y]])
        return place(self._surface.getCanvas(), self._size, self._hands[reach.hand], matrix, self._scratch)
