"""What a piece of work costs per file: processor time and time on the clock, of calls, of spawns, of judgements."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import process_tree
from samples_judged import Subject

from greenroom.media.examiner import Examiner

# The zygote reaps a child, and forks the next one, after the answer was read: both belong to the file.
SETTLING_S = 0.05


class MeasurementFailed(Exception):
    """What was to be measured did not do its work, so its time says nothing."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Per file, the mean of those that one measurement took."""

    cpu_s: float
    wall_s: float


Measurement = Callable[[], Cost]


def of_calls(work: Callable[[], object], at_least_s: float) -> Cost:
    """Cost of one call in this process: called until the time is over, and twice at least."""
    count, cpu, start = 0, time.process_time(), time.perf_counter()
    while count < 2 or time.perf_counter() - start < at_least_s:
        work()
        count += 1
    return Cost((time.process_time() - cpu) / count, (time.perf_counter() - start) / count)


def of_spawns(command: Sequence[str], count: int) -> Cost:
    """
    Cost of one run of a program, its start included, by the kernel's account of the ended process.

    What the spawning itself costs this process is left out of the processor time: it belongs to the spawner.
    """
    cpu_s, start = 0.0, time.perf_counter()
    for _ in range(count):
        # Without close_fds Python spawns with vfork, the quickest way there is.
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, close_fds=False
        )
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if status:
            raise MeasurementFailed(f"{command[0]} ended with {process.returncode} on {command[-1]}")
        cpu_s += used.ru_utime + used.ru_stime
    return Cost(cpu_s / count, (time.perf_counter() - start) / count)


def of_judgements(examiner: Examiner, subject: Subject, count: int) -> Cost:
    """
    Cost of one whole judgement, as an upload pays it: asking, the child, its reaping and the fork of the next.

    Ended children stand in their zygote's account to the tick of 10 ms, once for all of them: with eight files
    the error is at most 2.5 ms a file.
    """
    time.sleep(SETTLING_S)
    cpu, wall_s = process_tree.cpu_seconds(os.getpid()), 0.0
    with open(subject.path, "rb") as file:
        for _ in range(count):
            start = time.perf_counter()
            examination = examiner.examine(file.fileno(), subject.format)
            wall_s += time.perf_counter() - start
            if examination.info is None or examination.damage:
                raise MeasurementFailed(f"{subject.path.name} was not found good: {examination.damage}")
    time.sleep(SETTLING_S)
    return Cost((process_tree.cpu_seconds(os.getpid()) - cpu) / count, wall_s / count)
