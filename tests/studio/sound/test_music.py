"""The tracks of the house, measured as they sound."""

import subprocess
import sys
from collections.abc import Callable
from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from greenroom.studio.sound import bed_of_sound, mixed
from greenroom.studio.sound.music import Track, sound_of, track, tracks
from greenroom.studio.sound.music.catalogue import score_of
from greenroom.studio.sound.music.theory import chords, voiced

RATE = 48_000
Stereo = NDArray[np.float32]
Metered = Callable[[Stereo], tuple[float, float]]
EVERY = pytest.mark.parametrize("one", tracks(), ids=lambda one: one.name)
SOME = pytest.mark.parametrize("one", tracks()[1::6], ids=lambda one: one.name)


@cache
def played(one: Track) -> Stereo:
    return sound_of(one)


@cache
def power(one: Track) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The power of a track's middle, and the frequencies it is of."""
    middle = played(one).mean(1)
    return np.abs(np.fft.rfft(middle)).astype(np.float64) ** 2, np.fft.rfftfreq(len(middle), 1 / RATE)


def share(one: Track, low_hz: float, high_hz: float) -> float:
    """The part of the power that is between two frequencies, in decibels."""
    strength, hz = power(one)
    return float(10 * np.log10(strength[(hz >= low_hz) & (hz < high_hz)].sum() / strength.sum()))


def half_tones(one: Track) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Between 100 Hz and 1 kHz: the power, and how many half tones it is above A."""
    strength, hz = power(one)
    heard = (hz > 100) & (hz < 1000)
    return strength[heard], 12 * np.log2(hz[heard] / 440)


def in_tune(one: Track) -> float:
    """The part of the power that lies within a quarter of a half tone of a key: a half, if it were noise."""
    strength, tones = half_tones(one)
    return float(strength[np.abs((tones + 0.5) % 1 - 0.5) < 0.25].sum() / strength.sum())


def of_the_scale(one: Track) -> float:
    """The part of the power that the seven strongest of the twelve tones have."""
    strength, tones = half_tones(one)
    classes = np.sort(np.bincount(np.round(tones).astype(int) % 12, strength, 12))
    return float(classes[5:].sum() / classes.sum())


@SOME
def test_a_track_is_at_the_loudness_of_all_tracks(one: Track, metered: Metered) -> None:
    lufs, true_peak = metered(played(one))

    assert lufs == pytest.approx(-18, abs=0.3)
    assert true_peak < -1.5


@EVERY
def test_a_track_is_written_as_it_is_listed(one: Track) -> None:
    score = score_of(one)

    assert (score.bpm, score.frames) == (one.bpm, round(one.duration_s * RATE))
    assert all(0 <= note.beat < 4 * score.bars for part in score.parts for note in part.notes)


@EVERY
def test_a_track_lasts_half_a_minute_to_a_minute(one: Track) -> None:
    assert 30 <= one.duration_s <= 60


@SOME
def test_a_track_is_as_long_as_its_bars(one: Track) -> None:
    assert len(played(one)) == round(one.duration_s * RATE)


@SOME
def test_the_end_of_a_track_leads_into_its_beginning(one: Track) -> None:
    sound = played(one)
    around = np.concatenate([sound[-RATE // 10 :], sound[: RATE // 10]])

    steps = np.abs(np.diff(sound, 2, axis=0)).max(1)
    seam = np.abs(np.diff(around, 2, axis=0)).max(1)[RATE // 10 - 3 : RATE // 10 + 1]
    assert seam.max() < np.percentile(steps, 99.9)


@SOME
def test_a_track_leaves_room_for_consonants(one: Track) -> None:
    assert share(one, 2000, 5000) < -9


@SOME
def test_a_track_has_a_body_a_bass_and_no_rumble(one: Track) -> None:
    assert share(one, 60, 250) > -9
    assert share(one, 250, 2000) > -7
    assert share(one, 0, 25) < -30


@SOME
def test_a_track_lives(one: Track) -> None:
    """Its peaks stand out, its sides differ, and neither so much that it would break."""
    sound = played(one)
    crest_db = 20 * np.log10(np.abs(sound).max() / np.sqrt(np.square(sound).mean()))
    middle, across = sound.mean(1), (sound[:, 0] - sound[:, 1]) / 2
    width_db = 10 * np.log10(np.square(across).mean() / np.square(middle).mean())

    assert 8 < crest_db < 18
    assert -14 < width_db < 0


@SOME
def test_a_track_is_in_tune_and_in_key(one: Track) -> None:
    assert in_tune(one) > 0.7
    assert of_the_scale(one) > 0.8


def test_a_track_is_the_same_each_time() -> None:
    one = tracks()[-1]

    assert sound_of(one).tobytes() == played(one).tobytes()


def test_tracks_differ_in_genre_and_tempo() -> None:
    assert len({one.genre for one in tracks()}) == len({one.name for one in tracks()}) == len(tracks()) >= 8
    assert len({one.mood for one in tracks()}) >= 8
    assert max(one.bpm for one in tracks()) >= 2 * min(one.bpm for one in tracks())


def test_a_track_is_found_by_its_id() -> None:
    assert [track(one.id) for one in tracks()] == list(tracks())
    assert track(999) is None


def test_a_looped_track_has_no_blend_at_its_seam() -> None:
    """Else the beat would stumble: the second time round is the first again."""
    one = tracks()[-1]
    turns = round(one.duration_s * RATE)

    mix = mixed(np.zeros(8000, np.float32), 8000, bed_of_sound(played(one), 0.5), 2 * one.duration_s)

    sound = np.concatenate(list(mix.blocks()))
    assert np.allclose(sound[RATE : turns - 3 * RATE], sound[turns + RATE : -3 * RATE], atol=1e-5)


def test_voices_of_chords_move_little_and_do_not_clash() -> None:
    keys = voiced(chords("C Am7 Fmaj7 G7 Em7 Dm9 G13 Cmaj9"), 60)

    moves = [abs(sum(a) / len(a) - sum(b) / len(b)) for a, b in pairwise(keys)]
    ninths = [high - low for one in keys for low in one for high in one if high - low == 13]
    assert max(moves) < 4
    assert ninths == []


def test_tracks_are_listed_without_what_plays_them() -> None:
    program = "import sys; from greenroom.studio.sound.music import tracks; tracks(); print(sorted(sys.modules))"

    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)

    assert "greenroom.studio.sound.music.catalogue" in loaded.stdout
    assert not {"'numpy'", "'av'"} & set(loaded.stdout.strip("[]\n").split(", "))
