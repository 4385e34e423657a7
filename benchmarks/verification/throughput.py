"""Files a second with every core at work: judged by Greenroom, and decoded by bare Pillow."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path

from costs import MeasurementFailed
from samples_judged import Subject

from greenroom.media.examiner import Examiner


def judged_per_s(examiner: Examiner, subject: Subject, callers: int, seconds: float) -> float:
    """Whole judgements a second of so many callers, each of which asks again once it was answered."""
    counts = [0] * callers
    start = time.perf_counter()

    def call(number: int) -> None:
        with open(subject.path, "rb") as file:
            while time.perf_counter() - start < seconds:
                examination = examiner.examine(file.fileno(), subject.format)
                if examination.info is None or examination.damage:
                    return
                counts[number] += 1

    threads = [threading.Thread(target=call, args=(number,)) for number in range(callers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    wall_s = time.perf_counter() - start
    if wall_s < seconds or not all(counts):
        raise MeasurementFailed(f"{subject.path.name} was not found good under load")
    return sum(counts) / wall_s


def decoded_per_s(subject: Subject, processes: int, seconds: float) -> float:
    """Bare decodes a second of so many processes, none of which waits for another."""
    command = [sys.executable, str(Path(__file__).with_name("pillow_loop.py")), str(subject.path), str(seconds)]
    loops = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(processes)
    ]
    try:
        for loop in loops:
            assert loop.stdout is not None
            loop.stdout.readline()  # it has imported, and decoded once
        for loop in loops:
            assert loop.stdin is not None
            loop.stdin.write("go\n")
            loop.stdin.flush()
        said = [loop.communicate(timeout=seconds + 30)[0] for loop in loops]
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()
    return sum(map(float, said))
