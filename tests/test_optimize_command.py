"""`greenroom optimize`: copies beside the originals, never over them, with what changed."""

import json
from pathlib import Path

import pytest

import media_samples
from greenroom.commands.optimize import optimize_files, wishes_from
from greenroom.errors import ParameterError


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    file = tmp_path / "my photo.png"
    file.write_bytes(media_samples.png(2400, 1200))
    return file


def optimized(
    *files: Path, output: Path | None = None, force: bool = False, as_json: bool = False, **given: object
) -> int:
    return optimize_files(files, output, wishes_from(given), force=force, as_json=as_json)


def test_a_copy_stands_beside_its_original_which_is_as_it_was(photo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = photo.read_bytes()

    assert optimized(photo) == 0
    assert sorted(path.name for path in photo.parent.iterdir()) == ["my photo-optimized.jpg", "my photo.png"]
    assert photo.read_bytes() == before


def test_before_and_after_are_shown(photo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    optimized(photo)
    shown = capsys.readouterr().out

    assert "my photo.png → " in shown
    assert "2400x1200" in shown
    assert "1920x960" in shown


def test_a_copy_that_is_there_is_not_replaced(photo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    there = photo.with_name("my photo-optimized.jpg")
    there.write_text("precious")

    assert optimized(photo) == 1
    assert there.read_text() == "precious"
    assert "--force" in capsys.readouterr().err


def test_it_is_replaced_where_that_is_asked_for(photo: Path) -> None:
    there = photo.with_name("my photo-optimized.jpg")
    there.write_text("old")

    assert optimized(photo, force=True) == 0
    assert there.read_bytes().startswith(b"\xff\xd8\xff")


def test_the_original_is_not_replaced_whatever_is_asked_for(photo: Path) -> None:
    before = photo.read_bytes()

    assert optimized(photo, output=photo, force=True) == 1
    assert photo.read_bytes() == before


def test_the_name_of_the_output_says_its_format(photo: Path) -> None:
    output = photo.with_name("web.webp")

    assert optimized(photo, output=output) == 0
    assert output.read_bytes()[8:12] == b"WEBP"


def test_several_files_go_into_a_folder_each_with_the_options_of_its_kind(photo: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    sound = tmp_path / "voice.wav"
    sound.write_bytes(media_samples.wav())

    assert optimized(photo, sound, output=tmp_path / "out", quality=60) == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["my photo.jpg", "voice.mp3"]


def test_the_sound_of_a_video_without_picture_becomes_mp3(tmp_path: Path) -> None:
    file = tmp_path / "voice.mp4"
    file.write_bytes(media_samples.m4a())

    assert optimized(file) == 0
    assert (tmp_path / "voice-optimized.mp3").exists()


def test_each_file_is_an_object_on_a_line_of_json(
    photo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    notes = tmp_path / "notes.txt"
    notes.write_text("no media")

    assert optimized(photo, notes, tmp_path / "absent.jpg", as_json=True) == 1
    made, refused, absent = map(json.loads, capsys.readouterr().out.splitlines())
    assert (made["status"], made["after"]["width"]) == ("made", 1920)
    assert (refused["status"], refused["finding"]["code"]) == ("failed", "optimize_unreadable")
    assert (absent["status"], absent["finding"]["code"]) == ("failed", "file_unusable")


def test_nothing_unfinished_is_left_behind(tmp_path: Path) -> None:
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(media_samples.cut(media_samples.jpeg(), 0.3))

    assert optimized(broken) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["broken.jpg"]


@pytest.mark.parametrize("format_", ["mp4", "mp3"])
def test_an_image_that_shall_be_a_film_or_a_sound_is_told_what_it_can_become(
    photo: Path, format_: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert optimized(photo, format=format_) == 1
    assert capsys.readouterr().err == (
        f"✗ {photo}  This is an image (PNG image), which becomes no {format_.upper()}.\n"
        "  → Ask for JPEG, PNG or WebP: --format jpeg, png or webp.\n"
    )


def test_a_gif_becomes_a_film(tmp_path: Path) -> None:
    file = tmp_path / "short.gif"
    file.write_bytes(media_samples.gif())

    assert optimized(file, format="mp4") == 0
    assert (tmp_path / "short-optimized.mp4").exists()


@pytest.mark.parametrize(
    ("text", "size"),
    [("20000000", 20_000_000), ("500kB", 512_000), ("1.5 MiB", 1_572_864), ("2g", 2 << 30), ("7b", 7), ("1e6", 10**6)],
)
def test_a_size_may_have_a_unit(text: str, size: int) -> None:
    assert wishes_from({"max_bytes": text}) == {"max_bytes": size}


@pytest.mark.parametrize("text", ["5zb", "ten", "kB", "", "1.2.3", "inf", "9" * 400, "5 5", "bkm"])
def test_what_is_no_size_is_quoted_as_it_was_given(text: str) -> None:
    with pytest.raises(ParameterError) as refused:
        wishes_from({"max_bytes": text})

    assert str(refused.value) == f"--max-bytes is {text!r}; allowed are numbers like 20000000, 500kB, 10MB"


@pytest.mark.parametrize(
    ("given", "field"),
    [({"quality": 101}, "quality"), ({"max_bytes": "ten"}, "--max-bytes"), ({"loudness_lufs": "loud"}, "--loudness")],
)
def test_a_wrong_option_is_named(photo: Path, given: dict[str, object], field: str) -> None:
    with pytest.raises(ParameterError) as caught:
        optimized(photo, **given)  # type: ignore[arg-type]

    assert caught.value.field == field


@pytest.mark.parametrize(
    ("text", "size"), [("500kB", 512_000), ("10MB", 10 << 20), ("20000", 20_000), ("1.5m", 1572864)]
)
def test_sizes_are_read_as_people_write_them(text: str, size: int) -> None:
    assert wishes_from({"max_bytes": text}) == {"max_bytes": size}
