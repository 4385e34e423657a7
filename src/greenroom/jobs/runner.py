"""
The in-process runner: a thread for each of a few small jobs.

It keeps no queue. What there is to do is asked of the tables each time, so a crash loses nothing.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Job:
    """A job that may run twice. Without `every_s` it runs once, when the runner starts."""

    name: str
    run: Callable[[], object]
    every_s: float | None = None


class Runner:
    """Runs each job in a thread of its own until it is stopped."""

    def __init__(self, jobs: Sequence[Job]) -> None:
        self._stopped = threading.Event()
        self._threads = [
            threading.Thread(target=self._work, args=(job,), name=f"job {job.name}", daemon=True) for job in jobs
        ]

    def start(self) -> None:
        """Begin all jobs."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Return when the jobs that run now have ended."""
        self._stopped.set()
        for thread in self._threads:
            thread.join()

    def _work(self, job: Job) -> None:
        while not self._stopped.is_set():
            try:
                job.run()
            except Exception:
                log.exception("a job failed", job=job.name)
            if job.every_s is None or self._stopped.wait(job.every_s):
                return
