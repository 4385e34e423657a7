"""Schemathesis over both faces of a real server, with all checks and phases."""

import argparse
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "web")]

from fuzzed import ALL_PHASES, Face, fuzz, library  # noqa: E402


def main() -> int:
    options = _options()
    faults = ""
    for face in Face:
        if options.face in (None, face.name.lower()):
            with library() as there:
                found = fuzz(there, face, examples=options.examples, seed=options.seed, phases=options.phases)
            print(f"{face.name.lower()}: {'faults' if found else 'nothing found'}", file=sys.stderr, flush=True)
            faults += found
    print(faults, end="")
    return 1 if faults else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/fuzz-api", description=__doc__)
    parser.add_argument("--examples", type=int, default=100, help="requests of each call, in each phase")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--phases", default=ALL_PHASES, help="separated by commas")
    parser.add_argument("--face", choices=[face.name.lower() for face in Face], help="one of them only")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
