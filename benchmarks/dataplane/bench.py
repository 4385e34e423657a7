"""Runs contenders in turn, round by round, and keeps what each run showed."""

from __future__ import annotations

import os
import secrets
import shutil
import statistics
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import machine
import process_tree
from load import LoadProgram, Requests, Result
from samples import Samples
from servers import Greenroom, Nginx, Server

# A run during which others used more than this is repeated: it measured them.
DISTURBED_CORES = 0.3
REPEATS = 2
PATIENCE_S = 10
SPARE_BYTES = 128 << 20  # for buffers and sockets
MB, GB = 1_000_000, 1_000_000_000


@dataclass(frozen=True, slots=True)
class Run:
    """One load against one server."""

    load: Result
    server_cpu_s: float
    rss_mb: float
    foreign_cores: float

    @property
    def mb_per_s(self) -> float:
        return self.load.bytes / self.load.wall_s / MB

    @property
    def requests_per_s(self) -> float:
        return self.load.ok / self.load.wall_s

    @property
    def cpu_s_per_gb(self) -> float:
        return self.server_cpu_s / self.load.bytes * GB

    @property
    def cpu_us_per_request(self) -> float:
        return self.server_cpu_s / self.load.ok * 1e6


Figure = Callable[[Run], float]


@dataclass(frozen=True, slots=True)
class Contender:
    """A server and what is to be sent to it; `prepare` is called before every run, outside its time."""

    label: str
    server: Server
    prepare: Callable[[], Requests]


@dataclass(frozen=True, slots=True)
class Comparison:
    """The runs of all contenders of one operation, in the order of the rounds."""

    title: str
    runs: Mapping[str, Sequence[Run]]

    def ratio(self, figure: Figure, label: str, to: str) -> float:
        """
        The median over the rounds of one contender's figure to another's.

        Of pairs, not of two medians: the two runs of a round saw the same disturbances of the machine.
        """
        pairs = zip(self.runs[label], self.runs[to], strict=True)
        return statistics.median(figure(mine) / figure(theirs) for mine, theirs in pairs)

    def median(self, figure: Figure, label: str) -> float:
        return statistics.median(figure(run) for run in self.runs[label])


@dataclass(slots=True)
class Bench:
    """The means of a run: where its files go, what it loads with, how often it repeats."""

    folder: Path
    load: LoadProgram
    samples: Samples
    greenroom_program: str
    rounds: int
    quick: bool
    comparisons: list[Comparison] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    servers_made: int = 0

    def nginx(self) -> Nginx:
        return Nginx(self._server_folder())

    def greenroom(self, **settings: str) -> Greenroom:
        return Greenroom(self._server_folder(), self.greenroom_program, settings)

    def count(self, full: int) -> int:
        return max(full // 4, 1) if self.quick else full

    def seconds(self, full: float) -> float:
        return full / 4 if self.quick else full

    def side_by_side(self, title: str, *contenders: Contender) -> Comparison:
        """Warm all up, then measure them in turn, each round in the opposite order of the last."""
        for contender in contenders:
            self.load.run(contender.prepare())
        runs: dict[str, list[Run]] = {contender.label: [] for contender in contenders}
        for number in range(self.rounds):
            print(f"  {title}: round {number + 1} of {self.rounds}", file=sys.stderr, flush=True)
            for contender in contenders[:: -1 if number % 2 else 1]:
                runs[contender.label].append(self.undisturbed(contender))
        comparison = Comparison(title, runs)
        self.comparisons.append(comparison)
        return comparison

    def undisturbed(self, contender: Contender) -> Run:
        """Measure; again, twice at most, when others used the machine. The least disturbed run counts."""
        best = self._measured(contender)
        for _ in range(REPEATS):
            if best.foreign_cores <= DISTURBED_CORES:
                break
            best = min(best, self._measured(contender), key=lambda run: run.foreign_cores)
        return best

    def _measured(self, contender: Contender) -> Run:
        requests = contender.prepare()
        os.sync()  # what the last run left to be written must not slow this one
        machine.wait_until_quiet(PATIENCE_S)
        machine.fetch_memory(requests.stored_bytes + SPARE_BYTES)
        busy, cpu = machine.busy_seconds(), contender.server.cpu_seconds()
        result = self.load.run(requests)
        cpu = contender.server.cpu_seconds() - cpu
        foreign = (machine.busy_seconds() - busy - cpu - result.cpu_s) / result.wall_s
        return Run(result, cpu, process_tree.rss_mb(contender.server.pids()), max(foreign, 0.0))

    def remove_servers(self, since: int) -> None:
        """Delete what the servers stored that were made after the first `since`; they must have stopped."""
        for number in range(since + 1, self.servers_made + 1):
            for folder in self.folder.glob(f"server-{number}-*"):
                shutil.rmtree(folder, ignore_errors=True)

    def _server_folder(self) -> Path:
        self.servers_made += 1
        # ext4 places such a folder by the hash of its name: another place every time, free of old inodes.
        return self.folder / f"server-{self.servers_made}-{secrets.token_hex(4)}"
