"""One server a data folder; a stop lets uploads end; nothing leaks that a long life would need."""

import contextlib
import os
import signal
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest
from patience import soon
from raw_put import RawPut

import media_samples
from running_server import KEY, RunningServer

PHOTO = media_samples.jpeg()
MOST_THREADS = 80  # all pools at their limits


def command(server: RunningServer, *words: str) -> "subprocess.CompletedProcess[str]":
    """Run `greenroom …` on the server's data folder."""
    whole = [sys.executable, "-m", "greenroom", *words, "--data", str(server.data)]
    environ = {**os.environ, "GREENROOM_API_KEY": KEY}
    return subprocess.run(whole, check=False, capture_output=True, text=True, timeout=30, env=environ)


def test_a_second_server_on_one_data_folder_is_refused_with_a_clear_line(server: RunningServer) -> None:
    second = command(server, "serve", "--port", "0")

    assert second.returncode == 2
    assert second.stderr.startswith("greenroom: Another greenroom serve owns the data folder")
    assert "Traceback" not in second.stderr
    assert server.upload("photo.jpg", PHOTO)["status"] == "ready"


def test_keys_are_made_and_ended_while_the_server_writes(server: RunningServer) -> None:
    stopped = threading.Event()

    def sign_for_ever() -> None:
        while not stopped.is_set():
            server.signed("photo.jpg")

    signing = threading.Thread(target=sign_for_ever)
    signing.start()
    made = command(server, "keys", "create", "phone", "--scope", "upload")
    other = RunningServer(server.url, server.data, server.process, server.log, made.stdout.strip())
    signed = other.sign({"filename": "photo.jpg"})
    revoked = command(server, "keys", "revoke", made.stderr.split()[0])
    refused = soon(lambda: other.sign({"filename": "photo.jpg"}), lambda reply: reply["code"] != 0, within_s=1.0)
    stopped.set()
    signing.join()

    assert (made.returncode, signed["code"]) == (0, 0)
    assert (revoked.returncode, refused["code"]) == (0, 10105)


def test_a_stop_lets_an_upload_in_flight_end(new_server: Callable[..., RunningServer]) -> None:
    server = new_server()
    with RawPut(server.signed("photo.jpg")["sign_url"], len(PHOTO)) as put:
        put.send(PHOTO[:9000])
        server.process.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        put.send(PHOTO[9000:])

        status, reply = put.answer()

    server.process.wait(10)
    server.kill()
    assert (status, reply["data"]["status"]) == (200, "ready")
    assert server.temporary_files() == []


def test_a_stop_cuts_an_upload_that_brings_nothing(new_server: Callable[..., RunningServer]) -> None:
    server = new_server(http_body_gap_s="0.5")
    with RawPut(server.signed("photo.jpg")["sign_url"], len(PHOTO)) as put:
        put.send(PHOTO[:9000])

        server.process.send_signal(signal.SIGTERM)
        server.process.wait(10)

    server.kill()
    assert server.temporary_files() == []


# Leaks


def refused(server: RunningServer) -> int:
    return server.put(server.signed("photo.jpg")["sign_url"], media_samples.png()).status_code


def damaged(server: RunningServer) -> int:
    return server.put(server.signed("photo.jpg")["sign_url"], media_samples.cut(PHOTO)).status_code


def cut(server: RunningServer) -> int:
    with RawPut(server.signed("photo.jpg")["sign_url"], len(PHOTO)) as put:
        put.send(PHOTO[:9000])
        put.reset()
    return 0


def good(server: RunningServer) -> int:
    return server.put(server.signed("photo.jpg")["sign_url"], PHOTO).status_code


def long_and_cut(server: RunningServer) -> int:
    with RawPut(server.signed("sound.wav")["sign_url"], 5_000_000) as put, contextlib.suppress(OSError):
        put.send(media_samples.wav(20)[:3_000_000])
        put.reset()
    return 0


def bustle(server: RunningServer, rounds: int) -> list[int]:
    """Uploads of all sorts, eight at once."""
    sorts = [good, refused, damaged, cut, long_and_cut] * rounds
    with ThreadPoolExecutor(8) as clients:
        return list(clients.map(lambda upload: upload(server), sorts))


@pytest.fixture
def process(server: RunningServer) -> Iterator[psutil.Process]:
    yield psutil.Process(server.process.pid)


def test_two_hundred_uploads_of_all_sorts_leak_no_descriptor_and_no_thread(
    server: RunningServer, process: psutil.Process
) -> None:
    bustle(server, 8)
    soon(server.temporary_files, lambda names: not names)
    descriptors = process.num_fds()

    statuses = bustle(server, 40)

    left = soon(server.temporary_files, lambda names: not names)
    assert set(statuses) == {0, 200, 415, 422}
    assert left == []
    assert soon(process.num_fds, lambda count: count <= descriptors + 4) <= descriptors + 4
    assert process.num_threads() < MOST_THREADS


def test_fault_13_memory_stays_flat_however_much_arrives_at_once(
    new_server: Callable[..., RunningServer],
) -> None:
    server = new_server()
    server.upload("film.mp4", media_samples.mp4())
    padding = struct.pack(">I4s", 12_000_008, b"free") + bytes(12_000_000)
    body = media_samples.mp4() + padding
    urls = [server.signed("film.mp4")["sign_url"] for _ in range(30)]
    before = psutil.Process(server.process.pid).memory_info().rss

    with ThreadPoolExecutor(30) as clients:
        statuses = list(clients.map(lambda url: server.put(url, body).status_code, urls))

    grown = psutil.Process(server.process.pid).memory_info().rss - before
    assert set(statuses) <= {200, 422}
    assert grown < 160 * 1024 * 1024
    assert soon(server.temporary_files, lambda names: not names) == []
