"""The network under a call: a connection to one of the checked addresses, with one deadline for all that it does."""

import socket
import ssl
import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import httpcore2

from greenroom.domain.findings import finding
from greenroom.errors import FetchFailed
from greenroom.net.addresses import Address

# How long a silent connection goes without a look at whether anybody still waits for it.
_GLANCE_S = 0.5


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a call may take: in all, redirects included; until it is connected; without a byte."""

    total_s: float
    connect_s: float
    silence_s: float


class Deadline:
    """The end of one call's time, or of the wish for it: when `stop` is set, nobody waits for it any more."""

    def __init__(self, patience: Patience, stop: threading.Event | None = None) -> None:
        self.patience = patience
        self._end = time.monotonic() + patience.total_s
        self._stop = stop

    def left(self, at_most_s: float) -> float:
        """Seconds that one more step may take. Raises FetchFailed when there are none."""
        if self._stop is not None and self._stop.is_set():
            raise FetchFailed(finding("fetch_stopped", "The call was ended from here."), passes=True)
        left = self._end - time.monotonic()
        if left <= 0:
            raise too_slow(f"It was not done after {self.patience.total_s:g} s", self.patience.total_s)
        return min(left, at_most_s)


class CheckedNetwork(httpcore2.NetworkBackend):
    """Connects to one of the given addresses, whatever host it is asked for."""

    def __init__(self, addresses: Sequence[Address], deadline: Deadline) -> None:
        self._addresses = addresses
        self._deadline = deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002  # the deadline knows better
        local_address: str | None = None,  # noqa: ARG002
        socket_options: Iterable[Any] | None = None,  # noqa: ARG002
    ) -> "Stream":
        """A connection to the first address that takes one. Raises FetchFailed."""
        for address in self._addresses:
            family = socket.AF_INET6 if address.version == 6 else socket.AF_INET
            connected = socket.socket(family, socket.SOCK_STREAM)
            try:
                connected.settimeout(self._deadline.left(self._deadline.patience.connect_s))
                connected.connect((str(address), port))
                connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            except OSError:
                connected.close()
            except FetchFailed:
                connected.close()
                raise
            else:
                return Stream(connected, self._deadline)
        raise FetchFailed(finding("unreachable", f"{host} took no connection on port {port}."), passes=True)


class Stream(httpcore2.NetworkStream):
    """A connected socket whose every step ends by the deadline."""

    def __init__(self, connected: socket.socket, deadline: Deadline) -> None:
        self._socket = connected
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002
        """Up to `max_bytes` bytes, none at the end. Raises FetchFailed."""
        silence_s = self._deadline.patience.silence_s
        silent_until = time.monotonic() + silence_s
        while time.monotonic() < silent_until:
            self._socket.settimeout(self._deadline.left(_GLANCE_S))
            try:
                return self._socket.recv(max_bytes)
            except TimeoutError:
                continue
            except OSError as problem:
                raise broken() from problem
        raise too_slow(f"Nothing came for {silence_s:g} s", silence_s)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002
        """Send all bytes. Raises WriteError, after which there may be an answer to read, or FetchFailed."""
        rest = memoryview(buffer)
        try:
            while rest:
                self._socket.settimeout(self._deadline.left(self._deadline.patience.silence_s))
                rest = rest[self._socket.send(rest) :]
        except OSError as problem:
            raise httpcore2.WriteError(str(problem)) from problem

    def close(self) -> None:
        """Let go of the socket."""
        self._socket.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002
    ) -> "Stream":
        """The same connection under TLS, with a certificate for the name. Raises FetchFailed."""
        try:
            self._socket.settimeout(self._deadline.left(self._deadline.patience.connect_s))
            return Stream(ssl_context.wrap_socket(self._socket, server_hostname=server_hostname), self._deadline)
        except ssl.SSLCertVerificationError as problem:
            self.close()
            raise _untrusted(problem.verify_message) from problem
        except ssl.SSLError as problem:
            self.close()
            raise _untrusted((problem.reason or "no TLS").replace("_", " ").lower()) from problem
        except OSError as problem:
            self.close()
            raise FetchFailed(finding("unreachable", "The server ended the TLS handshake."), passes=True) from problem
        except BaseException:
            self.close()
            raise

    def get_extra_info(self, info: str) -> Any:
        """The TLS object, by which the protocol is chosen."""
        return self._socket if info == "ssl_object" and isinstance(self._socket, ssl.SSLSocket) else None


def too_slow(message: str, measured_s: float) -> FetchFailed:
    """The failure of a call whose time is over."""
    return FetchFailed(finding("fetch_timeout", f"{message}.", measured=f"{measured_s:g} s"), passes=True)


def broken(why: str = "The connection ended before the answer did.") -> FetchFailed:
    """The failure of a call whose answer was cut or is no HTTP."""
    return FetchFailed(finding("fetch_broken", why), passes=True)


def _untrusted(why: str) -> FetchFailed:
    return FetchFailed(finding("tls_failed", f"The server's TLS is not to be trusted: {why[:200]}."), passes=False)
