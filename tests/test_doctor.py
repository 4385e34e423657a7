"""`greenroom doctor` says what this machine has and lacks."""

import os
import subprocess
import sys
from pathlib import Path


def doctor(data: Path, **settings: str) -> "subprocess.CompletedProcess[str]":
    environ = {name: value for name, value in os.environ.items() if not name.startswith("GREENROOM_")}
    command = [sys.executable, "-m", "greenroom", "doctor", "--data", str(data)]
    return subprocess.run(command, env=environ | settings, capture_output=True, text=True, timeout=60)


def test_a_machine_that_has_what_is_needed_is_healthy(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()

    said = doctor(tmp_path / "data")

    assert said.returncode == 0, said.stdout
    assert f"ok   data folder: {tmp_path / 'data'}: " in said.stdout
    assert "ok   judging images: works" in said.stdout
    assert "ok   judging sound and video: works" in said.stdout


def test_before_the_first_start_the_place_is_looked_at_and_nothing_is_made(tmp_path: Path) -> None:
    said = doctor(tmp_path / "a" / "data")

    assert said.returncode == 0, said.stdout
    assert f"ok   data folder: {tmp_path / 'a' / 'data'} is not there yet, greenroom serve makes it; " in said.stdout
    assert list(tmp_path.iterdir()) == []


def test_a_place_where_no_data_folder_can_be_made_is_bad(tmp_path: Path) -> None:
    said = doctor(Path("/proc/data"))

    assert said.returncode == 1
    assert "BAD  data folder: /proc/data: " in said.stdout


def test_a_disk_without_room_for_an_upload_is_bad(tmp_path: Path) -> None:
    said = doctor(tmp_path, GREENROOM_STORAGE_HEADROOM_BYTES=str(2**60))

    assert said.returncode == 1
    assert f"BAD  data folder: {tmp_path}: " in said.stdout
    assert "1099511627776 MB are kept free (storage.headroom_bytes), so every upload is refused" in said.stdout


def test_it_says_which_protections_are_in_force(tmp_path: Path) -> None:
    said = doctor(tmp_path / "data").stdout

    assert "Landlock: " in said
    assert "seccomp: " in said


def test_a_data_folder_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")

    said = doctor(tmp_path / "file")

    assert said.returncode == 1
    assert f"BAD  data folder: {tmp_path / 'file'}" in said.stdout
