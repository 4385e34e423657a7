"""Measures lists, searches and counts in a large catalogue through the services, and prints the GOAL lines."""

from __future__ import annotations

import argparse
import dataclasses
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
# The machine and the form of a goal are those of the sister benchmark.
sys.path.append(str(REPOSITORY / "benchmarks" / "dataplane"))

import machine  # noqa: E402
from catalogue_made import Made, make  # noqa: E402
from goals import Goal  # noqa: E402
from questions import GROUPS, Question, questions  # noqa: E402

ASSETS = 100_000
BOUND_MS = 20
FLAT_MS = 5
PATIENCE_S = 60.0


@dataclass(slots=True)
class Timed:
    """What a question took, in milliseconds; `late` is the same a thousand pages on, where there are so many."""

    question: Question
    found: int
    first: list[float]
    late: list[float] = field(default_factory=list)


def main() -> int:
    options = _options()
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        print(f"making {options.assets:,} assets", file=sys.stderr, flush=True)
        made = make(Path(folder), options.assets)
        said = machine.conditions(folder, None)
        timed = list(_measured(made, options.rounds))
        made.database.close()
    _print_report(timed, {name: said[name] for name in ("processor", "kernel", "python", "sqlite", "greenroom")})
    measured = _goals(timed)
    for goal in _bounds():
        print(goal.line(measured.get(goal.name)))
    if options.json:
        options.json.write_text(_as_json(timed, measured))
    return 0


def _measured(made: Made, rounds: int) -> Iterator[Timed]:
    patience_s = PATIENCE_S
    for question in questions(made):
        began = time.monotonic()
        machine.wait_until_quiet(min(5.0, patience_s))
        patience_s = max(0.0, patience_s - (time.monotonic() - began))
        found = question.ask()
        timed = Timed(question, found, [])
        # In turn, so that both see the same disturbances.
        late = question.a_thousand_pages_on()
        for _ in range(rounds):
            timed.first.append(_milliseconds(question.ask))
            if late is not None:
                timed.late.append(_milliseconds(late))
        yield timed


def _milliseconds(ask: Callable[[], int]) -> float:
    began = time.perf_counter()
    ask()
    return (time.perf_counter() - began) * 1000


def _p95(times: list[float]) -> float:
    return statistics.quantiles(times, n=20, method="inclusive")[-1]


def _bounds() -> Iterator[Goal]:
    for group, meaning in GROUPS.items():
        yield Goal(f"{group}_median_ms", "<=", BOUND_MS, f"{meaning}; the median of the slowest question")
        yield Goal(f"{group}_p95_ms", "<=", BOUND_MS, f"{meaning}; the 95th percentile of the slowest question")
    yield Goal(
        "page_1000_minus_first_ms", "<=", FLAT_MS, "what page 1,000 takes longer than page 1; the worst question"
    )


def _goals(timed: list[Timed]) -> dict[str, float]:
    measured: dict[str, float] = {}
    for group in GROUPS:
        times = [part for one in timed if one.question.group == group for part in (one.first, one.late) if part]
        measured[f"{group}_median_ms"] = max(map(statistics.median, times))
        measured[f"{group}_p95_ms"] = max(map(_p95, times))
    longer = [statistics.median(one.late) - statistics.median(one.first) for one in timed if one.late]
    measured["page_1000_minus_first_ms"] = max(longer)
    return measured


def _print_report(timed: list[Timed], conditions: dict[str, str]) -> None:
    print(f"\n{'milliseconds':46}{'found':>7}{'median':>9}{'p95':>9}{'page 1,000':>12}{'p95':>9}\n")
    group = ""
    for one in timed:
        if one.question.group != group:
            group = one.question.group
            print(GROUPS[group])
        late = f"{statistics.median(one.late):12.2f}{_p95(one.late):9.2f}" if one.late else ""
        print(f"  {one.question.name:44}{one.found:7}{statistics.median(one.first):9.2f}{_p95(one.first):9.2f}{late}")
    print()
    for name, value in conditions.items():
        print(f"{name}: {value}")
    print()


def _as_json(timed: list[Timed], measured: dict[str, float]) -> str:
    rows = [
        {"group": one.question.group, "name": one.question.name, "found": one.found, "first_ms": one.first,
         "late_ms": one.late}
        for one in timed
    ]  # fmt: skip
    return json.dumps(
        {"goals": measured, "goal_bounds": [dataclasses.asdict(goal) for goal in _bounds()], "questions": rows}
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks/catalogue/run", description=__doc__)
    parser.add_argument("--assets", type=int, default=ASSETS, help=f"how many there are ({ASSETS:,})")
    parser.add_argument("--rounds", type=int, default=40, help="how often each question is asked (40)")
    parser.add_argument("--folder", type=Path, help="where the catalogue is made, if not in the temporary folder")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write every single measurement to FILE")
    options = parser.parse_args()
    if options.rounds < 2 or options.assets < 1000:
        parser.error("--rounds must be at least 2, --assets at least 1000")
    return options


if __name__ == "__main__":
    sys.exit(main())
