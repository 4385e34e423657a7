"""Which addresses are inside, in every spelling that a program somewhere understands."""

import ipaddress
import socket

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from greenroom.errors import AddressRefused, FetchFailed
from greenroom.net.addresses import AllowList, inside
from greenroom.net.guard import Guard
from greenroom.net.target import Target

INSIDE_V4 = [
    "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.100.100.200", "100.127.255.255",
    "127.0.0.1", "127.255.255.254", "168.63.129.16", "169.254.0.1", "169.254.169.254", "169.254.170.2",
    "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.0.192", "192.0.2.1", "192.31.196.1", "192.52.193.1",
    "192.88.99.1", "192.168.0.1", "192.168.255.255", "192.175.48.1", "198.18.0.1", "198.19.255.255",
    "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
]  # fmt: skip
INSIDE_V6 = [
    "::", "::1", "::2", "::127.0.0.1", "::8.8.8.8", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::ffff:0:127.0.0.1",
    "64:ff9b::10.0.0.1", "64:ff9b::8.8.8.8", "64:ff9b:1::1", "64:ff9b:1:ffff::a00:1", "100::1", "100:0:0:1::1",
    "2001::1", "2001:0:7f00:1::", "2001:2::1", "2001:10::1", "2001:20::1", "2001:db8::1", "2002:7f00:1::",
    "2002:a00:1::1", "2620:4f:8000::1", "3fff::1", "4000::1", "5f00::1", "fc00::1", "fd00:ec2::254", "fe80::1",
    "febf::1", "fec0::1", "ff02::1", "ffff::1",
]  # fmt: skip
PUBLIC = ["1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255",
          "128.0.0.0", "169.253.255.255", "172.15.255.255", "172.32.0.0", "192.167.255.255", "198.17.255.255",
          "223.255.255.255", "2606:4700::1111", "2a00:1450::1", "2001:4860:4860::8888", "2003::1"]  # fmt: skip

CLOSED = Guard(frozenset(("http", "https")), frozenset((80, 443)), AllowList.of(()))


@pytest.mark.parametrize("text", INSIDE_V4 + INSIDE_V6)
def test_an_address_inside_is_known_as_such(text: str) -> None:
    assert inside(ipaddress.ip_address(text)) is not None


@pytest.mark.parametrize("text", PUBLIC)
def test_an_address_of_the_internet_may_be_called(text: str) -> None:
    assert inside(ipaddress.ip_address(text)) is None


@given(some.ip_addresses())
def test_nothing_is_public_that_the_standard_library_holds_for_private(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    if inside(address) is None:
        assert address.is_global and not address.is_multicast


@pytest.mark.parametrize("text", INSIDE_V4)
def test_an_ipv4_address_inside_stays_inside_in_every_ipv6_form(text: str) -> None:
    number = int(ipaddress.IPv4Address(text))
    forms = [
        number, 0xFFFF << 32 | number, 0xFFFF << 48 | number, (0x64FF9B << 96) | number,
        0x2002 << 112 | number << 80, 0x20010000 << 96 | number ^ 0xFFFFFFFF,
    ]  # fmt: skip

    assert [inside(ipaddress.IPv6Address(form)) is None for form in forms] == [False] * 6


# Spellings


def spellings_of(address: ipaddress.IPv4Address, draw: some.DataObject) -> str:
    """One of the ways in which `inet_aton` and browsers let one write an IPv4 address."""
    octets = list(address.packed)
    kept = draw.draw(some.integers(0, 3), label="parts before the last")
    rest = int.from_bytes(bytes(octets[kept:]), "big")
    bases = some.sampled_from(("{}", "0x{:x}", "0X{:X}", "0{:o}", "000{:o}", "0x000{:x}"))
    written = [draw.draw(bases).format(part) for part in (*octets[:kept], rest)]
    return draw.draw(some.sampled_from((".", "。", "．", "｡"))).join(written) + draw.draw(some.sampled_from(("", ".")))


@settings(max_examples=300)
@given(some.sampled_from(INSIDE_V4).map(ipaddress.IPv4Address), some.data())
def test_an_odd_spelling_of_an_inside_address_is_refused(address: ipaddress.IPv4Address, data: some.DataObject) -> None:
    host = spellings_of(address, data)
    scheme = data.draw(some.sampled_from(("http", "HTTP", "hTTps")))

    with pytest.raises(AddressRefused):
        CLOSED.check(f"{scheme}://{host}/")


@given(some.sampled_from(INSIDE_V6).map(ipaddress.IPv6Address), some.data())
def test_an_odd_spelling_of_an_inside_ipv6_address_is_refused(
    address: ipaddress.IPv6Address, data: some.DataObject
) -> None:
    last = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    mixed = f"{':'.join(address.exploded.split(':')[:6])}:{last}"
    host = data.draw(some.sampled_from((address.compressed, address.exploded, address.exploded.upper(), mixed)))
    zone = data.draw(some.sampled_from(("", "%1", "%25eth0")))

    with pytest.raises(AddressRefused):
        CLOSED.check(f"http://[{host}{zone}]:80/")


@settings(max_examples=300)
@given(some.text(max_size=40))
def test_no_text_whatever_is_more_than_refused(text: str) -> None:
    guard = Guard(CLOSED.schemes, CLOSED.ports, CLOSED.allowed, lambda host: ["127.0.0.1"])

    for url in (
        text,
        f"http://{text}",
        f"http://{text}/",
        f"https://host/{text}",
        f"http://[{text}]",
        f"http://h:{text}",
    ):
        try:
            assert guard.check(url).literal is not None
        except AddressRefused as refusal:
            assert refusal.finding.cure


@pytest.mark.parametrize(
    "url",
    [
        "", "/etc/passwd", "file:///etc/passwd", "gopher://example.com/", "ftp://example.com/", "//example.com/",
        "javascript:alert(1)", "data:image/png;base64,AAAA", "dict://127.0.0.1:11211/", "unix:///run/docker.sock",
        "http:example.com", "http:/example.com", "http://", "http:///x", "http://:80/",
        "http://.", "http://..", "http://a..b/",
        "http://user@example.com/", "http://user:secret@example.com/", "http://good.com@127.0.0.1/",
        "http://good.com\\@127.0.0.1/", "http://127.0.0.1\\.good.com/", "http://good.com /",
        "http://good.com\n/", "http://good.com\t/", "http://good.com\x00.evil/", "http://exa%6dple.com/",
        "http://127%2e0%2e0%2e1/", "http://[::1", "http://::1/", "http://[127.0.0.1]/",
        "http://[::1]good.com/", "http://[v1.x]/",
        "http://example.com:0/", "http://example.com:65536/", "http://example.com:-1/",
        "http://example.com:80:80/", "http://1.2.3/", "http://0x/", "http://1.2.3.4.5/", "http://256.1.1.1/", "http://a.0x7f/",
        "http://-/\ud800", "http://" + "a" * 64 + ".com/", "http://example.com/" + "a" * 5000,
    ],
)  # fmt: skip
def test_what_is_no_plain_http_address_is_refused(url: str) -> None:
    guard = Guard(CLOSED.schemes, CLOSED.ports, CLOSED.allowed, lambda host: ["1.1.1.1"])

    with pytest.raises(AddressRefused) as refusal:
        guard.check(url, "photo_url")

    assert (refusal.value.field, refusal.value.finding.cure is not None) == ("photo_url", True)


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        ("HTTPS://Example.COM", "https://example.com/"),
        ("http://example.com.:80/a?b#c", "http://example.com/a?b"),
        ("https://example.com:8443/ä b".replace(" ", "%20"), "https://example.com:8443/%C3%A4%20b"),
        ("http://bücher.example/", "http://xn--bcher-kva.example/"),
        ("http://xn--bcher-kva.example/", "http://xn--bcher-kva.example/"),
        ("http://[2A00:1450:0:0::1]:80/", "http://[2a00:1450::1]/"),
        ("http://my_host-1.internal/", "http://my_host-1.internal/"),
        ("http://8.8.8.8./", "http://8.8.8.8/"),
    ],
)
def test_one_address_has_one_form(url: str, wanted: str) -> None:
    assert str(Target.of(url)) == wanted


# Names and what the operator opened


def test_a_name_with_one_address_inside_among_many_is_refused() -> None:
    guard = Guard(CLOSED.schemes, CLOSED.ports, CLOSED.allowed, lambda host: ["1.1.1.1", "2606:4700::1", "10.0.0.7"])

    with pytest.raises(AddressRefused) as refusal:
        guard.check("http://example.com/")

    assert (refusal.value.code, "10.0.0.7" in str(refusal.value)) == ("address_forbidden", False)


def test_a_zone_in_an_answer_of_the_dns_changes_nothing() -> None:
    guard = Guard(CLOSED.schemes, CLOSED.ports, CLOSED.allowed, lambda host: ["fe80::1%eth0"])

    with pytest.raises(AddressRefused):
        guard.check("http://example.com/")


@pytest.mark.parametrize("url", ["http://10.1.2.3:9000/", "http://receiver.internal:22/", "http://[fd00::1]:8080/"])
def test_what_the_operator_opened_may_be_called_on_any_port(url: str) -> None:
    allowed = AllowList.of(["10.1.0.0/16", "Receiver.internal", "fd00::/64"])
    guard = Guard(CLOSED.schemes, CLOSED.ports, allowed, lambda host: ["192.168.1.1"])

    assert str(guard.check(url)) == url


def test_an_opened_network_does_not_open_its_neighbours() -> None:
    guard = Guard(CLOSED.schemes, CLOSED.ports, AllowList.of(["10.1.0.0/16"]), lambda host: ["10.1.0.1", "10.2.0.1"])

    with pytest.raises(AddressRefused):
        guard.check("http://example.com/")


@pytest.mark.parametrize("text", ["10.1.0.1/16", "a..b", "127.1", "*", "http://a", "", "10.0.0.0/33", "1"])
def test_an_entry_that_opens_nothing_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="neither a host name nor a network"):
        AllowList.of([text])


@pytest.mark.parametrize("port", [22, 25, 6379, 8080, 11211])
def test_only_opened_ports_are_called(port: int) -> None:
    with pytest.raises(AddressRefused, match=str(port)):
        CLOSED.check(f"http://1.1.1.1:{port}/")


def test_a_scheme_that_is_not_opened_is_refused() -> None:
    guard = Guard(frozenset(("https",)), CLOSED.ports, CLOSED.allowed)

    with pytest.raises(AddressRefused, match="allowed: https") as refused:
        guard.check("http://1.1.1.1/")
    assert (refused.value.finding.cure or "").startswith("Give an https address;")


def test_a_name_that_does_not_exist_is_refused() -> None:
    def no_such_name(host: str) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    guard = Guard(CLOSED.schemes, CLOSED.ports, CLOSED.allowed, no_such_name)

    with pytest.raises(AddressRefused, match="no host named"):
        guard.check("http://example.invalid/")


def test_a_lookup_that_fails_for_now_does_not_refuse_an_address_but_does_not_open_it_either() -> None:
    def try_again(host: str) -> list[str]:
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    guard = Guard(CLOSED.schemes, CLOSED.ports, CLOSED.allowed, try_again)
    target = guard.check("http://example.com/")

    with pytest.raises(FetchFailed) as failure:
        guard.addresses(target)

    assert failure.value.passes
