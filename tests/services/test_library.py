"""The library: lists show what was asked for in the order that was asked for, whatever way they are read."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_house import PHOTO, TESTER, SmallHouse, catalogue_of, small_house

from greenroom.db import listing, search, uses
from greenroom.domain.act import Act
from greenroom.domain.asset import AssetChange, AssetState
from greenroom.domain.asset_query import AssetQuery, Bound, Measure, Sort
from greenroom.domain.folder import FolderRef
from greenroom.domain.ids import DEFAULT_ACCOUNT, AccountId, AssetId, FolderId
from greenroom.domain.media import Format, Kind
from greenroom.domain.policy import Dialect
from greenroom.domain.search_text import document, words
from greenroom.errors import AssetInUse, AssetNotReady, AssetPurged, GreenroomError, NotFound, Outdated, ParameterError
from greenroom.services.library import Bulk, BulkAction
from greenroom.services.signing import UploadRequest

# A tree: a has b, which has c; d stands beside.
TREE = {"a": "", "b": "a", "c": "b", "d": ""}
BELOW = {"a": {*"abc"}, "b": {*"bc"}, "c": {"c"}, "d": {"d"}}
NAMES = (
    "photo 1.jpg",
    "Photo 2.jpg",
    "山田太郎.mp4",
    "東京の夜景",
    "Café Straße",
    "x",
    "réunion 회의",
    "a-b_c 'd\"",
    "😀",
)
TAGS = ("red", "Rot", "赤", "two words")


def folder_id(letter: str) -> FolderId:
    return FolderId(f"fld_{letter * 32}" if letter else "")


def rows() -> list[dict[str, Any]]:
    """Assets that differ in everything that can be asked for; some of two accounts."""
    return [
        {
            "id": f"img_{number:032x}",
            "account_id": DEFAULT_ACCOUNT if number % 7 else "acc_other",
            "number": number,
            "kind": ("image", "video", "audio")[number % 3],
            "state": ("ready", "waiting", "ready", "deleted", "rejected", "purged", "ready", "expired")[number % 8],
            "verification": "none",
            "name": NAMES[number % len(NAMES)],
            "extension": "jpg",
            "description": "of the sea" if number % 4 == 0 else "",
            "created_at": 1000.0 + number * 10,
            "size_bytes": None if number % 5 == 0 else (number * 37) % 11 * 100,
            "folder_id": folder_id(("", "a", "b", "c", "d")[number % 5]),
            "tags": json.dumps([tag for place, tag in enumerate(TAGS) if number >> place & 1]),
            "metadata": json.dumps({"client": NAMES[number % 4]}),
            "format": (None, "JPEG", "MP4")[number % 3],
            "duration_s": number % 4 + 0.5 if number % 3 else None,
            "width": number % 6 * 100 or None,
            "height": number % 3 * 100 or None,
        }
        for number in range(1, 71)
    ]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmallHouse]:
    built = small_house(tmp_path_factory.mktemp("library") / "data")
    with closing(sqlite3.connect(catalogue_of(built))) as connection, connection:
        connection.execute("INSERT INTO accounts (id, name, created_at) VALUES ('acc_other', 'Other', 0)")
        connection.executemany(
            "INSERT INTO folders (id, account_id, parent_id, name, created_at, updated_at) VALUES (?, ?, ?, ?, 0, 0)",
            [(folder_id(one), DEFAULT_ACCOUNT, folder_id(parent), one) for one, parent in TREE.items()],
        )
        columns = ", ".join(f":{name}" for name in rows()[0])
        connection.executemany(f"INSERT INTO assets ({columns.replace(':', '')}) VALUES ({columns})", rows())
    built.database.write(lambda tx: search.index(tx, [AssetId(row["id"]) for row in rows()])).result()
    yield built
    built.database.close()


def expected(query: AssetQuery, within: str) -> list[int]:
    """The numbers of the assets that a list has to have, in its order."""
    found = [row for row in rows() if row["account_id"] == DEFAULT_ACCOUNT and fits(row, query, within)]
    key = {"created": "number", "name": "name", "size": "size_bytes", "duration": "duration_s"}[query.sort]
    having = [row for row in found if row[key] is not None]
    lacking = [row for row in found if row[key] is None]
    for part in (having, lacking):
        part.sort(key=lambda row: (ascii_folded(row[key]), row["number"]), reverse=query.descending)
    lacking.sort(key=lambda row: row["number"], reverse=query.descending)
    return [row["number"] for row in (*having, *lacking)]


def ascii_folded(value: Any) -> Any:
    if not isinstance(value, str):
        return value or 0
    return "".join(sign.lower() if sign.isascii() else sign for sign in value).encode()


def fits(row: dict[str, Any], query: AssetQuery, within: str) -> bool:
    text = document(row["name"], row["description"], json.loads(row["tags"]), json.loads(row["metadata"]))
    place = row["folder_id"][4:5]
    wanted = query.folder.id[4] if query.folder is not None and query.folder.id else within
    deep = query.folder is None or query.recursive
    columns = {"size": "size_bytes", "duration": "duration_s", "created": "created_at"}
    return (
        all(word in text for word in query.words)
        and (row["state"] in query.states if query.states else row["state"] not in ("deleted", "purged"))
        and (not query.kinds or row["kind"] in query.kinds)
        and (not query.formats or row["format"] in query.formats)
        and set(query.tags) <= set(json.loads(row["tags"]))
        and (place in BELOW.get(wanted, {place}) if deep else place == wanted)
        and all(
            value is not None and (value <= bound.value if bound.is_upper else value >= bound.value)
            for bound in query.bounds
            for value in [row[columns.get(bound.measure, bound.measure)]]
        )
    )


few = {"max_size": 2, "unique": True}
queries = st.builds(
    AssetQuery,
    words=st.lists(
        st.sampled_from(
            ["photo", "o", "ot", "山", "山田", "太郎", "東京の", "cafe", "strasse", "회의", "zz", "sea", "'d\"", "😀"]
        ),
        **few,  # type: ignore[arg-type]
    ).map(lambda found: words(" ".join(found))),
    kinds=st.lists(st.sampled_from(Kind), **few).map(tuple),  # type: ignore[arg-type]
    states=st.lists(st.sampled_from(AssetState), **few).map(tuple),  # type: ignore[arg-type]
    formats=st.lists(st.sampled_from([Format.JPEG, Format.MP4, Format.GIF]), max_size=1).map(tuple),
    folder=st.none()
    | st.sampled_from(["", *TREE]).map(lambda one: FolderRef(id=folder_id(one)) if one else FolderRef()),
    recursive=st.booleans(),
    tags=st.lists(st.sampled_from([*TAGS, "absent"]), **few).map(tuple),  # type: ignore[arg-type]
    bounds=st.lists(
        st.builds(Bound, st.sampled_from(Measure), st.booleans(), st.sampled_from([0, 2.5, 200, 1350.0])), max_size=2
    ).map(tuple),
    sort=st.sampled_from(Sort),
    descending=st.booleans(),
)


@given(query=queries, enough=st.sampled_from([1, 8, 2000]), size=st.integers(1, 7), within=st.sampled_from(["", "b"]))
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_list_has_what_was_asked_for_in_its_order_however_it_is_read(
    library: SmallHouse, query: AssetQuery, enough: int, size: int, within: str
) -> None:
    if query.folder is not None and query.folder.id and within and query.folder.id[4] not in BELOW[within]:
        return
    act = Act(DEFAULT_ACCOUNT, "key", within=folder_id(within) or None)
    shown: list[int] = []
    place = None
    with pytest.MonkeyPatch.context() as patched:
        # So many candidates count as few: what is true of thousands is tried with dozens.
        patched.setattr(listing, "_FEW", enough)
        while page := library.library.page(act, query, place, size):
            shown += [asset.number for asset, _ in page]
            assert len(shown) <= len(rows()), "the list does not end"
            place = page[-1][1]

    assert shown == expected(query, within)


# Changing


def test_an_asset_is_found_by_what_it_is_called_now_and_no_longer_by_what_it_was_called(house: SmallHouse) -> None:
    asset = house.uploaded()
    house.library.alter(TESTER, asset.id, AssetChange(name="山田", tags=("red",), metadata={"client": "Ünal"}), None)

    assert [found(house, word) for word in ("photo", "山田", "山", "red", "unal", "client")] == [0, 1, 1, 1, 1, 1]
    assert len(house.library.page(TESTER, AssetQuery(tags=("red",)), None, 5)) == 1


def test_many_uploads_that_wait_for_their_files_are_found_as_soon_as_they_are_signed(house: SmallHouse) -> None:
    for number in range(600):
        house.signing.sign(TESTER, UploadRequest(f"take {number}.mp4", None, None, Dialect.CONTENT_TYPE))
    house.signed("last.jpg")
    first = [found(house, word) for word in ("take", "599", "last")]
    tagged = UploadRequest("later.jpg", None, None, Dialect.CONTENT_TYPE, tags=("red",))
    house.signing.sign(TESTER, tagged)[1].result()

    assert first == [5, 1, 1]
    assert len(house.library.page(TESTER, AssetQuery(tags=("red",)), None, 5)) == found(house, "later") == 1


def published(house: SmallHouse) -> None:
    house.uploaded()


def staged(house: SmallHouse) -> None:
    attempt, incoming = house.begun(house.signed())
    assert house.ingest.stage(attempt, incoming)


def expired(house: SmallHouse) -> None:
    house.signed()
    house.clock.go_on(3600)
    house.retention.expire()


def deleted(house: SmallHouse) -> None:
    house.library.delete(TESTER, house.signed().asset_id)


def changed(house: SmallHouse) -> None:
    house.library.alter(TESTER, house.signed().asset_id, AssetChange(name="photo"), None)


@pytest.mark.parametrize("fate", [published, staged, expired, deleted, changed])
def test_who_waits_no_longer_is_in_the_index_before_anybody_searches(
    house: SmallHouse, fate: Callable[[SmallHouse], None]
) -> None:
    fate(house)

    with closing(sqlite3.connect(catalogue_of(house))) as connection:
        ((text,),) = connection.execute("SELECT text FROM search_texts").fetchall()
    assert text.startswith("photo")


def found(house: SmallHouse, word: str) -> int:
    return len(house.library.page(TESTER, AssetQuery(words=words(word)), None, 5))


def test_metadata_is_merged_and_null_takes_a_key_away(house: SmallHouse) -> None:
    asset = house.uploaded()
    house.library.alter(TESTER, asset.id, AssetChange(metadata={"a": 1, "b": {"c": 2}}), None)

    changed = house.library.alter(TESTER, asset.id, AssetChange(metadata={"a": None, "d": 3}), None)

    assert changed.metadata == {"b": {"c": 2}, "d": 3}


def test_metadata_that_grows_beyond_its_limit_by_a_merge_is_refused(house: SmallHouse) -> None:
    asset = house.uploaded()
    house.library.alter(TESTER, asset.id, AssetChange(metadata={"a": "x" * 10_000}), None)

    with pytest.raises(ParameterError):
        house.library.alter(TESTER, asset.id, AssetChange(metadata={"b": "x" * 10_000}), None)

    assert set(house.library.one(TESTER, asset.id).metadata) == {"a"}


def test_of_two_who_change_what_they_read_the_second_is_told(house: SmallHouse) -> None:
    asset = house.uploaded()
    house.library.alter(TESTER, asset.id, AssetChange(name="first"), frozenset((asset.version,)))

    with pytest.raises(Outdated):
        house.library.alter(TESTER, asset.id, AssetChange(name="second"), frozenset((asset.version,)))

    assert house.library.one(TESTER, asset.id).name == "first"


def test_no_wish_changes_nothing(house: SmallHouse) -> None:
    asset = house.uploaded()

    assert house.library.alter(TESTER, asset.id, AssetChange(), None).version == asset.version


def test_an_asset_is_named_by_its_number_too(house: SmallHouse) -> None:
    asset = house.uploaded()

    assert house.library.one(TESTER, str(asset.number)).id == asset.id


@pytest.mark.parametrize("named", ["", "0", "-1", "1.0", "٣", "9" * 18, "9" * 40, "img_absent", "x" * 5000])
def test_what_is_not_there_is_not_found(house: SmallHouse, named: str) -> None:
    house.uploaded()

    with pytest.raises(NotFound):
        house.library.one(TESTER, named)


def test_the_number_of_another_account_finds_nothing(house: SmallHouse) -> None:
    asset = house.uploaded()

    with pytest.raises(NotFound):
        house.library.one(Act(AccountId("acc_other"), "key"), str(asset.number))


# Deleting and restoring


def test_a_deleted_asset_is_gone_from_lists_and_from_its_address_and_comes_back_as_it_was(house: SmallHouse) -> None:
    asset = house.uploaded()
    house.library.delete(TESTER, asset.id)
    listed = house.library.page(TESTER, AssetQuery(), None, 5)
    shown = house.delivery.find(f"{asset.id}.jpg")
    restored = house.library.restore(TESTER, asset.id)

    assert (listed, shown and shown.blob) == ([], None)
    assert (restored.state, restored.deleted_at, restored.version) == (AssetState.READY, None, 3)
    assert [kind for kind in house.events(asset.id) if kind.startswith("asset.")] == [
        "asset.ready", "asset.deleted", "asset.restored"
    ]  # fmt: skip


def test_deleting_twice_and_restoring_twice_is_doing_it_once(house: SmallHouse) -> None:
    asset = house.uploaded()
    deleted = [house.library.delete(TESTER, asset.id).version for _ in range(2)]
    restored = [house.library.restore(TESTER, asset.id).version for _ in range(2)]

    assert (deleted, restored, len(house.events(asset.id))) == ([2, 2], [3, 3], 3)


def test_a_deleted_asset_is_not_changed(house: SmallHouse) -> None:
    asset = house.uploaded()
    house.library.delete(TESTER, asset.id)

    with pytest.raises(AssetNotReady):
        house.library.alter(TESTER, asset.id, AssetChange(name="new"), None)


def test_an_asset_that_was_deleted_while_it_waited_waits_again(house: SmallHouse) -> None:
    signed = house.signed()
    house.library.delete(TESTER, signed.asset_id)
    restored = house.library.restore(TESTER, signed.asset_id)

    assert restored.state is AssetState.WAITING
    assert house.uploaded(PHOTO, signed).state is AssetState.READY


def test_an_asset_whose_upload_ran_out_while_it_was_deleted_is_expired(house: SmallHouse) -> None:
    signed = house.signed()
    house.library.delete(TESTER, signed.asset_id)
    house.clock.go_on(1000)

    assert house.library.restore(TESTER, signed.asset_id).state is AssetState.EXPIRED


def test_what_a_pending_video_uses_is_deleted_only_by_force(house: SmallHouse) -> None:
    asset = house.uploaded()
    house.database.write(lambda tx: uses.add(tx, asset, "video", "vid_1", house.clock())).result()

    with pytest.raises(AssetInUse) as refused:
        house.library.delete(TESTER, asset.id)
    forced = house.library.delete(TESTER, asset.id, force=True)

    assert refused.value.used_by == [{"type": "video", "id": "vid_1"}]
    assert forced.state is AssetState.DELETED


def test_what_a_video_that_is_done_used_is_deleted_and_shown(house: SmallHouse) -> None:
    asset = house.uploaded()
    house.database.write(lambda tx: uses.add(tx, asset, "video", "vid_1", house.clock())).result()
    house.database.write(lambda tx: uses.settle(tx, "video", "vid_1")).result()

    house.library.delete(TESTER, asset.id)

    assert [(use.user_id, use.pending) for use in house.library.details(TESTER, asset.id).uses] == [("vid_1", False)]


# Many at once


def test_each_of_many_has_an_outcome_of_its_own(house: SmallHouse) -> None:
    one, other, purged = house.uploaded(), house.uploaded(), house.uploaded()
    house.library.delete(TESTER, purged.id)
    named = (one.id, "img_absent", str(other.number), purged.id)

    outcomes = house.library.bulk(TESTER, Bulk(BulkAction.TAG, named, tags=("red",)))

    assert [kind_of(outcome) for outcome in outcomes] == ["asset", "not_found", "asset", "asset_not_ready"]
    assert [asset.number for asset, _ in house.library.page(TESTER, AssetQuery(tags=("red",)), None, 5)] == [
        other.number, one.number
    ]  # fmt: skip


def kind_of(outcome: object) -> str:
    return outcome.code if isinstance(outcome, GreenroomError) else "asset"


def test_tags_are_taken_away_from_many(house: SmallHouse) -> None:
    asset = house.uploaded()
    house.library.alter(TESTER, asset.id, AssetChange(tags=("red", "blue")), None)

    house.library.bulk(TESTER, Bulk(BulkAction.UNTAG, (asset.id,), tags=("red", "absent")))

    assert house.library.one(TESTER, asset.id).tags == ("blue",)


def test_many_are_deleted_and_restored_and_those_that_are_gone_for_good_say_so(house: SmallHouse) -> None:
    one, other = house.uploaded(), house.uploaded()
    house.library.bulk(TESTER, Bulk(BulkAction.DELETE, (one.id,)))
    house.clock.go_on(house.retention.restore_s)
    house.retention.purge()
    house.library.bulk(TESTER, Bulk(BulkAction.DELETE, (other.id,)))

    outcomes = house.library.bulk(TESTER, Bulk(BulkAction.RESTORE, (one.id, other.id)))

    assert isinstance(outcomes[0], AssetPurged)
    assert kind_of(outcomes[1]) == "asset"


# Keys that are restricted to a folder


def test_a_key_of_a_folder_touches_nothing_outside_of_it(library: SmallHouse) -> None:
    restricted = Act(DEFAULT_ACCOUNT, "key", within=folder_id("b"))
    inside, outside = library.library.one(TESTER, "2"), library.library.one(TESTER, "1")

    assert (inside.folder_id, outside.folder_id) == (folder_id("b"), folder_id("a"))
    assert library.library.one(restricted, "2") == inside
    for touch in (
        lambda: library.library.details(restricted, outside.id),
        lambda: library.library.alter(restricted, outside.id, AssetChange(name="mine"), None),
        lambda: library.library.delete(restricted, "1"),
        lambda: library.library.restore(restricted, "1"),
        lambda: library.library.alter(restricted, "2", AssetChange(folder=FolderRef(id=folder_id("a"))), None),
        lambda: library.library.page(restricted, AssetQuery(folder=FolderRef(id=folder_id("d"))), None, 5),
    ):
        with pytest.raises(NotFound):
            touch()
