"""
`greenroom serve` with a decoder that is slow, short of time or short of memory.

    hasty_server.py [pause_s=…] [wall_s=…] [memory_bytes=…] serve …
"""

import sys
import time
from dataclasses import replace
from functools import partial
from typing import Any

from greenroom import cli
from greenroom.bootstrap import keeping
from greenroom.domain.media import Examination, Format
from greenroom.media.examiner import Examiner
from greenroom.media.limits import ExamLimits


class HastyExaminer(Examiner):
    """Waits for `pause_s` before it begins, and has other limits than the defaults."""

    def __init__(self, pause_s: float, changes: dict[str, Any], limits: ExamLimits) -> None:
        super().__init__(replace(limits, **changes))
        self._pause_s = pause_s

    def examine(self, fd: int, format: Format, **how: Any) -> Examination:
        time.sleep(self._pause_s)
        return super().examine(fd, format, **how)


def main() -> None:
    given = dict(word.split("=") for word in sys.argv if "=" in word)
    sys.argv = [word for word in sys.argv if "=" not in word]
    limits = {name: float(value) if "." in value else int(value) for name, value in given.items()}
    pause_s = limits.pop("pause_s", 0.0)
    keeping.Examiner = partial(HastyExaminer, pause_s, limits)  # type: ignore[misc,assignment]
    cli.main()


if __name__ == "__main__":
    main()
