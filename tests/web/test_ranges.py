"""Byte ranges and conditions (RFC 9110 sections 13 and 14), as a table."""

import pytest

from greenroom.web.ranges import Span, Unsatisfiable, matches, one_range, range_still_holds

ETAG = '"abc"'


@pytest.mark.parametrize(
    ("value", "span"),
    [
        ("bytes=0-0", Span(0, 1)),
        ("bytes=0-1", Span(0, 2)),
        ("bytes=10-19", Span(10, 20)),
        ("bytes=90-", Span(90, 100)),
        ("bytes=99-", Span(99, 100)),
        ("bytes=-1", Span(99, 100)),
        ("bytes=-100", Span(0, 100)),
        ("bytes=-1000", Span(0, 100)),
        ("bytes=50-1000", Span(50, 100)),
        ("bytes=0-999999999999999999", Span(0, 100)),
        ("Bytes= 0-1 ", Span(0, 2)),
    ],
)
def test_one_range_gives_the_bytes_it_names(value: str, span: Span) -> None:
    assert one_range(value, 100) == span


@pytest.mark.parametrize("value", ["bytes=100-", "bytes=100-200", "bytes=-0", "bytes=999999999999999999-"])
def test_a_range_that_begins_past_the_end_cannot_be_satisfied(value: str) -> None:
    with pytest.raises(Unsatisfiable):
        one_range(value, 100)


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        "bytes",
        "bytes=",
        "bytes=-",
        "bytes=5-2",
        "bytes=0-1,5-6",
        "bytes=0-1,",
        "bytes=a-b",
        "bytes=1.5-2",
        "bytes=--5",
        "bytes=+1-2",
        "bytes=1 - 2",
        "bytes=0x0-0x1",
        "bytes=٠-١",
        "items=0-1",
        "bytes 0-1",
        "bytes=0-1; bytes=2-3",
        "bytes=" + "9" * 40 + "-",
    ],
)
def test_what_is_not_one_well_formed_range_is_ignored(value: str | None) -> None:
    assert one_range(value, 100) is None


def test_a_span_counts_its_bytes() -> None:
    assert Span(10, 20).count == 10


@pytest.mark.parametrize("value", ['"abc"', 'W/"abc"', '"x", "abc"', '"x",W/"abc" ', "*", " * "])
def test_an_if_none_match_that_names_the_tag_matches(value: str) -> None:
    assert matches(value, ETAG)


@pytest.mark.parametrize("value", ["", '"abcd"', "abc", 'w/"abc"', '"x", "y"', "**"])
def test_an_if_none_match_that_names_others_does_not_match(value: str) -> None:
    assert not matches(value, ETAG)


@pytest.mark.parametrize("value", [None, '"abc"', ' "abc" '])
def test_a_range_holds_while_the_tag_is_the_same(value: str | None) -> None:
    assert range_still_holds(value, ETAG)


@pytest.mark.parametrize("value", ['"other"', 'W/"abc"', "Sun, 22 Nov 2026 08:00:00 GMT", ""])
def test_a_range_does_not_hold_for_another_or_a_weak_tag_or_a_date(value: str) -> None:
    assert not range_still_holds(value, ETAG)
