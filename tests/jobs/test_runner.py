"""The runner: jobs run in their own time, survive their failures, and end when asked."""

import threading
import time
from collections.abc import Callable

import pytest
from structlog.testing import capture_logs

from greenroom.jobs.runner import Job, Runner


class Counted:
    """A job's work that counts its runs, and fails in those that it is told to."""

    def __init__(self, fail_in: tuple[int, ...] = ()) -> None:
        self.runs = 0
        self._fail_in = fail_in
        self._ran = threading.Condition()

    def __call__(self) -> None:
        with self._ran:
            self.runs += 1
            self._ran.notify_all()
        if self.runs in self._fail_in:
            raise RuntimeError("this run fails")

    def wait_for(self, runs: int) -> bool:
        with self._ran:
            return self._ran.wait_for(lambda: self.runs >= runs, 5)


@pytest.fixture
def run() -> Callable[..., Runner]:
    def start(*jobs: Job) -> Runner:
        runner = Runner(jobs)
        runner.start()
        return runner

    return start


def test_a_job_without_a_period_runs_once(run: Callable[..., Runner]) -> None:
    work = Counted()

    runner = run(Job("once", work))
    work.wait_for(1)
    runner.stop()

    assert work.runs == 1


def test_a_job_with_a_period_runs_again_and_again(run: Callable[..., Runner]) -> None:
    work = Counted()

    runner = run(Job("often", work, 0.01))
    came = work.wait_for(3)
    runner.stop()

    assert came


def test_a_job_that_failed_runs_again_and_its_failure_is_logged(run: Callable[..., Runner]) -> None:
    work = Counted(fail_in=(1,))

    with capture_logs() as logs:
        runner = run(Job("at times", work, 0.01))
        came = work.wait_for(3)
        runner.stop()

    assert came
    assert [(line["event"], line["job"]) for line in logs] == [("a job failed", "at times")]


def test_a_job_that_fails_leaves_the_others_alone(run: Callable[..., Runner]) -> None:
    bad, good = Counted(fail_in=(1, 2, 3)), Counted()

    with capture_logs():
        runner = run(Job("bad", bad, 0.01), Job("good", good, 0.01))
        came = good.wait_for(3)
        runner.stop()

    assert came


def test_stopping_does_not_wait_for_the_next_period(run: Callable[..., Runner]) -> None:
    work = Counted()
    runner = run(Job("rarely", work, 3600))
    work.wait_for(1)
    began = time.monotonic()

    runner.stop()

    assert time.monotonic() - began < 1
    assert work.runs == 1


def test_stopping_waits_for_what_runs_now(run: Callable[..., Runner]) -> None:
    begun, ended = threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        time.sleep(0.1)
        ended.set()

    runner = run(Job("long", work))
    begun.wait(5)
    runner.stop()

    assert ended.is_set()
