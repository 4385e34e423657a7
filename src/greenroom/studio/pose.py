"""A pose: all that an avatar is told about one instant."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
"""
Rows x columns x RGBA, colours premultiplied by alpha, sRGB with BT.709 primaries; of some avatars `avatar.Colors.YUVA`.
"""


@dataclass(frozen=True, slots=True)
class Pose:
    """
    One instant of a presenter. Angles in radians, offsets in parts of the head's height.

    `mouth` has the channels of `speech.Mouth`. `blink` is 0 open to 1 closed; `gaze` right and up from -1 to 1;
    `brow` -1 lowered to 1 raised; `smile` 0 to 1; `head` turn right, nod down, tilt to the right shoulder; `breath`
    -1 to 1; `gesture` names what the arms do and `reach` how far they are in it, 0 at rest to 1.
    """

    mouth: tuple[float, float, float, float, float, float]
    blink: float = 0.0
    gaze: tuple[float, float] = (0.0, 0.0)
    brow: float = 0.0
    smile: float = 0.3
    head: tuple[float, float, float] = (0.0, 0.0, 0.0)
    breath: float = 0.0
    gesture: str = ""
    reach: float = 0.0
    at_s: float = 0.0


REST = Pose(mouth=(0.0, 0.0, 0.0, 0.0, 0.0, 0.0))
"""Still, silent, and with a small smile."""
