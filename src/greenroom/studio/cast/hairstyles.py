"""Hair styles by their names."""

from greenroom.studio.cast.hair_basics import Layer, nothing
from greenroom.studio.cast.hair_coiled import afro, afro_back, braids, braids_back, coils, curly_top
from greenroom.studio.cast.hair_long import bun_back, fringe, long_back, swept, tail_back, tied
from greenroom.studio.cast.hair_short import cropped, quiff, receding, side_part, soft_short

STYLES: dict[str, tuple[Layer, Layer]] = {
    "none": (nothing, nothing),
    "long_waves": (long_back(10.0, 262, 1.04), swept(10.0, 266, 1.05)),
    "long_straight": (long_back(0.8, 300, 0.98), swept(1.0, 300, 0.97, -8)),
    "lob": (long_back(3.0, 172, 1.0), swept(4.5, 172, 1.02, -34)),
    "bob": (long_back(0.6, 128, 1.0), fringe(132)),
    "bun": (bun_back, tied(-14)),
    "tail": (tail_back, tied(10)),
    "side_part": (nothing, side_part),
    "quiff": (nothing, quiff),
    "cropped": (nothing, cropped),
    "soft_short": (nothing, soft_short),
    "receding": (nothing, receding),
    "afro": (afro_back(1.0), afro(1.0)),
    "coils": (nothing, coils),
    "curly_top": (nothing, curly_top),
    "braids": (braids_back, braids),
}
"""Style -> what is behind the body, what is on the head."""
