"""The program to compare with: `ffprobe` from Debian's package ffmpeg."""

from __future__ import annotations

import os
import shutil
import subprocess

from costs import Cost, of_spawns
from samples_judged import Subject

_ARGUMENTS = ("-v", "error", "-show_format", "-show_streams")
_NO_QUESTIONS = {"DEBIAN_FRONTEND": "noninteractive"}
_INSTALL_S = 600


def why_not() -> str | None:
    """Say what is missing, after trying to install it; None when nothing is."""
    if not shutil.which("ffprobe") and os.geteuid() == 0 and shutil.which("apt-get"):
        print("installing ffmpeg ...", flush=True)
        _apt_get("update")
        _apt_get("install", "--yes", "--no-install-recommends", "ffmpeg")
    if not shutil.which("ffprobe"):
        return "ffprobe is not installed, and only root on Debian or Ubuntu can have it installed from here"
    return None


def version() -> str:
    said = subprocess.run(["ffprobe", "-version"], capture_output=True, text=True, check=False).stdout
    return " ".join(said.split()[:3])


def of_ffprobe(subject: Subject, count: int) -> Cost:
    """Cost of one spawn of ffprobe for the file."""
    return of_spawns(["ffprobe", *_ARGUMENTS, str(subject.path)], count)


def _apt_get(*words: str) -> None:
    try:
        subprocess.run(
            ["apt-get", *words],
            capture_output=True,
            check=False,
            timeout=_INSTALL_S,
            env={**os.environ, **_NO_QUESTIONS},
        )
    except subprocess.TimeoutExpired:
        print(f"apt-get {words[0]} took longer than {_INSTALL_S} s", flush=True)
