"""
Landlock: a process gives up every path and every TCP port, for itself and all it forks (Linux 5.13).

There is no rule in the rule set, so nothing is allowed. Files that are open already stay usable.
"""

import ctypes
import os
import struct

_CREATE_RULESET, _RESTRICT_SELF = 444, 446  # the same number on every architecture
_GET_VERSION = 1
_PATHS_OF_FIRST_ABI = 13
_libc = ctypes.CDLL(None, use_errno=True)


class LandlockUnavailable(OSError):
    """The kernel has no Landlock, or it is not switched on."""


def landlock_abi() -> int:
    """Give the version of Landlock that the kernel has; raises LandlockUnavailable."""
    return _call(_CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(_GET_VERSION))


def give_up_paths_and_ports() -> None:
    """Allow this process, and all it forks, no path and as far as the kernel can no port; needs no_new_privs."""
    abi = landlock_abi()
    rights = _PATHS_OF_FIRST_ABI + (abi >= 2) + (abi >= 3) + (abi >= 5)
    ports, scopes = (3 if abi >= 4 else 0), (3 if abi >= 6 else 0)
    handled = struct.pack("=QQQ", (1 << rights) - 1, ports, scopes)[: 8 if abi < 4 else 16 if abi < 6 else 24]
    rules = _call(_CREATE_RULESET, handled, ctypes.c_size_t(len(handled)), ctypes.c_uint32(0))
    try:
        _call(_RESTRICT_SELF, ctypes.c_int(rules), ctypes.c_uint32(0))
    finally:
        os.close(rules)


def _call(number: int, *arguments: object) -> int:
    result = int(_libc.syscall(ctypes.c_long(number), *arguments))
    if result < 0:
        error = ctypes.get_errno()
        raise LandlockUnavailable(error, os.strerror(error))
    return result
