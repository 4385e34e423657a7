"""The machine that was measured on, and what others do on it meanwhile."""

from __future__ import annotations

import fcntl
import mmap
import os
import platform
import sqlite3
import struct
import subprocess
import time

TICK_S = 1 / os.sysconf("SC_CLK_TCK")
QUIET_CORES = 0.15
SMALL_PAGE, HUGE_PAGE = 4 << 10, 2 << 20


def busy_seconds() -> float:
    """CPU seconds that all cores together have spent on anything since the start."""
    with open("/proc/stat") as file:
        user, nice, system, _idle, _iowait, irq, softirq, steal = map(int, file.readline().split()[1:9])
    return (user + nice + system + irq + softirq + steal) * TICK_S


def wait_until_quiet(at_most_s: float) -> None:
    """Return when others use less than 0.15 of a core, or when the patience is at its end."""
    deadline = time.monotonic() + at_most_s
    while time.monotonic() < deadline:
        before = busy_seconds()
        time.sleep(0.25)
        if (busy_seconds() - before) / 0.25 < QUIET_CORES:
            return


def fetch_memory(size: int) -> None:
    """
    Have the kernel own `size` bytes of free memory that were touched just now, for the files of the next run.

    A virtual machine gives free memory back to its host within seconds and fetches it again page by page:
    seen to cost 4 CPU seconds per GB written to a file, where 0.3 are usual. That is no property of a server,
    and it hits either of them at random. Huge pages, because the kernel hands out again first what was freed
    in large blocks last; with small ones half of the next file still came from the host.
    """
    free = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    size = min(size, free // 2) // HUGE_PAGE * HUGE_PAGE
    with mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS) as memory:
        memory.madvise(mmap.MADV_HUGEPAGE)
        memory[::SMALL_PAGE] = bytes(size // SMALL_PAGE)


def spread_subfolders(folder: str) -> None:
    """
    Have ext4 put the folders that are made in this one far from each other and from everything else.

    Without a journal ext4 passes over every inode deleted in the last minutes, one by one, to create a file:
    seen to cost 900 us where 30 are usual, because somebody had run tests near by. As `chattr +T` does.
    """
    get_flags, set_flags, top_folder = 0x80086601, 0x40086602, 0x20000
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        (flags,) = struct.unpack("L", fcntl.ioctl(descriptor, get_flags, bytes(struct.calcsize("L"))))
        fcntl.ioctl(descriptor, set_flags, struct.pack("L", flags | top_folder))
    except OSError:
        pass  # another file system, which does not know the flag and does not need it
    finally:
        os.close(descriptor)


def free_bytes(folder: str) -> int:
    space = os.statvfs(folder)
    return space.f_bavail * space.f_frsize


def conditions(data: str, nginx: str | None) -> dict[str, str]:
    """What a reader needs to judge the figures."""
    return {
        "processor": f"{_processor()}, {os.cpu_count()} cores, shared by client and server",
        "kernel": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "nginx": nginx or "not here",
        "greenroom": _revision(),
        "data folder": f"{_file_system(data)}, {free_bytes(data) / 1e9:.0f} GB free",
        "load average before": f"{os.getloadavg()[0]:.2f}",
    }


def _processor() -> str:
    with open("/proc/cpuinfo") as file:
        names = [line.split(":", 1)[1].strip() for line in file if line.startswith(("model name", "Processor"))]
    return names[0] if names else platform.machine()


def _file_system(folder: str) -> str:
    """The type of the file system that holds the folder: that of its longest mount point."""
    with open("/proc/mounts") as file:
        mounts = [line.split()[1:3] for line in file]
    holding = [mount for mount in mounts if os.path.commonpath([os.path.realpath(folder), mount[0]]) == mount[0]]
    return max(holding, key=lambda mount: len(mount[0]))[1]


def _revision() -> str:
    command = ["git", "-C", os.path.dirname(__file__), "describe", "--always", "--dirty"]
    described = subprocess.run(command, capture_output=True, text=True, check=False)
    return described.stdout.strip() or "unknown revision"
