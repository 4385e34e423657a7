"""The races of tests/services/purge_race.py, many and long, with a table of what happened in them."""

import argparse
import random
import sys
import tempfile
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "services")]

from purge_race import Race, kill_in_the_middle, race  # noqa: E402

UPLOADERS = 3


def main() -> int:
    options = _options()
    total: Counter[str] = Counter()
    faults: list[str] = []
    for seed in range(options.seed, options.seed + options.races):
        with tempfile.TemporaryDirectory() as folder:
            whole = race(Path(folder, "whole"), seed)
            whole.run(options.uploads // UPLOADERS)
            faults += _judged(whole, f"race {seed}")
            total += whole.done
            killed = Path(folder, "killed")
            kill_in_the_middle(killed, seed, random.Random(seed).uniform(0.2, 3.0))
            faults += _judged(race(killed, seed + 1), f"kill {seed}")
            total["kills"] += 1
        print(f"{seed}: {sum(total.values()):,} steps, {len(faults)} faults", file=sys.stderr, flush=True)
    for name, count in sorted(total.items()):
        print(f"{name:20} {count:10,}")
    for fault in faults:
        print(fault)
    return 1 if faults else 0


def _judged(found: Race, name: str) -> list[str]:
    """What went wrong in a race; its house is closed."""
    faults = [f"{name}: {fault}" for fault in found.faults]
    faults += [f"{name}: {key} is needed and not there" for key in found.missing()]
    faults += [f"{name}: {key} is there and not needed" for key in found.leaked()]
    found.house.database.close()
    return faults


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/race-purges", description=__doc__)
    parser.add_argument("--races", type=int, default=20, help="how many races, and how many kills")
    parser.add_argument("--uploads", type=int, default=1500, help="uploads in each race")
    parser.add_argument("--seed", type=int, default=1, help="of the first race")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
