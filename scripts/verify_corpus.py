"""Judges the corpus of the tests, or the files in a folder, and prints a table."""

import argparse
import sys
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "media")]

from corpus import Case, Verdict, all_cases, verdict_on  # noqa: E402

from greenroom.domain.policy import Policy  # noqa: E402
from greenroom.media.examiner import Examiner  # noqa: E402

COLUMN = 58


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, help="judge the files below this folder instead of the corpus")
    arguments = parser.parse_args()
    examiner = Examiner()
    examiner.start()
    try:
        if arguments.folder is not None:
            return judge_folder(arguments.folder, examiner)
        return judge_corpus(examiner)
    finally:
        examiner.close()


def judge_corpus(examiner: Examiner) -> int:
    counts = {True: 0, False: 0}
    differing: list[str] = []
    for case in all_cases():
        verdict, took_ms = judged(case.make(), examiner)
        counts[case.is_good] += 1
        if verdict.outcome not in case.expected:
            differing.append(case.name)
        print(row(case, verdict, took_ms))
    print(f"\n{counts[True]} good files, {counts[False]} bad files, {len(differing)} other than expected")
    for name in differing:
        print(f"  {name}")
    return 1 if differing else 0


def row(case: Case, verdict: Verdict, took_ms: float) -> str:
    mark = "  " if verdict.outcome in case.expected else "!!"
    expected = "/".join(sorted(case.expected))
    told = verdict.outcome if verdict.outcome in case.expected else f"{verdict.outcome} (expected {expected})"
    return f"{mark} {case.name:{COLUMN}.{COLUMN}} {took_ms:6.0f} ms  {told}"


def judge_folder(folder: Path, examiner: Examiner) -> int:
    refused = count = 0
    for path in files_below(folder):
        verdict, took_ms = judged(path.read_bytes(), examiner)
        count += 1
        refused += verdict.outcome != "accepted"
        print(f"{path.relative_to(folder)!s:{COLUMN}} {took_ms:6.0f} ms  {verdict.outcome}  {verdict.sentence}")
    print(f"\n{count} files, {refused} refused")
    return 1 if refused else 0


def files_below(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file())


def judged(data: bytes, examiner: Examiner) -> tuple[Verdict, float]:
    start = time.perf_counter()
    verdict = verdict_on(data, examiner, Policy())
    return verdict, (time.perf_counter() - start) * 1000


if __name__ == "__main__":
    sys.exit(main())
