"""Good files are found whole, and are described as what they are."""

from collections.abc import Callable

import pytest
from damaged_samples import jpeg_with_broken_exif
from judging import Judge

import media_samples as good
from greenroom.domain.media import Format, Kind

GOOD_FILES: list[Callable[[], bytes]] = [
    good.jpeg,
    good.jpeg_from_a_phone,
    good.cmyk_jpeg,
    good.grey_jpeg,
    good.png,
    good.png_with_transparency,
    good.animated_png,
    good.webp,
    good.animated_webp,
    good.gif,
    good.still_gif,
    good.mp4,
    good.mp4_without_audio,
    good.faststart_mp4,
    good.hevc_mp4,
    good.hevc_mov,
    good.mov,
    good.mov_with_pcm_audio,
    good.mov_with_metadata_track,
    good.phone_mov,
    good.upright_phone_mp4,
    good.mirrored_phone_mp4,
    good.mp4_turned_as_a_whole,
    good.hdr_mp4,
    good.vfr_mp4,
    good.one_frame_mp4,
    good.fragmented_mp4,
    good.browser_recorder_mp4,
    good.mp4_with_two_sounds,
    good.mp4_with_sound_first,
    good.mp4_with_strange_sound_first,
    good.mp4_with_strange_picture_first,
    good.mp4_with_mp3_audio,
    good.mp4_with_vp9,
    good.mp4_with_av1,
    good.webm,
    good.vp8_webm,
    good.av1_webm,
    good.webm_without_audio,
    good.browser_recorder_webm,
    good.mp3,
    good.mp3_with_cover,
    good.wav,
    good.wav_24_bit,
    good.wav_float,
    good.m4a,
    good.alac_m4a,
    jpeg_with_broken_exif,
]


@pytest.mark.parametrize("sample", GOOD_FILES, ids=lambda sample: sample.__name__)
def test_a_good_file_shows_no_damage(judge: Judge, sample: Callable[[], bytes]) -> None:
    examination = judge(sample())

    assert examination.damage == ()
    assert examination.info is not None


@pytest.mark.parametrize("sample", GOOD_FILES, ids=lambda sample: sample.__name__)
def test_a_good_file_shows_no_damage_when_decoded_in_full(judge: Judge, sample: Callable[[], bytes]) -> None:
    examination = judge(sample(), deep=True)

    assert examination.damage == ()
    assert examination.deep


def test_a_video_is_described_by_its_packets(judge: Judge) -> None:
    info = judge(good.mp4()).info

    assert info is not None
    assert (info.format, info.kind, info.width, info.height) == (Format.MP4, Kind.VIDEO, 320, 240)
    assert (info.duration_s, info.frame_count) == (2.0, 60)
    assert info.video is not None
    assert (info.video.codec, info.video.frame_rate, info.video.pixel_format) == ("h264", 30.0, "yuv420p")
    assert info.audio is not None
    assert (info.audio.codec, info.audio.sample_rate_hz, info.audio.channels) == ("aac", 48_000, 2)


def test_a_video_is_structural_until_it_is_decoded_in_full(judge: Judge) -> None:
    assert not judge(good.mp4()).deep
    assert judge(good.mp4(), deep=True).deep


def test_images_and_sound_are_decoded_in_full_at_once(judge: Judge) -> None:
    assert judge(good.jpeg()).deep
    assert judge(good.mp3()).deep


def test_a_phone_video_is_described_as_displayed(judge: Judge) -> None:
    info = judge(good.phone_mov()).info

    assert info is not None
    assert info.video is not None
    assert (info.width, info.height, info.video.rotation_deg) == (240, 320, 90)


@pytest.mark.parametrize("sample", [good.mirrored_phone_mp4, good.mp4_turned_as_a_whole])
def test_a_video_is_described_as_displayed_whatever_turns_it(judge: Judge, sample: Callable[[], bytes]) -> None:
    info = judge(sample()).info

    assert info is not None
    assert info.video is not None
    assert (info.width, info.height, info.video.rotation_deg) == (240, 320, 90)


def test_a_phone_photo_is_described_as_displayed(judge: Judge) -> None:
    info = judge(good.jpeg_from_a_phone()).info

    assert info is not None
    assert (info.width, info.height, info.orientation) == (480, 640, 6)


def test_a_cover_picture_does_not_make_a_video_of_a_song(judge: Judge) -> None:
    info = judge(good.mp3_with_cover()).info

    assert info is not None
    assert info.kind is Kind.AUDIO
    assert info.ignored_streams == ("cover picture",)


def test_a_data_track_is_named_and_ignored(judge: Judge) -> None:
    info = judge(good.mov_with_metadata_track()).info

    assert info is not None
    assert info.ignored_streams == ("data (mebx)",)


def test_a_recording_without_a_duration_in_its_header_is_measured(judge: Judge) -> None:
    info = judge(good.browser_recorder_webm()).info

    assert info is not None
    assert info.duration_s == pytest.approx(2.0, abs=0.05)


def test_hdr_and_variable_frame_rate_are_seen(judge: Judge) -> None:
    hdr, variable = judge(good.hdr_mp4()).info, judge(good.vfr_mp4()).info

    assert hdr is not None
    assert hdr.video is not None
    assert hdr.video.color_transfer == "smpte2084"
    assert variable is not None
    assert variable.video is not None
    assert variable.video.variable_frame_rate


def test_every_stage_says_what_it_checked_and_how_long_it_took(judge: Judge) -> None:
    stages = judge(good.mp4()).stages

    assert [stage.name for stage in stages] == [
        "disguise",
        "container",
        "streams",
        "packets",
        "coded pictures",
        "claims",
        "key frames",
    ]
    assert all(stage.checked and stage.duration_ms >= 0 for stage in stages)


def test_a_stage_names_what_it_found(judge: Judge) -> None:
    stages = {stage.name: stage.found for stage in judge(good.cut(good.faststart_mp4())).stages}

    assert stages["claims"] == ("file_truncated",)
    assert stages["streams"] == ()


def test_a_full_decode_is_a_stage_of_its_own(judge: Judge) -> None:
    assert judge(good.mp4(), deep=True).stages[-1].name == "full decode"
