"""
The one HTTP client for addresses that strangers chose.

It stands on httpcore2, the floor under httpx2, on purpose: what leaks and surprises (proxies and passwords from the
environment, cookies, redirects that are followed unseen, bodies that grow when they are unpacked) lives above it and
is not there to be switched off. Each call has a connection of its own.
"""

import contextlib
import ssl
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import httpcore2
import httpx2

from greenroom import __version__
from greenroom.domain.findings import finding
from greenroom.errors import FetchFailed
from greenroom.net.connection import CheckedNetwork, Deadline, Patience, broken
from greenroom.net.guard import Guard
from greenroom.net.target import Target

_REDIRECTS = frozenset((301, 302, 303, 307, 308))


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer whose body is still to come. Names of headers are in lower case."""

    target: Target
    status: int
    headers: Mapping[str, str]
    _body: Iterator[bytes]

    def pieces(self) -> Iterator[bytes]:
        """The body as it comes, as it was sent. Raises FetchFailed if it is cut or takes too long."""
        with _protocol_told():
            yield from self._body

    def start(self, most_bytes: int) -> bytes:
        """The first bytes of the body, `most_bytes` at most; the rest is left where it is."""
        found = b""
        for piece in self.pieces():
            found += piece
            if len(found) >= most_bytes:
                break
        return found[:most_bytes]


@dataclass(frozen=True, slots=True)
class GuardedClient:
    """Calls servers that the guard lets it call. Methods block, in any number of threads."""

    guard: Guard
    tls: ssl.SSLContext = field(default_factory=httpx2.create_ssl_context)

    @contextlib.contextmanager
    def request(
        self, method: str, url: str, patience: Patience, *, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> Iterator[Reply]:
        """
        The answer to one request; a redirect is an answer like any other. The connection ends with the context.

        Raises AddressRefused before anything is connected to, FetchFailed when there is no answer.
        """
        with self._answered(method, Target.of(url), Deadline(patience), headers or {}, body) as reply:
            yield reply

    @contextlib.contextmanager
    def follow(
        self, url: str, patience: Patience, most_redirects: int, stop: threading.Event | None = None
    ) -> Iterator[Reply]:
        """
        The answer to a GET at the end of at most so many redirects, each of them checked as the first address was.

        Raises AddressRefused or FetchFailed; soon, with the finding `fetch_stopped`, when `stop` is set.
        """
        deadline = Deadline(patience, stop)
        target, seen = Target.of(url), {url}
        for _ in range(most_redirects + 1):
            with self._answered("GET", target, deadline, {"accept": "*/*"}, b"") as reply:
                location = reply.headers.get("location")
                if reply.status not in _REDIRECTS or location is None:
                    yield reply
                    return
            target = target.join(location)
            if str(target) in seen:
                raise FetchFailed(finding("too_many_redirects", "The redirects lead in a circle."), passes=False)
            seen.add(str(target))
        message = f"There are more than {most_redirects} redirects."
        raise FetchFailed(finding("too_many_redirects", message, allowed=str(most_redirects)), passes=False)

    @contextlib.contextmanager
    def _answered(
        self, method: str, target: Target, deadline: Deadline, headers: Mapping[str, str], body: bytes
    ) -> Iterator[Reply]:
        addresses = self.guard.addresses(target, patience_s=deadline.left(deadline.patience.connect_s))
        url = httpcore2.URL(scheme=target.scheme, host=target.host, port=target.port, target=target.path)
        connection = httpcore2.HTTPConnection(
            url.origin, ssl_context=self.tls, network_backend=CheckedNetwork(addresses, deadline)
        )
        sent = {
            "user-agent": f"greenroom/{__version__}",
            **headers,
            "host": target.authority,
            # What was counted is what is kept: nothing is unpacked, so nothing can grow.
            "accept-encoding": "identity",
            "connection": "close",
        }
        if body or method != "GET":
            sent["content-length"] = str(len(body))
        try:
            with _protocol_told():
                request = httpcore2.Request(method, url, headers=list(sent.items()), content=body)
                response = connection.handle_request(request)
            yield Reply(target, response.status, _headers(response), response.iter_stream())
        finally:
            connection.close()


def _headers(response: httpcore2.Response) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in response.headers:
        found.setdefault(name.decode("latin-1").lower(), _text(value))
    return found


def _text(value: bytes) -> str:
    # Latin-1 by the letter; but servers write addresses in UTF-8, and browsers read them so.
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")


@contextlib.contextmanager
def _protocol_told() -> Iterator[None]:
    try:
        yield
    except (httpcore2.ProtocolError, httpcore2.NetworkError) as problem:
        raise broken(f"The answer is cut or no HTTP: {str(problem)[:200]}.") from problem
