"""A script cut into stretches, each to be spoken in one breath and one language, with the pauses after them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from greenroom.errors import ParameterError
from greenroom.studio.speech import Notice
from greenroom.studio.voices.pieces import Piece
from greenroom.studio.voices.writing import LANGUAGE_OF, base_of, system_of, systems_of

PARAGRAPH_PAUSE_S = 0.45
"""Silence that is added to the pause of a sentence."""
LONGEST_PART = 600
"""Characters after which a sentence goes on in another part."""
_STOPS = ".!?…。！？।؟॥"
_BREAKS = ",;:，、；：،؛"
_CLOSERS = "\"'”’»)]）」』"
_DOTTED = re.compile(r"(?:^|\W)(?:[^\W\d_]\.){2,}$")  # U.S.A.
_ORDINAL = re.compile(r"^\W*\d{1,2}\.$")
_DOT_AFTER_ORDINALS = frozenset(
    {"cs", "da", "et", "fi", "hr", "hu", "is", "lv", "nb", "no", "pl", "sk", "sl", "sr", "tr"}
)


@dataclass(frozen=True, slots=True)
class Stretch:
    """What is spoken in one breath: text in one language, and the piece that each of its characters belongs to."""

    language: str
    text: str
    owners: tuple[int, ...]
    ends_sentence: bool
    pause_after_s: float = 0.0

    @property
    def ends_in_pause(self) -> bool:
        """Whether a reader pauses after it: at the end of a sentence, or of a part of one."""
        return self.ends_sentence or _ends_in(self.text, _BREAKS)


def stretches_of(script: str, pieces: Sequence[Piece], language: str) -> tuple[list[Stretch], list[Notice]]:
    stretches: list[Stretch] = []
    text, owners, spoken_in = "", list[int](), language
    unspoken: dict[str, str] = {}

    def end(ends_sentence: bool, pause_s: float = 0.0) -> None:
        nonlocal text, owners
        if any(character.isalnum() for character in text):
            # What closes behind a mark would be a sentence of its own: nothing, and another pause.
            said = text.rstrip(_CLOSERS) if _ends_in(text, _STOPS + _BREAKS) else text
            stretches.append(Stretch(spoken_in, said, tuple(owners[: len(said)]), ends_sentence, pause_s))
        text, owners = "", []

    line = 0
    for index, piece in enumerate(pieces):
        gap = piece.start > 0 and script[piece.start - 1].isspace()
        for said, needs in runs_of(piece.said, language):
            if needs is None:
                unspoken.setdefault(_system(said), said.strip())
                continue
            if needs != spoken_in and any(map(str.isalnum, said)):
                end(ends_sentence=False)
                spoken_in = needs
            # Where words stand without spaces, a voice would not hear the mark between two of them.
            apart = gap or said[0].isspace() or (text.endswith(tuple(_BREAKS)) and said[0].isalnum())
            if text and apart and not text[-1].isspace():
                text, owners = text + " ", [*owners, index]
            gap = False
            text += said.strip()
            owners += [index] * len(said.strip())
        after = script[piece.end : pieces[index + 1].start] if index + 1 < len(pieces) else ""
        paragraph = after.count("\n") > 1
        if "\n" in after:
            end(True, PARAGRAPH_PAUSE_S if paragraph else 0.0)
            line = index + 1
        elif _ends_in(piece.said, _STOPS) and not _goes_on(pieces, index, line, language):
            end(True)
        elif len(text) > LONGEST_PART:
            end(False)
    end(ends_sentence=True)
    return stretches, [_cannot(system, example, language) for system, example in unspoken.items()]


def _ends_in(text: str, marks: str) -> bool:
    return text.rstrip().rstrip(_CLOSERS).endswith(tuple(marks))


def _goes_on(pieces: Sequence[Piece], index: int, line: int, language: str) -> bool:
    """Whether the dot that a piece ends in is one of an abbreviation or a number, behind which the sentence goes on."""
    if index + 1 == len(pieces):
        return False
    said, following = pieces[index].said, pieces[index + 1].said.strip()
    if _DOTTED.search(said):
        return following[:1].islower()
    # At the beginning of a line it numbers the line.
    return index > line and base_of(language) in _DOT_AFTER_ORDINALS and _ORDINAL.match(said) is not None


def spoken_alone(
    script: str, pieces: Sequence[Piece], language: str, voice: str
) -> tuple[list[Stretch], tuple[Notice, ...]]:
    """
    The stretches of a script in one language, and what is left out by a voice that speaks no other.

    Raises ParameterError where there are none.
    """
    stretches, notices = stretches_of(script, pieces, language)
    own = [stretch for stretch in stretches if stretch.language == language]
    if not own:
        raise ParameterError("script", f"has no word that the voice '{voice}' can say. Choose a voice of its language")
    return own, (*notices, *(_left_out(one, voice) for one in stretches if one.language != language))


def _left_out(stretch: Stretch, voice: str) -> Notice:
    text = stretch.text.strip()[:40]
    return Notice("text_not_spoken", f"The voice '{voice}' speaks one language only, and leaves out '{text}'.")


def heard(piece: Piece, language: str) -> bool:
    return any(needs is not None and any(map(str.isalnum, said)) for said, needs in runs_of(piece.said, language))


def _system(text: str) -> str:
    return next(filter(None, map(system_of, text)), "")


def _cannot(system: str, example: str, language: str) -> Notice:
    name = system.capitalize() or "Unknown"
    return Notice("text_not_spoken", f"{name} letters cannot be spoken by a voice for {language}: '{example[:40]}'.")


def runs_of(said: str, language: str) -> Iterator[tuple[str, str | None]]:
    """What is said, cut where its writing system changes, with the language that speaks each run; None if none can."""
    own = systems_of(language)
    start = 0
    current: str | None = language
    for at, character in enumerate(said):
        system = system_of(character)
        if not system:
            continue
        wanted: str | None = language if system in own else LANGUAGE_OF.get(system)
        if system == "HAN" and base_of(language) == "ja":
            wanted = None  # read as Chinese it would be wrong, and espeak-ng has no readings of Kanji
        if wanted != current:
            if any(map(str.isalnum, said[start:at])):
                yield said[start:at], current
                start = at
            current = wanted
    if said[start:]:
        yield said[start:], current
