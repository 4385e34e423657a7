"""Times found in sounds, measured against those that the voice really had."""

import time
from collections.abc import Callable

import numpy as np
import pytest

from greenroom.studio.speech import Method, Speech, Timing
from greenroom.studio.timing import mouth, opening, timed
from greenroom.studio.timing.resample import heard

SCRIPT = (
    "Please visit our website before Friday, because the big spring sale will finish soon. It costs $45 at Zyntarqo!"
)
GERMAN = "Der kleine Bär wohnt am großen Fluss, und im Sommer kommen viele Besucher mit dem Boot."

Say = Callable[..., Speech]


def mute(speech: Speech) -> Speech:
    """The sound alone, as of a voice that does not tell of times."""
    return Speech(speech.sound, speech.rate)


def likeness(found: Timing, truth: Speech) -> float:
    """How alike the opening of the mouth is to that of the sounds that were really spoken."""
    drawn = opening(mouth(truth.phones, truth.duration_s, truth.sound, truth.rate))
    return float(np.corrcoef(opening(found.mouth), drawn)[0, 1])


def late_by(found: Timing, truth: Speech) -> list[float]:
    """How far words begin from where they really do, in seconds."""
    starts = {word.start: word.start_s for word in found.words}
    return [abs(starts[word.start] - word.start_s) for word in truth.words if word.start in starts]


def codes(found: Timing) -> list[str]:
    return [notice.code for notice in found.warnings]


def test_what_the_voice_told_of_its_mouth_is_believed_first(say: Say) -> None:
    speech = say(SCRIPT)
    shapes = np.zeros((100, 6), np.float32)

    found = timed(Speech(speech.sound, speech.rate, speech.words, speech.phones, shapes), SCRIPT, "en-US", say)
    assert (found.method, found.mouth is shapes, found.words, found.warnings) == (
        Method.VISEMES,
        True,
        speech.words,
        (),
    )


def test_sounds_that_the_voice_told_of_come_next(say: Say) -> None:
    speech = say(SCRIPT)

    found = timed(speech, SCRIPT, "en-US", say)
    assert (found.method, found.words, found.warnings) == (Method.PHONES, speech.words, ())
    assert likeness(found, speech) > 0.999


def test_an_english_script_is_aligned_with_its_sound(say: Say) -> None:
    speech = say(SCRIPT)

    found = timed(mute(speech), SCRIPT, "en-US", lambda text: say(text, voice="m3"))
    assert (found.method, found.warnings) == (Method.ALIGNED, ())
    assert [SCRIPT[word.start : word.end] for word in found.words] == SCRIPT.split()
    assert [word.text for word in found.words] == SCRIPT.split()
    assert float(np.median(late_by(found, speech))) < 0.05
    assert likeness(found, speech) > 0.75


def test_a_script_in_another_language_is_warped_onto_its_sound(say: Say) -> None:
    speech = say(GERMAN, "de-DE", speed=1.15)

    found = timed(mute(speech), GERMAN, "de-DE", lambda text: say(text, "de-DE", voice="m3"))
    assert (found.method, found.warnings) == (Method.WARPED, ())
    assert [GERMAN[word.start : word.end] for word in found.words] == [word.text for word in speech.words]
    assert float(np.median(late_by(found, speech))) < 0.05
    assert likeness(found, speech) > 0.75


def test_a_script_that_is_not_what_is_said_is_noticed_and_sounds_are_recognised(say: Say) -> None:
    speech = say(SCRIPT)
    other = "Nobody has ever heard of a purple elephant who plays the violin under water in the moonlight of Venus."

    found = timed(mute(speech), other, "en-US", say)
    assert found.method is Method.RECOGNISED
    assert codes(found) == ["timing_not_aligned", "timing_not_warped", "timing_words_estimated"]
    assert [other[word.start : word.end] for word in found.words] == other.split()
    assert found.words[-1].end_s <= speech.duration_s + 0.02


def test_without_a_script_sounds_are_recognised_and_there_are_no_words(say: Say) -> None:
    speech = say(SCRIPT)

    found = timed(mute(speech), None, "en-US", None)
    assert (found.method, found.words, found.warnings) == (Method.RECOGNISED, (), ())
    assert likeness(found, speech) > 0.4


def test_in_a_sound_without_speech_the_mouth_follows_loudness() -> None:
    at = np.arange(3 * 22050) / 22050
    tone = (0.4 * np.sin(2 * np.pi * 700 * at) * (at % 1 > 0.5)).astype(np.float32)

    found = timed(Speech(tone, 22050), None, "en-US", None)
    assert (found.method, codes(found)) == (Method.ENERGY, ["timing_not_recognised"])
    assert opening(found.mouth)[60:90].mean() > 0.5
    assert opening(found.mouth)[110:140].max() < 0.05


def test_silence_leaves_the_mouth_at_rest() -> None:
    found = timed(Speech(np.zeros(32000, np.float32), 16000), SCRIPT, "en-US", None)

    assert (found.method, found.words, codes(found)) == (Method.ENERGY, (), ["timing_silent"])
    assert opening(found.mouth).max() < 0.01


def test_a_voice_that_fails_to_speak_for_comparison_is_noticed(say: Say) -> None:
    def broken(_: str) -> Speech:
        raise OSError("no voice is installed")

    found = timed(mute(say(GERMAN, "de-DE")), GERMAN, "de-DE", broken)
    assert found.method is Method.RECOGNISED
    assert codes(found) == ["timing_not_spoken", "timing_words_estimated"]
    assert "no voice is installed" in found.warnings[0].message


def test_words_of_the_voice_are_kept_when_only_the_mouth_is_looked_for(say: Say) -> None:
    speech = say(GERMAN, "de-DE")

    found = timed(Speech(speech.sound, speech.rate, speech.words), GERMAN, "de-DE", lambda text: say(text, "de-DE"))
    assert found.words == speech.words
    assert found.method is Method.WARPED


@pytest.mark.parametrize(("script", "language"), [(SCRIPT, "en-US"), (GERMAN, "de-DE"), (None, "en-US")])
def test_the_same_sound_gives_the_same_timing(say: Say, script: str | None, language: str) -> None:
    speech = mute(say(script or SCRIPT, language))

    first, second = (timed(speech, script, language, lambda text: say(text, language)) for _ in range(2))
    assert first.mouth.tobytes() == second.mouth.tobytes()
    assert (first.words, first.method, first.warnings) == (second.words, second.method, second.warnings)


def test_a_minute_is_timed_in_a_small_part_of_a_minute(say: Say) -> None:
    speech = say(" ".join([GERMAN] * 11), "de-DE")
    began = time.process_time()

    found = timed(mute(speech), " ".join([GERMAN] * 11), "de-DE", lambda _: speech)
    assert speech.duration_s > 50
    assert found.method is Method.WARPED
    assert max(late_by(found, speech)) < 0.03
    assert time.process_time() - began < 0.3 * speech.duration_s


@pytest.mark.parametrize("rate", [8000, 22050, 24000, 44100, 48000])
def test_resampling_keeps_what_can_be_heard_in_place_and_folds_nothing_back(rate: int) -> None:
    at = np.arange(rate) / rate
    tone = np.sin(2 * np.pi * 1000 * at).astype(np.float32)
    too_high = np.sin(2 * np.pi * min(10000, rate * 0.45) * at).astype(np.float32)

    kept = heard(tone, rate)
    expected = np.sin(2 * np.pi * 1000 * np.arange(16000) / 16000)
    assert len(kept) == 16000
    assert np.abs(kept - expected)[200:-200].max() < 0.02
    assert rate < 20000 or np.abs(heard(too_high, rate)[500:-500]).max() < 0.03
