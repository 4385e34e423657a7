"""Somebody in a film says something else, measured on the pictures that are made of it."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from greenroom.domain.media import Format
from greenroom.domain.video import Playback
from greenroom.studio.ground.films import FilmBackdrop
from greenroom.studio.lipsync import track as tracks
from greenroom.studio.lipsync.dubbing import Dubbing, Mouths
from greenroom.studio.lipsync.gates import judged
from greenroom.studio.lipsync.playback import order
from greenroom.studio.lipsync.reading import Reading, opened, pictures, seen
from greenroom.studio.lipsync.speaker import NoSpeaker
from greenroom.studio.lipsync.track import Track, tracked
from greenroom.studio.photo import Networks
from greenroom.studio.photo.faces import followed, found, measured
from greenroom.studio.photo.networks import Floats
from greenroom.studio.plan import Material
from greenroom.studio.planes import Planes
from portraits import PEOPLE, portrait
from talking_films import FRAMES, SIZE, babble, written

Opened = Callable[[Path, Format], Material]


def speech(count: int) -> list[tuple[float, ...]]:
    """A mouth that opens and closes twice a second, with lips pressed in between."""
    jaws = [0.42 * (1 - np.cos(2 * np.pi * i / 15)) for i in range(count)]
    return [(jaw, 0.1, 0.2 * jaw, float(jaw < 0.03), 0.0, 0.0) for jaw in jaws]


@pytest.fixture(scope="module")
def track(film: Path, networks: Networks) -> Track:
    """Where the face of the film is."""
    with film.open("rb") as file:
        backdrop = opened(Material(file.fileno(), Format.MP4), "film", SIZE, 2)
        made = tracked(pictures(backdrop, FRAMES), networks, lambda _: None)
        backdrop.close()
    return made


@pytest.fixture
def backdrop(film: Path, material: Opened) -> Iterator[FilmBackdrop]:
    one = opened(material(film, Format.MP4), "film", SIZE, 2)
    yield one
    one.close()


def dubbing(backdrop: FilmBackdrop, track: Track, mouths: Mouths, playback: Playback = Playback.NORMAL) -> Dubbing:
    return Dubbing(Reading(backdrop, SIZE), track, order(playback, len(mouths), FRAMES), mouths)


def drawn(one: Dubbing, index: int) -> Planes:
    width, height = SIZE
    half = height // 2, width // 2
    out = Planes(np.empty((height, width), np.uint8), np.empty(half, np.uint8), np.empty(half, np.uint8))
    one.draw(index, out)
    return out


def apertures(shown: list[Planes], networks: Networks) -> NDArray[np.float64]:
    """Between the lips' inner edges in each picture, in parts of the face's height."""
    first = seen(shown[0])
    points = measured(first, found(first, networks)[0], networks).points
    return np.array([aperture(points := followed(seen(one), points, networks).points) for one in shown])


def aperture(points: Floats) -> float:
    gap = points[[14, 87, 317], 1] - points[[13, 82, 312], 1]
    return float(gap.mean() / np.hypot(*(points[10, :2] - points[152, :2])))


def bytes_of(planes: Planes) -> bytes:
    return b"".join(plane.tobytes() for plane in planes)


@pytest.fixture(scope="module")
def measured_lips(film: Path, track: Track, networks: Networks) -> tuple[Floats, Floats, Floats]:
    """What was asked of the jaw, what is seen of it, and what the film's own mouth did."""
    asked = speech(FRAMES)
    with film.open("rb") as file:
        backdrop = opened(Material(file.fileno(), Format.MP4), "film", SIZE, 2)
        one = dubbing(backdrop, track, asked)
        lips = apertures([drawn(one, i) for i in range(FRAMES)], networks)
        backdrop.close()
    own = np.array([mouth[0] for mouth in babble(FRAMES)])
    return np.array([mouth[0] * (1 - mouth[3]) for mouth in asked]), lips, own


def test_lips_follow_the_new_mouth_without_lag(measured_lips: tuple[Floats, Floats, Floats]) -> None:
    jaw, lips, _ = measured_lips

    lags = {lag: np.corrcoef(jaw[3:-3], np.roll(lips, -lag)[3:-3])[0, 1] for lag in (-2, -1, 0, 1, 2)}

    assert lags[0] >= 0.9
    assert max(lags, key=lambda lag: lags[lag]) in (-1, 0, 1)


def test_the_films_own_speech_is_cancelled(measured_lips: tuple[Floats, Floats, Floats], track: Track) -> None:
    jaw, lips, own = measured_lips
    filmed = np.array([aperture(points) for points in track.points])
    both = np.stack([jaw - jaw.mean(), own - own.mean()], 1)

    wanted, left = np.linalg.lstsq(both, lips - lips.mean(), rcond=None)[0]

    assert np.corrcoef(filmed, own)[0, 1] > 0.9
    assert abs(np.corrcoef(lips, own)[0, 1]) < 0.2
    assert abs(left) < 0.2 * wanted


def test_pressed_lips_are_closed(measured_lips: tuple[Floats, Floats, Floats]) -> None:
    jaw, lips, _ = measured_lips
    pressed, opened_ = lips[jaw < 0.01].mean(), lips[jaw > 0.7].mean()

    assert opened_ > 0.05
    assert pressed < 0.15 * opened_


def test_nothing_changes_outside_of_the_lower_face(backdrop: FilmBackdrop, track: Track) -> None:
    one = dubbing(backdrop, track, speech(FRAMES))
    before, after = backdrop.at(20).y.copy(), drawn(one, 20).y

    changed = np.flatnonzero((before != after).any(1)), np.flatnonzero((before != after).any(0))

    points = track.points[20]
    assert changed[0][0] > points[[33, 263], 1].max()
    assert changed[0][-1] < points[152, 1] + 0.3 * (points[152, 1] - points[10, 1])
    assert points[234, 0] - 20 < changed[1][0] < changed[1][-1] < points[454, 0] + 20


@pytest.mark.parametrize("playback", [Playback.NORMAL, Playback.REVERSE])
def test_a_frame_is_the_same_however_one_came_to_it(
    film: Path, material: Opened, track: Track, playback: Playback
) -> None:
    mouths = speech(80)
    first, second = (opened(material(film, Format.MP4), "film", SIZE, threads) for threads in (1, 2))
    on_the_way = dubbing(first, track, mouths, playback)
    shown = {i: bytes_of(drawn(on_the_way, i)) for i in range(56, 76)}

    at_once = bytes_of(drawn(dubbing(second, track, mouths, playback), 75))

    assert at_once == shown[75]


def test_a_track_that_was_kept_is_the_same(track: Track) -> None:
    again = tracks.decoded(tracks.encoded(track))

    assert np.array_equal(again.points, track.points)
    assert [np.array_equal(a.picture, b.picture) for a, b in zip(again.references, track.references, strict=True)]


def test_a_damaged_track_is_none(track: Track) -> None:
    with pytest.raises(tracks.NotTracked):
        tracks.decoded(tracks.encoded(track)[:-100])


def test_pictures_without_a_usable_face_stay_as_they_are(backdrop: FilmBackdrop, track: Track) -> None:
    usable = track.usable.copy()
    usable[30:40] = False
    one = dubbing(backdrop, replace(track, usable=usable), speech(FRAMES))

    assert bytes_of(drawn(one, 33)) == bytes_of(backdrop.at(33))
    assert bytes_of(drawn(one, 10)) != bytes_of(backdrop.at(10))


def test_a_film_without_a_usable_face_has_no_speaker(backdrop: FilmBackdrop, track: Track) -> None:
    with pytest.raises(NoSpeaker):
        dubbing(backdrop, replace(track, usable=np.zeros(FRAMES, bool)), speech(FRAMES))


# Gates


def test_a_film_of_a_face_is_accepted(film: Path, material: Opened, networks: Networks) -> None:
    looked = judged(material(film, Format.MP4), SIZE, networks, 2.0)

    assert (looked.refusals, looked.warnings) == ((), ())


def still(path: Path, picture: NDArray[np.uint8]) -> Path:
    return written([picture[: picture.shape[0] // 2 * 2, : picture.shape[1] // 2 * 2]] * 12, path)


@pytest.mark.parametrize(
    ("code", "picture"),
    [
        ("no_face", lambda: np.full((240, 320, 3), 120, np.uint8)),
        ("face_too_small", lambda: portrait(PEOPLE["gao"], 480, 600, 0.055)),
        ("face_turned", lambda: portrait(replace(PEOPLE["gao"], turn=42))),
    ],
)
def test_a_film_is_refused_with_a_code_what_was_measured_and_a_cure(
    code: str, picture: Callable[[], NDArray[np.uint8]], tmp_path: Path, material: Opened, networks: Networks
) -> None:
    shown = picture()
    path = still(tmp_path / "film.mp4", shown)

    (refusal,) = judged(material(path, Format.MP4), (shown.shape[1], shown.shape[0]), networks, 1.0).refusals

    assert refusal.code == code
    assert refusal.measured and refusal.allowed and refusal.cure


def test_a_second_large_face_is_told(tmp_path: Path, material: Opened, networks: Networks) -> None:
    pair = np.hstack([portrait(PEOPLE["anna"]), portrait(PEOPLE["gao"], face=0.26)])
    path = still(tmp_path / "pair.mp4", pair)

    looked = judged(material(path, Format.MP4), (pair.shape[1], pair.shape[0]), networks, 1.0)

    assert [one.code for one in looked.warnings] == ["several_faces"]
