"""Which pictures become avatars, tried on rendered heads: 42 that do not and 20 that do."""

from collections.abc import Callable
from functools import cache

import cv2
import numpy as np
import pytest

from greenroom.domain.portrait_findings import REFUSALS
from greenroom.studio.photo import Networks, judged
from greenroom.studio.photo.faces import Face, faces
from portraits import PEOPLE, Rgb, portrait, posed

TRIED = ("anna", "bruno", "chidi", "imani", "nadia")
Spoil = Callable[[Rgb, Face], Rgb]


def codes(picture: Rgb, networks: Networks) -> list[str]:
    return [one.code for one in judged(picture, networks).refusals]


@cache
def _face(name: str, networks: Networks) -> Face:
    return faces(portrait(PEOPLE[name]), networks)[0][0]


def _mouth(face: Face) -> tuple[int, int, int]:
    x, y = (face.points[13, :2] + face.points[14, :2]) / 2
    return int(x), int(y), int(face.size)


def _masked(picture: Rgb, face: Face) -> Rgb:
    x, y, size = _mouth(face)
    out = picture.copy()
    cv2.ellipse(out, (x, y), (size // 2, size // 3), 0, 0, 360, (150, 190, 205), -1, cv2.LINE_AA)
    return out


def _before_a_microphone(picture: Rgb, face: Face) -> Rgb:
    x, y, size = _mouth(face)
    out = picture.copy()
    cv2.circle(out, (x, y), size // 5, (30, 30, 32), -1, cv2.LINE_AA)
    return out


def _behind_sunglasses(picture: Rgb, face: Face) -> Rgb:
    out = picture.copy()
    for ends in ((33, 133), (362, 263)):
        x, y = face.points[list(ends), :2].mean(0)
        size = (int(0.17 * face.size), int(0.12 * face.size))
        cv2.ellipse(out, (int(x), int(y)), size, 0, 0, 360, (20, 20, 24), -1, cv2.LINE_AA)
    return out


def _blurred(picture: Rgb, face: Face) -> Rgb:
    size = _mouth(face)[2]
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), 0.025 * size), np.uint8)


def _dark(picture: Rgb, face: Face) -> Rgb:
    del face
    return (picture * 0.1).astype(np.uint8)


def _twice(picture: Rgb, face: Face) -> Rgb:
    del face
    return np.hstack([picture, picture[:, ::-1]])


def _small(picture: Rgb, face: Face) -> Rgb:
    del face
    return np.asarray(cv2.resize(picture, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA), np.uint8)


SPOILT: dict[str, tuple[str, Spoil]] = {
    "a mask": ("mouth_covered", _masked),
    "a microphone": ("mouth_covered", _before_a_microphone),
    "sunglasses": ("eyes_closed", _behind_sunglasses),
    "blur": ("blurred", _blurred),
    "darkness": ("too_dark", _dark),
    "two people": ("several_faces", _twice),
    "few pixels": ("face_too_small", _small),
}


@pytest.mark.parametrize("name", PEOPLE)
def test_a_portrait_that_looks_into_the_camera_is_accepted(name: str, networks: Networks) -> None:
    assert codes(portrait(PEOPLE[name]), networks) == []


@pytest.mark.parametrize("name", TRIED)
@pytest.mark.parametrize("spoilt", SPOILT)
def test_a_spoilt_portrait_is_refused_with_its_reason(spoilt: str, name: str, networks: Networks) -> None:
    code, spoil = SPOILT[spoilt]

    assert codes(spoil(portrait(PEOPLE[name]), _face(name, networks)), networks) == [code]


@pytest.mark.parametrize(
    ("held", "code"),
    [
        ({"turn": 28}, "face_turned"),
        ({"nod": 28}, "face_turned"),
        ({"nod": -28}, "face_turned"),
        ({"roll": 35}, "face_tilted"),
        ({"lids": 1.0}, "eyes_closed"),
    ],
)
def test_a_head_that_is_held_badly_is_refused(held: dict[str, float], code: str, networks: Networks) -> None:
    assert codes(portrait(posed(PEOPLE["gao"], **held)), networks) == [code]


@pytest.mark.parametrize("held", [{"turn": 11}, {"turn": -11}, {"nod": 9}, {"nod": -9}, {"roll": 12}, {"roll": -12}])
def test_a_head_that_is_held_a_little_aside_is_accepted(held: dict[str, float], networks: Networks) -> None:
    assert codes(portrait(posed(PEOPLE["gao"], **held)), networks) == []


def test_a_mask_and_glasses_leave_too_little_of_a_face(networks: Networks) -> None:
    masked = _masked(portrait(PEOPLE["elsa"]), _face("elsa", networks))

    assert codes(masked, networks) == ["no_human_face"]


def test_a_picture_without_anybody_has_no_face(networks: Networks) -> None:
    nothing = np.random.default_rng(3).integers(90, 150, (480, 640, 3), np.uint8)

    assert codes(nothing, networks) == ["no_face"]


def test_a_refusal_says_what_was_measured_what_is_allowed_and_what_helps(networks: Networks) -> None:
    (finding,) = judged(_small(portrait(PEOPLE["anna"]), _face("anna", networks)), networks).refusals

    assert finding.measured == "eyes 32 px wide"
    assert finding.allowed == "at least 60 px"
    assert finding.cure == REFUSALS["face_too_small"].cure
