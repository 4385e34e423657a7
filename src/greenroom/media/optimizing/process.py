"""
The process that makes one copy: `python -m greenroom.media.optimizing.process ORDERS`, with two descriptors.

It limits itself before it looks at the file, and gives up every path, every port and most system calls where the
machine can have that done. It tells its progress as lines of JSON on standard output, ends with a line that says
what came of it, and dies with the process that started it.

FFmpeg logs nothing: that is what PyAV does until a level is set. Any level, even one that shows nothing, makes
each decoding thread wait for Python's lock, and ends in a deadlock when a decoder is closed half-way.
"""

import errno
import os
import sys
import time
from collections.abc import Callable

from greenroom.domain.media import Finding
from greenroom.domain.optimize_findings import remark
from greenroom.domain.recipe import AudioRecipe, ImageRecipe, Recipe
from greenroom.domain.rendition import Optimized
from greenroom.media import task_limits
from greenroom.media.landlock import give_up_paths_and_ports
from greenroom.media.optimizing.messages import (
    Made,
    Message,
    NotMade,
    OptimizeLimits,
    Orders,
    Progress,
    Refused,
    decode_orders,
    encode_message,
)
from greenroom.media.sniff import sniff
from greenroom.media.task_limits import give_up_calls

_TELL_EVERY_S = 0.1
_HEAD_BYTES = 4096
_MEDIA = ("image", "video", "audio", "media", "Windows Media file", "image sequence")


def main() -> None:
    """Follow the orders on the command line."""
    orders = decode_orders(sys.argv[1])
    limit_self(orders.limits)
    maker = _maker(orders.recipe)
    lock_in(orders)
    try:
        message: Message = Made(_optimized(orders, maker))
    except NotMade as reason:
        message = Refused(reason.finding)
    except MemoryError:
        message = Refused(remark("optimize_out_of_memory"))
    except OSError as error:
        full = error.errno in (errno.EFBIG, errno.ENOSPC, errno.EDQUOT)
        message = Refused(remark("optimize_disk_full") if full else _crashed(error))
    except Exception as error:  # noqa: BLE001  # the rim of the process: the sentence is all that leaves it
        message = Refused(_crashed(error))
    _write(message)


def _maker(recipe: Recipe) -> Callable[..., Optimized]:
    """
    What makes a copy by such a recipe, ready to work without opening another file.

    Each imports one decoder's library, of which the other sort of file has no need: a quarter of a second.
    """
    if isinstance(recipe, ImageRecipe):
        from greenroom.media.optimizing import images

        images.warm_up()
        return images.optimize
    from greenroom.media.optimizing import films

    films.warm_up()
    return films.optimize_audio if isinstance(recipe, AudioRecipe) else films.optimize_video


def _optimized(orders: Orders, make: Callable[..., Optimized]) -> Optimized:
    head = os.pread(orders.source, _HEAD_BYTES, 0)
    name = sniff(head).name
    if not name.endswith(_MEDIA) and not _may_be_media(head, name):
        raise NotMade(remark("optimize_unreadable", f"This is no media file: {name}"))
    return make(orders.source, orders.target, orders.recipe, orders.limits, name, _Teller())


def _may_be_media(head: bytes, name: str) -> bool:
    return name.startswith("unknown") and bool(head)


class _Teller:
    """Tells progress, but not more often than somebody can watch."""

    def __init__(self) -> None:
        self._last = 0.0

    def __call__(self, done: float) -> None:
        now = time.monotonic()
        if now - self._last >= _TELL_EVERY_S:
            self._last = now
            _write(Progress(round(min(1.0, max(0.0, done)), 3)))


def _crashed(error: Exception) -> Finding:
    return remark("optimize_crashed", f"Making the copy failed ({type(error).__name__}: {error})"[:200])


def _write(message: Message) -> None:
    line = memoryview(encode_message(message) + b"\n")
    while line:
        line = line[os.write(1, line) :]


def limit_self(limits: OptimizeLimits) -> None:
    """Take no more of the machine than this, and end with the process that started this one."""
    task_limits.limit_self(
        memory_bytes=limits.memory_bytes,
        cpu_s=limits.cpu_s,
        file_max_bytes=limits.output_max_bytes,
        niceness=limits.niceness,
    )


def lock_in(orders: Orders) -> None:
    """Give up for good all that making the copy does not need; while there is one thread, which others inherit from."""
    if orders.landlock:
        give_up_paths_and_ports()
    give_up_calls(orders.seccomp_program)


if __name__ == "__main__":
    main()
