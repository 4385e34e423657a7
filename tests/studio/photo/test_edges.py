"""Where the lower lip begins under teeth that show."""

import numpy as np
import pytest

from greenroom.studio.photo import Networks, mesh
from greenroom.studio.photo.edges import snapped
from greenroom.studio.photo.faces import faces
from portraits import PEOPLE, Rgb, portrait


def last_tooth(picture: Rgb, x: float, top: float) -> int:
    """The lowest row of a column, from a row on, that is as bright as teeth."""
    column = picture[int(top) :, round(x)].astype(int)
    bright = (column.min(-1) > 110) & (np.ptp(column, -1) < 45)
    first = int(bright.argmax())
    return int(top) + first + int((~bright[first:]).argmax()) - 1


@pytest.mark.parametrize("name", ["imani", "jana"])
def test_the_lower_lip_begins_where_the_teeth_end(name: str, networks: Networks) -> None:
    picture = portrait(PEOPLE[name])
    seen = faces(picture, networks)[0][0].points

    points = snapped(picture, seen)

    end = last_tooth(picture, *points[13, :2])
    assert points[14, 1] == pytest.approx(end, abs=2.5)
    assert abs(seen[14, 1] - end) > 4, "the network alone was wrong"


@pytest.mark.parametrize("name", ["anna", "bruno", "farid"])
def test_a_mouth_that_shows_no_teeth_is_where_it_was(name: str, networks: Networks) -> None:
    picture = portrait(PEOPLE[name])
    seen = faces(picture, networks)[0][0].points

    assert snapped(picture, seen) is seen


def test_only_the_lower_lip_is_moved(networks: Networks) -> None:
    picture = portrait(PEOPLE["jana"])
    seen = faces(picture, networks)[0][0].points

    moved = np.flatnonzero((snapped(picture, seen) != seen).any(1))

    assert set(moved.tolist()) <= {*mesh.LIP_LOW_IN, *mesh.LIP_LOW_OUT}
