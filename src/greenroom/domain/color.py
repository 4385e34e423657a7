"""Colours as users write them, taken in one form: #rrggbb, or #rrggbbaa where they may let something through."""

import re

from greenroom.errors import ParameterError

_HEX = re.compile(r"#?([0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})")
_RGB = re.compile(r"rgba?\(\s*(\d{1,3})\s*,\s*(\d{1,3})\s*,\s*(\d{1,3})\s*(?:,\s*(0|1|0?\.\d+|1\.0+)\s*)?\)")
NAMES = {
    "black": "#000000",
    "silver": "#c0c0c0",
    "gray": "#808080",
    "grey": "#808080",
    "white": "#ffffff",
    "maroon": "#800000",
    "red": "#ff0000",
    "purple": "#800080",
    "fuchsia": "#ff00ff",
    "magenta": "#ff00ff",
    "green": "#008000",
    "lime": "#00ff00",
    "olive": "#808000",
    "yellow": "#ffff00",
    "orange": "#ffa500",
    "navy": "#000080",
    "blue": "#0000ff",
    "teal": "#008080",
    "aqua": "#00ffff",
    "cyan": "#00ffff",
    "pink": "#ffc0cb",
    "brown": "#a52a2a",
    "gold": "#ffd700",
    "transparent": "#00000000",
}
"""The names that CSS has for the colours that people name."""


def color(text: str, field: str, *, alpha: bool = False) -> str:
    """
    A colour as #rrggbb, or as #rrggbbaa where `alpha` allows it and it is not opaque.

    Taken are #rgb, #rrggbb and both with alpha, with or without #, `rgb(…)`, `rgba(…)` and names. Raises
    ParameterError.
    """
    told = text.strip().lower()
    found = NAMES.get(told) or _of_hex(told) or _of_rgb(told)
    if found is None:
        raise ParameterError(field, f"is {text[:40]!r}; a colour is written as #rrggbb, or by a name such as white")
    if len(found) == 9 and found.endswith("ff"):
        found = found[:7]
    if len(found) == 9 and not alpha:
        raise ParameterError(field, f"is {text[:40]!r}, which lets something through; allowed are opaque colours")
    return found


def _of_hex(told: str) -> str | None:
    match = _HEX.fullmatch(told)
    if match is None:
        return None
    digits = match[1] if len(match[1]) > 4 else "".join(2 * digit for digit in match[1])
    return f"#{digits}"


def _of_rgb(told: str) -> str | None:
    match = _RGB.fullmatch(told)
    if match is None or any(int(part) > 255 for part in match.groups()[:3]):
        return None
    parts = [int(part) for part in match.groups()[:3]]
    parts += [round(float(match[4]) * 255)] if match[4] is not None else []
    return "#" + "".join(f"{part:02x}" for part in parts)
