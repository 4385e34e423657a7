"""The public origin: where clients reach us, joined to paths when answering."""

import ipaddress
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from greenroom.config import Settings
from greenroom.errors import ParameterError, SettingError
from greenroom.web.answers import every_header, header

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# A name or address with a port; what else a Host header may hold has no place in an answer.
_LONGEST_ADDRESS = 45
_HOST = re.compile(r"(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")


@dataclass(frozen=True, slots=True)
class Origins:
    """Decides which origin is written into an answer, and which addresses are ours."""

    public: tuple[str, ...]
    allowed_hosts: frozenset[str]
    trusted_proxies: tuple[Network, ...]
    bound_to_loopback: bool

    @classmethod
    def of(cls, settings: Settings) -> "Origins":
        """
        The origins that the settings allow.

        Raises SettingError when the server would be reachable from elsewhere without knowing its own name.
        """
        loopback = _is_loopback(settings.host)
        if not (settings.public_urls or settings.allowed_hosts or loopback):
            raise SettingError(
                f"GREENROOM_PUBLIC_URLS is not set, but the server listens on {settings.host}: say under which address "
                "clients reach it, such as https://media.example.com"
            )
        return cls(
            tuple(url.rstrip("/") for url in settings.public_urls),
            frozenset(settings.allowed_hosts),
            tuple(map(ipaddress.ip_network, settings.trusted_proxies)),
            loopback,
        )

    @property
    def base_path(self) -> str:
        """The path that clients put before ours, as the first public URL has it; mostly none."""
        return urlsplit(self.public[0]).path if self.public else ""

    def origin(self, scope: Any) -> str:
        """
        The origin for the answer to this request.

        Raises ParameterError when it would have to be taken from a Host header that is not trusted.
        """
        if self.public:
            return self.public[0]
        scheme, host = scope["scheme"], header(scope, b"host") or ""
        if scope["client"] and self._is_proxy(scope["client"][0]):
            scheme = (header(scope, b"x-forwarded-proto") or scheme).lower()
            host = header(scope, b"x-forwarded-host") or host
        if not host or not (self.bound_to_loopback or host in self.allowed_hosts):
            raise ParameterError("Host", f"is {host!r}, which is not in the setting allowed_hosts")
        if not _HOST.fullmatch(host):
            raise ParameterError("Host", f"is {host!r}, which is no host name")
        if scheme not in ("http", "https"):
            raise ParameterError("X-Forwarded-Proto", f"is {scheme!r}; allowed are http and https")
        return f"{scheme}://{host}"

    def address(self, scope: Any) -> str:
        """The caller's address: what the last proxy that we trust says of it, else the connection's."""
        address: str = scope["client"][0] if scope["client"] else ""
        if self._is_proxy(address):
            # Some proxies add a line of their own to the one that a client may have made up.
            for hop in reversed(",".join(every_header(scope, b"x-forwarded-for")).split(",")):
                if hop.strip() and not self._is_proxy(hop.strip()):
                    return hop.strip()[:_LONGEST_ADDRESS]
        return address

    def _is_proxy(self, text: str) -> bool:
        if not self.trusted_proxies:
            return False
        try:
            address = ipaddress.ip_address(text)
        except ValueError:
            return False
        # A socket for both families shows its IPv4 peers so.
        mapped = address.ipv4_mapped if address.version == 6 else None
        return any((mapped or address) in network for network in self.trusted_proxies)

    def path_of(self, url: str) -> str | None:
        """The path of an address under one of our origins; None if it is somebody else's."""
        try:
            parts = urlsplit(url)
        except ValueError:
            return None
        for public in self.public:
            begins = urlsplit(public)
            if (parts.scheme, parts.netloc) == begins[:2] and parts.path.startswith(begins.path + "/"):
                return parts.path.removeprefix(begins.path)
        ours = parts.netloc in self.allowed_hosts or (self.bound_to_loopback and _is_loopback(parts.hostname or ""))
        return parts.path if ours else None


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
