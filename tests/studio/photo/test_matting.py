"""People cut out from before grounds of which it is known where they end."""

from collections.abc import Callable

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from greenroom.studio.photo import Networks, Portrait, prepare
from greenroom.studio.photo.matting import diffused
from portraits import PEOPLE, Rgb, portrait, posed

Floats = NDArray[np.float32]
SIZE = (480, 600)


def known(name: str) -> tuple[Floats, Floats]:
    """Colours of a person, and how much of each pixel is theirs: from a picture before black and one before white."""
    black, white = (portrait(posed(PEOPLE[name], ground=(v, v, v)), *SIZE).astype(np.float32) for v in (0, 255))
    through = (white - black).mean(-1)
    alpha = np.clip((1 - through / np.median(through[:90, :50]) - 0.2) / 0.78, 0, 1)
    colours = diffused(black / 255, alpha > 0.98) * 255
    colours[alpha > 0.98] = black[alpha > 0.98]
    return colours, alpha


def before(name: str, ground: Floats) -> tuple[Rgb, Floats]:
    colours, alpha = known(name)
    grain = np.random.default_rng(1).normal(0, 2, (*alpha.shape, 1))
    picture = colours * alpha[..., None] + ground * (1 - alpha[..., None]) + grain
    return np.clip(picture, 0, 255).astype(np.uint8), alpha


def wallpaper() -> Floats:
    """Broad stripes, light and dark."""
    stripes = np.where((np.arange(SIZE[0]) // 24 % 2 == 0)[:, None], (210, 200, 190), (90, 60, 40))
    return np.asarray(cv2.GaussianBlur(np.tile(stripes[None].astype(np.float32), (SIZE[1], 1, 1)), (0, 0), 1.6))


def plain(light: float) -> Floats:
    return np.full((SIZE[1], SIZE[0], 3), light, np.float32)


def error(made: Portrait, alpha: Floats) -> float:
    """The mean error of a cut-out, in thousandths."""
    assert made.alpha.shape == alpha.shape, "nothing is cut off these pictures"
    return 1000 * float(np.abs(made.alpha / np.float32(255) - alpha).mean())


@pytest.mark.parametrize(
    ("name", "ground", "most"),
    [
        ("divya", wallpaper, 4.5),
        ("chidi", wallpaper, 5.7),
        ("chidi", lambda: plain(46), 3.0),
        ("anna", lambda: plain(46), 6.5),
    ],
)
def test_a_person_is_cut_out_before_stripes_and_in_the_dark(
    name: str, ground: Callable[[], Floats], most: float, networks: Networks
) -> None:
    picture, alpha = before(name, ground())

    made = prepare(picture, networks)

    assert error(made, alpha) < most


def test_where_colours_say_little_more_is_doubted(networks: Networks) -> None:
    striped, bright = (prepare(before("elsa", ground)[0], networks).doubt for ground in (wallpaper(), plain(200)))

    assert striped > 0.09 > bright
