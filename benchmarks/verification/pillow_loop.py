"""Decodes an image with bare Pillow for some seconds, once it is told to begin, and says how many a second it was."""

from __future__ import annotations

import sys
import time

from PIL import Image


def main() -> None:
    path, seconds = sys.argv[1], float(sys.argv[2])
    _decode(path)
    print("ready", flush=True)
    sys.stdin.readline()
    count, start = 0, time.perf_counter()
    while time.perf_counter() - start < seconds:
        _decode(path)
        count += 1
    print(count / (time.perf_counter() - start), flush=True)


def _decode(path: str) -> None:
    with Image.open(path) as image:
        image.load()


if __name__ == "__main__":
    main()
