"""
A fuzzing campaign against verification: seeded broken files of every format, and a table of what came of them.

A child that a file kills is the sandbox at work; it is listed, with the seed that repeats it. Faults are
what reaches beyond the child: an exception of the examiner, an answer later than the limit, an exception
of our own code in a child, and, from the server, a 5xx, silence, or a process that died.
"""

import argparse
import itertools
import os
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import psutil
import requests

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "media")]

from judging import judge_with  # noqa: E402
from mutations import SUFFIXES, Mutant, mutant  # noqa: E402

from greenroom.domain.glance import Ends  # noqa: E402
from greenroom.domain.media import Examination, Format  # noqa: E402
from greenroom.media.examiner import Examiner  # noqa: E402
from greenroom.media.glance import glance  # noqa: E402
from greenroom.media.limits import ExamLimits  # noqa: E402
from greenroom.media.sniff import sniff  # noqa: E402
from running_server import RunningServer, start_server  # noqa: E402

LIMITS = ExamLimits(wall_s=10.0, cpu_s=8, deep_wall_s=20.0, deep_cpu_s=16)
MARGIN_S = 5.0
GLANCE_S = 1.0
SERVER_WAIT_S = 60.0
DEEP_EVERY = 4
END_BYTES = 256 * 1024
IN_TABLE = ("accepted", "damaged", "not sniffed", "timed out", "memory", "crashed")
CODES = {
    "examination_timed_out": "timed out",
    "examination_out_of_memory": "memory",
    "examination_crashed": "crashed",
    "examination_garbled": "crashed",
}


class Case(NamedTuple):
    """One broken file, by what repeats it."""

    format: Format
    seed: int

    def __str__(self) -> str:
        return f"{self.format}:{self.seed}"


class Fault(NamedTuple):
    """What should never have come of a file."""

    case: Case
    what: str


@dataclass
class Record:
    """What came of all files so far; filled from several threads."""

    outcomes: dict[Format, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    codes: Counter[str] = field(default_factory=Counter)
    statuses: dict[Format, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    took_ms: dict[Format, list[tuple[float, Case]]] = field(default_factory=lambda: defaultdict(list))
    faults: list[Fault] = field(default_factory=list)
    crashes: list[Fault] = field(default_factory=list)
    spent: list[Fault] = field(default_factory=list)


class Campaign:
    """Gives each file to the examiner, and to a server if there is one."""

    def __init__(self, examiner: Examiner, server: RunningServer | None, keep: Path | None) -> None:
        self.record = Record()
        self._examiner = examiner
        self._server = server
        self._keep = keep
        self._watched = Watched(server)
        self._lock = threading.Lock()

    def run(self, case: Case) -> None:
        """Break one file and see what comes of it; never raises."""
        made = mutant(case.format, case.seed)
        before = len(self.record.faults) + len(self.record.crashes)
        looked_at_as = self._look(case, made)
        self._examine(case, made, looked_at_as)
        if self._server is not None:
            self._send(case, made, self._server)
        for dead in self._watched.deaths():
            self._fault(case, made, f"{dead} died")
        if self._keep is not None and len(self.record.faults) + len(self.record.crashes) > before:
            (self._keep / f"{case.format}-{case.seed}.{SUFFIXES[case.format]}").write_bytes(made.data)

    def _look(self, case: Case, made: Mutant) -> Format | None:
        """Sniffing and the first glance run in the server itself: they may neither raise nor take long."""
        start = time.thread_time()
        try:
            sniffed = sniff(made.data[:4096]).format
            glance(
                Ends(head=made.data[:END_BYTES], tail=made.data[-END_BYTES:], size_bytes=len(made.data)),
                sniffed or case.format,
            )
        except Exception as error:  # noqa: BLE001 - any exception at all is what is looked for
            self._fault(case, made, f"a look raised {type(error).__name__}: {error}")
            return None
        if time.thread_time() - start > GLANCE_S:
            self._fault(case, made, "a look took long")
        return sniffed

    def _examine(self, case: Case, made: Mutant, sniffed: Format | None) -> None:
        deep = case.seed % DEEP_EVERY == 0
        start = time.perf_counter()
        try:
            # What is not sniffed never gets here in the service; it is judged all the same, to try the readers.
            examination = judge_with(self._examiner, made.data, format=sniffed or case.format, deep=deep)
        except Exception as error:  # noqa: BLE001 - any exception at all is what is looked for
            self._fault(case, made, f"the examiner raised {type(error).__name__}: {error}")
            return
        took_s = time.perf_counter() - start
        if took_s > (LIMITS.deep_wall_s if deep else LIMITS.wall_s) + MARGIN_S:
            self._fault(case, made, f"the answer came after {took_s:.1f} s")
        self._note(case, made, examination, sniffed, took_s)

    def _note(self, case: Case, made: Mutant, examination: Examination, sniffed: Format | None, took_s: float) -> None:
        first = examination.damage[0] if examination.damage else None
        outcome = "accepted" if first is None else CODES.get(first.code, "damaged")
        shown = "not sniffed" if sniffed is None and outcome in ("accepted", "damaged") else outcome
        with self._lock:
            self.record.outcomes[case.format][shown] += 1
            self.record.codes[first.code if first else "accepted"] += 1
            self.record.took_ms[case.format].append((took_s * 1000, case))
            if first is not None and outcome in ("timed out", "memory"):
                self.record.spent.append(Fault(case, f"{made.name}: {first.message}"))
        for found in examination.damage:
            if found.code == "examination_crashed" and "crashed" in found.message:
                self.record.crashes.append(Fault(case, f"{made.name}: {found.message}"))
            elif found.code in ("examination_crashed", "examination_garbled", "examination_unavailable"):
                self._fault(case, made, found.message)

    def _send(self, case: Case, made: Mutant, server: RunningServer) -> None:
        try:
            signed = server.signed(f"fuzz.{SUFFIXES[case.format]}")
            reply = requests.put(signed["sign_url"], data=made.data, timeout=SERVER_WAIT_S)
        except (requests.RequestException, AssertionError) as error:
            self._fault(case, made, f"no answer from the server: {type(error).__name__}: {error}"[:300])
            return
        with self._lock:
            self.record.statuses[case.format][reply.status_code] += 1
        if reply.status_code >= 500:
            self._fault(case, made, f"the server answered {reply.status_code}: {reply.text[:200]}")

    def _fault(self, case: Case, made: Mutant, what: str) -> None:
        with self._lock:
            self.record.faults.append(Fault(case, f"{made.name}: {what}"))
        print(f"\n!! {case} {made.name}: {what}", file=sys.stderr)


class Watched:
    """The processes that must outlive every file: our zygotes, the server, and its zygotes."""

    def __init__(self, server: RunningServer | None) -> None:
        self._alive = _zygotes(psutil.Process(), "zygote")
        if server is not None:
            process = psutil.Process(server.process.pid)
            self._alive |= {process: "the server"} | _zygotes(process, "zygote of the server")
        self._lock = threading.Lock()

    def deaths(self) -> list[str]:
        """Name those that died since the last call."""
        with self._lock:
            dead = [process for process in self._alive if not _runs(process)]
            return [f"{self._alive.pop(process)} ({process.pid})" for process in dead]


def _zygotes(parent: psutil.Process, name: str) -> dict[psutil.Process, str]:
    return {child: name for child in parent.children() if "greenroom.media.zygote" in child.cmdline()}


def _runs(process: psutil.Process) -> bool:
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE


def main() -> int:
    arguments = parsed_arguments()
    if arguments.keep is not None:
        arguments.keep.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        server = None
        if arguments.server:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            server = start_server(folder / "data")
            stack.callback(server.stop)
        examiner = Examiner(LIMITS, concurrency=arguments.threads, deep_concurrency=arguments.threads)
        examiner.start()
        stack.callback(examiner.close)
        campaign = Campaign(examiner, server, arguments.keep)
        start = time.perf_counter()
        run_all(campaign, cases(arguments), arguments.threads, arguments.seconds)
        if server is not None and requests.get(server.url + "/healthz", timeout=SERVER_WAIT_S).status_code != 200:
            raise SystemExit("the server is not healthy afterwards")
        report(campaign.record, time.perf_counter() - start)
    return 1 if campaign.record.faults else 0


def parsed_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=5000, help="how many, over all formats")
    parser.add_argument("--seed", type=int, default=0, help="the first seed; each format counts up from it")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="begin no file after that time")
    parser.add_argument("--format", type=Format, action="append", help="only this format; may be repeated")
    parser.add_argument("--only", help="one file, by FORMAT:SEED")
    parser.add_argument("--server", action="store_true", help="send each file to a real server too")
    parser.add_argument("--keep", type=Path, help="write files that show a fault or kill a child to this folder")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1, help="files at once")
    return parser.parse_args()


def cases(arguments: argparse.Namespace) -> Iterator[Case]:
    if arguments.only:
        format, _, seed = arguments.only.partition(":")
        return iter((Case(Format(format), int(seed)),))
    every = (Case(format, seed) for seed in itertools.count(arguments.seed) for format in arguments.format or Format)
    return itertools.islice(every, arguments.files)


def run_all(campaign: Campaign, waiting: Iterator[Case], threads: int, seconds: float) -> None:
    end, lock = time.monotonic() + seconds, threading.Lock()
    done = itertools.count(1)

    def work() -> None:
        while time.monotonic() < end:
            with lock:
                case = next(waiting, None)
            if case is None:
                return
            campaign.run(case)
            if (count := next(done)) % 100 == 0:
                print(f"\r{count} files, {len(campaign.record.faults)} faults ", end="", file=sys.stderr, flush=True)

    with ThreadPoolExecutor(threads) as pool:
        for future in [pool.submit(work) for _ in range(threads)]:
            future.result()
    print(file=sys.stderr)


def report(record: Record, took_s: float) -> None:
    print(f"{'format':7}{'files':>7}" + "".join(f"{name:>13}" for name in IN_TABLE) + f"{'median':>11}{'slowest':>12}")
    for format, counts in record.outcomes.items():
        times = record.took_ms[format]
        slowest_ms, case = max(times)
        middle_ms = statistics.median(took_ms for took_ms, _ in times)
        print(
            f"{format:7}{counts.total():7}"
            + "".join(f"{counts[name]:13}" for name in IN_TABLE)
            + f"{middle_ms:8.0f} ms{slowest_ms:9.0f} ms  {case}"
        )
    for format, statuses in record.statuses.items():
        print(f"{format:7} from the server: " + ", ".join(f"{code} x {n}" for code, n in sorted(statuses.items())))
    print("\nfirst findings: " + ", ".join(f"{code} {count}" for code, count in record.codes.most_common()))
    for title, found in (
        ("limit reached", record.spent),
        ("child killed by its file", record.crashes),
        ("FAULT", record.faults),
    ):
        for case, what in found:
            print(f"{title}: {case}  {what}")
    total = sum(counts.total() for counts in record.outcomes.values())
    print(
        f"\n{total} files in {took_s:.0f} s, {len(record.faults)} faults, {len(record.crashes)} children killed by "
        f"their file, {len(record.spent)} at a limit"
    )


if __name__ == "__main__":
    sys.exit(main())
