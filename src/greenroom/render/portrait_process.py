"""
The process that looks at one photograph: `python -m greenroom.render.portrait_process ORDERS`, with open files.

It limits itself, loads what it works with, gives up every path, every port and most system calls where the machine can
have that done, and only then decodes the photograph. It ends with a line of JSON that says what came of it, and dies
with the process that started it.
"""

import contextlib
import errno
import os
import sys
import traceback
from typing import TYPE_CHECKING

from greenroom.domain.media import Finding
from greenroom.domain.photo_avatar import LOOK_FORMATS
from greenroom.domain.portrait_findings import WARNINGS
from greenroom.errors import NotProduced
from greenroom.media.landlock import give_up_paths_and_ports
from greenroom.media.task_limits import give_up_calls, limit_self
from greenroom.render.portrait_orders import Look, Looked, Message, NotLooked, Orders
from greenroom.render.portrait_orders import decode_orders as decoded
from greenroom.render.portrait_orders import encode_message as encoded

if TYPE_CHECKING:
    from greenroom.studio import photo

_DOUBTFUL = 0.09
_COMES_LAST = 19


def main() -> None:
    """Follow the orders on the command line."""
    orders = decoded(sys.argv[1])
    limits = orders.limits
    limit_self(memory_bytes=limits.memory_bytes, cpu_s=limits.cpu_s, file_max_bytes=limits.output_max_bytes, niceness=5)
    if limits.in_spare_time:
        give_way()
    os.write(1, encoded(_outcome(orders)) + b"\n")


def give_way() -> None:
    """Take only the time that nobody else wants, where the machine knows such a class; else come last."""
    os.nice(_COMES_LAST)
    with contextlib.suppress(AttributeError, OSError):
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))


def _outcome(orders: Orders) -> Message:
    # Its libraries are large: loaded here, they count for no other program that imports this module.
    from greenroom.studio.photo.photograph import Undecodable

    try:
        return _looked(orders)
    except NotProduced as problem:
        return NotLooked(problem.code, str(problem))
    except Undecodable as problem:
        return NotLooked("portrait_unreadable", f"The photograph cannot be decoded: {problem}")
    except MemoryError:
        return NotLooked("portrait_out_of_memory", "Looking at the photograph took more memory than is allowed.")
    except OSError as problem:
        if problem.errno in (errno.EFBIG, errno.ENOSPC, errno.EDQUOT):
            return NotLooked("portrait_disk_full", "There is no room for the images on the disk.")
        return _crashed(problem)
    except Exception as problem:  # noqa: BLE001  # the rim of the process: the sentence is all that leaves it
        return _crashed(problem)


def _looked(orders: Orders) -> Looked:
    from greenroom.studio import photo
    from greenroom.studio.photo import photograph

    networks = photo.Networks(orders.models)
    photograph.warm_up()
    if orders.take is not None:
        return _looked_at_film(orders, orders.take, networks)
    _lock_in(orders)
    picture = photograph.decoded(orders.source, orders.format)
    judgement = photo.judged(picture, networks)
    if judgement.refusals or (orders.prepared is None and not orders.doubts):
        return Looked(judgement.refusals)
    portrait = photo.prepare(picture, networks, judgement.face)
    if orders.prepared is not None:
        _fill(orders.prepared, photo.encoded(portrait))
    if orders.looks:
        made = photo.looks(portrait, orders.aspect)
        for descriptor, name in zip(orders.looks, LOOK_FORMATS, strict=True):
            _fill(descriptor, photograph.written(made[name], LOOK_FORMATS[name]))
    return Looked((), _doubts(portrait.doubt))


def _looked_at_film(orders: Orders, look: Look, networks: "photo.Networks") -> Looked:
    from greenroom.studio.ground import warm_up
    from greenroom.studio.lipsync import judged
    from greenroom.studio.plan import Material

    warm_up()
    _lock_in(orders)
    found = judged(Material(orders.source, orders.format), look.size, networks, look.used_s)
    return Looked(found.refusals, found.warnings)


def _doubts(doubt: float) -> tuple[Finding, ...]:
    if doubt <= _DOUBTFUL:
        return ()
    cause, cure, _ = WARNINGS["edge_doubtful"]
    return (Finding("edge_doubtful", cause, f"{doubt:.2f}", f"{_DOUBTFUL:.2f}", cure),)


def _lock_in(orders: Orders) -> None:
    """Give up for good all that is not needed, while there is one thread, which others inherit from."""
    if orders.landlock:
        give_up_paths_and_ports()
    give_up_calls(orders.seccomp_program)


def _fill(descriptor: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _crashed(problem: Exception) -> NotLooked:
    traceback.print_exception(problem)
    return NotLooked(
        "portrait_crashed", f"Looking at the photograph failed ({type(problem).__name__}: {problem})."[:300]
    )


if __name__ == "__main__":
    main()
