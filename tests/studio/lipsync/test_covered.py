"""Hands that pass before a mouth in a film, and heads that only turn."""

from collections.abc import Sequence

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from greenroom.studio.lipsync.covered import covered, view
from greenroom.studio.lipsync.track import Track, tracked
from greenroom.studio.photo import Networks, PhotoAvatar, mesh, prepare
from greenroom.studio.photo.faces import faces
from greenroom.studio.pose import Pose
from portraits import PEOPLE, Rgb, portrait, posed
from talking_films import SIZE, babble

COUNT = 48
BEFORE = range(20, 32)
"""When the hand is before the mouth, wholly."""


def pictures(name: str, networks: Networks) -> list[Rgb]:
    """Somebody who babbles, sways and blinks."""
    avatar = PhotoAvatar(prepare(portrait(PEOPLE[name]), networks), SIZE, own_ground=True)
    made = []
    for i, mouth in enumerate(babble(COUNT)):
        sway = 0.10 * np.sin(i / 7), 0.05 * np.sin(i / 5 + 1), 0.05 * np.sin(i / 9)
        jaw, wide, upper, press, tuck, tongue = mouth
        pose = Pose((jaw, wide, upper, press, tuck, tongue), head=sway, blink=float(i % 20 < 3))
        made.append(np.ascontiguousarray(avatar.draw(pose)[..., :3]).copy())
    return made


def with_hand(shown: Sequence[Rgb], mouth: NDArray[np.float64], face: float, tone: tuple[int, ...]) -> list[Rgb]:
    """A hand in a tone of skin that comes from the side, stays before the mouth, and goes."""
    made = []
    for i, picture in enumerate(shown):
        off = max(BEFORE.start - i, i - BEFORE.stop + 1, 0)
        made.append(_handed(picture, mouth[0] + 0.22 * face * off, mouth[1] + 0.05 * face, 0.55 * face, tone))
    return made


def _handed(picture: Rgb, x: float, y: float, long: float, tone: tuple[int, ...]) -> Rgb:
    hand = picture.copy()
    for finger in (-1.5, -0.5, 0.5, 1.5):
        at = int(x + 0.19 * finger * long), int(y + 0.06 * abs(finger) * long)
        for wide, shade in ((0.10, 0.62), (0.075, 0.85)):
            half, colour = (int(wide * long), int(0.42 * long)), tuple(shade * value for value in tone)
            cv2.ellipse(hand, at, half, 4 * finger, 0, 360, colour, -1, cv2.LINE_AA)
    palm = int(x), int(y + 0.62 * long)
    cv2.ellipse(hand, palm, (int(0.42 * long), int(0.4 * long)), 0, 0, 360, [0.8 * v for v in tone], -1, cv2.LINE_AA)
    return np.asarray(cv2.GaussianBlur(hand, (0, 0), 0.7), np.uint8)


def track(shown: Sequence[Rgb], networks: Networks) -> Track:
    return tracked(shown, networks, lambda _: None)


@pytest.mark.parametrize("name", ["anna", "chidi"])
def test_a_mouth_behind_a_hand_is_left_alone_and_others_are_not(name: str, networks: Networks) -> None:
    shown = pictures(name, networks)
    face = faces(shown[0], networks)[0][0]
    mouth = mesh.row(face.points, mesh.LIP_PLACES).mean(0)

    bare = track(shown, networks)
    handed = track(with_hand(shown, mouth, face.size, PEOPLE[name].skin), networks)

    assert (bare.covered.any(), bare.usable.all()) == (False, True)
    assert handed.covered[list(BEFORE)].all()
    assert not handed.usable[list(BEFORE)].any()
    assert handed.usable[:12].all() and handed.usable[-10:].all()


def test_a_head_that_turns_and_nods_is_not_taken_for_a_hand(networks: Networks) -> None:
    turns = ({}, {"turn": 2}, {"turn": -3}, {"nod": 2}, {"turn": 9}, {"turn": 18}, {"nod": 9}, {"nod": -8})
    shown = [portrait(posed(PEOPLE["gao"], **change), *SIZE) for change in turns]
    mostly_ahead = [0, 1, 2, 3] * 6 + [4, 5, 6, 7]
    points = np.array([faces(picture, networks)[0][0].points for picture in shown])[mostly_ahead]

    views = np.array([view(shown[i], face) for i, face in zip(mostly_ahead, points, strict=True)])

    assert not covered(views, points, np.zeros(len(views), np.int32)).any()
