"""The audit: entries come with the change they tell of, in one chain of hashes."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from greenroom.bootstrap.house import open_catalogue
from greenroom.db import audit
from greenroom.db.sqlite import Database, Transaction
from greenroom.domain.act import Act
from greenroom.domain.audit import FIRST, Chosen, Kept, following
from greenroom.domain.ids import DEFAULT_ACCOUNT

NOW = datetime(2026, 1, 1, 12, 0, 0, 123456, tzinfo=UTC)
ACT = Act(DEFAULT_ACCOUNT, "key_1", "10.0.0.1", "r" * 32)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = open_catalogue(str(tmp_path))
    yield opened
    opened.close()


def noted(database: Database, *subjects: str) -> None:
    def work(tx: Transaction) -> None:
        for subject in subjects:
            audit.note(tx, ACT, "asset.deleted", subject, NOW, {"why": 'a "quoted" ütf-8 \x00 reason'})

    database.write(work).result()


def chain(database: Database) -> list[Kept]:
    return database.read(lambda tx: list(audit.in_order(tx)))


def test_entries_are_numbered_without_gaps_in_the_order_of_the_changes(database: Database) -> None:
    noted(database, "a", "b")
    noted(database, "c")

    assert [(kept.sequence, kept.entry.subject) for kept in chain(database)] == [(1, "a"), (2, "b"), (3, "c")]


def test_each_hash_follows_from_the_one_before_and_the_entry_as_it_is_read_back(database: Database) -> None:
    noted(database, "a", "b", "c")

    last = FIRST
    for kept in chain(database):
        last = following(last, kept.sequence, kept.entry)
        assert kept.hash == last


def test_work_that_fails_leaves_no_entry_and_no_gap(database: Database) -> None:
    def fails(tx: Transaction) -> None:
        audit.note(tx, ACT, "asset.deleted", "never", NOW)
        raise ValueError

    with pytest.raises(ValueError):
        database.write(fails).result()
    noted(database, "a")

    assert [(kept.sequence, kept.entry.subject) for kept in chain(database)] == [(1, "a")]


def test_an_entry_says_who_from_where_and_when(database: Database) -> None:
    noted(database, "a")

    entry = chain(database)[0].entry
    assert (entry.actor, entry.address, entry.request_id) == ("key_1", "10.0.0.1", "r" * 32)
    assert entry.at_ms == 1767268800123


def test_a_page_of_an_account_has_its_newest_entries_first(database: Database) -> None:
    noted(database, "a", "b", "c")

    page = database.read(lambda tx: audit.before(tx, DEFAULT_ACCOUNT, Chosen(), 3, 10))

    assert [kept.entry.subject for kept in page] == ["b", "a"]
    assert database.read(lambda tx: audit.before(tx, "acc_other", Chosen(), 3, 10)) == []


def test_entries_can_be_chosen_by_subject_action_and_actor(database: Database) -> None:
    noted(database, "a", "b", "a")

    def numbers(chosen: Chosen) -> list[int]:
        return [kept.sequence for kept in database.read(lambda tx: audit.before(tx, DEFAULT_ACCOUNT, chosen, 99, 10))]

    assert numbers(Chosen(subject="a")) == [3, 1]
    assert numbers(Chosen(subject="a", action="asset.made")) == []
    assert numbers(Chosen(action="asset.deleted", actor="key_1")) == [3, 2, 1]
    assert numbers(Chosen(actor="key_2")) == []
