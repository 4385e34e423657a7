"""
`greenroom serve` that kills itself, as by `kill -9`, before or after a step.

    crashing_server.py before-sync|after-sync|… [what hasty_server.py takes] serve …

The steps are the arrows of the durable order: `sync` the file, `keep` it in its place, `publish` the row (not
committed yet), `tell` of the commit, `refuse` what was judged bad; and those of a purge: `purge` assets (not committed
yet), `unlink` bytes, `forget` their blobs (not committed yet).
"""

import functools
import os
import signal
import sys
from collections.abc import Callable
from typing import Any

import hasty_server

from greenroom.db import blobs, library, uploads
from greenroom.services.delivery import Delivery
from greenroom.storage.store import BlobStore

STEPS = {
    "sync": (BlobStore, "sync"),
    "keep": (BlobStore, "keep"),
    "publish": (uploads, "publish"),
    "tell": (Delivery, "forget"),
    "stage": (uploads, "stage"),
    "refuse": (uploads, "refuse"),
    "purge": (library, "purge"),
    "unlink": (BlobStore, "remove"),
    "forget": (blobs, "remove"),
}


def crashing(step: Callable[..., Any], when: str) -> Callable[..., Any]:
    @functools.wraps(step)
    def crash(*args: Any, **kwargs: Any) -> Any:
        if when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        step(*args, **kwargs)
        os.kill(os.getpid(), signal.SIGKILL)

    return crash


def main() -> None:
    when, name = sys.argv.pop(1).split("-")
    owner, attribute = STEPS[name]
    setattr(owner, attribute, crashing(getattr(owner, attribute), when))
    hasty_server.main()


if __name__ == "__main__":
    main()
