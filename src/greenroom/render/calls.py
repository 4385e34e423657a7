"""Requests of voices to their providers, by the one client that calls other servers."""

from dataclasses import dataclass

from greenroom.errors import AddressRefused, FetchFailed
from greenroom.net.client import GuardedClient
from greenroom.net.connection import Patience
from greenroom.studio.voices.cloud.transport import Call, Reply

_CONNECT_S = 10.0
_MOST_BYTES = 256 * 1024 * 1024
"""Of an answer: half an hour of samples, in base64."""


@dataclass(frozen=True, slots=True)
class ProviderCalls:
    """Sends calls to providers (`studio.voices.cloud.transport.Transport`)."""

    client: GuardedClient

    def __call__(self, call: Call) -> Reply:
        """The answer to a call. Raises OSError, of which TimeoutError says that time was over."""
        patience = Patience(call.timeout_s, min(_CONNECT_S, call.timeout_s), call.timeout_s)
        try:
            with self.client.request(call.method, call.url, patience, headers=call.headers, body=call.body) as reply:
                body = reply.start(_MOST_BYTES + 1)
        except AddressRefused as problem:
            raise ConnectionError(problem.finding.message) from problem
        except FetchFailed as problem:
            late = problem.finding.code == "fetch_timeout"
            raise (TimeoutError if late else ConnectionError)(problem.finding.message) from problem
        if len(body) > _MOST_BYTES:
            raise ConnectionError(f"its answer has more than {_MOST_BYTES:,} bytes")
        return Reply(reply.status, reply.headers, body)
