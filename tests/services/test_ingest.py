"""Ingest: from the first byte of a signed upload to a ready asset, and every way in which that may fail."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from small_house import DAMAGED, GOOD, OTHER_PHOTO, PHOTO, SmallHouse

import media_samples
from greenroom.domain.asset import AssetState, Verification
from greenroom.domain.ids import UploadId
from greenroom.errors import (
    ContentRefused,
    GrantInvalid,
    LengthRefused,
    OtherBytesRefused,
    SizeRefused,
    StorageFull,
    TypeRefused,
)
from greenroom.storage.store import BlobStore

# Beginning


def test_a_grant_for_an_upload_that_is_gone_is_refused(house: SmallHouse) -> None:
    with pytest.raises(GrantInvalid):
        house.ingest.begin(UploadId("up_" + "0" * 32), 10)


def test_a_length_over_the_limit_is_refused_before_the_body(house: SmallHouse) -> None:
    signed = house.signed()

    with pytest.raises(SizeRefused):
        house.ingest.begin(signed.upload_id, signed.max_bytes + 1)


def test_a_length_other_than_the_declared_one_is_refused_before_the_body(house: SmallHouse) -> None:
    signed = house.signed(size_bytes=1000)

    with pytest.raises(LengthRefused):
        house.ingest.begin(signed.upload_id, 999)


def test_a_refusal_before_the_body_leaves_nothing_in_flight(house: SmallHouse) -> None:
    signed = house.signed(size_bytes=1000)

    with pytest.raises(LengthRefused):
        house.ingest.begin(signed.upload_id, 999)

    assert not house.ingest.active


def test_the_reason_of_a_refusal_stands_in_the_waiting_asset(house: SmallHouse) -> None:
    signed = house.signed(size_bytes=1000)

    with pytest.raises(LengthRefused):
        house.ingest.begin(signed.upload_id, 999)

    asset = house.asset(signed)
    assert asset.state is AssetState.WAITING
    assert [finding.code for finding in asset.findings] == ["length_mismatch"]


def test_many_uploads_that_begin_and_end_at_once_leave_nothing_in_flight(house: SmallHouse) -> None:
    signed = house.signed()

    with ThreadPoolExecutor(8) as pool:
        attempts = list(pool.map(lambda _: house.ingest.begin(signed.upload_id, 10), range(200)))
        list(pool.map(house.ingest.end, attempts))

    assert not house.ingest.active


# Heads and limits


@pytest.mark.parametrize("head", [media_samples.html(), media_samples.svg(), media_samples.png(), b"\x00" * 4096])
def test_a_head_that_is_not_what_was_declared_is_refused(house: SmallHouse, head: bytes) -> None:
    attempt = house.ingest.begin(house.signed().upload_id, None)

    with pytest.raises(TypeRefused):
        house.ingest.check_head(attempt, head)


def test_an_empty_file_is_refused_as_empty(house: SmallHouse) -> None:
    attempt = house.ingest.begin(house.signed().upload_id, None)

    with pytest.raises(ContentRefused) as refused:
        house.ingest.check_head(attempt, b"")

    assert refused.value.code == "empty"


def test_the_first_byte_over_the_limit_is_refused(house: SmallHouse) -> None:
    signed = house.signed()
    attempt = house.ingest.begin(signed.upload_id, None)
    house.ingest.require_within_limit(attempt, signed.max_bytes)

    with pytest.raises(SizeRefused):
        house.ingest.require_within_limit(attempt, signed.max_bytes + 1)


def test_the_first_byte_over_the_declared_size_is_refused(house: SmallHouse) -> None:
    attempt = house.ingest.begin(house.signed(size_bytes=1000).upload_id, None)

    with pytest.raises(LengthRefused):
        house.ingest.require_within_limit(attempt, 1001)


def test_fault_12_a_body_that_says_nothing_of_its_length_ends_where_the_headroom_begins(house: SmallHouse) -> None:
    store = BlobStore(str(house.data), headroom_bytes=1 << 20)
    ingest = replace(house.ingest, store=store)
    attempt = ingest.begin(house.signed().upload_id, None)
    ingest.hold(attempt, 1000)
    store.free.bytes = (1 << 20) - 1

    with pytest.raises(StorageFull):
        ingest.hold(attempt, 2000)


def test_fault_12_what_was_declared_needs_its_room_though_the_body_says_nothing_of_its_length(
    house: SmallHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    ingest = replace(house.ingest, store=BlobStore(str(house.data), headroom_bytes=1 << 20))
    monkeypatch.setattr(BlobStore, "look_at_room", lambda store: (1 << 20) + 999)

    with pytest.raises(StorageFull):
        ingest.begin(house.signed(size_bytes=1000).upload_id, None)


# Completing


def test_judged_bytes_are_ready_and_kept_under_their_digest(house: SmallHouse) -> None:
    asset = house.uploaded(PHOTO)

    key = hashlib.sha256(PHOTO).hexdigest()
    assert (asset.state, asset.verification, asset.blob_key) == (AssetState.READY, Verification.DEEP, key)
    assert (house.data / "blobs" / key[:2] / key).read_bytes() == PHOTO
    assert house.temporary_files() == []
    assert house.events(asset.id) == ["asset.ready"]


def test_the_world_is_told_of_a_ready_asset_after_its_commit(house: SmallHouse) -> None:
    asset = house.uploaded()

    assert house.published == [asset.id]


def test_refused_bytes_leave_nothing_but_their_reason(house: SmallHouse) -> None:
    signed = house.signed()
    house.decoder.answer = DAMAGED
    attempt, incoming = house.begun(signed)

    with pytest.raises(ContentRefused) as refused:
        house.ingest.complete(attempt, incoming)
    house.ingest.end(attempt, refused.value)

    asset = house.asset(signed)
    assert (asset.state, [finding.code for finding in asset.findings]) == (AssetState.WAITING, ["scan_damaged"])
    assert house.temporary_files() == []
    assert list((house.data / "blobs").glob("*/*")) == []


def test_after_a_refusal_the_same_url_takes_a_good_file(house: SmallHouse) -> None:
    signed = house.signed()
    house.decoder.answer = DAMAGED
    attempt, incoming = house.begun(signed)
    with pytest.raises(ContentRefused) as refused:
        house.ingest.complete(attempt, incoming)
    house.ingest.end(attempt, refused.value)

    house.decoder.answer = GOOD
    asset = house.uploaded(PHOTO, signed)

    assert (asset.state, asset.findings) == (AssetState.READY, ())


def test_a_body_shorter_than_declared_is_refused_at_its_end(house: SmallHouse) -> None:
    attempt = house.ingest.begin(house.signed(size_bytes=len(PHOTO) + 1).upload_id, None)
    house.ingest.check_head(attempt, PHOTO)
    incoming = house.store.receive()
    incoming.write((PHOTO,))

    with pytest.raises(LengthRefused):
        house.ingest.complete(attempt, incoming)

    assert house.temporary_files() == []


def test_the_same_bytes_again_give_the_same_receipt(house: SmallHouse) -> None:
    signed = house.signed()
    first = house.uploaded(PHOTO, signed)

    again = house.uploaded(PHOTO, signed)

    assert again == first
    assert house.events(first.id) == ["asset.ready"]
    assert house.temporary_files() == []


def test_other_bytes_of_the_same_length_are_a_conflict_and_change_nothing(house: SmallHouse) -> None:
    signed = house.signed()
    first = house.uploaded(PHOTO, signed)
    attempt, incoming = house.begun(signed, PHOTO[:-3] + b"abc")

    with pytest.raises(OtherBytesRefused) as refused:
        house.ingest.complete(attempt, incoming)
    house.ingest.end(attempt)

    sent = hashlib.sha256(PHOTO[:-3] + b"abc").hexdigest()
    assert (refused.value.finding.measured, refused.value.finding.allowed) == (
        f"SHA-256 {sent}",
        f"SHA-256 {first.blob_key}",
    )
    assert house.asset(signed) == first
    assert house.temporary_files() == []


def test_other_bytes_of_another_length_are_a_conflict_before_the_body(house: SmallHouse) -> None:
    signed = house.signed()
    house.uploaded(PHOTO, signed)

    with pytest.raises(OtherBytesRefused) as refused:
        house.ingest.begin(signed.upload_id, len(PHOTO) + 1)

    assert refused.value.finding.measured == f"{len(PHOTO) + 1:,} bytes"
    assert refused.value.finding.allowed == f"{len(PHOTO):,} bytes"


def test_other_bytes_of_another_type_are_a_conflict_too(house: SmallHouse) -> None:
    signed = house.signed()
    house.uploaded(PHOTO, signed)
    attempt = house.ingest.begin(signed.upload_id, len(PHOTO))

    with pytest.raises(OtherBytesRefused) as refused:
        house.ingest.check_head(attempt, media_samples.png()[: len(PHOTO)])

    assert (refused.value.finding.measured, refused.value.finding.allowed) == ("PNG image", "JPEG")


def test_of_two_uploads_at_once_the_first_to_be_judged_wins(house: SmallHouse) -> None:
    signed = house.signed()
    first, first_bytes = house.begun(signed, PHOTO)
    second, second_bytes = house.begun(signed, OTHER_PHOTO)

    won = house.ingest.complete(second, second_bytes)
    with pytest.raises(OtherBytesRefused):
        house.ingest.complete(first, first_bytes)

    assert won.blob_key == hashlib.sha256(OTHER_PHOTO).hexdigest()
    assert house.asset(signed) == won


def test_two_assets_with_the_same_bytes_share_one_blob(house: SmallHouse) -> None:
    one = house.uploaded(PHOTO)
    other = house.uploaded(PHOTO)

    assert one.id != other.id
    assert one.blob_key == other.blob_key
    assert len(list((house.data / "blobs").glob("*/*"))) == 1


# Judgement that takes long


@pytest.fixture
def pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(2)


def test_staged_bytes_are_verifying_until_they_are_judged(house: SmallHouse, pool: ThreadPoolExecutor) -> None:
    signed = house.signed()
    attempt, incoming = house.begun(signed)
    house.decoder.free.clear()
    judging = pool.submit(house.ingest.complete, attempt, incoming)
    house.decoder.thinking.wait(5)

    staged = house.ingest.stage(attempt, incoming)
    meanwhile = house.asset(signed).state
    house.decoder.free.set()

    assert (staged, meanwhile) == (True, AssetState.VERIFYING)
    assert judging.result(5).state is AssetState.READY
    assert house.ingest.unfinished() == []


def test_what_was_judged_meanwhile_is_not_staged(house: SmallHouse) -> None:
    signed = house.signed()
    attempt, incoming = house.begun(signed)
    house.ingest.complete(attempt, incoming)

    staged = house.ingest.stage(attempt, incoming)

    assert not staged
    assert house.asset(signed).state is AssetState.READY


def test_what_was_refused_meanwhile_is_not_staged(house: SmallHouse) -> None:
    signed = house.signed()
    house.decoder.answer = DAMAGED
    attempt, incoming = house.begun(signed)
    with pytest.raises(ContentRefused):
        house.ingest.complete(attempt, incoming)

    staged = house.ingest.stage(attempt, incoming)

    assert not staged
    assert house.asset(signed).state is AssetState.WAITING


@pytest.mark.parametrize("answer", [DAMAGED, StorageFull("The disk is full.", 60), RuntimeError("a bug")])
def test_an_asset_whose_staged_bytes_are_not_kept_waits_again_and_says_why(
    house: SmallHouse, pool: ThreadPoolExecutor, answer: object
) -> None:
    signed = house.signed()
    attempt, incoming = house.begun(signed)
    house.decoder.free.clear()
    judging = pool.submit(house.ingest.complete, attempt, incoming)
    house.decoder.thinking.wait(5)
    house.ingest.stage(attempt, incoming)
    house.decoder.answer = answer  # type: ignore[assignment]
    house.decoder.free.set()

    assert judging.exception(5) is not None

    asset = house.asset(signed)
    assert asset.state is AssetState.WAITING
    assert asset.findings
    assert house.ingest.unfinished() == []
    assert house.temporary_files() == []


def test_a_refusal_of_another_attempt_leaves_the_staged_one_staged(house: SmallHouse, pool: ThreadPoolExecutor) -> None:
    signed = house.signed()
    attempt, incoming = house.begun(signed)
    other, _ = house.begun(signed, OTHER_PHOTO)
    house.decoder.free.clear()
    judging = pool.submit(house.ingest.complete, attempt, incoming)
    house.decoder.thinking.wait(5)
    house.ingest.stage(attempt, incoming)

    house.ingest.end(other, ContentRefused(*DAMAGED.damage))
    state, unfinished = house.asset(signed).state, house.ingest.unfinished()
    house.decoder.free.set()

    assert state is AssetState.VERIFYING
    assert [name for _, name in unfinished] == [incoming.name]
    assert judging.result(5).state is AssetState.READY


# After a crash


def _staged_before_a_crash(house: SmallHouse, body: bytes = PHOTO) -> UploadId:
    attempt, incoming = house.begun(house.signed(), body)
    house.ingest.stage(attempt, incoming)
    house.ingest.active.clear()
    return attempt.upload.id


def _resume_all(house: SmallHouse) -> None:
    ((upload, name),) = house.ingest.unfinished()
    house.ingest.resume(upload, name)


def test_bytes_that_an_earlier_run_staged_are_judged_and_published(house: SmallHouse) -> None:
    _staged_before_a_crash(house)
    ((upload, name),) = house.ingest.unfinished()

    house.ingest.resume(upload, name)

    shown = house.delivery.database.read(lambda tx: house.ingest.unfinished())
    assert shown == []
    assert house.published.count(upload.asset_id) >= 1
    assert house.temporary_files() == []


def test_bytes_that_an_earlier_run_staged_may_be_refused(house: SmallHouse) -> None:
    _staged_before_a_crash(house)
    ((upload, name),) = house.ingest.unfinished()
    house.decoder.answer = DAMAGED

    house.ingest.resume(upload, name)

    assert house.ingest.unfinished() == []
    assert house.temporary_files() == []


def test_staged_bytes_that_are_gone_leave_the_asset_waiting_with_the_reason(house: SmallHouse) -> None:
    signed = house.signed()
    attempt, incoming = house.begun(signed)
    house.ingest.stage(attempt, incoming)
    incoming.discard()

    house.ingest.resume(attempt.upload, incoming.name)

    asset = house.asset(signed)
    assert asset.state is AssetState.WAITING
    assert asset.findings
    assert house.ingest.unfinished() == []


def test_staged_bytes_outlive_a_disk_that_is_full_when_they_are_judged(house: SmallHouse) -> None:
    signed = house.signed()
    attempt, incoming = house.begun(signed)
    house.ingest.stage(attempt, incoming)
    house.decoder.answer = StorageFull("The disk is full.", 60)
    house.ingest.resume(attempt.upload, incoming.name)
    house.decoder.answer = GOOD

    house.ingest.resume(attempt.upload, incoming.name)

    assert house.asset(signed).state is AssetState.READY
