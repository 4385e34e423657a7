"""Web pages of other origins: open at signed and permanent URLs, closed at routes that take a key unless configured."""

from collections.abc import Callable, Iterator

import pytest
import requests

import media_samples
from running_server import RunningServer, start_server

PAGE = "https://app.example.com"
KEY_ROUTES = ["/v1/upload/asset", "/v2/upload/asset", "/open/v2/upload/asset", "/v2/user/whoami", "/api/v1/assets"]


@pytest.fixture(scope="module")
def open_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server whose key routes are open to one page's origin."""
    running = start_server(tmp_path_factory.mktemp("open") / "data", cors_origins=f"{PAGE},https://b.example.com")
    yield running
    running.stop()


def preflight(url: str, method: str, headers: str = "content-type", origin: str = PAGE) -> requests.Response:
    """What a browser asks before a request of that kind."""
    asked = {"Origin": origin, "Access-Control-Request-Method": method, "Access-Control-Request-Headers": headers}
    return requests.options(url, headers=asked, timeout=10)


def from_page(method: str, url: str, origin: str = PAGE, **options: object) -> requests.Response:
    """A request as a page of that origin sends it."""
    headers = {"Origin": origin} | options.pop("headers", {})  # type: ignore[operator]
    return requests.request(method, url, headers=headers, timeout=20, **options)  # type: ignore[arg-type]


# Signed URLs


def test_a_page_may_ask_without_a_key_whether_it_may_put(server: RunningServer) -> None:
    reply = preflight(server.signed("a.jpg")["sign_url"], "PUT", "content-type, x-custom")

    assert (reply.status_code, reply.content) == (204, b"")
    assert reply.headers["access-control-allow-origin"] == "*"
    assert "PUT" in reply.headers["access-control-allow-methods"]
    assert "content-type" in reply.headers["access-control-allow-headers"]
    assert int(reply.headers["access-control-max-age"]) > 0


def test_a_question_before_a_put_is_answered_for_expired_and_broken_urls_too(server: RunningServer) -> None:
    assert preflight(server.url + "/upload/broken", "PUT").status_code == 204


def test_a_page_may_read_the_receipt_of_its_put(server: RunningServer) -> None:
    reply = from_page("PUT", server.signed("a.jpg")["sign_url"], data=media_samples.jpeg())

    assert reply.status_code == 200
    assert reply.headers["access-control-allow-origin"] == "*"
    assert "X-Request-Id" in reply.headers["access-control-expose-headers"]


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (media_samples.png(), "image/jpeg", 415),
        (media_samples.jpeg() + bytes(11 * 1024 * 1024), "image/jpeg", 413),
        (media_samples.cut(media_samples.jpeg()), "image/jpeg", 422),
        (b"x", "text/html", 415),
        (b"", "image/jpeg", 422),
    ],
    ids=["wrong type", "too large", "damaged", "wrong header", "empty"],
)
def test_a_page_may_read_why_its_put_was_refused(
    server: RunningServer, body: bytes, content_type: str, status: int
) -> None:
    sign_url = server.signed("a.jpg")["sign_url"]

    reply = from_page("PUT", sign_url, data=body, headers={"Content-Type": content_type})

    assert (reply.status_code, reply.headers["access-control-allow-origin"]) == (status, "*")


@pytest.mark.parametrize("method", ["PUT", "GET", "POST"])
def test_a_page_may_read_that_its_url_is_broken(server: RunningServer, method: str) -> None:
    reply = from_page(method, server.url + "/upload/broken")

    assert reply.status_code in (403, 405)
    assert reply.headers["access-control-allow-origin"] == "*"


# Permanent URLs


@pytest.mark.parametrize(("method", "status"), [("GET", 200), ("HEAD", 200), ("POST", 405)])
def test_a_page_may_read_assets(server: RunningServer, method: str, status: int) -> None:
    reply = from_page(method, server.upload("a.jpg", media_samples.jpeg())["asset_url"])

    assert (reply.status_code, reply.headers["access-control-allow-origin"]) == (status, "*")


@pytest.mark.parametrize(
    ("headers", "status"),
    [({"Range": "bytes=0-1"}, 206), ({"Range": "bytes=99999999-"}, 416), ({"If-None-Match": "*"}, 304)],
)
def test_a_page_may_read_parts_and_conditions(server: RunningServer, headers: dict[str, str], status: int) -> None:
    reply = from_page("GET", server.upload("a.jpg", media_samples.jpeg())["asset_url"], headers=headers)

    assert (reply.status_code, reply.headers["access-control-allow-origin"]) == (status, "*")
    assert "Content-Range" in reply.headers["access-control-expose-headers"]


def test_a_page_may_read_that_an_asset_is_not_there(server: RunningServer) -> None:
    absent = from_page("GET", f"{server.url}/assets/img_{'0' * 32}.jpg")
    waiting = from_page("GET", server.signed("a.jpg")["asset_url"])

    assert (absent.status_code, absent.headers["access-control-allow-origin"]) == (404, "*")
    assert (waiting.status_code, waiting.headers["access-control-allow-origin"]) == (404, "*")


def test_a_page_may_ask_whether_it_may_read_a_range(server: RunningServer) -> None:
    reply = preflight(f"{server.url}/assets/img_{'0' * 32}.jpg", "GET", "range")

    assert (reply.status_code, reply.headers["access-control-allow-origin"]) == (204, "*")
    assert "Range" in reply.headers["access-control-allow-headers"]


# Routes that take a key


@pytest.mark.parametrize("path", KEY_ROUTES)
def test_a_route_that_takes_a_key_is_closed_to_pages(server: RunningServer, path: str) -> None:
    asked = preflight(server.url + path, "POST", "x-api-key")
    told = from_page("GET", server.url + path, headers={"x-api-key": server.key})

    assert "access-control-allow-origin" not in asked.headers
    assert "access-control-allow-origin" not in told.headers


@pytest.mark.parametrize("path", KEY_ROUTES)
@pytest.mark.parametrize("origin", [PAGE, "https://b.example.com"])
def test_a_configured_origin_may_ask_to_send_its_key(open_server: RunningServer, path: str, origin: str) -> None:
    reply = preflight(open_server.url + path, "POST", "x-api-key, content-type", origin)

    assert reply.status_code in (200, 204)
    assert reply.headers["access-control-allow-origin"] == origin
    assert "POST" in reply.headers["access-control-allow-methods"]
    assert "x-api-key" in reply.headers["access-control-allow-headers"]


@pytest.mark.parametrize("path", KEY_ROUTES)
def test_an_origin_that_is_not_configured_may_not(open_server: RunningServer, path: str) -> None:
    asked = preflight(open_server.url + path, "POST", "x-api-key", "https://evil.example.com")
    told = from_page("GET", open_server.url + path, "https://evil.example.com")

    assert "access-control-allow-origin" not in asked.headers
    assert "access-control-allow-origin" not in told.headers


@pytest.mark.parametrize("path", ["/v1/upload/asset", "/v2/upload/asset", "/open/v2/upload/asset"])
def test_a_page_of_a_configured_origin_signs(open_server: RunningServer, path: str) -> None:
    headers = {"x-api-key": open_server.key}

    reply = from_page("POST", open_server.url + path, json={"filename": "a.jpg"}, headers=headers)

    assert (reply.status_code, reply.json()["code"]) == (200, 0)
    assert reply.headers["access-control-allow-origin"] == PAGE
    assert "Origin" in reply.headers["vary"]
    assert "X-Request-Id" in reply.headers["access-control-expose-headers"]


def test_a_page_of_a_configured_origin_may_read_what_it_needs_to_change_what_it_made(
    open_server: RunningServer,
) -> None:
    headers = {"x-api-key": open_server.key}

    made = from_page("POST", open_server.url + "/api/v1/folders", json={"name": "shop"}, headers=headers)

    assert made.status_code == 201
    exposed = made.headers["access-control-expose-headers"].lower().split(", ")
    assert {"etag", "location", "idempotency-replayed"} <= {*exposed}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/v2/upload/asset"),
        ("GET", "/v2/upload/asset"),
        ("GET", "/v2/nothing"),
        ("GET", "/api/v1/assets"),
        ("GET", "/api/v1/nothing"),
    ],
)
def test_a_page_of_a_configured_origin_may_read_errors(open_server: RunningServer, method: str, path: str) -> None:
    reply = from_page(method, open_server.url + path)

    assert "code" in reply.json()
    assert reply.headers["access-control-allow-origin"] == PAGE


def test_a_program_that_is_no_page_notices_nothing(open_server: RunningServer) -> None:
    reply = requests.post(
        open_server.url + "/v2/upload/asset",
        json={"filename": "a.jpg"},
        headers={"x-api-key": open_server.key},
        timeout=10,
    )

    assert reply.json()["code"] == 0
    assert "access-control-allow-origin" not in reply.headers


def test_a_star_opens_the_routes_to_every_page(new_server: Callable[..., RunningServer]) -> None:
    server = new_server(cors_origins="*")

    reply = from_page("POST", server.url + "/v2/upload/asset", "https://any.example", json={"filename": "a.jpg"})

    assert reply.headers["access-control-allow-origin"] == "*"
