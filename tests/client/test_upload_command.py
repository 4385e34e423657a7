"""What `greenroom upload` prints, where, and with which exit status it ends."""

import json
import os
import pty
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from peer import Peer, Reply, envelope, refusal

from greenroom.client.command import ALL_READY, INTERRUPTED, NOT_ALL_READY, upload_files

DAMAGED = refusal(422, 4003, "truncated", "Its pictures end before it does.", cure="Export it again.")
PROGRAM = """
import signal, sys
from pathlib import Path
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs are born deaf to it
from greenroom.client.command import upload_files
sys.exit(upload_files([Path(name) for name in sys.argv[2:]], sys.argv[1], "a-key", as_json=False))
"""


@pytest.fixture
def photos(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / f"photo {number}.jpg" for number in range(6)]
    for path in paths:
        path.write_bytes(b"content")
    return paths


def test_a_pipe_gets_a_line_of_file_id_and_url(peer: Peer, photo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status = upload_files([photo], peer.url, "a-key", as_json=False)

    out, err = capsys.readouterr()
    assert status == ALL_READY
    assert out == f"{photo}\timg_1\t{peer.url}/assets/img_1.jpg\n"
    assert err == ""


def test_a_refused_file_is_told_with_reason_and_cure(
    peer: Peer, photo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    peer.putting[0] = DAMAGED

    status = upload_files([photo], peer.url, "a-key", as_json=False)

    out, err = capsys.readouterr()
    assert status == NOT_ALL_READY
    assert out == ""
    assert f"✗ {photo}  refused (4003): Its pictures end before it does.\n  → Export it again.\n" in err
    assert "0 of 1 files are up, 1 refused or failed." in err


def test_json_is_one_object_a_line_for_good_and_refused_files_alike(
    peer: Peer, photos: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    peer.putting.appendleft(DAMAGED)

    status = upload_files(photos[:2], peer.url, "a-key", as_json=True, parallel=1)

    refused, ready = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert status == NOT_ALL_READY
    assert (refused["status"], refused["code"]) == ("refused", 4003)
    assert refused["reason"]["cure"] == "Export it again."
    assert (ready["status"], ready["asset_id"], ready["id"]) == ("ready", "img_1", 1)
    assert ready["facts"]["width"] == 640


def test_files_go_up_several_at_once(peer: Peer, photos: list[Path]) -> None:
    together = threading.Barrier(4, timeout=10)
    peer.before_reply = lambda seen: together.wait() if seen.method == "PUT" and len(peer.seen) <= 8 else None

    status = upload_files(photos[:4], peer.url, "a-key", as_json=True, parallel=4)

    assert status == ALL_READY


def test_a_file_that_cannot_be_read_does_not_keep_the_others_down(
    peer: Peer, photos: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status = upload_files([tmp_path / "gone.jpg", *photos], peer.url, "a-key", as_json=False)

    out, err = capsys.readouterr()
    assert status == NOT_ALL_READY
    assert len(out.splitlines()) == len(photos)
    assert "gone.jpg cannot be read: No such file or directory." in err
    assert "6 of 7 files are up, 1 refused or failed." in err


def test_a_name_that_is_not_utf_8_goes_up_and_does_not_keep_the_others_down(
    peer: Peer, photo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    named = Path(os.fsdecode(bytes(tmp_path) + b"/caf\xe9.jpg"))
    named.write_bytes(b"content")

    status = upload_files([named, photo], peer.url, "a-key", as_json=True, folder="d\udce9part", parallel=1)

    assert status == ALL_READY
    assert json.loads(peer.seen[0].body)["filename"] == "caf\ufffd.jpg"
    assert json.loads(peer.seen[0].body)["folder"] == "d\ufffdpart"
    assert [json.loads(line)["file"] for line in capsys.readouterr().out.splitlines()] == [
        f"{tmp_path}/caf\ufffd.jpg",
        str(photo),
    ]


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_an_output_that_lacks_the_letters_of_a_name_gets_question_marks(
    peer: Peer, tmp_path: Path, options: tuple[str, ...]
) -> None:
    path = tmp_path / "靴.jpg"
    path.write_bytes(b"content")
    command = [sys.executable, "-m", "greenroom", "upload", *options, "--url", peer.url, "--key", "a-key", str(path)]
    environment = os.environ | {"PYTHONIOENCODING": "ascii"}

    ended = subprocess.run(command, env=environment, capture_output=True, timeout=60)

    assert (ended.returncode, ended.stderr) == (0, b"")
    assert b"/?.jpg" in ended.stdout


def test_a_refused_key_ends_it_after_one_file(
    peer: Peer, photos: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    peer.signing[0] = Reply(200, envelope(10105, "Invalid API key"))

    status = upload_files(photos, peer.url, "a-key", as_json=False, parallel=1)

    assert status == NOT_ALL_READY
    assert capsys.readouterr().err.splitlines() == [
        "The server refuses the key: Invalid API key",
        "0 of 6 files are up, 6 not finished.",
    ]
    assert len(peer.seen) == 1


def test_a_missing_key_is_told_without_asking_the_server(
    peer: Peer, photo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status = upload_files([photo], peer.url, "", as_json=False)

    assert status == NOT_ALL_READY
    assert capsys.readouterr().err.startswith("There is no API key. Give one with --key or GREENROOM_API_KEY;")
    assert peer.seen == []


def test_a_name_cannot_steer_the_terminal(peer: Peer, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a\x1b[2J[red]\nb.jpg"
    path.write_bytes(b"content")

    upload_files([path], peer.url, "a-key", as_json=False)

    out = capsys.readouterr().out
    assert out.startswith(f"{tmp_path}/a\ufffd[2J[red]\ufffdb.jpg\t")
    assert out.count("\n") == 1


def test_interrupting_ends_at_once_and_tells_what_is_up(peer: Peer, photos: list[Path]) -> None:
    sending, release = threading.Event(), threading.Event()

    def hold_the_third(seen: object) -> None:
        if len(peer.bodies("PUT")) == 3:
            sending.set()
            release.wait(timeout=30)

    peer.before_reply = hold_the_third
    command = [sys.executable, "-c", PROGRAM.replace("as_json=False", "as_json=False, parallel=1"), peer.url]
    with subprocess.Popen([*command, *photos], stdout=-1, stderr=-1, text=True) as program:
        assert sending.wait(timeout=30)

        began = time.monotonic()
        program.send_signal(signal.SIGINT)
        out, err = program.communicate(timeout=10)
        took_s = time.monotonic() - began
    release.set()

    assert program.returncode == INTERRUPTED
    assert took_s < 3
    assert len(out.splitlines()) == 2
    assert err == "Stopped. 2 of 6 files are up, 4 not finished.\n"


def test_a_terminal_sees_bars_and_then_what_became_of_the_files(peer: Peer, photos: list[Path]) -> None:
    screen = _on_a_terminal([sys.executable, "-c", PROGRAM, peer.url, *map(str, photos)])

    assert "\x1b[2K" in screen
    assert "all 6 files" in screen
    assert screen.count(f"img_1  {peer.url}/assets/img_1.jpg") == 6


def _on_a_terminal(command: list[str]) -> str:
    """Run a command with a terminal of 100 columns before it and give all that it wrote."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "100", "LINES": "30"}
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment):
        os.close(theirs)
        pieces = list(_until_hung_up(ours))
    os.close(ours)
    return b"".join(pieces).decode()


def _until_hung_up(terminal: int) -> Iterator[bytes]:
    while True:
        try:
            yield os.read(terminal, 65536)
        except OSError:  # what Linux says when the other end is closed
            return


def test_a_terminal_sees_the_first_advice_and_how_much_more_there_is(peer: Peer, photo: Path) -> None:
    advice = [{"code": f"a{n}", "message": f"Too small ({n}).", "recommended": "1080p"} for n in range(5)]
    peer.putting[0] = peer.received(advice=advice)

    screen = _on_a_terminal([sys.executable, "-c", PROGRAM, peer.url, str(photo)])

    assert "! Too small (0). Recommended: 1080p." in screen
    assert "Too small (3)." not in screen
    assert "! 2 more in the asset's advice" in screen


def test_json_has_all_advice(peer: Peer, photo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    peer.putting[0] = peer.received(advice=[{"code": "a", "message": "Too small.", "recommended": "1080p"}])

    upload_files([photo], peer.url, "a-key", as_json=True)

    line = json.loads(capsys.readouterr().out)
    assert line["facts"]["advice"] == [{"code": "a", "message": "Too small.", "recommended": "1080p"}]
