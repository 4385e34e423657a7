"""
Drawing an avatar, pose by pose: here, or in a second process while this one composes and encodes.

Both give the same bytes. The second process is forked before the first one is locked into its sandbox, for none can be
made in there; it learns later what to draw. Pictures come through memory that both see, as stamps that are ready to be
laid into frames; a pipe says which are ready. It ends when the first one does.
"""

import ctypes
import mmap
import os
import signal
import struct
import sys
import traceback
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import Protocol

import cv2
import msgspec

from greenroom.errors import NotProduced
from greenroom.studio.avatar import Avatar, Box
from greenroom.studio.film.blend import Press, Stamp
from greenroom.studio.pose import Pose

SLOTS = 5
"""Pictures that may be there at once: so many that neither process waits for the other because a frame took long."""
_SLOT_BYTES = 2160 * 3840 * 3  # a stamp of a whole frame in 4K; memory that is never touched is never taken
_LENGTH = struct.Struct("<I")
_PR_SET_PDEATHSIG = 1


class Drawing(Protocol):
    """What draws an avatar."""

    box: Box

    def stamps(self, poses: Iterable[Pose]) -> Iterator[Stamp]:
        """The avatar in each pose, in order; a stamp is good until the next one is asked for."""


class DrawnHere:
    """Draws in this process."""

    def __init__(self, avatar: Avatar) -> None:
        self.box = avatar.box
        self._avatar, self._press = avatar, Press(avatar.box, avatar.colors)
        self._stamp = Stamp.fresh(avatar.box)

    def stamps(self, poses: Iterable[Pose]) -> Iterator[Stamp]:
        """The avatar in each pose, in order."""
        for pose in poses:
            yield self._press.press(self._avatar.draw(pose), self._stamp, self._avatar.changed)


class DrawnAside:
    """Draws in the second process; made by `DrawingProcess.draw`."""

    def __init__(self, process: "DrawingProcess", box: Box) -> None:
        self.box = box
        self._process = process

    def stamps(self, poses: Iterable[Pose]) -> Iterator[Stamp]:
        """The avatar in each pose, in order; raises NotProduced if the second process ends."""
        waiting: deque[int] = deque()
        try:
            for asked, pose in enumerate(poses):
                self._process.ask(asked % SLOTS, pose)
                waiting.append(asked % SLOTS)
                # One slot less than there are: the one that was given last is still being read.
                if len(waiting) == SLOTS - 1:
                    yield self._process.drawn(waiting.popleft(), self.box)
            while waiting:
                yield self._process.drawn(waiting.popleft(), self.box)
        except GeneratorExit:
            # What was asked for is answered, wanted or not; the next to ask must not take it for theirs.
            with suppress(NotProduced):
                for slot in waiting:
                    self._process.drawn(slot, self.box)


class DrawingProcess:
    """
    The second process. Make it while this one has one thread and may fork.

    `set_up` makes an avatar of what `draw` sends; `lock_down` is called in the child before it reads anything.
    """

    def __init__(self, set_up: Callable[[bytes], Avatar], lock_down: Callable[[], None] | None = None) -> None:
        # Threads that wait for each other cost more than they give, and would not live on in the child.
        cv2.setNumThreads(1)
        self._memory = mmap.mmap(-1, SLOTS * _SLOT_BYTES)
        there, self._orders = os.pipe()
        self._answers, back = os.pipe()
        parent = os.getpid()
        self._begun: bytes | None = None
        self.pid = os.fork()
        if self.pid == 0:
            os.close(self._orders)
            os.close(self._answers)
            _live(parent, lambda: _serve(there, back, self._memory, set_up, lock_down))
        os.close(there)
        os.close(back)

    def begin(self, what: bytes) -> None:
        """Begin to set up an avatar there, of a message that `set_up` understands, and do not wait for it."""
        self._end_setting_up()
        self._send(b"S" + what)
        self._begun = what

    def draw(self, what: bytes) -> DrawnAside:
        """Set up an avatar there, or wait for it if it was begun. Raises what `set_up` raised, as NotProduced."""
        if self._begun != what:
            self.begin(what)
        kind, body = self._receive()
        self._begun = None
        if kind == b"E":
            code, message = msgspec.json.decode(body, type=tuple[str, str])
            raise NotProduced(code, message)
        return DrawnAside(self, Box(*msgspec.json.decode(body, type=tuple[int, int, int, int])))

    def ask(self, slot: int, pose: Pose) -> None:
        """Ask for a pose to be drawn into a slot."""
        self._send(b"D" + bytes([slot]) + msgspec.json.encode(pose))

    def drawn(self, slot: int, box: Box) -> Stamp:
        """Wait for the oldest pose that was asked for; it is in `slot`."""
        kind, body = self._receive()
        if kind != b"D" or body != bytes([slot]):
            raise _broken()
        return _slot(self._memory, slot, box)

    def close(self) -> None:
        """End it and wait for its end."""
        os.close(self._orders)
        os.close(self._answers)
        os.waitpid(self.pid, 0)

    def _end_setting_up(self) -> None:
        """Take the answer to what was begun, and is not wanted any more."""
        if self._begun is not None:
            self._receive()
            self._begun = None

    def _send(self, message: bytes) -> None:
        try:
            _write(self._orders, message)
        except BrokenPipeError as error:
            raise _broken() from error

    def _receive(self) -> tuple[bytes, bytes]:
        message = _read(self._answers)
        if message is None:
            raise _broken()
        return message[:1], message[1:]


def _broken() -> NotProduced:
    text = "The process that draws the avatar ended before its time. Retry the video once; if it ends so again, "
    return NotProduced("drawing_ended", text + "report it with what the server's log says of it.")


def _slot(memory: mmap.mmap, slot: int, box: Box) -> Stamp:
    view = memoryview(memory)[slot * _SLOT_BYTES : (slot + 1) * _SLOT_BYTES]
    return Stamp.over(box, view)


# In the child


def _live(parent: int, serve: Callable[[], None]) -> None:
    """Be the second process, and never return."""
    status = 1
    try:
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() == parent:
            serve()
            status = 0
    except BrokenPipeError:
        status = 0  # nobody wants what was drawn
    except BaseException:  # noqa: BLE001
        # The rim of a process: what is wrong is told once, and the first process sees an end before its time.
        sys.stderr.write(traceback.format_exc())
        sys.stderr.flush()
    finally:
        os._exit(status)


def _serve(
    orders: int,
    answers: int,
    memory: mmap.mmap,
    set_up: Callable[[bytes], Avatar],
    lock_down: Callable[[], None] | None,
) -> None:
    if lock_down is not None:
        lock_down()
    avatar: Avatar | None = None
    press: Press | None = None
    while (order := _read(orders)) is not None:
        if order[:1] == b"S":
            try:
                avatar = set_up(order[1:])
            except NotProduced as error:
                _write(answers, b"E" + msgspec.json.encode((error.code, str(error))))
                continue
            press = Press(avatar.box, avatar.colors)
            for slot in range(SLOTS):
                _slot(memory, slot, avatar.box).made[:] = 0  # numbers of another avatar's bands say nothing
            _write(answers, b"S" + msgspec.json.encode(tuple(avatar.box)))
        elif avatar is not None and press is not None:
            picture = avatar.draw(msgspec.json.decode(order[2:], type=Pose))
            press.press(picture, _slot(memory, order[1], avatar.box), avatar.changed)
            _write(answers, b"D" + order[1:2])


# Messages are short, and each is preceded by its length.


def _write(descriptor: int, message: bytes) -> None:
    data = _LENGTH.pack(len(message)) + message
    while data:
        data = data[os.write(descriptor, data) :]


def _read(descriptor: int) -> bytes | None:
    """A message, None at the end."""
    head = _exactly(descriptor, _LENGTH.size)
    return None if head is None else _exactly(descriptor, _LENGTH.unpack(head)[0])


def _exactly(descriptor: int, size_bytes: int) -> bytes | None:
    data = b""
    while len(data) < size_bytes:
        got = os.read(descriptor, size_bytes - len(data))
        if not got:
            return None
        data += got
    return data
