"""The report: a table for people, the lines of the goals, and all that was measured as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict

from goals import Goal
from rounds import Bench, Comparison

COLUMNS = ("CPU ms", "wall ms", "CPU ratio", "others")


def print_report(bench: Bench, conditions: Mapping[str, str]) -> None:
    print("\nPer file, medians of the rounds. CPU is that of all processes that worked on the file; the ratio is")
    print("that of the first to the second; `others` the cores that everything else on the machine used meanwhile.\n")
    print(f"{'':34}" + "".join(f"{title:>11}" for title in COLUMNS))
    for comparison in bench.comparisons:
        _print_comparison(comparison)
    print()
    for note in bench.notes:
        print(note)
    print()
    for name, value in conditions.items():
        print(f"{name}: {value}")
    print()


def print_goals(goals: Sequence[Goal], measured: Mapping[str, float], refused: Mapping[str, str]) -> None:
    """One line for each goal, and above them the reason of every one that could not be measured."""
    for name, reason in refused.items():
        print(f"{name} was not measured: {reason}")
    for goal in goals:
        print(goal.line(measured.get(goal.name)))


def as_json(bench: Bench, conditions: Mapping[str, str], goals: Sequence[Goal], measured: Mapping[str, float]) -> str:
    document = {
        "conditions": dict(conditions),
        "goals": dict(measured),
        "bounds": {goal.name: goal.bound for goal in goals},
        "notes": bench.notes,
        "costs": [
            {
                "title": comparison.title,
                "foreign_cores": comparison.foreign_cores,
                "rounds": {label: [asdict(cost) for cost in costs] for label, costs in comparison.costs.items()},
            }
            for comparison in bench.comparisons
        ],
    }
    return json.dumps(document, indent=1)


def _print_comparison(comparison: Comparison) -> None:
    print(comparison.title)
    first, *others = comparison.costs
    for label in comparison.costs:
        ratio = f"{comparison.ratio(first, others[0]):.3f}" if others and label == first else ""
        foreign = f"{comparison.foreign_cores:.2f}" if label == first else ""
        cells = (_cell(comparison.cpu_ms(label)), _cell(comparison.wall_ms(label)), ratio, foreign)
        print(f"  {label:32}" + "".join(f"{cell:>11}" for cell in cells))


def _cell(value_ms: float) -> str:
    return f"{value_ms:.1f}" if value_ms >= 10 else f"{value_ms:.3f}"
