"""The viseme track, measured against the sounds that were spoken."""

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from greenroom.studio.speech import CHANNELS, MOUTH_HZ, Mouth, Phone, Speech
from greenroom.studio.timing import LEAD_S, azure_of, mouth, oculus_of, opening, phones_of_azure, phones_of_oculus
from greenroom.studio.timing.letters import LETTERS, parts
from greenroom.studio.timing.visemes import AZURE, OCULUS

JAW, WIDE, UPPER, PRESS, TUCK, TONGUE = range(6)
SCRIPT = (
    "Maybe five people from Pamplona bought the problem, and above all of them, a brave woman moved the big wooden "
    "boat. Why did you do that? The obvious answer is far more beautiful."
)
HEIGHT = {"a": 1.0, "ɑ": 1.0, "æ": 0.85, "ɐ": 0.65, "ʌ": 0.65, "ɔ": 0.65, "ɛ": 0.55, "ɜ": 0.45, "o": 0.45, "e": 0.45}
"""How open vowels are by the chart of the phonetic alphabet; close vowels and the schwa a quarter to a third."""

Say = Callable[..., Speech]


def track_of(speech: Speech) -> Mouth:
    return mouth(speech.phones, speech.duration_s, speech.sound, speech.rate)


def openness(ipa: str) -> float:
    if not ipa or ipa[0] in "pbm":
        return 0.0
    if ipa[0] in HEIGHT:
        return HEIGHT[ipa[0]]
    return 0.3 if ipa[0] in "əɪiʊu" else 0.15


def truth_of(speech: Speech) -> NDArray[np.float64]:
    """How open the mouth has to be, by the chart alone, a Hann window of 100 ms wide."""
    at = np.arange(round(speech.duration_s * MOUTH_HZ)) / MOUTH_HZ
    steps = np.zeros(len(at))
    for phone in speech.phones:
        middle = (phone.start_s + phone.end_s) / 2
        steps[(at >= phone.start_s) & (at < phone.end_s)] = openness(phone.ipa)
        if phone.ipa[-1:] in ("ɪ", "ʊ", "ɹ"):
            steps[(at >= middle) & (at < phone.end_s)] = openness(phone.ipa[-1])
    return np.convolve(steps, np.hanning(11) / np.hanning(11).sum(), "same")


def middles(speech: Speech, letters: str) -> list[int]:
    """The rows at which lips have to be in place for the sounds of some letters."""
    return [
        round(max(0.0, (phone.start_s + phone.end_s) / 2 - LEAD_S) * MOUTH_HZ)
        for phone in speech.phones
        if phone.ipa and phone.ipa[0] in letters
    ]


def correlations(speech: Speech) -> dict[int, float]:
    """How alike the opening and the truth are when the opening is taken so many rows later."""
    drawn, truth = opening(track_of(speech)), truth_of(speech)
    inside = slice(15, len(truth) - 15)
    return {lag: float(np.corrcoef(np.roll(drawn, -lag)[inside], truth[inside])[0, 1]) for lag in range(-14, 15)}


@pytest.mark.parametrize("speed", [0.8, 1.0, 1.5, 2.0])
def test_lips_meet_for_every_p_b_and_m_however_fast(say: Say, speed: float) -> None:
    speech = say(SCRIPT, speed=speed)
    track = track_of(speech)

    rows = middles(speech, "pbm")
    assert len(rows) >= 14
    assert track[rows, PRESS].min() > 0.9
    assert opening(track)[rows].max() < 0.02


@pytest.mark.parametrize("speed", [0.8, 1.0, 1.5, 2.0])
def test_the_lip_is_at_the_teeth_for_every_f_and_v_however_fast(say: Say, speed: float) -> None:
    speech = say(SCRIPT, speed=speed)
    track = track_of(speech)

    rows = middles(speech, "fv")
    assert len(rows) >= 8
    assert track[rows, TUCK].min() > 0.9
    assert track[rows, JAW].max() < 0.2


def test_every_closure_is_seen_in_a_frame_of_film(say: Say) -> None:
    speech = say(SCRIPT, speed=1.5)
    frames = np.arange(0, speech.duration_s, 1 / 30)
    press = np.interp(frames, np.arange(round(speech.duration_s * MOUTH_HZ)) / MOUTH_HZ, track_of(speech)[:, PRESS])

    seen = [press[np.abs(frames - row / MOUTH_HZ).argmin()] for row in middles(speech, "pbm")]
    assert min(seen) > 0.85


def test_the_mouth_opens_as_far_as_the_vowels_are_open(say: Say) -> None:
    assert correlations(say(SCRIPT))[-round(LEAD_S * MOUTH_HZ)] >= 0.9


def test_lips_lead_the_sound_and_are_never_behind_it_by_a_frame(say: Say) -> None:
    alike = correlations(say(SCRIPT))

    best = max(alike, key=lambda lag: alike[lag])
    assert abs(best / MOUTH_HZ + LEAD_S) <= 1 / 30
    assert best <= 0


def test_nothing_jumps_but_lips_that_close(say: Say) -> None:
    fastest = np.abs(np.diff(track_of(say(SCRIPT)), axis=0)).max(0) * MOUTH_HZ

    # A unit a second: a jaw is open in 30 ms at the very least, lips round in 80.
    assert fastest[JAW] < 36
    assert fastest[[WIDE, UPPER]].max() < 20
    assert fastest[[PRESS, TUCK, TONGUE]].max() < 60


def test_a_diphthong_is_two_shapes(say: Say) -> None:
    speech = say("wow")
    [vowel] = [phone for phone in speech.phones if phone.ipa == "aʊ"]
    first, last = (round((at - LEAD_S) * MOUTH_HZ) for at in (vowel.start_s, vowel.end_s))

    track = track_of(speech)[first:last]
    assert track[: len(track) // 2, JAW].max() > 2 * track[-1, JAW]
    assert track[len(track) // 2 :, WIDE].min() < -0.3


def test_an_s_is_rounder_before_a_round_vowel() -> None:
    def of_s(vowel: str) -> float:
        return float(
            mouth([Phone("s", 0.2, 0.3), Phone(vowel, 0.3, 0.5)], 0.7)[round((0.25 - LEAD_S) * MOUTH_HZ), WIDE]
        )

    assert of_s("u") < 0.0 < of_s("i")


def test_the_mouth_comes_to_rest_in_a_pause_and_does_not_snap_shut() -> None:
    still = mouth([Phone("h", 0.5, 0.6), Phone("a", 0.6, 0.9)], 2.0)

    assert opening(still)[:40].max() < 0.01
    assert opening(still)[130:].max() < 0.01
    falling = opening(still)[86:130]
    assert (np.diff(falling) < 1e-4).all()
    assert -np.diff(falling).min() < 0.12


def test_a_stressed_and_a_louder_vowel_opens_the_jaw_further(say: Say) -> None:
    speech = say(SCRIPT)
    quiet = speech.sound.copy()
    half = len(quiet) // 2
    quiet[half:] *= 0.1

    plain = mouth(speech.phones, speech.duration_s, speech.sound, speech.rate)
    fading = mouth(speech.phones, speech.duration_s, quiet, speech.rate)
    later = slice(len(plain) // 2 + 10, None)
    assert fading[later, JAW].mean() < 0.9 * plain[later, JAW].mean()
    assert mouth([Phone("a", 0.2, 0.5, True)], 0.7)[:, JAW].max() > mouth([Phone("a", 0.2, 0.5)], 0.7)[:, JAW].max()


def test_the_same_sounds_give_the_same_mouth(say: Say) -> None:
    speech = say(SCRIPT)

    assert track_of(speech).tobytes() == track_of(speech).tobytes()
    assert track_of(speech).shape == (round(speech.duration_s * MOUTH_HZ), len(CHANNELS))
    assert track_of(speech).dtype == np.float32


@pytest.mark.parametrize(
    ("language", "script"),
    [
        ("de-DE", "Zwölf Boxkämpfer jagen Viktor quer über den großen Sylter Deich."),
        ("fr-FR", "Portez ce vieux whisky au juge blond qui fume, un bon vin blanc."),
        ("cmn-CN", "我们今天去公园看花。"),
        ("hi-IN", "आज मौसम बहुत अच्छा है, भाई।"),
        ("ar-SA", "مرحبا بكم في هذا البرنامج الجديد"),
        ("ru-RU", "Съешь ещё этих мягких французских булок."),
    ],
)
def test_every_sound_of_a_language_has_a_shape(say: Say, language: str, script: str) -> None:
    speech = say(script, language)
    letters = {letter for phone in speech.phones for letter in phone.ipa if letter.isalpha()}

    # Marks of length, tone, voice and voicing are letters to Unicode, but do nothing that can be seen.
    assert letters - set(LETTERS) - set("ːʲʰˑʷᵝçãõ") == set()
    assert opening(track_of(speech)).max() > 0.3


@pytest.mark.parametrize(
    ("ipa", "number"), [("t͡ʃ", 2), ("aɪ", 2), ("mʲ", 1), ("ɔ̃", 1), ("ç", 1), ("l̩ː", 1), ("(en)", 0), ("", 0), ("ː", 0)]
)
def test_sounds_are_taken_apart_by_their_letters(ipa: str, number: int) -> None:
    assert len(parts(ipa)) == number


def test_azures_visemes_survive_the_way_there_and_back() -> None:
    assert [azure_of(ipa) for ipa in AZURE] == list(range(22))


def test_visemes_of_oculus_survive_the_way_there_and_back() -> None:
    assert [oculus_of(ipa) for ipa in OCULUS.values()] == list(OCULUS)


def test_viseme_events_become_sounds_with_their_times() -> None:
    by_id = phones_of_azure([(0, 0.0), (21, 0.2), (2, 0.3)], 0.6)
    by_name = phones_of_oculus([("sil", 0.0), ("PP", 0.2), ("aa", 0.3)], 0.6)

    assert by_id == by_name == (Phone("", 0.0, 0.2), Phone("p", 0.2, 0.3), Phone("ɑ", 0.3, 0.6))
    assert all(first.end_s == second.start_s for first, second in pairwise(by_id))
