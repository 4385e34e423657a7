"""
The HTTP/1.1 protocol of the server: uvicorn's, with deadlines, caps, and two fast roads for bytes.

- Deadlines: headers, gaps and drips in a body, readers that take nothing.
- Caps: header lines and bytes, connections.
- An answer before the end of the body is followed by reading and discarding some of the rest, so that the
  sender gets to see it (RFC 9112 section 9.6) instead of a reset connection.
- Lending: an application may receive the rest of a body straight from the socket, in a thread.
- Sending a file: `http.response.zerocopysend` of the ASGI extension of that name, by sendfile in the loop.
"""

import asyncio
import fcntl
import os
import socket
import struct
import termios
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any
from urllib.parse import unquote

import httptools
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from greenroom.config import Http

_BODY_BUFFER_BYTES = 1024 * 1024
_SENDFILE_BYTES = 4 * 1024 * 1024
LEND = "greenroom.lend"


@dataclass(slots=True)
class Lent:
    """A socket in the hands of the application: `left` bytes of the body are still to come from `fd`."""

    fd: int
    left: int


class Phase(Enum):
    """What a connection is in the middle of; the watchdog judges each by its own deadline."""

    IDLE = auto()  # between requests
    HEADERS = auto()  # from the first byte of a request, or the connection's start, to the end of its headers
    BODY = auto()  # a body arrives
    ANSWER = auto()  # the application's turn


class Refused(Exception):
    """Stops the parser in the middle of what it was given: the request was refused."""


class Cycle(RequestResponseCycle):
    """One request and its answer."""

    protocol: "Protocol"
    cut = False
    """The peer ended its side before the end of the body."""
    _head = b""
    _early = False

    async def receive(self) -> Any:
        """The next piece of the body; unlike uvicorn's, without copying it once more."""
        if self.waiting_for_100_continue and not self.transport.is_closing():
            self.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            self.waiting_for_100_continue = False
        while not (self.body or self.cut or self.disconnected or self.response_complete or not self.more_body):
            self.message_event.clear()
            self.flow.resume_reading()
            await self.message_event.wait()
        if self.disconnected or self.response_complete or (self.cut and not self.body):
            return {"type": "http.disconnect"}
        message = {"type": "http.request", "body": self.body, "more_body": self.more_body}
        self.body = bytearray()
        return message

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
            await self.protocol.send_file(head, message["file"], message["offset"], message["count"])
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
            self.protocol.linger()
        elif not self.keep_alive:
            self.transport.close()

    def lend(self) -> Lent | None:
        """Hand the socket out for the rest of the body, if it is long and none of it waits here already."""
        left = self.protocol.body_left
        if self.body or self.disconnected or self.cut or left < self.protocol.http.lend_bytes:
            return None
        self.flow.pause_reading()
        self.protocol.is_lent = True
        return Lent(os.dup(self.transport.get_extra_info("socket").fileno()), left)

    def take_back(self, lent: Lent, received: int) -> None:
        """Take the socket back after `received` bytes were read from it."""
        os.close(lent.fd)
        self.protocol.is_lent = False
        self.protocol.skip_body(received)
        self.more_body = received < lent.left


class Protocol(HttpToolsProtocol):
    """One connection. `http` holds the settings; `protocol_class` makes a class with them."""

    http: Http
    body_left = 0
    is_lent = False
    _lingering: asyncio.TimerHandle | None = None
    _discarded = 0
    _header_bytes = 0
    _hosts = 0
    _muted = False
    _phase = Phase.HEADERS
    _since = 0.0
    _body_bytes = 0
    _body_bytes_before = 0
    _watchdog: asyncio.TimerHandle | None = None
    _look_every_s = 2.0
    _raw: socket.socket | None = None
    _writable: asyncio.Future[None] | None = None
    _patience: asyncio.TimerHandle | None = None

    # The connection

    def connection_made(self, transport: Any) -> None:
        """Begin; a connection over the cap is told so and closed."""
        super().connection_made(transport)
        if len(self.connections) > self.http.max_connections:
            self._refuse(503, "Too many connections are open. Try again in a moment.")
            return
        self._enter(Phase.HEADERS)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Let go of everything that belongs to the connection."""
        for timer in (self._watchdog, self._lingering):
            if timer is not None:
                timer.cancel()
        if self._raw is not None:
            self.loop.remove_writer(self._raw.fileno())
            self._raw.close()
            self._raw = None
        if self._writable is not None and not self._writable.done():
            self._writable.set_result(None)
        super().connection_lost(exc)

    def eof_received(self) -> bool | None:  # type: ignore[override]
        """The peer sends no more; if that cuts a body short, stay long enough to say so."""
        cycle = self.cycle
        if self._lingering is None and cycle is not None and cycle.more_body and not cycle.response_complete:
            cycle.cut = True  # type: ignore[attr-defined]
            cycle.message_event.set()
            return True
        return None

    def data_received(self, data: bytes) -> None:
        """Parse what arrived, within the caps; while lingering, throw it away."""
        if self._lingering is not None:
            self._discarded += len(data)
            if self._discarded > self.http.linger_bytes:
                self.transport.abort()
            return
        self._header_bytes += len(data)
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self._refuse(400, "This server does not switch protocols.")
        except httptools.HttpParserError:
            if self._lingering is None and not self.transport.is_closing():
                self._refuse(400, "This is not a valid HTTP/1.1 request.")
        else:
            if self._phase is Phase.HEADERS:
                self._headers_are_small()
            elif self._phase is Phase.BODY and self._header_bytes > self.http.max_header_bytes:
                # So much without a byte of the body is trailers, or parts of a chunk's frame.
                self._refuse(431, f"A body has more than {self.http.max_header_bytes} bytes of trailers.")

    # What the parser tells

    def on_message_begin(self) -> None:
        """A request line begins."""
        if self._muted:
            return
        super().on_message_begin()
        self._enter(Phase.HEADERS)
        self.body_left = 0
        self._hosts = 0

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header line; trailers are dropped."""
        if self._phase is not Phase.HEADERS:
            return
        name = name.lower()
        if name == b"content-length":
            self.body_left = int(value)
        elif name == b"host":
            self._hosts += 1
        elif name == b"expect" and value.lower() == b"100-continue":
            self.expect_100_continue = True
        self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        """Start the application on the request."""
        if self._muted:
            return
        self._body_bytes = self._body_bytes_before = 0
        self._enter(Phase.BODY)
        if not self._headers_are_small():
            raise Refused
        self._header_bytes = 0
        self._complete_scope()
        if self._hosts != 1 and self.scope["http_version"] == "1.1":
            self._refuse(400, f"A request has one Host header; this one has {self._hosts}.")
            raise Refused
        cycle = Cycle(
            scope=self.scope,
            transport=self.transport,
            flow=self.flow,
            logger=self.logger,
            access_logger=self.access_logger,
            access_log=False,
            default_headers=self.server_state.default_headers,
            message_event=asyncio.Event(),
            expect_100_continue=self.expect_100_continue,
            keep_alive=self.scope["http_version"] != "1.0" and self.parser.should_keep_alive(),
            on_response=self.on_response_complete,
        )
        cycle.protocol = self
        self.scope["extensions"] = {"http.response.zerocopysend": {}, LEND: cycle}  # type: ignore[dict-item]
        waiting = self.cycle is not None and not self.cycle.response_complete
        self.cycle = cycle
        if waiting:
            # A pipelined request waits for its turn.
            self.flow.pause_reading()
            self.pipeline.appendleft((cycle, self.app))
        else:
            self._start_asgi_task(cycle, self.app)

    def on_body(self, body: bytes) -> None:
        """A piece of a body; reading pauses while the application has enough to do."""
        self._header_bytes = 0
        self._body_bytes += len(body)
        self.body_left -= len(body)
        cycle = self.cycle
        if cycle.response_complete:
            return
        cycle.body += body
        if len(cycle.body) >= _BODY_BUFFER_BYTES:
            self.flow.pause_reading()
        cycle.message_event.set()

    def on_message_complete(self) -> None:
        """The end of a request."""
        self._phase = Phase.ANSWER
        self._header_bytes = 0
        cycle = self.cycle
        if not cycle.response_complete:
            cycle.more_body = False
            cycle.message_event.set()

    def on_response_complete(self) -> None:
        """Go on to a pipelined request, or wait for the next one."""
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        self.flow.resume_reading()
        if self.pipeline:
            cycle, app = self.pipeline.pop()
            self._start_asgi_task(cycle, app)
        elif self._phase is Phase.ANSWER:
            self._enter(Phase.IDLE)

    # Lending and lingering

    def skip_body(self, count: int) -> None:
        """Go on as if `count` more bytes of the body had been parsed."""
        self._body_bytes += count
        self.body_left -= count
        self.parser = httptools.HttpRequestParser(self)
        if self.body_left == 0:
            self._phase = Phase.ANSWER
            return
        # A parser cannot be told where it is: give a new one a request whose body is what is left.
        self.headers = []
        self._muted = True
        self.parser.feed_data(b"PUT / HTTP/1.1\r\ncontent-length: %d\r\n\r\n" % self.body_left)
        self._muted = False

    def linger(self) -> None:
        """After an early answer: end our side, read and discard for a while, then close."""
        if self._lingering is not None or self.transport.is_closing():
            return
        self._lingering = self.loop.call_later(self.http.linger_s, self.transport.abort)
        self.transport.write_eof()
        self.flow.resume_reading()

    # Sending files

    async def send_file(self, head: bytes, file: int, offset: int, count: int) -> None:
        """Send a head and bytes of a file; a reader that takes nothing for too long is given up."""
        while self.transport.get_write_buffer_size() and not self.transport.is_closing():  # noqa: ASYNC110
            await asyncio.sleep(0.001)  # an earlier answer is still on its way, which is rare
        if self._raw is None:
            self._raw = socket.socket(fileno=os.dup(self.transport.get_extra_info("socket").fileno()))
        try:
            await self._send_head(head)
            while count:
                sent = await self._sent(file, offset, min(count, _SENDFILE_BYTES))
                offset += sent
                count -= sent
        except OSError:
            # The reader is gone, or the file is shorter than its row says: this answer cannot be completed.
            self.transport.abort()

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
        waiter: asyncio.Future[None] = self.loop.create_future()
        self._writable = waiter
        self._watch_reader(_unread_bytes(self._raw) + 1)
        self.loop.add_writer(self._raw.fileno(), _set, waiter)
        try:
            await waiter
        finally:
            if self._patience is not None:
                self._patience.cancel()
            self._writable = None
            if self._raw is not None:
                self.loop.remove_writer(self._raw.fileno())

    def _watch_reader(self, unread_before: int) -> None:
        # A socket becomes writable again only when a third of megabytes is gone: a slow reader takes less in time.
        if self._raw is None:
            return
        unread = _unread_bytes(self._raw)
        if unread >= unread_before:
            self.transport.abort()
            return
        self._patience = self.loop.call_later(self.http.write_timeout_s, self._watch_reader, unread)

    # Deadlines and caps

    def _enter(self, phase: Phase) -> None:
        self._phase = phase
        self._since = self.loop.time()

    def _watch(self) -> None:
        # One timer a connection that looks now and then, instead of one armed and cancelled for each request.
        if self.transport.is_closing():
            return
        over_s = self.loop.time() - self._since
        if self._phase is Phase.HEADERS and over_s > self.http.header_timeout_s:
            self.transport.abort()
        elif self._phase is Phase.IDLE and over_s > self.http.keep_alive_s:
            # A peer that did not even take all of the last answer gets no time to do so now.
            self.transport.abort() if self.transport.get_write_buffer_size() else self.transport.close()
        elif self._phase is Phase.BODY and over_s > self.http.body_gap_s:
            self._look_at_body(over_s)
        self._watchdog = self.loop.call_later(self._look_every_s, self._watch)

    def _look_at_body(self, over_s: float) -> None:
        came = self._body_bytes - self._body_bytes_before
        wanted = max(1, self.http.body_min_bytes_per_s * over_s)
        ours_to_go_on = self.is_lent or self.flow.read_paused or self.cycle.waiting_for_100_continue
        if came < wanted and not ours_to_go_on:
            self.transport.abort()
        self._body_bytes_before = self._body_bytes
        self._since = self.loop.time()

    def _headers_are_small(self) -> bool:
        if self._header_bytes <= self.http.max_header_bytes and len(self.headers or ()) <= self.http.max_header_count:
            return True
        # What arrived so far may hold a part of the body, too: count the headers themselves.
        count = len(self.headers or ())
        size = len(self.url) + sum(len(name) + len(value) for name, value in self.headers)
        if self._phase is Phase.BODY and size <= self.http.max_header_bytes and count <= self.http.max_header_count:
            return True
        self._refuse(
            431,
            f"The headers are too large: {max(size, self._header_bytes)} bytes in {count} lines; "
            f"allowed are {self.http.max_header_bytes} bytes in {self.http.max_header_count} lines.",
        )
        return False

    def _refuse(self, status: int, sentence: str) -> None:
        text = sentence.encode()
        self.transport.write(
            STATUS_LINE[status]
            + b"content-type: text/plain; charset=utf-8\r\ncontent-length: %d\r\nconnection: close\r\n\r\n" % len(text)
            + text
        )
        if self.cycle is not None and not self.cycle.response_complete:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        self.linger()

    def _complete_scope(self) -> None:
        http_version = self.parser.get_http_version()
        url = httptools.parse_url(self.url)
        raw_path = url.path or b"/"
        self.scope["method"] = self.parser.get_method().decode("ascii")
        self.scope["http_version"] = http_version
        self.scope["path"] = _unquoted(raw_path)
        self.scope["raw_path"] = raw_path
        self.scope["query_string"] = url.query or b""


def protocol_class(http: Http) -> type[Protocol]:
    """The protocol with these settings."""
    shortest_s = min(http.header_timeout_s, http.body_gap_s, http.keep_alive_s)
    look_every_s = min(max(shortest_s / 8, 0.05), 2.0)
    return type("GreenroomProtocol", (Protocol,), {"http": http, "_look_every_s": look_every_s})


def _unquoted(path: bytes) -> str:
    text = path.decode("ascii")
    if "%" not in text:
        return text
    return unquote(text)


def _unread_bytes(connection: socket.socket) -> int:
    """How much of what was sent the peer has not taken yet."""
    (count,) = struct.unpack("i", fcntl.ioctl(connection.fileno(), termios.TIOCOUTQ, bytes(4)))
    return int(count)


def _set(waiter: "asyncio.Future[None]") -> None:
    if not waiter.done():
        waiter.set_result(None)
