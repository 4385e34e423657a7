"""An avatar whose frames an engine beside us has made: the photograph in motion, laid where the photograph would be."""

from dataclasses import replace

import cv2
import numpy as np

from greenroom.domain.video import FRAME_RATE, Framing
from greenroom.studio.avatar import Area, Box, Colors
from greenroom.studio.frame_file import FrameFile
from greenroom.studio.photo.place import placed
from greenroom.studio.photo.portrait import Portrait
from greenroom.studio.photo.talking import disc_mask, masked
from greenroom.studio.pose import Picture, Pose


class EngineAvatar:
    """
    Frames of an engine, each shown at the time of the pose. Poses say nothing else here: the engine has moved the face.

    A frame shows what the prepared picture of the portrait shows, in its shape; without alpha it brings its ground.
    """

    box: Box
    colors = Colors.RGBA
    changed: Area

    def __init__(
        self,
        frames: FrameFile,
        portrait: Portrait,
        frame: tuple[int, int],
        framing: Framing = Framing.FULL,
        position: tuple[float, float] | None = None,
        *,
        own_ground: bool = False,
    ) -> None:
        place = placed(portrait, frame, framing, position, own_ground)
        self.box, self.changed = place.box, Area(0, 0, place.box.width, place.box.height)
        self._frames, self._mask = frames, disc_mask(place.disc) if place.disc else None
        scale = place.scale * portrait.picture.shape[1] / frames.head.width
        self._place = replace(place, scale=scale)

    def draw(self, pose: Pose) -> Picture:
        """The frame of the pose's time, as large as the box."""
        place, size = self._place, (self.box.width, self.box.height)
        matrix = np.array([[place.scale, 0, place.x], [0, place.scale, place.y]], np.float64)
        picture = self._frames.frame(round(pose.at_s * FRAME_RATE))
        opaque = picture.shape[2] == 3
        flags = cv2.INTER_CUBIC if opaque and place.scale > 1 else cv2.INTER_LINEAR
        border = cv2.BORDER_REPLICATE if opaque else cv2.BORDER_CONSTANT
        laid = cv2.warpAffine(picture, matrix, size, flags=flags, borderMode=border)
        whole = np.asarray(cv2.cvtColor(laid, cv2.COLOR_RGB2RGBA) if opaque else laid, np.uint8)
        return whole if self._mask is None else masked(whole, self._mask)
