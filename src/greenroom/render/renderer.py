"""
The server's side of making videos: a fresh process for each attempt, believed nothing, and killed when it is time.

The process holds none of the server's secrets. It is killed with all that it started: when nobody wants the video any
more, when its time is over, when it talks nonsense, and when it is done.
"""

import contextlib
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property

import msgspec
import structlog

from greenroom.errors import NotProduced
from greenroom.media.environment import bare_environment
from greenroom.media.protections import Protections, protections
from greenroom.media.task_process import end, lines, ran_out_of_time, signal_of
from greenroom.render.messages import (
    LINE_MAX_BYTES,
    Message,
    Orders,
    RenderLimits,
    decode_message,
    encode_orders,
)
from greenroom.studio.plan import NotRendered, Plan, Rendered, Rendering

log = structlog.get_logger()

MODULE = "greenroom.render.process"
STOPPED = "render_stopped"
"""The code of an end that was wanted from here."""
_TAIL_BYTES = 4000


class Renderer:
    """Makes videos in child processes, one for each; safe to call from many threads."""

    def __init__(self, limits: RenderLimits | None = None, module: str = MODULE) -> None:
        self.limits = limits or RenderLimits()
        self._module = module

    @cached_property
    def protections(self) -> Protections:
        """What the processes are protected by on this machine."""
        return protections()

    def render(self, plan: Plan, stop: threading.Event, tell: Callable[[Rendering], None]) -> Rendered:
        """
        Make a video; blocks until it is there, telling how far it is.

        Raises NotProduced: with a code of the studio where it cannot be made, with `render_stopped` soon after `stop`
        is set, with `render_crashed`, `render_timed_out` or `render_out_of_memory` where the process ended before.
        """
        guards = self.protections
        orders = Orders(plan, self.limits, guards.landlock_abi is not None, guards.rendering_program)
        with _complaints(plan.work) as complaints, self._started(orders, complaints) as process:
            try:
                message = self._last_message(process, stop, tell)
            finally:
                status = end(process)
            if isinstance(message, Rendered):
                return message
            if isinstance(message, NotRendered):
                # A traceback of this process, or of the one that draws for it, comes to nobody by another way.
                if said := _tail(complaints):
                    log.warning("a render process failed", code=message.code, said=said)
                raise NotProduced(message.code, message.message)
            log.warning("a render process ended before it was done", status=status, said=_tail(complaints))
            raise _cause_of_death(status)

    @contextlib.contextmanager
    def _started(self, orders: Orders, complaints: int) -> Iterator["subprocess.Popen[bytes]"]:
        with subprocess.Popen(
            [sys.executable, "-P", "-m", self._module],
            # Aligners keep temporary files, and no other folder is open to them.
            env=bare_environment() | {"TMPDIR": orders.plan.work},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=complaints,
            cwd="/",
            pass_fds=_descriptors(orders.plan),
            start_new_session=True,
        ) as process:
            assert process.stdin is not None
            with contextlib.suppress(BrokenPipeError):
                process.stdin.write(encode_orders(orders))
                process.stdin.close()
            yield process

    def _last_message(
        self, process: "subprocess.Popen[bytes]", stop: threading.Event, tell: Callable[[Rendering], None]
    ) -> Rendered | NotRendered | None:
        deadline = time.monotonic() + self.limits.wall_s
        for line in lines(process, LINE_MAX_BYTES, lambda: self._check(stop, deadline)):
            message = _parsed(line)
            if not isinstance(message, Rendering):
                return message
            tell(message)
        return None

    def _check(self, stop: threading.Event, deadline: float) -> None:
        if stop.is_set():
            raise NotProduced(STOPPED, "The making of the video was stopped.")
        if time.monotonic() > deadline:
            raise NotProduced(
                "render_timed_out", f"Making the video took more than the {self.limits.wall_s:g} s that are allowed."
            )


def _descriptors(plan: Plan) -> Sequence[int]:
    inherited = [material.descriptor for material in plan.materials.values()]
    inherited += [plan.target, plan.cover]
    return [*inherited, *(one for one in (plan.speech, plan.guide, plan.portrait, plan.engine) if one is not None)]


@contextlib.contextmanager
def _complaints(work: str) -> Iterator[int]:
    """A file for what the process says on standard error."""
    path = os.path.join(work, "complaints.log")
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        yield fd
    finally:
        os.close(fd)


def _tail(complaints: int) -> str:
    size = os.fstat(complaints).st_size
    return os.pread(complaints, _TAIL_BYTES, max(0, size - _TAIL_BYTES)).decode(errors="replace")


def _parsed(line: bytes) -> Message:
    try:
        message: Message = decode_message(line)
    except msgspec.DecodeError:
        raise NotProduced("render_crashed", "The process that makes videos said what makes no sense.") from None
    return message


def _cause_of_death(status: int) -> NotProduced:
    if ran_out_of_time(status):
        return NotProduced("render_timed_out", "Making the video took more processor time than is allowed.")
    text = f"The process that makes videos ended before it was done{signal_of(status)}."
    return NotProduced("render_crashed", text)
