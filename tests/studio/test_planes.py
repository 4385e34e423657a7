"""Between RGB and the planes of films: the matrices of BT.709, held against the standard and against FFmpeg."""

import av
import numpy as np
import pytest

from greenroom.studio.planes import (
    NEUTRAL,
    Planes,
    Rgb,
    flat_planes,
    planes_of_rgb,
    rgb_of_hex,
    rgb_of_planes,
    rgba_of_yuva,
    yuva_of_rgba,
)


def smooth(width: int = 64, height: int = 48) -> Rgb:
    """All hues in soft slopes."""
    down, across = np.mgrid[0:height, 0:width]
    red, green = across * 255 // (width - 1), down * 255 // (height - 1)
    return np.stack((red, green, 255 - (red + green) // 2), axis=2).astype(np.uint8)


def by_ffmpeg(rgb: Rgb) -> Planes:
    frame = av.VideoFrame.from_ndarray(rgb, format="rgb24")
    made = frame.reformat(
        format="yuv420p",
        src_colorspace=1,
        dst_colorspace=1,
        src_color_range=2,
        dst_color_range=1,
        interpolation=0x40000,
    )
    height, width = rgb.shape[:2]
    whole = made.to_ndarray()
    y, rest = whole[:height], whole[height:].reshape(2, height // 2, width // 2)
    return Planes(y, rest[0], rest[1])


def differences(one: Planes, other: Planes) -> list[int]:
    return [int(np.abs(a.astype(int) - b).max()) for a, b in zip(one, other, strict=True)]


# BT.709-6, table 4, for 8 bits: 219 E'Y + 16, 224 E'C + 128
@pytest.mark.parametrize(
    ("rgb", "expected"),
    [
        ((0, 0, 0), (16, 128, 128)),
        ((255, 255, 255), (235, 128, 128)),
        ((255, 0, 0), (63, 102, 240)),
        ((0, 255, 0), (173, 42, 26)),
        ((0, 0, 255), (32, 240, 118)),
        ((255, 255, 0), (219, 16, 138)),
        ((0, 255, 255), (188, 154, 16)),
        ((255, 0, 255), (78, 214, 230)),
        ((128, 128, 128), (126, 128, 128)),
    ],
)
def test_a_colour_has_the_codes_of_the_standard(rgb: tuple[int, int, int], expected: tuple[int, int, int]) -> None:
    y, u, v = flat_planes(rgb, (4, 2))

    assert (y.shape, u.shape, v.shape) == ((2, 4), (1, 2), (1, 2))
    assert (set(y.flat), set(u.flat), set(v.flat)) == ({expected[0]}, {expected[1]}, {expected[2]})


def test_a_smooth_picture_is_what_ffmpeg_makes_of_it_but_for_its_rounding() -> None:
    assert max(differences(planes_of_rgb(smooth()), by_ffmpeg(smooth()))) <= 2


def test_every_grey_is_without_colour_and_comes_back_as_it_was() -> None:
    greys = np.repeat(np.arange(256, dtype=np.uint8), 2)[None, :, None].repeat(2, 0).repeat(3, 2)

    planes = planes_of_rgb(np.ascontiguousarray(greys))

    assert set(planes.u[:, ::1].flat) | set(planes.v.flat) == {NEUTRAL}
    assert np.abs(rgb_of_planes(planes).astype(int) - greys).max() <= 1


def test_a_colour_comes_back_within_what_limited_range_can_tell() -> None:
    for rgb in ((242, 244, 247), (255, 77, 61), (12, 90, 200), (0, 177, 64)):
        back = rgb_of_planes(flat_planes(rgb, (2, 2)))[0, 0]

        assert np.abs(back.astype(int) - rgb).max() <= 2


def test_a_layer_in_brightness_and_colours_has_the_codes_that_a_picture_of_it_has() -> None:
    rng = np.random.default_rng(4)
    for rgb in rng.integers(0, 256, (200, 3)).tolist():
        planes = flat_planes((rgb[0], rgb[1], rgb[2]), (2, 2))
        layer = yuva_of_rgba(np.array([[[*rgb, 255]]], np.uint8))
        assert layer[0, 0].tolist() == [*(plane[0, 0] for plane in planes), 255]


def test_a_layer_in_brightness_and_colours_comes_back_as_red_green_and_blue() -> None:
    rng = np.random.default_rng(5)
    alpha = rng.integers(0, 256, (300, 1))
    layer = np.concatenate([rng.integers(0, 256, (300, 3)) * alpha // 255, alpha], axis=1).astype(np.uint8)[None]

    assert np.abs(rgba_of_yuva(yuva_of_rgba(layer)).astype(int) - layer).max() <= 2


def test_colour_stands_at_the_left_of_its_two_columns() -> None:
    edge = np.zeros((2, 8, 3), np.uint8)
    edge[:, 4:] = (255, 0, 0)

    v = planes_of_rgb(edge).v[0]

    # The column at 4 is red, the one before it is not: three quarters of the way.
    assert v.tolist() == [128, 128, 212, 240]


@pytest.mark.parametrize("color", ["", "#fff", "f2f4f7", "#f2f4f7ff", "#f2f4fg", "# 2f4f7", "#+2f4f7"])
def test_what_is_no_colour_is_refused(color: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        rgb_of_hex(color)
