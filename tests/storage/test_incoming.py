"""Incoming: a file on its way in, written, counted and hashed as it passes."""

import hashlib
import os
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from greenroom.errors import StorageFull
from greenroom.storage.incoming import Incoming, Staged, full_disk_told

PATIENCE_MS = 20
MEGABYTE = 1024 * 1024


@pytest.fixture
def incoming(tmp_path: Path) -> Iterator[Incoming]:
    made = Incoming(str(tmp_path / "file.part"))
    yield made
    made.discard()


@pytest.fixture
def link() -> Iterator[tuple[socket.socket, socket.socket]]:
    """A sender's end, and a receiver's end that does not block."""
    sender, receiver = socket.socketpair()
    receiver.setblocking(False)
    yield sender, receiver
    sender.close()
    receiver.close()


def send(sender: socket.socket, data: bytes) -> threading.Thread:
    """Send from another thread, since the link holds less than a megabyte."""
    thread = threading.Thread(target=sender.sendall, args=(data,))
    thread.start()
    return thread


def test_pieces_are_written_in_order_counted_and_hashed(incoming: Incoming) -> None:
    incoming.write((b"one ", bytearray(b"two "), memoryview(b"three ")))
    incoming.write((b"four",))

    incoming.close()

    assert Path(incoming.path).read_bytes() == b"one two three four"
    assert incoming.size_bytes == 18
    assert incoming.digest() == hashlib.sha256(b"one two three four").hexdigest()


@pytest.mark.parametrize("size", [0, 1, 256 * 1024 - 1, 256 * 1024, 3 * MEGABYTE + 7])
def test_the_digest_is_right_whether_it_is_made_aside_or_not(incoming: Incoming, size: int) -> None:
    data = os.urandom(size)

    incoming.write((data,))
    incoming.write((data, data))

    assert incoming.digest() == hashlib.sha256(data * 3).hexdigest()


def test_more_pieces_than_the_kernel_takes_at_once_are_all_written(incoming: Incoming) -> None:
    incoming.write([b"x"] * 5000)

    incoming.close()

    assert os.path.getsize(incoming.path) == 5000


def test_only_the_owner_may_read_the_file(incoming: Incoming) -> None:
    assert os.stat(incoming.path).st_mode & 0o777 == 0o600


def test_a_file_that_is_there_is_never_written_over(incoming: Incoming) -> None:
    with pytest.raises(FileExistsError):
        Incoming(incoming.path)


def test_a_symlink_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "link.part").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(FileExistsError):
        Incoming(str(tmp_path / "link.part"))

    assert not (tmp_path / "elsewhere").exists()


def test_a_reopened_file_can_only_be_read(incoming: Incoming) -> None:
    incoming.write((b"data",))

    fd = incoming.reopened()

    assert os.read(fd, 10) == b"data"
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.write(fd, b"more")
    os.close(fd)


def test_discarding_removes_the_file_and_may_be_done_twice(incoming: Incoming) -> None:
    incoming.write((b"data",))

    incoming.discard()
    incoming.discard()

    assert not os.path.exists(incoming.path)


def test_staged_bytes_are_hashed_again_and_may_be_discarded_twice(incoming: Incoming) -> None:
    incoming.write((b"data",))
    incoming.close()
    staged = Staged(incoming.path)

    digest, size = staged.digest(), staged.size_bytes
    staged.discard()
    staged.discard()

    assert (digest, size) == (hashlib.sha256(b"data").hexdigest(), 4)
    assert not os.path.exists(incoming.path)


def test_a_write_to_a_full_disk_is_told_as_such() -> None:
    full = os.open("/dev/full", os.O_WRONLY)

    with pytest.raises(StorageFull):
        full_disk_told(lambda: os.write(full, b"data"))

    os.close(full)


# From a socket


@pytest.mark.parametrize("size", [1, MEGABYTE - 1, MEGABYTE, MEGABYTE + 1, 5 * MEGABYTE + 3])
def test_bytes_of_a_socket_arrive_whole(
    incoming: Incoming, link: tuple[socket.socket, socket.socket], size: int
) -> None:
    data = os.urandom(size)
    sending = send(link[0], data)

    came = incoming.receive(link[1].fileno(), size, 2000)

    sending.join()
    assert came == incoming.size_bytes == size
    assert incoming.digest() == hashlib.sha256(data).hexdigest()


def test_no_more_is_taken_than_was_asked_for(incoming: Incoming, link: tuple[socket.socket, socket.socket]) -> None:
    link[0].sendall(b"the body|the next request")

    came = incoming.receive(link[1].fileno(), 8, PATIENCE_MS)

    assert came == 8
    assert link[1].recv(100) == b"|the next request"


def test_a_socket_that_brings_nothing_is_given_back_soon(
    incoming: Incoming, link: tuple[socket.socket, socket.socket]
) -> None:
    began = time.monotonic()

    came = incoming.receive(link[1].fileno(), 100, PATIENCE_MS)

    assert came == 0
    assert time.monotonic() - began < 0.5


def test_what_came_before_a_pause_counts(incoming: Incoming, link: tuple[socket.socket, socket.socket]) -> None:
    link[0].sendall(b"half")

    came = incoming.receive(link[1].fileno(), 8, PATIENCE_MS)

    assert (came, incoming.size_bytes) == (4, 4)


def test_a_socket_that_drips_is_given_back_too(incoming: Incoming, link: tuple[socket.socket, socket.socket]) -> None:
    stopped = threading.Event()

    def drip() -> None:
        while not stopped.wait(0.005):
            link[0].send(b"x")

    dripping = threading.Thread(target=drip)
    dripping.start()
    began = time.monotonic()

    came = incoming.receive(link[1].fileno(), 10 * MEGABYTE, PATIENCE_MS)

    took_s = time.monotonic() - began
    stopped.set()
    dripping.join()
    assert came < 100
    assert took_s < 1


@pytest.mark.parametrize("size", [0, 1000, 2 * MEGABYTE])
def test_the_end_of_a_connection_counts_what_came_before_it(
    incoming: Incoming, link: tuple[socket.socket, socket.socket], size: int
) -> None:
    sending = threading.Thread(target=lambda: (link[0].sendall(bytes(size)), link[0].close()))
    sending.start()

    came = incoming.receive(link[1].fileno(), 10 * MEGABYTE, 2000)

    sending.join()
    assert came == incoming.size_bytes == size
