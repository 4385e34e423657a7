"""flite's voices, where the program is installed."""

import pytest

from greenroom.studio.voices import flite
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
