"""The embedded voices: what is heard, when, and what happens when their process does not answer."""

import os
import signal
import sys
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pytest

from greenroom.errors import ParameterError, VoiceFailed
from greenroom.studio.speech import Speech
from greenroom.studio.voices.espeak import Espeak
from greenroom.studio.voices.espeak_helper import EspeakHelper
from greenroom.studio.voices.espeak_languages import ESPEAK_LANGUAGES
from greenroom.studio.voices.espeak_library import Part
from greenroom.studio.voices.level import TARGET_LUFS, loudness
from greenroom.studio.voices.port import Request

SCRIPT = "Mr. Smith paid $12.50, out of the box. 😀\n\nSee you at 3:05 pm!"


@pytest.fixture(scope="module")
def espeak() -> Iterator[Espeak]:
    made = Espeak()
    yield made
    made.close()


def say(espeak: Espeak, script: str, language: str = "en-US", *, voice: str = "f2", speed: float = 1.0) -> Speech:
    return espeak.say(Request(script, voice, language, speed))


def test_words_stand_in_the_script_as_it_is_written(espeak: Espeak) -> None:
    words = say(espeak, SCRIPT).words

    assert "|".join(word.text for word in words) == "Mr.|Smith|paid|$12.50,|out|of|the|box. 😀|See|you|at|3:05 pm!"
    assert [SCRIPT[word.start : word.end] for word in words] == [word.text for word in words]


def test_words_follow_each_other_within_the_sound(espeak: Espeak) -> None:
    speech = say(espeak, SCRIPT)

    edges = [edge for word in speech.words for edge in (word.start_s, word.end_s)]
    assert edges == sorted(edges)
    assert edges[0] >= 0 and edges[-1] <= speech.duration_s


def test_phones_are_in_the_phonetic_alphabet_and_fill_the_time(espeak: Espeak) -> None:
    phones = say(espeak, "Pop music").phones

    assert "".join(phone.ipa for phone in phones) == "pɑːpmjuːzɪk"
    assert [phone.stressed for phone in phones if phone.ipa in ("ɑː", "uː", "ɪ")] == [True, True, False]
    assert all(first.end_s == second.start_s for first, second in pairwise(phones))


def test_a_fricative_is_heard_where_its_phone_begins(espeak: Espeak) -> None:
    speech = say(espeak, "I saw a seal, a sofa and a sun.")
    start = [phone.start_s for phone in speech.phones if phone.ipa == "s"]

    errors = [abs(_hiss_onset(speech, at) - at) for at in start]

    assert len(start) == 4
    assert np.median(errors) < 0.005


def _hiss_onset(speech: Speech, near_s: float) -> float:
    """When energy above 4 kHz passes a tenth of its highest, from 30 ms before to 60 ms after an instant."""
    step = 32
    first = round((near_s - 0.03) * speech.rate)
    frames = np.stack([speech.sound[max(0, first + n * step) :][:128] for n in range(62)]) * np.hanning(128)
    high = (np.abs(np.fft.rfft(frames)) ** 2)[:, 24:].sum(axis=1)
    return (first + 64 + step * int(np.argmax(high > high.max() / 10))) / speech.rate


def test_the_same_request_gives_the_same_bits(espeak: Espeak) -> None:
    first = say(espeak, SCRIPT)
    say(espeak, "Something else in between.", voice="m3")
    other = Espeak()

    again, elsewhere = say(espeak, SCRIPT), say(other, SCRIPT)
    other.close()

    assert first.sound.tobytes() == again.sound.tobytes() == elsewhere.sound.tobytes()
    assert first.words == again.words == elsewhere.words


@pytest.mark.parametrize(("speed", "ratio"), [(0.5, 2.0), (2.0, 0.5)])
def test_speed_changes_how_long_it_takes(espeak: Espeak, speed: float, ratio: float) -> None:
    script = "The quick brown fox jumps over the lazy dog without ever looking back at it."

    changed = say(espeak, script, speed=speed).duration_s / say(espeak, script).duration_s

    assert changed == pytest.approx(ratio, rel=0.25)


def test_a_paragraph_ends_in_a_longer_pause_than_a_sentence(espeak: Espeak) -> None:
    one = say(espeak, "One two. Three four.").words
    two = say(espeak, "One two.\n\nThree four.").words

    assert two[2].start_s - two[1].end_s > one[2].start_s - one[1].end_s + 0.3


def pauses(speech: Speech) -> list[float]:
    """How long nothing is said: each time in hundredths of a second, without those between a word's letters."""
    silent = [phone.end_s - phone.start_s for phone in speech.phones if not phone.ipa]
    return [round(length, 2) for length in silent if length > 0.1]


def test_a_comma_before_another_language_is_a_pause_as_any_other(espeak: Espeak) -> None:
    (comma, end), (same, _) = pauses(say(espeak, "It is 你好, and so on.")), pauses(say(espeak, "It is so, and so on."))

    assert comma == pytest.approx(same, abs=0.03)
    assert end > comma


@pytest.mark.parametrize(
    ("language", "script"),
    [
        ("zh-CN", "很好，对吗？"),
        ("zh-CN", "很好,对吗？"),
        ("zh-HK", "你好：你呢？"),
        ("ja-JP", "はい，そうです。"),
        ("en-US", "Hello,world."),
    ],
)
def test_a_comma_without_a_space_is_a_pause(espeak: Espeak, language: str, script: str) -> None:
    speech = say(espeak, script, language)

    assert len(pauses(speech)) == 2
    assert "".join(word.text for word in speech.words) == script


def test_a_quotation_ends_in_one_pause(espeak: Espeak) -> None:
    quoted = say(espeak, "They said “hello.” (So be it.)")

    assert len(pauses(quoted)) == 2
    assert quoted.words[-1].text == "it.)"


@pytest.mark.parametrize(
    ("language", "script"),
    [("en-US", "The U.S. economy grows."), ("pl-PL", "To jest 3. miejsce."), ("nb-NO", "Det er den 3. januar.")],
)
def test_the_dot_of_an_abbreviation_or_an_ordinal_is_no_pause(espeak: Espeak, language: str, script: str) -> None:
    assert len(pauses(say(espeak, script, language))) == 1


def test_what_numbers_a_line_is_followed_by_a_pause(espeak: Espeak) -> None:
    assert len(pauses(say(espeak, "1. Ala\n2. Kot", "pl-PL"))) == 4


def test_a_foreign_writing_system_is_spoken_in_a_language_that_has_it(espeak: Espeak) -> None:
    speech = say(espeak, "Hello, Привет means hello.")

    assert "".join(phone.ipa for phone in speech.phones).find("prʲivʲ") > 0
    assert (speech.warnings, speech.words[1].text) == ((), "Привет")


def test_what_cannot_be_spoken_is_said_and_stays_in_the_captions(espeak: Espeak) -> None:
    speech = say(espeak, "こんにちは、日本のカメラです。", "ja-JP")

    assert [notice.code for notice in speech.warnings] == ["text_not_spoken"]
    assert "".join(word.text for word in speech.words) == "こんにちは、日本のカメラです。"


@pytest.mark.parametrize("script", ["", " \n", "😀😀", "...", "\u200b"])
def test_a_script_without_words_is_refused(espeak: Espeak, script: str) -> None:
    with pytest.raises(ParameterError, match="script has nothing"):
        say(espeak, script)


def test_a_language_that_nobody_speaks_is_refused(espeak: Espeak) -> None:
    with pytest.raises(ParameterError, match="language 'xx-YY'"):
        say(espeak, "Hello", "xx-YY")


def test_a_word_of_two_thousand_letters_is_spoken(espeak: Espeak) -> None:
    speech = say(espeak, "go " + "ab" * 1000 + " stop")

    assert [len(word.text) for word in speech.words] == [2, 2000, 4]
    assert speech.words[1].end_s - speech.words[1].start_s > 40


@pytest.mark.parametrize("language", sorted(ESPEAK_LANGUAGES))
def test_every_language_counts(espeak: Espeak, language: str) -> None:
    speech = say(espeak, "12 37", language)

    assert [word.text for word in speech.words] == ["12", "37"]
    assert any(phone.ipa for phone in speech.phones)


def test_voices_are_equally_loud(espeak: Espeak) -> None:
    levels = [
        loudness(speech.sound, speech.rate)
        for speech in (say(espeak, SCRIPT, voice=voice) for voice in ("f2", "m3", "Annie", "m7:40:60"))
    ]

    assert max(levels) - min(levels) < 1
    assert max(levels) == pytest.approx(TARGET_LUFS, abs=0.2)


def test_a_helper_that_was_killed_is_replaced() -> None:
    helper = EspeakHelper()
    espeak = Espeak(helper)
    before = say(espeak, "Hello.")
    assert helper.pid is not None

    os.kill(helper.pid, signal.SIGKILL)
    try:
        after = say(espeak, "Hello.")
    except VoiceFailed:  # the request that met the dying process
        after = say(espeak, "Hello.")
    espeak.close()

    assert after.sound.tobytes() == before.sound.tobytes()


def test_a_helper_that_hangs_is_ended() -> None:
    helper = EspeakHelper(timeout_s=-4, command=[sys.executable, "-c", "import time; time.sleep(600)"])

    with pytest.raises(VoiceFailed, match="did not answer in time"):
        say(Espeak(helper), "Hello.")

    assert helper.pid is None


def test_what_takes_too_long_is_ended_and_the_helper_goes_on() -> None:
    helper = EspeakHelper(timeout_s=1)

    with pytest.raises(VoiceFailed, match=f"signal {signal.SIGALRM.value}"):
        helper.speak([Part("en-us", "So it goes on and on. " * 40_000, 80)])

    assert helper.speak([_part("en-us")]).spoken[0].pcm
    helper.close()


def test_a_voice_that_does_not_exist_is_an_error_and_the_helper_goes_on() -> None:
    helper = EspeakHelper()
    with pytest.raises(VoiceFailed, match="espeak-ng"):
        helper.speak([_part("nobody")])

    assert helper.speak([_part("en-us")]).spoken[0].pcm
    helper.close()


def _part(voice: str) -> Part:
    return Part(voice, "Hello", 165)
