"""Run as a program: become a process that makes copies, try what it must not do, and print what came of it as JSON."""

import json
import os
import sys
import tempfile

from inside_child import attempts, outcome

from greenroom.domain.recipe import VideoRecipe
from greenroom.media.optimizing.messages import MIB, OptimizeLimits, Orders
from greenroom.media.optimizing.process import limit_self, lock_in
from greenroom.media.protections import protections


def main() -> None:
    guards = protections()
    landlock = guards.landlock_abi is not None and sys.argv[1] != "without landlock"
    program = guards.copying_program if sys.argv[1] != "without seccomp" else None
    with tempfile.TemporaryFile() as target:
        limits = OptimizeLimits(memory_bytes=1024 * MIB, output_max_bytes=MIB)
        limit_self(limits)
        lock_in(Orders(0, target.fileno(), VideoRecipe(), limits, landlock, program))
        tried = attempts(os.getppid())
        tried["write the copy"] = outcome(lambda: os.write(target.fileno(), b"copy"))
        tried["cut the copy"] = outcome(lambda: os.ftruncate(target.fileno(), 0))
        tried["write more than a copy may have"] = outcome(lambda: os.pwrite(target.fileno(), b"copy", 2 * MIB))
        os.write(1, json.dumps(tried).encode())
        os._exit(0)


if __name__ == "__main__":
    main()
