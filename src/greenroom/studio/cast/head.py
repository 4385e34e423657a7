"""The head of a presenter: still layers, a face that moves on them, and all of it bent as the head is held."""

import math

import cv2
import numpy as np
import skia

from greenroom.studio.avatar import Area
from greenroom.studio.cast import accessories, beards
from greenroom.studio.cast.bend import PIVOT, Bend, Stance
from greenroom.studio.cast.eyes import Eyes
from greenroom.studio.cast.face import paint_ears, paint_face
from greenroom.studio.cast.gear import NOWHERE, Scratch, reached, turn
from greenroom.studio.cast.hairstyles import STYLES
from greenroom.studio.cast.layers import Bounds, layer
from greenroom.studio.cast.look import Look
from greenroom.studio.cast.mouth import Mouth
from greenroom.studio.cast.paint import Brush, image_of, surface_of
from greenroom.studio.cast.part import Part
from greenroom.studio.cast.stage import Stage
from greenroom.studio.pose import Picture, Pose

_EYES: Bounds = (-86, -56, 86, 26)
_MOUTH: Bounds = (-58, 62, 58, 150)
"""Where of a face they are drawn for each frame, in units."""
_STEPS = 64


class Head:
    """A head with its hair, also what of it hangs behind the body."""

    def __init__(self, look: Look, stage: Stage, scratch: Scratch) -> None:
        self._look, self._scratch = look, scratch
        self._k, self._x, self._y = stage.scale, stage.x, stage.y
        self._size = (stage.box.width, stage.box.height)
        self._eyes, self._mouth = Eyes(look.face, stage.scale), Mouth(look.face)
        self._paint_layers()
        self._set_up()

    def _paint_layers(self) -> None:
        look, k, origin = self._look, self._k, (self._x, self._y)
        back, front = STYLES[look.hair.style]

        def skull(b: Brush) -> None:
            paint_ears(b, look.face)
            paint_face(b, look.face)
            beards.paint(b, look.hair, look.face)

        def over(b: Brush) -> None:
            front(b, look.hair, look.face)
            accessories.paint_on_head(b, look)

        def behind(b: Brush) -> None:
            back(b, look.hair, look.face)
            accessories.paint_behind(b, look)

        self._back = layer(behind, k, origin, (-200, -270, 200, 420))
        self._skull = layer(skull, k, origin, (-140, -170, 140, 200))
        self._over = layer(over, k, origin, (-220, -290, 220, 440))

    def _set_up(self) -> None:
        """The picture that a head is drawn in before it is bent."""
        left, top = min(self._skull.left, self._over.left) - 2, min(self._skull.top, self._over.top) - 2
        right, bottom = max(self._skull.right, self._over.right) + 2, max(self._skull.bottom, self._over.bottom) + 2
        # The chin falls below the skull's lowest row.
        bottom = max(bottom, self._skull.bottom + int(30 * self._k))
        self._at = (left, top)
        self._picture = np.zeros((bottom - top, right - left, 4), np.uint8)
        self._surface = surface_of(self._picture)
        skull = (self._skull.left - left, self._skull.top - top)
        self._surface.getCanvas().drawImage(image_of(self._skull.picture), *skull)
        # What moves in a face is under hair and glasses: there they are laid over for each frame, elsewhere once.
        bare = self._picture.copy()
        self._lay_over(self._surface.getCanvas())
        origin = (self._x - left, self._y - top)
        self._eyes_part, self._mouth_part = (Part(self._within(one), origin, self._k) for one in (_EYES, _MOUTH))
        self._brows_held: tuple[float, ...] = ()
        for part in (self._eyes_part, self._mouth_part):
            self._picture[part.at.part] = bare[part.at.part]
        self._still = self._picture.copy()
        head = (left, top, right, bottom)
        self._bend = Bend(self._size, head, (self._x, self._y), self._k, self._look.face.length)

    def stance(self, pose: Pose, breath: float) -> Stance:
        """How a pose holds the head; it rides on the breathing shoulders."""
        turn, nod, tilt = (max(-most, min(most, v)) for v, most in zip(pose.head, (0.42, 0.32, 0.24), strict=True))
        press = max(0.0, min(1.0, pose.mouth[3]))
        jaw = max(0.0, min(1.0, pose.mouth[0])) * (1 - 0.8 * press)
        smile = max(0.0, min(1.0, pose.smile))
        return Stance(turn, nod, tilt, (turn * 16, nod * 14 - 3.1 * breath), jaw, smile)

    def draw_behind(self, out: Picture, s: Stance) -> Area:
        """Draw what hangs behind the body, and nothing else where it is; says where."""
        if self._back.picture.shape[0] <= 2:
            return NOWHERE
        k, c, n = self._k, math.cos(s.tilt), math.sin(s.tilt)
        px, py = self._x + PIVOT[0] * k, self._y + PIVOT[1] * k
        # It is farther away than the neck, so that it goes the other way in a turn.
        x, y = px + (s.shift[0] - 26 * math.sin(s.turn)) * k, py + (s.shift[1] - 14 * math.sin(s.nod)) * k
        matrix = np.array([[c, -n, x - c * px + n * py], [n, c, y - n * px - c * py]])
        area = reached(self._size, self._back, matrix)
        if area:
            turn(self._back, matrix, area, out[area.part])
        return area

    def draw(self, canvas: skia.Canvas, pose: Pose, s: Stance) -> Area:
        """Draw the head onto a canvas; says where."""
        brow = max(-1.0, min(1.0, pose.brow))
        # Lids hardly move with brows and smiles, so that eyes need not be drawn anew for each step of those.
        eyes = (
            *_stepped(_STEPS, pose.blink),
            *_stepped(_STEPS // 2, *pose.gaze),
            *_stepped(_STEPS // 8, brow, s.smile),
        )
        self._draw_eyes(eyes, _stepped(_STEPS // 2, brow, pose.blink))
        self._draw_mouth(_stepped(_STEPS, *pose.mouth, s.smile))
        x, y, source = self._bend.map(s)
        bent = self._scratch.lend(source.shape[1], source.shape[0])
        # Its stubs do not know that one map of two channels needs no second.
        cv2.remap(self._picture, source, None, cv2.INTER_LINEAR, dst=bent)  # type: ignore[call-overload]
        canvas.drawImage(image_of(bent), x, y)
        return Area(x, y, x + source.shape[1], y + source.shape[0]).within(self._size)

    def _draw_eyes(self, eyes: tuple[float, ...], brows: tuple[float, ...]) -> None:
        """Draw eyes of blink, gaze, brow and smile, and brows of brow and blink, unless they are there."""
        blink, across, up, brow, smile = eyes
        anew = self._eyes_part.paint(eyes, lambda b: self._eyes.draw(b, blink, (across, up), brow, smile))
        if anew or brows != self._brows_held:
            self._brows_held = brows
            self._lay(self._eyes_part, brows)

    def _draw_mouth(self, held: tuple[float, ...]) -> None:
        """Draw a mouth's channels and a smile, unless they are there."""
        jaw, wide, upper, press, tuck, tongue, smile = held
        if self._mouth_part.paint(held, lambda b: self._mouth.draw(b, (jaw, wide, upper, press, tuck, tongue), smile)):
            self._lay(self._mouth_part)

    def _lay(self, part: Part, brows: tuple[float, ...] = ()) -> None:
        """Lay a part of the face on bare skin, then brows of brow and blink if they are told, then hair and glasses."""
        at, (left, top), canvas = part.at, self._at, self._surface.getCanvas()
        self._picture[at.part] = self._still[at.part]
        canvas.save()
        canvas.clipRect(skia.Rect.MakeLTRB(*at))
        canvas.drawImage(image_of(part.picture), at.left, at.top)
        if brows:
            canvas.save()
            canvas.translate(self._x - left, self._y - top)
            canvas.scale(self._k, self._k)
            self._eyes.draw_brows(Brush(canvas), *brows)
            canvas.restore()
        self._lay_over(canvas)
        canvas.restore()

    def _within(self, part: Bounds) -> Area:
        """A part of the face in pixels of the head's picture."""
        (left, top), k = self._at, self._k
        x0, y0, x1, y1 = part
        return Area(
            int(self._x + x0 * k) - left,
            int(self._y + y0 * k) - top,
            int(self._x + x1 * k) - left,
            int(self._y + y1 * k) - top,
        ).within((self._picture.shape[1], self._picture.shape[0]))

    def _lay_over(self, canvas: skia.Canvas) -> None:
        """Lay hair and glasses over the head's picture."""
        canvas.drawImage(image_of(self._over.picture), self._over.left - self._at[0], self._over.top - self._at[1])


def _stepped(steps: int, *values: float) -> tuple[float, ...]:
    """Values in steps too small to be seen: what they move is a few pixels wide."""
    return tuple(round(value * steps) / steps for value in values)
