"""Where a presenter stands in a frame: scale and origin by framing, and the part of the frame they can be seen in."""

from dataclasses import dataclass

from greenroom.domain.video import Framing
from greenroom.studio.avatar import Box

# In units of the drawing: how far down a framing shows a body, how wide it must be for hands and hair, how wide the
# broadest of the cast is with folded hands, and the air above the hair in parts of the frame's height.
_TOP = -236.0
_CUT = {Framing.FULL: 800.0, Framing.WAIST: 590.0, Framing.CLOSEUP: 350.0}
_WIDE = {Framing.FULL: 770.0, Framing.WAIST: 690.0, Framing.CLOSEUP: 470.0}
_BODY = {Framing.FULL: 540.0, Framing.WAIST: 540.0, Framing.CLOSEUP: 500.0}
_AIR = 0.07
_REACH = 400.0
_DISC = 0.40  # of the frame's short side
_MARGIN = 0.045


@dataclass(frozen=True, slots=True)
class Stage:
    """
    A view of the drawing: `box` of the frame, pixels a unit, and the place of the drawing's origin in the box.

    `disc` is the diameter of the round window in pixels, 0 for none.
    """

    box: Box
    scale: float
    x: float
    y: float
    disc: int = 0


def stage(frame: tuple[int, int], framing: Framing, position: tuple[float, float] | None = None) -> Stage:
    """
    The view for a frame of a width and height in pixels.

    `position` is where in its free room the presenter stands, 0 to 1 from the left and from the top: the middle of
    the bottom by default, the lower right corner for a round window. Only a window heeds the second. At 0 and 1 a
    body with folded hands is beside the edge; hands that reach out may pass it.
    """
    if framing is Framing.CIRCLE:
        return _window(frame, position or (1.0, 1.0))
    width, height = frame
    scale = min(height * (1 - _AIR) / (_CUT[framing] - _TOP), width / _WIDE[framing])
    room = max(0.0, width - _BODY[framing] * scale)
    middle = width * 0.5 + room * ((position[0] if position else 0.5) - 0.5)
    left, right = max(0, int(middle - _REACH * scale)), min(width, int(middle + _REACH * scale) + 1)
    top = max(0, int(height - (_CUT[framing] - _TOP) * scale - _AIR / 2 * height))
    box = _even(left, top, right, height, frame)
    return Stage(box, scale, middle - box.left, height - _CUT[framing] * scale - box.top)


def _window(frame: tuple[int, int], position: tuple[float, float]) -> Stage:
    width, height = frame
    short = min(frame)
    disc = round(short * _DISC / 2) * 2
    margin = short * _MARGIN
    left = round((margin + (width - disc - 2 * margin) * position[0]) / 2) * 2
    top = round((margin + (height - disc - 2 * margin) * position[1]) / 2) * 2
    scale = disc / 430
    return Stage(Box(left, top, disc, disc), scale, disc / 2, disc * 0.53, disc)


def _even(left: int, top: int, right: int, bottom: int, frame: tuple[int, int]) -> Box:
    left, top = left - left % 2, top - top % 2
    right, bottom = min(right + right % 2, frame[0]), min(bottom + bottom % 2, frame[1])
    return Box(left, top, right - left, bottom - top)
