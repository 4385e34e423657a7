"""
From HDR and wide gamut to what every screen shows: a table of colours, made once a film.

PQ and HLG are linearised, everything above SDR white is bent into what is left of the range (the EETF of ITU-R
BT.2390, from 1000 to 203 cd/m²), the gamut is brought to BT.709, and what lies outside is clipped. The table is
a picture for FFmpeg's `haldclut` filter: the colour conversion that swscale has of its own makes its table anew
for each frame, at 0.7 s a frame.
"""

import struct
from collections.abc import Callable

_LEVEL = 6
GRID = _LEVEL * _LEVEL
SIDE = _LEVEL**3
"""The table is a square of 16-bit RGB pixels this wide."""
FORMAT = "rgb48le"
"""What FFmpeg calls such pixels."""
FILTER = ("haldclut", "interp=tetrahedral:clut=first")
"""The filter that maps colours by the table, which it takes as a picture from its second input."""
SOURCE = ("buffer", f"video_size={SIDE}x{SIDE}:pix_fmt={FORMAT}:time_base=1/1:colorspace=gbr:range=pc")
"""Where that picture comes from."""
_ROW_BYTES = SIDE * 6

_PEAK = 1000.0  # cd/m²: what phones and cameras master for
_WHITE = 203.0  # cd/m²: SDR white by ITU-R BT.2408
_SDR_GAMMA = 2.4
_HLG_GAMMA = 1.2
_LUMA_2020 = (0.2627, 0.6780, 0.0593)

# From the primaries to BT.709, both with the white D65.
_TO_709 = {
    9: ((1.6605, -0.5876, -0.0728), (-0.1246, 1.1329, -0.0083), (-0.0182, -0.1006, 1.1187)),
    12: ((1.2249, -0.2247, 0.0), (-0.0420, 1.0419, 0.0), (-0.0197, -0.0786, 1.0979)),
}
_TO_709[11] = _TO_709[12]
_PQ, _HLG = 16, 18
_Colour = tuple[float, float, float]


def is_hdr(transfer: int) -> bool:
    """Whether a transfer (as H.273 numbers it) is PQ or HLG."""
    return transfer in (_PQ, _HLG)


def needs_table(transfer: int, primaries: int) -> bool:
    """Whether a film so tagged looks wrong on an ordinary screen."""
    return is_hdr(transfer) or primaries in _TO_709


def table(transfer: int, primaries: int) -> bytes:
    """The pixels of the table, red fastest, three 16-bit little-endian numbers each."""
    codes = [step / (GRID - 1) for step in range(GRID)]
    light = _light_of(transfer)
    linear = [light(code) for code in codes]
    to_709 = _TO_709.get(primaries, ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)))
    shown = _shown_of(transfer)
    numbers: list[int] = []
    for blue in linear:
        for green in linear:
            for red in linear:
                colour = shown((red, green, blue))
                numbers += [_code(sum(part * light for part, light in zip(row, colour, strict=True))) for row in to_709]
    return struct.pack(f"<{len(numbers)}H", *numbers)


def in_lines(table: bytes, line_bytes: int) -> bytes:
    """The table as a picture whose lines have so many bytes: FFmpeg's begin at round addresses."""
    padding = bytes(line_bytes - _ROW_BYTES)
    return b"".join(table[at : at + _ROW_BYTES] + padding for at in range(0, len(table), _ROW_BYTES))


def _code(light: float) -> int:
    return round(65535 * float(min(1.0, max(0.0, light)) ** (1 / _SDR_GAMMA)))


def _light_of(transfer: int) -> Callable[[float], float]:
    """From a code to light: cd/m² for PQ, that of the scene for HLG, a part of white for SDR."""
    if transfer == _PQ:
        return _pq_light
    if transfer == _HLG:
        return _hlg_scene
    return lambda code: float(code**_SDR_GAMMA)


def _shown_of(transfer: int) -> Callable[[_Colour], _Colour]:
    if transfer == _PQ:
        return _bent
    if transfer == _HLG:
        return lambda scene: _bent(_hlg_shown(scene))
    return lambda colour: colour


def _bent(nits: _Colour) -> _Colour:
    """All three by one factor, which keeps the hue; 1.0 is SDR white."""
    brightest = max(nits)
    factor = _eetf(min(brightest, _PEAK)) / brightest / _WHITE if brightest > 0 else 0.0
    return nits[0] * factor, nits[1] * factor, nits[2] * factor


def _eetf(nits: float) -> float:
    """BT.2390: nothing changes below the knee, above it a spline leads to the new white."""
    peak = _pq_code(_PEAK)
    white = _pq_code(_WHITE) / peak
    knee = 1.5 * white - 0.5
    at = _pq_code(nits) / peak
    if at < knee:
        return nits
    t = (at - knee) / (1 - knee)
    bent = (2 * t**3 - 3 * t**2 + 1) * knee + (t**3 - 2 * t**2 + t) * (1 - knee) + (-2 * t**3 + 3 * t**2) * white
    return _pq_light(bent * peak)


_M1, _M2 = 2610 / 16384, 2523 / 4096 * 128
_C1, _C2, _C3 = 3424 / 4096, 2413 / 4096 * 32, 2392 / 4096 * 32


def _pq_light(code: float) -> float:
    power = code ** (1 / _M2)
    return float(10000 * (max(power - _C1, 0.0) / (_C2 - _C3 * power)) ** (1 / _M1))


def _pq_code(nits: float) -> float:
    power = (nits / 10000) ** _M1
    return float(((_C1 + _C2 * power) / (1 + _C3 * power)) ** _M2)


def _hlg_scene(code: float) -> float:
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    return code * code / 3 if code <= 0.5 else (2.718281828459045 ** ((code - c) / a) + b) / 12


def _hlg_shown(scene: _Colour) -> _Colour:
    luma = sum(weight * light for weight, light in zip(_LUMA_2020, scene, strict=True))
    factor = _PEAK * luma ** (_HLG_GAMMA - 1) if luma > 0 else 0.0
    return scene[0] * factor, scene[1] * factor, scene[2] * factor
