"""
Requests to a provider: the transport that is given, what is tried again, and errors that name provider and cure.

The transport is whoever may call other servers; this package opens no connection of its own.
"""

import contextlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from greenroom.errors import VoiceFailed

if TYPE_CHECKING:
    from greenroom.studio.speech import Sound

_T = TypeVar("_T")
ATTEMPTS = 4
LONGEST_WAIT_S = 30.0


@dataclass(frozen=True, slots=True)
class Call:
    """An HTTP request; `timeout_s` is for all of it."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes
    timeout_s: float


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP answer; names of headers in small letters."""

    status: int
    headers: Mapping[str, str]
    body: bytes


Transport = Callable[[Call], Reply]
"""Sends a call. Raises OSError or TimeoutError when there is no answer."""


Decode = Callable[[str, bytes], "tuple[Sound, int]"]
"""
The samples and their rate of a file that a provider sent, given its name and the bytes; raises VoiceFailed. A server
gives one that works in another process: what a provider sends is as strange to it as what a user uploads.
"""


def _here(provider: str, data: bytes) -> "tuple[Sound, int]":
    from greenroom.studio.voices.cloud.decoding import decoded

    return decoded(provider, data)


@dataclass(frozen=True, slots=True)
class Line:
    """The way to one provider, and what makes samples of its files. `sleep` waits between attempts, in seconds."""

    provider: str
    transport: Transport
    timeout_s: float = 60.0
    sleep: Callable[[float], None] = field(default=time.sleep)
    decode_file: Decode = field(default=_here)

    def sound(self, data: bytes) -> "tuple[Sound, int]":
        """The samples of a file that the provider sent, and their rate. Raises VoiceFailed."""
        return self.decode_file(self.provider, data)

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """
        Send until there is a good answer: again after 429, 5xx and broken connections, when the provider says.

        Raises VoiceFailed.
        """
        call = Call("POST", url, headers, body, self.timeout_s)
        attempt = 1
        while True:
            failure = self._failure(outcome := self._try(call))
            if failure is None and isinstance(outcome, Reply):
                return outcome
            assert failure is not None
            wait_s = _wait_s(outcome, attempt)
            if not failure.passes or attempt == ATTEMPTS or wait_s > LONGEST_WAIT_S:
                raise failure
            self.sleep(wait_s)
            attempt += 1

    def json(self, url: str, headers: Mapping[str, str], content: Any) -> Reply:
        """Send JSON; see post."""
        return self.post(url, {**headers, "content-type": "application/json"}, msgspec.json.encode(content))

    def decode(self, reply: Reply, shape: type[_T]) -> _T:
        """The JSON of a reply; raises VoiceFailed where it is not what the provider promises."""
        try:
            return msgspec.json.decode(reply.body, type=shape)
        except msgspec.DecodeError as error:
            raise VoiceFailed(self.provider, f"its answer is not as its protocol says ({error})") from error

    def _try(self, call: Call) -> Reply | OSError:
        try:
            return self.transport(call)
        except OSError as error:  # TimeoutError and ConnectionError are among them
            return error

    def _failure(self, outcome: Reply | OSError) -> VoiceFailed | None:
        if isinstance(outcome, OSError):
            late = isinstance(outcome, TimeoutError)
            problem = f"no answer within {self.timeout_s:g} s" if late else f"it cannot be reached ({outcome})"
            return VoiceFailed(self.provider, problem, "Check its address and that it runs.", passes=True)
        if outcome.status < 300:
            return None
        problem = f"it answered {outcome.status}{_said(outcome.body)}"
        return VoiceFailed(self.provider, problem, _cure(outcome.status), passes=_passes(outcome.status))


def _passes(status: int) -> bool:
    return status in (408, 425, 429) or status >= 500


def _cure(status: int) -> str:
    cures = {
        400: "The voice, the language or the text does not suit it.",
        401: "Check the key of this provider in the settings.",
        402: "Its account has no credit left.",
        403: "Check the key of this provider in the settings, and that it may use this voice.",
        404: "Check the address and the name of the voice.",
        413: "Make the script shorter.",
        422: "The voice, the language or the text does not suit it.",
        429: "Its quota is used up; wait, or raise it there.",
    }
    return cures.get(status, "Try again later." if status >= 500 else "")


def _said(body: bytes) -> str:
    """What the answer says about the failure, in one line."""
    text = body[:2000].decode(errors="replace")
    with contextlib.suppress(msgspec.DecodeError):
        text = _message(msgspec.json.decode(body)) or text
    line = " ".join(text.split())[:200].rstrip(".")
    return f": {line}" if line and not line.startswith("<") else ""


def _message(content: Any) -> str:
    if isinstance(content, dict):
        for name in ("message", "error", "detail"):
            if found := _message(content.get(name)):
                return found
    return content if isinstance(content, str) else ""


def _wait_s(outcome: Reply | OSError, attempt: int) -> float:
    told = outcome.headers.get("retry-after", "") if isinstance(outcome, Reply) else ""
    if told.replace(".", "", 1).isdigit():
        return float(told)
    if told:
        try:
            return max(0.0, parsedate_to_datetime(told).timestamp() - time.time())
        except ValueError:
            pass
    return float(2 ** (attempt - 1))
