"""The environment of processes that meet media: made anew, for the server's may hold keys."""

import os
import sys


def bare_environment() -> dict[str, str]:
    """What Python needs to find the program, and what keeps results the same on every machine and in every run."""
    return {
        "PYTHONPATH": os.pathsep.join(entry for entry in sys.path if entry),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",
        # Sums are the same on every machine only if one thread makes them.
        "OPENBLAS_NUM_THREADS": "1",
        "LC_ALL": "C.UTF-8",
    }
