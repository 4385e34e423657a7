"""Messages to receivers: one POST each, an answer within seconds, of which only the beginning is read."""

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from greenroom.domain.hook import Answer
from greenroom.domain.retry_after import retry_after_s
from greenroom.errors import FetchFailed
from greenroom.net.client import GuardedClient, Reply
from greenroom.net.connection import Patience

_EXCERPT_BYTES = 500


@dataclass(frozen=True, slots=True)
class Poster:
    """Sends messages; the status has to be there after `timeout_s`."""

    client: GuardedClient
    timeout_s: float
    now: Callable[[], datetime]

    def __call__(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """What a receiver answers. A redirect is an answer like any other. Raises AddressRefused or FetchFailed."""
        patience = Patience(self.timeout_s, self.timeout_s, self.timeout_s)
        with self.client.request("POST", url, patience, headers=headers, body=body) as reply:
            wait_s = retry_after_s(reply.headers.get("retry-after", ""), self.now())
            return Answer(reply.status, _excerpt(reply), wait_s)


def _excerpt(reply: Reply) -> str:
    # With the status the message is taken or not; a body that is late or cut changes nothing.
    found = bytearray()
    with contextlib.suppress(FetchFailed):
        for piece in reply.pieces():
            found += piece
            if len(found) >= _EXCERPT_BYTES:
                break
    text = found[:_EXCERPT_BYTES].decode("utf-8", "replace")
    return "".join(letter if letter.isprintable() or letter == "\n" else "\ufffd" for letter in text)
