"""Measures contenders in turn, round by round, and keeps what each round showed."""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import machine
import process_tree
from costs import Cost, Measurement

PATIENCE_S = 5  # before one round of one comparison
ALL_PATIENCE_S = 90  # of a whole run: on a machine that never rests it is over some day all the same


@dataclass(frozen=True, slots=True)
class Comparison:
    """The costs of all contenders of one piece of work, in the order of the rounds."""

    title: str
    costs: Mapping[str, Sequence[Cost]]
    foreign_cores: float

    def ratio(self, mine: str, to: str, figure: Callable[[Cost], float] = lambda cost: cost.cpu_s) -> float:
        """
        The median over the rounds of one contender's figure to another's; processor time unless told.

        Of pairs, not of two medians: the two measurements of a round saw the same disturbances.
        """
        pairs = zip(self.costs[mine], self.costs[to], strict=True)
        return statistics.median(figure(one) / figure(other) for one, other in pairs)

    def wall_between_ms(self, whole: str, part: str) -> float:
        """The median over the rounds of what one contender takes longer than another."""
        pairs = zip(self.costs[whole], self.costs[part], strict=True)
        return statistics.median((one.wall_s - other.wall_s) * 1000 for one, other in pairs)

    def cpu_ms(self, label: str) -> float:
        return statistics.median(cost.cpu_s for cost in self.costs[label]) * 1000

    def wall_ms(self, label: str) -> float:
        return statistics.median(cost.wall_s for cost in self.costs[label]) * 1000


@dataclass(slots=True)
class Bench:
    """How often and how long is measured, and what came of it."""

    rounds: int
    quick: bool
    comparisons: list[Comparison] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    patience_s: float = ALL_PATIENCE_S

    def __post_init__(self) -> None:
        if self.quick:
            self.patience_s /= 6

    def count(self, full: int) -> int:
        return full // 2 if self.quick else full

    def seconds(self, full: float) -> float:
        return full / 4 if self.quick else full

    def side_by_side(self, title: str, **contenders: Measurement) -> Comparison:
        """Measure all in turn, each round in the opposite order of the last."""
        print(f"  {title}", file=sys.stderr, flush=True)
        for measure in contenders.values():
            measure()  # pages of the file, and of the decoders
        costs: dict[str, list[Cost]] = {label: [] for label in contenders}
        foreign = []
        for number in range(self.rounds):
            self.wait_for_quiet()
            with Foreigners() as others:
                for label in list(contenders)[:: -1 if number % 2 else 1]:
                    costs[label].append(contenders[label]())
            foreign.append(others.cores)
        comparison = Comparison(title, costs, statistics.median(foreign))
        self.comparisons.append(comparison)
        return comparison

    def wait_for_quiet(self) -> None:
        """Wait for the others on the machine to rest, as long as there is patience left."""
        start = time.monotonic()
        machine.wait_until_quiet(min(PATIENCE_S, self.patience_s))
        self.patience_s = max(0.0, self.patience_s - (time.monotonic() - start))


class Foreigners:
    """How many cores others kept busy meanwhile: `with Foreigners() as others: ...`, then `others.cores`."""

    cores = 0.0

    def __enter__(self) -> Foreigners:
        self._start = time.monotonic()
        self._foreign_s = self._foreign()
        return self

    def __exit__(self, *_: object) -> None:
        used = self._foreign() - self._foreign_s
        self.cores = max(0.0, used / (time.monotonic() - self._start))

    def _foreign(self) -> float:
        return machine.busy_seconds() - process_tree.cpu_seconds(os.getpid())
