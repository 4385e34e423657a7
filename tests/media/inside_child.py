"""Run as a program: become a decoding child, try what it must not do, and print what came of it as JSON."""

import ctypes
import json
import os
import socket
import sys

from greenroom.media.limits import ExamLimits
from greenroom.media.lockdown import Lockdown
from greenroom.media.protections import protections

PTRACE_TRACEME = 0


def outcome(attempt: object) -> str:
    try:
        attempt()  # type: ignore[operator]
    except BaseException as error:  # noqa: BLE001 - the name of whatever it is
        return type(error).__name__
    return "allowed"


def attempts(victim: int) -> dict[str, str]:
    return {
        "read a file": outcome(lambda: os.open("/etc/passwd", os.O_RDONLY)),
        "list a folder": outcome(lambda: os.listdir("/")),
        "write a file": outcome(lambda: os.open("/tmp/x", os.O_WRONLY | os.O_CREAT)),
        "open a socket": outcome(socket.socket),
        "run a program": outcome(lambda: os.execv("/bin/true", ["true"])),
        "fork": outcome(lambda: os.fork() or os._exit(0)),
        "kill its parent": outcome(lambda: os.kill(victim, 0)),
        "take 3 GiB of memory": outcome(lambda: bytearray(3 << 30)),
        "take 100 MiB of memory": outcome(lambda: bytearray(100 << 20)),
        "raise its own limits": outcome(lambda: __import__("resource").setrlimit(9, (-1, -1))),
    }


def main() -> None:
    guards = protections()
    landlock = guards.landlock_abi is not None and sys.argv[1] != "without landlock"
    program = guards.seccomp_program if sys.argv[1] != "without seccomp" else None
    zygote = os.getpid()
    lockdown = Lockdown(ExamLimits(), seccomp_program=program, landlock=landlock)
    lockdown.prepare()
    if os.fork() == 0:
        lockdown.newborn()
        lockdown.lock_in(0, deep=False)
        tried = attempts(zygote)
        if program is not None:  # else it would stop at the next signal
            tried["be traced"] = "allowed" if ctypes.CDLL(None).ptrace(PTRACE_TRACEME, 0, 0, 0) == 0 else "refused"
        os.write(1, json.dumps(tried).encode())
        os._exit(0)
    os.wait()


if __name__ == "__main__":
    main()
