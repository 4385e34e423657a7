"""Byte ranges and conditions of GET and HEAD (RFC 9110 sections 13 and 14)."""

import re
from dataclasses import dataclass

_ONE_RANGE = re.compile(r"bytes=[ \t]*([0-9]{0,18})-([0-9]{0,18})[ \t]*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Span:
    """The bytes from `start` up to but not including `stop`."""

    start: int
    stop: int

    @property
    def count(self) -> int:
        """How many bytes."""
        return self.stop - self.start


class Unsatisfiable(Exception):
    """The range begins at or after the end of what there is."""


def one_range(value: str | None, size_bytes: int) -> Span | None:
    """
    The span that a Range header asks for; None where the whole is to be sent.

    One range is served; several, or one that is not well formed, are ignored, as RFC 9110 section 14.2 permits.
    Raises Unsatisfiable.
    """
    match = _ONE_RANGE.fullmatch(value) if value else None
    if match is None:
        return None
    first, last = match.groups()
    if first:
        start = int(first)
        stop = min(int(last) + 1, size_bytes) if last else size_bytes
        if last and int(last) < start:
            return None
    elif last:
        start, stop = max(0, size_bytes - int(last)), size_bytes
    else:
        return None
    if start >= stop:
        raise Unsatisfiable
    return Span(start, stop)


def matches(value: str, etag: str) -> bool:
    """Whether an If-None-Match header names this entity tag; comparison is weak (RFC 9110 section 13.1.2)."""
    if value.strip() == "*":
        return True
    return any(tag.strip().removeprefix("W/") == etag for tag in value.split(","))


def range_still_holds(if_range: str | None, etag: str) -> bool:
    """Whether a Range is to be honoured; If-Range with a date never matches, since we send no Last-Modified."""
    return if_range is None or if_range.strip() == etag
