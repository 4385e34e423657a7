"""Sending files: by sendfile, in the loop, without a thread and without holding more than a head in memory."""

import asyncio
import fcntl
import os
import socket
import struct
import termios
from typing import Any

_AT_ONCE_BYTES = 4 * 1024 * 1024


class FileSender:
    """
    Sends files over one connection, past its transport, which must have nothing left to write.

    uvloop has no `loop.sendfile`; a duplicate of the socket is written to until it would block, and the loop
    tells when it is writable again.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, transport: Any, patience_s: float) -> None:
        self._loop = loop
        self._transport = transport
        self._patience_s = patience_s
        self._raw: socket.socket | None = socket.socket(fileno=os.dup(transport.get_extra_info("socket").fileno()))
        self._writable: asyncio.Future[None] | None = None
        self._patience: asyncio.TimerHandle | None = None

    async def send(self, head: bytes, file: int, offset: int, count: int) -> None:
        """Send a head and bytes of a file; a reader that takes nothing for `patience_s` is given up."""
        try:
            await self._send_head(head)
            while count:
                sent = await self._sent(file, offset, min(count, _AT_ONCE_BYTES))
                offset += sent
                count -= sent
        except OSError:
            # The reader is gone, or the file is shorter than its row says: this answer cannot be completed.
            self._transport.abort()

    def close(self) -> None:
        """Let go of the connection; whoever waits for it is told."""
        if self._raw is not None:
            self._loop.remove_writer(self._raw.fileno())
            self._raw.close()
            self._raw = None
        if self._writable is not None:
            _set(self._writable)

    async def _send_head(self, head: bytes) -> None:
        while head:
            try:
                head = head[self._socket().send(head, socket.MSG_MORE) :]
            except BlockingIOError:
                await self._until_writable()

    async def _sent(self, file: int, offset: int, count: int) -> int:
        while True:
            try:
                sent = os.sendfile(self._socket().fileno(), file, offset, count)
            except BlockingIOError:
                await self._until_writable()
                continue
            if not sent:
                raise OSError("the file ended early")
            return sent

    def _socket(self) -> socket.socket:
        if self._raw is None:
            raise ConnectionResetError("the reader is gone")
        return self._raw

    async def _until_writable(self) -> None:
        assert self._raw is not None
        waiter: asyncio.Future[None] = self._loop.create_future()
        self._writable = waiter
        self._watch_reader(_unread_bytes(self._raw) + 1)
        self._loop.add_writer(self._raw.fileno(), _set, waiter)
        try:
            await waiter
        finally:
            if self._patience is not None:
                self._patience.cancel()
            self._writable = None
            if self._raw is not None:
                self._loop.remove_writer(self._raw.fileno())

    def _watch_reader(self, unread_before: int) -> None:
        # A socket becomes writable again only when a third of megabytes is gone: a slow reader takes less in time.
        if self._raw is None:
            return
        unread = _unread_bytes(self._raw)
        if unread >= unread_before:
            self._transport.abort()
            return
        self._patience = self._loop.call_later(self._patience_s, self._watch_reader, unread)


def _unread_bytes(connection: socket.socket) -> int:
    """How much of what was sent the peer has not taken yet."""
    (count,) = struct.unpack("i", fcntl.ioctl(connection.fileno(), termios.TIOCOUTQ, bytes(4)))
    return int(count)


def _set(waiter: "asyncio.Future[None]") -> None:
    if not waiter.done():
        waiter.set_result(None)
