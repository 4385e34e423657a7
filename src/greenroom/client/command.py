"""The command `greenroom upload`: several files at once, with bars for people and lines for programs."""

import threading
import time
from collections.abc import Sequence
from pathlib import Path
from queue import Empty, SimpleQueue

from greenroom.client.backoff import Backoff
from greenroom.client.errors import ClientError, KeyRefused
from greenroom.client.progress import Progress
from greenroom.client.report import Outcome, Report, report_for
from greenroom.client.uploader import Client, Uploaded

ALL_READY = 0
NOT_ALL_READY = 1
INTERRUPTED = 130  # what a shell reports for a program that ^C ended

_KEY_CURE = "Give one with --key or GREENROOM_API_KEY; on the server, greenroom keys create makes one."


def upload_files(
    files: Sequence[Path], url: str, key: str, as_json: bool, *, folder: str = "", parallel: int = 4
) -> int:
    """
    Upload files into a folder, `parallel` at once, and print what came of each as soon as it is known.

    Gives the exit status: 0 if all are up, 1 if any is not, 130 after ^C. On stdout stands what is up:
    for people on a terminal, else a line `file, id, URL` with tabs between, or with `as_json` one object
    a line, which refused files get there too; otherwise they are told on stderr.
    """
    report = report_for(as_json, len(files))
    stop = _Stop()
    try:
        client = Client(url, key, backoff=Backoff(sleep=stop.sleep))
    except KeyRefused as refusal:
        report.end(f"{refusal} {_KEY_CURE}")
        return NOT_ALL_READY
    except ClientError as error:
        report.end(str(error))
        return NOT_ALL_READY
    with client:
        return _Run(client, files, folder, report, stop).run(parallel)


class _Stopped(Exception):
    """Ends an upload in its thread after the main thread has given up."""


class _Stop:
    """Told by the main thread that it has given up, noticed by the others wherever they pass."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def tell(self) -> None:
        """Wake all sleepers and end all uploads at their next step."""
        self._event.set()

    def check(self) -> None:
        """Raise _Stopped if it is time."""
        if self._event.is_set():
            raise _Stopped

    def sleep(self, seconds: float) -> None:
        """Sleep, but not longer than there is something to wait for. Raises _Stopped."""
        self._event.wait(seconds)
        self.check()


class _Run:
    """All files of one command."""

    def __init__(self, client: Client, files: Sequence[Path], folder: str, report: Report, stop: _Stop) -> None:
        self._client = client
        self._files = files
        self._folder = folder
        self._report = report
        self._waiting: SimpleQueue[Path] = SimpleQueue()
        self._outcomes: SimpleQueue[Outcome | BaseException] = SimpleQueue()
        self._stop = stop
        self._ready = 0
        self._done = 0

    def run(self, parallel: int) -> int:
        """Start the threads, report what they bring, give the exit status."""
        for file in self._files:
            self._waiting.put(file)
        with self._report.bars.shown():
            try:
                self._start(min(parallel, len(self._files)))
                self._collect()
            except KeyboardInterrupt:
                return self._give_up(INTERRUPTED, f"Stopped. {self._tally()}")
            except KeyRefused as refusal:
                # A line each: the server's sentence may end in a command to be copied.
                return self._give_up(NOT_ALL_READY, f"The server refuses the key: {refusal}", self._tally())
        self._report.end("" if self._ready == len(self._files) else self._tally())
        return ALL_READY if self._ready == len(self._files) else NOT_ALL_READY

    def _start(self, parallel: int) -> None:
        # Daemons: ^C must not wait for a thread that waits for the network.
        for number in range(parallel):
            threading.Thread(target=self._work, name=f"upload-{number}", daemon=True).start()

    def _work(self) -> None:
        while True:
            try:
                self._stop.check()
                self._outcomes.put(self._upload(self._waiting.get_nowait()))
            except (Empty, _Stopped):
                return
            except BaseException as error:  # noqa: BLE001 - the main thread raises it
                self._outcomes.put(error)
                return

    def _upload(self, file: Path) -> Outcome:
        began = time.monotonic()
        result: Uploaded | ClientError
        with self._report.bars.of(file.name) as show:

            def listen(progress: Progress) -> None:
                self._stop.check()
                show(progress)

            try:
                result = self._client.upload(file, listen, folder=self._folder)
            except KeyRefused:
                raise
            except ClientError as error:
                result = error
        return Outcome(file, result, time.monotonic() - began)

    def _collect(self) -> None:
        for _ in self._files:
            outcome = self._outcomes.get()
            if isinstance(outcome, BaseException):
                raise outcome
            self._done += 1
            self._ready += isinstance(outcome.result, Uploaded)
            self._report.bars.count()
            self._report.tell(outcome)

    def _give_up(self, status: int, *lines: str) -> int:
        self._stop.tell()
        for line in lines:
            self._report.end(line)
        return status

    def _tally(self) -> str:
        refused, left = self._done - self._ready, len(self._files) - self._done
        parts = [f"{self._ready} of {len(self._files)} files are up"]
        parts += [f"{refused} refused or failed"] if refused else []
        parts += [f"{left} not finished"] if left else []
        return ", ".join(parts) + "."
