"""What the processes of a server used: CPU seconds and memory, children that have ended included.

Only /proc and the CPU clocks of processes are read, so neither root nor control groups are needed.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass

TICK_S = 1 / os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")
MB = 1_000_000


@dataclass(frozen=True, slots=True)
class ProcessStat:
    pid: int
    parent: int
    session: int
    own_ticks: int
    ended_children_ticks: int


def cpu_seconds(root: int) -> float:
    """
    CPU time of the tree of `root`.

    Living processes are read from their CPU clocks, to the nanosecond; children that ended (a verifier
    forked by a zygote) stand in their parent's cutime and cstime, to the tick of 10 ms.
    """
    return sum(_own_seconds(stat) + stat.ended_children_ticks * TICK_S for stat in tree(root))


def rss_mb(pids: Iterable[int]) -> float:
    """Resident memory; pages that processes share are counted in each."""
    return sum(_resident_pages(pid) for pid in pids) * PAGE / MB


def pss_mb(pids: Iterable[int]) -> float:
    """Resident memory; a page that n processes share counts 1/n in each, as forked children need it."""
    return sum(_proportional_kib(pid) for pid in pids) * 1024 / MB


def tree(root: int) -> list[ProcessStat]:
    """The process `root`, its descendants, and orphans that are still of its session."""
    stats = [stat for pid in os.listdir("/proc") if pid.isdigit() and (stat := _stat(int(pid)))]
    known = {stat.pid for stat in stats if root in (stat.pid, stat.session)}
    while grown := {stat.pid for stat in stats if stat.parent in known} - known:
        known |= grown
    return [stat for stat in stats if stat.pid in known]


class MemoryPeaks:
    """Watches a tree while it works, 20 times a second: `with MemoryPeaks(pid) as peaks: ...`."""

    def __init__(self, root: int) -> None:
        self.root = root
        # Not the grandchildren: a verifier that waits for its file is gone after it, and takes its memory along.
        self.residents = [stat.pid for stat in tree(root) if root in (stat.pid, stat.parent)]
        self.residents_rss_mb = self.whole_pss_mb = 0.0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> MemoryPeaks:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._ended.wait(0.05):
            self.residents_rss_mb = max(self.residents_rss_mb, rss_mb(self.residents))
            self.whole_pss_mb = max(self.whole_pss_mb, pss_mb(stat.pid for stat in tree(self.root)))


def _stat(pid: int) -> ProcessStat | None:
    try:
        with open(f"/proc/{pid}/stat") as file:
            text = file.read()
    except OSError:  # it ended between the listing and the reading
        return None
    # The name may hold spaces and brackets: the fields start after the last bracket, with the state.
    fields = text[text.rindex(")") + 2 :].split()
    ticks = [int(field) for field in fields[11:15]]
    return ProcessStat(pid, int(fields[1]), int(fields[3]), sum(ticks[:2]), sum(ticks[2:]))


def _own_seconds(stat: ProcessStat) -> float:
    # clock_getcpuclockid(3) of glibc makes this same number; Python offers it for threads only.
    clock = (~stat.pid << 3) | 2
    try:
        return time.clock_gettime(clock)
    except OSError:  # a zombie has no clock any more
        return stat.own_ticks * TICK_S


def _resident_pages(pid: int) -> int:
    try:
        with open(f"/proc/{pid}/statm") as file:
            return int(file.read().split()[1])
    except OSError:
        return 0


def _proportional_kib(pid: int) -> int:
    try:
        with open(f"/proc/{pid}/smaps_rollup") as file:
            return next(int(line.split()[1]) for line in file if line.startswith("Pss:"))
    except (OSError, StopIteration):
        return 0
