"""What a hostile file could do with a decoder that obeys it: nothing."""

import contextlib
import ctypes
import http.server
import json
import os
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest
from copying import copy_of
from judging import judge_with

import media_samples as good
from greenroom.domain.media import Format
from greenroom.domain.recipe import VideoRecipe
from greenroom.media.examiner import Examiner
from greenroom.media.limits import ExamLimits
from greenroom.media.protections import Protections, SandboxIncomplete, protections

GUARDS = protections()
needs_both = pytest.mark.skipif(bool(GUARDS.missing), reason="; ".join(GUARDS.missing))


def tried_inside(which: str = "all", whom: str = "inside_child.py") -> dict[str, str]:
    program = Path(__file__).with_name(whom)
    ran = subprocess.run([sys.executable, str(program), which], capture_output=True, timeout=60, check=True)
    return dict(json.loads(ran.stdout))


@needs_both
def test_a_child_can_neither_open_nor_connect_nor_run_nor_fork_nor_take_much_memory() -> None:
    tried = tried_inside()

    assert tried.pop("take 100 MiB of memory") == "allowed"
    assert tried.pop("take 3 GiB of memory") == "MemoryError"
    assert [what for what, outcome in tried.items() if outcome == "allowed"] == []


@needs_both
def test_without_seccomp_landlock_still_keeps_every_path_from_a_child() -> None:
    tried = tried_inside("without seccomp")

    assert {tried[what] for what in ("read a file", "list a folder", "write a file")} == {"PermissionError"}
    assert tried["take 3 GiB of memory"] == "MemoryError"


@needs_both
def test_without_landlock_seccomp_still_keeps_every_path_from_a_child() -> None:
    tried = tried_inside("without landlock")

    assert [what for what, outcome in tried.items() if outcome == "allowed"] == ["take 100 MiB of memory"]


@needs_both
def test_every_thread_of_a_decoding_child_is_under_the_filter() -> None:
    examiner = Examiner(concurrency=1)
    film = good.mp4(seconds=60)

    with ThreadPoolExecutor(1) as pool, contextlib.closing(examiner):
        answer = pool.submit(judge_with, examiner, film, deep=True)
        statuses = statuses_of_threads(until=answer.done)

    assert len(statuses) > 1
    assert {field(status, "Seccomp") for status in statuses} == {"2"}
    assert {field(status, "NoNewPrivs") for status in statuses} == {"1"}


@needs_both
@pytest.mark.parametrize("which", ["all", "without landlock"])
def test_what_makes_copies_can_neither_open_nor_connect_nor_run_nor_fork_but_write_its_copy(which: str) -> None:
    tried = tried_inside(which, "inside_optimizer.py")

    allowed = [what for what, outcome in tried.items() if outcome == "allowed"]
    assert allowed == ["take 100 MiB of memory", "write the copy", "cut the copy"]
    assert tried["take 3 GiB of memory"] == "MemoryError"
    assert tried["write more than a copy may have"] == "OSError"


@needs_both
def test_without_seccomp_landlock_still_keeps_every_path_from_what_makes_copies() -> None:
    tried = tried_inside("without seccomp", "inside_optimizer.py")

    assert {tried[what] for what in ("read a file", "list a folder", "write a file")} == {"PermissionError"}


@needs_both
def test_every_thread_that_encodes_a_copy_is_under_the_filter() -> None:
    film = good.mp4(seconds=20)

    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(copy_of, film, VideoRecipe())
        statuses = statuses_of_encoders(until=answer.done)

    assert len(statuses) > 2
    assert {field(status, "Seccomp") for status in statuses} == {"2"}
    assert answer.result().told.after.width


def statuses_of_encoders(until: Callable[[], bool]) -> list[str]:
    """The statuses of all threads of the first copying process that has many."""
    while not until():
        for process in psutil.Process().children():
            with contextlib.suppress(OSError, psutil.NoSuchProcess):
                if "greenroom.media.optimizing.process" not in process.cmdline():
                    continue
                found = [(task / "status").read_text() for task in Path(f"/proc/{process.pid}/task").iterdir()]
                if len(found) > 2:
                    return found
        time.sleep(0.005)
    return []


def statuses_of_threads(until: Callable[[], bool]) -> list[str]:
    """The statuses of all threads of the first child that decodes with several."""
    while not until():
        for process in waiting_or_judging(zygotes()):
            tasks = Path(f"/proc/{process.pid}/task")
            with contextlib.suppress(OSError):
                found = [(task / "status").read_text() for task in tasks.iterdir()]
                if len(found) > 1:
                    return found
        time.sleep(0.005)
    return []


def zygotes() -> set[psutil.Process]:
    """All zygotes of this process: not the servers that other tests share."""
    return {child for child in psutil.Process().children() if "greenroom.media.zygote" in child.cmdline()}


def waiting_or_judging(parents: set[psutil.Process]) -> list[psutil.Process]:
    """The children of zygotes."""
    children: list[psutil.Process] = []
    for zygote in parents:
        with contextlib.suppress(psutil.NoSuchProcess):
            children += zygote.children()
    return children


def field(status: str, name: str) -> str:
    return next(line.split()[1] for line in status.splitlines() if line.startswith(name + ":"))


def test_a_child_dies_with_its_zygote() -> None:
    others = zygotes()
    examiner = Examiner(concurrency=1)
    judge_with(examiner, good.jpeg())
    children: list[psutil.Process] = []
    own = zygotes() - others
    while not children:  # the next one may be about to be born
        children = waiting_or_judging(own)

    for zygote in own:
        zygote.kill()

    assert psutil.wait_procs(children, timeout=3)[1] == []
    examiner.close()


def test_a_missing_protection_is_fatal_where_it_is_required(monkeypatch: pytest.MonkeyPatch) -> None:
    lacking = Protections(None, "the kernel lacks it", b"x" * 8, None)
    monkeypatch.setattr("greenroom.media.examiner.protections", lambda: lacking)

    with pytest.raises(SandboxIncomplete, match="Landlock is not in force: the kernel lacks it"):
        Examiner(ExamLimits(require_sandbox=True)).start()


def test_each_protection_has_a_line_for_the_log() -> None:
    lines = Protections(7, None, None, "libseccomp is not installed").lines()

    assert lines[0] == "Landlock: no path, no TCP (ABI 7)"
    assert lines[1] == "seccomp: libseccomp is not installed"


# Files that name other files


class Canaries:
    """A file and a server that nobody has a reason to touch."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.write_bytes(good.mp4(seconds=1))
        self._libc = ctypes.CDLL(None)
        self._watch = self._libc.inotify_init1(os.O_NONBLOCK)
        self._libc.inotify_add_watch(self._watch, str(path).encode(), 0x21)  # IN_ACCESS, IN_OPEN
        self.requests: list[str] = []
        requests = self.requests

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                requests.append(self.path)
                self.send_error(404)

            def log_message(self, *_: object) -> None: ...

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/canary.mp4"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def file_was_touched(self) -> bool:
        try:
            return bool(os.read(self._watch, 4096))
        except BlockingIOError:
            return False

    def close(self) -> None:
        os.close(self._watch)
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def canaries(tmp_path: Path) -> Iterator[Canaries]:
    canaries = Canaries(tmp_path / "canary.mp4")
    yield canaries
    canaries.close()


def playlist(where: str) -> bytes:
    return f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{where}\n#EXT-X-ENDLIST\n".encode()


def dash(where: str) -> bytes:
    return (
        '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" '
        'mediaPresentationDuration="PT1S"><Period><AdaptationSet mimeType="video/mp4"><Representation id="1" '
        f'bandwidth="1"><BaseURL>{where}</BaseURL></Representation></AdaptationSet></Period></MPD>'
    ).encode()


def concat(where: str) -> bytes:
    return f"ffconcat version 1.0\nfile '{where}'\n".encode()


def sdp(where: str) -> bytes:
    host = where.split("/")[2] if "//" in where else "127.0.0.1"
    return f"v=0\r\no=- 0 0 IN IP4 {host}\r\ns=x\r\nu={where}\r\nm=video 5004 RTP/AVP 96\r\n".encode()


def external_reference(where: str) -> bytes:
    """A film whose data reference (dref) is an address instead of "this file"."""
    whole = good.mov()
    at = whole.rindex(b"url \x00\x00\x00\x01") - 4
    name = where.encode() + b"\x00"
    entry = struct.pack(">I4sI", 12 + len(name), b"url ", 0) + name
    return grown(whole, at, 12, entry)


def alias_reference(where: str) -> bytes:
    """The same with a QuickTime alias, which FFmpeg follows if it is let."""
    whole = good.mov()
    at = whole.rindex(b"url \x00\x00\x00\x01") - 4
    path = where.removeprefix("file://").encode()
    record = bytes(150) + struct.pack(">HH", 2, len(path)) + path + bytes(len(path) & 1) + struct.pack(">HH", 0xFFFF, 0)
    entry = struct.pack(">I4sI", 12 + len(record), b"alis", 0) + record
    return grown(whole, at, 12, entry)


def grown(whole: bytes, at: int, length: int, entry: bytes) -> bytes:
    """Put an entry in the place of another, and make the boxes around it longer."""
    changed = bytearray(whole[:at] + entry + whole[at + length :])
    for kind in (b"moov", b"trak", b"mdia", b"minf", b"dinf", b"dref"):
        box = whole.rindex(kind, 0, at) - 4
        (size,) = struct.unpack_from(">I", whole, box)
        struct.pack_into(">I", changed, box, size + len(entry) - length)
    return bytes(changed)


@pytest.mark.parametrize("trick", [playlist, dash, concat, sdp, external_reference, alias_reference])
def test_a_file_that_names_other_files_touches_none(
    examiner: Examiner, canaries: Canaries, trick: Callable[[str], bytes]
) -> None:
    for where in (canaries.url, f"file://{canaries.path}", str(canaries.path)):
        judge_with(examiner, trick(where), format=Format.MP4, deep=True)

    assert not canaries.file_was_touched()
    assert canaries.requests == []


def test_the_canaries_would_notice(canaries: Canaries) -> None:
    canaries.path.read_bytes()
    subprocess.run(["curl", "-s", "-o", "/dev/null", canaries.url], timeout=10, check=False)

    assert canaries.file_was_touched()
    assert canaries.requests == ["/canary.mp4"]
