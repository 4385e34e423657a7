"""Trying again: exponential pauses of which half is left to chance, and never shorter than the server asks."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TypeVar

from greenroom.client.errors import ClientError, ServerUnavailable

ATTEMPTS_MAX = 6
BASE_S = 0.5
CAP_S = 30.0
ASKED_MAX_S = 300.0
"""A server that asks for a longer pause than this is taken to be away."""

Result = TypeVar("Result")


class TryAgain(Exception):
    """
    A step failed in a way that may pass.

    `retry_after` is the server's header, if it sent one; `otherwise` is raised in place of
    ServerUnavailable when no attempt is left.
    """

    def __init__(self, problem: str, retry_after: str | None = None, otherwise: ClientError | None = None) -> None:
        super().__init__(problem)
        self.problem = problem
        self.retry_after = retry_after
        self.otherwise = otherwise


@dataclass(frozen=True, slots=True)
class Backoff:
    """The rule for pauses. `draw` gives a number between two; `now` is in Unix seconds."""

    sleep: Callable[[float], None] = time.sleep
    draw: Callable[[float, float], float] = random.uniform
    now: Callable[[], float] = time.time

    def keep_trying(
        self,
        step: Callable[[], Result],
        pausing: Callable[[str, float], None] = lambda *_: None,
    ) -> Result:
        """
        Give the result of `step`, tried up to ATTEMPTS_MAX times while it raises TryAgain.

        `pausing` is told the problem and the seconds before each pause. Raises ServerUnavailable, or
        what the last TryAgain names, when no attempt is left or the server asks for too long a pause.
        """
        for attempt in range(1, ATTEMPTS_MAX + 1):
            try:
                return step()
            except TryAgain as failure:
                pause_s = self.pause_s(attempt, self.asked_s(failure.retry_after))
                if attempt == ATTEMPTS_MAX or pause_s > ASKED_MAX_S:
                    raise failure.otherwise or ServerUnavailable(failure.problem, attempt) from failure
                pausing(failure.problem, pause_s)
                self.sleep(pause_s)
        raise AssertionError("the last attempt returns or raises")

    def pause_s(self, failures: int, asked_s: float | None = None) -> float:
        """
        Seconds to wait after so many failures in a row (1 after the first).

        Where the server asked for a pause it is kept, and the jitter comes on top: those whom a busy
        server sent away together must not all come back at once.
        """
        if asked_s is not None:
            return asked_s + self.draw(0, BASE_S)
        # Were all of it left to chance, six attempts could be over before a server has started again.
        longest_s = min(CAP_S, BASE_S * 2 ** (failures - 1))
        return self.draw(longest_s / 2, longest_s)

    def asked_s(self, retry_after: str | None) -> float | None:
        """Seconds that a Retry-After header (seconds or HTTP date) asks for; None if it says nothing."""
        if retry_after is None:
            return None
        if retry_after.strip().isdecimal():
            return float(retry_after)
        try:
            moment = parsedate_to_datetime(retry_after)
        except ValueError:
            return None
        return max(0.0, moment.timestamp() - self.now())
