"""Rates: a moving window for each key."""

import pytest

from greenroom.errors import RateLimited
from greenroom.services.rates import Rates


class Stopwatch:
    def __init__(self) -> None:
        self.s = 1000.0

    def __call__(self) -> float:
        return self.s


@pytest.fixture
def watch() -> Stopwatch:
    return Stopwatch()


@pytest.fixture
def rates(watch: Stopwatch) -> Rates:
    return Rates(2, watch)


def test_what_remains_and_when_more_will_is_told(rates: Rates, watch: Stopwatch) -> None:
    rates.count("a")
    watch.s += 10

    allowed = rates.count("a")

    assert (allowed.limit, allowed.remaining, allowed.reset_s) == (2, 0, 50)


def test_no_window_of_a_minute_ever_has_more_than_are_allowed(rates: Rates, watch: Stopwatch) -> None:
    rates.count("a")
    watch.s += 59
    rates.count("a")
    watch.s += 1
    rates.count("a")

    with pytest.raises(RateLimited) as refused:
        rates.count("a")

    assert (refused.value.limit, refused.value.current, refused.value.retry_after_s) == (2, 2, 59)


def test_whoever_waits_as_told_is_let_in(rates: Rates, watch: Stopwatch) -> None:
    rates.count("a")
    watch.s += 0.7
    rates.count("a")
    with pytest.raises(RateLimited) as refused:
        rates.count("a")

    watch.s += refused.value.retry_after_s

    assert rates.count("a").limit == 2


def test_keys_do_not_count_for_each_other(rates: Rates) -> None:
    for _ in range(2):
        rates.count("a")

    assert rates.count("b").remaining == 1


def test_keys_that_sent_nothing_for_a_minute_are_forgotten(rates: Rates, watch: Stopwatch) -> None:
    for number in range(100):
        rates.count(str(number))
    watch.s += 61

    rates.count("a")

    assert list(rates._requests) == ["a"]
