"""The drawn mouth does what its channels say: measured on the pictures."""

from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from greenroom.domain.video import Framing
from greenroom.studio import cast
from greenroom.studio.cast import Drawn, Person
from greenroom.studio.planes import rgba_of_yuva
from greenroom.studio.pose import Picture, Pose

FRAME = (540, 960)
SWEEP = np.linspace(0, 1, 11)
FEW = 60
"""Pixels of a seam between lips that may be as dark as the mouth; a wide open one has 1500."""
SOME = [one for one in cast.people() if one.name in {"Sarah", "Arjun", "Walter", "Nia"}]


def name_of(one: Person) -> str:
    return one.name


def mouth_of(avatar: Drawn, **pose: float) -> Picture:
    """The part of a picture in which the mouth is, with the channels told and the others at rest."""
    channels = tuple(float(pose.get(name, 0)) for name in ("jaw", "wide", "upper", "press", "tuck", "tongue"))
    picture = rgba_of_yuva(avatar.draw(Pose(mouth=channels, smile=pose.get("smile", 0.2))))  # type: ignore[arg-type]
    top, left = avatar.mouth_box.top - avatar.box.top, avatar.mouth_box.left - avatar.box.left
    return picture[top : top + avatar.mouth_box.height, left : left + avatar.mouth_box.width]


def inside(part: Picture) -> NDArray[np.bool_]:
    """Where the dark of the mouth is seen: a red so dark that no lip has it."""
    r, g, b = (part[..., i].astype(int) for i in range(3))
    return (r < 96) & (g < 34) & (b < 40) & (r > g + 10)


def opening(avatar: Drawn, **pose: float) -> int:
    """How many pixels of the dark of the mouth are seen, beyond those as dark while its lips are pressed together."""
    shut = inside(mouth_of(avatar, press=1)).sum()
    return max(0, int(inside(mouth_of(avatar, **pose)).sum()) - int(shut))


@pytest.fixture(scope="module", params=SOME, ids=name_of)
def avatar(request: pytest.FixtureRequest) -> Drawn:
    return cast.avatar(request.param, FRAME, Framing.CLOSEUP)


def test_a_falling_jaw_opens_the_mouth_more_and_more(avatar: Drawn) -> None:
    seen = [opening(avatar, jaw=jaw) for jaw in SWEEP]

    assert all(later >= earlier - FEW for earlier, later in pairwise(seen))
    assert seen[-1] > 1000
    assert np.corrcoef(SWEEP, seen)[0, 1] > 0.94


@pytest.mark.parametrize("jaw", [0, 0.4, 0.8])
def test_pressed_lips_are_shut_whatever_the_jaw_does(avatar: Drawn, jaw: float) -> None:
    assert opening(avatar, jaw=jaw, press=1) <= FEW


def test_lips_close_step_by_step_as_they_are_pressed(avatar: Drawn) -> None:
    seen = [opening(avatar, jaw=0.7, press=press) for press in SWEEP]

    assert all(later <= earlier + FEW for earlier, later in pairwise(seen))
    assert seen[0] > 500
    assert seen[-1] <= FEW


def test_a_mouth_at_rest_is_shut(avatar: Drawn) -> None:
    assert opening(avatar) <= FEW


def test_puckered_lips_are_narrower_than_spread_ones(avatar: Drawn) -> None:
    def width(wide: float) -> int:
        # In its corners a mouth is but two pixels high.
        return int(np.ptp(np.flatnonzero(inside(mouth_of(avatar, jaw=0.7, wide=wide)).sum(0) > 1)))

    assert width(-1) < width(0) <= width(1)


def test_the_chin_falls_with_the_jaw() -> None:
    avatar = cast.avatar(SOME[0], FRAME, Framing.CLOSEUP)

    def changed_rows(jaw: float) -> int:
        column = avatar.mouth_box.left - avatar.box.left + avatar.mouth_box.width // 2
        shut = avatar.draw(Pose(mouth=(0, 0, 0, 1, 0, 0)))[:, column].astype(int)
        there = avatar.draw(Pose(mouth=(jaw, 0, 0, 0, 0, 0)))[:, column].astype(int)
        return int(np.flatnonzero(np.abs(there - shut).max(1) > 24).max())

    assert changed_rows(1.0) > changed_rows(0.5) > avatar.mouth_box.top - avatar.box.top


def test_a_blink_hides_the_whites_of_the_eyes() -> None:
    avatar = cast.avatar(SOME[0], FRAME, Framing.CLOSEUP)
    scale = avatar.mouth_box.width / 92
    middle = avatar.mouth_box.top - avatar.box.top - 64 * scale
    eyes = slice(int(middle - 16 * scale), int(middle + 12 * scale))

    def white(blink: float) -> int:
        picture = rgba_of_yuva(avatar.draw(Pose(mouth=(0, 0, 0, 0, 0, 0), blink=blink))[eyes]).astype(int)
        return int(((picture[..., :3].min(2) > 180) & (np.ptp(picture[..., :3], axis=2) < 22)).sum())

    assert white(0) > white(0.6) > white(1)
    assert white(1) == 0


def test_the_mouth_follows_a_track_of_speech_frame_by_frame(avatar: Drawn) -> None:
    t = np.arange(40) / 30
    jaw = np.clip(0.45 + 0.4 * np.sin(2 * np.pi * 3.1 * t) + 0.15 * np.sin(2 * np.pi * 5.3 * t), 0, 1)

    seen = [opening(avatar, jaw=float(one)) for one in jaw]

    assert np.corrcoef(jaw, seen)[0, 1] > 0.94
