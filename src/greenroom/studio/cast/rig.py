"""The rig: a presenter set up for one size of frame, drawn pose by pose."""

import numpy as np
import skia

from greenroom.studio.avatar import Area, Box, Colors
from greenroom.studio.cast.face import MOUTH_Y, down
from greenroom.studio.cast.gear import Scratch
from greenroom.studio.cast.head import Head
from greenroom.studio.cast.look import Look
from greenroom.studio.cast.paint import image_of, surface_of
from greenroom.studio.cast.stage import Stage
from greenroom.studio.cast.trunk import Trunk
from greenroom.studio.cast.window import Window
from greenroom.studio.pose import Picture, Pose


class Drawn:
    """
    A drawn presenter. `mouth_box` is where in the frame the mouth is while the head is at rest, open or shut.

    What is still is painted once; for a frame, eyes, brows and mouth are drawn, the head is bent by one remap, and
    arms are turned by affine warps. What is as it was is kept: each part is drawn of values in steps too small to be
    seen, and anew only when they change, so that a picture does not depend on what was drawn before it.
    """

    box: Box
    colors = Colors.YUVA
    mouth_box: Box
    changed: Area

    def __init__(self, look: Look, stage: Stage) -> None:
        self.box = stage.box
        self.mouth_box = _mouth_box(look, stage)
        self._out = np.zeros((self.box.height, self.box.width, 4), np.uint8)
        self._surface = surface_of(self._out)
        scratch = Scratch((self.box.width + 16) * (self.box.height + 16) // 2)
        self._trunk, self._head = Trunk(look, stage, scratch), Head(look, stage, scratch)
        self._head_at = self.changed = Area(0, 0, self.box.width, self.box.height)
        self._window = Window(look.ground, stage.disc) if stage.disc else None

    def draw(self, pose: Pose) -> Picture:
        """The presenter in a pose, as large as the box; overwritten by the next call."""
        breath = max(-1.0, min(1.0, pose.breath))
        stance = self._head.stance(pose, breath)
        canvas = self._surface.getCanvas()
        stale = self._trunk.draw(pose.gesture, pose.reach, breath) | self._head_at
        behind = self._head.draw_behind(self._out, stance)
        for area in stale.without(behind):
            self._out[area.part] = self._trunk.shown[area.part]
        self._lay_trunk(canvas, behind)
        self._head_at = behind | self._head.draw(canvas, pose, stance)
        if self._window is not None:
            self._window.finish(self._out)
            self._head_at = Area(0, 0, self.box.width, self.box.height)
        self.changed = stale | self._head_at
        return self._out

    def _lay_trunk(self, canvas: skia.Canvas, area: Area) -> None:
        """Lay the trunk over what hangs behind it."""
        if area.bottom > self._trunk.top:
            canvas.save()
            canvas.clipRect(skia.Rect.MakeLTRB(area.left, self._trunk.top, area.right, area.bottom))
            canvas.drawImage(image_of(self._trunk.shown), 0, 0)
            canvas.restore()


def _mouth_box(look: Look, stage: Stage) -> Box:
    y, k = down(look.face, MOUTH_Y), stage.scale
    left, top = stage.box.left + stage.x - 46 * k, stage.box.top + stage.y + (y - 24) * k
    bottom = min(stage.box.top + stage.box.height, top + 86 * k)
    return Box(int(left) // 2 * 2, int(top) // 2 * 2, int(92 * k) // 2 * 2, int(bottom - top) // 2 * 2)
