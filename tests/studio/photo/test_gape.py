"""What is seen between lips in a photograph, told from the lips; and lips that keep nothing of it."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from greenroom.domain.video import Framing
from greenroom.studio.photo import PhotoAvatar, Portrait, gape, mesh
from greenroom.studio.photo.place import placed
from greenroom.studio.pose import Pose

FRAME = (540, 960)
Prepared = Callable[[str], Portrait]


def teeth(picture: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Where a picture is as bright and as pale as teeth are."""
    colours = picture[..., :3].astype(int)
    return np.asarray((colours.min(-1) > 105) & (np.ptp(colours, -1) < 34))


def shaded_teeth(picture: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Where a picture is as pale as teeth are, also in the shade."""
    colours = picture[..., :3].astype(int)
    return np.asarray((colours.mean(-1) > 60) & (np.ptp(colours, -1) < 24))


def lips(portrait: Portrait) -> tuple[slice, slice]:
    """The part of the photograph within the lips' outer edges."""
    points = mesh.row(portrait.points, (*mesh.LIP_UP_OUT, *mesh.LIP_LOW_OUT))
    (left, top), (right, bottom) = points.min(0).astype(int), points.max(0).astype(int)
    return slice(top, bottom), slice(left, right)


@pytest.mark.parametrize("name", ["imani", "jana"])
def test_all_teeth_are_in_the_opening_and_the_lips_are_not(name: str, prepared: Prepared) -> None:
    one = prepared(name)
    part = lips(one)

    opening = gape.inside(one.picture, one.points)[part]

    shown = teeth(one.picture[part])
    red = one.picture[part].astype(int) @ (1, -1, 0) > 45
    assert (opening[shown] > 0.5).mean() > 0.97
    assert (opening[red] > 0.5).mean() < 0.03


@pytest.mark.parametrize("name", ["anna", "bruno", "chidi"])
def test_a_mouth_that_shows_no_teeth_has_no_opening(name: str, prepared: Prepared) -> None:
    one = prepared(name)

    assert not gape.inside(one.picture, one.points).any()


@pytest.mark.parametrize("name", ["imani", "jana"])
def test_corners_of_the_mouth_are_where_the_opening_ends(name: str, prepared: Prepared) -> None:
    one = prepared(name)

    columns = np.flatnonzero((gape.inside(one.picture, one.points) > 0.5).any(0))

    wide = one.points[308, 0] - one.points[78, 0]
    assert one.points[[78, 308], 0] == pytest.approx(columns[[0, -1]], abs=0.05 * wide)


@pytest.mark.parametrize("name", ["imani", "jana"])
def test_no_tooth_goes_with_a_lip(name: str, prepared: Prepared) -> None:
    portrait = prepared(name)
    one = PhotoAvatar(portrait, FRAME, Framing.CLOSEUP, own_ground=True)
    place = placed(portrait, FRAME, Framing.CLOSEUP, None, own_ground=True)
    rows, columns = (
        slice(int(at.start * place.scale + by), int(at.stop * place.scale + by))
        for at, by in zip(lips(portrait), (place.y, place.x), strict=True)
    )

    opened, pressed = (
        shaded_teeth(one.draw(Pose(mouth))[rows, columns]).sum()
        for mouth in ((0.9, 0, 0.2, 0, 0, 0), (0.3, 0, 0, 1, 0, 0))
    )

    assert opened > 300
    assert pressed == 0
