"""The cast: which presenters, voices and tracks there are, and which of them fit what is looked for."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from greenroom.domain import languages
from greenroom.domain.cast import Presenter, StockVoice, Track
from greenroom.errors import ParameterError

GENDERS = ("female", "male")
AVATAR_FILTERS: Mapping[str, tuple[str, ...]] = {
    "style": ("professional", "social"),
    "gender": GENDERS,
    "age": ("adult", "senior", "young_adult"),
    "scene": ("lifestyle", "outdoors", "business", "studio", "health_fitness", "education", "news"),
    "ethnicity": (
        *("european", "african", "south_asian", "east_asian"),
        *("middle_eastern", "south_american", "north_american"),
    ),
}
"""What presenters can be looked for by, with the words that there are (contract 2.4)."""
VOICE_FILTERS: Mapping[str, tuple[str, ...]] = {"gender": GENDERS, "age": ("young", "middle_aged", "old")}
"""The same of voices; language and use are any text."""

Item = TypeVar("Item", Presenter, StockVoice, Track)


@dataclass(frozen=True, slots=True)
class Cast:
    """Everyone there is, in the order of lists. Those who are heard may take a second to be loaded when first asked."""

    everyone: Sequence[Presenter]
    who_speaks: Callable[[], Sequence[StockVoice]]
    what_plays: Callable[[], Sequence[Track]]

    def presenters(self, wanted: Mapping[str, str]) -> list[Presenter]:
        """
        Those that fit all of the filters, whose empty values are none.

        Raises ParameterError for a word that a filter does not have; so do the others.
        """
        return _fitting(self.everyone, _words(wanted, AVATAR_FILTERS))

    def voices(self, wanted: Mapping[str, str]) -> list[StockVoice]:
        """Those that fit; `language` is a tag such as en-US, or a name such as english."""
        language = wanted.get("language", "").strip()
        words = _words(wanted, VOICE_FILTERS) | _free(wanted, "use_case", "accent")
        found = _fitting(self.who_speaks(), words)
        if not language:
            return found
        tag = languages.tag(language, "language")
        speaking = _speaking(found, tag)
        if not speaking and languages.is_name(language):
            # Traditional Chinese is spoken as Mandarin is, Flemish nearly as Dutch, by whoever speaks these.
            speaking = _speaking(found, tag.partition("-")[0])
        return speaking

    def tracks(self, wanted: Mapping[str, str]) -> list[Track]:
        """Those that fit; `genre` and `mood` are any text."""
        return _fitting(self.what_plays(), _free(wanted, "genre", "mood"))


def _speaking(voices: Sequence[StockVoice], tag: str) -> list[StockVoice]:
    return [voice for voice in voices if languages.matches(voice.locale, tag)]


def _fitting(items: Sequence[Item], words: Mapping[str, str]) -> list[Item]:
    return [item for item in items if all(_word(getattr(item, name)) == word for name, word in words.items())]


def _words(wanted: Mapping[str, str], filters: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    words = _free(wanted, *filters)
    for name, word in words.items():
        if word not in filters[name]:
            raise ParameterError(name, f"is {wanted[name][:40]!r}; allowed are {', '.join(filters[name])}")
    return words


def _free(wanted: Mapping[str, str], *names: str) -> dict[str, str]:
    return {name: word for name in names if (word := _word(wanted.get(name, "")))}


def _word(text: str) -> str:
    """A word as filters compare it: `Middle Aged` and `middle-aged` are `middle_aged`."""
    return "_".join(text.strip().lower().replace("-", " ").split()).replace(" ", "_")
