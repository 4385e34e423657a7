"""Measures what judging a file costs, beside ffprobe, Pillow and PyAV, and prints a GOAL line for every goal."""

from __future__ import annotations

import argparse
import dataclasses
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import structlog

REPOSITORY = Path(__file__).resolve().parents[2]
# Accounts, machine and film are those of the sister benchmark, the small files those of the tests.
sys.path += [str(REPOSITORY / "benchmarks" / "dataplane"), str(REPOSITORY / "tests")]

import child_work  # noqa: E402
import ffprobe  # noqa: E402
import machine  # noqa: E402
from bounds import GOALS  # noqa: E402
from costs import MeasurementFailed  # noqa: E402
from rounds import Bench  # noqa: E402
from samples_judged import subjects  # noqa: E402
from scenarios import SCENARIOS, Means  # noqa: E402
from table import as_json, print_goals, print_report  # noqa: E402

from greenroom.media.examiner import Examiner  # noqa: E402
from greenroom.media.versions import decoders  # noqa: E402


@dataclass(slots=True)
class Results:
    """What came of the goals: figures, bounds that the run itself told, or the reason why there is no figure."""

    measured: dict[str, float] = field(default_factory=dict)
    bounds: dict[str, float] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)


def main() -> int:
    options = _options()
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    no_ffprobe = ffprobe.why_not()
    bench = Bench(rounds=options.rounds or (2 if options.quick else 7), quick=options.quick)
    files = subjects()
    child_work.warm_up()
    conditions = _conditions(no_ffprobe)
    examiner = Examiner()
    examiner.start()
    conditions["sandbox"] = "; ".join(examiner.protections.lines())
    try:
        results = _measure(Means(bench, files, examiner, no_ffprobe))
    finally:
        examiner.close()
    goals = [dataclasses.replace(goal, bound=results.bounds.get(goal.name, goal.bound)) for goal in GOALS]
    print_report(bench, conditions)
    if options.quick:
        print("This was a quick run: its figures show that the benchmark works, not how fast anything is.\n")
    print_goals(goals, results.measured, results.refused)
    if options.json:
        options.json.write_text(as_json(bench, conditions, goals, results.measured))
    return 1 if results.refused else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks/verification/run", description=__doc__)
    parser.add_argument("--rounds", type=int, help="how often each pair is measured (7; 2 if quick)")
    parser.add_argument("--quick", action="store_true", help="two rounds, a quarter of the load: does it run at all?")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write every single measurement to FILE")
    options = parser.parse_args()
    if options.rounds is not None and options.rounds < 1:
        parser.error("--rounds must be at least 1")
    return options


def _conditions(no_ffprobe: str | None) -> dict[str, str]:
    said = machine.conditions(tempfile.gettempdir(), None)
    wanted = ("processor", "kernel", "python", "greenroom", "load average before")
    return {
        **{name: said[name].removesuffix(", shared by client and server") for name in wanted},
        "decoders": ", ".join(decoders()),
        "ffprobe": "not here" if no_ffprobe else ffprobe.version(),
    }


def _measure(means: Means) -> Results:
    results = Results()
    for scenario in SCENARIOS:
        try:
            outcome = scenario.measure(means)
        except (MeasurementFailed, OSError) as reason:
            print(f"  {', '.join(scenario.goals)}: {reason}", file=sys.stderr, flush=True)
            results.refused |= dict.fromkeys(scenario.goals, str(reason))
            continue
        results.measured |= outcome.measured
        results.bounds |= outcome.bounds
        results.refused |= outcome.refused
    return results


if __name__ == "__main__":
    sys.exit(main())
