"""A script cut into stretches, each to be spoken in one breath and one language, with the pauses after them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from greenroom.studio.speech import Notice
from greenroom.studio.voices.pieces import Piece
from greenroom.studio.voices.writing import LANGUAGE_OF, base_of, system_of, systems_of

PARAGRAPH_PAUSE_S = 0.45
"""Silence that is added to the pause of a sentence."""
LONGEST_PART = 600
"""Characters after which a sentence goes on in another part."""
_STOPS = ".!?…。！？।؟॥"
_CLOSERS = "\"'”’»)]）」』"


@dataclass(frozen=True, slots=True)
class Stretch:
    """What is spoken in one breath: text in one language, and the piece that each of its characters belongs to."""

    language: str
    text: str
    owners: tuple[int, ...]
    ends_sentence: bool
    pause_after_s: float = 0.0


def stretches_of(script: str, pieces: Sequence[Piece], language: str) -> tuple[list[Stretch], list[Notice]]:
    stretches: list[Stretch] = []
    text, owners, spoken_in = "", list[int](), language
    unspoken: dict[str, str] = {}

    def end(ends_sentence: bool, pause_s: float = 0.0) -> None:
        nonlocal text, owners
        if any(character.isalnum() for character in text):
            stretches.append(Stretch(spoken_in, text, tuple(owners), ends_sentence, pause_s))
        text, owners = "", []

    for index, piece in enumerate(pieces):
        gap = piece.start > 0 and script[piece.start - 1].isspace()
        for said, needs in runs_of(piece.said, language):
            if needs is None:
                unspoken.setdefault(_system(said), said.strip())
                continue
            if needs != spoken_in and any(map(str.isalnum, said)):
                end(ends_sentence=False)
                spoken_in = needs
            if text and (gap or said[0].isspace()) and not text[-1].isspace():
                text, owners = text + " ", [*owners, index]
            gap = False
            text += said.strip()
            owners += [index] * len(said.strip())
        after = script[piece.end : pieces[index + 1].start] if index + 1 < len(pieces) else ""
        paragraph = after.count("\n") > 1
        if "\n" in after or piece.said.rstrip(_CLOSERS).endswith(tuple(_STOPS)):
            end(True, PARAGRAPH_PAUSE_S if paragraph else 0.0)
        elif len(text) > LONGEST_PART:
            end(False)
    end(ends_sentence=True)
    return stretches, [_cannot(system, example, language) for system, example in unspoken.items()]


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
