"""
The process that decodes what a provider sent: `python -m greenroom.render.sound_process ORDERS`.

The file is on standard input; on standard output there are then a line of JSON and the samples, as 32-bit floats.
"""

import os
import sys

import msgspec
from msgspec import Struct

from greenroom.errors import VoiceFailed
from greenroom.media.landlock import allow_only
from greenroom.media.task_limits import give_up_calls
from greenroom.render.confinement import limit_self, program_folders
from greenroom.render.messages import MIB, RenderLimits

_LIMITS = RenderLimits(cpu_s=100, memory_bytes=2048 * MIB, file_max_bytes=0, open_files=32, niceness=0)


class DecodingOrders(Struct, frozen=True):
    """Whose file it is, and what the machine can confine a process by."""

    provider: str
    landlock: bool = False
    seccomp_program: bytes | None = None


class Decoded(Struct, frozen=True):
    """The rate of the samples that follow, or what is wrong with the file."""

    rate: int = 0
    problem: str = ""


def main() -> None:
    """Follow the orders on the command line."""
    orders = msgspec.json.decode(sys.argv[1], type=DecodingOrders)
    data = sys.stdin.buffer.read()
    limit_self(_LIMITS)
    from greenroom.studio.voices.cloud.decoding import decoded

    if orders.landlock:
        allow_only(program_folders(), ())
    give_up_calls(orders.seccomp_program)
    try:
        sound, rate = decoded(orders.provider, data)
    except VoiceFailed as problem:
        _write(msgspec.json.encode(Decoded(problem=problem.problem)) + b"\n")
        return
    _write(msgspec.json.encode(Decoded(rate=rate)) + b"\n")
    _write(sound.astype("<f4").tobytes())


def _write(data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(1, rest) :]


if __name__ == "__main__":
    main()
