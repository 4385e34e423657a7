"""
The server's side of judging files: it hands them to children of a zygote and believes nothing it hears.

A zygote for images and one for films are started as fresh processes, so they hold none of the server's
threads, memory or secrets. Whatever a file does to its child, the caller gets an `Examination`: without
`info`, and with a finding that says what happened.
"""

import contextlib
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

import msgspec
import structlog

from greenroom.domain.media import Examination, Finding, Format
from greenroom.media import protocol
from greenroom.media.environment import bare_environment
from greenroom.media.findings import finding
from greenroom.media.limits import ExamLimits
from greenroom.media.protections import Protections, protections

IMAGE_FORMATS = frozenset((Format.JPEG, Format.PNG, Format.WEBP, Format.GIF))
AUDIO_FORMATS = frozenset((Format.MP3, Format.WAV, Format.M4A))

_STATUS_WAIT_S = 5.0
_UNCLAIMED_STATUSES = 64
_CLOSE_WAIT_S = 5.0
_RETRY_FIRST_S = 0.5
_RETRY_LAST_S = 60.0
log = structlog.get_logger(__name__)


class _ZygoteLost(Exception):
    """The zygote died or does not react; the file may be given to a new one."""


class _TimedOut(Exception):
    """The child was killed because its time was up."""


@dataclass(frozen=True, slots=True)
class _Ended(Exception):
    """The child ended without an answer, with this wait status if it became known."""

    status: int | None


class Examiner:
    """
    Judges files in child processes; safe to call from many threads.

    At most `concurrency` judgements run at once, besides as many full decodes of videos, which run at low
    priority, as `deep_concurrency` says; callers beyond that wait for their turn.
    """

    def __init__(
        self,
        limits: ExamLimits | None = None,
        *,
        concurrency: int | None = None,
        deep_concurrency: int = 1,
    ) -> None:
        self.limits = limits or ExamLimits()
        self._concurrency = concurrency or os.cpu_count() or 1
        self._children = {"images": self._concurrency, "films": self._concurrency + deep_concurrency}
        self._turns = threading.BoundedSemaphore(self._concurrency)
        self._deep_turns = threading.BoundedSemaphore(deep_concurrency)
        self._zygotes: dict[str, _ZygoteProcess] = {}
        self._failures = {family: _Failures() for family in self._children}
        self._lock = threading.Lock()
        self._closed = False
        self._protections: Protections | None = None

    @property
    def protections(self) -> Protections:
        """What the children are protected by on this machine."""
        if self._protections is None:
            self._protections = protections()
        return self._protections

    def start(self) -> None:
        """
        Start both zygotes; they warm up while the caller goes on.

        Raises SandboxIncomplete when the limits require protections that this machine lacks.
        """
        guards = self.protections
        if self.limits.require_sandbox:
            guards.require()
        if guards.missing:
            log.warning("decoders are confined only in part", missing=guards.missing)
        else:
            log.info("decoders are confined", by=guards.lines())
        for family in self._children:
            with contextlib.suppress(_ZygoteLost):  # it is in the log, and is tried again with the first file
                self._zygote(family)

    def close(self) -> None:
        """End the zygotes and with them every judgement that is still running."""
        with self._lock:
            self._closed = True
            zygotes, self._zygotes = list(self._zygotes.values()), {}
        for zygote in zygotes:
            zygote.close()

    def examine(self, fd: int, format: Format, *, deep: bool = False) -> Examination:
        """
        Judge an open file as the given format; blocks until the answer, at most until the time limit.

        `deep` decodes all of a video; images and audio are always decoded in full.
        """
        family = "images" if format in IMAGE_FORMATS else "films"
        long = deep and family == "films" and format not in AUDIO_FORMATS
        task = protocol.Task(format, long)
        with self._deep_turns if long else self._turns, _read_only(fd) as file:
            try:
                return self._answered(family, file, task)
            except _TimedOut:
                return _without_answer(_timed_out(self.limits.deep_wall_s if long else self.limits.wall_s))
            except _Ended as ended:
                return _without_answer(_cause_of_death(ended.status))

    def _answered(self, family: str, file: int, task: protocol.Task) -> Examination:
        for _attempt in range(2):
            zygote = None
            try:
                zygote = self._zygote(family)
                answer = zygote.judge(file, task)
                zygote.warm = True  # its own word for it may still lie in the socket
                self._failures[family].over()
                return _parsed(answer, task.format)
            except _ZygoteLost:
                if zygote is not None:
                    self._forget(family, zygote)
        return _without_answer(finding("examination_unavailable", "The decoder could not be started"))

    def _zygote(self, family: str) -> "_ZygoteProcess":
        with self._lock:
            if self._closed:
                raise _ZygoteLost
            found = self._zygotes.get(family)
            if found is not None and not found.lost:
                return found
            if not self._failures[family].may_try():
                raise _ZygoteLost
            try:
                new = _ZygoteProcess(family, self._children[family], self.limits, self.protections)
            except OSError as error:
                self._failures[family].another(family, error.errno)
                raise _ZygoteLost from error
            self._zygotes[family] = new
        if found is not None:
            found.close()
        return new

    def _forget(self, family: str, zygote: "_ZygoteProcess") -> None:
        with self._lock:
            ours = self._zygotes.get(family) is zygote
            if ours:
                del self._zygotes[family]
                if not zygote.warm:
                    self._failures[family].another(family, zygote.exit_status())
        if ours:
            zygote.close()


class _Failures:
    """How often in a row a zygote did not even warm up; the next try waits twice as long, up to a minute."""

    def __init__(self) -> None:
        self._count = 0
        self._not_before = 0.0

    def may_try(self) -> bool:
        return time.monotonic() >= self._not_before

    def another(self, family: str, status: int | None) -> None:
        wait_s = min(_RETRY_LAST_S, _RETRY_FIRST_S * 2**self._count)
        self._count += 1
        self._not_before = time.monotonic() + wait_s
        if self._count == 1:
            log.error(
                "decoder could not be started; its own words stand on stderr",
                family=family,
                exit_status=status,
                command=f"{sys.executable} -m greenroom.media.zygote",
            )

    def over(self) -> None:
        if self._count:
            log.info("decoder works again", failures=self._count)
            self._count, self._not_before = 0, 0.0


class _ZygoteProcess:
    """One running zygote: hands it tasks, hears which of its children ended badly."""

    def __init__(self, family: str, children: int, limits: ExamLimits, guards: Protections) -> None:
        self._limits = limits
        self._tasks, their_tasks = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._reports, their_reports = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        orders = {
            "family": family,
            "children": children,
            "limits": limits,
            "landlock": guards.landlock_abi is not None,
            "seccomp_program": guards.seccomp_program,
        }
        with their_tasks, their_reports, contextlib.ExitStack() as ours:
            ours.enter_context(self._tasks)
            ours.enter_context(self._reports)
            self._process = _spawn(orders, their_tasks.fileno(), their_reports.fileno())
            ours.pop_all()  # they stay open only if the process runs
        self._statuses: dict[int, int] = {}
        self._news = threading.Condition()
        self.lost = False
        self.warm = False
        self._listener = threading.Thread(target=self._listen, name=f"{family}-zygote", daemon=True)
        self._listener.start()

    def judge(self, file: int, task: protocol.Task) -> bytes:
        """Give a child's answer; raises _ZygoteLost, _TimedOut or _Ended when there is none."""
        answer, theirs = os.pipe2(os.O_CLOEXEC)
        try:
            try:
                protocol.send_task(self._tasks, task, file, theirs)
            except OSError as error:
                raise _ZygoteLost from error
            finally:
                os.close(theirs)
            return self._read_answer(answer, self._limits.deep_wall_s if task.deep else self._limits.wall_s)
        finally:
            os.close(answer)

    def _read_answer(self, answer: int, wall_s: float) -> bytes:
        try:
            number = _read(answer, protocol.PID.size, time.monotonic() + self._limits.start_s)
        except TimeoutError as error:
            raise _ZygoteLost from error
        if len(number) < protocol.PID.size:
            raise _ZygoteLost
        (child,) = protocol.PID.unpack(number)
        try:
            data = _read(answer, self._limits.answer_max_bytes + 1, time.monotonic() + wall_s)
        except TimeoutError as error:
            self._kill(child)
            raise _TimedOut from error
        if not data:
            raise _Ended(self._status_of(child))
        if len(data) > self._limits.answer_max_bytes:
            self._kill(child)
        return data

    def _kill(self, child: int) -> None:
        # Only the zygote can kill without a doubt whom: it alone knows which numbers are still its children.
        with contextlib.suppress(OSError):
            self._reports.send(protocol.PID.pack(child))

    def _status_of(self, child: int) -> int | None:
        with self._news:
            self._news.wait_for(lambda: child in self._statuses or self.lost, _STATUS_WAIT_S)
            status = self._statuses.pop(child, None)
        if status is None and self.lost:
            raise _ZygoteLost
        return status

    def _listen(self) -> None:
        while report := self._report():
            child, status = protocol.REPORT.unpack(report)
            if child == protocol.READY:
                self.warm = True
                continue
            with self._news:
                self._statuses[child] = status
                while len(self._statuses) > _UNCLAIMED_STATUSES:
                    del self._statuses[next(iter(self._statuses))]
                self._news.notify_all()
        with self._news:
            self.lost = True
            self._news.notify_all()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_CLOSE_WAIT_S)  # nobody else reaps a zygote that died by itself

    def _report(self) -> bytes:
        try:
            return self._reports.recv(protocol.REPORT.size)
        except OSError:
            return b""

    def exit_status(self) -> int | None:
        """How the process ended; None while it runs."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            return self._process.wait(_STATUS_WAIT_S)
        return None

    def close(self) -> None:
        self.lost = True
        for end in (self._tasks, self._reports):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        try:
            self._process.wait(_CLOSE_WAIT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if threading.current_thread() is not self._listener:
            self._listener.join(_CLOSE_WAIT_S)
        self._tasks.close()
        self._reports.close()


def _spawn(orders: dict[str, object], tasks: int, reports: int) -> subprocess.Popen[bytes]:
    words = [msgspec.json.encode(orders).decode(), str(tasks), str(reports)]
    return subprocess.Popen(
        [sys.executable, "-P", "-S", "-m", "greenroom.media.zygote", *words],
        env=bare_environment() | {"MALLOC_ARENA_MAX": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        cwd="/",
        pass_fds=(tasks, reports),
        start_new_session=True,  # Ctrl-C in a terminal is for the server, which then closes us in order
    )


@contextlib.contextmanager
def _read_only(fd: int) -> Iterator[int]:
    """Open the file anew, for reading only and with an offset of its own; without /proc give it as it is."""
    try:
        again = os.open(f"/proc/self/fd/{fd}", os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        yield fd
        return
    try:
        yield again
    finally:
        os.close(again)


def _read(descriptor: int, size: int, deadline: float) -> bytes:
    """Read up to `size` bytes, fewer at the end; raises TimeoutError at the deadline."""
    poller = select.poll()
    poller.register(descriptor, select.POLLIN)
    received = bytearray()
    while len(received) < size:
        if not poller.poll(max(0.0, deadline - time.monotonic()) * 1000):
            raise TimeoutError
        piece = os.read(descriptor, min(65536, size - len(received)))
        if not piece:
            break
        received += piece
    return bytes(received)


def _parsed(answer: bytes, format: Format) -> Examination:
    try:
        examination = protocol.answer_decoder.decode(answer)
    except msgspec.DecodeError:
        return _without_answer(finding("examination_garbled", "The decoder's answer makes no sense"))
    if examination.info is None and not examination.damage:
        return _without_answer(finding("examination_garbled", "The decoder's answer says nothing"))
    if examination.info is not None and examination.info.format is not format:
        return _without_answer(finding("examination_garbled", "The decoder's answer is for another format"))
    return examination


def _without_answer(found: Finding) -> Examination:
    return Examination(damage=(found,))


def _timed_out(wall_s: float) -> Finding:
    return finding(
        "examination_timed_out",
        f"Judging the file took longer than {wall_s:g} s",
        measured=f"more than {wall_s:g} s",
        allowed=f"{wall_s:g} s",
    )


def _cause_of_death(status: int | None) -> Finding:
    number = os.WTERMSIG(status) if status is not None and os.WIFSIGNALED(status) else 0
    if number == signal.SIGXCPU:
        return finding("examination_timed_out", "Judging the file took more processor time than is allowed")
    if number == signal.SIGKILL:
        return finding("examination_out_of_memory", "The system ended the decoder, most likely to save memory")
    how = f" ({signal.Signals(number).name})" if number else ""
    return finding("examination_crashed", f"The decoder crashed on this file{how}")
