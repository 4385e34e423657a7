"""
The process that makes one video: `python -m greenroom.render.process`, with orders on its standard input.

It limits itself, forks the process that draws, gives up every path but the folder of the video, every port and most
system calls where the machine can have that done, and only then looks at an asset. It tells its progress as lines of
JSON on standard output, ends with a line that says what came of it, and dies with the process that started it.
"""

import errno
import gc
import os
import sys
import time
import traceback

from greenroom.errors import NotProduced
from greenroom.render.confinement import limit_self, lock_in
from greenroom.render.messages import Message, Orders, decode_orders, encode_message
from greenroom.studio.plan import NotRendered, Rendering

_TELL_EVERY_S = 0.2
_FULL = (errno.EFBIG, errno.ENOSPC, errno.EDQUOT)


def main() -> None:
    """Follow the orders on standard input."""
    orders = decode_orders(sys.stdin.buffer.read())
    limit_self(orders.limits)
    _write(_outcome(orders))


def _outcome(orders: Orders) -> Message:
    try:
        return _made(orders)
    except NotProduced as problem:
        return NotRendered(problem.code, str(problem))
    except MemoryError:
        return NotRendered("render_out_of_memory", "Making the video took more memory than is allowed.")
    except OSError as problem:
        if problem.errno in _FULL:
            return NotRendered("render_disk_full", "There is no room for the video on the disk.")
        return _crashed(problem)
    except Exception as problem:  # noqa: BLE001  # the rim of the process: the sentence is all that leaves it
        return _crashed(problem)


def _made(orders: Orders) -> Message:
    # Imported here, with all that they load, while there are paths to load from.
    from greenroom.studio.film.drawing import DrawingProcess
    from greenroom.studio.ground import warm_up
    from greenroom.studio.presenters import set_up
    from greenroom.studio.produce import produce

    # What was loaded stays shared: looking for garbage in it would write to each page of it, in both processes.
    gc.collect()
    gc.freeze()
    # Forked before this one is locked in, after which it can make no process.
    drawing = DrawingProcess(set_up, lambda: lock_in(orders))
    warm_up()
    lock_in(orders)
    return produce(orders.plan, Teller(), lambda: False, drawing)


def _crashed(problem: Exception) -> NotRendered:
    traceback.print_exception(problem)
    return NotRendered("render_crashed", f"Making the video failed ({type(problem).__name__}: {problem})."[:300])


class Teller:
    """Tells progress, but not more often than somebody can watch."""

    def __init__(self) -> None:
        self._last = 0.0
        self._step = ""

    def __call__(self, step: str, done: float) -> None:
        """Tell which share of a step is done."""
        now = time.monotonic()
        if now - self._last >= _TELL_EVERY_S or step != self._step:
            self._last, self._step = now, step
            _write(Rendering(step, round(min(1.0, max(0.0, done)), 4)))


def _write(message: Message) -> None:
    line = memoryview(encode_message(message) + b"\n")
    while line:
        line = line[os.write(1, line) :]


if __name__ == "__main__":
    main()
