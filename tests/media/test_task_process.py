"""A process for one task: what it says, line by line, how it is ended with its own, and how it ended."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from greenroom.media import task_process
from greenroom.media.task_process import lines

MOST_BYTES = 1000


@contextmanager
def process(program: str) -> Iterator["subprocess.Popen[bytes]"]:
    with subprocess.Popen(
        [sys.executable, "-S", "-c", program], stdout=subprocess.PIPE, start_new_session=True
    ) as started:
        try:
            yield started
        finally:
            task_process.end(started)


def said(program: str) -> list[bytes]:
    with process(program) as started:
        return list(lines(started, MOST_BYTES, lambda: None))


def test_what_is_said_in_pieces_is_given_in_whole_lines() -> None:
    program = "import os, time\nfor one in (b'o', b'ne\\ntwo', b'\\n'): os.write(1, one); time.sleep(0.05)"

    assert said(program) == [b"one", b"two"]


def test_a_line_that_was_not_finished_was_not_said() -> None:
    assert said("print('one'); print('tw', end='')") == [b"one"]


def test_nothing_is_read_after_the_beginning_of_a_line_that_is_too_long() -> None:
    first, *more = said("print('one'); print('x' * 5000); print('two')")

    assert (first, len(more)) == (b"one", 1)
    assert MOST_BYTES < len(more[0]) <= 2 * MOST_BYTES


def test_the_waiting_ends_when_the_check_says_so() -> None:
    def check() -> None:
        raise TimeoutError

    with process("import time; time.sleep(60)") as started, pytest.raises(TimeoutError):
        list(lines(started, MOST_BYTES, check))


def test_what_is_said_too_late_is_not_given_however_soon_it_came() -> None:
    with process("import time; time.sleep(0.05); print('late', flush=True); time.sleep(60)") as started:
        deadline = time.monotonic() + 0.01

        def check() -> None:
            if time.monotonic() > deadline:
                raise TimeoutError

        with pytest.raises(TimeoutError):
            next(lines(started, MOST_BYTES, check))


def test_it_is_ended_with_all_that_it_has_started() -> None:
    program = "import os, time\nif os.fork(): print('started', flush=True)\ntime.sleep(60)"
    with process(program) as started:
        assert started.stdout is not None
        assert next(lines(started, MOST_BYTES, lambda: None)) == b"started"
        began = time.monotonic()

        status = task_process.end(started)

        # The pipe ends when the last that holds it has ended.
        assert os.read(started.stdout.fileno(), 1) == b""
        assert time.monotonic() - began < 30
    assert (status, task_process.signal_of(status)) == (-signal.SIGKILL, " (SIGKILL)")


@pytest.mark.parametrize(("status", "out_of_time", "signal_"), [(-signal.SIGXCPU, True, " (SIGXCPU)"), (1, False, "")])
def test_how_it_ended_is_told(status: int, out_of_time: bool, signal_: str) -> None:
    assert task_process.ran_out_of_time(status) is out_of_time
    assert task_process.signal_of(status) == signal_
