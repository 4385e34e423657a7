"""An open file as memory: read without copies, and only where it is looked at."""

import mmap
import os
from collections.abc import Iterator
from contextlib import contextmanager

from greenroom.media.findings import finding
from greenroom.media.logbook import Logbook


@contextmanager
def mapped(fd: int, logbook: Logbook) -> Iterator[mmap.mmap]:
    """Map the file for reading; raises GivenUp when it is empty, which cannot be mapped."""
    if os.fstat(fd).st_size == 0:
        raise logbook.give_up(finding("file_empty", "The file is empty"))
    with mmap.mmap(fd, 0, prot=mmap.PROT_READ) as data:
        yield data
