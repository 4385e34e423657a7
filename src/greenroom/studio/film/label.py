"""The visible label: a small line in a corner that says that a program made the picture."""

import os

import numpy as np
import skia

from greenroom.errors import ModelsMissing
from greenroom.studio.avatar import Box, Layer
from greenroom.studio.captions.placing import safe_area

TEXT = "Synthetic video"
_FONT = "NotoSans-Bold.ttf"
_SIZE = 0.0215  # a part of the frame's short side
_PAD = 0.55  # these are parts of the size of letters
_HIGH = 1.75
_CLEAR = 0.4  # of its height, between it and what is written under it


def label(frame: tuple[int, int], fonts: str) -> Layer:
    """
    The label for a frame of a width and height, at the upper left of what every player shows.

    `fonts` is the folder of installed fonts; raises ModelsMissing if its font is not there.
    """
    path = os.path.join(fonts, _FONT)
    typeface = skia.Typeface.MakeFromFile(path) if os.path.exists(path) else None
    if typeface is None:
        raise ModelsMissing("labels", fonts, [_FONT])
    short = min(frame)
    size, safe = short * _SIZE, safe_area(frame)
    font = skia.Font(typeface, size)
    font.setSubpixel(True)
    font.setHinting(skia.FontHinting.kNone)
    text = skia.TextBlob.MakeFromString(TEXT, font)
    width, height = _even(font.measureText(TEXT) + 2 * _PAD * size), _even(size * _HIGH)
    picture = np.zeros((height, width, 4), np.uint8)
    surface = skia.Surface(picture, skia.ColorType.kRGBA_8888_ColorType, skia.AlphaType.kPremul_AlphaType)
    canvas = surface.getCanvas()
    pill = skia.Rect(0, 0, width, height)
    canvas.drawRoundRect(
        pill, height / 2, height / 2, skia.Paint(AntiAlias=True, Color=skia.ColorSetARGB(112, 14, 16, 22))
    )
    at = (width - font.measureText(TEXT)) / 2, height / 2 + 0.355 * size
    canvas.drawTextBlob(text, *at, skia.Paint(AntiAlias=True, Color=skia.ColorSetARGB(235, 255, 255, 255)))
    return Layer(picture, Box(_even(safe.left), _even(safe.top), width, height))


def under(stamp: Layer) -> float:
    """The row of the frame from which on there is room under a label."""
    return stamp.box.top + stamp.box.height * (1 + _CLEAR)


def _even(length: float) -> int:
    return round(length / 2) * 2
