"""Waiting for what happens soon, but not at once."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def soon(ask: Callable[[], T], wanted: Callable[[T], bool], within_s: float = 8.0) -> T:
    """The answer as soon as it is wanted; the last one when time is over."""
    end = time.monotonic() + within_s
    while not wanted(answer := ask()) and time.monotonic() < end:
        time.sleep(0.02)
    return answer
