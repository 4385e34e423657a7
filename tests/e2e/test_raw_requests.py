"""Requests that no client library would send: too much header, two readings of a length, several at once."""

from collections.abc import Iterator

import pytest
from raw_connection import RawConnection

import media_samples
from running_server import RunningServer

WISHES = (
    ("Connection: Upgrade", "Upgrade: websocket"),
    ("Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMA"),
)
"""Of another protocol; the second is in the first request that Java's client sends."""


@pytest.fixture
def connection(server: RunningServer) -> Iterator[RawConnection]:
    with RawConnection(server.url) as connection:
        yield connection


@pytest.fixture
def photo_url(server: RunningServer) -> str:
    return str(server.signed("photo.jpg", "image/jpeg")["sign_url"])


# Caps on headers


def test_one_header_of_33_kb_is_refused(connection: RawConnection) -> None:
    connection.request("GET /healthz", f"X-Long: {'a' * 33 * 1024}")

    assert connection.answer().status == 431


def test_header_lines_of_33_kb_together_are_refused(connection: RawConnection) -> None:
    connection.request("GET /healthz", *[f"X-Line-{number}: {'a' * 1024}" for number in range(33)])

    assert connection.answer().status == 431


def test_101_header_lines_are_refused(connection: RawConnection) -> None:
    connection.request("GET /healthz", *[f"X-Line-{number}: a" for number in range(100)])

    assert connection.answer().status == 431


def test_90_header_lines_are_taken(connection: RawConnection) -> None:
    connection.request("GET /healthz", *[f"X-Line-{number}: a" for number in range(90)])

    assert connection.answer().status == 200


def test_a_request_target_of_33_kb_is_refused(connection: RawConnection) -> None:
    connection.request(f"GET /{'a' * 33 * 1024}")

    assert connection.answer().status == 431


def test_headers_that_never_end_are_refused_at_the_cap(connection: RawConnection) -> None:
    connection.send(b"GET /healthz HTTP/1.1\r\n")
    connection.send(b"X-More: again and again\r\n" * 2000)

    assert connection.answer().status == 431


def test_a_header_that_never_ends_is_refused_at_the_cap(connection: RawConnection) -> None:
    connection.send(b"GET /healthz HTTP/1.1\r\nX-Long: ")
    connection.send(b"a" * 40 * 1024)

    assert connection.answer().status == 431


def test_a_header_cap_does_not_count_a_body_that_comes_along(
    connection: RawConnection, server: RunningServer, photo_url: str
) -> None:
    photo = media_samples.jpeg(1280, 720)
    head = connection.head(f"PUT {photo_url.removeprefix(server.url)}", f"Content-Length: {len(photo)}")

    connection.send(head + photo)

    assert len(photo) > 33 * 1024
    assert connection.answer().status == 200


def test_trailers_that_never_end_are_refused_at_the_cap(connection: RawConnection, server: RunningServer) -> None:
    connection.request("POST /v2/upload/asset", f"x-api-key: {server.key}", "Transfer-Encoding: chunked")
    connection.send(b"2\r\n{}\r\n0\r\n")

    connection.send(b"X-More: again and again\r\n" * 100_000)

    assert connection.answer().status == 431


def test_a_refusal_of_headers_says_nothing_in_the_log(connection: RawConnection, server: RunningServer) -> None:
    log_before = server.log.read_text()
    connection.send(connection.head(f"GET /{'a' * 33 * 1024}") + connection.head("GET /healthz") * 3)

    status = connection.answer().status
    connection.rest()

    assert status == 431
    assert server.log.read_text() == log_before


# Two readings of where a request ends (attack 12)


def test_content_length_and_transfer_encoding_together_are_refused(connection: RawConnection) -> None:
    connection.request("POST /v2/upload/asset", "Content-Length: 4", "Transfer-Encoding: chunked")
    connection.send(b"0\r\n\r\nGET /smuggled HTTP/1.1\r\n\r\n")

    assert connection.answer().status == 400
    assert connection.rest() == b""


def test_transfer_encoding_and_content_length_together_are_refused(connection: RawConnection) -> None:
    connection.request("POST /v2/upload/asset", "Transfer-Encoding: chunked", "Content-Length: 4")
    connection.send(b"0\r\n\r\nGET /smuggled HTTP/1.1\r\n\r\n")

    assert connection.answer().status == 400
    assert connection.rest() == b""


def test_two_different_content_lengths_are_refused(connection: RawConnection) -> None:
    connection.request("POST /v2/upload/asset", "Content-Length: 2", "Content-Length: 20")
    connection.send(b"{}GET /smuggled HTTP/1.1\r\n\r\n")

    assert connection.answer().status == 400
    assert connection.rest() == b""


def test_the_same_content_length_twice_is_refused(connection: RawConnection) -> None:
    connection.request("POST /v2/upload/asset", "Content-Length: 2", "Content-Length: 2")
    connection.send(b"{}")

    assert connection.answer().status == 400


@pytest.mark.parametrize("length", ["-1", "+2", "0x2", "2,2", "2 2", "２", "1e3", "", "99999999999999999999999"])
def test_a_content_length_that_is_no_number_is_refused(connection: RawConnection, length: str) -> None:
    connection.request("POST /v2/upload/asset", f"Content-Length: {length}")
    connection.send(b"{}")

    assert connection.answer().status == 400


@pytest.mark.parametrize("coding", ["xchunked", "chunked, identity", "identity, chunked, x", "\x0bchunked", "gzip"])
def test_a_transfer_encoding_that_is_not_chunked_at_its_end_is_refused(connection: RawConnection, coding: str) -> None:
    connection.request("POST /v2/upload/asset", f"Transfer-Encoding: {coding}")
    connection.send(b"0\r\n\r\nGET /smuggled HTTP/1.1\r\n\r\n")

    assert connection.answer().status == 400
    assert connection.rest() == b""


def test_a_space_before_the_colon_of_a_header_is_refused(connection: RawConnection) -> None:
    connection.request("POST /v2/upload/asset", "Transfer-Encoding : chunked")
    connection.send(b"0\r\n\r\n")

    assert connection.answer().status == 400


def test_a_folded_header_line_is_refused(connection: RawConnection) -> None:
    connection.request("GET /healthz", "X-Folded: one", " two")

    assert connection.answer().status == 400


def test_a_line_feed_alone_ends_no_header_line_that_hides_another(connection: RawConnection) -> None:
    connection.request("POST /v2/upload/asset", "X-One: a\nTransfer-Encoding: chunked", "Content-Length: 4")
    connection.send(b"0\r\n\r\nGET /smuggled HTTP/1.1\r\n\r\n")

    assert connection.answer().status == 400
    assert connection.rest() == b""


@pytest.mark.parametrize(
    "body",
    [
        b"2\n{}\n0\n\n",
        b"2\r\n{}XX0\r\n\r\n",
        b"2\r\n{}0\r\n\r\n",
        b"-2\r\n{}\r\n0\r\n\r\n",
        b"0x2\r\n{}\r\n0\r\n\r\n",
        b"fffffffffffffffff\r\n{}\r\n",
        b"g\r\n{}\r\n0\r\n\r\n",
    ],
)
def test_chunks_that_are_not_well_formed_are_refused(
    connection: RawConnection, server: RunningServer, body: bytes
) -> None:
    connection.request("POST /v2/upload/asset", f"x-api-key: {server.key}", "Transfer-Encoding: chunked")
    connection.send(body)

    assert connection.answer().status == 400
    assert connection.rest() == b""


def test_an_upload_in_chunks_that_are_not_well_formed_is_not_taken(
    connection: RawConnection, server: RunningServer, photo_url: str
) -> None:
    photo = media_samples.jpeg()
    connection.put_head(photo_url, "Transfer-Encoding: chunked")

    connection.send(b"%x\r\n" % len(photo) + photo + b"XX0\r\n\r\n")

    assert connection.answer().status == 400
    assert server.put(photo_url, photo).status_code == 200


def test_a_header_with_a_nul_is_refused(connection: RawConnection) -> None:
    connection.request("GET /healthz", "X-Nul: a\0b")

    assert connection.answer().status == 400


def test_a_request_without_a_host_is_refused(connection: RawConnection) -> None:
    connection.send(b"GET /healthz HTTP/1.1\r\n\r\n")

    assert connection.answer().status == 400


def test_a_request_with_two_hosts_is_refused(connection: RawConnection) -> None:
    connection.request("GET /healthz", "Host: elsewhere.example")

    assert connection.answer().status == 400


def test_a_request_of_http_1_0_needs_no_host(connection: RawConnection) -> None:
    connection.send(b"GET /healthz HTTP/1.0\r\n\r\n")

    assert (connection.answer().status, connection.rest()) == (200, b"")


def test_what_is_no_http_at_all_is_answered_400(connection: RawConnection) -> None:
    connection.send(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03")

    assert connection.answer().status == 400


@pytest.mark.parametrize("target", ["/api/v1/assets?q=靴", "/assets/靴.jpg"])
def test_an_address_with_characters_that_no_url_has_is_told_the_cure(connection: RawConnection, target: str) -> None:
    connection.send(f"GET {target} HTTP/1.1\r\nHost: {connection.host}\r\n\r\n".encode())

    refusal = connection.answer()

    assert refusal.status == 400
    assert b"percent-encoded" in refusal.body
    assert b"curl -G --data-urlencode" in refusal.body


def test_an_address_that_is_percent_encoded_is_taken_in_any_script(
    connection: RawConnection, server: RunningServer
) -> None:
    connection.request("GET /api/v1/assets?q=%E9%9D%B4", f"x-api-key: {server.key}")

    assert connection.answer().status == 200


def test_the_preface_of_http_2_is_answered_with_a_refusal(connection: RawConnection) -> None:
    connection.send(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")

    assert connection.answer().status == 400


@pytest.mark.parametrize("wish", WISHES, ids=["WebSocket", "HTTP/2"])
def test_a_wish_for_another_protocol_is_not_heeded(connection: RawConnection, wish: tuple[str, ...]) -> None:
    connection.request("GET /healthz", *wish)
    first = connection.answer()
    connection.request("GET /healthz")

    assert (first.status, connection.answer().status) == (200, 200)


@pytest.mark.parametrize("wish", WISHES, ids=["WebSocket", "HTTP/2"])
@pytest.mark.parametrize("pieces", [1, 40], ids=["at once", "in pieces"])
@pytest.mark.parametrize("is_chunked", [False, True], ids=["sized", "chunked"])
def test_a_call_with_a_wish_for_another_protocol_keeps_its_body_and_what_follows_it(
    connection: RawConnection, server: RunningServer, wish: tuple[str, ...], pieces: int, is_chunked: bool
) -> None:
    body = b'{"filename": "photo.jpg"}'
    framing = "Transfer-Encoding: chunked" if is_chunked else f"Content-Length: {len(body)}"
    sent = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body) if is_chunked else body
    head = connection.head("POST /v2/upload/asset", f"x-api-key: {server.key}", *wish, framing)

    connection.trickle(head + sent + connection.head("GET /healthz"), pieces, 0.002)

    assert connection.answer().json()["code"] == 0
    assert connection.answer().status == 200


def test_an_upload_with_a_wish_for_another_protocol_is_taken(connection: RawConnection, server: RunningServer) -> None:
    film = media_samples.mp4()
    url = server.signed("film.mp4", "video/mp4")["sign_url"]
    connection.put_head(url, f"Content-Length: {len(film)}", *WISHES[1])
    connection.trickle(film, 5, 0.01)

    assert connection.answer().json()["data"]["size_bytes"] == len(film)


@pytest.mark.parametrize("request_line", ["CONNECT /healthz", "CONNECT example.com:443"])
def test_nobody_is_connected_to_elsewhere(connection: RawConnection, request_line: str) -> None:
    connection.send(connection.head(request_line, "Content-Length: 3") + b"abc" + connection.head("GET /healthz"))

    assert connection.answer().status == 400
    assert connection.rest() == b""


def test_a_call_that_is_cut_in_its_body_is_told_so(connection: RawConnection, server: RunningServer) -> None:
    log_before = server.log.read_text()
    connection.request("POST /v2/upload/asset", f"x-api-key: {server.key}", "Content-Length: 20")
    connection.send(b'{"filename": ')

    connection.end()
    answer = connection.answer().json()

    assert (answer["code"], answer["msg"]) == (40000, "Parameter error: The body ended before all of it had come")
    assert server.log.read_text() == log_before


# Several requests on one connection


def test_pipelined_requests_are_answered_in_order(connection: RawConnection, server: RunningServer) -> None:
    asset = server.upload("photo.jpg", media_samples.jpeg())["asset_url"].removeprefix(server.url)

    connection.send(
        connection.head(f"GET {asset}")
        + connection.head("GET /healthz")
        + connection.head("GET /assets/none.jpg")
        + connection.head(f"GET {asset}", "Range: bytes=0-1")
    )
    answers = [connection.answer() for _ in range(4)]

    assert [answer.status for answer in answers] == [200, 200, 404, 206]
    assert answers[0].body == media_samples.jpeg()
    assert answers[3].body == b"\xff\xd8"


def test_a_pipelined_sign_follows_an_upload_in_the_same_packet(
    connection: RawConnection, server: RunningServer, photo_url: str
) -> None:
    photo = media_samples.jpeg(64, 64)
    put = connection.head(f"PUT {photo_url.removeprefix(server.url)}", f"Content-Length: {len(photo)}") + photo

    connection.send(put + connection.head("GET /healthz"))

    assert [connection.answer().status, connection.answer().status] == [200, 200]


def test_twenty_pipelined_uploads_are_all_taken(connection: RawConnection, server: RunningServer) -> None:
    photo = media_samples.jpeg(64, 64)
    paths = [server.signed("photo.jpg")["sign_url"].removeprefix(server.url) for _ in range(20)]

    connection.send(b"".join(connection.head(f"PUT {path}", f"Content-Length: {len(photo)}") + photo for path in paths))

    assert [connection.answer().status for _ in range(20)] == [200] * 20


def test_what_is_pipelined_after_a_refused_upload_is_not_carried_out(
    connection: RawConnection, server: RunningServer
) -> None:
    url = server.signed("film.mp4", "video/mp4")["sign_url"]
    connection.put_head(url, "Content-Length: 200000000")

    answer = connection.answer()
    connection.send(connection.head("GET /healthz"))

    assert (answer.status, connection.rest()) == (413, b"")


def test_a_get_with_a_body_does_not_make_the_body_a_request(connection: RawConnection) -> None:
    smuggled = b"GET /assets/none.jpg HTTP/1.1\r\nHost: a\r\n\r\n"
    connection.request("GET /healthz", f"Content-Length: {len(smuggled)}")
    connection.send(smuggled)

    answer = connection.answer()
    connection.send(connection.head("GET /healthz"))

    assert answer.status == 200
    assert b"404" not in connection.rest_after_hanging_up()


def test_a_connection_takes_one_request_after_another(connection: RawConnection) -> None:
    connection.request("GET /healthz")
    first = connection.answer()
    connection.request("GET /healthz")
    second = connection.answer()

    assert (first.status, second.status) == (200, 200)
