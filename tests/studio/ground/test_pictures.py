"""Images behind an avatar: what a frame of them looks like, held against the colours that were put in."""

import io

import numpy as np
import pytest
from ground_samples import Opened, codes, png_of
from PIL import Image, ImageCms

import media_samples
from greenroom.domain.media import Format
from greenroom.domain.video import ColorGround
from greenroom.errors import NotProduced
from greenroom.studio.ground import open_ground
from greenroom.studio.planes import Planes, planes_of_rgb

RED, BLUE = (200, 30, 60), (20, 90, 200)


def middle(planes: Planes) -> tuple[float, float, float]:
    y, u, v = (plane[plane.shape[0] // 4 : -plane.shape[0] // 4].mean() for plane in planes)
    return float(y), float(u), float(v)


def plain(color: object, mode: str = "RGB", size: tuple[int, int] = (60, 80)) -> Image.Image:
    return Image.new(mode, size, color)  # type: ignore[arg-type]  # a colour of the mode


# A colour


def test_a_colour_fills_the_frame_and_is_made_once() -> None:
    backdrop = open_ground(ColorGround("#C81e3C"), {}, (36, 64), 30)

    planes = backdrop.at(0)

    assert [set(plane.flat) for plane in planes] == [{code} for code in codes(RED)]
    assert (planes.size, backdrop.at(999) is planes) == ((36, 64), True)


def test_what_is_no_colour_is_refused_with_what_it_should_be() -> None:
    with pytest.raises(NotProduced, match="'red'; it must be # and six hexadecimal digits") as refused:
        open_ground(ColorGround("red"), {}, (36, 64), 30)

    assert refused.value.code == "background_color_invalid"


# Colours of images


@pytest.mark.parametrize(
    ("data", "format_", "expected"),
    [
        (png_of(plain(RED)), Format.PNG, RED),
        (png_of(plain(RED), "JPEG", quality=95, subsampling=0), Format.JPEG, RED),
        (png_of(plain(RED), "WEBP", lossless=True), Format.WEBP, RED),
        (png_of(plain(RED), "GIF"), Format.GIF, RED),
        (png_of(plain(RED).quantize(4)), Format.PNG, RED),
        (png_of(plain(90, "L")), Format.PNG, (90, 90, 90)),
        (png_of(plain(90, "L"), "JPEG"), Format.JPEG, (90, 90, 90)),
        (png_of(plain(1, "1")), Format.PNG, (255, 255, 255)),
        (png_of(plain(90 * 257, "I;16")), Format.PNG, (90, 90, 90)),
        (png_of(plain((0, 255, 255, 0), "CMYK"), "JPEG", quality=98), Format.JPEG, (254, 0, 0)),
    ],
    ids=["png", "jpeg", "webp", "gif", "palette", "grey", "grey jpeg", "bits", "16 bits", "cmyk"],
)
def test_an_image_of_one_colour_has_it_behind_all_frames(
    opened: Opened, data: bytes, format_: Format, expected: tuple[int, int, int]
) -> None:
    backdrop = opened.picture(data, format_)

    assert middle(backdrop.at(0)) == pytest.approx(codes(expected), abs=1.5)
    assert backdrop.at(1000) is backdrop.at(0)


@pytest.mark.parametrize(
    ("picture", "expected"),
    [
        (plain((*RED, 255), "RGBA"), RED),
        (plain((*RED, 0), "RGBA"), (255, 255, 255)),
        (plain((0, 0, 0, 51), "RGBA"), (204, 204, 204)),
        (plain((0, 51), "LA"), (204, 204, 204)),
    ],
    ids=["opaque", "clear", "a fifth", "a fifth of grey"],
)
def test_transparency_is_over_white(opened: Opened, picture: Image.Image, expected: tuple[int, int, int]) -> None:
    assert middle(opened.picture(png_of(picture), Format.PNG).at(0)) == pytest.approx(codes(expected), abs=1.2)


def test_a_palette_with_a_clear_colour_is_over_white(opened: Opened) -> None:
    picture = plain(RED).quantize(4)
    clear = picture.getpixel((0, 0))

    backdrop = opened.picture(png_of(picture, "GIF", transparency=clear), Format.GIF)

    assert middle(backdrop.at(0)) == pytest.approx(codes((255, 255, 255)), abs=1)


def test_what_is_clear_does_not_bleed_its_colour_at_edges(opened: Opened) -> None:
    picture = plain((0, 0, 0, 0), "RGBA", (360, 640))
    picture.paste((255, 255, 255, 255), (100, 0, 360, 640))

    y = opened.picture(png_of(picture), Format.PNG).at(0).y

    assert set(y.flat) == {235}


def test_a_colour_profile_is_converted_to_srgb(opened: Opened) -> None:
    swapped = ImageCms.ImageCmsProfile(io.BytesIO(profile_with_red_and_blue_swapped()))

    backdrop = opened.picture(png_of(plain(BLUE), icc_profile=swapped.tobytes()), Format.PNG)

    assert middle(backdrop.at(0)) == pytest.approx(codes((200, 90, 20)), abs=2)


def profile_with_red_and_blue_swapped() -> bytes:
    """sRGB, whose red is called blue and the other way round: what goes through it is seen at once."""
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return srgb.replace(b"rXYZ", b"xXYZ").replace(b"bXYZ", b"rXYZ").replace(b"xXYZ", b"bXYZ")


def test_a_broken_profile_is_left_out_and_told_of(opened: Opened) -> None:
    backdrop = opened.picture(png_of(plain(RED), icc_profile=b"no profile" * 30), Format.PNG)

    assert middle(backdrop.at(0)) == pytest.approx(codes(RED), abs=1)
    assert "background_profile_unreadable" in [notice.code for notice in backdrop.warnings]


# Shapes


def quartered(size: tuple[int, int]) -> Image.Image:
    """Grey 60, 110, 160, 210 in the quarters from the upper left, clockwise."""
    width, height = size
    picture = Image.new("L", size, 60)
    picture.paste(110, (width // 2, 0, width, height // 2))
    picture.paste(160, (width // 2, height // 2, width, height))
    picture.paste(210, (0, height // 2, width // 2, height))
    return picture


def quarters(planes: Planes) -> list[float]:
    y = planes.y
    return [
        round((float(part.mean()) - 16) / 219 * 255, -1)
        for part in (y[4:8, 4:8], y[4:8, -8:-4], y[-8:-4, -8:-4], y[-8:-4, 4:8])
    ]


@pytest.mark.parametrize(
    ("orientation", "expected"),
    [
        (1, [60, 110, 160, 210]),
        (2, [110, 60, 210, 160]),
        (3, [160, 210, 60, 110]),
        (4, [210, 160, 110, 60]),
        (5, [60, 210, 160, 110]),
        (6, [210, 60, 110, 160]),
        (7, [160, 110, 60, 210]),
        (8, [110, 160, 210, 60]),
    ],
)
@pytest.mark.parametrize("mode", ["L", "RGBA", "P"])
def test_a_photograph_is_shown_upright(opened: Opened, orientation: int, expected: list[int], mode: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    frame = (64, 48) if orientation < 5 else (48, 64)

    backdrop = opened.picture(png_of(quartered((64, 48)).convert(mode), exif=exif), Format.PNG, frame=frame)

    assert quarters(backdrop.at(0)) == expected


@pytest.mark.parametrize(
    ("focus", "first", "last"), [((0.5, 0.5), 98.5, 141.5), ((0.0, 0.5), 40, 83), ((1.0, 0.0), 157, 200)]
)
def test_the_focus_stays_in_view(opened: Opened, focus: tuple[float, float], first: float, last: float) -> None:
    row = np.linspace(40, 200, 200).round().astype(np.uint8)
    picture = Image.fromarray(np.tile(row, (96, 1)))

    y = opened.picture(png_of(picture), Format.PNG, focus=focus).at(0).y[32]

    grey = (y.astype(float) - 16) / 219 * 255
    assert (grey[0], grey[-1]) == (pytest.approx(first, abs=2), pytest.approx(last, abs=2))


def test_an_image_of_the_size_of_the_frame_keeps_every_pixel(opened: Opened) -> None:
    pixels = np.random.default_rng(1).integers(0, 256, (64, 36, 3), dtype=np.uint8)

    planes = opened.picture(png_of(Image.fromarray(pixels)), Format.PNG).at(0)

    assert all(np.array_equal(one, other) for one, other in zip(planes, planes_of_rgb(pixels), strict=True))


@pytest.mark.parametrize("size", [(1, 1), (1, 3000), (3001, 7), (641, 359)])
def test_every_shape_fills_the_frame(opened: Opened, size: tuple[int, int]) -> None:
    planes = opened.picture(png_of(plain(RED, size=size)), Format.PNG).at(0)

    assert [plane.shape for plane in planes] == [(64, 36), (32, 18), (32, 18)]
    assert middle(planes) == pytest.approx(codes(RED), abs=1)


def test_an_image_that_is_enlarged_says_how_much(opened: Opened) -> None:
    backdrop = opened.picture(media_samples.png(64, 48), Format.PNG, frame=(270, 480))

    assert [notice.code for notice in backdrop.warnings] == ["background_small"]
    assert "enlarged 10.0 times" in backdrop.warnings[0].message


# Animations


def animation(file_format: str, delays: list[int], **options: object) -> bytes:
    step = 1 if len(delays) > 7 else 30
    first, *others = [plain((40 + step * number,) * 3, size=(36, 64)) for number in range(len(delays))]
    return png_of(first, file_format, save_all=True, append_images=others, duration=delays, loop=0, **options)


def shown(opened: Opened, data: bytes, format_: Format, count: int, rate: int = 100) -> list[int]:
    backdrop = opened.picture(data, format_, rate=rate)
    return [round((grey(backdrop.at(index)) - 40) / 30) for index in range(count)]


def grey(planes: Planes) -> float:
    return (float(planes.y.mean()) - 16) / 219 * 255


def copied(planes: Planes) -> tuple[bytes, ...]:
    return tuple(plane.tobytes() for plane in planes)


@pytest.mark.parametrize(
    ("file_format", "format_", "options"),
    [("GIF", Format.GIF, {}), ("PNG", Format.PNG, {}), ("WEBP", Format.WEBP, {"lossless": True})],
)
def test_each_picture_of_an_animation_is_shown_for_its_time_over_and_over(
    opened: Opened, file_format: str, format_: Format, options: dict[str, object]
) -> None:
    data = animation(file_format, [50, 200, 30, 120], **options)

    # At 100 frames a second each frame is 10 ms.
    round_ = [0] * 5 + [1] * 20 + [2] * 3 + [3] * 12
    assert shown(opened, data, format_, 100) == (round_ * 3)[:100]


def test_a_hasty_gif_is_shown_as_browsers_show_it(opened: Opened) -> None:
    assert shown(opened, animation("GIF", [0, 10, 20]), Format.GIF, 22) == [0] * 10 + [1] * 10 + [2] * 2


@pytest.mark.parametrize(
    ("file_format", "format_", "options"), [("PNG", Format.PNG, {}), ("WEBP", Format.WEBP, {"lossless": True})]
)
def test_sixty_pictures_a_second_are_not_slowed_down(
    opened: Opened, file_format: str, format_: Format, options: dict[str, object]
) -> None:
    data = animation(file_format, [16, 17, 17], **options)

    # At 50 frames a second each frame is 20 ms, and the animation lasts 50.
    assert shown(opened, data, format_, 6, rate=50) == [0, 1, 2, 0, 1, 0]


def test_the_first_picture_of_a_png_that_is_not_animated_is_not_shown(opened: Opened) -> None:
    data = animation("PNG", [100, 100, 100], default_image=True)

    assert set(shown(opened, data, Format.PNG, 60)) == {1, 2}


@pytest.mark.parametrize(
    ("data", "format_"),
    [
        (media_samples.gif(), Format.GIF),
        (media_samples.animated_png(), Format.PNG),
        (media_samples.animated_webp(), Format.WEBP),
    ],
    ids=["gif", "png", "webp"],
)
def test_a_frame_is_the_same_however_one_came_there(opened: Opened, data: bytes, format_: Format) -> None:
    walked = opened.picture(data, format_)
    walk = [copied(walked.at(index)) for index in range(80)]

    begun = {index: copied(opened.picture(data, format_).at(index)) for index in (0, 4, 31, 70)}

    assert {index: walk[index] == frame for index, frame in begun.items()} == dict.fromkeys(begun, True)


@pytest.mark.parametrize("file_format", ["GIF", "PNG", "WEBP"])
def test_an_animation_of_which_too_much_would_be_kept_can_be_gone_through_to_and_fro(
    opened: Opened, file_format: str
) -> None:
    backdrop = opened.picture(animation(file_format, [100] * 200, lossless=True), Format[file_format], frame=(540, 960))

    greys = {index: grey(backdrop.at(3 * index)) for index in (5, 199, 3, 200, 4)}

    assert greys == pytest.approx({5: 45, 199: 239, 3: 43, 200: 40, 4: 44}, abs=2)


def test_nothing_new_is_made_while_a_picture_lasts(opened: Opened) -> None:
    backdrop = opened.picture(animation("GIF", [100, 100]), Format.GIF)

    assert backdrop.at(0) is backdrop.at(2)
    assert backdrop.at(3) is backdrop.at(5)
    assert backdrop.at(3) is not backdrop.at(0)


# What cannot be shown


@pytest.mark.parametrize(
    ("data", "format_"),
    [
        (b"", Format.PNG),
        (media_samples.cut(media_samples.png(), 0.5), Format.PNG),
        (media_samples.cut(media_samples.jpeg(), 0.5), Format.JPEG),
        (media_samples.png(), Format.JPEG),
        (media_samples.svg(), Format.PNG),
    ],
    ids=["nothing", "half a png", "half a jpeg", "a png that is called jpeg", "a drawing"],
)
def test_an_image_that_cannot_be_decoded_is_refused(opened: Opened, data: bytes, format_: Format) -> None:
    with pytest.raises(NotProduced, match=r"\(background\) cannot be decoded.*Upload the image again") as refused:
        opened.picture(data, format_)

    assert refused.value.code == "background_unreadable"
