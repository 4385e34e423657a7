"""A disk of a few megabytes that can really be full; needs root."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass
class SmallDisk:
    """A tmpfs. `fill` leaves no byte free, `free` gives all of that back."""

    path: Path

    def fill(self, leave_bytes: int = 0) -> None:
        disk = os.statvfs(self.path)
        with (self.path / "filler").open("ab") as filler:
            os.posix_fallocate(filler.fileno(), filler.tell(), disk.f_bavail * disk.f_frsize - leave_bytes)

    def free(self) -> None:
        (self.path / "filler").unlink(missing_ok=True)


def mounted(path: Path, megabytes: int) -> SmallDisk | None:
    """Mount it; None where that is not allowed."""
    path.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "greenroom-test", str(path)]
    allowed = os.geteuid() == 0 and subprocess.run(command, check=False, capture_output=True).returncode == 0
    return SmallDisk(path) if allowed else None


def unmount(disk: SmallDisk) -> None:
    subprocess.run(["umount", "-l", str(disk.path)], check=True)
