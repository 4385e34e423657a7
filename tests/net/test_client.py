"""The client against servers that lie, stall, flood and lead astray; each attack is one test."""

import datetime
import ipaddress
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from greenroom.errors import AddressRefused, FetchFailed
from greenroom.net.addresses import AllowList
from greenroom.net.client import GuardedClient
from greenroom.net.connection import Patience
from greenroom.net.guard import Guard
from other_server import ok, other_server, redirect, says

PATIENCE = Patience(total_s=10, connect_s=5, silence_s=5)
CLOSED = Guard(frozenset(("http", "https")), frozenset((80, 443)), AllowList.of(()))
# 127.0.0.1 is opened for tests; 127.0.0.2, just as near, is not.
OPEN = replace(CLOSED, allowed=AllowList.of(["127.0.0.1"]), resolve=lambda host: ["127.0.0.1"])
client = GuardedClient(OPEN)


def fetched(url: str, by: GuardedClient = client, patience: Patience = PATIENCE) -> bytes:
    with by.follow(url, patience, 5) as reply:
        return b"".join(reply.pieces())


def failure_of(url: str, by: GuardedClient = client, patience: Patience = PATIENCE) -> FetchFailed:
    with pytest.raises(FetchFailed) as failure:
        fetched(url, by, patience)
    return failure.value


def test_a_file_is_fetched_and_nothing_is_told_but_what_must_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1/")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1/")
    with other_server(says(ok(b"hello"))) as server:
        body = fetched(f"http://files.example:{server.port}/a?b")

    head = server.heads[0].decode().lower().split("\r\n")
    names = {line.partition(":")[0] for line in head[1:] if line}
    assert (body, head[0]) == (b"hello", "get /a?b http/1.1")
    assert names == {"host", "user-agent", "accept", "accept-encoding", "connection"}
    assert f"host: files.example:{server.port}" in head


def test_a_message_is_posted_and_only_the_start_of_the_answer_is_read() -> None:
    with (
        other_server(says(ok(b"x" * 10_000_000))) as server,
        client.request("POST", server.url, PATIENCE, headers={"x-signature": "abc"}, body=b"{}") as reply,
    ):
        start = reply.start(4096)

    assert (reply.status, start) == (200, b"x" * 4096)
    assert server.heads[0].endswith(b"content-length: 2\r\n\r\n{}") or b"content-length: 2" in server.heads[0]


def test_a_request_does_not_follow_redirects() -> None:
    with (
        other_server(says(redirect("http://127.0.0.1:1/"))) as server,
        client.request("POST", server.url, PATIENCE, body=b"{}") as reply,
    ):
        assert (reply.status, reply.headers["location"]) == (302, "http://127.0.0.1:1/")


# Where calls lead


def test_rebinding_the_address_that_was_checked_is_the_one_connected_to() -> None:
    answers = [["127.0.0.1"], ["127.0.0.2"], ["127.0.0.2"]]
    asked: list[str] = []

    def changing(host: str) -> list[str]:
        asked.append(host)
        return answers[len(asked) - 1]

    with other_server(says(ok(b"the right one"))) as server:
        body = fetched(f"http://rebinding.example:{server.port}/", GuardedClient(replace(OPEN, resolve=changing)))

    assert (body, asked) == (b"the right one", ["rebinding.example"])


def test_rebinding_a_name_that_led_outside_at_the_call_is_refused_when_it_leads_inside_later() -> None:
    answers = iter((["1.1.1.1"], ["127.0.0.2"]))
    guard = replace(CLOSED, resolve=lambda host: next(answers))
    guard.check("http://rebinding.example/")

    with pytest.raises(AddressRefused):
        fetched("http://rebinding.example/", GuardedClient(guard))


@pytest.mark.parametrize(
    "location",
    [
        "http://127.0.0.2:{port}/", "http://169.254.169.254/latest/meta-data/", "//[::1]:{port}/", "http://2130706434/",
        "http://[::ffff:127.0.0.1]:{port}/", "file:///etc/passwd", "gopher://127.0.0.1:{port}/", "http://a@127.0.0.1:{port}/",
        "http://127.0.0.1:99999/", "http://1.1.1.1:22/", "http:\\\\127.0.0.2",
    ],
)  # fmt: skip
def test_a_redirect_is_checked_as_the_first_address_was(location: str) -> None:
    with other_server(says(redirect(location.format(port=1)))) as server, pytest.raises(AddressRefused):
        fetched(server.url)

    assert len(server.heads) == 1


def test_a_relative_redirect_is_followed() -> None:
    def script(connection: object, head: bytes) -> None:
        answer = ok(b"here") if b"/end/%C3%A4?x" in head else redirect("../end/ä?x#y")
        connection.sendall(answer)  # type: ignore[attr-defined]

    with other_server(script) as server:
        assert fetched(server.url + "/start/a") == b"here"


def test_redirects_in_a_circle_end() -> None:
    with other_server(says(redirect("/"))) as server:
        failure = failure_of(server.url + "/")

    assert (failure.code, failure.passes, len(server.heads)) == ("too_many_redirects", False, 1)


def test_an_endless_chain_of_redirects_ends() -> None:
    with other_server(lambda connection, head: connection.sendall(redirect(head.split()[1].decode() + "x"))) as server:
        failure = failure_of(server.url)

    assert (failure.code, failure.passes, len(server.heads)) == ("too_many_redirects", False, 6)


# What comes back


def endless(piece: bytes, pause_s: float = 0.0, start: bytes = b"") -> Callable[..., None]:
    """A script that never stops sending."""

    def script(connection: object, head: bytes) -> None:
        connection.sendall(start)  # type: ignore[attr-defined]
        while True:
            connection.sendall(piece)  # type: ignore[attr-defined]
            time.sleep(pause_s)

    return script


HASTE = Patience(total_s=0.6, connect_s=0.5, silence_s=0.5)


@pytest.mark.parametrize(
    "script",
    [
        endless(b"x" * 1000, 0.001, b"HTTP/1.1 200 OK\r\n\r\n"),
        endless(b"x", 0.05, b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n"),
        endless(b"x", 0.05, b"HTTP/1.1 200 OK\r\nx-long: "),
        endless(b"HTTP/1.1 103 Early Hints\r\n\r\n", 0.01),
        endless(b"", 0.05),
        endless(b"1\r\nx\r\n", 0.05, b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"),
    ],
    ids=["endless body", "slow drip", "slow headers", "endless hints", "silence", "slow chunks"],
)
def test_a_call_ends_by_its_time_whatever_the_server_does(script: Callable[..., None]) -> None:
    with other_server(script) as server:
        began = time.monotonic()
        failure = failure_of(server.url, patience=HASTE)

    assert (failure.code, failure.passes) == ("fetch_timeout", True)
    assert time.monotonic() - began < 5


def test_a_receiver_that_reads_nothing_does_not_hold_a_call() -> None:
    def script(connection: object, head: bytes) -> None:
        time.sleep(3)

    with (
        other_server(script) as server,
        pytest.raises(FetchFailed),
        client.request("POST", server.url, HASTE, body=b"x" * 50_000_000),
    ):
        pass


def test_redirects_share_one_time() -> None:
    def script(connection: object, head: bytes) -> None:
        time.sleep(0.25)
        connection.sendall(redirect(head.split()[1].decode() + "x"))  # type: ignore[attr-defined]

    with other_server(script) as server:
        failure = failure_of(server.url, patience=HASTE)

    assert failure.code == "fetch_timeout"


@pytest.mark.parametrize(
    "answer",
    [
        b"", b"SSH-2.0-OpenSSH_9.2\r\n", b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhel",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nx: " + b"y" * 200_000, b"\x00" * 100,
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: gzip\r\n\r\nx",
    ],
)  # fmt: skip
def test_an_answer_that_is_cut_or_no_http_is_a_failure(answer: bytes) -> None:
    with other_server(says(answer)) as server:
        failure = failure_of(server.url)

    assert (failure.code, failure.passes) == ("fetch_broken", True)


def test_a_gzip_bomb_arrives_as_small_as_it_was_sent() -> None:
    packed = b"\x1f\x8b" + b"\x00" * 1000
    with other_server(says(ok(packed, b"content-encoding: gzip\r\n"))) as server:
        assert fetched(server.url) == packed


def test_a_server_that_takes_no_connection_is_a_failure_that_may_pass() -> None:
    with other_server(says(b"")) as server:
        pass

    assert (failure_of(server.url).code, failure_of(server.url).passes) == ("unreachable", True)


def test_a_lookup_that_hangs_does_not_hold_a_call() -> None:
    hanging = threading.Event()

    def slow(host: str) -> list[str]:
        hanging.wait(20)
        return ["127.0.0.1"]

    failure = failure_of("http://slow.example/", GuardedClient(replace(OPEN, resolve=slow)), HASTE)
    hanging.set()

    assert (failure.code, failure.passes) == ("lookup_failed", True)


# TLS


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., tuple[ssl.SSLContext, ssl.SSLContext]]:
    """Contexts of a server with a certificate for a name, and of a client that trusts it."""
    folder = tmp_path_factory.mktemp("certificates")

    def make(name: str, days: int = 1) -> tuple[ssl.SSLContext, ssl.SSLContext]:
        path = _certificate(folder, name, days)
        serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        serving.load_cert_chain(path)
        trusting = ssl.create_default_context(cafile=str(path))
        return serving, trusting

    return make


def _certificate(folder: Path, name: str, days: int) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a server of a test")])
    now = datetime.datetime.now(datetime.UTC)
    try:
        alternative: x509.GeneralName = x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        alternative = x509.DNSName(name)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=3))
        .not_valid_after(now + datetime.timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([alternative]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{name}{days}.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    return path


Certificates = Callable[..., tuple[ssl.SSLContext, ssl.SSLContext]]


@pytest.mark.parametrize("name", ["files.example", "127.0.0.1"])
def test_tls_is_spoken_with_the_name_and_not_with_the_address_behind_it(certificates: Certificates, name: str) -> None:
    serving, trusting = certificates(name)
    asked: list[str | None] = []
    serving.sni_callback = lambda connection, sni, context: asked.append(sni)
    with other_server(says(ok(b"safe")), serving) as server:
        body = fetched(f"https://{name}:{server.port}/", GuardedClient(OPEN, trusting))

    assert (body, asked) == (b"safe", [name if name == "files.example" else None])


def test_bad_tls_a_certificate_for_another_name_is_not_trusted(certificates: Certificates) -> None:
    serving, trusting = certificates("other.example")
    with other_server(says(ok(b"safe")), serving) as server:
        failure = failure_of(f"https://files.example:{server.port}/", GuardedClient(OPEN, trusting))

    assert (failure.code, failure.passes, server.heads) == ("tls_failed", False, [])


def test_bad_tls_an_expired_certificate_is_not_trusted(certificates: Certificates) -> None:
    serving, trusting = certificates("files.example", days=-1)
    with other_server(says(ok(b"safe")), serving) as server:
        failure = failure_of(f"https://files.example:{server.port}/", GuardedClient(OPEN, trusting))

    assert (failure.code, "expired" in str(failure)) == ("tls_failed", True)


def test_bad_tls_a_certificate_of_nobody_is_not_trusted(certificates: Certificates) -> None:
    serving, _ = certificates("files.example")
    with other_server(says(ok(b"safe")), serving) as server:
        failure = failure_of(f"https://files.example:{server.port}/")

    assert failure.code == "tls_failed"


def test_bad_tls_a_server_that_speaks_none_is_not_trusted() -> None:
    with other_server(says(ok(b"plain"))) as server:
        failure = failure_of(f"https://files.example:{server.port}/", patience=HASTE)

    assert failure.code in ("tls_failed", "fetch_timeout", "unreachable")
