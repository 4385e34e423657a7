"""Where a call goes: an address is parsed once, strictly, and what came out is what is connected to."""

import ipaddress
import re
from dataclasses import dataclass

import httpx2

from greenroom.domain.findings import finding
from greenroom.errors import AddressRefused
from greenroom.net.addresses import Address, is_host_name

LONGEST_URL = 4096
_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Target:
    """
    An http or https address in its parts.

    `host` is a name in lower case and ASCII, without a dot at its end, or an address in its one canonical form.
    """

    scheme: str
    host: str
    port: int
    path: bytes
    """Path and query, as they are sent."""
    literal: Address | None
    """The host, when it is an address and no name."""

    @classmethod
    def of(cls, url: str, field: str = "url") -> "Target":
        """The parts of an address. Raises AddressRefused that names `field`."""
        parsed = _parsed(url, field)
        if parsed.scheme not in _DEFAULT_PORTS:
            raise _malformed(field, f"The address has the scheme {parsed.scheme[:20]!r}; only http and https are taken")
        if parsed.userinfo:
            raise _malformed(field, "The address has a user name or password in it, which are not taken")
        host, literal = _host(parsed.raw_host.decode("ascii"), field)
        port = parsed.port if parsed.port is not None else _DEFAULT_PORTS[parsed.scheme]
        if not 0 < port < 65536:
            raise _malformed(field, f"The address has the port {port}")
        return cls(parsed.scheme, host, port, parsed.raw_path, literal)

    def join(self, reference: str) -> "Target":
        """Where a redirect leads to from here. Raises AddressRefused."""
        try:
            return Target.of(str(httpx2.URL(str(self)).join(reference)))
        except (httpx2.InvalidURL, UnicodeError, ValueError) as problem:
            raise _malformed("url", "The redirect's address is not a URL") from problem

    @property
    def authority(self) -> str:
        """The value of the Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    def __str__(self) -> str:
        return f"{self.scheme}://{self.authority}{self.path.decode('ascii')}"


def _parsed(url: str, field: str) -> httpx2.URL:
    if len(url) > LONGEST_URL:
        raise _malformed(field, f"The address has {len(url)} characters; allowed are {LONGEST_URL}")
    # Browsers and libraries disagree what these mean in an address, so nobody may mean anything by them.
    if re.search(r"[\x00-\x20\x7f\\]", url):
        raise _malformed(field, "The address has a space, a control character or a backslash in it")
    try:
        return httpx2.URL(url)
    except (httpx2.InvalidURL, UnicodeError, ValueError) as problem:
        raise _malformed(field, f"The address is not a URL: {str(problem)[:100]}") from problem


def _host(text: str, field: str) -> tuple[str, Address | None]:
    if ":" in text:
        if "%" in text:
            raise _malformed(field, "The address has an IPv6 zone, which means something on one machine only")
        v6 = ipaddress.IPv6Address(text)
        return str(v6), v6
    name = text.removesuffix(".")
    if is_host_name(name):
        return name, None
    try:
        v4 = ipaddress.IPv4Address(name)
    except ValueError:
        message = f"The host {text[:80]!r} is neither a name nor an address of four decimal numbers"
        raise _malformed(field, message) from None
    return str(v4), v4


def _malformed(field: str, message: str) -> AddressRefused:
    return AddressRefused(field, finding("address_malformed", f"{message}."))
