"""The embedded voices: espeak-ng in over a hundred languages, with exact times of words and phones."""

import math
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from greenroom.errors import ParameterError
from greenroom.studio.speech import Notice, Phone, Sound, Speech, Word
from greenroom.studio.voices.espeak_helper import EspeakHelper
from greenroom.studio.voices.espeak_languages import ESPEAK_LANGUAGES, espeak_language
from greenroom.studio.voices.espeak_library import Part, Spoken
from greenroom.studio.voices.level import levelled
from greenroom.studio.voices.normal import pieces_of
from greenroom.studio.voices.pieces import Piece
from greenroom.studio.voices.port import Abilities, Request, Timings
from greenroom.studio.voices.writing import LANGUAGE_OF, base_of, system_of, systems_of

WORDS_A_MINUTE = 165
PARAGRAPH_PAUSE_S = 0.45
SWITCH_PAUSE_S = 0.04
"""Silence that is left where the language changes within a sentence."""
LONGEST_PART = 600
_STOPS = ".!?…。！？।؟॥"
_CLOSERS = "\"'”’»)]）」』"


class Style(Struct, frozen=True):
    """How an embedded voice sounds: espeak-ng's variant, and its pitch, range (0 to 99) and tempo."""

    variant: str
    pitch: int = 50
    range: int = 50
    tempo: float = 1.0


def style_of(voice: str) -> Style:
    """A style from its written form, `variant:pitch:range:tempo`, of which all but the variant may be left out."""
    variant, *numbers = voice.split(":")
    pitch, range_, tempo = [*numbers, *("50", "50", "1")[len(numbers) :]]
    return Style(variant, int(pitch), int(range_), float(tempo))


@dataclass(frozen=True, slots=True)
class _Stretch:
    """What is spoken in one breath: text in one language, and the piece that each of its characters belongs to."""

    language: str
    text: str
    owners: tuple[int, ...]
    ends_sentence: bool
    pause_after_s: float = 0.0


class Espeak:
    """espeak-ng as a provider. A request's `voice` is a style: `f2:55:60:0.95`."""

    name = "espeak-ng"

    def __init__(self, helper: EspeakHelper | None = None) -> None:
        self._helper = helper or EspeakHelper()
        self.abilities = Abilities(Timings.PHONES, frozenset(ESPEAK_LANGUAGES))

    def close(self) -> None:
        """End its process."""
        self._helper.close()

    def say(self, request: Request) -> Speech:
        """Speak; runs of other writing systems in a language that has them. See Provider."""
        espeak_language(request.language)
        pieces = pieces_of(request.script, request.language)
        stretches, notices = _stretches(request.script, pieces, request.language)
        pieces = [piece if _heard_at_all(piece, request.language) else replace(piece, said="") for piece in pieces]
        if not stretches:
            raise ParameterError("script", "has nothing in it that can be spoken. Write at least one word")
        style = style_of(request.voice)
        answer = self._helper.speak([_part(stretch, style, request.speed) for stretch in stretches])
        heard = _Heard(answer.rate, pieces)
        for stretch, spoken in zip(stretches, answer.spoken, strict=True):
            heard.add(stretch, spoken)
        sound = levelled(heard.sound(), answer.rate)
        return Speech(sound, answer.rate, heard.words(request.script), tuple(heard.phones), warnings=tuple(notices))


def _part(stretch: _Stretch, style: Style, speed: float) -> Part:
    voice = espeak_language(stretch.language)
    rate = max(80, min(450, round(WORDS_A_MINUTE * style.tempo * speed)))
    name = f"{voice}+{style.variant}" if style.variant else voice
    return Part(name, stretch.text, rate, style.pitch, style.range)


def _stretches(script: str, pieces: Sequence[Piece], language: str) -> tuple[list[_Stretch], list[Notice]]:
    stretches: list[_Stretch] = []
    text, owners, spoken_in = "", list[int](), language
    unspoken: dict[str, str] = {}

    def end(ends_sentence: bool, pause_s: float = 0.0) -> None:
        nonlocal text, owners
        if any(character.isalnum() for character in text):
            stretches.append(_Stretch(spoken_in, text, tuple(owners), ends_sentence, pause_s))
        text, owners = "", []

    for index, piece in enumerate(pieces):
        gap = piece.start > 0 and script[piece.start - 1].isspace()
        for said, needs in _runs(piece.said, language):
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
        if (
            paragraph
            or "\n" in after
            or piece.said.rstrip(_CLOSERS).endswith(tuple(_STOPS))
            or len(text) > LONGEST_PART
        ):
            end(True, PARAGRAPH_PAUSE_S if paragraph else 0.0)
    end(ends_sentence=True)
    return stretches, [_cannot(system, example, language) for system, example in unspoken.items()]


def _heard_at_all(piece: Piece, language: str) -> bool:
    return any(needs is not None and any(map(str.isalnum, said)) for said, needs in _runs(piece.said, language))


def _system(text: str) -> str:
    return next(filter(None, map(system_of, text)), "")


def _cannot(system: str, example: str, language: str) -> Notice:
    name = system.capitalize() or "Unknown"
    return Notice("text_not_spoken", f"{name} letters cannot be spoken by a voice for {language}: '{example[:40]}'.")


def _runs(said: str, language: str) -> Iterator[tuple[str, str | None]]:
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


class _Heard:
    """Gathers what was said, part after part."""

    def __init__(self, rate: int, pieces: Sequence[Piece]) -> None:
        self._rate = rate
        self._pieces = pieces
        self._sounds: list[Sound] = []
        self._samples = 0
        self._times: dict[int, tuple[float, float]] = {}
        self.phones: list[Phone] = []

    def sound(self) -> Sound:
        """All of it."""
        return np.concatenate(self._sounds)

    def add(self, stretch: _Stretch, spoken: Spoken) -> None:
        """Put a part behind the others."""
        sound = np.frombuffer(spoken.pcm, "<i2").astype(np.float32) / np.float32(32768)
        events = [event for event in spoken.events if event.ipa is not None]
        if not stretch.ends_sentence:
            last = max((i for i, event in enumerate(events) if event.ipa), default=-1)
            if last + 1 < len(events):
                sound = sound[: events[last + 1].sample + math.floor(SWITCH_PAUSE_S * self._rate)]
        phones = _phones([(event.sample, event.ipa or "") for event in events], len(sound))
        starts = [(event.sample, event.at) for event in spoken.events if event.ipa is None]
        for owner, first, last_sample in _owned(stretch, starts, phones):
            begin, end = (self._samples + first) / self._rate, (self._samples + last_sample) / self._rate
            known = self._times.get(owner)
            self._times[owner] = (known[0], end) if known else (begin, end)
        self.phones += [
            Phone(_plain(ipa), (self._samples + a) / self._rate, (self._samples + b) / self._rate, "ˈ" in ipa)
            for ipa, a, b in phones
        ]
        silence = np.zeros(round(stretch.pause_after_s * self._rate), np.float32)
        if len(silence):
            a = (self._samples + len(sound)) / self._rate
            self.phones.append(Phone("", a, a + len(silence) / self._rate))
        self._sounds += [sound, silence]
        self._samples += len(sound) + len(silence)

    def words(self, script: str) -> tuple[Word, ...]:
        """The words as they are written; what is silent belongs to the word before it."""
        return tuple(written(script, self._pieces, self._times))


def _plain(ipa: str) -> str:
    """A sound without stress, and without the marks of tones that espeak-ng's names have in some languages."""
    return "".join(sign for sign in ipa.strip("ˈˌ") if sign.isalpha() or unicodedata.combining(sign))


def _phones(events: Sequence[tuple[int, str]], length: int) -> list[tuple[str, int, int]]:
    """Phones with their samples. Those that begin at the same sample share the time until the next one."""
    phones: list[tuple[str, int, int]] = []
    index = 0
    while index < len(events):
        same = index
        while same < len(events) and events[same][0] == events[index][0]:
            same += 1
        begin, end = min(events[index][0], length), min(events[same][0] if same < len(events) else length, length)
        names = [ipa for _, ipa in events[index:same]]
        names = [ipa for ipa in names if ipa] or names[:1]
        edges = [begin + (end - begin) * n // len(names) for n in range(len(names) + 1)]
        phones += [(ipa, a, b) for ipa, a, b in zip(names, edges, edges[1:], strict=False) if b > a]
        index = same
    return phones


def _owned(
    stretch: _Stretch, starts: Sequence[tuple[int, int]], phones: Sequence[tuple[str, int, int]]
) -> Iterator[tuple[int, int, int]]:
    """For each event of a word the piece that it belongs to, and the samples in which its sounds are heard."""
    newest = -1
    for index, (sample, at) in enumerate(starts):
        # Within expanded words the library's positions waver by a character, never beyond the next word.
        newest = max(newest, stretch.owners[max(0, min(at, len(stretch.owners) - 1))])
        until = starts[index + 1][0] if index + 1 < len(starts) else math.inf
        sounds = [(a, b) for ipa, a, b in phones if ipa and sample <= a < until]
        if sounds:
            yield newest, sounds[0][0], sounds[-1][1]


@dataclass(frozen=True, slots=True)
class _Group:
    """Pieces that were said together, with the characters of each."""

    members: list[int]
    starts: list[int]
    ends: list[int]


def written(script: str, pieces: Sequence[Piece], times: dict[int, tuple[float, float]]) -> Iterable[Word]:
    """
    Words of a script from the times of its pieces.

    A piece that is said together with the one before it (of which a voice tells one time) shares its time by letters;
    one that is not said at all stays with the word before it, or at the beginning with the word after it.
    """
    groups: list[_Group] = []
    lead: int | None = None
    for index, piece in enumerate(pieces):
        said = any(map(str.isalnum, piece.said))
        if index in times:
            start = piece.start if lead is None else lead
            groups.append(_Group([index], [start], [piece.end]))
            lead = None
        elif not groups:
            lead = piece.start if lead is None else lead
        elif said:
            groups[-1].members.append(index)
            groups[-1].starts.append(piece.start)
            groups[-1].ends.append(piece.end)
        else:
            groups[-1].ends[-1] = piece.end
    return [word for group in groups for word in _shared(script, pieces, group, times)]


def _shared(
    script: str, pieces: Sequence[Piece], group: _Group, times: dict[int, tuple[float, float]]
) -> Iterator[Word]:
    begin_s, end_s = times[group.members[0]]
    letters = [max(1, len(pieces[index].said)) for index in group.members]
    shares = [sum(letters[:n]) / sum(letters) for n in range(len(letters))]
    edges = [*(begin_s + (end_s - begin_s) * share for share in shares), end_s]
    for n, (start, end) in enumerate(zip(group.starts, group.ends, strict=True)):
        yield Word(script[start:end], edges[n], edges[n + 1], start, end)
