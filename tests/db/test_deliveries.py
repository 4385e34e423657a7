"""Deliveries as rows: events are dispatched once each, and what is asked all the time is read by an index."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from greenroom.bootstrap.house import catalogue_path, open_catalogue
from greenroom.db import deliveries, hooks, outbox
from greenroom.db.sqlite import Database, Statement
from greenroom.domain.hook import Face, Hook, HookStatus, new_hook_id
from greenroom.domain.ids import DEFAULT_ACCOUNT

NOW = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("deliveries")


@pytest.fixture(scope="module")
def database(data: Path) -> Iterator[Database]:
    opened = open_catalogue(str(data))
    yield opened
    opened.close()


@pytest.fixture
def hook(database: Database) -> Iterator[Hook]:
    """A hook that wants everything."""
    made = Hook(new_hook_id(Face.API), DEFAULT_ACCOUNT, "http://127.0.0.1/", ("*",), HookStatus.ENABLED, Face.API, NOW)
    database.write(lambda tx: deliveries.dispatch_all(tx, NOW)).result()
    database.write(lambda tx: hooks.add(tx, made, "whsec_AAAA")).result()
    yield made
    database.write(lambda tx: hooks.remove(tx, made.id)).result()
    database.write(lambda tx: deliveries.give_up(tx, made.id, NOW)).result()


def happen(database: Database, subject: str) -> str:
    return database.write(lambda tx: outbox.add(tx, DEFAULT_ACCOUNT, subject, "asset.ready", {}, NOW)).result()


def told_events(database: Database, hook: Hook) -> list[str]:
    """The events of the deliveries to a hook, the oldest first."""
    found = database.read(lambda tx: deliveries.page(tx, DEFAULT_ACCOUNT, hook.id, None, 2**62, 1000))
    return [delivery.event_id for _, delivery in found][::-1]


def test_each_event_is_dispatched_once_however_often_and_in_whatever_portions(database: Database, hook: Hook) -> None:
    happened = [happen(database, hook.id) for _ in range(5)]

    place = 0
    for _ in range(4):
        place = database.write(partial(deliveries.dispatch, after=place, now=NOW, most=2)).result()
    database.write(lambda tx: deliveries.dispatch_all(tx, NOW)).result()
    database.write(lambda tx: deliveries.dispatch(tx, 0, NOW, 100)).result()

    assert told_events(database, hook) == happened


def test_a_dispatch_that_fails_leaves_no_half(database: Database, hook: Hook) -> None:
    happened = happen(database, hook.id)

    def fail(tx: object) -> None:
        deliveries.dispatch_all(tx, NOW)  # type: ignore[arg-type]
        raise RuntimeError

    with pytest.raises(RuntimeError):
        database.write(fail).result()
    database.write(lambda tx: deliveries.dispatch_all(tx, NOW)).result()

    assert told_events(database, hook) == [happened]


def test_later_events_of_a_subject_wait_for_the_first_attempt_at_earlier_ones(database: Database, hook: Hook) -> None:
    first, second = happen(database, f"{hook.id} a"), happen(database, f"{hook.id} a")
    other = happen(database, f"{hook.id} b")
    database.write(lambda tx: deliveries.dispatch_all(tx, NOW)).result()

    due = database.read(lambda tx: deliveries.due(tx, hook.id, NOW, 10))

    assert [one.event.id for one in due] == [first, other]
    assert second in told_events(database, hook)


def test_a_lane_is_due_when_one_of_its_deliveries_is(database: Database, hook: Hook) -> None:
    happen(database, hook.id)
    database.write(lambda tx: deliveries.dispatch_all(tx, NOW)).result()

    assert database.read(lambda tx: deliveries.lanes_due(tx, NOW - timedelta(seconds=1))) == []
    assert database.read(lambda tx: deliveries.lanes_due(tx, NOW)) == [hook.id]


def test_the_newest_event_is_kept_so_that_no_place_comes_twice(database: Database) -> None:
    last = happen(database, "img_last")
    place = database.read(lambda tx: outbox.events_of(tx, "img_last"))[-1].place

    database.write(lambda tx: deliveries.prune(tx, NOW + timedelta(days=1), 10_000)).result()
    database.write(lambda tx: outbox.prune(tx, NOW + timedelta(days=1), 10_000)).result()
    happen(database, "img_next")

    assert [event.id for event in database.read(lambda tx: outbox.events_of(tx, "img_last"))] == [last]
    assert database.read(lambda tx: outbox.events_of(tx, "img_next"))[0].place == place + 1


class Anything(dict[str, None]):
    """A value for every parameter that a statement asks for."""

    def __missing__(self, name: str) -> None:
        return None


@pytest.mark.parametrize(
    "statement",
    [
        deliveries._NEW_EVENTS,
        deliveries._DUE,
        deliveries._ONE,
        deliveries._COUNT_ATTEMPT,
        deliveries._GIVE_UP_LANE,
        *deliveries._PAGES.values(),
        outbox._ADD,
        outbox._OF_SUBJECT,
        outbox._BY_ID,
        *outbox._PAGES.values(),
        hooks._ONE,
        hooks._COUNT,
        hooks._SECRET_OF,
    ],
)
def test_a_hot_statement_reads_no_whole_table(database: Database, data: Path, statement: Statement) -> None:
    with closing(sqlite3.connect(catalogue_path(str(data)))) as connection:
        steps = connection.execute(f"EXPLAIN QUERY PLAN {statement.text}", Anything(statement.constants)).fetchall()

    plan = "\n".join(step for _, _, _, step in steps)
    assert "SEARCH" in plan
    assert "SCAN" not in plan.replace("SCALAR", "")
    assert "TEMP B-TREE" not in plan
