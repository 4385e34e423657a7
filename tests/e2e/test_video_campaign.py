"""The short form of the campaign of videos: two scripts that are hard, each made and looked at."""

import subprocess
from pathlib import Path

from real_tools import plain_environment

CAMPAIGN = Path(__file__).resolve().parents[2] / "scripts" / "video-campaign"


def test_hard_scripts_become_whole_videos(tmp_path: Path) -> None:
    command = [CAMPAIGN, "--only", "emoji", "arabic-mixed", "--output", tmp_path]
    done = subprocess.run(command, env=plain_environment(), capture_output=True, text=True, timeout=500)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 of 2 are whole" in done.stdout
    assert len(list(tmp_path.glob("*.jpg"))) == 2
