"""Which of the installed fonts draws which part of a text: never one of the host, and never a box for a character."""

import os
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

import skia

from greenroom.errors import ModelsMissing
from greenroom.studio.captions.clusters import clusters

EMOJI = "NotoColorEmoji-Regular"
_FIRST = "NotoSans-Bold"
_OF_LANGUAGE = {
    "am": "NotoSansEthiopic-Bold",
    "ti": "NotoSansEthiopic-Bold",
    "ja": "NotoSansJP-Bold",
    "ko": "NotoSansKR-Bold",
    "zh": "NotoSansSC-Bold",
    "cmn": "NotoSansSC-Bold",
    "yue": "NotoSansTC-Bold",
}
_TRADITIONAL = ("zh-tw", "zh-hk", "zh-mo", "zh-hant", "cmn-hant", "yue")
_INVISIBLE = frozenset("\u200b\u200c\u200d\u200e\u200f\u061c\u2060\ufe0e\ufe0f\u00ad\u2066\u2067\u2068\u2069")


class Run:
    """Part of a text and the font that draws it."""

    __slots__ = ("family", "text")

    def __init__(self, text: str, family: str) -> None:
        self.text = text
        self.family = family


class Fonts:
    """The fonts of a folder, in the order that suits a language. Not for several threads at once."""

    def __init__(self, folder: str, language: str) -> None:
        names, self.collection, self._faces = _loaded(folder)
        self.unicode = skia.Unicodes.ICU.Make()
        own = _font_of(language)
        first = [name for name in (own, _FIRST, EMOJI) if name in self._faces]
        self.families = [*dict.fromkeys([*first, *names])]
        self._choice: dict[str, str | None] = {}

    def runs(self, text: str) -> list[Run]:
        """The text in runs of one font each; characters that no font has are left out."""
        found: list[Run] = []
        for cluster in clusters(self._drawable(text)):
            family = self._family(cluster, found[-1].family if found else "") or self.families[0]
            if found and found[-1].family == family:
                found[-1].text += cluster
            else:
                found.append(Run(cluster, family))
        return found

    def lacking(self, text: str) -> list[str]:
        """The characters that no font has, each once, in the order of the text."""
        return [cluster for cluster in dict.fromkeys(clusters(text)) if self._family(cluster, "") is None]

    def _drawable(self, text: str) -> str:
        lacking = self.lacking(text)
        if not lacking:
            return text
        kept = "".join(cluster for cluster in clusters(text) if cluster not in lacking)
        return " ".join(kept.split())

    def has(self, family: str, cluster: str) -> bool:
        """Whether a font has a glyph for each character of a cluster that is seen."""
        seen = [ord(one) for one in cluster if not _is_invisible(one)]
        return all(self._faces[family].unicharsToGlyphs(seen)) if seen else True

    def _family(self, cluster: str, before: str) -> str | None:
        if cluster.isspace() or all(map(_is_invisible, cluster)):
            # Emoji have spaces as wide as themselves.
            return before if before and before != EMOJI else self.families[0]
        if cluster not in self._choice:
            wanted = [EMOJI, *self.families] if _is_emoji(cluster) else self.families
            self._choice[cluster] = next((one for one in wanted if one in self._faces and self.has(one, cluster)), None)
        chosen = self._choice[cluster]
        # A mark that belongs to no writing system looks best in the font of what it stands with.
        stays = before and before != EMOJI and not cluster[0].isalnum() and not _is_emoji(cluster)
        return before if stays and chosen is not None and self.has(before, cluster) else chosen


def _is_invisible(character: str) -> bool:
    return character in _INVISIBLE or 0xE0020 <= ord(character) < 0xE0080


def _is_emoji(cluster: str) -> bool:
    first = ord(cluster[0])
    return first >= 0x1F000 or "\ufe0f" in cluster or "\u20e3" in cluster or cluster in _EMOJI_SIGNS


_EMOJI_SIGNS = frozenset(
    "⌚⌛⏩⏪⏫⏬⏰⏳◽◾☔☕♈♉♊♋♌♍♎♏♐♑♒♓♿⚓⚡⚪⚫⚽⚾⛄⛅⛎⛔⛪⛲⛳⛵⛺⛽✅✊✋✨❌❎❓❔❕❗➕➖➗➰➿⬛⬜⭐⭕"
)
"""What Unicode shows as emoji although it is not among the pictographs."""


def _font_of(language: str) -> str:
    tag = language.lower().replace("_", "-")
    if tag.startswith(_TRADITIONAL):
        return "NotoSansTC-Bold"
    return _OF_LANGUAGE.get(tag.split("-")[0], _FIRST)


@lru_cache(2)
def _loaded(folder: str) -> tuple[Sequence[str], skia.textlayout.FontCollection, dict[str, skia.Typeface]]:
    # An empty manager reads what it is given and knows nothing of the host's fonts.
    reader = skia.FontMgr.New_Custom_Empty()
    provider = skia.textlayout.TypefaceFontProvider()
    faces: dict[str, skia.Typeface] = {}
    for file in sorted(os.listdir(folder) if os.path.isdir(folder) else ()):
        name, extension = os.path.splitext(file)
        if extension in (".ttf", ".otf"):
            face = reader.makeFromData(skia.Data.MakeFromFileName(os.path.join(folder, file)))
            if face is not None:
                faces[name] = face
                provider.registerTypeface(face, name)
    if _FIRST not in faces:
        raise ModelsMissing("captions", folder, [_FIRST])
    collection = skia.textlayout.FontCollection()
    collection.setDefaultFontManager(provider)
    return tuple(faces), collection, faces


_RIGHT_TO_LEFT = frozenset("ar he iw fa ur ps sd ug yi dv ckb".split())  # noqa: SIM905 - codes as the table has them


def is_right_to_left(text: str, language: str) -> bool:
    """
    Whether a text reads from right to left: as its language is written, if it has any letters of that kind.

    Where the language does not tell, more of its words have to be so: a few long names and addresses of another
    writing system turn nothing around.
    """
    words = [_begins_right_to_left(word) for word in text.split()]
    if language.lower().replace("_", "-").split("-")[0] in _RIGHT_TO_LEFT:
        return True in words
    return words.count(True) > words.count(False)


def _begins_right_to_left(word: str) -> bool | None:
    """By its first letter (rule P2 of UAX 9); None for a word without letters."""
    kinds = (unicodedata.bidirectional(one) for one in word)
    return next((kind != "L" for kind in kinds if kind in ("L", "R", "AL")), None)
