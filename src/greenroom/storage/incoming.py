"""A file on its way in: bytes are written, counted and hashed as they pass, none is read twice."""

import contextlib
import errno
import hashlib
import os
import select
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from greenroom.errors import StorageFull

Buffer = bytes | bytearray | memoryview

_BUFFER_BYTES, _BUFFERS = 1024 * 1024, 3
# Below this the hand-over to another thread costs more than the hash.
_HASH_ASIDE_BYTES = 256 * 1024

_hashers = ThreadPoolExecutor(max_workers=os.cpu_count() or 1, thread_name_prefix="hash")
_local = threading.local()


class Incoming:
    """
    One temporary file. Its methods block and are called by one thread at a time.

    Raises StorageFull from any method that writes when the disk has no room.
    """

    def __init__(self, path: str, *, hashed: bool = True) -> None:
        self.path = path
        self.name = os.path.basename(path)
        self.size_bytes = 0
        self._fd = full_disk_told(lambda: os.open(path, _CREATE, 0o600))
        self._hash = _Hash() if hashed else None

    def write(self, pieces: Sequence[Buffer]) -> None:
        """Append pieces of the body in order."""
        size = sum(map(len, pieces))
        if self._hash is not None:
            self._hash.update(pieces, size)
        full_disk_told(lambda: _write_all(self._fd, pieces, size))
        self.size_bytes += size

    def receive(self, socket_fd: int, count: int, patience_ms: int) -> int:
        """
        Append up to `count` bytes straight from a non-blocking socket; give how many came.

        Gives up, with what came, when a megabyte had to be waited for longer than `patience_ms`, all pauses
        together: no thread waits for the network. So it does when the connection ends; the loop will meet that end too.
        """
        buffers = _buffers()
        came = 0
        while came < count:
            # The others may still be read by the hash.
            self._settle_hash(but=len(buffers) - 1)
            filled, flowing = _fill(socket_fd, buffers[0][: count - came], patience_ms)
            if filled:
                self.write((buffers[0][:filled],))
                came += filled
                buffers.rotate(-1)
            if not flowing:
                break
        self._settle_hash()
        return came

    def digest(self) -> str:
        """The SHA-256 of all that was written, as 64 hexadecimal digits; random where hashing is off."""
        return self._hash.hexdigest() if self._hash is not None else os.urandom(32).hex()

    def sync(self) -> None:
        """Return when the bytes are on the disk for good."""
        full_disk_told(lambda: os.fsync(self._fd))

    def reopened(self) -> int:
        """A new descriptor that can only read the file; the caller closes it."""
        return os.open(self.path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)

    def close(self) -> None:
        """Let go of the file but leave it where it is."""
        self._settle_hash()
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def discard(self) -> None:
        """Remove the file; nothing of it remains."""
        self.close()
        try:
            os.unlink(self.path)
        except FileNotFoundError:
            return

    def _settle_hash(self, but: int = 0) -> None:
        if self._hash is not None:
            self._hash.settle(but)


class _Hash:
    """The SHA-256 of pieces in their order. Those that are large wait for a thread that hashes one after the other."""

    def __init__(self) -> None:
        self._sha256 = hashlib.sha256()
        self._waiting: deque[Sequence[Buffer]] = deque()
        self._fewer = threading.Condition()
        self._busy = False

    def update(self, pieces: Sequence[Buffer], size: int) -> None:
        """Hash more pieces, or have them hashed: they may not be changed until they are."""
        if size < _HASH_ASIDE_BYTES:
            self.settle()
            self._add(pieces)
            return
        with self._fewer:
            if not self._busy:
                # Raises while the program ends; nothing must wait then that nobody would hash.
                _hashers.submit(self._work_off)
                self._busy = True
            self._waiting.append(pieces)

    def settle(self, but: int = 0) -> None:
        """Return when all but so many of the pieces are hashed."""
        with self._fewer:
            self._fewer.wait_for(lambda: len(self._waiting) <= but)

    def hexdigest(self) -> str:
        """That of all pieces."""
        self.settle()
        return self._sha256.hexdigest()

    def _work_off(self) -> None:
        while True:
            with self._fewer:
                if not self._waiting:
                    self._busy = False
                    return
                pieces = self._waiting[0]
            self._add(pieces)
            with self._fewer:
                self._waiting.popleft()
                self._fewer.notify()

    def _add(self, pieces: Sequence[Buffer]) -> None:
        for piece in pieces:
            self._sha256.update(piece)


class Staged:
    """A file that an earlier run received and did not get to judge."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.name = os.path.basename(path)
        self.size_bytes = os.stat(path).st_size

    def digest(self) -> str:
        """The SHA-256 of the file, read again because the run that knew it is gone."""
        with open(self.path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    def sync(self) -> None:
        """Nothing to do: only durable files are staged."""

    def reopened(self) -> int:
        """A new descriptor that can only read the file; the caller closes it."""
        return os.open(self.path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)

    def discard(self) -> None:
        """Remove the file; nothing if it is gone."""
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self.path)


_CREATE = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW


def full_disk_told(act: Callable[[], int | None]) -> int:
    """What `act` gives; a full disk or an exhausted quota becomes StorageFull."""
    try:
        return act() or 0
    except OSError as problem:
        if problem.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StorageFull("The disk is full; the upload was not kept.", retry_after_s=60) from problem
        raise


def _write_all(fd: int, pieces: Sequence[Buffer], size: int) -> None:
    written = os.writev(fd, pieces) if len(pieces) <= os.sysconf("SC_IOV_MAX") else 0
    if written == size:
        return
    rest = memoryview(b"".join(pieces))[written:]
    while rest:
        rest = rest[os.write(fd, rest) :]


def _buffers() -> deque[memoryview]:
    buffers: deque[memoryview] | None = getattr(_local, "buffers", None)
    if buffers is None:
        buffers = _local.buffers = deque(memoryview(bytearray(_BUFFER_BYTES)) for _ in range(_BUFFERS))
    return buffers


def _fill(socket_fd: int, buffer: memoryview, patience_ms: int) -> tuple[int, bool]:
    """Fill the buffer from the socket; give how far, and False when it ended or had to be waited for too long."""
    filled = 0
    left_s = patience_ms / 1000
    while filled < len(buffer):
        try:
            count = os.readv(socket_fd, (buffer[filled:],))
        except BlockingIOError:
            # One patience for all pauses: a byte now and then would buy a thread for ever.
            left_s -= _waited_s(socket_fd, left_s)
            if left_s > 0:
                continue
            return filled, False
        except OSError:
            # The link broke; what came before that is counted, so that the refusal tells the truth.
            return filled, False
        if count == 0:
            return filled, False
        filled += count
    return filled, True


def _waited_s(fd: int, at_most_s: float) -> float:
    """Wait until there is something to read; the seconds that took, `at_most_s` or more if nothing came."""
    poll = select.poll()
    poll.register(fd, select.POLLIN | select.POLLHUP | select.POLLERR)
    began = time.monotonic()
    came = poll.poll(at_most_s * 1000)
    return time.monotonic() - began if came else at_most_s
