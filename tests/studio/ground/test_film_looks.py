"""How films look behind an avatar, whatever they are coded in: colours, shapes, turns, transparency."""

import struct
from fractions import Fraction

import numpy as np
import pytest
from ground_samples import Coding, Opened, codes, film, flat_frame, frame_of
from numpy.typing import NDArray

from greenroom.domain import tone
from greenroom.domain.media import Format
from greenroom.studio.ground.developed import over_white
from greenroom.studio.ground.look import look_of
from greenroom.studio.ground.turn import Turn
from greenroom.studio.planes import Planes

ORANGE = (230, 120, 40)
COLOURS = [ORANGE, (20, 90, 200), (16, 180, 70), (242, 244, 247), (200, 30, 60)]
LIMITED, FULL = 1, 2


def middle(planes: Planes) -> tuple[float, float, float]:
    y, u, v = (plane[plane.shape[0] // 4 : -plane.shape[0] // 4].mean() for plane in planes)
    return float(y), float(u), float(v)


def of_colour(rgb: tuple[int, int, int], coding: Coding, bits: int = 8) -> bytes:
    values = codes(rgb, coding.colours[0], limited=coding.colours[3] == LIMITED, bits=bits)
    return film([flat_frame(values, coding.size, coding.pixels)], coding)


# Colours


@pytest.mark.parametrize("rgb", COLOURS)
@pytest.mark.parametrize(
    "coding",
    [
        Coding(),
        Coding(colours=(1, 1, 1, FULL)),
        Coding(colours=(6, 6, 6, LIMITED)),
        Coding(colours=(6, 6, 6, FULL)),
        Coding(pixels="yuvj420p", colours=(6, 6, 6, FULL)),
        Coding(pixels="yuv444p"),
        Coding(pixels="yuv422p", colours=(6, 6, 6, LIMITED)),
    ],
    ids=["bt709", "full range", "bt601", "bt601 full", "jpeg", "4:4:4", "4:2:2 bt601"],
)
def test_a_colour_is_the_same_in_every_coding(opened: Opened, coding: Coding, rgb: tuple[int, int, int]) -> None:
    backdrop = opened.film(of_colour(rgb, coding))

    assert middle(backdrop.at(0)) == pytest.approx(codes(rgb), abs=1.6)


@pytest.mark.parametrize("rgb", COLOURS)
@pytest.mark.parametrize(
    "coding",
    [
        Coding("libx265", pixels="yuv420p10le"),
        Coding("libx265", pixels="yuv420p10le", colours=(6, 6, 6, FULL)),
        Coding(pixels="yuv422p10le", colours=(6, 6, 6, LIMITED)),
    ],
    ids=["hevc", "hevc bt601 full", "4:2:2"],
)
def test_ten_bits_become_eight(opened: Opened, coding: Coding, rgb: tuple[int, int, int]) -> None:
    backdrop = opened.film(of_colour(rgb, coding, bits=10))

    assert middle(backdrop.at(0)) == pytest.approx(codes(rgb), abs=1.6)


@pytest.mark.parametrize(("size", "matrix"), [((64, 576), 6), ((64, 578), 1)])
def test_colours_that_are_not_named_are_taken_by_the_height(opened: Opened, size: tuple[int, int], matrix: int) -> None:
    silent = Coding(size=size, colours=(2, 2, 2, 0))
    data = film([flat_frame(codes(ORANGE, matrix), size)], silent)

    assert middle(opened.film(data).at(0)) == pytest.approx(codes(ORANGE), abs=1.6)


# HDR

PQ, HLG = 16, 18


def hdr_film(grey_code: float, transfer: int) -> bytes:
    coding = Coding("libx265", pixels="yuv420p10le", colours=(9, 9, transfer, LIMITED))
    return film([flat_frame((round(64 + 876 * grey_code), 512, 512), coding.size, coding.pixels)], coding)


@pytest.mark.parametrize("transfer", [PQ, HLG])
def test_hdr_is_brought_into_the_range_of_every_screen(opened: Opened, transfer: int) -> None:
    greys = [middle(opened.film(hdr_film(code, transfer)).at(0)) for code in (0, 0.2, 0.4, 0.5, 0.6, 0.75, 1)]

    brightness = [y for y, _, _ in greys]
    assert brightness[0] == pytest.approx(16, abs=1)
    assert brightness[-1] == pytest.approx(235, abs=1)
    assert brightness == sorted(brightness)
    assert all(abs(u - 128) <= 1 and abs(v - 128) <= 1 for _, u, v in greys)


def test_hdr_is_mapped_by_the_table_of_the_house(opened: Opened) -> None:
    table = np.array(struct.unpack(f"<{tone.GRID**3 * 3}H", tone.table(PQ, 9))).reshape(
        tone.GRID, tone.GRID, tone.GRID, 3
    )
    step = 20
    expected = 16 + 219 * table[step, step, step, 0] / 65535

    y, _, _ = middle(opened.film(hdr_film(step / (tone.GRID - 1), PQ)).at(0))

    assert y == pytest.approx(expected, abs=1.5)


def test_what_was_done_to_hdr_stands_in_the_result(opened: Opened) -> None:
    assert [notice.code for notice in opened.film(hdr_film(0.5, PQ)).warnings] == ["background_tone_mapped"]


# Shapes


def corners(size: tuple[int, int], radius: int = 12) -> NDArray[np.uint8]:
    """A mark of another brightness in each corner: 60, 110, 160, 210 from the upper left, clockwise."""
    picture = np.full(size[::-1], 30, np.uint8)
    picture[:radius, :radius], picture[:radius, -radius:] = 60, 110
    picture[-radius:, -radius:], picture[-radius:, :radius] = 160, 210
    return picture


def marks(planes: Planes) -> list[int]:
    y = planes.y
    return [round(float(part.mean()), -1) for part in (y[2:5, 2:5], y[2:5, -5:-2], y[-5:-2, -5:-2], y[-5:-2, 2:5])]


@pytest.mark.parametrize(
    ("turn", "expected"),
    [
        (0, [60, 110, 160, 210]),
        (90, [110, 160, 210, 60]),
        (180, [160, 210, 60, 110]),
        (270, [210, 60, 110, 160]),
    ],
)
def test_a_film_is_shown_upright(opened: Opened, turn: int, expected: list[int]) -> None:
    frame = (48, 64) if turn % 180 else (64, 48)

    backdrop = opened.film(turned(film([frame_of(corners((64, 48)))]), turn), frame=frame)

    assert marks(backdrop.at(0)) == expected


def turned(data: bytes, counterclockwise: int) -> bytes:
    """With the turn in its track's header (ISO 14496-12, 8.3.2)."""
    a, b = {0: (1, 0), 90: (0, -1), 180: (-1, 0), 270: (0, 1)}[counterclockwise]
    upright = struct.pack(">9i", 1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30)
    matrix = struct.pack(">9i", a << 16, b << 16, 0, -b << 16, a << 16, 0, 0, 0, 1 << 30)
    place = data.index(upright, data.index(b"tkhd"))
    return data[:place] + matrix + data[place + len(matrix) :]


def slope(size: tuple[int, int]) -> NDArray[np.uint8]:
    """Brighter from the left, 40, to the right, 200."""
    width, height = size
    return np.tile(np.linspace(40, 200, width).round().astype(np.uint8), (height, 1))


@pytest.mark.parametrize(
    ("focus", "left", "right"),
    [((0.5, 0.5), 98.5, 141.5), ((0.0, 0.5), 40, 83), ((1.0, 0.5), 157, 200), ((0.3, 0.9), 66.5, 109.5)],
    ids=["middle", "left", "right", "near the left"],
)
def test_the_focus_stays_in_view(opened: Opened, focus: tuple[float, float], left: float, right: float) -> None:
    # A frame of 36 x 64 shows 54 of the 200 columns: 43 of the 160 steps of brightness.
    backdrop = opened.film(film([frame_of(slope((200, 96)))], Coding(size=(200, 96))), focus=focus)

    row = backdrop.at(0).y[32]

    assert (row[0], row[-1]) == (pytest.approx(left, abs=2), pytest.approx(right, abs=2))


def test_the_focus_of_a_turned_film_is_meant_as_it_is_shown(opened: Opened) -> None:
    # Stored 96 x 200 with what is shown left at the bottom.
    stored = np.ascontiguousarray(slope((200, 96)).T[::-1])
    data = turned(film([frame_of(stored)], Coding(size=(96, 200))), 270)

    row = opened.film(data, focus=(0.0, 0.5)).at(0).y[32]

    assert (row[0], row[-1]) == (pytest.approx(40, abs=2), pytest.approx(83, abs=2))


def test_pixels_that_are_not_square_are_shown_as_they_are_meant(opened: Opened) -> None:
    # 100 columns of double width: half as many are seen as of square ones.
    coding = Coding(size=(100, 96), pixel_aspect=Fraction(2))

    row = opened.film(film([frame_of(slope((100, 96)))], coding)).at(0).y[32]

    assert (row[0], row[-1]) == (pytest.approx(98.5, abs=3), pytest.approx(141.5, abs=3))


@pytest.mark.parametrize("size", [(65, 49), (1, 1), (3, 2), (2, 90), (301, 5)])
def test_odd_sizes_fill_the_frame(opened: Opened, size: tuple[int, int]) -> None:
    data = film([frame_of(np.full(size[::-1], 90, np.uint8))], Coding("libvpx-vp9", "webm", size=size))

    planes = opened.film(data, Format.WEBM).at(0)

    assert (planes.y.shape, planes.u.shape, planes.v.shape) == ((64, 36), (32, 18), (32, 18))
    assert set(planes.y.flat) == {90}


def test_a_film_of_the_size_of_the_frame_is_shown_as_it_was_coded(opened: Opened) -> None:
    noise = np.random.default_rng(1).integers(16, 236, (64, 36), dtype=np.uint8)

    planes = opened.film(film([frame_of(noise)], Coding(size=(36, 64)))).at(0)

    assert np.array_equal(planes.y, noise)


def test_a_circle_stays_a_circle(opened: Opened) -> None:
    down, across = np.mgrid[0:90, 0:160]
    disc = np.where((down - 44.5) ** 2 + (across - 79.5) ** 2 < 20**2, 220, 30).astype(np.uint8)

    y = opened.film(film([frame_of(disc)], Coding(size=(160, 90))), frame=(540, 960)).at(0).y

    bright = y > 125
    assert np.flatnonzero(bright.any(0)).size == pytest.approx(np.flatnonzero(bright.any(1)).size, abs=3)
    assert np.flatnonzero(bright.any(1)).size == pytest.approx(40 * 960 / 90, abs=6)


def test_a_film_that_is_enlarged_says_how_much(opened: Opened) -> None:
    backdrop = opened.film(film([flat_frame((90, 128, 128))]), frame=(270, 480))

    assert [notice.code for notice in backdrop.warnings] == ["background_small"]
    assert "64 x 48 pixels; to fill 270 x 480 it is enlarged 10.0 times" in backdrop.warnings[0].message


# Interlaced films, transparency


def combed(moment: int) -> NDArray[np.uint8]:
    """A bar that is further to the right in every second row, which was filmed later."""
    picture = np.full((48, 64), 30, np.uint8)
    picture[0::2, 10 + 4 * moment : 20 + 4 * moment] = 200
    picture[1::2, 12 + 4 * moment : 22 + 4 * moment] = 200
    return picture


def test_an_interlaced_film_shows_no_combs(opened: Opened) -> None:
    pictures = [frame_of(combed(moment)) for moment in range(6)]

    whole = opened.film(film(pictures, Coding(interlaced=True)), frame=(64, 48)).at(3).y.astype(int)

    differences = np.abs(whole[20:28:2] - whole[21:29:2]).max()
    assert differences < 90


# VP8 is in BT.601 by its standard.
@pytest.mark.parametrize(("encoder", "matrix"), [("libvpx-vp9", 1), ("libvpx", 6)])
def test_a_transparent_film_is_shown_over_white(opened: Opened, encoder: str, matrix: int) -> None:
    picture = flat_frame((*codes((200, 30, 60), matrix), 255), pixels="yuva420p")
    alpha = np.zeros((48, picture.planes[3].line_size), np.uint8)
    alpha[:, :32] = 255
    picture.planes[3].update(alpha.tobytes())
    quality = {"crf": "4", "b": "8000000", "auto-alt-ref": "0", "lossless": "0"}
    options = {key: value for key, value in quality.items() if encoder == "libvpx-vp9" or key != "lossless"}
    coding = Coding(encoder, "webm", pixels="yuva420p", options=options, alpha=True, colours=(matrix, 1, 1, LIMITED))

    y, u, v = opened.film(film([picture], coding), Format.WEBM, frame=(64, 48)).at(0)

    left, right = (y[:, 4:28].mean(), u[:, 2:14].mean(), v[:, 2:14].mean()), (y[:, 36:60].mean(), u[:, 18:].mean())
    assert left == pytest.approx(codes((200, 30, 60)), abs=2)
    assert right == pytest.approx((235, 128), abs=2)


def test_what_shines_through_a_transparent_film_mixes_with_white() -> None:
    half = flat_frame((*codes((0, 0, 0)), 128), pixels="yuva420p")

    mixed = over_white(half, look_of(half, Turn()))

    assert np.frombuffer(mixed.planes[0], np.uint8)[0] == pytest.approx((16 * 128 + 235 * 127) / 255, abs=1)
