"""A PUT in the test's own hands: sent in pieces, cut at will, over a bare socket."""

import json
import socket
import struct
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

_TIMEOUT_S = 10.0


class RawPut:
    """A PUT whose headers are sent; the body is the test's business."""

    def __init__(self, sign_url: str, length: int | None, *headers: str) -> None:
        parts = urlsplit(sign_url)
        self.socket = socket.create_connection((parts.hostname, parts.port), timeout=_TIMEOUT_S)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        body = "Transfer-Encoding: chunked" if length is None else f"Content-Length: {length}"
        lines = [f"PUT {parts.path} HTTP/1.1", f"Host: {parts.netloc}", body, *headers]
        self.socket.sendall(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"))

    def send(self, piece: bytes) -> None:
        self.socket.sendall(piece)

    def send_chunk(self, piece: bytes) -> None:
        self.socket.sendall(b"%x\r\n%b\r\n" % (len(piece), piece))

    def end_half(self) -> None:
        """End our direction of the connection, so that the server can still answer."""
        self.socket.shutdown(socket.SHUT_WR)

    def reset(self) -> None:
        """Drop the connection so that the server hears a reset."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def answer(self) -> tuple[int, dict[str, Any]]:
        """Status and JSON body of the answer."""
        status, _, body = self.whole_answer()
        found: dict[str, Any] = json.loads(body)
        return status, found

    def whole_answer(self) -> tuple[int, list[str], bytes]:
        """Status, header lines and body of the answer."""
        received = b""
        while b"\r\n\r\n" not in received:
            received += self._more()
        head, _, body = received.partition(b"\r\n\r\n")
        status, *lines = head.decode("latin-1").split("\r\n")
        length = next(int(line.split(":")[1]) for line in lines if line.lower().startswith("content-length"))
        while len(body) < length:
            body += self._more()
        return int(status.split()[1]), lines, body[:length]

    def _more(self) -> bytes:
        piece = self.socket.recv(65536)
        assert piece, "the server closed the connection without an answer"
        return piece

    def __enter__(self) -> "RawPut":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.socket.close()
