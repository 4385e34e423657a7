"""A server behind a proxy that takes a path away: all that it gives out leads back through that path."""

import re
from collections.abc import Iterator
from urllib.parse import urljoin

import pytest
import requests

from running_server import RunningServer, start_server

PUBLIC = "https://example.com/media"


@pytest.fixture(scope="module")
def prefixed_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server that clients reach under a path."""
    running = start_server(tmp_path_factory.mktemp("prefixed") / "data", public_urls=PUBLIC)
    yield running
    running.stop()


def through_proxy(server: RunningServer, address: str) -> str:
    """Where the proxy asks for a public address."""
    assert address.startswith(PUBLIC + "/")
    return server.url + address.removeprefix(PUBLIC)


def get(server: RunningServer, path: str) -> requests.Response:
    """GET with the key, as a client that follows no redirects."""
    return requests.get(server.url + path, headers={"x-api-key": server.key}, timeout=20, allow_redirects=False)


def test_the_reference_page_finds_its_parts_and_documents(prefixed_server: RunningServer) -> None:
    page = get(prefixed_server, "/reference").text
    script = get(prefixed_server, "/reference/page.js").text

    addresses = re.findall(r'(?:href|src|data-document)="([^"]+)"', page) + re.findall(r'await load\("(.+)"\)', script)
    replies = {
        address: requests.get(through_proxy(prefixed_server, urljoin(PUBLIC + "/reference", address)), timeout=20)
        for address in addresses
    }

    assert len(replies) == 4
    assert {reply.status_code for reply in replies.values()} == {200}


@pytest.mark.parametrize("document", ["openapi.json", "openapi-compatible.json"])
def test_the_documents_say_where_their_paths_begin(
    prefixed_server: RunningServer, server: RunningServer, document: str
) -> None:
    assert get(prefixed_server, f"/api/v1/{document}").json()["servers"] == [{"url": "/media"}]
    assert "servers" not in get(server, f"/api/v1/{document}").json()


def test_what_was_made_is_found_where_its_location_leads(prefixed_server: RunningServer) -> None:
    key = {"x-api-key": prefixed_server.key}

    made = requests.post(prefixed_server.url + "/api/v1/uploads", json={"filename": "a.jpg"}, headers=key, timeout=20)

    address = urljoin(PUBLIC + "/api/v1/uploads", made.headers["location"])
    found = requests.get(through_proxy(prefixed_server, address), headers=key, timeout=20)
    assert found.json()["upload_id"] == made.json()["upload_id"]


def test_a_slash_too_many_leads_nowhere_else(server: RunningServer) -> None:
    reply = requests.get(
        server.url + "/api/v1/assets/",
        headers={"x-api-key": server.key, "Host": "evil.example.com"},
        timeout=20,
        allow_redirects=False,
    )
    page = get(server, "/reference/")

    assert (reply.status_code, "location" in reply.headers) == (200, False)
    assert (page.status_code, "location" in page.headers) == (404, False)


def test_a_slash_too_many_is_overlooked(server: RunningServer) -> None:
    assert get(server, "/api/v1/assets/").json()["data"] == get(server, "/api/v1/assets").json()["data"]
