"""flite's voices, where the program is installed."""

import pytest

from greenroom.errors import ParameterError
from greenroom.studio.voices import flite
from greenroom.studio.voices.casting import Casting
from greenroom.studio.voices.port import Request

pytestmark = pytest.mark.skipif(flite.installed() is None, reason="flite is not installed")


@pytest.mark.parametrize("voice", [voice.provider_voice for voice in flite.VOICES])
def test_its_phones_fill_the_sound(voice: str) -> None:
    speech = flite.Flite(str(flite.installed())).say(Request("-Hello. My friend!\n\nPop Привет 5 km.", voice, "en-US"))

    ends = [phone.end_s for phone in speech.phones]
    assert "".join(phone.ipa for phone in speech.phones).startswith("həloʊ")
    assert [phone.start_s for phone in speech.phones] == [0.0, *ends[:-1]]
    assert ends[-1] == pytest.approx(speech.duration_s)
    assert [notice.code for notice in speech.warnings] == ["text_not_spoken"]


@pytest.fixture
def casting() -> Casting:
    return Casting({"flite": flite.Flite(str(flite.installed()))}, flite.VOICES)


@pytest.mark.parametrize(
    ("language", "script", "field"),
    [("hi", "नमस्ते", "language"), ("de-DE", "Guten Tag", "language"), ("", "नमस्ते दोस्तों", "script")],
)
def test_what_it_cannot_say_is_refused_before_anything_is_spoken(
    casting: Casting, language: str, script: str, field: str
) -> None:
    with pytest.raises(ParameterError, match="speaks English alone") as refused:
        casting.check("greenroom-en-US-slate", language, script=script)
    assert refused.value.field == field


def test_english_of_any_country_with_words_of_another_language_is_said(casting: Casting) -> None:
    assert casting.check("greenroom-en-GB-thistle", "en-AU", script="Say नमस्ते!") == ()
