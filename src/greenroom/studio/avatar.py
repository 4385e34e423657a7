"""What the composer knows of an avatar, whoever draws it: a stock presenter, a photograph, an engine beside us."""

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
    box the avatar is never seen. The same poses give the same bytes. `changed` tells which rows of the picture may
    look otherwise after a call of `draw` than before it.
    """

    box: Box
    colors: Colors
    changed: Rows

    def draw(self, pose: Pose) -> Picture:
        """The avatar in a pose, as large as its box."""
