"""Measures what videos of photographs that talk cost, beside the bare encode of their frames; prints GOAL lines."""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parents[1]
sys.path += [str(REPOSITORY / "benchmarks" / "dataplane")]

import machine  # noqa: E402
from goals import Goal  # noqa: E402

RATE = 30
SIZES = ("720p", "1080p")
GOALS = (
    Goal("bare_720", "<=", 3.5, "CPU of a whole video of 720 x 1280 to encoding its frames"),
    Goal("bare_1080", "<=", 3.5, "CPU of a whole video of 1080 x 1920 to encoding its frames"),
    Goal("real_time_1080", ">=", 1.0, "seconds of video a second at 1080 x 1920, drawing in a second process"),
    Goal("set_up_s", "<=", 1.0, "CPU seconds from a photograph to an avatar that can be drawn"),
)
Cost = dict[str, float]


def main() -> int:
    """Measure and print."""
    options = _options()
    with tempfile.TemporaryDirectory(dir=options.folder, prefix="photo-avatar-") as folder:
        _told(folder, "make", "quick" if options.quick else "full")
        for size in SIZES:
            _told(folder, "keep", size)
        machine.wait_until_quiet(5 if options.quick else 60)
        costs: dict[str, list[Cost]] = {}
        for _ in range(options.rounds or (1 if options.quick else 3)):
            for size in SIZES:
                for job in ("whole", "bare"):
                    costs.setdefault(f"{job}, {size}", []).append(_told(folder, job, size))
            costs.setdefault("set-up", []).append(_told(folder, "set_up", "1080p"))
    _print(costs, options.quick)
    measured = _figures(costs)
    for goal in GOALS:
        print(f"# {goal.name}: {goal.meaning}")
        print(goal.line(measured.get(goal.name)))
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks/photo_avatar/run", description=__doc__)
    parser.add_argument("--rounds", type=int, help="how often everything is measured, in turn (3; 1 if quick)")
    parser.add_argument("--quick", action="store_true", help="one round of short videos: does it run at all?")
    parser.add_argument("--folder", help="where a gigabyte of raw frames may be kept meanwhile")
    return parser.parse_args()


def _told(folder: str, job: str, size: str) -> Cost:
    command = [sys.executable, str(HERE / "jobs.py"), folder, job, size]
    # As render processes have it: their sums are the same on every machine.
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    cost: Cost = json.loads(done.stdout.splitlines()[-1])
    return cost


def _per_second(costs: list[Cost], what: str) -> float:
    return statistics.median(cost[what] / cost["frames"] * RATE for cost in costs)


def _figures(costs: dict[str, list[Cost]]) -> dict[str, float]:
    def ratio(size: str) -> float:
        # Of each round, for each round has its own weather.
        pairs = zip(costs[f"whole, {size}"], costs[f"bare, {size}"], strict=True)
        return statistics.median(a["cpu_s"] / b["cpu_s"] for a, b in pairs)

    return {
        "bare_720": ratio("720p"),
        "bare_1080": ratio("1080p"),
        "real_time_1080": 1 / _per_second(costs["whole, 1080p"], "wall_s"),
        "set_up_s": statistics.median(cost["cpu_s"] for cost in costs["set-up"]),
    }


def _print(costs: dict[str, list[Cost]], quick: bool) -> None:
    print(f"\n{'30 frames a second':24}{'CPU s/s':>10}{'wall s/s':>10}")
    for name, found in costs.items():
        if name != "set-up":
            print(f"{name:24}{_per_second(found, 'cpu_s'):>10.3f}{_per_second(found, 'wall_s'):>10.3f}")
    if quick:
        print("\nThis was a quick run: its figures show that the benchmark works, not how fast anything is.")
    print()


if __name__ == "__main__":
    sys.exit(main())
