"""Memory: an open file as such, read without copies and only where it is looked at; and whether there is any left."""

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


def require_memory(size_bytes: int) -> None:
    """
    Raise MemoryError when this process could not take so much more.

    Asked after a decoder failed: some say of memory that they could not have only that the picture is broken.
    """
    try:
        mmap.mmap(-1, size_bytes, prot=mmap.PROT_READ).close()
    except OSError as error:
        raise MemoryError from error
