"""
What a render process gives up before it sees an asset.

Paths but the folder of its video, the fonts and the program itself; ports; other processes, of which the one that
draws is forked before; most system calls; more than so much memory, processor time and files. It ends with the process
that started it, and so do its own.
"""

import os
import sys
import sysconfig

import greenroom
from greenroom.media import task_limits
from greenroom.media.landlock import allow_only
from greenroom.media.task_limits import give_up_calls, killed_with_parent
from greenroom.render.messages import Orders, RenderLimits


def limit_self(limits: RenderLimits) -> None:
    """Take no more of the machine than this, and end with the process that started this one; its own do so too."""
    task_limits.limit_self(
        memory_bytes=limits.memory_bytes,
        cpu_s=limits.cpu_s,
        file_max_bytes=limits.file_max_bytes,
        niceness=limits.niceness,
        open_files=limits.open_files,
    )
    os.register_at_fork(after_in_child=killed_with_parent)


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
    give_up_calls(orders.seccomp_program)


def program_folders() -> list[str]:
    """Where the program and its libraries are: not the folder that it was started in, which may hold anything."""
    names = ("stdlib", "platstdlib", "purelib", "platlib")
    folders = {sysconfig.get_path(name) for name in names} | {os.path.dirname(greenroom.__file__)}
    folders |= {entry for entry in sys.path if entry.endswith("-packages")}
    return sorted(folders | {"/usr/lib", "/lib", "/lib64"})
