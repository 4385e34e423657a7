"""
Which addresses are the public internet, and which are somebody's inside: by table, without a lookup.

From the special-purpose registries of IANA (RFC 6890), and what providers of clouds answer inside at public ones.
"""

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_INSIDE: tuple[tuple[Network, str], ...] = tuple(
    (ipaddress.ip_network(network), name)
    for network, name in (
        ("0.0.0.0/8", "this host"),
        ("10.0.0.0/8", "a private network"),
        ("100.64.0.0/10", "a provider's shared network"),
        ("127.0.0.0/8", "this host (loopback)"),
        ("168.63.129.16/32", "a cloud's inside"),
        ("169.254.0.0/16", "a link-local network, where clouds keep their metadata"),
        ("172.16.0.0/12", "a private network"),
        ("192.0.0.0/24", "a protocol's own network"),
        ("192.0.2.0/24", "a network for documentation"),
        ("192.31.196.0/24", "a protocol's own network"),
        ("192.52.193.0/24", "a protocol's own network"),
        ("192.88.99.0/24", "a 6to4 relay"),
        ("192.168.0.0/16", "a private network"),
        ("192.175.48.0/24", "a protocol's own network"),
        ("198.18.0.0/15", "a network for benchmarks"),
        ("198.51.100.0/24", "a network for documentation"),
        ("203.0.113.0/24", "a network for documentation"),
        ("224.0.0.0/4", "a multicast group"),
        ("240.0.0.0/4", "a reserved network"),
        ("::/128", "this host"),
        ("::1/128", "this host (loopback)"),
        ("::/96", "an IPv4 address in IPv6 form"),
        ("::ffff:0:0/96", "an IPv4 address in IPv6 form"),
        ("::ffff:0:0:0/96", "an IPv4 address in IPv6 form"),
        ("64:ff9b::/96", "an IPv4 address behind a NAT64"),
        ("64:ff9b:1::/48", "an IPv4 address behind a NAT64"),
        ("2001::/32", "a Teredo tunnel"),
        ("2001::/23", "a protocol's own network"),
        ("2001:db8::/32", "a network for documentation"),
        ("2002::/16", "a 6to4 tunnel"),
        ("2620:4f:8000::/48", "a protocol's own network"),
        ("3fff::/20", "a network for documentation"),
        ("fc00::/7", "a private network"),
        ("fe80::/10", "a link-local network"),
        ("fec0::/10", "a private network"),
        ("ff00::/8", "a multicast group"),
    )
)
# All of IPv6 that has been given out for the public so far; what is outside cannot be a server on the internet.
_PUBLIC_V6 = ipaddress.IPv6Network("2000::/3")
_HOST_NAME = re.compile(r"(?=.{1,253}$)(?:[a-z0-9_-]{1,63}\.)*([a-z0-9_-]{1,63})")
# What some programs take for an address, in the last label: 127.1, 0x7f000001, 2130706433, 0177.0.0.1.
_NUMERIC = re.compile(r"[0-9]+|0x[0-9a-f]*")


def inside(address: Address) -> str | None:
    """What an address that is not of the public internet belongs to, in words; None for a public one."""
    for network, name in _INSIDE:
        if address.version == network.version and address in network:
            return name
    if (address.version == 6 and address not in _PUBLIC_V6) or not address.is_global:
        return "a reserved network"
    return None


def is_host_name(text: str) -> bool:
    """Whether a text is a name as the DNS has them, in lower case, without a dot at its end, and not a number."""
    found = _HOST_NAME.fullmatch(text)
    return found is not None and not _NUMERIC.fullmatch(found[1])


@dataclass(frozen=True, slots=True)
class AllowList:
    """Hosts and networks that an operator has opened although they are inside."""

    hosts: frozenset[str]
    networks: tuple[Network, ...]

    @classmethod
    def of(cls, texts: Iterable[str]) -> "AllowList":
        """From texts such as `10.1.0.0/16`, `::1` and `receiver.internal`. Raises ValueError for anything else."""
        hosts, networks = set(), []
        for text in texts:
            try:
                networks.append(ipaddress.ip_network(text))
            except ValueError:
                if not is_host_name(text.lower()):
                    raise ValueError(f"{text!r} is neither a host name nor a network") from None
                hosts.add(text.lower())
        return cls(frozenset(hosts), tuple(networks))

    def has_host(self, host: str) -> bool:
        """Whether a name is opened, wherever it leads."""
        return host in self.hosts

    def has_address(self, address: Address) -> bool:
        """Whether an address is in an opened network."""
        return any(address.version == network.version and address in network for network in self.networks)
