"""The report: a table for people, and all that was measured as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict

from bench import Bench, Comparison, Figure
from goals import GOALS

COLUMNS: tuple[tuple[str, Figure], ...] = (
    ("MB/s", lambda run: run.mb_per_s),
    ("req/s", lambda run: run.requests_per_s),
    ("CPU s/GB", lambda run: run.cpu_s_per_gb),
    ("CPU us/req", lambda run: run.cpu_us_per_request),
    ("p50 ms", lambda run: run.load.p50_ms),
    ("p99 ms", lambda run: run.load.p99_ms),
    ("RSS MB", lambda run: run.rss_mb),
    ("others", lambda run: run.foreign_cores),
)


def print_report(bench: Bench, conditions: Mapping[str, str]) -> None:
    print("\nMedians of the rounds; CPU is that of the server's processes, RSS their sum after the run,")
    print("`others` the cores that everything else on the machine used meanwhile.\n")
    print(f"{'':34}" + "".join(f"{title:>11}" for title, _ in COLUMNS))
    for comparison in bench.comparisons:
        _print_comparison(comparison)
    for note in bench.notes:
        print(f"\n{note}")
    print()
    for name, value in conditions.items():
        print(f"{name}: {value}")
    print()


def print_goals(measured: Mapping[str, float], refused: Mapping[str, str], wanted: Sequence[str]) -> None:
    """One line for each wanted goal, and above them the reason of every one that could not be measured."""
    for name, reason in refused.items():
        print(f"{name} was not measured: {reason}")
    for goal in GOALS:
        if goal.name in wanted:
            print(goal.line(measured.get(goal.name)))


def as_json(bench: Bench, conditions: Mapping[str, str], measured: Mapping[str, float]) -> str:
    document = {
        "conditions": dict(conditions),
        "goals": dict(measured),
        "notes": bench.notes,
        "runs": [
            {
                "title": comparison.title,
                "runs": {label: [asdict(run) for run in runs] for label, runs in comparison.runs.items()},
            }
            for comparison in bench.comparisons
        ],
    }
    return json.dumps(document, indent=1)


def _print_comparison(comparison: Comparison) -> None:
    print(comparison.title)
    for label in comparison.runs:
        cells = (_cell(comparison.median(figure, label)) for _, figure in COLUMNS)
        print(f"  {label:32}" + "".join(f"{cell:>11}" for cell in cells))


def _cell(value: float) -> str:
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.3f}" if value < 1 else f"{value:.2f}"
