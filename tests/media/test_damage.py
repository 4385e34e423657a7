"""Damage of every sort is found, named and placed."""

from collections.abc import Callable

import damaged_samples as bad
import pytest
from judging import Judge, codes

import media_samples as good

IMAGES = [good.jpeg, good.png, good.webp, good.gif]
CONTAINERS = [good.mp4, good.faststart_mp4, good.mov, good.webm, good.m4a, good.wav, good.mp3]


def test_a_film_cut_in_the_middle_says_how_much_of_it_is_left(judge: Judge) -> None:
    examination = judge(bad.moov_first_cut_in_the_middle())

    assert "file_truncated" in codes(examination)
    found = examination.damage[0]
    assert found.message.startswith("The file ends after ")
    assert found.message.endswith(" s of the 2.0 s its header promises.")
    assert found.at_s is not None
    assert 0.4 < found.at_s < 1.6


@pytest.mark.parametrize("sample", IMAGES, ids=lambda sample: sample.__name__)
@pytest.mark.parametrize("part", [0.1, 0.5, 0.9, 0.99])
def test_an_image_that_was_cut_is_refused(judge: Judge, sample: Callable[[], bytes], part: float) -> None:
    examination = judge(good.cut(sample(), part))

    assert examination.damage


@pytest.mark.parametrize("sample", CONTAINERS, ids=lambda sample: sample.__name__)
@pytest.mark.parametrize("part", [0.1, 0.5, 0.9])
def test_a_film_or_sound_that_was_cut_is_refused(judge: Judge, sample: Callable[[], bytes], part: float) -> None:
    examination = judge(good.cut(sample(), part))

    assert examination.damage


def test_a_film_without_its_index_is_refused_with_the_reason(judge: Judge) -> None:
    examination = judge(bad.without_moov())

    assert examination.info is None
    assert codes(examination) == ["moov_missing"]


@pytest.mark.parametrize("claimed_s", [0.5, 60])
def test_a_header_that_lies_about_the_duration_is_refused(judge: Judge, claimed_s: float) -> None:
    examination = judge(bad.with_header_duration(good.mp4(), claimed_s))

    assert codes(examination) == ["duration_mismatch"]
    assert examination.info is not None
    assert examination.info.duration_s == 2.0


def test_zeros_in_the_coded_pictures_are_found_without_decoding(judge: Judge) -> None:
    examination = judge(bad.with_zeroed_pictures(good.mp4_without_audio()))

    assert "nal_damaged" in codes(examination)


def test_noise_in_the_coded_pictures_is_found_by_a_full_decode(judge: Judge) -> None:
    examination = judge(bad.with_noise(good.mp4_without_audio()), deep=True)

    assert {"frame_undecodable", "nal_damaged"} & set(codes(examination))


def test_sound_that_promises_more_than_there_is_is_refused(judge: Judge) -> None:
    assert codes(judge(bad.wav_that_promises_more())) == ["file_truncated"]


@pytest.mark.parametrize("flood", [bad.pixel_flood_png, bad.pixel_flood_jpeg])
def test_a_pixel_flood_is_refused_by_its_header(judge: Judge, flood: Callable[[], bytes]) -> None:
    examination = judge(flood())

    assert codes(examination) == ["too_many_pixels"]
    assert examination.damage[0].allowed == "50 megapixels"


def test_a_frame_flood_is_refused(judge: Judge) -> None:
    assert codes(judge(bad.frame_flood_gif())) == ["too_many_frames"]


def test_a_film_with_a_hundred_tracks_is_refused(judge: Judge) -> None:
    assert codes(judge(bad.with_many_tracks(good.mp4(), 100))) == ["too_many_streams"]


def test_text_that_poses_as_a_video_is_no_video(judge: Judge) -> None:
    examination = judge(b"\x00\x00\x00\x18ftypisom" + b"#EXTM3U\nfile:///etc/passwd\n" * 20)

    assert examination.info is None
    assert examination.damage
