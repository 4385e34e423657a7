"""The commands in a refusal: exact, pasteable, and only where they lead somewhere."""

import shlex
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from greenroom.domain import cures
from greenroom.domain.findings import finding
from greenroom.domain.formats import FORMATS
from greenroom.domain.media import AudioStream, Examination, Format, Kind, MediaInfo, VideoStream
from greenroom.domain.policy import MIB, Dialect, Policy, too_large, wrong_bytes
from greenroom.errors import ContentRefused, SizeRefused, TypeRefused
from greenroom.media import sniff

POLICY = Policy()


def test_the_command_names_the_file_as_one_word_of_a_shell() -> None:
    assert cures.our_command("my clip's.mov") == "greenroom optimize 'my clip'\"'\"'s.mov'"


@given(st.text(max_size=60))
def test_no_name_gets_out_of_its_word(name: str) -> None:
    words = shlex.split(cures.our_command(name))

    assert len(words) == 3
    assert words[2] in (name, f"./{name}", "FILE")
    assert not words[2].startswith("-")


def test_what_cannot_be_printed_is_not_told() -> None:
    assert cures.our_command("a\nb.mov") == "greenroom optimize FILE"


def test_the_other_command_for_a_video_is_the_one_of_the_documentation() -> None:
    command = cures.other_command(Kind.VIDEO, "in.mov")

    assert command.startswith("ffmpeg -i in.mov ")
    for part in ("libx264", "-crf 23", "-preset medium", "-c:a aac -b:a 192k", "+faststart"):
        assert part in command


def test_the_other_command_for_an_image_is_the_one_of_the_documentation() -> None:
    assert cures.other_command(Kind.IMAGE, "in.png") == (
        "magick in.png -auto-orient -resize '1920x1080>' -quality 85 copy.jpg"
    )


def test_a_limit_of_size_caps_the_rate_so_that_the_longest_video_fits() -> None:
    words = cures.other_command(Kind.VIDEO, "in.mov", 100 * MIB).split()
    kbps = int(words[words.index("-maxrate") + 1].rstrip("k"))

    assert (kbps + 192) * 125 * 300 <= 100 * MIB
    assert kbps > 2000


def test_a_file_that_is_declared_too_large_is_answered_with_its_command() -> None:
    with pytest.raises(SizeRefused) as caught:
        POLICY.declare("holiday.mov", None, 300 * MIB, Dialect.CONTENT_TYPE)

    assert "`greenroom optimize holiday.mov --max-bytes 104857600`" in str(caught.value.finding.cure)
    assert "`ffmpeg -i holiday.mov " in str(caught.value.finding.cure)


def test_a_file_that_turns_out_too_large_is_answered_with_the_command() -> None:
    assert "--max-bytes 10485760" in str(too_large(Kind.IMAGE, None, 10 * MIB).finding.cure)


@pytest.mark.parametrize(
    ("filename", "command"),
    [
        ("film.mkv", "`ffmpeg -i film.mkv "),
        ("song.flac", "`ffmpeg -i song.flac "),
        ("scan.tiff", "`magick scan.tiff "),
    ],
)
def test_an_extension_that_can_be_converted_is_answered_with_its_command(filename: str, command: str) -> None:
    with pytest.raises(TypeRefused) as caught:
        POLICY.declare(filename, None, None, Dialect.CONTENT_TYPE)

    assert f"`greenroom optimize {filename}`" in str(caught.value.finding.cure)
    assert command in str(caught.value.finding.cure)


@pytest.mark.parametrize("filename", ["notes.txt", "archive.zip", "noextension", "page.html"])
def test_what_no_conversion_makes_media_is_answered_without_a_command(filename: str) -> None:
    with pytest.raises(TypeRefused) as caught:
        POLICY.declare(filename, None, None, Dialect.CONTENT_TYPE)

    assert "greenroom optimize" not in str(caught.value.finding.cure)


@pytest.mark.parametrize(
    ("declared", "name", "word"),
    [
        (Format.JPEG, "AVIF image", "greenroom optimize"),
        (Format.MP4, "Matroska video", "greenroom optimize"),
        (Format.MP3, "FLAC audio", "greenroom optimize"),
        (Format.JPEG, "HEIC image", "magick"),
        (Format.JPEG, "Matroska video", "declare what it is"),
        (Format.MP4, "PDF document", "declare what it is"),
        (Format.JPEG, "PNG image", "declare what it is"),
    ],
)
def test_other_bytes_than_declared_are_answered_with_a_command_where_one_leads_there(
    declared: Format, name: str, word: str
) -> None:
    assert word in str(wrong_bytes(declared, name).finding.cure)


def test_a_codec_that_is_not_accepted_is_answered_with_the_command() -> None:
    picture = VideoStream(0, "prores", 1920, 1080, 30, 1.0)
    film = Examination(MediaInfo(Format.MOV, Kind.VIDEO, 1920, 1080, 1.0, video=picture))

    with pytest.raises(ContentRefused) as caught:
        POLICY.judge(film, Kind.VIDEO)

    assert caught.value.finding.code == "video_codec_unsupported"
    assert "`greenroom optimize FILE`" in str(caught.value.finding.cure)


def test_a_sound_in_a_codec_that_is_not_accepted_is_cured_as_sound() -> None:
    sound = Examination(
        MediaInfo(Format.WAV, Kind.AUDIO, duration_s=1.0, audio=AudioStream(0, "adpcm_ms", 48000, 2, 1.0))
    )

    with pytest.raises(ContentRefused) as caught:
        POLICY.judge(sound, Kind.AUDIO)

    assert "libmp3lame" in str(caught.value.finding.cure)


def test_every_name_that_we_say_we_read_is_one_that_bytes_are_told_by() -> None:
    source = Path(sniff.__file__).read_text()

    assert [name for name in cures._READ_BY_US if f'"{name}"' not in source] == []


def test_no_accepted_extension_has_a_conversion() -> None:
    accepted = {extension for facts in FORMATS.values() for extension in facts.extensions}

    assert accepted & set(cures._KIND_OF_EXTENSION) == set()


def test_a_finding_keeps_everything_but_its_cure() -> None:
    found = finding("size_exceeded", "The video has 300 MB.", measured="300 MB", allowed="100 MB")
    cured = cures.cured(found, Kind.VIDEO)

    assert (cured.code, cured.message, cured.measured, cured.allowed) == (
        found.code,
        found.message,
        found.measured,
        found.allowed,
    )
