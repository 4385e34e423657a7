"""
A picture as films keep it: one plane of brightness and two of colour at half the size, BT.709 in limited range.

All frames of the house are of this kind, from what is behind the avatar to the encoder. The conversions are in whole
numbers, so that they give the same bytes on every machine: each value is the true one rounded to the nearest.
"""

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.uint8]
Rgb = NDArray[np.uint8]
"""Rows x columns x RGB, sRGB with BT.709 primaries."""

BLACK, WHITE = 16, 235
"""What brightness is of black and of white; colour is 16 to 240 around NEUTRAL."""
NEUTRAL = 128

_KR, _KB = 0.2126, 0.0722  # ITU-R BT.709, 3.2
_KG = 1 - _KR - _KB
_ONE = 1 << 20
_BAND = 64
_HALF = _ONE >> 1


class Planes(NamedTuple):
    """Brightness `y` of height x width, colours `u` (Cb) and `v` (Cr) of half of each; both sides are even."""

    y: Plane
    u: Plane
    v: Plane

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.y.shape[1], self.y.shape[0]


def _row(red: float, green: float, blue: float, scale: float) -> tuple[int, int, int]:
    return round(red * scale * _ONE), round(green * scale * _ONE), round(blue * scale * _ONE)


_Y = _row(_KR, _KG, _KB, 219 / 255)
_U = _row(-_KR, -_KG, 1 - _KB, 224 / 255 / (2 * (1 - _KB)))
_V = _row(1 - _KR, -_KG, -_KB, 224 / 255 / (2 * (1 - _KR)))
# A table for each part of brightness; the last takes the offset and the half that makes cutting off a rounding.
_Y_OF = tuple(
    np.arange(256, dtype=np.int32) * part + extra for part, extra in zip(_Y, (0, 0, BLACK * _ONE + _HALF), strict=True)
)
TO_YUV = np.array(
    [[*(part / _ONE for part in row), zero] for row, zero in ((_Y, BLACK), (_U, NEUTRAL), (_V, NEUTRAL))], np.float32
)
"""From red, green, blue and 1 to brightness and colours."""
_TO_YUVA = np.vstack([TO_YUV / (1, 1, 1, 255), (0, 0, 0, 1)]).astype(np.float32)
_INVERSE = np.linalg.inv(TO_YUV[:, :3])
_TO_RGB = np.column_stack([_INVERSE, -_INVERSE @ TO_YUV[:, 3]]).astype(np.float32)
_CHROMA_SHIFT = 23  # _ONE, and the eighths of which a sample of colour is the sum


def planes_of_rgb(rgb: Rgb) -> Planes:
    """
    The planes of a picture whose sides are even.

    A sample of colour stands at the left one of its two columns and between its two rows, which is where decoders of
    H.264 and VP9 take it to be (chroma location "left").
    """
    height, width = rgb.shape[:2]
    half = height // 2, width // 2
    made = Planes(np.empty((height, width), np.uint8), np.empty(half, np.uint8), np.empty(half, np.uint8))
    # A band at a time: memory for whole pictures of whole numbers costs more to get than to fill.
    for top in range(0, height, _BAND):
        band, here = rgb[top : top + _BAND], slice(top // 2, (top + _BAND) // 2)
        brightness = np.take(_Y_OF[0], band[..., 0])
        brightness += np.take(_Y_OF[1], band[..., 1])
        brightness += np.take(_Y_OF[2], band[..., 2])
        brightness >>= 20
        eighths = _eighths(band)
        made.y[top : top + _BAND] = brightness
        made.u[here], made.v[here] = _chroma(eighths, _U), _chroma(eighths, _V)
    return made


def flat_planes(rgb: tuple[int, int, int], size: tuple[int, int]) -> Planes:
    """The planes of one colour, for a picture of a width and height."""
    width, height = size
    dot = planes_of_rgb(np.full((2, 2, 3), rgb, np.uint8))
    return Planes(
        np.full((height, width), dot.y[0, 0], np.uint8),
        np.full((height // 2, width // 2), dot.u[0, 0], np.uint8),
        np.full((height // 2, width // 2), dot.v[0, 0], np.uint8),
    )


def rgb_of_planes(planes: Planes) -> Rgb:
    """A picture of planes, for covers and for people to look at; colour is taken as constant in each 2 x 2 pixels."""
    size = planes.size
    u, v = (cv2.resize(plane, size, interpolation=cv2.INTER_NEAREST) for plane in planes[1:])
    return np.asarray(cv2.transform(cv2.merge([planes.y, u, v]), _TO_RGB), np.uint8)


def yuva_of_rgba(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """
    Brightness, colours and alpha of each pixel of a picture of RGBA, all premultiplied.

    Layers that are kept so need not be converted in each frame that they are laid into, however they are moved.
    """
    return np.asarray(cv2.transform(picture, _TO_YUVA), np.uint8)


def rgba_of_yuva(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """RGBA of brightness, colours and alpha of each pixel, all premultiplied, for people to look at."""
    alpha = picture[..., 3:].astype(np.float32)
    y, u, v = np.moveaxis(picture[..., :3] - alpha / 255 * (BLACK, NEUTRAL, NEUTRAL), -1, 0)
    y, u, v = y * (255 / 219), u * (2 * (1 - _KB) * 255 / 224), v * (2 * (1 - _KR) * 255 / 224)
    colors = np.stack([y + v, y - u * (_KB / _KG) - v * (_KR / _KG), y + u], axis=-1)
    return np.concatenate([np.clip(np.rint(colors), 0, alpha), alpha], axis=-1).astype(np.uint8)


def rgb_of_hex(color: str) -> tuple[int, int, int]:
    """Red, green and blue of `#rrggbb`; ValueError for anything else."""
    if len(color) != 7 or color[0] != "#" or not all(digit in "0123456789abcdefABCDEF" for digit in color[1:]):
        raise ValueError(color)
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)


def _eighths(rgb: Rgb) -> NDArray[np.int32]:
    """Eight times the mean colour around each sample of colour: its column twice, those beside it once, both rows."""
    rows = rgb[0::2].astype(np.int32)
    rows += rgb[1::2]
    here, right = rows[:, 0::2], rows[:, 1::2]
    sums = 2 * here + right
    sums[:, 1:] += right[:, :-1]
    sums[:, 0] += here[:, 0]
    return sums


def _chroma(eighths: NDArray[np.int32], row: tuple[int, int, int]) -> Plane:
    # 2040 * 0.44 * 2**20 and the offset stay below 2**31.
    chroma = eighths[..., 0] * row[0]
    chroma += eighths[..., 1] * row[1]
    chroma += eighths[..., 2] * row[2]
    chroma += (NEUTRAL << _CHROMA_SHIFT) + (1 << _CHROMA_SHIFT - 1)
    chroma >>= _CHROMA_SHIFT
    return chroma.astype(np.uint8)
