"""Pictures laid into planes: exact BT.709, within the box, nothing where nothing is."""

import numpy as np
from film_scenes import SIZE, Plain, poses, presenter
from numpy.typing import NDArray

from greenroom.studio.avatar import Box, Layer
from greenroom.studio.film.blend import Layers, Press, Stamp, stamp_of
from greenroom.studio.planes import Planes, flat_planes

Rgba = NDArray[np.uint8]
BLUE = (40, 120, 200)


def random_picture(width: int, height: int) -> Rgba:
    rng = np.random.default_rng(7)
    alpha = rng.integers(0, 256, (height, width, 1))
    return np.concatenate([rng.integers(0, 256, (height, width, 3)) * alpha // 255, alpha], 2).astype(np.uint8)


def true_frame(picture: Rgba, ground: Planes) -> NDArray[np.float64]:
    """The picture over a plain ground, as BT.709 brightness and colours at full size, reckoned in floating point."""
    keep = 1 - picture[..., 3] / 255.0
    y = picture[..., :3] @ np.array([0.2126, 0.7152, 0.0722])
    u, v = (picture[..., 2] - y) / 1.8556, (picture[..., 0] - y) / 1.5748
    over = np.stack([16 + y * 219 / 255, 128 + u * 224 / 255, 128 + v * 224 / 255])
    for plane, behind, zero in zip(over, ground, (16, 128, 128), strict=True):
        plane += keep * (int(behind[0, 0]) - zero)
    return np.asarray(over, np.float64)


def halved(plane: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(plane.reshape(plane.shape[0] // 2, 2, plane.shape[1] // 2, 2).mean((1, 3)), np.float64)


def laid(layer: Layer, planes: Planes) -> Planes:
    Layers(planes.size[0]).lay(stamp_of(layer), planes)
    return planes


def test_brightness_is_that_of_bt709_and_no_more_than_two_levels_off() -> None:
    picture = random_picture(200, 130)

    planes = laid(Layer(picture, Box(0, 0, 200, 130)), flat_planes(BLUE, (200, 130)))

    error = planes.y - true_frame(picture, flat_planes(BLUE, (2, 2)))[0]
    assert np.abs(error).max() < 2
    assert abs(error.mean()) < 0.1


def test_colours_are_those_of_bt709_and_no_more_than_two_levels_off() -> None:
    picture = random_picture(200, 130)

    planes = laid(Layer(picture, Box(0, 0, 200, 130)), flat_planes(BLUE, (200, 130)))

    for plane, true in zip(planes[1:], true_frame(picture, flat_planes(BLUE, (2, 2)))[1:], strict=True):
        error = plane - halved(true)
        assert np.abs(error).max() < 2.5
        assert abs(error.mean()) < 0.25


def test_what_is_transparent_changes_no_byte() -> None:
    before = flat_planes((13, 77, 201), (64, 200))

    after = laid(Layer(np.zeros((200, 64, 4), np.uint8), Box(0, 0, 64, 200)), flat_planes((13, 77, 201), (64, 200)))

    assert all(np.array_equal(one, other) for one, other in zip(before, after, strict=True))


def test_a_picture_covers_its_box_and_nothing_else() -> None:
    planes = laid(Layer(np.full((20, 30, 4), 255, np.uint8), Box(10, 40, 30, 20)), flat_planes((0, 0, 0), (64, 80)))

    bright = planes.y == 235
    assert bright[40:60, 10:40].all()
    assert bright.sum() == 600


def test_what_is_opaque_hides_what_is_behind_it() -> None:
    one = laid(Layer(np.full((64, 64, 4), 255, np.uint8), Box(0, 0, 64, 64)), flat_planes((255, 0, 0), (64, 64)))
    other = laid(Layer(np.full((64, 64, 4), 255, np.uint8), Box(0, 0, 64, 64)), flat_planes((0, 9, 200), (64, 64)))

    assert all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


def test_a_stamp_does_not_depend_on_what_was_pressed_before_it() -> None:
    avatar, moves = presenter(), poses(40)
    press, slots = Press(avatar.box), [Stamp.fresh(avatar.box) for _ in range(3)]
    for index, pose in enumerate(moves):
        used = press.press(avatar.draw(pose), slots[index % 3], avatar.changed)

    fresh = stamp_of(Layer(avatar.draw(moves[-1]), avatar.box))

    grounds = [Planes(*(plane.copy() for plane in Plain().at(0))) for _ in range(2)]
    Layers(SIZE[0]).lay(used, grounds[0])
    Layers(SIZE[0]).lay(fresh, grounds[1])
    assert all(np.array_equal(a, b) for a, b in zip(*grounds, strict=True))


def test_two_half_transparent_pictures_leave_a_quarter_of_the_transparency() -> None:
    alpha = np.zeros((64, 64), np.uint8)
    stamp = stamp_of(Layer(np.full((64, 64, 4), 128, np.uint8), Box(0, 0, 64, 64)))

    Layers(64).cover(stamp, alpha)
    Layers(64).cover(stamp, alpha)

    assert np.abs(alpha.astype(int) - 191).max() <= 1
