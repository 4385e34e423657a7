"""What the composer knows of an avatar, whoever draws it: a stock presenter, a photograph, an engine beside us."""

from collections.abc import Iterator
from enum import Enum
from typing import NamedTuple, Protocol

from greenroom.studio.pose import Picture, Pose


class Box(NamedTuple):
    """A part of a frame in pixels: left, top, width, height; all even, so that it fits chroma at half size."""

    left: int
    top: int
    width: int
    height: int


Rows = tuple[int, int]
"""The first row of a picture, and the one after the last."""


class Area(NamedTuple):
    """A part of a picture: columns from `left` to before `right`, rows from `top` to before `bottom`."""

    left: int = 0
    top: int = 0
    right: int = 0
    bottom: int = 0

    def __bool__(self) -> bool:
        return self.left < self.right and self.top < self.bottom

    def __or__(self, other: "Area") -> "Area":
        """The smallest area around both."""
        if not self or not other:
            return self or other
        return Area(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )

    def within(self, size: tuple[int, int]) -> "Area":
        """What of it lies in a picture of a width and height."""
        return Area(max(0, self.left), max(0, self.top), min(size[0], self.right), min(size[1], self.bottom))

    def without(self, other: "Area") -> Iterator["Area"]:
        """What of it is not in another one, in up to four parts."""
        top, bottom = max(self.top, other.top), min(self.bottom, other.bottom)
        left, right = max(self.left, other.left), min(self.right, other.right)
        if top >= bottom or left >= right:
            yield self
            return
        yield self._replace(bottom=top)
        yield self._replace(top=bottom)
        yield Area(self.left, top, left, bottom)
        yield Area(right, top, self.right, bottom)

    def moved(self, down: int) -> "Area":
        """The same so many rows below."""
        return Area(self.left, self.top + down, self.right, self.bottom + down)

    @property
    def part(self) -> tuple[slice, slice]:
        """What picks it out of a picture."""
        return slice(self.top, self.bottom), slice(self.left, self.right)


class Layer(NamedTuple):
    """A picture, as large as its box, and the part of the frame that it covers."""

    picture: Picture
    box: Box


class Colors(Enum):
    """What the channels of an avatar's pictures are, always premultiplied by the last one, alpha."""

    RGBA = "rgba"
    YUVA = "yuva"
    """Brightness and colours as films have them (`studio.planes`), for each pixel: nothing is left to convert."""


class Avatar(Protocol):
    """
    An avatar set up for one size of frame. Not for several threads at once.

    The picture that `draw` gives covers `box` of the frame and may be overwritten by the next call; outside of the
    box the avatar is never seen. The same poses give the same bytes. `changed` tells what of the picture may look
    otherwise after a call of `draw` than before it.
    """

    box: Box
    colors: Colors
    changed: Area

    def draw(self, pose: Pose) -> Picture:
        """The avatar in a pose, as large as its box."""
