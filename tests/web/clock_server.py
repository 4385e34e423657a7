"""
`greenroom serve` whose clock a test sets forward: `clock_server.py FILE serve …`, with the seconds in the file.

Its sweeps come at once, so that what a time brings about can be waited for.
"""

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from greenroom import bootstrap, cli


def main() -> None:
    ahead = Path(sys.argv.pop(1))

    def now() -> datetime:
        return datetime.now(UTC) + timedelta(seconds=float(ahead.read_text() or 0))

    bootstrap.now = now
    bootstrap._SWEEP_EVERY_S = 0.05
    cli.main()


if __name__ == "__main__":
    main()
