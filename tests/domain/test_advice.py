"""Every figure of the two guides is a row of the advice table, and each row speaks up when it should."""

import re
from pathlib import Path

import msgspec
import pytest

from greenroom.domain.advice import TABLE, Advice, advice
from greenroom.domain.media import (
    AudioStream,
    Finding,
    Format,
    Kind,
    Measurements,
    MediaInfo,
    PictureMeasurements,
    SoundMeasurements,
    Stretch,
    VideoStream,
)
from greenroom.domain.portrait_findings import NOT_SEEN, REFUSALS, WARNINGS

GUIDES = Path(__file__).parents[3] / "shared" / "seeds"
FIGURE = re.compile(
    r"\d+\s?x\s?\d+|\d+p\b|\d[\d.,\- ]*(?:or )?\d*\s?(?:MB|KB|kbps|Mbps|fps|kHz|minutes|seconds|%)"
    r"|\d+:\d+|H\.26\d|h264|crf \d+|-b:a \w+|-q:v \d+|-quality \d+|scale=\d+"
)
FIGURES_IN_THE_GUIDES = 52  # lines with one, counted in the pages themselves

MIB = 1024 * 1024
PORTRAIT_CODES = [*REFUSALS, *WARNINGS, NOT_SEEN]
VIDEO = VideoStream(0, "h264", 1920, 1080, 900, 30.0, 30.0)
SOUND = AudioStream(1, "aac", 48_000, 2, 30.0)
GOOD_SOUND = SoundMeasurements(30.0, -18.0, 5.0, -2.0, -60.0)
FILM = MediaInfo(
    Format.MP4,
    Kind.VIDEO,
    1920,
    1080,
    30.0,
    900,
    VIDEO,
    SOUND,
    measurements=Measurements(sound=GOOD_SOUND, video_bit_rate=6_000_000, audio_bit_rate=192_000, index_at_end=False),
)
PHOTO = MediaInfo(Format.JPEG, Kind.IMAGE, 1920, 1080, measurements=Measurements(jpeg_quality=85), color_mode="RGB")
SONG = MediaInfo(
    Format.MP3,
    Kind.AUDIO,
    duration_s=30.0,
    audio=AudioStream(0, "mp3", 44_100, 2, 30.0),
    measurements=Measurements(sound=GOOD_SOUND, audio_bit_rate=192_000),
)


def lines_with_figures() -> list[str]:
    pages = sorted(GUIDES.glob("*.txt"))
    lines = [line.strip() for page in pages for line in page.read_text("utf-8").splitlines()]
    return [line for line in lines if FIGURE.search(line)]


def codes(info: MediaInfo, size_bytes: int = MIB) -> list[str]:
    return [given.code for given in advice(info, size_bytes, info.kind)]


def film(**changes: object) -> MediaInfo:
    """The good film with other streams or measurements, by the names of their fields."""
    replace = msgspec.structs.replace
    video = replace(VIDEO, **{k: v for k, v in changes.items() if k in VideoStream.__struct_fields__})
    audio = replace(SOUND, **{k: v for k, v in changes.items() if k in ("channels", "sample_rate_hz")})
    measured = {k: v for k, v in changes.items() if k in Measurements.__struct_fields__}
    assert FILM.measurements is not None
    size = {k: v for k, v in changes.items() if k in ("width", "height", "duration_s")}
    measurements = replace(FILM.measurements, **measured)
    return replace(FILM, video=video, audio=audio, measurements=measurements, **size)


def heard(**changes: object) -> MediaInfo:
    return film(sound=msgspec.structs.replace(GOOD_SOUND, **changes))


@pytest.mark.skipif(not GUIDES.exists(), reason="the guides are not there")
def test_every_line_of_the_guides_that_has_a_figure_is_quoted_by_a_row() -> None:
    quoted = {quote.removeprefix("• ").strip() for row in TABLE for quote in row.quotes}

    missing = [line for line in lines_with_figures() if line.removeprefix("• ").strip() not in quoted]

    assert missing == []
    assert len(lines_with_figures()) == FIGURES_IN_THE_GUIDES


def test_the_table_quotes_as_many_lines_with_figures_as_the_guides_have() -> None:
    quoted = {quote for row in TABLE for quote in row.quotes if FIGURE.search(quote)}

    assert len(quoted) == FIGURES_IN_THE_GUIDES


@pytest.mark.skipif(not GUIDES.exists(), reason="the guides are not there")
def test_what_the_table_quotes_stands_in_the_guides_word_for_word() -> None:
    lines = {line.strip() for page in GUIDES.glob("*.txt") for line in page.read_text("utf-8").splitlines()}

    quotes = {quote for row in TABLE for quote in row.quotes}

    assert quotes <= lines


def test_codes_are_unique() -> None:
    found = [row.code for row in TABLE]

    assert len(set(found)) == len(found)


def test_the_best_film_photo_and_song_get_no_advice() -> None:
    assert codes(FILM) == []
    assert codes(PHOTO) == []
    assert codes(SONG) == []


def test_advice_says_what_was_measured_what_is_recommended_and_what_to_do() -> None:
    (given,) = advice(film(width=1280, height=720), MIB, Kind.VIDEO)

    assert given == Advice(
        code="video_below_recommended",
        message="The video has 1280x720 pixels, fewer than full HD.",
        measured="1280x720",
        recommended="1920x1080 (1080p)",
        cure="Export it in 1080p from the original; enlarging a small one does not help.",
    )


def test_an_upright_full_hd_film_is_full_hd() -> None:
    assert codes(film(width=1080, height=1920)) == []


FILMS = [
    ("video_above_recommended", {"width": 3840, "height": 2160, "video_bit_rate": 30_000_000}),
    ("video_aspect", {"width": 2560, "height": 1080}),
    ("video_codec", {"codec": "hevc"}),
    ("frame_rate_low", {"frame_rate": 15.0}),
    ("frame_rate_high", {"frame_rate": 120.0}),
    ("frame_rate_uncommon", {"frame_rate": 48.0}),
    ("frame_rate_variable", {"variable_frame_rate": True}),
    ("video_bit_rate_low", {"video_bit_rate": 1_000_000}),
    ("video_bit_rate_high", {"video_bit_rate": 20_000_000}),
    ("long_for_background", {"duration_s": 61.0}),
    ("video_hdr", {"color_transfer": "smpte2084", "color_primaries": "bt2020"}),
    ("video_wide_gamut", {"color_primaries": "smpte432"}),
    ("video_interlaced", {"interlaced": True}),
    ("video_turned", {"rotation_deg": 90}),
    ("pixels_not_square", {"pixel_aspect": 4 / 3}),
    ("index_at_end", {"index_at_end": True}),
    ("black_stretch", {"picture": PictureMeasurements(black=(Stretch(1.0, 4.0),))}),
    ("frozen_stretch", {"picture": PictureMeasurements(frozen=(Stretch(1.0, 9.0),))}),
    ("sound_delayed", {"audio_delay_s": 0.25}),
    ("sound_bit_rate_low", {"audio_bit_rate": 64_000}),
    ("film_sound_bit_rate", {"audio_bit_rate": 128_000}),
    ("sound_bit_rate_high", {"audio_bit_rate": 320_000}),
    ("sound_channels", {"channels": 6, "audio_bit_rate": 256_000}),
    ("sample_rate_low", {"sample_rate_hz": 22_050}),
    ("sample_rate_high", {"sample_rate_hz": 96_000}),
]
SOUNDS = [
    ("sound_silent", {"is_silent": True, "loudness_lufs": None}),
    ("silent_stretch", {"silent": (Stretch(0.0, 4.0),)}),
    ("loudness_low", {"loudness_lufs": -33.0, "noise_floor_lufs": -75.0}),
    ("loudness_high", {"loudness_lufs": -8.0}),
    ("loudness_uneven", {"loudness_range_lu": 25.0}),
    ("sound_clipped", {"clipped_share": 0.02, "true_peak_dbtp": 0.3}),
    ("true_peak_high", {"true_peak_dbtp": 0.3}),
    ("noise_floor", {"noise_floor_lufs": -42.0}),
]
IMAGES = [
    ("image_below_minimum", PHOTO, {"width": 640, "height": 360}, MIB),
    ("image_below_recommended", PHOTO, {"width": 1280, "height": 720}, MIB),
    ("image_aspect", PHOTO, {"width": 3000, "height": 1100}, MIB),
    ("jpeg_quality_low", PHOTO, {"measurements": Measurements(jpeg_quality=60)}, MIB),
    ("jpeg_quality_high", PHOTO, {"measurements": Measurements(jpeg_quality=97)}, MIB),
    ("photo_as_png", PHOTO, {"format": Format.PNG}, 3 * MIB),
    ("still_gif", PHOTO, {"format": Format.GIF, "frame_count": 1}, MIB),
    ("image_size", PHOTO, {}, 3 * MIB),
    ("image_turned", PHOTO, {"orientation": 6}, MIB),
    ("image_wide_gamut", PHOTO, {"measurements": Measurements(wide_gamut="Display P3")}, MIB),
    ("image_cmyk", PHOTO, {"color_mode": "CMYK"}, MIB),
    ("image_deep_colour", PHOTO, {"color_mode": "I;16"}, MIB),
    ("video_size", FILM, {}, 60 * MIB),
    ("sound_missing", FILM, {"audio": None}, MIB),
    ("film_sound_codec", FILM, {"audio": AudioStream(1, "pcm_s16le", 48_000, 2, 30.0)}, MIB),
    ("music_bit_rate_low", SONG, {"measurements": Measurements(sound=GOOD_SOUND, audio_bit_rate=128_000)}, MIB),
    (
        "voice_in_stereo",
        SONG,
        {"measurements": Measurements(sound=SoundMeasurements(30.0, -18.0, channels_are_equal=True))},
        MIB,
    ),
    ("audio_size", SONG, {}, 6 * MIB),
]


@pytest.mark.parametrize(("code", "changes"), FILMS, ids=lambda value: value if isinstance(value, str) else "")
def test_a_film_with_one_fault_gets_the_advice_on_it(code: str, changes: dict[str, object]) -> None:
    assert code in codes(film(**changes))


@pytest.mark.parametrize(("code", "changes"), SOUNDS, ids=lambda value: value if isinstance(value, str) else "")
def test_sound_with_one_fault_gets_the_advice_on_it(code: str, changes: dict[str, object]) -> None:
    assert codes(heard(**changes)) == [code]


@pytest.mark.parametrize(("code", "info", "changes", "size_bytes"), IMAGES, ids=lambda v: v if type(v) is str else "")
def test_a_file_with_one_fault_gets_the_advice_on_it(
    code: str, info: MediaInfo, changes: dict[str, object], size_bytes: int
) -> None:
    assert code in codes(msgspec.structs.replace(info, **changes), size_bytes)


@pytest.mark.parametrize("code", PORTRAIT_CODES)
def test_what_speaks_against_a_photo_avatar_is_told_with_its_purpose(code: str) -> None:
    (given,) = advice(PHOTO, MIB, Kind.IMAGE, [Finding(code, "…", "so much")])

    assert (given.code, given.purpose, given.measured) == (code, "photo_avatar", "so much")
    assert "photo avatar" in given.message
    assert given.message.endswith("(so much).")
    assert given.cure.startswith("Only needed for a photo avatar: ")


def test_every_row_that_looks_is_seen_to_speak_up_by_these_tests() -> None:
    spoken = {code for code, _ in (*FILMS, *SOUNDS)} | {code for code, *_ in IMAGES} | {"video_below_recommended"}
    spoken |= set(PORTRAIT_CODES)

    assert {row.code for row in TABLE if row.look is not None} == spoken


def test_what_was_not_measured_gets_no_advice() -> None:
    bare = MediaInfo(Format.MP4, Kind.VIDEO, 1920, 1080, 30.0, 900, VIDEO, SOUND)

    assert codes(bare) == []


def test_music_with_loud_and_quiet_passages_is_not_called_noisy() -> None:
    assert codes(heard(noise_floor_lufs=-42.0, loudness_range_lu=16.0)) == []


def test_a_stretch_is_told_with_its_place() -> None:
    (given,) = advice(heard(silent=(Stretch(1.0, 4.0), Stretch(10.0, 20.0))), MIB, Kind.VIDEO)

    assert (given.measured, given.at_s) == ("10.0 s from 10.0 s and 1 more", 10.0)


@pytest.mark.parametrize("rate", [23.976, 24.0, 25.0, 29.678, 29.97, 30.0, 50.0, 59.94, 60.0])
def test_usual_frame_rates_and_their_broadcast_kin_get_no_advice(rate: float) -> None:
    assert codes(film(frame_rate=rate)) == []
