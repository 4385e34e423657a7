"""
What a decoding child gives up before it sees its file.

Every path and port, most system calls, and the right to more than so much memory, processor time and files;
it dies with its zygote and cannot be traced by its likes. What a fork hands down is set once, in the zygote:
each page that a child touches costs it a fault, so the child itself makes five system calls and no more.
"""

import os
import resource

from greenroom.media.landlock import give_up_paths_and_ports
from greenroom.media.limits import ExamLimits
from greenroom.media.seccomp import Filter
from greenroom.media.task_limits import (
    NO_FILTER_STATUS,
    end_with,
    forgo_privileges,
    limit_cpu,
    lower,
    own_address_space_bytes,
)

_OPEN_FILES = 64
_BACKGROUND_NICENESS = 10


class Lockdown:
    """Prepared in the zygote once it is warmed up, completed in each child."""

    def __init__(self, limits: ExamLimits, *, seccomp_program: bytes | None, landlock: bool) -> None:
        self._limits = limits
        self._address_space_bytes = limits.memory_bytes + own_address_space_bytes()
        self._zygote = os.getpid()
        self._filter = Filter(seccomp_program) if seccomp_program else None
        self._landlock = landlock

    def prepare(self) -> None:
        """Take from the zygote, and so from all its children, what neither needs."""
        forgo_privileges()
        lower(resource.RLIMIT_FSIZE, 0)
        lower(resource.RLIMIT_NOFILE, _OPEN_FILES)
        lower(resource.RLIMIT_CORE, 0)
        if self._landlock:
            give_up_paths_and_ports()

    def newborn(self) -> None:
        """Be killed when the zygote dies, leave at once if it has, lead a process group, and lose most system calls."""
        end_with(self._zygote)
        os.setpgid(0, 0)
        # Before there is a second thread, and before there is a file.
        if self._filter is not None and not self._filter.apply():
            os._exit(NO_FILTER_STATUS)

    def lock_in(self, file_bytes: int, *, deep: bool) -> None:
        """Limit memory and processor time to what a file of this size may need; runs at low priority if deep."""
        if deep:
            os.setpriority(os.PRIO_PROCESS, 0, _BACKGROUND_NICENESS)
        limit_cpu(self._limits.deep_cpu_s if deep else self._limits.cpu_s)
        # The file is mapped, which counts as address space though not as memory.
        lower(resource.RLIMIT_AS, self._address_space_bytes + file_bytes)
