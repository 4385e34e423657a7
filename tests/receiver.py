"""A receiver of webhooks: a real HTTP server in a thread that keeps what it is told and answers as a test wants it."""

import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message as Headers
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

_PATIENCE_S = 15.0


@dataclass
class Told:
    """One request that came."""

    path: str
    headers: Headers
    body: bytes
    at: float

    @property
    def message(self) -> dict[str, Any]:
        """The body as JSON."""
        found: dict[str, Any] = json.loads(self.body)
        return found

    def as_dict(self) -> dict[str, str]:
        """The headers, for verifiers that want a dictionary."""
        return dict(self.headers.items())


Answer = Callable[[BaseHTTPRequestHandler], None]


def status(code: int, body: bytes = b"", **headers: str) -> Answer:
    """An answer with that status; `retry_after="1"` is the header Retry-After."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(code)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("content-length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def late(seconds: float, then: Answer) -> Answer:
    """An answer after some time."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        time.sleep(seconds)
        then(handler)

    return answer


def twice(handler: BaseHTTPRequestHandler) -> None:
    """Two whole answers to one request."""
    status(204)(handler)
    status(500)(handler)


def reset(handler: BaseHTTPRequestHandler) -> None:
    """No answer, but the end of the connection, and not a polite one."""
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()


OK = status(200, b"thank you")


@dataclass
class Receiver:
    """What came so far, and how what comes next is answered: by `answers` one after the other, then by `usual`."""

    port: int
    usual: Answer = OK
    answers: list[Answer] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    changed: threading.Condition = field(default_factory=threading.Condition)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    def wait_for(self, count: int, patience_s: float = _PATIENCE_S) -> list[Told]:
        """What came, once that is as much as `count`."""
        with self.changed:
            arrived = self.changed.wait_for(lambda: len(self.told) >= count, patience_s)
        assert arrived, f"{len(self.told)} of {count} messages came"
        return list(self.told)

    def take(self, handler: BaseHTTPRequestHandler) -> None:
        length = int(handler.headers["content-length"])
        body = handler.rfile.read(length)
        if len(body) < length:
            raise ConnectionAbortedError("who spoke was killed in the midst of it: nothing was told")
        with self.changed:
            self.told.append(Told(handler.path, handler.headers, body, time.time()))
            answer = self.answers.pop(0) if self.answers else self.usual
            self.changed.notify_all()
        answer(handler)


@contextmanager
def receiver(usual: Answer = OK, *answers: Answer, port: int = 0) -> Iterator[Receiver]:
    """A receiver that runs while the context is open."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            try:
                running.take(self)
            except OSError:
                self.close_connection = True

        def log_message(self, *args: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, *args: object) -> None:
            pass

    Server.daemon_threads = True
    server = Server(("127.0.0.1", port), Handler)
    running = Receiver(server.server_address[1], usual, list(answers))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield running
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
