"""
What a decoding child gives up before it sees its file.

Every path and port, most system calls, and the right to more than so much memory, processor time and files;
it dies with its zygote and cannot be traced by its likes. What a fork hands down is set once, in the zygote:
each page that a child touches costs it a fault, so the child itself makes five system calls and no more.
"""

import os
import resource
import signal

from greenroom.media.landlock import give_up_paths_and_ports
from greenroom.media.limits import ExamLimits
from greenroom.media.seccomp import Filter, prctl

_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4
_PR_SET_NO_NEW_PRIVS = 38
_OPEN_FILES = 64
_BACKGROUND_NICENESS = 10
NO_FILTER_STATUS = 3


class Lockdown:
    """Prepared in the zygote once it is warmed up, completed in each child."""

    def __init__(self, limits: ExamLimits, *, seccomp_program: bytes | None, landlock: bool) -> None:
        self._limits = limits
        self._address_space_bytes = limits.memory_bytes + _own_address_space_bytes()
        self._zygote = os.getpid()
        self._filter = Filter(seccomp_program) if seccomp_program else None
        self._landlock = landlock

    def prepare(self) -> None:
        """Take from the zygote, and so from all its children, what neither needs."""
        prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
        prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        _limit(resource.RLIMIT_FSIZE, 0)
        _limit(resource.RLIMIT_NOFILE, _OPEN_FILES)
        _limit(resource.RLIMIT_CORE, 0)
        if self._landlock:
            give_up_paths_and_ports()

    def newborn(self) -> None:
        """Be killed when the zygote dies, leave at once if it has, lead a process group, and lose most system calls."""
        prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != self._zygote:
            os._exit(1)
        os.setpgid(0, 0)
        # Before there is a second thread, and before there is a file.
        if self._filter is not None and not self._filter.apply():
            os._exit(NO_FILTER_STATUS)

    def lock_in(self, file_bytes: int, *, deep: bool) -> None:
        """Limit memory and processor time to what a file of this size may need; runs at low priority if deep."""
        if deep:
            os.setpriority(os.PRIO_PROCESS, 0, _BACKGROUND_NICENESS)
        cpu_s = self._limits.deep_cpu_s if deep else self._limits.cpu_s
        # The kernel sends SIGXCPU at the soft limit, which tells the reason, and SIGKILL at the hard one.
        resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s + 1))
        # The file is mapped, which counts as address space though not as memory.
        _limit(resource.RLIMIT_AS, self._address_space_bytes + file_bytes)


def _limit(what: int, value: int) -> None:
    hard = resource.getrlimit(what)[1]
    if hard != resource.RLIM_INFINITY:
        value = min(value, hard)
    resource.setrlimit(what, (value, value))


def _own_address_space_bytes() -> int:
    with open("/proc/self/statm", "rb") as statm:
        return int(statm.read().split()[0]) * resource.getpagesize()
