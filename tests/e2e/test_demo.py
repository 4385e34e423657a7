"""The command that shows the main job on a fresh machine."""

import re
import subprocess
from pathlib import Path

import av
import pytest
from PIL import Image
from real_tools import plain_environment

DEMO = Path(__file__).resolve().parents[2] / "scripts" / "demo"
ROW = re.compile(r"^(\S+\.\w+) +\S.*\n +http://\S+/assets/(?:img|vid|aud)_\w+\.\w+", re.MULTILINE)


@pytest.fixture(scope="module")
def output(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the demo puts its videos."""
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="module")
def shown(output: Path) -> str:
    """What the demo printed; it ended with status 0."""
    command = [DEMO, "--output", output]
    done = subprocess.run(command, env=plain_environment(), capture_output=True, text=True, timeout=400)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_demo_shows_ten_verified_files_with_their_permanent_urls(shown: str) -> None:
    assert ROW.findall(shown) == [
        "photo.jpg",
        "graphic.png",
        "card.webp",
        "loop.gif",
        "clip.mp4",
        "camera.mov",
        "screen.webm",
        "song.mp3",
        "voice.wav",
        "memo.m4a",
    ]
    assert "10 of 10 files came back from their permanent URLs with the same SHA-256." in shown


def test_the_demo_shows_how_a_truncated_and_a_disguised_file_are_refused(shown: str) -> None:
    assert "✓ refused with 4003: " in shown
    assert "✓ refused with 4001: " in shown
    assert shown.rstrip().endswith("All held.")


@pytest.mark.parametrize(
    ("name", "size", "codec"),
    [
        ("product.mp4", (1080, 1920), "h264"),
        ("narrated.mp4", (1920, 1080), "h264"),
        ("overlay.webm", (1080, 1080), "vp9"),
    ],
)
def test_the_demo_makes_three_videos_with_a_contact_sheet_each(
    shown: str, output: Path, name: str, size: tuple[int, int], codec: str
) -> None:
    assert name in shown
    with av.open(str(output / name)) as film:
        picture = film.streams.video[0].codec_context
        assert ((picture.width, picture.height), picture.name) == (size, codec)
        assert len(film.streams.audio) == 1
        assert (film.duration or 0) > 1e6
    with Image.open((output / name).with_suffix(".jpg")) as sheet:
        assert sheet.size[0] > sheet.size[1]
