"""
The guard: which servers may be called at all.

A name is looked up once for each connection, every address that it has is checked, and one of exactly those is
connected to. There is no second lookup that could give another answer.
"""

import contextlib
import ipaddress
import queue
import socket
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from greenroom.domain.findings import finding
from greenroom.errors import AddressRefused, FetchFailed
from greenroom.net.addresses import Address, AllowList, inside
from greenroom.net.target import Target

Resolve = Callable[[str], Sequence[str]]
"""From a name to all its addresses; blocks, and raises OSError."""

_LOOKUP_S = 5.0
# A lookup that nobody waits for any more goes on until the system's resolver gives up.
_lookups = threading.BoundedSemaphore(64)
_NO_SUCH_NAME = (socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME))


def resolve(host: str) -> list[str]:
    """All addresses of a name, as the system's resolver gives them."""
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(one[4][0]) for one in found))


@dataclass(frozen=True, slots=True)
class Guard:
    """What an operator lets this server call."""

    schemes: frozenset[str]
    ports: frozenset[int]
    allowed: AllowList
    """May be called although inside, on any port."""
    resolve: Resolve = resolve

    def check(self, url: str, field: str = "url") -> Target:
        """
        The parts of an address that may be called, as far as can be known now. Blocks for a lookup, 5 s at most.

        Raises AddressRefused that names `field`. A lookup that fails for now is no refusal: it may pass.
        """
        target = Target.of(url, field)
        with contextlib.suppress(FetchFailed):
            self.addresses(target, field)
        return target

    def addresses(self, target: Target, field: str = "url", patience_s: float = _LOOKUP_S) -> list[Address]:
        """
        The addresses to connect to, all of them checked.

        Raises AddressRefused if one of them may not be called, FetchFailed if the name cannot be looked up now.
        """
        if target.scheme not in self.schemes:
            allowed = " and ".join(sorted(self.schemes))
            message = f"The address begins with {target.scheme}://; allowed: {allowed}."
            cure = f"Give an {allowed} address; the operator can open others in the settings."
            raise AddressRefused(
                field, finding("address_forbidden", message, measured=target.scheme, allowed=allowed, cure=cure)
            )
        found = [target.literal] if target.literal is not None else self._looked_up(target, field, patience_s)
        if self.allowed.has_host(target.host):
            return found
        for address in found:
            self._require_open(address, target, field)
        return found

    def _require_open(self, address: Address, target: Target, field: str) -> None:
        if self.allowed.has_address(address):
            return
        where = inside(address)
        # Where a name leads is not told: names of an inside network are nobody's business outside.
        if where is not None:
            message = f"The address leads to {where}, which this server does not call."
            raise AddressRefused(field, finding("address_forbidden", message, measured=where))
        if target.port not in self.ports:
            ports = ", ".join(str(port) for port in sorted(self.ports))
            message = f"The address has the port {target.port}; allowed: {ports}."
            measured = f"port {target.port}"
            raise AddressRefused(field, finding("address_forbidden", message, measured=measured, allowed=ports))

    def _looked_up(self, target: Target, field: str, patience_s: float) -> list[Address]:
        answer = _within(patience_s, lambda: self.resolve(target.host))
        if isinstance(answer, socket.gaierror) and answer.errno in _NO_SUCH_NAME:
            raise AddressRefused(field, finding("address_unknown", f"There is no host named {target.host}."))
        if isinstance(answer, Exception) or not answer:
            raise FetchFailed(finding("lookup_failed", f"The name {target.host} could not be looked up."), passes=True)
        return [_address(text) for text in answer]


def _address(text: str) -> Address:
    return ipaddress.ip_address(text.partition("%")[0])


def _within(patience_s: float, look_up: Callable[[], Sequence[str]]) -> Sequence[str] | Exception:
    """What a lookup gave or raised; TimeoutError when it took too long, for it cannot be ended."""
    if not _lookups.acquire(blocking=False):
        return TimeoutError("too many lookups are under way")
    answers: queue.SimpleQueue[Sequence[str] | Exception] = queue.SimpleQueue()

    def work() -> None:
        try:
            answers.put(look_up())
        except (OSError, UnicodeError) as problem:
            answers.put(problem)
        finally:
            _lookups.release()

    threading.Thread(target=work, name="lookup", daemon=True).start()
    try:
        return answers.get(timeout=patience_s)
    except queue.Empty:
        return TimeoutError("the lookup took too long")
