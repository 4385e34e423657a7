"""Ids: of one form, never the same twice, and those of what happens in the order of time."""

import re
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from greenroom.domain.ids import new_event_id, new_upload_id, random_hex

NOW = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(("made", "prefix"), [(new_upload_id, "up"), (new_event_id, "evt")])
def test_ids_of_what_happens_are_in_the_order_of_time_and_differ_at_one_instant(
    made: Callable[[datetime], str], prefix: str
) -> None:
    instants = [NOW + timedelta(milliseconds=step) for step in range(1000)]
    ids = [made(at) for at in instants]

    assert ids == sorted(ids)
    assert all(re.fullmatch(prefix + "_[0-9a-f]{32}", one) for one in ids)
    assert len({made(NOW) for _ in range(1000)}) == 1000


def test_many_threads_never_draw_the_same_bits() -> None:
    with ThreadPoolExecutor(8) as threads:
        drawn = list(threads.map(lambda _: random_hex(), range(20_000)))

    assert len(set(drawn)) == 20_000


def test_a_child_process_gives_out_other_bits_than_its_parent() -> None:
    # In a process of its own, which has no threads when it forks.
    program = (
        "import os; from greenroom.domain.ids import random_hex; random_hex(); os.fork() and os.wait(); "
        "print(random_hex())"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True).stdout.split()

    assert len(set(told)) == 2
