"""
Programs that a test has the renderer run in the place of the one that makes videos: each shows one thing.

They stand on the same floor: orders on standard input, limits, confinement, lines of JSON on standard output.
"""

import json
import os
import socket
import sys
import time
from collections.abc import Callable

from greenroom.errors import NotProduced
from greenroom.render.confinement import limit_self, lock_in
from greenroom.render.messages import Orders, decode_orders, encode_message
from greenroom.studio.avatar import Avatar
from greenroom.studio.film.drawing import DrawingProcess
from greenroom.studio.plan import NotRendered, Rendering


def tell(message: object) -> None:
    os.write(1, encode_message(message) + b"\n")


def outcome(act: Callable[[], object]) -> str:
    try:
        return f"could: {act()!r}"[:200]
    except OSError as problem:
        return f"could not: {problem.errno}"


def look_around(orders: Orders) -> None:
    """Try what a process must not do, and tell how it went; what it must do, too."""
    plan = orders.plan
    outside = os.path.dirname(plan.work)
    kept = os.path.join(plan.work, "kept")

    def keep() -> int:
        with open(kept + ".new", "wb") as file:
            file.write(b"kept")
        os.replace(kept + ".new", kept)
        return len(os.listdir(plan.work))

    tried = {
        "keep": outcome(keep),
        "read_a_material": outcome(lambda: os.preadv(plan.target, [bytearray(4)], 0)),
        "read_secret": outcome(lambda: os.open(os.path.join(outside, "secret"), os.O_RDONLY)),
        "write_outside": outcome(lambda: os.open(os.path.join(outside, "new"), os.O_WRONLY | os.O_CREAT)),
        "list_root": outcome(lambda: os.listdir("/")),
        "connect": outcome(lambda: socket.create_connection(("127.0.0.1", 9), 1)),
        "run": outcome(lambda: os.execv("/bin/true", ["true"])),
        "fork": outcome(os.fork),
        "nice": str(os.getpriority(os.PRIO_PROCESS, 0)),
        "environment": json.dumps(sorted(os.environ)),
    }
    tell(NotRendered("seen", json.dumps(tried)))


def hang(orders: Orders) -> None:
    """Tell that it lives, with the id of a process of its own, and stay."""
    child = os.fork()
    if child == 0:
        time.sleep(60)
        os._exit(0)
    tell(Rendering("rendering", child / 1e7))
    time.sleep(60)


def talk_nonsense(orders: Orders) -> None:
    """Say what is no message."""
    os.write(1, b"hello\n")
    time.sleep(60)


def talk_for_ever(orders: Orders) -> None:
    """Say a line without end."""
    while True:
        os.write(1, b"x" * 65536)


def die(orders: Orders) -> None:
    """End without a word, as a crash in a library does."""
    os.write(2, b"a library complains\n")
    os.abort()


def draw_what_cannot_be_drawn(orders: Orders) -> None:
    """Have an avatar drawn by a process that fails in an unforeseen way."""

    def set_up(what: bytes) -> Avatar:
        raise IndexError("the eye is outside of the picture")

    DrawingProcess(set_up).draw(b"somebody")


def eat_memory(orders: Orders) -> None:
    """Take more memory than there is."""
    try:
        bytearray(1 << 33)
    except MemoryError:
        tell(NotRendered("render_out_of_memory", "as it should be"))


def burn(orders: Orders) -> None:
    """Use processor time."""
    while True:
        pass


def main() -> None:
    """Do what the video's name says."""
    orders = decode_orders(sys.stdin.buffer.read())
    limit_self(orders.limits)
    name = orders.plan.spec.name
    if name == "look_around":
        lock_in(orders)
    try:
        globals()[name](orders)
    except NotProduced as problem:
        tell(NotRendered(problem.code, str(problem)))


if __name__ == "__main__":
    main()
