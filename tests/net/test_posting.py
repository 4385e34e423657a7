"""Retry-After, in each of its forms."""

from datetime import UTC, datetime

import pytest

from greenroom.net.posting import retry_after_s

NOW = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0),
        ("120", 120),
        ("9" * 400, 999_999_999),
        ("Thu, 01 Jan 2026 12:02:00 GMT", 120),
        ("Thu, 01 Jan 2026 12:02:00", 120),
        ("Thu, 01 Jan 2026 11:00:00 GMT", 0),
        ("", None),
        ("soon", None),
        ("-1", None),
        ("1.5", None),
        ("٣", None),
        ("Thu, 99 Jan 2026 12:02:00 GMT", None),
        ("Thu, 01 Jan 99999 12:02:00 GMT", None),
    ],
)
def test_a_wish_for_rest_is_read_or_passed_over(text: str, seconds: float | None) -> None:
    assert retry_after_s(text, NOW) == seconds
