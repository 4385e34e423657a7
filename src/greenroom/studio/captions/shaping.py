"""Lines of text, shaped by HarfBuzz: how wide they are, and how they are painted."""

from collections.abc import Sequence

import skia

from greenroom.studio.captions.fonts import EMOJI, Fonts

Span = tuple[str, bool]
"""Part of a line, and whether it is the part that is being spoken."""
_ISOLATE = {True: "\u2067", False: "\u2066"}
_END_ISOLATE = "\u2069"


class Shaper:
    """Shapes lines in one size, all in the direction that most of the script has, whatever a line begins with."""

    def __init__(self, fonts: Fonts, size: float, language: str, *, right_to_left: bool) -> None:
        self.fonts = fonts
        self.size = size
        self.language = language
        self._right_to_left = right_to_left
        self._widths: dict[str, float] = {}

    def sized(self, size: float) -> "Shaper":
        """The same in another size."""
        return Shaper(self.fonts, size, self.language, right_to_left=self._right_to_left)

    def width(self, text: str) -> float:
        """How wide a text is on one line, in pixels."""
        if text not in self._widths:
            self._widths[text] = self.line([(text, False)], (skia.Paint(), skia.Paint())).MaxIntrinsicWidth
        return self._widths[text]

    def line(self, spans: Sequence[Span], paints: tuple[skia.Paint, skia.Paint]) -> skia.textlayout.Paragraph:
        """A line, laid out. `paints` are for what is not and for what is being spoken."""
        layout = skia.textlayout
        builder = layout.ParagraphBuilder(layout.ParagraphStyle(), self.fonts.collection, self.fonts.unicode)
        # The builder knows no direction; an isolate around the line has the same effect.
        builder.pushStyle(self._style(self.fonts.families[0], paints[0]))
        builder.addText(_ISOLATE[self._right_to_left])
        drawn = ""
        for text, spoken in spans:
            # What no font has leaves no second space behind.
            if text == " " and not drawn.strip():
                continue
            drawn = "".join(run.text for run in self.fonts.runs(text)) or drawn
            for run in self.fonts.runs(text):
                builder.pushStyle(self._style(run.family, paints[spoken]))
                builder.addText(run.text)
                builder.pop()
        builder.addText(_END_ISOLATE)
        paragraph = builder.Build()
        paragraph.layout(1e6)
        return paragraph

    def _style(self, family: str, paint: skia.Paint) -> skia.textlayout.TextStyle:
        style = skia.textlayout.TextStyle()
        style.setFontSize(self.size * (0.92 if family == EMOJI else 1.0))
        style.setFontFamilies([family, *self.fonts.families[:3]])
        style.setLocale(self.language)
        style.setForegroundPaint(paint)
        return style
