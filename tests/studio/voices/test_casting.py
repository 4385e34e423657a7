"""The table of voices: who they are, who stands in, and what an unknown id is told."""

from collections.abc import Iterator

import pytest

from greenroom.errors import ParameterError
from greenroom.studio.speech import Speech
from greenroom.studio.voices.cast import EMBEDDED, Age, Gender, Voice
from greenroom.studio.voices.casting import Casting
from greenroom.studio.voices.espeak import Espeak
from greenroom.studio.voices.level import TARGET_LUFS, loudness
from greenroom.studio.voices.port import Request


@pytest.fixture(scope="module")
def espeak() -> Iterator[Espeak]:
    made = Espeak()
    yield made
    made.close()


@pytest.fixture(scope="module")
def casting(espeak: Espeak) -> Casting:
    return Casting({"espeak-ng": espeak})


def test_the_cast_is_large_and_fills_the_filters() -> None:
    assert len(EMBEDDED) >= 40
    assert len({voice.locale.split("-")[0] for voice in EMBEDDED}) >= 25
    assert len({voice.id for voice in EMBEDDED}) == len(EMBEDDED)
    assert {voice.gender for voice in EMBEDDED} == set(Gender)
    assert {voice.age for voice in EMBEDDED} == set(Age)


@pytest.mark.parametrize("voice", EMBEDDED, ids=lambda voice: voice.id)
def test_every_embedded_voice_speaks_its_preview_and_as_loud_as_the_others(casting: Casting, voice: Voice) -> None:
    speech = casting.speak(voice.preview, voice.id)

    assert speech.warnings == ()
    assert 1.0 < speech.duration_s < 6
    assert loudness(speech.sound, speech.rate) == pytest.approx(TARGET_LUFS, abs=1.0)
    assert "".join(word.text for word in speech.words) == "".join(voice.preview.split())


def test_voices_of_a_language_differ(casting: Casting) -> None:
    sounds = {spoken(casting, voice.id).sound.tobytes() for voice in EMBEDDED if voice.locale == "en-US"}

    assert len(sounds) == sum(voice.locale == "en-US" for voice in EMBEDDED)


def spoken(casting: Casting, voice_id: str) -> Speech:
    return casting.speak("Hello there.", voice_id)


@pytest.mark.parametrize(
    ("voice_id", "stands_in"),
    [
        ("en-US-ChristopherNeural", "greenroom-en-US-reed"),
        ("en-US-JennyNeural", "greenroom-en-US-amber"),
        ("en-US-AvaMultilingualNeural", "greenroom-en-US-amber"),
        ("en-US-News-N", "greenroom-en-US-reed"),
        ("en-US-Wavenet-C", "greenroom-en-US-amber"),
        ("en-AU-WilliamNeural", "greenroom-en-US-reed"),
        ("de-DE-KatjaNeural", "greenroom-de-DE-linde"),
        ("cmn-CN-Wavenet-B", "greenroom-zh-CN-song"),
        ("en_US-lessac-medium", "greenroom-en-US-amber"),
        ("21m00Tcm4TlvDq8ikWAM", "greenroom-en-US-amber"),
        ("onyx", "greenroom-en-US-reed"),
    ],
)
def test_an_embedded_voice_stands_in_for_one_that_is_not_configured(
    casting: Casting, voice_id: str, stands_in: str
) -> None:
    speech = spoken(casting, voice_id)

    assert [notice.code for notice in speech.warnings] == ["voice_fallback"]
    assert f"'{stands_in}' speaks in its place" in speech.warnings[0].message
    assert len(speech.words) == 2


def test_a_configured_provider_speaks_for_itself(espeak: Espeak) -> None:
    casting = Casting({"espeak-ng": espeak, "azure": Stranger(espeak)})

    assert spoken(casting, "en-US-ChristopherNeural").warnings == ()


class Stranger:
    """A provider that speaks by another."""

    name = "azure"

    def __init__(self, espeak: Espeak) -> None:
        self._espeak = espeak
        self.abilities = espeak.abilities

    def say(self, request: Request) -> Speech:
        return self._espeak.say(Request(request.script, "m3", request.language, request.speed))


@pytest.mark.parametrize(
    ("voice_id", "near"),
    [("en-US-ChristoferNeurl", "en-US-ChristopherNeural"), ("greenroom-en-us-amber", "greenroom-en-US-amber"),
     ("Amber", "greenroom-en-US-amber"), ("", "greenroom-en-US-amber")],
)  # fmt: skip
def test_an_unknown_id_is_told_near_ones(casting: Casting, voice_id: str, near: str) -> None:
    with pytest.raises(ParameterError, match=near):
        casting.check(voice_id)


def test_a_voice_speaks_another_language_where_it_is_asked_to(casting: Casting) -> None:
    speech = casting.speak("Guten Tag", "greenroom-en-US-reed", "de-DE")

    assert "".join(phone.ipa for phone in speech.phones if phone.ipa) == "ɡuːtəntɑːk"


@pytest.mark.parametrize("speed", [0.4, 2.1])
def test_a_speed_out_of_range_is_refused(casting: Casting, speed: float) -> None:
    with pytest.raises(ParameterError, match="talk_speed"):
        casting.check("greenroom-en-US-reed", speed=speed)


def test_a_language_that_no_voice_speaks_is_refused(casting: Casting) -> None:
    with pytest.raises(ParameterError, match="language is 'tlh'"):
        casting.check("greenroom-en-US-reed", "tlh")
