"""One request and its answer: what an application receives and sends, and the socket it may borrow."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, RequestResponseCycle

from greenroom.config import Http

LEND = "greenroom.lend"
"""The key of `scope["extensions"]` under which a request's cycle offers to lend its socket."""


class Connection(Protocol):
    """What a cycle asks of the connection that it is a part of."""

    http: Http
    body_left: int
    is_lent: bool

    def linger(self) -> None:
        """After an early answer: end our side, read and discard for a while, then close."""

    def skip_body(self, count: int) -> None:
        """Go on as if `count` more bytes of the body had been parsed."""

    async def send_file(self, head: bytes, file: int, offset: int, count: int) -> None:
        """Send a head and bytes of a file."""


@dataclass(slots=True)
class Lent:
    """A socket in the hands of the application: `left` bytes of the body are still to come from `fd`."""

    fd: int
    left: int


class Cycle(RequestResponseCycle):
    """One request and its answer."""

    connection: Connection
    cut = False
    """The peer ended its side before the end of the body."""
    _head = b""
    _early = False
    _told_end = False

    async def receive(self) -> Any:
        """The next piece of the body, unlike uvicorn's without copying it once more; after its end, the disconnect."""
        if self.waiting_for_100_continue and not self.transport.is_closing():
            self.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            self.waiting_for_100_continue = False
        while not (self.body or self.cut or self.disconnected or self.response_complete or self._is_news_of_end()):
            self.message_event.clear()
            self.flow.resume_reading()
            await self.message_event.wait()
        if self.disconnected or self.response_complete or (self.cut and not self.body):
            return {"type": "http.disconnect"}
        self._told_end = not self.more_body
        message = {"type": "http.request", "body": self.body, "more_body": self.more_body}
        self.body = bytearray()
        return message

    def _is_news_of_end(self) -> bool:
        # An application that asks on after the end wants to know when the peer goes.
        return not (self.more_body or self._told_end)

    async def send(self, message: Any) -> None:
        """Send a part of the answer; the head waits for what follows, so that both go out together."""
        if self.flow.write_paused and not self.disconnected:
            await self.flow.drain()
        if self.disconnected:
            return
        if message["type"] == "http.response.start":
            self._head = self._head_of(message["status"], message.get("headers", ()))
            return
        head, self._head = self._head, b""
        self.response_started = True
        if message["type"] == "http.response.zerocopysend":
            await self.connection.send_file(head, message["file"], message["offset"], message["count"])
            self._complete()
            return
        self.transport.write(head + self._framed(message.get("body", b""), message.get("more_body", False)))
        if not message.get("more_body", False):
            self._complete()

    def _head_of(self, status: int, headers: Iterable[tuple[bytes, bytes]]) -> bytes:
        # What is left of a body is in the way of a next request on this connection.
        self._early = self.more_body
        self.chunked_encoding = self.scope["method"] != "HEAD" and status not in (204, 304)
        parts = [STATUS_LINE[status]]
        for name, value in (*self.default_headers, *headers):
            if b"\r" in value or b"\n" in value:
                raise ValueError(f"the header {name!r} has a line break in it")
            if name == b"content-length":
                self.chunked_encoding = False
            elif name == b"connection" and value == b"close":
                self.keep_alive = False
                continue
            parts += (name, b": ", value, b"\r\n")
        if self.chunked_encoding and self.scope["http_version"] == "1.0":
            self.chunked_encoding = self.keep_alive = False
        if self.chunked_encoding:
            parts.append(b"transfer-encoding: chunked\r\n")
        if self._early or not self.keep_alive:
            parts.append(b"connection: close\r\n")
        parts.append(b"\r\n")
        return b"".join(parts)

    def _framed(self, body: bytes, more_body: bool) -> bytes:
        if self.scope["method"] == "HEAD":
            return b""
        if not self.chunked_encoding:
            return body
        chunk = b"%x\r\n%b\r\n" % (len(body), body) if body else b""
        return chunk if more_body else chunk + b"0\r\n\r\n"

    def _complete(self) -> None:
        self.response_complete = True
        self.message_event.set()
        self.on_response()
        if self._early:
            self.connection.linger()
        elif not self.keep_alive:
            self.transport.close()

    def lend(self) -> Lent | None:
        """Hand the socket out for the rest of the body, if it is long and none of it waits here already."""
        left = self.connection.body_left
        if self.body or self.disconnected or self.cut or left < self.connection.http.lend_bytes:
            return None
        self.flow.pause_reading()
        self.connection.is_lent = True
        return Lent(os.dup(self.transport.get_extra_info("socket").fileno()), left)

    def take_back(self, lent: Lent, received: int) -> None:
        """Take the socket back after `received` bytes were read from it."""
        os.close(lent.fd)
        self.connection.is_lent = False
        self.connection.skip_body(received)
        self.more_body = received < lent.left
