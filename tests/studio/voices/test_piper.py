"""Voices of Piper from files, spoken by Piper itself with voices that hum."""

import json
from pathlib import Path

import numpy as np
import pytest

from greenroom.bootstrap.studio import speaking
from greenroom.config import Settings
from greenroom.config import Voices as Chosen
from greenroom.errors import ParameterError, SettingError, VoiceFailed
from greenroom.studio.speech import Method, Speech
from greenroom.studio.timing import timed
from greenroom.studio.voices.casting import Casting
from greenroom.studio.voices.piper import PiperVoices
from greenroom.studio.voices.piper_files import piper_files
from greenroom.studio.voices.port import Request
from greenroom.studio.voices.settings import VoiceSettings, casting
from piper_voices import FRAMES_A_SIGN, HOP, RATE, piper_voice

HUM = "en_US-hum-medium"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("voices")
    piper_voice(made)
    piper_voice(made, "de_DE-brumm-low", tells=False)
    piper_voice(made, "en_GB-choir-high", speakers=3)
    return made


@pytest.fixture(scope="module")
def piper(folder: Path) -> PiperVoices:
    return PiperVoices(piper_files(str(folder)))


@pytest.fixture(scope="module")
def everyone(folder: Path) -> Casting:
    return casting(VoiceSettings(piper_files=piper_files(str(folder))))


@pytest.fixture(scope="module")
def greeting(piper: PiperVoices) -> Speech:
    return piper.say(Request("Hello there, my friend.\n\nNice day for 5 km!", HUM, "en-US"))


def test_its_phones_fill_the_sound(greeting: Speech) -> None:
    ends = [phone.end_s for phone in greeting.phones]

    assert "".join(phone.ipa for phone in greeting.phones).startswith("həloʊðɛɹmaɪfɹɛnd")
    assert [phone.start_s for phone in greeting.phones] == [0.0, *ends[:-1]]
    assert ends[-1] == pytest.approx(greeting.duration_s)
    assert [phone.ipa for phone in greeting.phones if phone.stressed][:3] == ["o", "ɛ", "ɛ"]


def test_its_phones_are_where_they_are_heard(greeting: Speech) -> None:
    sound = np.abs(greeting.sound)

    def loudness(start_s: float, end_s: float) -> float:
        # A phone lasts with the space behind it, in which this voice is silent.
        return float(sound[int(start_s * RATE) : int(min(end_s, start_s + 0.05) * RATE)].mean())

    heard = [loudness(one.start_s, one.end_s) for one in greeting.phones if one.ipa and not one.stressed]
    silent = [loudness(one.start_s, one.end_s) for one in greeting.phones if not one.ipa]
    assert min(heard) > 10 * max(silent)


def test_numbers_and_units_are_said_as_by_every_voice(greeting: Speech) -> None:
    assert "faɪvkɪləmiːɾɚz" in "".join(phone.ipa for phone in greeting.phones)


def test_the_same_script_gives_the_same_bits(piper: PiperVoices, greeting: Speech) -> None:
    again = piper.say(Request("Hello there, my friend.\n\nNice day for 5 km!", HUM, "en-US"))

    assert np.array_equal(again.sound, greeting.sound)


@pytest.mark.parametrize("speed", [0.5, 2.0])
def test_speed_changes_how_long_it_takes(piper: PiperVoices, speed: float) -> None:
    usual, other = (piper.say(Request("Hello.", HUM, "en-US", one)) for one in (1.0, speed))

    assert other.duration_s == pytest.approx(usual.duration_s / speed, rel=0.02)


def test_a_voice_that_does_not_tell_is_timed_by_its_sound(piper: PiperVoices) -> None:
    speech = piper.say(Request("Guten Tag.", "de_DE-brumm-low", "de-DE"))

    assert speech.phones == ()
    assert speech.duration_s > 10 * FRAMES_A_SIGN * HOP / RATE


def test_mouths_and_captions_follow_what_it_tells(greeting: Speech) -> None:
    timing = timed(greeting, "Hello there, my friend.\n\nNice day for 5 km!", "en-US", None)

    assert (timing.method, timing.warnings) == (Method.PHONES, ())
    assert timing.words == greeting.words


def test_words_last_as_long_as_their_sounds(greeting: Speech) -> None:
    sign_s = 2 * FRAMES_A_SIGN * HOP / RATE  # each is followed by a blank that lasts as long

    hello, there, my, friend, *_, distance = greeting.words

    assert [word.text for word in greeting.words] == ["Hello", "there,", "my", "friend.", "Nice", "day", "for", "5 km!"]
    # Piper begins with a mark, and says həlˈoʊ ðˈɛɹ, maɪ fɹˈɛnd.
    assert (hello.start_s, hello.end_s) == pytest.approx((sign_s, 7 * sign_s))
    assert (there.start_s, there.end_s) == pytest.approx((8 * sign_s, 12 * sign_s))
    assert (my.start_s, friend.end_s) == pytest.approx((14 * sign_s, 24 * sign_s))
    assert distance.end_s - distance.start_s > 12 * sign_s


@pytest.mark.parametrize(
    ("script", "language", "words"),
    [
        ("One of the best, I think.", "en-US", ["One", "of", "the", "best,", "I", "think."]),
        ("Wait - what? (Really.)", "en-US", ["Wait", "-", "what?", "(Really.)"]),
        ("Say Привет now.", "en-US", ["Say", "Привет", "now."]),
    ],
)
def test_every_word_has_its_time_in_the_order_of_the_script(
    piper: PiperVoices, script: str, language: str, words: list[str]
) -> None:
    speech = piper.say(Request(script, HUM, language))

    assert " ".join(word.text for word in speech.words).split() == words
    starts = [word.start_s for word in speech.words]
    assert starts == sorted(starts)
    assert all(word.end_s > word.start_s for word in speech.words)
    assert speech.words[-1].end_s <= speech.duration_s


def test_lists_show_each_file_by_its_name(everyone: Casting) -> None:
    shown = {voice.id: voice for voice in everyone.listed() if voice.provider == "piper"}

    assert list(shown) == ["de_DE-brumm-low", "en_GB-choir-high", HUM]
    assert (shown[HUM].name, shown[HUM].locale) == ("Hum", "en-US")
    assert shown["de_DE-brumm-low"].preview.startswith("Willkommen")


def test_a_speaker_of_several_is_named_behind_the_file(piper: PiperVoices) -> None:
    assert {f"en_GB-choir-high#p{number}" for number in range(3)} <= (piper.abilities.voices or set())
    assert piper.say(Request("Hello.", "en_GB-choir-high#p2", "en-GB")).duration_s > 0


def test_a_voice_speaks_its_own_language_alone(everyone: Casting) -> None:
    assert everyone.check(HUM, "en-GB", script="Colour") == ()
    with pytest.raises(ParameterError, match="speaks English alone") as refused:
        everyone.check(HUM, "de-DE", script="Guten Tag")
    assert refused.value.field == "language"


def test_letters_that_it_cannot_say_are_left_out_and_told(piper: PiperVoices) -> None:
    speech = piper.say(Request("Hello Привет.", HUM, "en-US"))

    assert [notice.code for notice in speech.warnings] == ["text_not_spoken"]
    with pytest.raises(ParameterError, match="has no word that the voice"):
        piper.say(Request("Привет.", HUM, "en-US"))


def test_brackets_of_a_script_are_no_sounds_for_piper(piper: PiperVoices) -> None:
    said = piper.say(Request("See [[[ˈtɛst]] here.", HUM, "en-US"))

    assert "".join(phone.ipa for phone in said.phones).startswith("siː")


def test_a_voice_whose_file_is_not_there_is_spoken_by_another(everyone: Casting) -> None:
    (notice,) = everyone.check("en_US-amy-medium", script="Hello")

    assert notice.code == "voice_fallback"


def test_a_broken_file_is_told_of_with_its_cause(tmp_path: Path) -> None:
    path = piper_voice(tmp_path)
    path.write_bytes(path.read_bytes()[:500])

    with pytest.raises(VoiceFailed, match=r"(?s)InvalidProtobuf|DecodeError.*whole"):
        PiperVoices(piper_files(str(tmp_path))).say(Request("Hello.", HUM, "en-US"))


def test_a_voice_that_takes_too_long_is_given_up_for_now(folder: Path) -> None:
    with pytest.raises(VoiceFailed, match="longer than 0") as failed:
        PiperVoices(piper_files(str(folder)), 0.01).say(Request("Hello.", HUM, "en-US"))
    assert failed.value.passes


# What is set


def settings(folder: object, **more: str) -> Settings:
    return Settings(voices=Chosen(piper_folder=str(folder), **more))


def test_a_server_with_a_folder_has_its_voices(folder: Path) -> None:
    spoken = speaking(settings(folder))
    try:
        assert spoken.casting.speak("Hello.", HUM).phones
    finally:
        spoken.close()


def test_a_folder_without_voices_is_a_wrong_setting(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match=r"no file that ends in \.onnx"):
        speaking(settings(tmp_path))
    with pytest.raises(SettingError, match="cannot be read"):
        speaking(settings(tmp_path / "missing"))


def test_a_model_without_its_description_is_a_wrong_setting(tmp_path: Path) -> None:
    path = piper_voice(tmp_path)
    description = Path(f"{path}.json")

    description.write_text(json.dumps({"audio": {}}))
    with pytest.raises(SettingError, match="does not describe a voice"):
        speaking(settings(tmp_path))
    description.unlink()
    with pytest.raises(SettingError, match=r"lacks en_US-hum-medium\.onnx\.json"):
        speaking(settings(tmp_path))


def test_piper_speaks_by_files_or_by_its_server(folder: Path) -> None:
    with pytest.raises(SettingError, match="both set"):
        speaking(settings(folder, piper_url="http://127.0.0.1:5000"))
