"""Memory of a process that makes a film: what is no longer needed goes back to the system at once."""

import ctypes
from collections.abc import Callable

_MMAP_THRESHOLD, _ARENA_MAX = -3, -8  # of mallopt(3)
_LARGE = 1 << 18


def give_back_large() -> None:
    """
    Have blocks of 256 KB and more go back when they are freed, and threads share what they take the rest from.

    Else the C library learns from the first freed frame of an encoder to keep such blocks, and a film of many segments
    takes more memory than one of few. Does nothing where the C library is not glibc.
    """
    mallopt = _of_glibc("mallopt")
    if mallopt is not None:
        mallopt(_MMAP_THRESHOLD, _LARGE)
        mallopt(_ARENA_MAX, 2)


def give_back_free() -> None:
    """Give back what is free now: after something large is done."""
    trim = _of_glibc("malloc_trim")
    if trim is not None:
        trim(0)


def _of_glibc(name: str) -> Callable[..., int] | None:
    return getattr(ctypes.CDLL(None), name, None)
