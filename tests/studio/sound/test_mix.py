"""The sound of a film, measured: loudness, peaks, ducking, fades, loops, lengths."""

import io
import subprocess
import sys
from collections.abc import Callable, Iterator

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from greenroom.studio.sound import Bed, Mixed, bed_of_sound, mixed
from greenroom.studio.sound.blocks import cut
from greenroom.studio.sound.limiter import Limiter
from greenroom.studio.speech import Sound

RATE = 48_000
Stereo = NDArray[np.float32]
Metered = Callable[[Stereo], tuple[float, float]]
Speech = tuple[Sound, int]


def whole(mix: Mixed) -> Stereo:
    return np.concatenate([*mix.blocks(), np.zeros((0, 2), np.float32)])


def level_db(sound: Stereo, start_s: float, end_s: float) -> float:
    """The level of what is above 8 kHz, where the test's music is and the voice hardly."""
    part = sound[round(start_s * RATE) : round(end_s * RATE)].mean(1)
    spectrum = np.abs(np.fft.rfft(part * np.hanning(len(part)))) ** 2
    above = np.fft.rfftfreq(len(part), 1 / RATE) > 8000
    return float(10 * np.log10(spectrum[above].sum() / len(part) ** 2 + 1e-20))


def codes(mix: Mixed) -> set[str]:
    return {notice.code for notice in mix.notices}


def looped(music: Stereo, volume: float = 0.35, *, loop: bool = True) -> Bed:
    return Bed(lambda: iter([np.ascontiguousarray(music.T)]), volume, loop)


def hiss(samples: int) -> Stereo:
    """Noise that is audible from its first sample to its last."""
    return np.random.default_rng(1).uniform(-0.5, 0.5, (samples, 2)).astype(np.float32)


SILENCE = np.zeros(RATE, np.float32)


# Loudness and peaks


@pytest.mark.parametrize("gain", [1.0, 0.02])
@pytest.mark.parametrize("with_music", [False, True])
def test_a_film_is_at_the_loudness_of_publishing(
    phrases: Speech, music: Stereo, metered: Metered, gain: float, with_music: bool
) -> None:
    sound, rate = phrases

    mix = mixed(sound * np.float32(gain), rate, bed_of_sound(music, 0.35) if with_music else None, 15.0)

    lufs, true_peak = metered(whole(mix))
    assert lufs == pytest.approx(-16, abs=1)
    assert true_peak < -1
    assert mix.loudness_lufs == pytest.approx(lufs, abs=0.1)
    assert mix.true_peak_db == pytest.approx(true_peak, abs=0.3)
    assert mix.notices == ()


def test_a_film_stays_under_its_peaks_when_it_is_coded(phrases: Speech, music: Stereo, metered: Metered) -> None:
    sound, rate = phrases
    mixture = whole(mixed(sound, rate, bed_of_sound(music, 1.0), 15.0))

    out = io.BytesIO()
    with av.open(out, "w", format="mp4") as container:
        stream = container.add_stream("aac", rate=RATE, layout="stereo", bit_rate=128_000)
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(mixture.T), "fltp", "stereo")
        frame.sample_rate = RATE
        container.mux([*stream.encode(frame), *stream.encode(None)])
    with av.open(io.BytesIO(out.getvalue())) as container:
        coded = np.concatenate([frame.to_ndarray() for frame in container.decode(audio=0)], 1).T

    lufs, true_peak = metered(np.ascontiguousarray(coded))
    assert lufs == pytest.approx(-16, abs=1)
    assert true_peak < -1


def test_single_peaks_do_not_keep_a_voice_quiet(phrases: Speech, metered: Metered) -> None:
    sound, rate = phrases
    banged = sound * np.float32(0.1 / np.abs(sound).max())
    banged[rate : rate * 2 : rate // 4] = 0.99

    mix = mixed(banged, rate, None, 15.0)

    lufs, true_peak = metered(whole(mix))
    assert lufs == pytest.approx(-16, abs=1)
    assert true_peak < -1
    assert "peaks_limited" in codes(mix)


def test_a_limiter_changes_the_gain_without_a_step() -> None:
    at = np.arange(3 * RATE) / RATE
    tone = 0.5 * np.sin(2 * np.pi * 100 * at)
    tone[RATE : 2 * RATE] *= 3
    still = np.full_like(tone, 0.01)

    limited = np.concatenate(list(Limiter(0.7).through(cut([np.stack([tone, still])], 3 * RATE, 2))), 1)

    gain = limited[1] / still
    assert np.abs(limited).max() <= 0.7 + 1e-6
    assert np.abs(np.diff(gain)).max() < 0.005
    assert gain.min() == pytest.approx(0.7 / 1.5, abs=0.01)
    assert gain[-1] == pytest.approx(1, abs=1e-4)


# Voices that are not as they should be


def test_a_silent_voice_is_told_of_and_the_music_is_at_full_loudness(music: Stereo, metered: Metered) -> None:
    mix = mixed(SILENCE, RATE, bed_of_sound(music, 0.35), 6.0)

    assert metered(whole(mix))[0] == pytest.approx(-16, abs=1)
    assert codes(mix) == {"voice_silent"}


def test_silence_alone_stays_silent() -> None:
    mix = mixed(SILENCE, RATE, None, 2.0)

    assert not whole(mix).any()
    assert mix.loudness_lufs == -70
    assert codes(mix) == {"voice_silent"}


def test_a_voice_that_is_next_to_nothing_is_not_raised_to_noise(phrases: Speech, metered: Metered) -> None:
    sound, rate = phrases

    mix = mixed(sound * np.float32(0.006), rate, None, 15.0)

    assert codes(mix) == {"voice_too_quiet", "loudness_missed"}
    assert metered(whole(mix))[0] == pytest.approx(mix.loudness_lufs, abs=0.1)


def test_a_clipped_voice_is_told_of(phrases: Speech) -> None:
    sound, rate = phrases

    mix = mixed(np.clip(sound * 12, -0.9, 0.9), rate, None, 15.0)

    assert "voice_clipped" in codes(mix)


def test_a_voice_that_rises_farther_to_one_side_is_not_taken_for_clipped(phrases: Speech) -> None:
    sound, rate = phrases

    mix = mixed(np.where(sound > 0, sound * np.float32(0.6), sound), rate, None, 15.0)

    assert np.abs(sound).max() * 0.6 > 0.25
    assert mix.notices == ()


def test_a_voice_that_is_clipped_on_one_side_alone_is_told_of(phrases: Speech) -> None:
    sound, rate = phrases

    mix = mixed(np.minimum(sound * 3, 0.4), rate, None, 15.0)

    assert "voice_clipped" in codes(mix)


def test_what_is_constant_in_a_voice_is_taken_away_without_a_click(phrases: Speech, metered: Metered) -> None:
    sound, rate = phrases
    plain, shifted = mixed(sound, rate, None, 15.0), mixed(sound * np.float32(0.5) + np.float32(0.4), rate, None, 15.0)

    assert metered(whole(shifted))[0] == pytest.approx(-16, abs=1)
    assert abs(float(whole(shifted).mean())) < 1e-4
    assert np.abs(np.diff(whole(shifted)[:480], axis=0)).max() < 2 * np.abs(np.diff(whole(plain), axis=0)).max()


def test_samples_that_are_no_numbers_are_left_out(phrases: Speech, metered: Metered) -> None:
    sound, rate = phrases
    broken = sound.copy()
    broken[rate : rate + 3] = [np.nan, np.inf, -np.inf]

    mixture = whole(mixed(broken, rate, None, 15.0))

    assert np.isfinite(mixture).all()
    assert metered(mixture)[0] == pytest.approx(-16, abs=1)


@pytest.mark.parametrize("samples", [0, 1, 50])
def test_a_voice_of_hardly_any_samples_is_no_trouble(samples: int, music: Stereo) -> None:
    mix = mixed(np.full(samples, 0.5, np.float32), 22_050, bed_of_sound(music, 0.35), 1.0)

    assert np.isfinite(whole(mix)).all()
    assert mix.loudness_lufs == pytest.approx(-16, abs=1)


# Time


@pytest.mark.parametrize("duration_s", [0.0, 0.02, 0.9999, 3.0, 7.3333])
def test_a_film_has_its_frames_exactly(phrases: Speech, music: Stereo, duration_s: float) -> None:
    mix = mixed(*phrases, bed_of_sound(music, 0.35), duration_s)

    assert len(whole(mix)) == mix.frames == round(duration_s * RATE)


def test_a_voice_alone_is_in_the_middle_and_music_on_both_sides(phrases: Speech, music: Stereo) -> None:
    sound, rate = phrases
    left, right = whole(mixed(sound, rate, None, 4.0)).T
    assert left.any()
    assert (left == right).all()
    left, right = whole(mixed(sound, rate, bed_of_sound(music * (1, 0.2), 0.35), 4.0)).T
    assert not np.allclose(left, right)


@pytest.mark.parametrize("rate", [8000, 22_050, 44_100, 48_000])
def test_what_is_said_at_a_time_is_heard_at_that_time(rate: int) -> None:
    voice = np.zeros(3 * rate, np.float32)
    at = np.arange(rate // 10) / rate
    voice[2 * rate : 2 * rate + len(at)] = np.sin(2 * np.pi * 1000 * at) * np.sin(np.pi * at / 0.1) ** 2

    sound = np.abs(whole(mixed(voice, rate, None, 3.0))[:, 0])

    middle_s = float((sound**2 @ np.arange(len(sound))) / (sound**2).sum()) / RATE
    assert middle_s == pytest.approx(2.05, abs=0.001)


# Music


def test_music_is_quieter_under_the_voice_than_between_what_it_says(phrases: Speech, music: Stereo) -> None:
    sound, rate = phrases
    said_s = (len(sound) / rate - 4) / 2

    mixture = whole(mixed(sound, rate, bed_of_sound(music, 1.0), len(sound) / rate))

    between = level_db(mixture, said_s + 1.8, said_s + 3.0)
    under = level_db(mixture, 1.0, said_s - 0.5)
    assert between - under == pytest.approx(10, abs=1)


def test_music_is_down_before_the_voice_begins_again(phrases: Speech, music: Stereo) -> None:
    sound, rate = phrases
    said_s = (len(sound) / rate - 4) / 2

    mixture = whole(mixed(sound, rate, bed_of_sound(music, 1.0), len(sound) / rate))

    between = level_db(mixture, said_s + 2.0, said_s + 3.0)
    assert between - level_db(mixture, said_s + 3.93, said_s + 4.0) > 8


def test_music_does_not_come_back_between_words(spoken: Speech, music: Stereo) -> None:
    sound, rate = spoken
    said_s = len(sound) / rate

    mixture = whole(mixed(sound, rate, bed_of_sound(music, 1.0), said_s))

    levels = [level_db(mixture, at, at + 0.1) for at in np.arange(0.7, said_s - 2.2, 0.1)]
    assert max(levels) - min(levels) < 1.5


def test_music_is_as_loud_as_its_volume_says(phrases: Speech, music: Stereo) -> None:
    loud, soft = (whole(mixed(*phrases, bed_of_sound(music * 0.1, volume), 15.0)) for volume in (1.0, 0.5))

    at = round((len(phrases[0]) / phrases[1] - 4) / 2) + 2
    voices = [20 * np.log10(np.abs(one[RATE : 3 * RATE]).mean()) for one in (loud, soft)]
    assert (level_db(loud, at, at + 1) - voices[0]) - (level_db(soft, at, at + 1) - voices[1]) == pytest.approx(
        6, abs=1
    )


def test_music_fades_in_and_out(music: Stereo) -> None:
    mixture = whole(mixed(SILENCE, RATE, bed_of_sound(music, 1.0), 10.0))

    full = level_db(mixture, 4, 5)
    assert level_db(mixture, 0, 0.1) < full - 20
    assert level_db(mixture, 0.5, 0.6) == pytest.approx(full, abs=0.5)
    assert level_db(mixture, 8.9, 9.0) < full - 4
    assert level_db(mixture, 9.9, 10.0) < full - 35


@pytest.mark.parametrize("seam_s", [6.0, 12.0])
def test_music_begins_again_in_a_blend(music: Stereo, seam_s: float) -> None:
    mixture = whole(mixed(SILENCE, RATE, looped(music), 20.0))

    around = [level_db(mixture, at, at + 0.25) for at in np.arange(seam_s - 1, seam_s + 2, 0.25)]
    assert max(around) - min(around) < 4
    assert np.abs(np.diff(mixture, 2, axis=0)).max() < 1.2 * np.abs(np.diff(mixture[RATE : 4 * RATE], 2, axis=0)).max()


@pytest.mark.parametrize("samples", [480, 4800])
def test_a_moment_of_music_is_not_opened_for_each_time_that_it_is_heard(samples: int) -> None:
    opened: list[int] = []

    def pieces() -> Iterator[Stereo]:
        opened.append(1)
        yield hiss(samples).T

    mixture = whole(mixed(SILENCE, RATE, Bed(pieces, 0.35, loop=True), 20.0))

    assert len(opened) < 30
    assert np.abs(mixture[10 * RATE : 11 * RATE]).max() > 0.05


def test_a_moment_of_music_is_repeated_as_it_is() -> None:
    moment, blend, step = hiss(4800), 1200, 3600

    mixture = whole(mixed(SILENCE, RATE, looped(moment), 10.0))

    once, later = (mixture[step * number :][:step] for number in (40, 60))
    assert np.allclose(once, later, atol=1e-6)
    factor = once[2000, 0] / moment[2000, 0]
    assert np.allclose(once[blend:], moment[blend:step] * factor, atol=1e-5)


def test_music_that_is_silent_at_its_ends_leaves_no_hole(music: Stereo) -> None:
    padded = np.concatenate([np.zeros((RATE, 2), np.float32), music, np.zeros((2 * RATE, 2), np.float32)])

    mixture = whole(mixed(SILENCE, RATE, looped(padded), 20.0))

    levels = [level_db(mixture, at, at + 0.25) for at in np.arange(1, 17.5, 0.25)]
    assert max(levels) - min(levels) < 4


def test_music_that_is_not_to_loop_ends(music: Stereo) -> None:
    mixture = whole(mixed(SILENCE, RATE, looped(music, loop=False), 12.0))

    assert np.abs(mixture[6 * RATE : round(6.9 * RATE)]).max() > 0.05
    assert not mixture[round(7.1 * RATE) : 12 * RATE].any()


def test_silent_music_is_told_of(phrases: Speech) -> None:
    mix = mixed(*phrases, looped(np.zeros((RATE, 2), np.float32)), 15.0)

    assert codes(mix) == {"music_silent"}


# The same bits, in little memory


def test_the_same_is_mixed_to_the_same_bits(phrases: Speech, music: Stereo) -> None:
    one, other = (mixed(*phrases, looped(music), 12.0) for _ in range(2))

    assert whole(one).tobytes() == whole(one).tobytes() == whole(other).tobytes()


def test_memory_does_not_grow_with_the_length() -> None:
    program = """
import resource
import numpy as np
from greenroom.studio.sound import bed_of_sound, mixed
chance = np.random.default_rng(1)
voice = np.tile(chance.standard_normal(8000).astype(np.float32) * 0.1, 60)
music = chance.standard_normal((48000, 2)).astype(np.float32) * 0.1
def played(seconds):
    mix = mixed(voice[: seconds * 8000], 8000, bed_of_sound(music, 0.3), seconds)
    return sum(len(block) for block in mix.blocks())
def used():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
empty = used()
assert played(5) == 5 * 48000
short = used()
assert played(60) == 60 * 48000
print(short - empty, used() - short)
"""
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=240)

    working_mb, grown_mb = map(float, ran.stdout.split())
    assert working_mb < 50
    assert grown_mb < 8
