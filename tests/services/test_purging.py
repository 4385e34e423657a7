"""Purging: what was deleted long ago goes for good, its bytes only when nothing needs them, and never too early."""

import os
from pathlib import Path

import pytest
from purge_race import kill_in_the_middle, race
from small_house import GRACE_S, OTHER_PHOTO, PHOTO, RESTORE_S, TESTER, SmallHouse, small_house

from greenroom.db import library, uses
from greenroom.domain.asset import Asset, AssetChange, AssetState
from greenroom.domain.asset_query import AssetQuery
from greenroom.domain.ids import BlobKey
from greenroom.domain.search_text import words
from greenroom.errors import AssetPurged, UploadOver

ROUNDS = int(os.environ.get("PURGE_ROUNDS", "40"))
"""Of each thread in the race."""


def purged(house: SmallHouse, *deleted: Asset) -> None:
    """Delete assets, and let the time to restore them pass."""
    for asset in deleted:
        house.library.delete(TESTER, asset.id)
    house.clock.go_on(RESTORE_S)
    house.retention.purge()


def bytes_there(house: SmallHouse) -> list[str]:
    return sorted(path.name for path in Path(house.data, "blobs").glob("*/*"))


def test_an_asset_is_not_purged_while_it_can_be_restored(house: SmallHouse) -> None:
    asset = house.uploaded()
    house.library.delete(TESTER, asset.id)
    house.clock.go_on(RESTORE_S - 1)

    assert house.retention.purge() == 0
    assert house.library.restore(TESTER, asset.id).state is AssetState.READY


def test_nothing_is_left_of_a_purged_asset_but_that_it_was_there(house: SmallHouse) -> None:
    asset = house.uploaded()
    house.library.alter(TESTER, asset.id, AssetChange(name="secret", tags=("hush",), metadata={"a": "b"}), None)
    purged(house, asset)

    left = house.library.one(TESTER, asset.id)
    assert (left.state, left.name, left.tags, left.metadata, left.blob_key, left.info) == (
        AssetState.PURGED, "", (), {}, None, None
    )  # fmt: skip
    assert (left.number, left.kind, left.path) == (asset.number, asset.kind, asset.path)
    deleted_too = AssetQuery(words=words("secret"), states=tuple(AssetState))
    assert house.library.page(TESTER, deleted_too, None, 5) == []
    shown = house.delivery.find(asset.path.removeprefix("/assets/"))
    assert shown is not None and shown.asset.state is AssetState.PURGED
    with pytest.raises(AssetPurged):
        house.library.restore(TESTER, asset.id)


def test_bytes_go_after_the_grace_time_and_not_before(house: SmallHouse) -> None:
    asset = house.uploaded()
    purged(house, asset)

    at_once = house.retention.remove_condemned(), bytes_there(house)
    house.clock.go_on(GRACE_S)
    later = house.retention.remove_condemned(), bytes_there(house)

    assert (at_once, later) == ((0, [asset.blob_key]), (1, []))


def test_bytes_that_another_asset_has_too_stay(house: SmallHouse) -> None:
    one, other = house.uploaded(PHOTO), house.uploaded(PHOTO)
    purged(house, one)
    house.clock.go_on(GRACE_S)

    assert house.retention.remove_condemned() == 0
    assert bytes_there(house) == [other.blob_key]


def test_bytes_of_an_asset_that_can_be_restored_stay_when_another_with_the_same_is_purged(house: SmallHouse) -> None:
    one, other = house.uploaded(PHOTO), house.uploaded(PHOTO)
    house.library.delete(TESTER, one.id)
    house.clock.go_on(RESTORE_S)
    house.library.delete(TESTER, other.id)
    house.retention.purge()
    house.clock.go_on(GRACE_S)

    assert house.retention.remove_condemned() == 0
    assert house.library.restore(TESTER, other.id).state is AssetState.READY


def test_equal_bytes_that_come_within_the_grace_time_are_pardoned(house: SmallHouse) -> None:
    purged(house, house.uploaded(PHOTO))
    again = house.uploaded(PHOTO)
    house.clock.go_on(GRACE_S)

    assert house.retention.remove_condemned() == 0
    assert bytes_there(house) == [again.blob_key]


def test_bytes_are_not_removed_while_equal_ones_are_being_published(house: SmallHouse) -> None:
    asset = house.uploaded(PHOTO)
    purged(house, asset)
    house.clock.go_on(GRACE_S)
    assert asset.blob_key is not None

    with house.store.holds.publishing(asset.blob_key):
        removed = house.retention.remove_condemned()

    assert (removed, bytes_there(house)) == (0, [asset.blob_key])


def test_what_something_pending_needs_is_not_purged(house: SmallHouse) -> None:
    asset = house.uploaded()
    house.database.write(lambda tx: uses.add(tx, asset, "video", "vid_1", house.clock())).result()
    house.library.delete(TESTER, asset.id, force=True)
    house.clock.go_on(RESTORE_S)

    while_pending = house.retention.purge()
    house.database.write(lambda tx: uses.settle(tx, "video", "vid_1")).result()

    assert (while_pending, house.retention.purge()) == (0, 1)


def test_bytes_that_were_judged_in_vain_do_not_stay(house: SmallHouse) -> None:
    signed = house.signed()
    attempt, incoming = house.begun(signed, OTHER_PHOTO)
    house.library.delete(TESTER, signed.asset_id)
    with pytest.raises(UploadOver):
        house.ingest.complete(attempt, incoming)
    house.ingest.end(attempt)
    house.clock.go_on(GRACE_S)

    assert house.retention.remove_condemned() == 1
    assert bytes_there(house) == []


def test_bytes_of_which_no_row_speaks_are_removed_and_the_others_stay(house: SmallHouse) -> None:
    asset = house.uploaded(PHOTO)
    stray = BlobKey("ab" * 32)
    Path(house.data, "blobs", "ab", stray).write_bytes(b"left by a crash")

    assert house.retention.remove_strays() == 1
    assert bytes_there(house) == [asset.blob_key]


def test_bytes_that_were_there_before_the_catalogue_stay(house: SmallHouse) -> None:
    asset = house.uploaded(PHOTO)
    house.database.close()
    for file in house.data.glob("catalogue.db*"):
        file.unlink()

    begun_anew = small_house(house.data)

    assert begun_anew.retention.remove_strays() == 0
    assert bytes_there(begun_anew) == [asset.blob_key]
    begun_anew.database.close()


def test_bytes_that_are_being_published_are_no_strays(house: SmallHouse) -> None:
    stray = BlobKey("ab" * 32)
    Path(house.data, "blobs", "ab", stray).write_bytes(b"about to be committed")

    with house.store.holds.publishing(stray):
        assert house.retention.remove_strays() == 0


def test_more_than_fit_into_one_transaction_are_all_purged(house: SmallHouse) -> None:
    for _ in range(250):
        house.library.delete(TESTER, house.signed().asset_id)
    house.clock.go_on(RESTORE_S)

    assert house.retention.purge() == 250


def test_a_restricted_purge_leaves_the_rest_for_the_next(house: SmallHouse) -> None:
    for _ in range(3):
        house.library.delete(TESTER, house.signed().asset_id)

    ids = house.database.write(lambda tx: library.purge(tx, house.clock(), house.clock(), 2)).result()

    assert len(ids) == 2


# Two at once, and death in between


def test_uploads_of_equal_bytes_that_race_purges_lose_none_and_leave_none(tmp_path: Path) -> None:
    found = race(tmp_path / "data", seed=1)
    found.run(ROUNDS)
    missing = found.missing()

    assert (found.faults, missing, found.leaked()) == ([], [], [])
    assert found.done["removed blobs"] > 0
    found.house.database.close()


def test_a_kill_in_the_middle_of_that_loses_none_and_leaves_none(tmp_path: Path) -> None:
    kill_in_the_middle(tmp_path / "data", seed=1)

    found = race(tmp_path / "data", seed=2)
    missing = found.missing()

    assert (missing, found.leaked()) == ([], [])
    found.house.database.close()
