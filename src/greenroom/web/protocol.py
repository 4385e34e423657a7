"""
The HTTP/1.1 protocol of the server: uvicorn's, with deadlines, caps, and two fast roads for bytes.

- Deadlines: headers, gaps and drips in a body, readers that take nothing.
- Caps: header lines and bytes, connections.
- A wish to switch to another protocol (`Upgrade`) is not heeded, as RFC 9110 section 7.8 allows.
- An answer before the end of the body is followed by reading and discarding some of the rest, so that the
  sender gets to see it (RFC 9112 section 9.6) instead of a reset connection.
- Lending: an application may receive the rest of a body straight from the socket, in a thread.
- Sending a file: `http.response.zerocopysend` of the ASGI extension of that name, by sendfile in the loop.
"""

import asyncio
from enum import Enum, auto
from typing import Any
from urllib.parse import unquote

import httptools
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from greenroom.config import Http
from greenroom.web.cycle import LEND, Cycle
from greenroom.web.sendfile import FileSender

# What one connection may have waiting for its application: with many large uploads at once this is the memory.
_BODY_BUFFER_BYTES = 256 * 1024
_NO_ADDRESS = (
    "The address of this request has characters that no URL has. Write them percent-encoded; for a query, "
    "curl -G --data-urlencode 'name=value' does so."
)


class Phase(Enum):
    """What a connection is in the middle of; the watchdog judges each by its own deadline."""

    IDLE = auto()  # between requests
    HEADERS = auto()  # from the first byte of a request, or the connection's start, to the end of its headers
    BODY = auto()  # a body arrives
    ANSWER = auto()  # the application's turn


class Refused(Exception):
    """Stops the parser in the middle of what it was given: the request was refused."""


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
    _wishes_upgrade = False
    _phase = Phase.HEADERS
    _since = 0.0
    _body_bytes = 0
    _body_bytes_before = 0
    _watchdog: asyncio.TimerHandle | None = None
    _look_every_s = 2.0
    _sender: FileSender | None = None

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
        if self._sender is not None:
            self._sender.close()
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
            self._parse(data)
        except httptools.HttpParserError as problem:
            if self._lingering is None and not self.transport.is_closing():
                is_address = isinstance(problem, httptools.HttpParserInvalidURLError)
                self._refuse(400, _NO_ADDRESS if is_address else "This is not a valid HTTP/1.1 request.")
        else:
            if self._phase is Phase.HEADERS:
                self._headers_are_small()
            elif self._phase is Phase.BODY and self._header_bytes > self.http.max_header_bytes:
                # So much without a byte of the body is trailers, or parts of a chunk's frame.
                self._refuse(431, f"A body has more than {self.http.max_header_bytes} bytes of trailers.")

    def _parse(self, data: bytes) -> None:
        while data:
            try:
                self.parser.feed_data(data)
            except httptools.HttpParserUpgrade as wish:
                data = data[wish.args[0] :]
                self._stay_with_http_1()
            else:
                return

    def _stay_with_http_1(self) -> None:
        """
        Go on behind the head of a request that would like another protocol.

        Java's client has such a wish in the first request of every connection, for HTTP/2.
        """
        self._wishes_upgrade = False
        framing = (b"content-length", b"transfer-encoding")
        self._go_on_in_body(b"".join(b"%b: %b\r\n" % line for line in self.headers if line[0] in framing))

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
        if self.parser.get_method() == b"CONNECT":
            self._refuse(400, "This server is no proxy: it connects nobody.")
            raise Refused
        self._wishes_upgrade = self.parser.should_upgrade()
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
        cycle.connection = self
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
        if self._wishes_upgrade:
            return  # of its head alone: the parser takes what follows for bytes of the other protocol
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
        if self.body_left == 0:
            self.parser = httptools.HttpRequestParser(self)
            self._phase = Phase.ANSWER
            return
        self._go_on_in_body(b"content-length: %d\r\n" % self.body_left)

    def _go_on_in_body(self, framing: bytes) -> None:
        # A parser cannot be told where it is: give a new one a request whose body is what is left.
        self.parser = httptools.HttpRequestParser(self)
        self.headers = []
        self._muted = True
        self.parser.feed_data(b"PUT / HTTP/1.1\r\n%b\r\n" % framing)
        self._muted = False

    def linger(self) -> None:
        """After an early answer: end our side, read and discard for a while, then close."""
        if self._lingering is not None or self.transport.is_closing():
            return
        self._lingering = self.loop.call_later(self.http.linger_s, self.transport.abort)
        self.transport.write_eof()
        self.flow.resume_reading()

    async def send_file(self, head: bytes, file: int, offset: int, count: int) -> None:
        """Send a head and bytes of a file; a reader that takes nothing for too long is given up."""
        while self.transport.get_write_buffer_size() and not self.transport.is_closing():  # noqa: ASYNC110
            await asyncio.sleep(0.001)  # an earlier answer is still on its way, which is rare
        if self._sender is None:
            self._sender = FileSender(self.loop, self.transport, self.http.write_timeout_s)
        await self._sender.send(head, file, offset, count)

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
