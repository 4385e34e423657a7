"""A TCP connection on which tests say exactly what they want, however wrong it is."""

import contextlib
import json
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

_TIMEOUT_S = 20
_PIECE_BYTES = 64 * 1024


class Hung(AssertionError):
    """The server kept a connection open on which something had to happen."""


@dataclass(frozen=True, slots=True)
class RawAnswer:
    """One answer. Names of headers are in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        """The body, which must be JSON."""
        return json.loads(self.body)


class RawConnection:
    """A connection to the server of a URL. A small `receive_buffer_bytes` makes for a reader that takes little."""

    def __init__(self, url: str, receive_buffer_bytes: int | None = None) -> None:
        address = urlsplit(url)
        assert address.hostname and address.port
        self.host = f"{address.hostname}:{address.port}"
        self._received = b""
        self._socket = socket.socket()
        if receive_buffer_bytes is not None:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer_bytes)
        self._socket.settimeout(_TIMEOUT_S)
        self._socket.connect((address.hostname, address.port))
        self._opened = time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._socket.close()

    def send(self, data: bytes) -> None:
        """Send all of it."""
        self._socket.sendall(data)

    def head(self, request: str, *headers: str) -> bytes:
        """The head of a request such as `GET /path`; `headers` are whole lines."""
        return "\r\n".join((f"{request} HTTP/1.1", f"Host: {self.host}", *headers, "", "")).encode()

    def request(self, request: str, *headers: str) -> None:
        """Send the head of a request such as `GET /path`; `headers` are whole lines."""
        self.send(self.head(request, *headers))

    def put_head(self, url: str, *headers: str) -> None:
        """Send the head of a PUT to a URL; `headers` are whole lines."""
        self.request(f"PUT {urlsplit(url).path}", *headers)

    def get(self, url: str) -> None:
        """Ask for a URL."""
        self.request(f"GET {urlsplit(url).path}")

    def trickle(self, whole: bytes, parts: int, gap_s: float) -> None:
        """Send all of it, in parts with gaps between them."""
        size = -(-len(whole) // parts)
        for start in range(0, len(whole), size):
            self.send(whole[start : start + size])
            time.sleep(gap_s)

    def drip(self, piece: bytes, gap_s: float, at_most_s: float) -> float:
        """Send a piece again and again with gaps, until the server hangs up; the seconds that took."""
        began = time.monotonic()
        while time.monotonic() - began < at_most_s:
            # The end of the server's side is no hanging up: it may still be reading.
            try:
                self._socket.sendall(piece)
            except OSError:
                return time.monotonic() - began
            time.sleep(gap_s)
        raise Hung(f"the server took a drip of {len(piece)} bytes every {gap_s} s for {at_most_s} s")

    def send_on(self, piece: bytes, at_most_s: float) -> int:
        """Send a piece again and again, as fast as it goes, until the server hangs up; the bytes that were taken."""
        began, sent = time.monotonic(), 0
        while time.monotonic() - began < at_most_s:
            try:
                sent += self._socket.send(piece)
            except OSError:
                return sent
        raise Hung(f"the server took {sent} bytes within {at_most_s} s and still more")

    def answer(self) -> RawAnswer:
        """The next answer, with as much body as its Content-Length says, or all that comes without one."""
        head = self._until(b"\r\n\r\n").decode("latin-1")
        status_line, *lines = head.rstrip().split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        length = headers.get("content-length")
        body = self._exactly(int(length)) if length is not None else b""
        return RawAnswer(int(status_line.split()[1]), headers, body)

    def answer_taken_slowly(self, piece_bytes: int, pause_s: float, pauses: int) -> RawAnswer:
        """The next answer, begun with pauses between pieces."""
        for number in range(pauses):
            time.sleep(pause_s)
            while len(self._received) < (number + 1) * piece_bytes:
                self._more()
        return self.answer()

    def rest(self) -> bytes:
        """All that still comes until the server hangs up, by an end or a reset."""
        with contextlib.suppress(ConnectionError):
            while self._more():
                pass
        return self._received

    def rest_after_hanging_up(self) -> bytes:
        """All that still comes when our side has ended."""
        with contextlib.suppress(OSError):
            self.end()
        return self.rest()

    def end(self) -> None:
        """End our side, and go on reading."""
        self._socket.shutdown(socket.SHUT_WR)

    def closed_after_s(self) -> float:
        """The seconds since the connection was opened when the server hangs up."""
        self.rest()
        return time.monotonic() - self._opened

    def _until(self, end: bytes) -> bytes:
        while end not in self._received:
            if not self._more():
                raise AssertionError(f"the connection ended with {self._received!r} where an answer was due")
        whole, _, self._received = self._received.partition(end)
        return whole + end

    def _exactly(self, count: int) -> bytes:
        while len(self._received) < count:
            if not self._more():
                raise AssertionError(f"the body ended after {len(self._received)} of {count} bytes")
        body, self._received = self._received[:count], self._received[count:]
        return body

    def _more(self) -> bool:
        try:
            piece = self._socket.recv(_PIECE_BYTES)
        except TimeoutError:
            raise Hung(f"the server neither said anything nor hung up for {_TIMEOUT_S} s") from None
        self._received += piece
        return bool(piece)


@contextlib.contextmanager
def dripping(connections: Sequence[RawConnection], piece: bytes, gap_s: float) -> Iterator[None]:
    """Meanwhile, send a piece on each of the connections again and again, until the server hangs up on it."""
    over = threading.Event()
    dripper = threading.Thread(target=_drip, args=(connections, piece, gap_s, over))
    dripper.start()
    try:
        yield
    finally:
        over.set()
        dripper.join()


def _drip(connections: Sequence[RawConnection], piece: bytes, gap_s: float, over: threading.Event) -> None:
    while not over.wait(gap_s):
        for connection in connections:
            with contextlib.suppress(OSError):
                connection.send(piece)
