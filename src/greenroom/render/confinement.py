"""
What a render process gives up before it sees an asset.

Paths but the folder of its video, the fonts and the program itself; ports; other processes, of which the one that
draws is forked before; most system calls; more than so much memory, processor time and files. It ends with the process
that started it, and so do its own.
"""

import os
import resource
import signal
import sys
import sysconfig

import greenroom
from greenroom.media.landlock import allow_only
from greenroom.media.lockdown import NO_FILTER_STATUS
from greenroom.media.seccomp import Filter, prctl
from greenroom.render.messages import Orders, RenderLimits

_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4
_PR_SET_NO_NEW_PRIVS = 38


def limit_self(limits: RenderLimits) -> None:
    """Take no more of the machine than this, and end with the process that started this one."""
    parent = os.getppid()
    prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)
    os.register_at_fork(after_in_child=_end_with_parent)
    prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # the write fails, which is told
    os.nice(limits.niceness)
    with open("/proc/self/statm", "rb") as statm:
        own_bytes = int(statm.read().split()[0]) * resource.getpagesize()
    _lower(resource.RLIMIT_AS, own_bytes + limits.memory_bytes)
    _lower(resource.RLIMIT_FSIZE, limits.file_max_bytes)
    _lower(resource.RLIMIT_NOFILE, limits.open_files)
    _lower(resource.RLIMIT_CORE, 0)
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_s, limits.cpu_s + 1))


def lock_in(orders: Orders) -> None:
    """
    Give up for good all that making the video does not need.

    It is given up by the thread that says so and all that come of it, so there may be no other.
    """
    if len(os.listdir("/proc/self/task")) > 1:
        raise RuntimeError("a library has started a thread, which would not be confined")
    plan = orders.plan
    if orders.landlock:
        allow_only([*program_folders(), plan.fonts, *([plan.models] if plan.models else [])], [plan.work])
    if orders.seccomp_program is not None and not Filter(orders.seccomp_program).apply():
        os._exit(NO_FILTER_STATUS)


def program_folders() -> list[str]:
    """Where the program and its libraries are: not the folder that it was started in, which may hold anything."""
    names = ("stdlib", "platstdlib", "purelib", "platlib")
    folders = {sysconfig.get_path(name) for name in names} | {os.path.dirname(greenroom.__file__)}
    folders |= {entry for entry in sys.path if entry.endswith("-packages")}
    return sorted(folders | {"/usr/lib", "/lib", "/lib64"})


def _end_with_parent() -> None:
    prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def _lower(what: int, value: int) -> None:
    hard = resource.getrlimit(what)[1]
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(what, (value, value))
