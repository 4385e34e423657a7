"""
The caller's side of making copies: a fresh process for each, which is believed nothing and killed when it is time.

The process holds none of the caller's secrets, and two descriptors of all its files: one to read, one to write.
"""

import subprocess
import sys
import threading
import time
from collections.abc import Callable
from functools import cached_property

import msgspec

from greenroom.domain.media import Finding
from greenroom.domain.optimize_findings import CANCELLED, remark
from greenroom.domain.recipe import Recipe
from greenroom.domain.rendition import Optimized
from greenroom.errors import NotOptimized
from greenroom.media.environment import bare_environment
from greenroom.media.optimizing.messages import (
    LINE_MAX_BYTES,
    Made,
    OptimizeLimits,
    Orders,
    Progress,
    Refused,
    decode_message,
    encode_orders,
)
from greenroom.media.protections import Protections, protections
from greenroom.media.task_process import end, lines, ran_out_of_time, signal_of


class Optimizer:
    """Makes copies in child processes, one for each; safe to call from many threads."""

    def __init__(self, limits: OptimizeLimits | None = None) -> None:
        self.limits = limits or OptimizeLimits()
        self._closed = threading.Event()

    @cached_property
    def protections(self) -> Protections:
        """What the processes are protected by on this machine."""
        return protections()

    def close(self) -> None:
        """End what is under way and take on nothing more."""
        self._closed.set()

    def run(
        self,
        source: int,
        target: int,
        recipe: Recipe,
        progress: Callable[[float], None],
    ) -> Optimized:
        """
        Write a copy of the open file `source` into the open file `target`; blocks until it is there.

        Raises NotOptimized with a finding when there is none; whatever `target` holds then is worthless.
        """
        guards = self.protections
        landlock, program = guards.landlock_abi is not None, guards.copying_program
        orders = Orders(source, target, recipe, self.limits, landlock, program)
        with _spawned(orders) as process:
            try:
                message = self._last_message(process, progress)
            finally:
                status = end(process)
        if isinstance(message, Made):
            return message.optimized
        raise NotOptimized(message.finding if message is not None else _cause_of_death(status))

    def _last_message(
        self, process: "subprocess.Popen[bytes]", progress: Callable[[float], None]
    ) -> Made | Refused | None:
        deadline = time.monotonic() + self.limits.wall_s
        for line in lines(process, LINE_MAX_BYTES, lambda: self._check(deadline)):
            message = _parsed(line)
            if not isinstance(message, Progress):
                return message
            progress(message.done)
        return None

    def _check(self, deadline: float) -> None:
        if self._closed.is_set():
            raise NotOptimized(remark(CANCELLED))
        if time.monotonic() > deadline:
            limit = f"{self.limits.wall_s:g} s"
            raise NotOptimized(remark("optimize_timed_out", measured=f"more than {limit}", allowed=limit))


def _spawned(orders: Orders) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "greenroom.media.optimizing.process", encode_orders(orders).decode()],
        env=bare_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd="/",
        pass_fds=(orders.source, orders.target),
        start_new_session=True,
    )


def _parsed(line: bytes) -> Progress | Made | Refused:
    try:
        message: Progress | Made | Refused = decode_message(line)
        return message
    except msgspec.DecodeError:
        found = remark("optimize_crashed", "The process that makes copies said what makes no sense")
        raise NotOptimized(found) from None


def _cause_of_death(status: int) -> Finding:
    if ran_out_of_time(status):
        return remark("optimize_timed_out", "Making the copy took more processor time than is allowed")
    return remark("optimize_crashed", f"The process that makes copies ended before it was done{signal_of(status)}")
