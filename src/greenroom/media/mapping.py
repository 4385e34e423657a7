"""An open file as memory: read without copies, and only where it is looked at."""

import mmap
import os

from greenroom.media.findings import finding
from greenroom.media.logbook import Logbook


def mapped(fd: int, logbook: Logbook) -> mmap.mmap:
    """
    Map the file for reading; raises GivenUp when it is empty, which cannot be mapped.

    The map is never closed: it ends with the child, and decoders may still look at it.
    """
    if os.fstat(fd).st_size == 0:
        raise logbook.give_up(finding("file_empty", "The file is empty"))
    return mmap.mmap(fd, 0, prot=mmap.PROT_READ)
