"""
Films of photographs that talk, measured in their decoded frames: a closed mouth, and one that shows its teeth.

`scripts/photo-campaign` does the same with all heads.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
import pytest

from greenroom.studio.photo import Networks, Portrait
from greenroom.studio.photo.networks import Floats
from greenroom.studio.speech import Speech
from greenroom.studio.voices.espeak import Espeak
from photo_films import Frames, film, frames_of, identity, jump_outside, lips_of, points_of, spoken

SCRIPT = "My papa bought a map, maybe."
NAMES = ("chidi", "jana")


@dataclass(frozen=True)
class Seen:
    """The frames of a film, and the points of the face in them."""

    frames: Frames
    points: list[Floats]


Films = Callable[[str], Seen]


@pytest.fixture(scope="module")
def speech() -> Speech:
    voice = Espeak()
    said = spoken(SCRIPT, voice)
    voice.close()
    return said


@pytest.fixture(scope="module")
def films(
    prepared: Callable[[str], Portrait], networks: Networks, speech: Speech, tmp_path_factory: pytest.TempPathFactory
) -> Films:
    """The film of one of `portraits.PEOPLE`."""

    @cache
    def made(name: str) -> Seen:
        frames = frames_of(film(prepared(name), SCRIPT, speech, tmp_path_factory.mktemp(name)))
        return Seen(frames, points_of(frames, networks))

    return made


@pytest.mark.parametrize("name", NAMES)
def test_lips_of_a_film_follow_the_sounds(name: str, films: Films, speech: Speech) -> None:
    lips = lips_of(films(name).points, SCRIPT, speech)

    assert lips.correlation >= 0.9
    assert abs(lips.lag) <= 1
    assert lips.closure < 0.15


@pytest.mark.parametrize("name", NAMES)
def test_nothing_outside_the_face_jumps(name: str, films: Films) -> None:
    assert jump_outside(films(name).frames, films(name).points) <= 2.0


@pytest.mark.parametrize("name", NAMES)
def test_a_face_keeps_its_shape_while_it_talks(name: str, films: Films) -> None:
    points = films(name).points

    assert identity(points, points[0]) < 0.01


def test_a_frame_that_jumps_is_seen_to_jump(films: Films) -> None:
    frames, points = films("chidi").frames[:2], films("chidi").points[:2]

    shifted = np.stack([frames[0], np.roll(frames[0], 4, axis=1)])

    assert jump_outside(shifted, points) == pytest.approx(4, abs=0.3)


def test_a_face_that_is_drawn_out_is_seen_to_be_another(films: Films) -> None:
    face = films("chidi").points[0]

    assert identity([face * (1.08, 1, 1)], face) > 0.01
