"""Videos: what may be chosen of them."""

from enum import StrEnum


class Framing(StrEnum):
    """How much of the avatar is seen, and where (contract 2.14, `screen_style` of `/v2/avatar`)."""

    FULL = "full"  # the whole bust at the bottom of the frame
    WAIST = "waist"  # nearer: from the waist up
    CLOSEUP = "closeup"  # head and shoulders
    CIRCLE = "circle"  # in a round window in a corner
