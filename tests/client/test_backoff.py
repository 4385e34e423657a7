"""How long the client waits before it tries again."""

import random

import pytest

from greenroom.client.backoff import ATTEMPTS_MAX, BASE_S, CAP_S, Backoff, TryAgain
from greenroom.client.errors import ServerUnavailable, UploadRefused

LONGEST = Backoff(sleep=lambda _: None, draw=lambda low, high: high, now=lambda: 784_111_777)


def failing() -> None:
    raise TryAgain("Too busy.")


def test_pauses_double_up_to_a_cap() -> None:
    pauses = [LONGEST.pause_s(failures) for failures in range(1, 9)]

    assert pauses == [0.5, 1, 2, 4, 8, 16, 30, 30]


def test_half_of_a_pause_is_left_to_chance() -> None:
    backoff = Backoff(draw=random.Random(1).uniform)

    pauses = [backoff.pause_s(20) for _ in range(500)]

    assert 0.5 * CAP_S <= min(pauses) < 0.55 * CAP_S
    assert max(pauses) > 0.95 * CAP_S


def test_all_attempts_together_outlast_the_restart_of_a_server() -> None:
    unlucky = Backoff(draw=lambda low, _high: low)

    assert sum(unlucky.pause_s(failures) for failures in range(1, ATTEMPTS_MAX)) > 7


def test_a_pause_asked_in_seconds_is_kept() -> None:
    assert LONGEST.asked_s("7") == 7
    assert LONGEST.pause_s(1, asked_s=7) == 7 + BASE_S


def test_a_pause_asked_as_a_date_is_kept() -> None:
    assert LONGEST.asked_s("Sun, 06 Nov 1994 08:49:47 GMT") == 10


def test_a_date_gone_by_asks_for_no_pause() -> None:
    assert LONGEST.asked_s("Sun, 06 Nov 1994 08:00:00 GMT") == 0


@pytest.mark.parametrize("header", [None, "", "soon", "-3", "1.5", "٣x"])
def test_a_header_that_says_nothing_is_passed_over(header: str | None) -> None:
    assert LONGEST.asked_s(header) is None


def test_after_the_last_attempt_the_server_counts_as_away() -> None:
    with pytest.raises(ServerUnavailable) as caught:
        LONGEST.keep_trying(failing)

    assert caught.value.attempts == ATTEMPTS_MAX
    assert caught.value.problem == "Too busy."


def test_the_pauses_of_all_attempts_are_told() -> None:
    told: list[tuple[str, float]] = []

    with pytest.raises(ServerUnavailable):
        LONGEST.keep_trying(failing, lambda problem, pause_s: told.append((problem, pause_s)))

    assert told == [("Too busy.", pause_s) for pause_s in (0.5, 1, 2, 4, 8)]


def test_a_server_that_asks_for_an_hour_counts_as_away_at_once() -> None:
    def away() -> None:
        raise TryAgain("Back later.", retry_after="3600")

    with pytest.raises(ServerUnavailable) as caught:
        LONGEST.keep_trying(away)

    assert caught.value.attempts == 1


def test_a_failure_with_an_error_of_its_own_ends_in_that() -> None:
    refusal = UploadRefused(4003, "The body is shorter than declared.")

    def broken() -> None:
        raise TryAgain("broken", otherwise=refusal)

    with pytest.raises(UploadRefused) as caught:
        LONGEST.keep_trying(broken)

    assert caught.value is refusal
