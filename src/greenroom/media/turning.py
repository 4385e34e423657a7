"""How a track is turned: what the matrices in its header and in its film's say (ISO 14496-12, 8.2.2 and 8.3.2)."""

import struct

_NUMBERS = struct.Struct(">5i")
MATRIX_BYTES = _NUMBERS.size
"""Of a matrix, as much as tells its turn."""
NOT_TURNED = _NUMBERS.pack(1 << 16, 0, 0, 0, 1 << 16)
_QUARTER = 1 << 14  # of the 1 that stands in a matrix: what is nearer to 0 is a rounding
# a, b, c and d of x' = a x + c y, y' = b x + d y. The lower four are mirrored from left to right after the turn.
_TURNS = {
    (1, 0, 0, 1): 0,
    (0, 1, -1, 0): 90,
    (-1, 0, 0, -1): 180,
    (0, -1, 1, 0): 270,
    (-1, 0, 0, 1): 0,
    (0, 1, 1, 0): 90,
    (1, 0, 0, -1): 180,
    (0, -1, -1, 0): 270,
}


def turned_deg(of_track: bytes, of_film: bytes = NOT_TURNED) -> int:
    """
    The clockwise turn that the first MATRIX_BYTES of both matrices ask for, in steps of 90 degrees; 0 for other angles.

    Front cameras write what they mirror into the matrix too; a mirrored picture is turned like any other.
    """
    (a, b, c, d), (e, f, g, h) = _signs(of_track), _signs(of_film)
    return _TURNS.get((a * e + b * g, a * f + b * h, c * e + d * g, c * f + d * h), 0)


def _signs(matrix: bytes) -> tuple[int, int, int, int]:
    a, b, _, c, d = map(_sign, _NUMBERS.unpack(matrix))
    return a, b, c, d


def _sign(value: int) -> int:
    return (value > _QUARTER) - (value < -_QUARTER)
