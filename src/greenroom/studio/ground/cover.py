"""Filling a frame with a picture of another shape: which part of it is seen, and how large it is drawn."""

from typing import NamedTuple

from greenroom.studio.avatar import Box


class Size(NamedTuple):
    """A width and a height in pixels."""

    width: int
    height: int


class Cover(NamedTuple):
    """
    How a part of a picture fills a frame: `box` is cut out and scaled to `scaled`, of which the frame is what begins
    at `left` and `top`. All numbers are even, so that planes of colour at half the size are cut at whole samples; what
    the box is larger than the part that is seen is cut away after scaling, and so shapes stay true to a pixel.
    """

    box: Box
    scaled: Size
    left: int
    top: int


class Seen(NamedTuple):
    """The part of a picture that is seen, in its pixels: left, top, right and bottom."""

    left: float
    top: float
    right: float
    bottom: float


def seen(shown: tuple[float, float], frame: tuple[int, int], focus: tuple[float, float]) -> Seen:
    """
    The part of a picture, shown with a width and height, that fills a frame.

    `focus` is brought as near to the middle as there is picture around it.
    """
    (width, height), (frame_width, frame_height) = shown, frame
    scale = max(frame_width / width, frame_height / height)
    part_width, part_height = min(width, frame_width / scale), min(height, frame_height / scale)
    left = _placed(focus[0] * width, part_width, width)
    top = _placed(focus[1] * height, part_height, height)
    return Seen(left, top, left + part_width, top + part_height)


def cover(stored: tuple[int, int], pixel_aspect: float, frame: tuple[int, int], focus: tuple[float, float]) -> Cover:
    """The same in whole pixels of a picture as it is stored; `pixel_aspect` is the width of one by its height."""
    width, height = stored
    part = seen((width * pixel_aspect, height), frame, focus)
    left, scaled_width, across, wide = _axis(part.left / pixel_aspect, part.right / pixel_aspect, width, frame[0])
    top, scaled_height, down, high = _axis(part.top, part.bottom, height, frame[1])
    return Cover(Box(left, top, across, down), Size(scaled_width, scaled_height), wide, high)


def enlargement(shown: tuple[float, float], frame: tuple[int, int]) -> float:
    """How many pixels of the frame one of the picture becomes, each way."""
    return max(frame[0] / shown[0], frame[1] / shown[1])


def _placed(focus: float, part: float, whole: float) -> float:
    return min(max(focus - part / 2, 0.0), whole - part)


def _axis(start: float, end: float, whole: int, frame: int) -> tuple[int, int, int, int]:
    """Where the box begins, how long it is once scaled, how long before, and where the frame begins in it."""
    first = int(start) // 2 * 2
    last = min(whole, -(-int(end + 0.999) // 2) * 2)
    if last - first < 2 and whole > 1:
        first = max(0, last - 2)
    scale = frame / (end - start)
    scaled = max(frame, round((last - first) * scale / 2) * 2)
    offset = min(round((start - first) * scale / 2) * 2, scaled - frame)
    return first, scaled, last - first, offset
