"""Where captions stand: inside the part of the frame that no player covers, and clear of what they must not hide."""

from msgspec import Struct

from greenroom.studio.avatar import Box

_WIDE_ENOUGH = 0.55


class Area(Struct, frozen=True):
    """A part of the frame in pixels; the edges as `Box` has them, but not even."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        """How wide it is."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """How high it is."""
        return self.bottom - self.top


def safe_area(frame: tuple[int, int]) -> Area:
    """
    The part of a frame in which text is seen by everybody.

    Upright films are shown by apps that cover the top and, with names and buttons, much of the bottom; others by
    players and televisions that take a rim.
    """
    width, height = frame
    if height > width:
        side, top, bottom = 0.07, 0.12, 0.17
    elif width > height:
        side, top, bottom = 0.10, 0.06, 0.07
    else:
        side, top, bottom = 0.06, 0.06, 0.07
    return Area(width * side, height * top, width * (1 - side), height * (1 - bottom))


def band(safe: Area, position: str, height: float, keep_out: Box | None) -> tuple[Area, bool]:
    """
    The area that captions of up to a height fill, and whether it is clear of what is to be kept out.

    Where they would hide it they go beside it if there is room, else above or below.
    """
    usual = _anchored(safe, position, height)
    if keep_out is None or not _overlap(usual, keep_out):
        return usual, True
    left, top = keep_out.left, keep_out.top
    right, bottom = left + keep_out.width, top + keep_out.height
    gap = height * 0.2
    beside = (
        Area(usual.left, usual.top, min(usual.right, left - gap), usual.bottom),
        Area(max(usual.left, right + gap), usual.top, usual.right, usual.bottom),
    )
    widest = max(beside, key=lambda area: area.width)
    if widest.width >= _WIDE_ENOUGH * safe.width:
        return widest, True
    above = Area(safe.left, top - gap - height, safe.right, top - gap)
    below = Area(safe.left, bottom + gap, safe.right, bottom + gap + height)
    wanted = (above, below) if position != "top" else (below, above)
    clear = [area for area in wanted if area.top >= safe.top and area.bottom <= safe.bottom]
    return (clear[0], True) if clear else (usual, False)


def _anchored(safe: Area, position: str, height: float) -> Area:
    height = min(height, safe.height)
    top = {"top": safe.top, "middle": (safe.top + safe.bottom - height) / 2}.get(position, safe.bottom - height)
    return Area(safe.left, top, safe.right, top + height)


def _overlap(area: Area, box: Box) -> bool:
    across = area.left < box.left + box.width and box.left < area.right
    return across and area.top < box.top + box.height and box.top < area.bottom
