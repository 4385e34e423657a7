"""Which of the 468 points is what. Left and right are those of the picture; rows of lips and lids run left to right."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

LIP_UP_OUT = (61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291)
LIP_LOW_OUT = (61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291)
LIP_UP_IN = (78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308)
LIP_LOW_IN = (78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308)
LIP_PLACES = (13, 14, 61, 291, 17, 0)
CORNERS = (61, 78, 291, 308)

OVAL_TOP = (127, 162, 21, 54, 103, 67, 109, 10, 338, 297, 332, 284, 251, 389, 356)
JAW = (234, 93, 132, 58, 172, 136, 150, 149, 176, 148, 152, 377, 400, 378, 379, 365, 397, 288, 361, 323, 454)
CHIN = (18, 200, 199, 175, 83, 313, 182, 406, 194, 418, 32, 262, 140, 369, 210, 430, 204, 424, 202, 422, 106, 335)
CHEEKS: tuple[int, ...] = (
    50,
    280,
    205,
    425,
    36,
    266,
    187,
    411,
    207,
    427,
    216,
    436,
    212,
    432,
    214,
    434,
    192,
    416,
    186,
    410,
    57,
    287,
    43,
)
CHEEKS += (273, 117, 346, 101, 330, 118, 347, 123, 352, 147, 376, 213, 433, 135, 364, 138, 367)
NOSE = (1, 2, 4, 5, 6, 168, 98, 327, 49, 279, 129, 358, 195, 197, 45, 275, 64, 294, 97, 326, 164, 167, 393)
BROW = (70, 63, 105, 66, 107, 46, 53, 52, 65, 55, 336, 296, 334, 293, 300, 285, 295, 282, 283, 276)
FOREHEAD = (151, 9, 8, 108, 337, 69, 299, 104, 333, 68, 298, 71, 301)
LID_ROUND: tuple[int, ...] = (226, 247, 30, 29, 27, 28, 56, 190, 243, 31, 228, 229, 230, 231, 232, 233)
LID_ROUND += (446, 467, 260, 259, 257, 258, 286, 414, 463, 261, 448, 449, 450, 451, 452, 453)


class Eye(NamedTuple):
    """Rows of points of an eye: the upper and lower lid's edge, the crease over it, and the brow's lower edge."""

    upper: tuple[int, ...]
    lower: tuple[int, ...]
    crease: tuple[int, ...]
    brow: tuple[int, ...]


EYES = (
    Eye(
        (33, 246, 161, 160, 159, 158, 157, 173, 133),
        (33, 7, 163, 144, 145, 153, 154, 155, 133),
        (226, 247, 30, 29, 27, 28, 56, 190, 243),
        (46, 53, 52, 65, 55),
    ),
    Eye(
        (362, 398, 384, 385, 386, 387, 388, 466, 263),
        (362, 382, 381, 380, 374, 373, 390, 249, 263),
        (463, 414, 286, 258, 257, 259, 260, 467, 446),
        (285, 295, 282, 283, 276),
    ),
)

AWAY = tuple(sorted({*NOSE, *OVAL_TOP, *FOREHEAD} - {164, 167, 393}))
"""Points that neither speech nor blinks move: what identity is measured by."""


def row(points: Floats, which: tuple[int, ...]) -> Floats:
    """Flat places of some points."""
    return points[list(which), :2]
