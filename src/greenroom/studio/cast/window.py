"""The round window: a ground behind the presenter, and an edge that cuts both."""

import numpy as np
import skia

from greenroom.studio.cast.look import Color
from greenroom.studio.cast.paint import Brush, image_of, linear, mix, oval, painted, surface_of
from greenroom.studio.planes import yuva_of_rgba
from greenroom.studio.pose import Picture


class Window:
    """A disc as wide as its picture, with a white ring."""

    def __init__(self, ground: Color, size: int) -> None:
        wall = np.zeros((size, size, 4), np.uint8)
        b = Brush(painted(wall).getCanvas())
        b.fill(
            skia.Path.Rect(skia.Rect(0, 0, size, size)),
            linear((0, 0), (size, size), [(0, mix(ground, 0xFFFFFF, 0.35), 1), (1, mix(ground, 0x1A1A2A, 0.16), 1)]),
        )
        b.spot(size * 0.3, size * 0.25, size * 0.6, size * 0.6, 0xFFFFFF, 0.35)
        mask = np.zeros((size, size, 4), np.uint8)
        ring = np.zeros((size, size, 4), np.uint8)
        wide = max(2.0, size * 0.014)
        Brush(painted(mask).getCanvas()).fill(oval(size / 2, size / 2, size / 2 - 0.5, size / 2 - 0.5), 0xFFFFFF)
        Brush(painted(ring).getCanvas()).line(
            oval(size / 2, size / 2, (size - wide) / 2 - 0.5, (size - wide) / 2 - 0.5), 0xFFFFFF, wide
        )
        self._ground, self._mask, self._ring = (yuva_of_rgba(one) for one in (wall, mask, ring))

    def finish(self, picture: Picture) -> None:
        """Put the ground behind what is in a picture, the ring before it, and cut it round."""
        canvas = surface_of(picture).getCanvas()
        canvas.drawImage(
            image_of(self._ground), 0, 0, skia.SamplingOptions(), skia.Paint(BlendMode=skia.BlendMode.kDstOver)
        )
        canvas.drawImage(image_of(self._ring), 0, 0)
        canvas.drawImage(
            image_of(self._mask), 0, 0, skia.SamplingOptions(), skia.Paint(BlendMode=skia.BlendMode.kDstIn)
        )
