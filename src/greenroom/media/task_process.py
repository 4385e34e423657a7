"""A process that was started for one task, from the side of whoever waits for what it says; it is believed nothing."""

import contextlib
import os
import select
import signal
import subprocess
from collections.abc import Callable, Iterator

_LOOK_EVERY_S = 0.2


def lines(process: "subprocess.Popen[bytes]", most_bytes: int, check: Callable[[], None]) -> Iterator[bytes]:
    """
    The lines that a process says, until it says no more.

    `check` is called several times a second and before anything that was said is given; what it raises ends the
    waiting. Of a line that has more than `most_bytes` the beginning is given, and nothing after it.
    """
    assert process.stdout is not None, "it was started with a pipe"
    pipe, poller, waiting = process.stdout.fileno(), select.poll(), b""
    poller.register(pipe, select.POLLIN)
    while True:
        says = poller.poll(_LOOK_EVERY_S * 1000)
        # Also of what it says: who was to be done by now is late, however soon it was noticed.
        check()
        if not says:
            continue
        piece = os.read(pipe, most_bytes)
        *whole, waiting = (waiting + piece).split(b"\n")
        yield from whole
        if len(waiting) > most_bytes:
            yield waiting
            return
        if not piece:
            return


def end(process: "subprocess.Popen[bytes]") -> int:
    """Kill a process that leads a group, with all that it has started, and give its status as `Popen.wait` does."""
    # While it is not waited for its number is its own, so nobody else's group can be hit.
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    return process.wait()


def ran_out_of_time(status: int) -> bool:
    """Whether a process ended because it took more processor time than it may."""
    return -status == signal.SIGXCPU


def signal_of(status: int) -> str:
    """By which signal a process ended, as in ` (SIGSEGV)`; empty if by none."""
    return f" ({signal.Signals(-status).name})" if status < 0 else ""
