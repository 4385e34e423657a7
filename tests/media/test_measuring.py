"""The meters read signals of known loudness, peaks, noise, blackness and stillness as they are."""

from collections.abc import Iterator
from fractions import Fraction

import av
import numpy as np
import pytest

from greenroom.domain.media import PictureMeasurements, SoundMeasurements, Stretch
from greenroom.media.picture_meter import PictureMeter
from greenroom.media.sound_meter import SoundMeter

RATE_HZ = 48_000


def sine(level_db: float, seconds: float, hz: float = 1000, phase: float = 0.0) -> np.ndarray:
    moments = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    wave = 10 ** (level_db / 20) * np.sin(2 * np.pi * hz * moments + phase)
    return np.stack((wave, wave))


def sound_frames(samples: np.ndarray, sample_format: str = "fltp") -> Iterator[av.AudioFrame]:
    resampler = av.AudioResampler(format=sample_format)
    for start in range(0, samples.shape[1], 1024):
        piece = np.ascontiguousarray(samples[:, start : start + 1024], dtype=np.float32)
        frame = av.AudioFrame.from_ndarray(piece, format="fltp", layout="stereo" if len(samples) == 2 else "mono")
        frame.sample_rate, frame.pts, frame.time_base = RATE_HZ, start, Fraction(1, RATE_HZ)
        yield from resampler.resample(frame)


def heard(samples: np.ndarray, sample_format: str = "fltp", *, thorough: bool = True) -> SoundMeasurements:
    meter = SoundMeter(thorough=thorough)
    for frame in sound_frames(samples, sample_format):
        meter.feed(frame)
    result = meter.result()
    assert result is not None
    return result


def seen(levels: list[np.ndarray], pixel_format: str = "yuv420p") -> PictureMeasurements:
    """Ten pictures a second."""
    meter = PictureMeter()
    for number, level in enumerate(levels):
        frame = av.VideoFrame.from_ndarray(level).reformat(format=pixel_format)
        frame.pts, frame.time_base = number, Fraction(1, 10)
        meter.feed(frame)
    result = meter.result()
    assert result is not None
    return result


def moving(count: int) -> list[np.ndarray]:
    ramp = np.linspace(40, 200, 320, dtype=np.uint8)
    return [np.repeat(np.roll(ramp, 9 * n)[None, :, None].repeat(180, 0), 3, 2) for n in range(count)]


def even(level: int, count: int) -> list[np.ndarray]:
    return [np.full((180, 320, 3), level, np.uint8)] * count


# Sound. The cases are those of EBU Tech 3341, made anew.


@pytest.mark.parametrize("level_db", [-23.0, -33.0])
def test_a_stereo_sine_reads_its_own_level(level_db: float) -> None:
    assert heard(sine(level_db, 20)).loudness_lufs == pytest.approx(level_db, abs=0.1)


def test_quiet_parts_are_gated_out() -> None:
    steps = np.concatenate([sine(-36, 10), sine(-23, 60), sine(-36, 10)], axis=1)

    assert heard(steps).loudness_lufs == pytest.approx(-23.0, abs=0.1)


def test_silence_is_gated_out() -> None:
    steps = np.concatenate([sine(-72, 10), sine(-36, 10), sine(-23, 60), sine(-36, 10), sine(-72, 10)], axis=1)

    assert heard(steps).loudness_lufs == pytest.approx(-23.0, abs=0.1)


def test_three_levels_read_as_their_gated_mean() -> None:
    steps = np.concatenate([sine(-26, 20), sine(-20, 20.1), sine(-26, 20)], axis=1)

    assert heard(steps).loudness_lufs == pytest.approx(-23.0, abs=0.1)


@pytest.mark.parametrize("sample_format", ["s16", "s16p", "s32", "flt", "dbl"])
def test_loudness_does_not_depend_on_how_samples_are_stored(sample_format: str) -> None:
    assert heard(sine(-23, 5), sample_format).loudness_lufs == pytest.approx(-23.0, abs=0.1)


def test_a_mono_sine_is_three_units_below_the_same_in_stereo() -> None:
    assert heard(sine(-20, 5)[:1]).loudness_lufs == pytest.approx(-23.0, abs=0.1)


def test_a_meter_that_is_not_thorough_says_how_much_it_rests_on() -> None:
    measured = heard(sine(-23, 120), thorough=False)

    assert measured.measured_s == pytest.approx(7 * 0.6, abs=0.3)
    assert measured.loudness_lufs == pytest.approx(-23, abs=0.1)


def passages(seed: int) -> np.ndarray:
    """Thirty notes, each of a level, a length and a pitch of its own: as unlike its parts as a song can be."""
    random = np.random.default_rng(seed)
    notes = [sine(random.uniform(-34, -12), random.uniform(0.5, 9), random.uniform(60, 5000)) for _ in range(30)]
    return np.concatenate(notes, axis=1)


def beats(seed: int) -> np.ndarray:
    """Two beats a second that fade, over a hiss, for two minutes; the level drifts from bar to bar."""
    random = np.random.default_rng(seed)
    moments = np.arange(120 * RATE_HZ) / RATE_HZ
    drift = np.repeat(10 ** (np.cumsum(random.normal(0, 2.5, 30)).clip(-10, 10) / 20), 4 * RATE_HZ)
    chord = sum(level * np.sin(2 * np.pi * hz * moments) for hz, level in ((82, 1.0), (330, 0.5), (1318, 0.25)))
    wave = 0.08 * drift * chord * np.exp(-4 * (2 * moments % 1)) + random.normal(0, 0.005, len(moments))
    return np.stack((wave, 0.8 * wave))


@pytest.mark.parametrize(
    "song", [passages(1), passages(3), beats(1), beats(3)], ids=["passages 1", "passages 3", "beats 1", "beats 3"]
)
@pytest.mark.parametrize("sample_format", ["fltp", "s16"])
def test_what_is_measured_in_parts_holds_for_the_whole(song: np.ndarray, sample_format: str) -> None:
    measured, whole = heard(song, sample_format, thorough=False), heard(song, sample_format)

    assert measured.loudness_lufs == pytest.approx(whole.loudness_lufs, abs=2)
    assert measured.true_peak_dbtp == pytest.approx(whole.true_peak_dbtp, abs=1)


def test_samples_that_are_no_numbers_are_not_taken_for_levels() -> None:
    song = sine(-23, 30)
    song[:, RATE_HZ * 20 : RATE_HZ * 24] = np.nan
    song[:, RATE_HZ * 24 : RATE_HZ * 28] = np.inf

    measured = heard(song, thorough=False)

    assert measured.measured_s > 2


def test_a_sound_that_changes_its_form_half_way_is_measured_as_it_began() -> None:
    meter = SoundMeter(thorough=False)
    for frame in [*sound_frames(sine(-23, 20)), *sound_frames(sine(-3, 20), "s16")]:
        meter.feed(frame)
    measured = meter.result()

    assert measured is not None
    assert measured.loudness_lufs == pytest.approx(-23, abs=0.1)


def test_the_range_between_two_levels_is_measured() -> None:
    steps = np.concatenate([sine(-20, 20), sine(-30, 20)], axis=1)

    assert heard(steps).loudness_range_lu == pytest.approx(10, abs=1)


def test_a_peak_between_the_samples_is_found() -> None:
    quarter = sine(-6, 3, hz=RATE_HZ / 4, phase=np.pi / 4)  # its samples reach -9 dB only

    assert heard(quarter).true_peak_dbtp == pytest.approx(-6.0, abs=0.4)


def test_flat_tops_are_counted() -> None:
    clipped = np.clip(sine(6, 5), -1, 1)

    assert heard(clipped, "s16").clipped_share == pytest.approx(0.64, abs=0.1)


def test_a_loud_sine_that_is_whole_is_not_called_clipped() -> None:
    assert heard(sine(-0.1, 5), "s16").clipped_share == 0.0


def test_silence_is_silent_and_has_no_loudness() -> None:
    nothing = heard(np.zeros((2, 5 * RATE_HZ)))

    assert (nothing.is_silent, nothing.loudness_lufs, nothing.silent) == (True, None, ())


def test_a_silent_stretch_is_found_with_its_place() -> None:
    steps = np.concatenate([sine(-20, 5), np.zeros((2, 4 * RATE_HZ)), sine(-20, 5)], axis=1)

    (stretch,) = heard(steps).silent

    assert stretch.start_s == pytest.approx(5, abs=0.25)
    assert stretch.end_s == pytest.approx(9, abs=0.25)


def test_the_noise_in_pauses_is_measured() -> None:
    hiss = 0.003 * np.random.default_rng(1).standard_normal((2, 20 * RATE_HZ))  # -50 dBFS, -44 LUFS
    speech = np.concatenate([sine(-20, 1), np.zeros((2, RATE_HZ))] * 10, axis=1) + hiss

    assert heard(speech).noise_floor_lufs == pytest.approx(-44, abs=2)


def test_equal_channels_are_noticed() -> None:
    left = sine(-20, 2)
    apart = np.stack((left[0], 0.5 * left[0]))

    assert heard(left).channels_are_equal
    assert not heard(apart).channels_are_equal


def test_sound_in_a_form_that_is_not_measured_is_left_alone() -> None:
    meter = SoundMeter(thorough=True)
    for frame in sound_frames(sine(-20, 1), "u8"):
        meter.feed(frame)

    assert meter.result() is None


# Pictures


@pytest.mark.parametrize("pixel_format", ["yuv420p", "yuvj420p", "yuv420p10le", "nv12", "p010le", "rgb24"])
def test_a_black_stretch_is_found_with_its_place(pixel_format: str) -> None:
    measured = seen([*moving(20), *even(0, 30), *moving(20)], pixel_format)

    assert measured == PictureMeasurements(black=(Stretch(2.0, 5.0),))


def test_a_frozen_stretch_is_found_with_its_place() -> None:
    measured = seen([*moving(20), *even(90, 50), *moving(20)])

    assert measured == PictureMeasurements(frozen=(Stretch(2.0, 7.0),))


def test_noise_of_one_level_does_not_unfreeze_a_picture() -> None:
    grain = np.random.default_rng(1)
    still = [np.full((180, 320, 3), 90, np.uint8) + (grain.random((180, 320, 1)) < 0.2) for _ in range(50)]

    measured = seen([picture.astype(np.uint8) for picture in still])

    assert [stretch.start_s for stretch in measured.frozen] == [0.0]


def test_a_mouth_that_moves_unfreezes_a_picture() -> None:
    talking = [picture.copy() for picture in even(90, 60)]
    for number, picture in enumerate(talking):
        picture[100:110, 150:170] = 90 + 7 * (number // 5 % 5)

    assert seen(talking).frozen == ()


def test_a_picture_that_moves_is_neither_black_nor_frozen() -> None:
    assert seen(moving(60)) == PictureMeasurements()
