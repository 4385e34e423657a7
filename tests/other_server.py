"""A server of somebody else, as rude as a test wants it: for each connection it runs a script over the raw socket."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

Script = Callable[[socket.socket, bytes], None]
"""Given the connection and the head of the request; the connection is closed after it."""


@dataclass
class OtherServer:
    """Listens on the loopback. `heads` are the requests that came, as bytes."""

    port: int
    heads: list[bytes] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


def says(*pieces: bytes) -> Script:
    """A script that sends those bytes."""

    def script(connection: socket.socket, head: bytes) -> None:
        for piece in pieces:
            connection.sendall(piece)

    return script


def ok(body: bytes, headers: bytes = b"") -> bytes:
    """A whole answer 200."""
    return b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n%b\r\n%b" % (len(body), headers, body)


def redirect(location: str) -> bytes:
    """A whole answer 302."""
    return b"HTTP/1.1 302 Found\r\ncontent-length: 0\r\nlocation: %b\r\n\r\n" % location.encode()


@contextlib.contextmanager
def other_server(script: Script, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1") -> Iterator[OtherServer]:
    """A server that runs while the context is open."""
    listener = socket.create_server((host, 0))
    server = OtherServer(listener.getsockname()[1])
    threading.Thread(target=_accept, args=(listener, server, script, tls), daemon=True).start()
    try:
        yield server
    finally:
        # Closing alone would leave the thread in accept().
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def _accept(listener: socket.socket, server: OtherServer, script: Script, tls: ssl.SSLContext | None) -> None:
    with contextlib.suppress(OSError):
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=_serve, args=(connection, server, script, tls), daemon=True).start()


def _serve(connection: socket.socket, server: OtherServer, script: Script, tls: ssl.SSLContext | None) -> None:
    # The other side may go away at any time, and often should.
    with contextlib.suppress(OSError):
        connection.settimeout(20)
        spoken = tls.wrap_socket(connection, server_side=True) if tls is not None else connection
        with spoken:
            head = b""
            while b"\r\n\r\n" not in head:
                piece = spoken.recv(65536)
                if not piece:
                    return
                head += piece
            server.heads.append(head)
            script(spoken, head)
    connection.close()
