"""
The process that judging children are forked from: everything imported, warmed up, one thread, no secrets.

There are two of it: `images` holds Pillow alone and forks in a third of the time, `films` holds PyAV.
Each keeps some children waiting for a task, so a fork is over before a file comes; a child locks
itself in, takes one task, judges the file, answers, and exits. It runs as `python -m greenroom.media.zygote`
with two sockets: on the first lie the tasks, on the second it reports children that ended badly and is
told which to kill. It ends when either is closed.
"""

import contextlib
import gc
import importlib
import os
import select
import signal
import socket
import sys
import time
from typing import NoReturn, Protocol

# The children use no locks, loggers or random numbers of the parent: the hooks that the standard library
# runs in each fork to renew them cost more (0.7 ms) than all else that a child does before its file.
os.register_at_fork = lambda **_hooks: None  # type: ignore[assignment,unused-ignore]

import msgspec  # noqa: E402

from greenroom.domain.media import Examination  # noqa: E402
from greenroom.media import protocol  # noqa: E402
from greenroom.media.findings import finding  # noqa: E402
from greenroom.media.limits import ExamLimits  # noqa: E402
from greenroom.media.lockdown import Lockdown  # noqa: E402

FAMILIES = {"images": "greenroom.media.images", "films": "greenroom.media.films"}
CRASH_PAUSE_S = 0.05


class Orders(msgspec.Struct, frozen=True):
    """What a zygote is started with: its family, how many children wait, and the caps of each."""

    family: str
    children: int
    limits: ExamLimits
    landlock: bool
    seccomp_program: bytes | None


class Family(Protocol):
    """A module that judges one family of formats."""

    def warm_up(self) -> None:
        """Decode something small, so that nothing is imported in a child."""

    def examine(self, fd: int, task: protocol.Task, limits: ExamLimits) -> Examination:
        """Judge the file."""


class Zygote:
    """Keeps `children` children waiting until its sockets are closed."""

    def __init__(self, orders: Orders, family: Family, tasks: socket.socket, reports: socket.socket) -> None:
        self._orders = orders
        self._family = family
        self._tasks = tasks
        self._reports = reports
        self._children: dict[int, tuple[int, float]] = {}  # process descriptor -> process id, time of birth
        self._poller = select.poll()
        self._lockdown = Lockdown(orders.limits, seccomp_program=orders.seccomp_program, landlock=orders.landlock)

    def run(self) -> None:
        """Fork, reap and kill until the server closes its end."""
        self._lockdown.prepare()
        self._poller.register(self._reports, select.POLLIN)
        self._reports.send(protocol.REPORT.pack(protocol.READY, 0))
        while True:
            while len(self._children) < self._orders.children:
                self._fork()
            for descriptor, _ in self._poller.poll():
                if descriptor in self._children:
                    self._reap(descriptor)
                elif not self._obey():
                    return

    def _fork(self) -> None:
        child = os.fork()
        if child == 0:
            self._reports.close()
            self._live_once()
        descriptor = os.pidfd_open(child)
        self._children[descriptor] = child, time.monotonic()
        self._poller.register(descriptor, select.POLLIN)

    def _live_once(self) -> NoReturn:
        """Be a child: wait for one task, judge, answer, end."""
        self._lockdown.newborn()
        message, file, answer = protocol.receive_task(self._tasks)
        if not message:
            os._exit(0)
        # Whoever takes this child over must not be able to take another's file from the queue.
        self._tasks.close()
        os.write(answer, protocol.PID.pack(os.getpid()))
        task = protocol.unpack_task(message)
        self._lockdown.lock_in(os.fstat(file).st_size, deep=task.deep)
        examination = _judged(self._family, file, task, self._orders.limits)
        _write_all(answer, protocol.answer_encoder.encode(examination))
        # The server reads to the end, which else came only when all memory has been given back.
        os.close(answer)
        os._exit(0)

    def _reap(self, descriptor: int) -> None:
        child, born = self._children.pop(descriptor)
        self._poller.unregister(descriptor)
        os.close(descriptor)
        # While the child is unreaped its number is its own, so nobody else's group can be hit.
        _kill_group(child)
        _, status = os.waitpid(child, 0)
        if status:
            with contextlib.suppress(OSError):
                self._reports.send(protocol.REPORT.pack(child, status), socket.MSG_DONTWAIT)
            if time.monotonic() - born < CRASH_PAUSE_S:
                time.sleep(CRASH_PAUSE_S)

    def _obey(self) -> bool:
        """Kill the child that the server names; False when the server is gone."""
        order = self._reports.recv(protocol.PID.size)
        if not order:
            return False
        (condemned,) = protocol.PID.unpack(order)
        if any(child == condemned for child, _ in self._children.values()):
            _kill_group(condemned)
        return True


def _kill_group(child: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child, signal.SIGKILL)
    with contextlib.suppress(ProcessLookupError):
        os.kill(child, signal.SIGKILL)  # it may not have become the leader of its group yet


def _judged(family: Family, file: int, task: protocol.Task, limits: ExamLimits) -> Examination:
    try:
        return family.examine(file, task, limits)
    except MemoryError:
        found = finding("examination_out_of_memory", "Judging the file takes more memory than is allowed")
    except Exception as error:  # noqa: BLE001 - the rim of a child: the sentence is all that leaves it
        reason = f"{type(error).__name__}: {error}"[:200]
        found = finding("examination_crashed", f"The decoder failed on this file ({reason})")
    return Examination(damage=(found,))


def _write_all(descriptor: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def main() -> None:
    """Warm up, then keep children until the server is gone."""
    orders = msgspec.json.decode(sys.argv[1], type=Orders)
    tasks, reports = (socket.socket(fileno=int(number)) for number in sys.argv[2:4])
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    family: Family = importlib.import_module(FAMILIES[orders.family])
    family.warm_up()
    gc.collect()
    gc.freeze()
    gc.disable()
    Zygote(orders, family, tasks, reports).run()


if __name__ == "__main__":
    main()
