"""The network under a call: a connection to one of the checked addresses, with one deadline for all that it does."""

import socket
import ssl
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import httpcore2

from greenroom.domain.findings import finding
from greenroom.errors import FetchFailed
from greenroom.net.addresses import Address


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a call may take: in all, redirects included; until it is connected; without a byte."""

    total_s: float
    connect_s: float
    silence_s: float


class Deadline:
    """The end of one call's time."""

    def __init__(self, patience: Patience) -> None:
        self.patience = patience
        self._end = time.monotonic() + patience.total_s

    def left(self, at_most_s: float) -> float:
        """Seconds that one more step may take. Raises FetchFailed when there are none."""
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
        try:
            self._settle()
            return self._socket.recv(max_bytes)
        except TimeoutError:
            self._deadline.left(0)
            silence_s = self._deadline.patience.silence_s
            raise too_slow(f"Nothing came for {silence_s:g} s", silence_s) from None
        except OSError as problem:
            raise broken() from problem

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002
        """Send all bytes. Raises WriteError, after which there may be an answer to read, or FetchFailed."""
        rest = memoryview(buffer)
        try:
            while rest:
                self._settle()
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

    def _settle(self) -> None:
        self._socket.settimeout(self._deadline.left(self._deadline.patience.silence_s))


def too_slow(message: str, measured_s: float) -> FetchFailed:
    """The failure of a call whose time is over."""
    return FetchFailed(finding("fetch_timeout", f"{message}.", measured=f"{measured_s:g} s"), passes=True)


def broken(why: str = "The connection ended before the answer did.") -> FetchFailed:
    """The failure of a call whose answer was cut or is no HTTP."""
    return FetchFailed(finding("fetch_broken", why), passes=True)


def _untrusted(why: str) -> FetchFailed:
    return FetchFailed(finding("tls_failed", f"The server's TLS is not to be trusted: {why[:200]}."), passes=False)
