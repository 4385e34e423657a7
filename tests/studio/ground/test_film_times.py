"""Which picture of a film is behind which frame of the video."""

import gc
import itertools
import os

import pytest
from ground_samples import Coding, Opened, film, moving, number_of, numbered

import media_samples
from greenroom.domain.media import Format
from greenroom.errors import NotProduced
from greenroom.studio.ground.port import Backdrop
from greenroom.studio.planes import Planes


def shown(backdrop: Backdrop, frames: range) -> list[float]:
    return [number_of(backdrop.at(index)) for index in frames]


def copied(planes: Planes) -> tuple[bytes, ...]:
    return tuple(plane.tobytes() for plane in planes)


@pytest.mark.parametrize(
    ("coding", "format_"),
    [
        (Coding(), Format.MP4),
        (Coding(container="mov"), Format.MOV),
        (Coding("libx265"), Format.MP4),
        (Coding("libvpx-vp9", "webm"), Format.WEBM),
        (Coding("libvpx", "webm"), Format.WEBM),
    ],
    ids=["h264", "mov", "hevc", "vp9", "vp8"],
)
def test_a_film_of_the_rate_of_the_video_shows_each_picture_once(
    opened: Opened, coding: Coding, format_: Format
) -> None:
    backdrop = opened.film(film(numbered(30), coding), format_, loop=False)

    assert shown(backdrop, range(30)) == list(range(30))


def test_a_film_of_another_rate_shows_the_picture_that_is_not_later(opened: Opened) -> None:
    slow = opened.film(film(numbered(24), Coding(rate=24)), loop=False)
    quick = opened.film(film(numbered(60), Coding(rate=60)), loop=False)

    assert shown(slow, range(30)) == [index * 24 // 30 for index in range(30)]
    assert shown(quick, range(30)) == [index * 2 for index in range(30)]


def test_times_that_are_rounded_or_tremble_neither_repeat_nor_skip_a_picture(opened: Opened) -> None:
    trembling = [0, 34, 66, 101, 133, 168, 199, 234, 266, 301, 334, 366, 400]

    backdrop = opened.film(film(numbered(13), times=trembling), loop=False)

    assert shown(backdrop, range(13)) == list(range(13))


def test_a_film_of_variable_rate_keeps_its_own_times(opened: Opened) -> None:
    times = [0, 100, 150, 600, 633]

    backdrop = opened.film(film(numbered(5), times=times), loop=False)

    expected = [max(number for number, at in enumerate(times) if at <= index * 1000 / 30 + 7) for index in range(22)]
    assert shown(backdrop, range(22)) == expected


def test_nothing_new_is_made_while_a_picture_lasts(opened: Opened) -> None:
    backdrop = opened.film(film(numbered(10), Coding(rate=10)))

    assert backdrop.at(1) is backdrop.at(0)
    assert backdrop.at(2) is backdrop.at(1)
    assert backdrop.at(3) is not backdrop.at(2)


def test_what_is_shown_cannot_be_written_to(opened: Opened) -> None:
    planes = opened.film(film(numbered(2))).at(0)

    with pytest.raises(ValueError, match="read-only"):
        planes.y[0, 0] = 0


# The end


def test_a_looped_film_begins_again_without_a_gap(opened: Opened) -> None:
    backdrop = opened.film(film(numbered(20)))

    assert shown(backdrop, range(55)) == [*range(20), *range(20), *range(15)]


def test_a_long_loop_does_not_drift(opened: Opened) -> None:
    backdrop = opened.film(film(numbered(20), Coding("libvpx-vp9", "webm")), Format.WEBM)

    assert shown(backdrop, range(20_000, 20_040)) == [*range(20), *range(20)]


def test_a_held_film_stays_at_its_last_picture(opened: Opened) -> None:
    backdrop = opened.film(film(numbered(20)), loop=False)

    assert shown(backdrop, range(18, 40)) == [18.0] + [19.0] * 21
    assert backdrop.at(1000) is backdrop.at(19)


@pytest.mark.parametrize("loop", [True, False])
def test_a_film_of_one_picture_is_a_still(opened: Opened, loop: bool) -> None:
    backdrop = opened.film(film(numbered(1)), loop=loop)

    assert all(backdrop.at(index) is backdrop.at(0) for index in (0, 1, 2, 500))


def test_a_film_of_two_pictures_is_decoded_once_however_often_it_is_shown(opened: Opened) -> None:
    backdrop = opened.film(film(numbered(2)))

    assert shown(backdrop, range(1000)) == [0, 1] * 500
    assert backdrop.at(0) is backdrop.at(2)


def test_a_film_that_does_not_begin_at_zero_is_shown_from_its_first_picture(opened: Opened) -> None:
    late = film(numbered(5), Coding("libvpx-vp9", "webm"), times=[2000, 2033, 2067, 2100, 2133])

    assert shown(opened.film(late, Format.WEBM), range(5)) == [0, 1, 2, 3, 4]


# Beginning in the middle

SLOW = {"preset": "medium", "qp": "12"}
KINDS = {
    "h264 with b frames": (film(moving(40), Coding(options=SLOW)), Format.MP4),
    "h264 with open groups": (film(moving(40), Coding(options={**SLOW, "x264-params": "open-gop=1"})), Format.MP4),
    "h264 refreshed bit by bit": (
        film(moving(40), Coding(options={**SLOW, "x264-params": "intra-refresh=1"})),
        Format.MP4,
    ),
    "hevc with open groups": (
        film(
            moving(40),
            Coding("libx265", options={"preset": "medium", "x265-params": "open-gop=1:log-level=none:pools=1"}),
        ),
        Format.MP4,
    ),
    "interlaced": (film(moving(40), Coding(interlaced=True)), Format.MP4),
    "vp8": (
        film(moving(40), Coding("libvpx", "webm", options={"auto-alt-ref": "1", "lag-in-frames": "8"})),
        Format.WEBM,
    ),
    "vp9": (film(moving(40), Coding("libvpx-vp9", "webm")), Format.WEBM),
    "without an index": (media_samples.browser_recorder_webm(), Format.WEBM),
    "in fragments": (media_samples.browser_recorder_mp4(), Format.MP4),
    "of variable rate": (media_samples.vfr_mp4(), Format.MP4),
    "turned": (media_samples.upright_phone_mp4(), Format.MP4),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_frame_is_the_same_however_one_came_there(opened: Opened, kind: str) -> None:
    walked = opened.film(*KINDS[kind])
    walk = [copied(walked.at(index)) for index in range(100)]

    begun = {
        index: copied(opened.film(*KINDS[kind], threads=1).at(index)) for index in (0, 7, 12, 13, 25, 39, 41, 77, 99)
    }

    assert {index: walk[index] == frame for index, frame in begun.items()} == dict.fromkeys(begun, True)


@pytest.mark.parametrize("kind", KINDS)
def test_going_to_and_fro_changes_nothing(opened: Opened, kind: str) -> None:
    walked, backdrop = opened.film(*KINDS[kind]), opened.film(*KINDS[kind])
    walk = [copied(walked.at(index)) for index in range(100)]

    to_and_fro = {index: copied(backdrop.at(index)) for index in (90, 3, 38, 12, 11, 61, 0)}

    assert {index: walk[index] == frame for index, frame in to_and_fro.items()} == dict.fromkeys(to_and_fro, True)


def test_pictures_do_not_depend_on_the_number_of_threads(opened: Opened) -> None:
    data = KINDS["h264 with b frames"][0]

    walks = [[copied(opened.film(data, threads=threads).at(index)) for index in (3, 14, 33)] for threads in (1, 2, 5)]

    assert walks[0] == walks[1] == walks[2]


def test_no_more_is_held_of_a_long_film_than_of_a_short_one(opened: Opened) -> None:
    backdrop = opened.film(
        film(numbered(60, (640, 480)), Coding(size=(640, 480))), frame=(1280, 720)
    )  # too much to keep
    gc.collect()
    gc.disable()

    try:
        shown(backdrop, range(60))
        before = resident_mb()
        shown(backdrop, range(60, 210))
        after = resident_mb()
    finally:
        gc.enable()

    assert after - before < 40  # a frame is 0.5 MB as it is decoded and 1.4 as it is shown


def resident_mb() -> float:
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


# Damage that came after verification


def test_a_film_that_breaks_off_says_where(opened: Opened) -> None:
    whole = media_samples.faststart_mp4()

    with pytest.raises(NotProduced, match=r"\(background\) cannot be decoded at [01]\.\d\d s") as refused:
        opened.film(media_samples.cut(whole, 0.6))

    assert refused.value.code == "background_broken"


def test_a_film_with_a_hole_is_refused(opened: Opened) -> None:
    holed = media_samples.with_a_hole(media_samples.faststart_mp4(), 0.7, 3000)

    with pytest.raises(NotProduced, match="Upload the video again"):
        for index, backdrop in zip(range(60), itertools.repeat(opened.film(holed)), strict=False):
            backdrop.at(index)


@pytest.mark.parametrize("data", [b"", b"\0" * 5000, media_samples.html()], ids=["nothing", "zeros", "a page"])
def test_what_is_no_film_is_refused(opened: Opened, data: bytes) -> None:
    with pytest.raises(NotProduced):
        opened.film(data)


def test_a_film_without_pictures_is_refused(opened: Opened) -> None:
    with pytest.raises(NotProduced, match="no pictures"):
        opened.film(media_samples.m4a(1))


def test_of_two_films_in_a_file_the_one_that_can_be_decoded_is_shown(opened: Opened) -> None:
    backdrop = opened.film(media_samples.mp4_with_strange_picture_first())

    assert backdrop.at(0).y.mean() == pytest.approx(145, abs=2)


def test_a_film_is_read_by_its_descriptor_whose_place_stays(opened: Opened) -> None:
    backdrop = opened.film(film(numbered(20)))
    place = os.lseek(opened.descriptors[-1], 0, os.SEEK_CUR)

    shown(backdrop, range(30))

    assert os.lseek(opened.descriptors[-1], 0, os.SEEK_CUR) == place
