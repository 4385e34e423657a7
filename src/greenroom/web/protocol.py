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
import os
import socket
from collections.abc import Iterable
from dataclasses import dataclass
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
    _in_headers = True
    _lingering: asyncio.TimerHandle | None = None
    _discarded = 0
    _header_bytes = 0
    _muted = False
    _guard: asyncio.TimerHandle | None = None
    _body_bytes = 0
    _body_bytes_before = 0
    _raw: socket.socket | None = None
    _writable: asyncio.Future[None] | None = None

    # The connection

    def connection_made(self, transport: Any) -> None:
        """Begin; a connection over the cap is told so and closed."""
        super().connection_made(transport)
        if len(self.connections) > self.http.max_connections:
            self._refuse(503, "Too many connections are open. Try again in a moment.")
            return
        self._await_headers()

    def connection_lost(self, exc: Exception | None) -> None:
        """Let go of everything that belongs to the connection."""
        self._disarm()
        if self._lingering is not None:
            self._lingering.cancel()
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
        self._unset_keepalive_if_required()
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self._refuse(400, "This server does not switch protocols.")
        except httptools.HttpParserError:
            if not self.transport.is_closing():
                self._refuse(400, "This is not a valid HTTP/1.1 request.")
        else:
            if self._in_headers:
                self._header_bytes += len(data)
                self._require_small_headers()

    def timeout_keep_alive_handler(self) -> None:
        """Close an idle connection, also when its peer did not take all of the last answer."""
        if not self.transport.is_closing():
            self.transport.abort() if self.transport.get_write_buffer_size() else self.transport.close()

    # What the parser tells

    def on_message_begin(self) -> None:
        """A request line begins."""
        if self._muted:
            return
        super().on_message_begin()
        self._in_headers = True
        self._header_bytes = 0
        self.body_left = 0
        self._await_headers()

    def on_url(self, url: bytes) -> None:
        """A part of the request target."""
        if not self._muted:
            super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header line."""
        if not self._muted:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Start the application on the request."""
        if self._muted:
            return
        self._in_headers = False
        self._header_bytes = len(self.url) + sum(len(name) + len(value) for name, value in self.headers)
        if not self._require_small_headers():
            return
        self.body_left = next((int(value) for name, value in self.headers if name == b"content-length"), 0)
        self._complete_scope()
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
        self._await_body()

    def on_body(self, body: bytes) -> None:
        """A piece of a body; reading pauses while the application has enough to do."""
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
        self._disarm()
        super().on_message_complete()

    # Lending and lingering

    def skip_body(self, count: int) -> None:
        """Go on as if `count` more bytes of the body had been parsed."""
        self._body_bytes += count
        self.body_left -= count
        self.parser = httptools.HttpRequestParser(self)
        if self.body_left == 0:
            self._disarm()
            return
        # A parser cannot be told where it is: give a new one a request whose body is what is left.
        self._muted = True
        self.parser.feed_data(b"PUT / HTTP/1.1\r\ncontent-length: %d\r\n\r\n" % self.body_left)
        self._muted = False

    def linger(self) -> None:
        """After an early answer: end our side, read and discard for a while, then close."""
        if self._lingering is not None or self.transport.is_closing():
            return
        self._disarm()
        self._unset_keepalive_if_required()
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
        timer = self.loop.call_later(self.http.write_timeout_s, self.transport.abort)
        self.loop.add_writer(self._raw.fileno(), _set, waiter)
        try:
            await waiter
        finally:
            timer.cancel()
            self._writable = None
            if self._raw is not None:
                self.loop.remove_writer(self._raw.fileno())

    # Deadlines and caps

    def _await_headers(self) -> None:
        self._disarm()
        self._guard = self.loop.call_later(self.http.header_timeout_s, self._headers_late)

    def _headers_late(self) -> None:
        if not self.transport.is_closing():
            self.transport.abort()

    def _await_body(self) -> None:
        self._disarm()
        self._body_bytes = self._body_bytes_before = 0
        self._guard = self.loop.call_later(self.http.body_gap_s, self._look_at_body)

    def _look_at_body(self) -> None:
        came = self._body_bytes - self._body_bytes_before
        wanted = max(1, self.http.body_min_bytes_per_s * self.http.body_gap_s)
        ours_to_go_on = self.is_lent or self.flow.read_paused or self.cycle.waiting_for_100_continue
        if came < wanted and not ours_to_go_on:
            self.transport.abort()
            return
        self._body_bytes_before = self._body_bytes
        self._guard = self.loop.call_later(self.http.body_gap_s, self._look_at_body)

    def _disarm(self) -> None:
        if self._guard is not None:
            self._guard.cancel()
            self._guard = None

    def _require_small_headers(self) -> bool:
        count = len(self.headers or ())
        if self._header_bytes <= self.http.max_header_bytes and count <= self.http.max_header_count:
            return True
        self._refuse(
            431,
            f"The headers are too large: {self._header_bytes} bytes in {count} lines; "
            f"allowed are {self.http.max_header_bytes} bytes in {self.http.max_header_count} lines.",
        )
        return False

    def _refuse(self, status: int, sentence: str) -> None:
        self._disarm()
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
    return type("GreenroomProtocol", (Protocol,), {"http": http})


def _unquoted(path: bytes) -> str:
    text = path.decode("ascii")
    if "%" not in text:
        return text
    return unquote(text)


def _set(waiter: "asyncio.Future[None]") -> None:
    if not waiter.done():
        waiter.set_result(None)
