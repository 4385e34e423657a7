"""Where a portrait stands in a frame: its scale and origin, as a bust on any ground or with its own."""

from dataclasses import dataclass

import numpy as np

from greenroom.domain.video import Framing
from greenroom.studio.avatar import Box
from greenroom.studio.photo.portrait import Portrait

# The face's height in parts of the frame's, and the most of its width.
_TALL = {Framing.FULL: 0.22, Framing.WAIST: 0.27, Framing.CLOSEUP: 0.34, Framing.CIRCLE: 0.42}
_WIDE = {Framing.FULL: 0.40, Framing.WAIST: 0.46, Framing.CLOSEUP: 0.58, Framing.CIRCLE: 0.42}
_EYES = {Framing.FULL: 0.40, Framing.WAIST: 0.38, Framing.CLOSEUP: 0.40, Framing.CIRCLE: 0.50}
_SOLID = 127  # alpha of what is more person than ground
_DISC, _MARGIN = 0.40, 0.045  # as the stock presenters' window: of the frame's short side


@dataclass(frozen=True, slots=True)
class Place:
    """`box` of the frame; pixels of the box are those of the portrait times `scale` plus `x`, `y`. `disc` in pixels."""

    box: Box
    scale: float
    x: float
    y: float
    disc: int = 0


def placed(
    portrait: Portrait, frame: tuple[int, int], framing: Framing, position: tuple[float, float] | None, own_ground: bool
) -> Place:
    """
    The place of a portrait in a frame of a width and height in pixels.

    `position` is where in its free room the person stands, 0 to 1 from the left and from the top: at 0 and 1 they are
    beside the edge, and who has no room stays in the middle. Only a round window heeds the second.
    """
    if framing is Framing.CIRCLE:
        return _window(portrait, frame, position or (1.0, 1.0))
    if own_ground:
        scale, x, y = _covering(portrait, frame, framing, (position or (0.5, 0.5))[0])
        return Place(Box(0, 0, *frame), scale, x, y)
    return _bust(portrait, frame, framing, (position or (0.5, 0.5))[0])


def _face(portrait: Portrait) -> tuple[float, float, float, float]:
    """Height and width of the face, and its middle at the eyes."""
    points = portrait.points
    eyes = (points[33, :2] + points[263, :2]) / 2
    tall = float(abs(points[152, 1] - points[10, 1]))
    return tall, float(abs(points[454, 0] - points[234, 0])), float(eyes[0]), float(eyes[1])


def _wished(portrait: Portrait, frame: tuple[int, int], framing: Framing) -> float:
    tall, wide, _, _ = _face(portrait)
    return min(_TALL[framing] * frame[1] / tall, _WIDE[framing] * frame[0] / wide)


def _covering(portrait: Portrait, frame: tuple[int, int], framing: Framing, along: float) -> tuple[float, float, float]:
    """A scale and origin by which the photograph fills the frame."""
    height, width = portrait.alpha.shape
    scale = max(_wished(portrait, frame, framing), frame[0] / width, frame[1] / height)
    _, _, x, y = _face(portrait)
    least = frame[0] - width * scale
    left = min(0.0, max(least, frame[0] * 0.5 - x * scale))
    top = min(0.0, max(frame[1] - height * scale, frame[1] * _EYES[framing] - y * scale))
    before, after = _room(portrait, frame, scale, left, top)
    return scale, _moved(left, (min(before, left - least), min(after, -left)), along), top


def _bust(portrait: Portrait, frame: tuple[int, int], framing: Framing, along: float) -> Place:
    height = len(portrait.alpha)
    _, _, x, y = _face(portrait)
    scale = _wished(portrait, frame, framing)
    # A photograph that ends soon below the chin is shown larger, within reason, rather than low in the frame.
    below = height - y
    scale = min(max(scale, (1 - _EYES[framing] - 0.08) * frame[1] / below), 1.35 * scale)
    # What the photograph's lower edge cuts stands on the frame's.
    top = max(frame[1] * _EYES[framing] - y * scale, frame[1] - height * scale)
    left = frame[0] * 0.5 - x * scale
    left = _moved(left, _room(portrait, frame, scale, left, top), along)
    return _boxed(portrait, frame, scale, left, top)


def _room(portrait: Portrait, frame: tuple[int, int], scale: float, left: float, top: float) -> tuple[float, float]:
    """How far what is seen of a person at that place is from the frame's left and from its right edge, in pixels."""
    rows = slice(max(0, int(-top / scale)), max(1, int((frame[1] - top) / scale)))
    person = np.flatnonzero((portrait.alpha[rows] > _SOLID).any(0))
    columns = np.concatenate([person, person + 1, portrait.points[:, 0]])
    first, last = float(columns.min()), float(columns.max())
    return max(0.0, left + first * scale), max(0.0, frame[0] - left - last * scale)


def _moved(left: float, room: tuple[float, float], along: float) -> float:
    """A place in the room to both sides of the usual one: 0 is the left end of it, 0.5 the usual, 1 the right end."""
    return left + (2 * along - 1) * room[along > 0.5]


def _boxed(portrait: Portrait, frame: tuple[int, int], scale: float, left: float, top: float) -> Place:
    height, width = portrait.alpha.shape
    air = 0.12 * scale * _face(portrait)[0]
    x0, y0 = max(0, int(left - air) // 2 * 2), max(0, int(top - air) // 2 * 2)
    x1 = min(frame[0], int(left + width * scale + air + 2) // 2 * 2)
    y1 = min(frame[1], int(top + height * scale + 2) // 2 * 2)
    return Place(Box(x0, y0, x1 - x0, y1 - y0), scale, left - x0, top - y0)


def _window(portrait: Portrait, frame: tuple[int, int], position: tuple[float, float]) -> Place:
    short = min(frame)
    disc, margin = round(short * _DISC / 2) * 2, short * _MARGIN
    left = round((margin + (frame[0] - disc - 2 * margin) * position[0]) / 2) * 2
    top = round((margin + (frame[1] - disc - 2 * margin) * position[1]) / 2) * 2
    scale, x, y = _covering(portrait, (disc, disc), Framing.CIRCLE, 0.5)
    return Place(Box(left, top, disc, disc), scale, x, y, disc)
