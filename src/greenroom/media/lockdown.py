"""
What a decoding child gives up before it sees its file.

Limits of memory, processor time, files and core dumps; it dies with its zygote and cannot be traced by
its likes. They are applied by the child itself while it has one thread.
"""

import ctypes
import os
import resource
import signal

from greenroom.media.limits import ExamLimits

_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4
_OPEN_FILES = 32
_BACKGROUND_NICENESS = 10

_libc = ctypes.CDLL(None, use_errno=True)


def lock_down(limits: ExamLimits, file_bytes: int, *, deep: bool) -> None:
    """Take from the calling process what judging a file of this size does not need."""
    _libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    cpu_s = limits.deep_cpu_s if deep else limits.cpu_s
    if deep:
        os.nice(_BACKGROUND_NICENESS)
    # The file is mapped, which counts as address space though not as memory.
    address_space = limits.memory_bytes + file_bytes + _own_address_space_bytes()
    _limit(resource.RLIMIT_AS, address_space)
    # The kernel sends SIGXCPU at the soft limit, which tells the reason, and SIGKILL at the hard one.
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s + 1))
    _limit(resource.RLIMIT_FSIZE, 0)
    _limit(resource.RLIMIT_NOFILE, _OPEN_FILES)
    _limit(resource.RLIMIT_CORE, 0)


def die_with_parent(parent: int) -> None:
    """Be killed when the zygote dies; leave at once if it already has."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


def _limit(what: int, value: int) -> None:
    _, hard = resource.getrlimit(what)
    if hard != resource.RLIM_INFINITY:
        value = min(value, hard)
    resource.setrlimit(what, (value, value))


def _own_address_space_bytes() -> int:
    with open("/proc/self/statm", "rb") as statm:
        return int(statm.read().split()[0]) * resource.getpagesize()
