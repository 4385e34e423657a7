"""The command that shows the main job on a fresh machine."""

import re
import subprocess
from pathlib import Path

import pytest
from real_tools import plain_environment

DEMO = Path(__file__).resolve().parents[2] / "scripts" / "demo"
ROW = re.compile(r"^(\S+\.\w+) +\S.*\n +http://\S+/assets/(?:img|vid|aud)_\w+\.\w+", re.MULTILINE)


@pytest.fixture(scope="module")
def shown() -> str:
    """What the demo printed; it ended with status 0."""
    done = subprocess.run([DEMO], env=plain_environment(), capture_output=True, text=True, timeout=120)
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
