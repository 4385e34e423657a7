"""One request and its answer over HTTP; what the answer means is not decided here."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import httpcore2
import httpx2

from greenroom.client.backoff import TryAgain
from greenroom.client.errors import AnswerNotUnderstood

CONNECT_TIMEOUT_S = 10.0
SILENCE_TIMEOUT_S = 60.0
"""How long a server may take to accept a piece or to begin its answer; it judges for up to 10 s."""

TIMEOUT = httpx2.Timeout(SILENCE_TIMEOUT_S, connect=CONNECT_TIMEOUT_S)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said."""

    status: int
    phrase: str
    body: bytes
    retry_after: str | None
    location: str | None


class Connection:
    """A server's address and the two ways to it: kept open for calls, a new one for each file."""

    def __init__(self, base_url: str, api_key: str) -> None:
        """Raises AnswerNotUnderstood if `base_url` is no http or https address."""
        self.base_url = base_url.rstrip("/")
        address = urlsplit(self.base_url)
        if address.scheme not in ("http", "https") or not address.hostname:
            raise AnswerNotUnderstood(
                f"{base_url!r} is no address of a server; it has to begin with http:// or https://."
            )
        # A proxy of the environment cannot know what this machine calls itself.
        from_environment = not _is_this_machine(address.hostname)
        authorities = httpx2.create_ssl_context()
        self._calls = httpx2.Client(
            headers={"x-api-key": api_key}, timeout=TIMEOUT, trust_env=from_environment, verify=authorities
        )
        # Not kept open: a connection that the server dropped meanwhile would be noticed only after
        # megabytes, and a refusal leaves it useless anyway.
        self._files = httpx2.Client(
            limits=httpx2.Limits(max_keepalive_connections=0),
            timeout=TIMEOUT,
            trust_env=from_environment,
            verify=authorities,
        )

    def close(self) -> None:
        """Let go of the open connections."""
        self._calls.close()
        self._files.close()

    def post(self, path: str, body: bytes) -> Answer:
        """Send JSON to `path` of the server, with the key. Raises TryAgain if no answer comes."""
        headers = {"Content-Type": "application/json"}
        return _answer(self._calls, "POST", self.base_url + path, headers=headers, content=body)

    def post_form(self, path: str, texts: Mapping[str, str], files: Mapping[str, bytes], timeout_s: float) -> Answer:
        """Send a form to `path` of the server, with the key. Raises TryAgain if no answer comes in that time."""
        parts = {name: (name, data, "application/octet-stream") for name, data in files.items()}
        url = self.base_url + path
        return _answer(self._calls, "POST", url, data=dict(texts), files=parts, timeout=timeout_s)

    def get(self, path: str) -> Answer:
        """Ask for `path` of the server, with the key. Raises TryAgain if no answer comes."""
        return _answer(self._calls, "GET", self.base_url + path)

    def put(self, url: str, headers: Mapping[str, str], pieces: Iterable[bytes]) -> Answer:
        """
        Send the pieces to a signed URL, without the key; `headers` hold their length.

        An answer that comes before all is sent ends the sending. Raises TryAgain if no answer comes.
        """
        watch = _EarlyAnswerWatch()
        return _answer(
            self._files,
            "PUT",
            url,
            headers=dict(headers),
            content=watch.until_answered(pieces),
            extensions={"trace": watch.trace},
        )


class _EarlyAnswerWatch:
    """
    Stops sending when the server answers before it has everything.

    Without it a refusal is seen only when the server hangs up and sending fails, megabytes later; and
    on some systems the answer is lost then, because the reset that ends the connection clears it.
    """

    def __init__(self) -> None:
        self._stream: httpcore2.NetworkStream | None = None

    def trace(self, event: str, info: Mapping[str, Any]) -> None:
        """Take note of the connection; httpcore2 calls this with each event of a request."""
        if event.endswith("connect_tcp.complete"):
            self._stream = info["return_value"]
        if event.endswith("start_tls.complete"):
            # Readable says nothing under TLS: session tickets come unasked. There the hang-up must do.
            self._stream = None

    def until_answered(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """Yield the pieces while the server is silent."""
        for piece in pieces:
            if self._stream is not None and self._stream.get_extra_info("is_readable"):
                # httpcore2 takes this for a failed write, after which it reads the answer.
                raise httpcore2.WriteError("the server answered early")
            yield piece


def _answer(client: httpx2.Client, method: str, url: str, **request: Any) -> Answer:
    try:
        response = client.request(method, url, **request)
    except (httpx2.UnsupportedProtocol, httpx2.InvalidURL) as error:
        raise AnswerNotUnderstood(f"{url!r} is no address that can be asked.") from error
    except httpx2.TransportError as error:
        raise TryAgain(_in_words(error, url)) from error
    return Answer(
        status=response.status_code,
        phrase=response.reason_phrase,
        body=response.content,
        retry_after=response.headers.get("Retry-After"),
        location=response.headers.get("Location"),
    )


def _in_words(error: httpx2.TransportError, url: str) -> str:
    # Only the host: a signed URL opens a door and belongs in no message.
    host = urlsplit(url).netloc
    if isinstance(error, httpx2.ConnectError | httpx2.ConnectTimeout):
        return f"{host} cannot be reached: {error or 'no answer'}."
    if isinstance(error, httpx2.TimeoutException):
        return f"{host} fell silent for {SILENCE_TIMEOUT_S:.0f} s."
    return f"The connection to {host} broke: {error}".rstrip(".") + "."


def _is_this_machine(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
