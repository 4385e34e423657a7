"""
The process that makes previews: `python -m greenroom.render.previewing`, with orders on its standard input.

It works on nothing that a stranger sent: presenters and music are the program's own, and what a voice said comes as
samples. A line on standard output says of each that is done.
"""

import os
import sys

import msgspec
from msgspec import Struct


class PreviewOrder(Struct, frozen=True):
    """One file to be made: `kind` is cover, voice or music; `source` is a file of speech for a voice."""

    kind: str
    id: str
    target: str
    source: str = ""


decode_orders = msgspec.json.Decoder(tuple[PreviewOrder, ...]).decode
encode_orders = msgspec.json.Encoder().encode


def main() -> None:
    """Follow the orders on standard input, one after the other."""
    os.nice(10)
    for order in decode_orders(sys.stdin.buffer.read()):
        data = _made(order)
        with open(f"{order.target}.new", "wb") as file:
            file.write(data)
        os.replace(f"{order.target}.new", order.target)
        sys.stdout.write(f"{order.target}\n")
        sys.stdout.flush()


def _made(order: PreviewOrder) -> bytes:
    from greenroom.studio import previews, speech_file

    if order.kind == "cover":
        return previews.cover(order.id)
    if order.kind == "music":
        return previews.music_sample(int(order.id))
    with open(order.source, "rb") as file:
        return previews.voice_sample(speech_file.decoded(file.read()))


if __name__ == "__main__":
    main()
