"""The shadow that sets an avatar off from what is behind it: wide and soft, as from a large light at the upper left."""

import cv2
import numpy as np

from greenroom.studio.avatar import Box, Layer
from greenroom.studio.planes import Plane

_STRENGTH = 0.34
_BLUR = 0.020  # these are parts of the frame's short side
_RIGHT, _DOWN = 0.012, 0.010
_SMALL = 8  # a soft thing is reckoned at an eighth of its size


def shadow_of(shape: Plane, box: Box, frame: tuple[int, int]) -> Layer:
    """The shadow of something as opaque as `shape`, in a box of a frame of a width and height: black, see-through."""
    width, height = frame
    short = min(frame)
    alpha = np.zeros((height, width), np.uint8)
    alpha[box.top : box.top + box.height, box.left : box.left + box.width] = shape
    # A body goes on below the frame's edge, and so does its shadow.
    foot = round(4 * _BLUR * short)
    whole = cv2.copyMakeBorder(alpha, 0, foot, 0, 0, cv2.BORDER_REPLICATE)
    small = cv2.resize(whole, None, fx=1 / _SMALL, fy=1 / _SMALL, interpolation=cv2.INTER_AREA).astype(np.float32)
    move = np.array([[1, 0, _RIGHT * short / _SMALL], [0, 1, _DOWN * short / _SMALL]], np.float32)
    moved = cv2.warpAffine(small, move, (small.shape[1], small.shape[0]), flags=cv2.INTER_LINEAR)
    soft = cv2.GaussianBlur(moved, (0, 0), _BLUR * short / _SMALL) * _STRENGTH
    large = cv2.resize(soft, (whole.shape[1], whole.shape[0]), interpolation=cv2.INTER_CUBIC)[:height]
    shade = np.clip(np.rint(large), 0, 255).astype(np.uint8)
    here = _seen(shade)
    part = shade[here.top : here.top + here.height, here.left : here.left + here.width]
    return Layer(np.dstack([np.zeros((*part.shape, 3), np.uint8), part]), here)


def _seen(shade: Plane) -> Box:
    """The part of a frame in which there is any shade."""
    left, top, width, height = cv2.boundingRect(shade)
    right, bottom = left + width + (left + width) % 2, top + height + (top + height) % 2
    left, top = left // 2 * 2, top // 2 * 2
    return Box(left, top, max(2, right - left), max(2, bottom - top))
