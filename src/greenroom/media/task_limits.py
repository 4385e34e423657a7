"""
What a process takes from itself that is started for one task: more of the machine than it needs, and most system calls.

A decoding child does the same in its own order, for it is forked (`lockdown`).
"""

import os
import resource
import signal

from greenroom.media.seccomp import Filter, prctl

NO_FILTER_STATUS = 3
"""With which a process ends that could not be confined."""
_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4
_PR_SET_NO_NEW_PRIVS = 38


def limit_self(*, memory_bytes: int, cpu_s: int, file_max_bytes: int, niceness: int, open_files: int = 64) -> None:
    """Take no more of the machine than this beside what is there already, and end with whoever started this process."""
    end_with(os.getppid())
    forgo_privileges()
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # the write fails, which is told
    os.nice(niceness)
    lower(resource.RLIMIT_AS, own_address_space_bytes() + memory_bytes)
    lower(resource.RLIMIT_FSIZE, file_max_bytes)
    lower(resource.RLIMIT_NOFILE, open_files)
    lower(resource.RLIMIT_CORE, 0)
    limit_cpu(cpu_s)


def end_with(parent: int) -> None:
    """Be killed when the process with that number ends, which started this one; leave at once if it has."""
    killed_with_parent()
    if os.getppid() != parent:
        os._exit(1)


def killed_with_parent() -> None:
    """Be killed when the process ends that started this one. A fork does not inherit that."""
    prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def forgo_privileges() -> None:
    """Be traced by none of its likes, and gain no right by running another program."""
    prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)


def limit_cpu(cpu_s: int) -> None:
    """Take no more processor time than that."""
    # The kernel sends SIGXCPU at the soft limit, which tells the reason, and SIGKILL at the hard one.
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s + 1))


def lower(what: int, value: int) -> None:
    """Set a limit, or leave it where it is lower."""
    hard = resource.getrlimit(what)[1]
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(what, (value, value))


def own_address_space_bytes() -> int:
    """How much this process has mapped."""
    with open("/proc/self/statm", "rb") as statm:
        return int(statm.read().split()[0]) * resource.getpagesize()


def give_up_calls(program: bytes | None) -> None:
    """Make from now on only the system calls of a filter, if there is one; leave at once where that does not work."""
    if program is not None and not Filter(program).apply():
        os._exit(NO_FILTER_STATUS)
