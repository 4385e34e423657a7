"""When another server wants to be asked again."""

import contextlib
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime


def retry_after_s(text: str, now: datetime) -> float | None:
    """The seconds of a `Retry-After`, which may be written as a date; None if it makes no sense."""
    if text.isascii() and text.isdigit():
        return float(text[:9])
    with contextlib.suppress(ValueError, OverflowError):
        when = parsedate_to_datetime(text)
        return max(0.0, (when.replace(tzinfo=when.tzinfo or UTC) - now).total_seconds())
    return None
