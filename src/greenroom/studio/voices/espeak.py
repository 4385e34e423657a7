"""The embedded voices: espeak-ng in over a hundred languages, with exact times of words and phones."""

import math
import unicodedata
from collections.abc import Iterator, Sequence

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from greenroom.errors import ParameterError
from greenroom.studio.speech import Phone, Sound, Speech, Word
from greenroom.studio.voices.espeak_helper import EspeakHelper
from greenroom.studio.voices.espeak_languages import ESPEAK_LANGUAGES, espeak_language
from greenroom.studio.voices.espeak_library import Part, Spoken
from greenroom.studio.voices.level import levelled
from greenroom.studio.voices.normal import pieces_of
from greenroom.studio.voices.pieces import Piece
from greenroom.studio.voices.port import Abilities, Request, Timings
from greenroom.studio.voices.stretches import Stretch, heard, stretches_of
from greenroom.studio.voices.written import written

WORDS_A_MINUTE = 165
SWITCH_PAUSE_S = 0.04
"""Silence that is left where the language changes and no mark asks for a pause."""


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
        stretches, notices = stretches_of(request.script, pieces, request.language)
        pieces = [piece if heard(piece, request.language) else replace(piece, said="") for piece in pieces]
        if not stretches:
            raise ParameterError("script", "has nothing in it that can be spoken. Write at least one word")
        style = style_of(request.voice)
        answer = self._helper.speak([_part(stretch, style, request.speed) for stretch in stretches])
        gathered = _Heard(answer.rate, pieces)
        for stretch, spoken in zip(stretches, answer.spoken, strict=True):
            gathered.add(stretch, spoken)
        sound = levelled(gathered.sound(), answer.rate)
        return Speech(
            sound, answer.rate, gathered.words(request.script), tuple(gathered.phones), warnings=tuple(notices)
        )


def _part(stretch: Stretch, style: Style, speed: float) -> Part:
    voice = espeak_language(stretch.language)
    rate = max(80, min(450, round(WORDS_A_MINUTE * style.tempo * speed)))
    name = f"{voice}+{style.variant}" if style.variant else voice
    return Part(name, stretch.text, rate, style.pitch, style.range)


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

    def add(self, stretch: Stretch, spoken: Spoken) -> None:
        """Put a part behind the others."""
        sound = np.frombuffer(spoken.pcm, "<i2").astype(np.float32) / np.float32(32768)
        events = [event for event in spoken.events if event.ipa is not None]
        if not stretch.ends_in_pause:
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
    stretch: Stretch, starts: Sequence[tuple[int, int]], phones: Sequence[tuple[str, int, int]]
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
