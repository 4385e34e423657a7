"""A real HTTP server on a real port that says what it is told to: the other end of the client's wire."""

import json
import socket
import struct
import sys
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

SHA256 = "0" * 64


@dataclass(frozen=True)
class Reply:
    """An answer; `early` ones go out before the body is read, of which `then_reads` bytes are discarded."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    early: bool = False
    then_reads: int = 0
    hangs_up: bool = False
    """Close with a reset in place of an answer, once `then_reads` bytes of the body are in."""


@dataclass(frozen=True)
class Seen:
    """A request as it arrived; without `body` where it was not read."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


def envelope(code: int, msg: str, data: Any = None) -> bytes:
    return json.dumps({"rid": "0" * 32, "code": code, "msg": msg, "data": data}).encode()


def refusal(status: int, code: int, reason_code: str, message: str, cure: str = "", **reply: Any) -> Reply:
    reason = {"code": reason_code, "message": message, "measured": "this", "allowed": "that", "cure": cure}
    body = envelope(code, message, {"reason": reason})
    return Reply(status, body, headers={"Connection": "close"} if status >= 400 else {}, **reply)


def busy(status: int = 503, **headers: str) -> Reply:
    return Reply(
        status,
        envelope(50000, "Too busy."),
        {name.replace("_", "-"): value for name, value in headers.items()},
    )


class Peer:
    """
    Answers signing, PUT and GET from three queues; a queue's last answer is given again and again.

    `before_reply` is called with each request in its own thread and may hold the answer back.
    """

    def __init__(self) -> None:
        self.signing: deque[Reply] = deque()
        self.putting: deque[Reply] = deque()
        self.asking: deque[Reply] = deque()
        self.seen: list[Seen] = []
        self.before_reply: Callable[[Seen], object] = lambda seen: None
        self._server = _Server(("127.0.0.1", 0), _handler_of(self))
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self.signing.append(self.signed())
        self.putting.append(self.received())

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def signed(self, number: int = 1, **data: Any) -> Reply:
        body = {
            "sign_url": f"{self.url}/put/{number}",
            "asset_url": f"{self.url}/assets/img_{number}.jpg",
            "asset_id": f"img_{number}",
            "id": number,
            "upload_headers": {"Content-Type": "image/jpeg"},
            **data,
        }
        return Reply(200, envelope(0, "Success", body))

    def received(self, number: int = 1, http_status: int = 200, **data: Any) -> Reply:
        body = {
            "asset_id": f"img_{number}",
            "asset_url": f"{self.url}/assets/img_{number}.jpg",
            "status": "ready",
            "verification": "deep",
            "kind": "image",
            "content_type": "image/jpeg",
            "size_bytes": 7,
            "sha256": SHA256,
            "width": 640,
            "height": 480,
            **data,
        }
        return Reply(http_status, envelope(0, "success", body))

    def bodies(self, method: str) -> list[bytes]:
        return [seen.body for seen in self.seen if seen.method == method]

    def next_reply(self, method: str) -> Reply:
        queue = {"POST": self.signing, "PUT": self.putting, "GET": self.asking}[method]
        return queue.popleft() if len(queue) > 1 else queue[0]


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        # Clients that hang up are what some tests are about.
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


def _handler_of(peer: Peer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 10
        disable_nagle_algorithm = True  # else each kept connection waits 40 ms for an acknowledgement

        def do_POST(self) -> None:
            reply = peer.next_reply(self.command)
            length = int(self.headers.get("Content-Length", "0"))
            body = b"" if reply.early or reply.hangs_up else self.rfile.read(length)
            seen = Seen(self.command, self.path, dict(self.headers), body)
            peer.seen.append(seen)
            peer.before_reply(seen)
            if reply.hangs_up:
                self.rfile.read(reply.then_reads)
                self._reset()
                return
            self._say(reply)
            if reply.early:
                self._discard(reply.then_reads)
                self._reset()

        do_PUT = do_GET = do_POST

        def _say(self, reply: Reply) -> None:
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body)
            self.wfile.flush()

        def _discard(self, limit: int) -> None:
            while limit > 0 and (piece := self.rfile.read1(min(limit, 65536))):
                limit -= len(piece)

        def _reset(self) -> None:
            # A reset, not a farewell: what a kernel sends when unread bytes are left.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.close_connection = True
            self.connection.close()

        def log_message(self, *_: object) -> None:
            pass

        def finish(self) -> None:
            if not self.connection._closed:
                super().finish()

    return Handler
