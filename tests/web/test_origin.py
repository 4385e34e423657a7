"""The public origin: the setting first, the Host only where it may be believed, and never anything hostile."""

from collections.abc import Callable
from typing import Any

import pytest
import requests

import media_samples
from greenroom.config import Settings
from greenroom.errors import ParameterError, SettingError
from greenroom.web.origin import Origins
from running_server import RunningServer

PROXY, CLIENT = "10.0.0.1", "203.0.113.5"


def request(host: str | None = "media.example.com", client: str = CLIENT, **headers: str) -> dict[str, Any]:
    """A request's scope; underscores in header names stand for hyphens."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    all_headers = ({"host": host} if host is not None else {}) | named
    return {
        "scheme": "http",
        "client": (client, 4711),
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in all_headers.items()],
    }


def origins(**settings: Any) -> Origins:
    """The origins of a server with those settings, which listens everywhere unless they say otherwise."""
    return Origins.of(Settings(**{"host": "0.0.0.0", **settings}))


# The setting


@pytest.mark.parametrize("host", ["media.example.com", "evil.example.com", "", None])
def test_the_first_public_url_is_written_whatever_the_host(host: str | None) -> None:
    public = origins(public_urls=["https://media.example.com/", "https://old.example.com"])

    assert public.origin(request(host)) == "https://media.example.com"


def test_a_public_url_may_have_a_path_before_ours() -> None:
    ours = origins(public_urls=["https://example.com/media/"])

    assert ours.origin(request()) == "https://example.com/media"
    assert ours.path_of("https://example.com/media/assets/img_1.jpg") == "/assets/img_1.jpg"
    for other in (
        "https://example.com/assets/img_1.jpg",
        "https://example.com/mediator/x",
        "https://example.com/media",
    ):
        assert ours.path_of(other) is None


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "media.internal", ""])
def test_a_server_that_others_can_reach_must_know_its_name(host: str) -> None:
    with pytest.raises(SettingError, match="GREENROOM_PUBLIC_URLS is not set, but the server listens on"):
        origins(host=host)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.53", "::1", "localhost"])
def test_a_server_on_loopback_may_go_by_the_host(host: str) -> None:
    assert origins(host=host).origin(request("localhost:8700")) == "http://localhost:8700"


# The Host header


def test_a_host_that_is_allowed_is_written() -> None:
    assert origins(allowed_hosts=["media.example.com"]).origin(request()) == "http://media.example.com"


@pytest.mark.parametrize("host", ["evil.example.com", "media.example.com:81", "media.example.com.", "", None])
def test_a_host_that_is_not_allowed_is_refused(host: str | None) -> None:
    with pytest.raises(ParameterError, match="allowed_hosts"):
        origins(allowed_hosts=["media.example.com"]).origin(request(host))


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "127.0.0.1:8700", "localhost", "[::1]:8700", "[::1]", "a-b.example:1", "green_room", "GREENROOM.lan"],
)
def test_a_host_that_is_a_name_is_written_on_loopback(host: str) -> None:
    assert origins(host="127.0.0.1").origin(request(host)) == f"http://{host}"


@pytest.mark.parametrize(
    "host",
    [
        "a/b",
        "a\\b",
        "user@a",
        "a b",
        "a?x",
        "a#x",
        "<script>",
        'a"',
        "a'",
        "a,b",
        "a;b",
        "a\tb",
        "a%2fb",
        "a:b",
        "a:",
        "a:1:2",
        "a:123456",
        "[::1",
        "::1",
        "[name]",
        "\xe9",
        "javascript:alert(1)",
        "{a}",
    ],
)
def test_a_host_that_is_no_name_is_refused_even_on_loopback(host: str) -> None:
    with pytest.raises(ParameterError, match="is no host name"):
        origins(host="127.0.0.1").origin(request(host))


# Proxies


def test_what_a_trusted_proxy_forwards_is_believed() -> None:
    behind = origins(allowed_hosts=["media.example.com"], trusted_proxies=[PROXY])

    forwarded = request("backend", PROXY, x_forwarded_proto="https", x_forwarded_host="media.example.com")

    assert behind.origin(forwarded) == "https://media.example.com"


def test_the_scheme_may_be_in_capitals() -> None:
    behind = origins(allowed_hosts=["media.example.com"], trusted_proxies=[PROXY])

    assert behind.origin(request(client=PROXY, x_forwarded_proto="HTTPS")) == "https://media.example.com"


def test_what_anybody_else_forwards_is_not() -> None:
    behind = origins(allowed_hosts=["media.example.com", "other.example.com"], trusted_proxies=[PROXY])

    forwarded = request(x_forwarded_proto="https", x_forwarded_host="other.example.com")

    assert behind.origin(forwarded) == "http://media.example.com"


def test_a_proxy_may_not_bring_a_host_that_is_not_allowed() -> None:
    behind = origins(allowed_hosts=["media.example.com"], trusted_proxies=[PROXY])

    with pytest.raises(ParameterError, match="allowed_hosts"):
        behind.origin(request(client=PROXY, x_forwarded_host="evil.example.com"))


@pytest.mark.parametrize("scheme", ["javascript", "ftp", "https://evil.example/", "https, http", "HTTPS\t", "x"])
def test_a_proxy_may_not_bring_another_scheme_than_those_of_the_web(scheme: str) -> None:
    behind = origins(allowed_hosts=["media.example.com"], trusted_proxies=[PROXY])

    with pytest.raises(ParameterError, match="X-Forwarded-Proto"):
        behind.origin(request(client=PROXY, x_forwarded_proto=scheme))


# Who calls


@pytest.mark.parametrize(
    ("lines", "address"),
    [
        ([], PROXY),
        ([CLIENT], CLIENT),
        ([f"198.51.100.9, {CLIENT}"], CLIENT),
        ([f"{CLIENT}, 10.0.0.7"], CLIENT),
        (["198.51.100.9", CLIENT], CLIENT),
        (["198.51.100.9", f"{CLIENT}, ::ffff:10.0.0.7"], CLIENT),
        ([""], PROXY),
    ],
    ids=["none", "one", "made up before", "two proxies", "made up in a line of its own", "mapped", "empty"],
)
def test_the_caller_is_who_the_last_trusted_proxy_names(lines: list[str], address: str) -> None:
    behind = origins(allowed_hosts=["media.example.com"], trusted_proxies=["10.0.0.0/8"])
    forwarded = request(client=PROXY)
    forwarded["headers"] += [(b"x-forwarded-for", line.encode()) for line in lines]

    assert behind.address(forwarded) == address


def test_a_proxy_is_known_by_its_ipv4_address_on_a_socket_for_both_families() -> None:
    behind = origins(allowed_hosts=["media.example.com"], trusted_proxies=["10.0.0.0/8"])

    forwarded = request("backend", f"::ffff:{PROXY}", x_forwarded_for=CLIENT, x_forwarded_host="media.example.com")

    assert (behind.address(forwarded), behind.origin(forwarded)) == (CLIENT, "http://media.example.com")


def test_what_a_stranger_says_of_who_calls_is_not_believed() -> None:
    behind = origins(allowed_hosts=["media.example.com"], trusted_proxies=["10.0.0.0/8"])

    assert behind.address(request(client=CLIENT, x_forwarded_for="198.51.100.9")) == CLIENT


# Addresses that are ours


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("https://media.example.com/assets/img_1.jpg", "/assets/img_1.jpg"),
        ("https://old.example.com/assets/img_1.jpg", "/assets/img_1.jpg"),
        ("http://inside.example.com/assets/img_1.jpg", "/assets/img_1.jpg"),
        ("http://media.example.com/assets/img_1.jpg", None),
        ("https://media.example.com.evil.example/assets/img_1.jpg", None),
        ("https://media.example.com@evil.example/assets/img_1.jpg", None),
        ("//media.example.com/assets/img_1.jpg", None),
        ("http://127.0.0.1/assets/img_1.jpg", None),
        ("http://[::1/assets/x.jpg", None),
        ("", None),
    ],
)
def test_only_addresses_under_our_names_are_ours(url: str, path: str | None) -> None:
    ours = origins(
        public_urls=["https://media.example.com", "https://old.example.com"], allowed_hosts=["inside.example.com"]
    )

    assert ours.path_of(url) == path


def test_on_loopback_addresses_of_loopback_are_ours() -> None:
    assert origins(host="127.0.0.1").path_of("http://localhost:8700/assets/x.jpg") == "/assets/x.jpg"


# A real server


def test_all_addresses_of_an_answer_have_the_public_origin(restarted_server: RunningServer) -> None:
    data = restarted_server.signed("a.jpg")

    assert data["sign_url"].startswith("https://media.example.com/upload/")
    assert data["asset_url"].startswith("https://media.example.com/assets/img_")


def test_rows_hold_no_origin(restarted_server: RunningServer, signed_before: dict[str, Any]) -> None:
    asset = restarted_server.asset(signed_before["asset_id"])

    assert signed_before["asset_url"].startswith("http://127.0.0.1:")
    assert asset["asset_url"].startswith("https://media.example.com/assets/img_")


def test_a_server_that_listens_everywhere_without_a_name_does_not_start(
    new_server: Callable[..., RunningServer],
) -> None:
    with pytest.raises(AssertionError, match="GREENROOM_PUBLIC_URLS is not set"):
        new_server(host="0.0.0.0")


def test_a_foreign_host_is_refused_before_its_file_is_taken(new_server: Callable[..., RunningServer]) -> None:
    server = new_server(host="0.0.0.0", allowed_hosts="media.example.com")
    url = server.url.replace("0.0.0.0", "127.0.0.1")
    known, foreign = {"Host": "media.example.com"}, {"Host": "evil.example.com"}
    body, key = {"filename": "a.jpg"}, {"x-api-key": server.key}
    sign_url = requests.post(url + "/v2/upload/asset", json=body, headers=known | key, timeout=10).json()
    path = sign_url["data"]["sign_url"].removeprefix("http://media.example.com")

    refused_sign = requests.post(url + "/v2/upload/asset", json=body, headers=foreign | key, timeout=10)
    refused_put = requests.put(url + path, data=media_samples.jpeg(), headers=foreign, timeout=10)
    taken = requests.put(url + path, data=media_samples.jpeg(), headers=known, timeout=10)

    assert refused_sign.json()["code"] == 40000
    assert (refused_put.status_code, refused_put.json()["code"]) == (400, 40000)
    assert (taken.status_code, taken.json()["data"]["status"]) == (200, "ready")
