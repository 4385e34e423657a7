"""Peers that are silent, drip, or take nothing cost a connection for a while, and nobody else anything."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from raw_connection import RawConnection, dripping
from sized_files import padded_mp4

import media_samples
from running_server import RunningServer, start_server

MIB = 1024 * 1024
GET_HEALTH = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"


@pytest.fixture(scope="module")
def hasty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server with little patience: 0.6 s for headers, 0.6 s for gaps, 0.7 s for readers, 1.2 s for idle ones."""
    running = start_server(
        tmp_path_factory.mktemp("hasty") / "data",
        http_header_timeout_s="0.6",
        http_body_gap_s="0.6",
        http_body_min_bytes_per_s="100",
        http_keep_alive_s="1.2",
        http_write_timeout_s="0.7",
    )
    yield running
    running.stop()


# Senders


def test_a_connection_on_which_nothing_comes_is_closed(hasty: RunningServer) -> None:
    with RawConnection(hasty.url) as connection:
        closed_after_s = connection.closed_after_s()

    assert 0.5 < closed_after_s < 2


def test_half_a_header_is_not_waited_for_longer_than_none(hasty: RunningServer) -> None:
    with RawConnection(hasty.url) as connection:
        connection.send(b"GET /healthz HTTP/1.1\r\nHost: local")
        closed_after_s = connection.closed_after_s()

    assert 0.5 < closed_after_s < 2


def test_headers_that_drip_do_not_extend_their_time(hasty: RunningServer) -> None:
    with RawConnection(hasty.url) as connection:
        connection.send(b"GET /healthz HTTP/1.1\r\n")
        took_s = connection.drip(b"X-More: again\r\n", gap_s=0.1, at_most_s=10)

    assert 0.5 < took_s < 2


def test_a_body_that_stops_is_given_up(hasty: RunningServer) -> None:
    url = hasty.signed("film.mp4", "video/mp4")["sign_url"]

    with RawConnection(hasty.url) as connection:
        connection.put_head(url, "Content-Length: 1000000")
        connection.send(media_samples.mp4()[:20000])
        closed_after_s = connection.closed_after_s()

    assert 0.5 < closed_after_s < 3.5
    assert temporary_files_after_a_moment(hasty) == []


def test_a_body_in_chunks_that_stops_is_given_up(hasty: RunningServer) -> None:
    url = hasty.signed("film.mp4", "video/mp4")["sign_url"]

    with RawConnection(hasty.url) as connection:
        connection.put_head(url, "Transfer-Encoding: chunked")
        connection.send(b"4E20\r\n" + media_samples.mp4()[:20000] + b"\r\n")
        closed_after_s = connection.closed_after_s()

    assert 0.5 < closed_after_s < 3.5
    assert temporary_files_after_a_moment(hasty) == []


def test_a_body_that_stops_after_its_socket_was_lent_to_a_thread_is_given_up(hasty: RunningServer) -> None:
    url = hasty.signed("film.mp4", "video/mp4")["sign_url"]

    with RawConnection(hasty.url) as connection:
        connection.put_head(url, f"Content-Length: {50 * MIB}")
        connection.send(padded_mp4(media_samples.mp4(), 20 * MIB))
        closed_after_s = connection.closed_after_s()

    assert 0.5 < closed_after_s < 3.5
    assert temporary_files_after_a_moment(hasty) == []


def test_a_body_that_drips_is_given_up(hasty: RunningServer) -> None:
    url = hasty.signed("film.mp4", "video/mp4")["sign_url"]

    with RawConnection(hasty.url) as connection:
        connection.put_head(url, "Content-Length: 1000000")
        took_s = connection.drip(b"\0", gap_s=0.1, at_most_s=10)

    assert 0.5 < took_s < 3
    assert temporary_files_after_a_moment(hasty) == []


def test_a_large_body_that_begins_fast_and_then_drips_is_given_up(hasty: RunningServer) -> None:
    url = hasty.signed("film.mp4", "video/mp4")["sign_url"]

    with RawConnection(hasty.url) as connection:
        connection.put_head(url, f"Content-Length: {50 * MIB}")
        connection.send(padded_mp4(media_samples.mp4(), 20 * MIB))
        took_s = connection.drip(b"\0", gap_s=0.1, at_most_s=10)

    assert 0.5 < took_s < 3.5
    assert temporary_files_after_a_moment(hasty) == []


def test_a_slow_body_above_the_minimum_is_taken(hasty: RunningServer) -> None:
    photo = media_samples.still_gif(64, 64)
    url = hasty.signed("still.gif", "image/gif")["sign_url"]

    with RawConnection(hasty.url) as connection:
        connection.put_head(url, f"Content-Length: {len(photo)}")
        connection.trickle(photo, parts=8, gap_s=0.25)
        answer = connection.answer()

    assert (answer.status, answer.json()["code"]) == (200, 0)


def test_a_call_whose_json_never_ends_is_given_up(hasty: RunningServer) -> None:
    with RawConnection(hasty.url) as connection:
        connection.send(
            f"POST /v2/upload/asset HTTP/1.1\r\nHost: {connection.host}\r\nx-api-key: {hasty.key}\r\n"
            f'Content-Length: 1000\r\n\r\n{{"filename"'.encode()
        )
        closed_after_s = connection.closed_after_s()

    assert 0.5 < closed_after_s < 3


def test_a_sign_answers_within_a_second_while_50_uploads_drip(server: RunningServer) -> None:
    with ExitStack() as stack:
        for url in [server.signed("film.mp4", "video/mp4")["sign_url"] for _ in range(50)]:
            connection = stack.enter_context(RawConnection(server.url))
            connection.put_head(url, "Content-Length: 50000000")
            connection.send(media_samples.mp4()[:8192])

        began = time.monotonic()
        server.signed("photo.jpg", "image/jpeg")
        took_s = time.monotonic() - began

    assert took_s < 1


def test_an_upload_is_taken_while_50_others_stand_still_in_their_middle(server: RunningServer) -> None:
    film = padded_mp4(media_samples.mp4(), 3 * MIB)
    with ExitStack() as stack:
        for url in [server.signed("film.mp4", "video/mp4")["sign_url"] for _ in range(50)]:
            connection = stack.enter_context(RawConnection(server.url))
            connection.put_head(url, f"Content-Length: {50 * MIB}")
            connection.send(film)

        began = time.monotonic()
        receipt = server.upload("photo.jpg", media_samples.jpeg())
        took_s = time.monotonic() - began

    assert receipt["status"] == "ready"
    assert took_s < 2


def test_an_upload_is_taken_while_50_large_ones_drip_without_a_pause(server: RunningServer) -> None:
    film = padded_mp4(media_samples.mp4(), 3 * MIB)
    with ExitStack() as stack:
        connections = [stack.enter_context(RawConnection(server.url)) for _ in range(50)]
        for connection in connections:
            connection.put_head(server.signed("film.mp4", "video/mp4")["sign_url"], f"Content-Length: {50 * MIB}")
            connection.send(film)

        with dripping(connections, b"\0", gap_s=0.005):
            began = time.monotonic()
            receipt = server.upload("film.mp4", film)
            took_s = time.monotonic() - began

    assert receipt["status"] == "ready"
    assert took_s < 2


def test_a_large_body_that_drips_without_a_pause_is_given_up(hasty: RunningServer) -> None:
    url = hasty.signed("film.mp4", "video/mp4")["sign_url"]

    with RawConnection(hasty.url) as connection:
        connection.put_head(url, f"Content-Length: {50 * MIB}")
        connection.send(padded_mp4(media_samples.mp4(), 3 * MIB))
        took_s = connection.drip(b"\0", gap_s=0.012, at_most_s=8)

    assert took_s < 4


# Readers and idle ones


def test_a_reader_that_takes_nothing_is_given_up(hasty: RunningServer) -> None:
    film = hasty.upload("film.mp4", padded_mp4(media_samples.mp4(), 30 * MIB))

    with RawConnection(hasty.url, receive_buffer_bytes=4096) as connection:
        connection.get(film["asset_url"])
        time.sleep(2.0)
        received = connection.rest()

    assert len(received) < 20 * MIB


def test_a_reader_that_pauses_but_goes_on_is_served(hasty: RunningServer) -> None:
    film = padded_mp4(media_samples.mp4(), 20 * MIB)
    address = hasty.upload("film.mp4", film)["asset_url"]

    with RawConnection(hasty.url, receive_buffer_bytes=MIB) as connection:
        connection.get(address)
        answer = connection.answer_taken_slowly(2 * MIB, pause_s=0.55, pauses=3)

    assert answer.body == film


def test_a_reader_that_takes_little_is_served_as_long_as_it_takes_something(hasty: RunningServer) -> None:
    film = padded_mp4(media_samples.mp4(), 20 * MIB)
    address = hasty.upload("film.mp4", film)["asset_url"]

    with RawConnection(hasty.url, receive_buffer_bytes=MIB) as connection:
        connection.get(address)
        answer = connection.answer_taken_slowly(64 * 1024, pause_s=0.3, pauses=9)

    assert answer.body == film


def test_an_idle_connection_is_closed(hasty: RunningServer) -> None:
    with RawConnection(hasty.url) as connection:
        connection.send(GET_HEALTH)
        answer = connection.answer()
        closed_after_s = connection.closed_after_s()

    assert answer.status == 200
    assert 1.0 < closed_after_s < 4


def test_half_a_second_request_does_not_keep_a_connection(hasty: RunningServer) -> None:
    with RawConnection(hasty.url) as connection:
        connection.send(GET_HEALTH)
        connection.answer()
        connection.send(b"GET /healthz HTTP/1.1\r\nHost")
        closed_after_s = connection.closed_after_s()

    assert 0.5 < closed_after_s < 3


def test_connections_over_the_cap_are_told_so(new_server: Callable[..., RunningServer]) -> None:
    server = new_server(http_max_connections="3")

    with ExitStack() as stack:
        connections = [stack.enter_context(RawConnection(server.url)) for _ in range(4)]
        answer = connections[3].answer()
        connections[0].send(GET_HEALTH)
        served = connections[0].answer()

    assert (answer.status, served.status) == (503, 200)


def temporary_files_after_a_moment(server: RunningServer) -> list[str]:
    """Files of unfinished uploads that are still there after a moment, in which they should have gone."""
    deadline = time.monotonic() + 2
    while server.temporary_files() and time.monotonic() < deadline:
        time.sleep(0.02)
    return server.temporary_files()
