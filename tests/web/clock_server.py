"""
`greenroom serve` whose clock a test sets forward: `clock_server.py FILE serve …`, with the seconds in the file.

Its sweeps come at once, so that what a time brings about can be waited for.
"""

import sys
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from greenroom import cli
from greenroom.bootstrap import server
from greenroom.commands import serve


def main() -> None:
    ahead = Path(sys.argv.pop(1))

    def now() -> datetime:
        return datetime.now(UTC) + timedelta(seconds=float(ahead.read_text() or 0))

    serve.build = partial(server.build, now=now)
    server._SWEEP_EVERY_S = 0.05
    cli.main()


if __name__ == "__main__":
    main()
