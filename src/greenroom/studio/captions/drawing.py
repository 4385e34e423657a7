"""A cue as pictures: drawn once without colours of words, then once for each word that is spoken."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import skia

from greenroom.errors import ParameterError
from greenroom.studio.avatar import Box, Layer
from greenroom.studio.captions.cues import Cue, Line
from greenroom.studio.captions.placing import Area
from greenroom.studio.captions.shaping import Shaper, Span
from greenroom.studio.pose import Picture

_OUTLINE = 0.065
_SHADOW = (0.05, 0.06, 0.55)  # how far down and how soft, in parts of the size, and how dark
_LEADING = 1.22
_LINE_GAP = 0.10
_PADDING = 0.32
_CORNER = 0.22
_ASCENT, _DESCENT = 0.86, 0.30
_SMALLEST = 0.2


@dataclass(frozen=True, slots=True)
class Colors:
    """The colours of a style, as skia has them: 0xAARRGGBB; None where nothing is drawn."""

    text: int
    spoken: int
    outline: int | None
    background: int | None


def color_of(text: str, field: str) -> int | None:
    """#rrggbb or #rrggbbaa as 0xAARRGGBB, None where it is empty or cannot be seen; raises ParameterError."""
    if not text:
        return None
    digits = text.removeprefix("#")
    try:
        if len(digits) not in (6, 8) or not text.startswith("#"):
            raise ValueError
        value = int(digits, 16)
    except ValueError:
        raise ParameterError(field, f"is {text!r}; allowed are colours such as #ffcc00 and #000000aa.") from None
    alpha, rgb = (value & 0xFF, value >> 8) if len(digits) == 8 else (0xFF, value)
    return alpha << 24 | rgb if alpha else None


class Painter:
    """Draws cues into an area of a frame. Not for several threads at once."""

    def __init__(self, shaper: Shaper, colors: Colors, area: Area, position: str) -> None:
        self._usual = shaper
        self._colors = colors
        self._area = area
        self._position = position

    def cue(self, cue: Cue) -> "Drawn":
        """A cue, set up to be drawn for each of its words; what is too large for the area is drawn smaller."""
        shaper = self._usual
        for _ in range(8):
            drawn = Drawn(cue, shaper, self._colors)
            share = min(self._area.width / drawn.ink.width, self._area.height / drawn.ink.height)
            if share >= 1 or shaper.size <= _SMALLEST * self._usual.size:
                break
            shaper = shaper.sized(shaper.size * share * 0.985)
        drawn.put(self._area, self._position)
        return drawn


class Drawn:
    """A cue in its size: where its lines stand, and what is under the colours of its words."""

    def __init__(self, cue: Cue, shaper: Shaper, colors: Colors) -> None:
        self._cue = cue
        self._shaper = shaper
        self._colors = colors
        self._baselines, self._lefts, width, height = self._laid_out()
        self._base = np.zeros((int(height) + 2, int(width) + 2, 4), np.uint8)
        self.ink = self._with_box(self._inked())
        self._paint_base()
        self._origin = (0, 0)
        self._box = Box(0, 0, 2, 2)

    def put(self, area: Area, position: str) -> None:
        """Put it into an area of a frame: in the middle from left to right, at the edge that its position names."""
        left = round(area.left + (area.width - self.ink.width) / 2 - self.ink.left)
        tops = {"top": area.top, "middle": area.top + (area.height - self.ink.height) / 2}
        top = round(tops.get(position, area.bottom - self.ink.height) - self.ink.top)
        self._crop(left, top)

    def layer(self, spoken: int) -> Layer:
        """The cue while one of its tokens is spoken, by its number; -1 before the first."""
        picture: Picture = self._base.copy()
        canvas = _canvas(picture)
        canvas.translate(-self._origin[0], -self._origin[1])
        self._paint(canvas, (_fill(self._colors.text), _fill(self._colors.spoken)), spoken)
        return Layer(picture, self._box)

    def _crop(self, left: int, top: int) -> None:
        """Keep what is not empty, in a box of even edges; `left`, `top` are where the whole would be in the frame."""
        x, y, right, bottom = bounds(self._base, self.ink)
        x, y = max(0, x - (left + x) % 2), max(0, y - (top + y) % 2)
        x, y = x + (left + x) % 2, y + (top + y) % 2
        width, height = right - x + (right - x) % 2, bottom - y + (bottom - y) % 2
        room = np.zeros((height, width, 4), np.uint8)
        kept = self._base[y : y + height, x : x + width]
        room[: kept.shape[0], : kept.shape[1]] = kept
        self._base, self._origin = room, (x, y)
        self._box = Box(left + x, top + y, width, height)

    def _laid_out(self) -> tuple[list[float], list[float], float, float]:
        """Baselines and left edges of the lines on a canvas with room around them, and its size."""
        size = self._shaper.size
        plain = (_fill(0xFFFFFFFF), _fill(0xFFFFFFFF))
        made = [self._shaper.line(_spans(line, -1), plain) for line in self._cue.lines]
        widths = [paragraph.MaxIntrinsicWidth for paragraph in made]
        room = size * 1.2
        baselines = [room + made[0].AlphabeticBaseline]
        for above, below in pairwise(made):
            baselines.append(baselines[-1] + _pitch(above, below, size))
        lefts = [room + (max(widths) - width) / 2 for width in widths]
        height = baselines[-1] + made[-1].Height - made[-1].AlphabeticBaseline + room
        return baselines, lefts, max(widths) + 2 * room, height

    def _inked(self) -> Area:
        """Where text and outline are; up and down at least what letters usually take, so that lines do not jump."""
        size = self._shaper.size
        scratch = np.zeros_like(self._base)
        canvas = _canvas(scratch)
        thickness = _OUTLINE * size if self._colors.outline is not None else 0.0
        for paint in (_stroke(0xFFFFFFFF, thickness), _fill(0xFFFFFFFF)):
            self._paint(canvas, (paint, paint), -1)
        left, top, right, bottom = bounds(scratch, Area(0, 0, 2, 2))
        usual_top, usual_bottom = self._baselines[0] - _ASCENT * size, self._baselines[-1] + _DESCENT * size
        return Area(left - 1, min(top - 1, usual_top), right + 1, max(bottom + 1, usual_bottom))

    def _with_box(self, ink: Area) -> Area:
        if self._colors.background is None:
            return ink
        side, up = _PADDING * self._shaper.size, _PADDING * 0.4 * self._shaper.size
        return Area(ink.left - side, ink.top - up, ink.right + side, ink.bottom + up)

    def _paint_base(self) -> None:
        canvas = _canvas(self._base)
        colors, size = self._colors, self._shaper.size
        if colors.background is not None:
            edges = skia.Rect.MakeLTRB(self.ink.left, self.ink.top, self.ink.right, self.ink.bottom)
            canvas.drawRoundRect(edges, _CORNER * size, _CORNER * size, _fill(colors.background))
        if colors.outline is None:
            return
        if colors.background is None:
            down, soft, dark = _SHADOW
            shadow = _stroke(0xFF000000, _OUTLINE * size)
            shadow.setAlphaf(dark * (colors.outline >> 24) / 255)
            shadow.setMaskFilter(skia.MaskFilter.MakeBlur(skia.kNormal_BlurStyle, soft * size))
            canvas.translate(0, down * size)
            self._paint(canvas, (shadow, shadow), -1)
            canvas.translate(0, -down * size)
        stroke = _stroke(colors.outline, _OUTLINE * size)
        self._paint(canvas, (stroke, stroke), -1)

    def _paint(self, canvas: skia.Canvas, paints: tuple[skia.Paint, skia.Paint], spoken: int) -> None:
        done = 0
        for line, baseline, left in zip(self._cue.lines, self._baselines, self._lefts, strict=True):
            paragraph = self._shaper.line(_spans(line, spoken - done), paints)
            paragraph.paint(canvas, left, baseline - paragraph.AlphabeticBaseline)
            done += len(line.tokens)


def _spans(line: Line, spoken: int) -> list[Span]:
    spans: list[Span] = []
    for at, token in enumerate(line.tokens):
        if at and token.before:
            spans.append((" ", False))
        hyphen = "-" if token.hyphen and at == len(line.tokens) - 1 else ""
        spans.append((token.text + hyphen, at == spoken))
    return spans


def _pitch(above: skia.textlayout.Paragraph, below: skia.textlayout.Paragraph, size: float) -> float:
    """From one baseline to the next: the usual leading, and more where the ink of the lines would touch."""
    _, descent = _reach(above, size)
    ascent, _ = _reach(below, size)
    return max(_LEADING * size, descent + ascent + _LINE_GAP * size)


def _reach(paragraph: skia.textlayout.Paragraph, size: float) -> tuple[float, float]:
    """How far the ink of a line reaches above and below its baseline."""
    room = int(size)
    width, height = int(paragraph.MaxIntrinsicWidth) + 2 * room, int(paragraph.Height) + 2 * room
    scratch = np.zeros((height, width, 4), np.uint8)
    paragraph.paint(_canvas(scratch), room, room)
    baseline = room + paragraph.AlphabeticBaseline
    _, top, _, bottom = bounds(scratch, Area(0, baseline, 2, baseline))
    return baseline - top, bottom - baseline


def bounds(picture: Picture, empty: Area) -> tuple[int, int, int, int]:
    """The edges of what is not transparent: left, top, right, bottom; those of `empty` where all is."""
    alpha = picture[..., 3]
    rows, columns = np.flatnonzero(alpha.any(axis=1)), np.flatnonzero(alpha.any(axis=0))
    if not len(rows):
        return int(empty.left), int(empty.top), int(empty.right), int(empty.bottom)
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def _canvas(picture: Picture) -> skia.Canvas:
    height, width = picture.shape[:2]
    info = skia.ImageInfo.Make(width, height, skia.kRGBA_8888_ColorType, skia.kPremul_AlphaType)
    return skia.Surface.MakeRasterDirect(info, picture).getCanvas()


def _fill(color: int) -> skia.Paint:
    return skia.Paint(AntiAlias=True, Color=color)


def _stroke(color: int, width: float) -> skia.Paint:
    return skia.Paint(
        AntiAlias=True,
        Color=color,
        Style=skia.Paint.kStroke_Style,
        StrokeWidth=width * 2,
        StrokeJoin=skia.Paint.kRound_Join,
    )
