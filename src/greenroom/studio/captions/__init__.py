"""
Captions: what is said, as it is written, word by word in the picture and as files beside it.

    tokens, cues    words and script -> what is read at once, in one or two lines, and when
    fonts, shaping  which installed font draws what; lines shaped by HarfBuzz, in both directions
    drawing         a cue -> a picture for each of its words; `placing` says where in the frame
    sidecars        cues -> SubRip and WebVTT
"""

from bisect import bisect_right
from collections.abc import Sequence

from msgspec.structs import replace

from greenroom.domain.video import CaptionStyle
from greenroom.errors import ParameterError
from greenroom.studio.avatar import Box, Layer
from greenroom.studio.captions import sidecars
from greenroom.studio.captions.cues import MOST_COLUMNS, Cue, cues, reading_width
from greenroom.studio.captions.drawing import Colors, Drawn, Painter, color_of
from greenroom.studio.captions.fonts import Fonts, is_right_to_left
from greenroom.studio.captions.placing import band, safe_area
from greenroom.studio.captions.shaping import Shaper
from greenroom.studio.captions.tokens import split, tokens
from greenroom.studio.speech import Notice, Word

_TWO_LINES = 3.3
_LEAST_SIZE, _MOST_SIZE = 0.02, 0.25
_POSITIONS = ("top", "middle", "bottom")
_KEPT = 4
_FOREVER_S = 1e9


class Captions:
    """
    The captions of one video. Not for several threads at once.

    `srt` and `vtt` are the texts of subtitle files, `warnings` what is not as it was asked for.
    """

    def __init__(self, found: Sequence[Cue], painter: Painter | None, warnings: tuple[Notice, ...]) -> None:
        self.cues = tuple(found)
        self.warnings = warnings
        self._starts = [cue.start_s for cue in self.cues]
        self._painter = painter
        self._drawn: tuple[int, Drawn] | None = None
        self._layers: dict[tuple[int, int], tuple[Layer, ...]] = {}

    @property
    def srt(self) -> str:
        """The text of a SubRip file; empty where nothing is said."""
        return sidecars.srt(self.cues) if self.cues else ""

    @property
    def vtt(self) -> str:
        """The text of a WebVTT file; empty where nothing is said."""
        return sidecars.vtt(self.cues) if self.cues else ""

    def at(self, time_s: float) -> tuple[Layer, ...]:
        """
        What is seen at a time: nothing, or one picture with premultiplied alpha as large as its even box.

        While nothing changes the same objects are given again; pictures are not to be written to.
        """
        number = bisect_right(self._starts, time_s) - 1
        if self._painter is None or number < 0 or time_s >= self.cues[number].end_s:
            return ()
        starts = [token.start_s for token in self.cues[number].tokens]
        state = (number, bisect_right(starts, time_s) - 1)
        if state not in self._layers:
            if len(self._layers) >= _KEPT:
                self._layers.pop(next(iter(self._layers)))
            self._layers[state] = (self._cue(number, self._painter).layer(state[1]),)
        return self._layers[state]

    def _cue(self, number: int, painter: Painter) -> Drawn:
        if self._drawn is None or self._drawn[0] != number:
            self._drawn = (number, painter.cue(self.cues[number]))
        return self._drawn[1]


def captions(
    words: Sequence[Word],
    script: str,
    style: CaptionStyle,
    frame: tuple[int, int],
    language: str,
    fonts: str,
    *,
    keep_out: Box | None = None,
    below: float = 0.0,
    ends_s: float = _FOREVER_S,
) -> Captions:
    """
    Captions of words that are heard, as the script writes them, to be drawn over frames of a size in pixels.

    `language` is a BCP 47 tag, `fonts` the folder of installed fonts. `keep_out` is a part of the frame that captions
    are not to hide, `below` the row under which those at the top begin, `ends_s` the end of the film. Raises
    ParameterError for a style that means nothing, NotProduced where fonts are missing.
    """
    found = tokens(words, script)
    colors = _colors(style)
    if style.position not in _POSITIONS:
        raise ParameterError("captions.position", f"is {style.position!r}; allowed are {', '.join(_POSITIONS)}.")
    if not found:
        return Captions((), None, ())
    size = min(max(style.size, _LEAST_SIZE), _MOST_SIZE) * min(frame)
    safe = safe_area(frame)
    if style.position == "top":
        safe = replace(safe, top=max(safe.top, below))
    area, clear = band(safe, style.position, _TWO_LINES * size, keep_out)
    text = "".join(token.text for token in found)
    shaper = Shaper(Fonts(fonts, language), size, language, right_to_left=is_right_to_left(script, language))
    # Outline and the box's padding stand out of the letters on both sides.
    width = area.width - size * (0.8 if colors.background is not None else 0.2)
    cut = cues(split(found, lambda text: shaper.width(text) <= width), shaper.width, width, ends_s)
    warnings = _warnings(style, shaper.fonts.lacking(text), clear)
    return Captions(cut, Painter(shaper, colors, area, style.position), warnings)


def subtitles(words: Sequence[Word], script: str, ends_s: float = _FOREVER_S) -> Captions:
    """The same without a picture, for files beside a video whose picture has no captions; needs no fonts."""
    found = split(tokens(words, script), lambda text: reading_width(text) <= MOST_COLUMNS)
    return Captions(cues(found, reading_width, MOST_COLUMNS, ends_s), None, ())


def _colors(style: CaptionStyle) -> Colors:
    text = color_of(style.color, "captions.color")
    return Colors(
        0x00FFFFFF if text is None else text,
        color_of(style.highlight, "captions.highlight") or (text or 0x00FFFFFF),
        color_of(style.outline, "captions.outline"),
        color_of(style.background, "captions.background"),
    )


def _warnings(style: CaptionStyle, lacking: list[str], clear: bool) -> tuple[Notice, ...]:
    found = []
    if not _LEAST_SIZE <= style.size <= _MOST_SIZE:
        allowed = f"{_LEAST_SIZE} to {_MOST_SIZE} of the frame's short side"
        found.append(
            Notice("caption_size_limited", f"The captions' size is {style.size}; drawn is the nearest of {allowed}.")
        )
    if lacking:
        shown = ", ".join(f"{one} (U+{ord(one[0]):04X})" for one in lacking[:5]) + (" …" if len(lacking) > 5 else "")
        found.append(
            Notice(
                "caption_character_missing",
                f"No installed font has {shown}: left out of the picture, not of SRT and VTT.",
            )
        )
    if not clear:
        found.append(Notice("captions_over_avatar", "There is no room for captions clear of the avatar's window."))
    return tuple(found)
