"""Measures Greenroom's data plane beside nginx and prints a GOAL line for every goal."""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import machine
from bench import Bench
from goals import GOALS
from load import LoadFailed, LoadProgram
from report import as_json, print_goals, print_report
from samples import samples
from scenarios import SCENARIOS, Scenario
from servers import Nginx, ServerFailed

GREENROOM = Path(__file__).resolve().parents[2] / ".venv" / "bin" / "greenroom"


@dataclass(slots=True)
class Outcome:
    """What came of the goals: a figure, or the reason why there is none."""

    measured: dict[str, float] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)


def main() -> int:
    options = _options()
    wanted = [goal.name for goal in GOALS if not options.only or any(part in goal.name for part in options.only)]
    if not wanted:
        print(f"no goal is named like {', '.join(options.only)}", file=sys.stderr)
        return 2
    no_nginx = Nginx.why_not()
    folder = Path(tempfile.mkdtemp(prefix="greenroom-dataplane-", dir=options.data))
    machine.spread_subfolders(str(folder))
    try:
        bench = _bench(folder, options)
        conditions = machine.conditions(str(folder), None if no_nginx else Nginx.version())
        outcome = _measure(bench, wanted, no_nginx)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print_report(bench, conditions)
    if options.quick:
        print("This was a quick run: its figures show that the benchmark works, not how fast anything is.\n")
    print_goals(outcome.measured, outcome.refused, wanted)
    if options.json:
        options.json.write_text(as_json(bench, conditions, outcome.measured))
    return 1 if outcome.refused else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks/dataplane/run", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="how often each pair is measured (5)")
    parser.add_argument(
        "--only", action="append", metavar="NAME", help="only goals whose name holds NAME; may be repeated"
    )
    parser.add_argument("--quick", action="store_true", help="one round, a quarter of the load: does it run at all?")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write every single run to FILE")
    parser.add_argument("--data", default="/var/tmp", metavar="DIR", help="where to store; a real disk (/var/tmp)")
    parser.add_argument("--greenroom", default=str(GREENROOM), metavar="PROGRAM", help="another greenroom to measure")
    options = parser.parse_args()
    if options.rounds < 1:
        parser.error("--rounds must be at least 1")
    return options


def _bench(folder: Path, options: argparse.Namespace) -> Bench:
    return Bench(
        folder=folder,
        load=LoadProgram(folder),
        samples=samples(),
        greenroom_program=options.greenroom,
        rounds=1 if options.quick else options.rounds,
        quick=options.quick,
    )


def _measure(bench: Bench, wanted: Sequence[str], no_nginx: str | None) -> Outcome:
    outcome = Outcome()
    for scenario in SCENARIOS:
        if not any(name in wanted for name in scenario.goals):
            continue
        try:
            if scenario.against_nginx and no_nginx:
                raise ServerFailed(no_nginx)
            outcome.measured |= _measure_scenario(bench, scenario)
        except (ServerFailed, LoadFailed, OSError, subprocess.SubprocessError) as reason:
            print(f"  {', '.join(scenario.goals)}: {reason}", file=sys.stderr, flush=True)
            outcome.refused |= {name: str(reason) for name in scenario.goals if name in wanted}
    return outcome


def _measure_scenario(bench: Bench, scenario: Scenario) -> dict[str, float]:
    first = bench.servers_made
    try:
        with ExitStack() as running:
            return dict(scenario.measure(bench, running))
    finally:
        if scenario.removes_files:
            bench.remove_servers(since=first)


if __name__ == "__main__":
    sys.exit(main())
