"""Ids: of one form, never the same twice, and those of what happens in the order of time."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from greenroom.domain.ids import new_event_id, new_upload_id

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
