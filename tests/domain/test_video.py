"""The size of what is made of a film."""

import pytest

from greenroom.domain.media import Format, Kind, Measurements, MediaInfo
from greenroom.domain.video import taken_size


def film(width: int, height: int, pixel_aspect: float | None = None) -> MediaInfo:
    return MediaInfo(Format.MP4, Kind.VIDEO, width, height, measurements=Measurements(pixel_aspect=pixel_aspect))


@pytest.mark.parametrize("size", [(1080, 1920), (640, 480), (3840, 2160)])
def test_a_film_keeps_its_size(size: tuple[int, int]) -> None:
    assert taken_size(film(*size)) == size


def test_odd_sides_become_even() -> None:
    assert taken_size(film(1921, 1079)) == (1920, 1080)


def test_a_film_that_is_larger_than_any_video_is_made_smaller() -> None:
    assert taken_size(film(4096, 4096)) == (2160, 2160)


def test_a_film_whose_pixels_are_not_square_is_as_wide_as_it_is_shown() -> None:
    assert taken_size(film(1440, 1080, pixel_aspect=1.3333)) == (1920, 1080)


def test_a_film_of_which_nothing_was_measured_is_taken_as_it_is() -> None:
    assert taken_size(MediaInfo(Format.MP4, Kind.VIDEO, 640, 480)) == (640, 480)
