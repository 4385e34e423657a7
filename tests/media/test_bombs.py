"""What asks for a lot is refused within a second of work and 256 MB, and the caps are settings."""

from collections.abc import Callable, Iterator

import pytest
from bombs import big_picture_mp4, bomb_files
from judging import codes, judge_with

import media_samples as good
from greenroom.media.examiner import Examiner
from greenroom.media.limits import MIB, ExamLimits

BOMBS = list(bomb_files())


@pytest.fixture(scope="module")
def frugal() -> Iterator[Examiner]:
    examiner = Examiner(ExamLimits(memory_bytes=256 * MIB, cpu_s=1))
    examiner.start()
    yield examiner
    examiner.close()


@pytest.mark.parametrize(("name", "make", "expected"), BOMBS, ids=[name for name, _, _ in BOMBS])
def test_a_bomb_is_refused_within_a_second_and_256_mb(
    frugal: Examiner, name: str, make: Callable[[], bytes], expected: frozenset[str]
) -> None:
    assert codes(judge_with(frugal, make()))[0] in expected


def test_a_huge_picture_fits_into_a_small_file() -> None:
    assert len(big_picture_mp4()) < 200_000


@pytest.mark.parametrize(
    ("limits", "sample", "code"),
    [
        (ExamLimits(max_pixels=10_000), good.jpeg, "too_many_pixels"),
        (ExamLimits(max_side=100), good.mp4, "side_too_long"),
        (ExamLimits(max_fps=10), good.mp4, "frame_rate_too_high"),
        (ExamLimits(max_packets=20), good.mp4, "too_many_packets"),
        (ExamLimits(max_packets=20), good.mp3, "too_many_packets"),
        (ExamLimits(max_packets=20), good.browser_recorder_webm, "too_many_packets"),
        (ExamLimits(max_streams=1), good.mp4, "too_many_streams"),
        (ExamLimits(max_animation_frames=5), good.gif, "too_many_frames"),
        (ExamLimits(max_animation_pixels=50_000), good.animated_webp, "animation_too_heavy"),
        (ExamLimits(min_sample_rate_hz=50_000), good.m4a, "sample_rate_absurd"),
        (ExamLimits(max_sample_rate_hz=40_000), good.browser_recorder_webm, "sample_rate_absurd"),
        (ExamLimits(max_channels=1), good.mp3, "channels_absurd"),
        (ExamLimits(max_scans=1), lambda: good.jpeg(progressive=True), "too_many_scans"),
    ],
)
def test_each_cap_is_a_setting(limits: ExamLimits, sample: Callable[[], bytes], code: str) -> None:
    examiner = Examiner(limits, concurrency=1)

    examination = judge_with(examiner, sample())
    examiner.close()

    assert codes(examination)[0] == code


def test_millions_of_empty_boxes_behind_a_film_are_refused(examiner: Examiner) -> None:
    examination = judge_with(examiner, good.mp4() + b"\0\0\0\x08free" * 300_000)

    assert codes(examination) == ["too_many_boxes"]
