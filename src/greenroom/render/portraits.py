"""
The server's side of looking at photographs: a fresh process for each, believed nothing, and killed when it is time.

The server never decodes one. The process holds none of the server's secrets, and of all its files the photograph and
those that it is to fill.
"""

import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from functools import cached_property

import msgspec
import structlog

from greenroom.domain.media import Format
from greenroom.domain.photo_avatar import Inspected
from greenroom.domain.video import Aspect
from greenroom.errors import NotProduced
from greenroom.media.environment import bare_environment
from greenroom.media.protections import Protections, protections
from greenroom.media.task_process import end, lines, ran_out_of_time, signal_of
from greenroom.render.portrait_orders import (
    Look,
    Looked,
    NotLooked,
    Orders,
    PortraitLimits,
    decode_message,
    encode_orders,
)
from greenroom.studio.models import faces_folder

log = structlog.get_logger()

_MODULE = "greenroom.render.portrait_process"
_AT_ONCE = 2
_LINE_MAX_BYTES = 256 * 1024


class Portraits:
    """Looks at photographs, at two at once; safe to call from many threads."""

    def __init__(self, models: str, limits: PortraitLimits | None = None) -> None:
        self._models = models
        self.limits = limits or PortraitLimits()
        self._turns = threading.BoundedSemaphore(_AT_ONCE)
        self._closed = threading.Event()

    @cached_property
    def protections(self) -> Protections:
        """What the processes are protected by on this machine."""
        return protections()

    def require_models(self) -> None:
        """Raise ModelsMissing, which says what to run, unless the networks that find faces are installed."""
        faces_folder(self._models)

    def close(self) -> None:
        """End what is under way and take on nothing more."""
        self._closed.set()

    def judge(self, source: int, format_: Format) -> Inspected:
        """
        What speaks against an avatar of the photograph behind an open file.

        Raises ModelsMissing, and NotProduced for one that cannot be looked at.
        """
        return self._looked(self._orders(source, format_))

    def advise(self, source: int, format_: Format) -> Inspected:
        """The same, with what would not be best of an avatar that can be made."""
        return self._looked(msgspec.structs.replace(self._orders(source, format_), doubts=True))

    def judge_film(self, source: int, format_: Format, size: tuple[int, int], used_s: float) -> Inspected:
        """
        What speaks against moving the mouth of somebody in the film behind an open file, shown at a size, of which so
        many seconds are used. Raises as `judge` does.
        """
        try:
            return self._looked(msgspec.structs.replace(self._orders(source, format_), take=Look(size, used_s)))
        except NotProduced as problem:
            text = str(problem).replace("photograph", "video")
            raise NotProduced(problem.code.replace("portrait", "film"), text) from problem

    def make(self, source: int, format_: Format, aspect: Aspect, prepared: int, looks: Sequence[int]) -> Inspected:
        """
        The same; where nothing speaks against it, the avatar is in the open file `prepared` and, where four open files
        are given for them, the four images in that shape.
        """
        orders = msgspec.structs.replace(
            self._orders(source, format_), aspect=aspect, prepared=prepared, looks=tuple(looks)
        )
        return self._looked(orders)

    def _orders(self, source: int, format_: Format) -> Orders:
        guards = self.protections
        landlock, program = guards.landlock_abi is not None, guards.copying_program
        self.require_models()
        return Orders(source, format_, self._models, self.limits, landlock=landlock, seccomp_program=program)

    def _looked(self, orders: Orders) -> Inspected:
        with self._turns, _spawned(orders) as process:
            try:
                message = self._message(process)
            finally:
                status = end(process)
        if isinstance(message, Looked):
            return Inspected(message.refusals, message.warnings)
        if isinstance(message, NotLooked):
            raise NotProduced(message.code, message.message)
        log.warning("a process that looks at photographs ended before it was done", status=status)
        raise _cause_of_death(status)

    def _message(self, process: "subprocess.Popen[bytes]") -> Looked | NotLooked | None:
        deadline = time.monotonic() + self.limits.wall_s
        said = next(lines(process, _LINE_MAX_BYTES, lambda: self._check(deadline)), None)
        return _parsed(said) if said is not None else None

    def _check(self, deadline: float) -> None:
        if self._closed.is_set():
            raise NotProduced("portrait_stopped", "The server ends; it looks at the photograph when it runs again.")
        if time.monotonic() > deadline:
            text = f"Looking at the photograph took more than the {self.limits.wall_s:g} s that are allowed."
            raise NotProduced("portrait_timed_out", text)


def _spawned(orders: Orders) -> "subprocess.Popen[bytes]":
    filled = (*orders.looks, *((orders.prepared,) if orders.prepared is not None else ()))
    return subprocess.Popen(
        [sys.executable, "-P", "-m", _MODULE, encode_orders(orders).decode()],
        env=bare_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd="/",
        pass_fds=(orders.source, *filled),
        start_new_session=True,
    )


def _parsed(line: bytes) -> Looked | NotLooked:
    try:
        message: Looked | NotLooked = decode_message(line)
    except msgspec.DecodeError:
        text = "The process that looks at photographs said what makes no sense."
        raise NotProduced("portrait_crashed", text) from None
    return message


def _cause_of_death(status: int) -> NotProduced:
    if ran_out_of_time(status):
        return NotProduced("portrait_timed_out", "Looking at the photograph took more time than is allowed.")
    text = f"The process that looks at photographs ended before it was done{signal_of(status)}."
    return NotProduced("portrait_crashed", text)
