"""
Landlock: a process gives up every path and every TCP port, for itself and all it forks (Linux 5.13).

Nothing is allowed that no rule names; a process that judges or copies a file has no rule at all. Files that are open
already stay usable.
"""

import ctypes
import os
import struct
from collections.abc import Iterable

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446  # the same number on every architecture
_GET_VERSION = 1
_PATHS_OF_FIRST_ABI = 13
_BENEATH = 1
_WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 1, 1 << 2, 1 << 3
_REMOVE, _MAKE = 1 << 4 | 1 << 5, 1 << 7 | 1 << 8  # folders and plain files alone
_REFER, _TRUNCATE = 1 << 13, 1 << 14  # since the second and the third version
_libc = ctypes.CDLL(None, use_errno=True)


class LandlockUnavailable(OSError):
    """The kernel has no Landlock, or it is not switched on."""


def landlock_abi() -> int:
    """Give the version of Landlock that the kernel has; raises LandlockUnavailable."""
    return _call(_CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(_GET_VERSION))


def give_up_paths_and_ports() -> None:
    """Allow this process, and all it forks, no path and as far as the kernel can no port; needs no_new_privs."""
    allow_only((), ())


def allow_only(readable: Iterable[str], writable: Iterable[str]) -> None:
    """
    Allow this process, and all it forks, to read what is below some folders and to change what is below others.

    Folders that are not there are left out. As far as the kernel can, no port is left. Needs no_new_privs.
    """
    abi = landlock_abi()
    every = (1 << (_PATHS_OF_FIRST_ABI + (abi >= 2) + (abi >= 3) + (abi >= 5))) - 1
    ports, scopes = (3 if abi >= 4 else 0), (3 if abi >= 6 else 0)
    handled = struct.pack("=QQQ", every, ports, scopes)[: 8 if abi < 4 else 16 if abi < 6 else 24]
    rules = _call(_CREATE_RULESET, handled, ctypes.c_size_t(len(handled)), ctypes.c_uint32(0))
    read = _READ_FILE | _READ_DIR
    write = read | _WRITE_FILE | _REMOVE | _MAKE | _REFER | _TRUNCATE
    try:
        for path in readable:
            _add(rules, path, read)
        for path in writable:
            _add(rules, path, write & every)
        _call(_RESTRICT_SELF, ctypes.c_int(rules), ctypes.c_uint32(0))
    finally:
        os.close(rules)


def _add(rules: int, path: str, rights: int) -> None:
    try:
        folder = os.open(path, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError):
        return
    try:
        beneath = struct.pack("=Qi", rights, folder)
        _call(_ADD_RULE, ctypes.c_int(rules), ctypes.c_int(_BENEATH), beneath, ctypes.c_uint32(0))
    finally:
        os.close(folder)


def _call(number: int, *arguments: object) -> int:
    result = int(_libc.syscall(ctypes.c_long(number), *arguments))
    if result < 0:
        error = ctypes.get_errno()
        raise LandlockUnavailable(error, os.strerror(error))
    return result
