"""From speech to timing, by the best method that works on it; what was tried before stands in the warnings."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from greenroom.errors import GreenroomError
from greenroom.studio.speech import Method, Notice, Phone, Sound, Speech, Timing, Word
from greenroom.studio.timing.aligned import NotAligned, align
from greenroom.studio.timing.energy import mouth_of_energy
from greenroom.studio.timing.recognised import NotRecognised, recognise
from greenroom.studio.timing.resample import HEARD_HZ, heard
from greenroom.studio.timing.script import tokens
from greenroom.studio.timing.track import mouth
from greenroom.studio.timing.warped import NotWarped, warp
from greenroom.studio.voices.languages import ALIGNED

Speak = Callable[[str], Speech]
"""Speaks a text in the script's language by a voice that tells words and phones; may raise GreenroomError, OSError."""

_SILENT = 1e-4


@dataclass(frozen=True, slots=True)
class _Track:
    """What one method found; no words where it has no script."""

    method: Method
    words: tuple[Word, ...]
    phones: tuple[Phone, ...]


def timed(speech: Speech, script: str | None, language: str, speak: Speak | None) -> Timing:
    """
    When words are heard and how the mouth moves.

    What the voice told is believed first. Then the script is aligned (English), or warped from how `speak` says it,
    or sounds are recognised, or the mouth follows loudness. A method that fails leaves a notice and the next one is
    tried. Words are those of the voice, else of the method, else spread over what is heard of the script, with a
    notice; without a script there are none.
    """
    notices: list[Notice] = []
    duration_s = speech.duration_s
    if speech.mouth is not None:
        words = speech.words or _words_only(speech, script, language, speak, notices)
        return Timing(words, speech.mouth, Method.VISEMES, tuple(notices))
    if any(one.ipa for one in speech.phones):
        words = speech.words or _words_only(speech, script, language, speak, notices)
        track = mouth(speech.phones, duration_s, speech.sound, speech.rate)
        return Timing(words, track, Method.PHONES, tuple(notices))
    audible = heard(speech.sound, speech.rate)
    found = next(_tried(audible, script, language, speak, notices), None)
    phones = found.phones if found else ()
    drawn = mouth(phones, duration_s, speech.sound, speech.rate) if found else mouth_of_energy(audible, duration_s)
    words = speech.words or (found.words if found else ()) or _spread(audible, script, notices)
    return Timing(words, drawn, found.method if found else Method.ENERGY, tuple(notices))


def _words_only(
    speech: Speech, script: str | None, language: str, speak: Speak | None, notices: list[Notice]
) -> tuple[Word, ...]:
    """Times of words for a voice that told of its mouth only."""
    if not script or not tokens(script):
        return ()
    audible = heard(speech.sound, speech.rate)
    found = next((one for one in _tried(audible, script, language, speak, notices) if one.words), None)
    return found.words if found else _spread(audible, script, notices)


def _tried(
    audible: Sound, script: str | None, language: str, speak: Speak | None, notices: list[Notice]
) -> Iterator[_Track]:
    """What methods find, best first; those that fail add a notice."""
    if float(np.abs(audible).max(initial=0.0)) < _SILENT:
        notices.append(Notice("timing_silent", "Nothing is heard; the mouth stays at rest."))
        return
    if script and tokens(script):
        spoken = _spoken(script, speak, notices)
        if language.lower().split("-")[0] in ALIGNED:
            try:
                aligned = align(audible, script, spoken)
                yield _Track(Method.ALIGNED, aligned.words, aligned.phones)
            except NotAligned as error:
                notices.append(Notice("timing_not_aligned", f"The script could not be aligned: {error}."))
        if spoken is not None:
            try:
                yield _Track(Method.WARPED, *warp(audible, spoken))
            except NotWarped as error:
                notices.append(Notice("timing_not_warped", f"The script could not be warped: {error}."))
    try:
        yield _Track(Method.RECOGNISED, (), recognise(audible))
    except NotRecognised as error:
        notices.append(Notice("timing_not_recognised", f"No sounds of speech were recognised: {error}."))


def _spoken(script: str, speak: Speak | None, notices: list[Notice]) -> Speech | None:
    if speak is None:
        return None
    try:
        return speak(script)
    except (GreenroomError, OSError) as error:
        notices.append(Notice("timing_not_spoken", f"No voice could say the script for comparison: {error}."))
        return None


def _spread(audible: Sound, script: str | None, notices: list[Notice]) -> tuple[Word, ...]:
    """Words by their length over the time that is not silent: good enough to read along, not to the word."""
    places = tokens(script or "")
    step = HEARD_HZ // 50
    blocks = audible[: len(audible) // step * step].reshape(-1, step)
    level = np.sqrt(np.mean(np.square(blocks, dtype=np.float64), axis=1))
    loud = level > max(_SILENT, 0.05 * float(level.max(initial=0.0)))
    if not script or not places or not loud.any():
        return ()
    notices.append(
        Notice("timing_words_estimated", "Words could not be found in the sound; their times are estimated.")
    )
    weights = np.array([end - start + 1 for start, end in places], np.float64)
    edges = np.concatenate([[0.0], np.cumsum(weights) / weights.sum()]) * loud.sum()
    times = np.interp(edges, np.concatenate([[0], np.cumsum(loud)]), np.arange(len(loud) + 1) / 50)
    return tuple(
        Word(script[a:b], float(start), float(end), a, b)
        for (a, b), start, end in zip(places, times[:-1], times[1:], strict=True)
    )
