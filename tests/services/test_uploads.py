"""Signed uploads: what is declared is enforced, their timelines tell what happened, their owner may end them."""

import hashlib
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test
from small_house import DAMAGED, OTHER_PHOTO, PHOTO, TESTER, SmallHouse
from upload_machine import UploadMachine

from greenroom.db import audit
from greenroom.domain.act import Act, by_grant
from greenroom.domain.asset import AssetState, UploadState
from greenroom.domain.folder import folder_ref
from greenroom.domain.ids import AccountId, BlobKey, UploadId
from greenroom.domain.policy import Dialect
from greenroom.domain.timeline import STEPS_MAX, Event
from greenroom.errors import ChecksumRefused, ContentRefused, GreenroomError, NotFound, UploadOver
from greenroom.services.signing import Signed, UploadRequest
from greenroom.services.uploads import SignedUploads, UploadSeen

HASH = BlobKey(hashlib.sha256(PHOTO).hexdigest())
STRANGER = Act(AccountId("acc_other"), "key_of_a_stranger")
ANY = frozenset(UploadState)
NEWEST = (1e300, "")


@pytest.fixture
def uploads(house: SmallHouse) -> SignedUploads:
    return SignedUploads(house.signing, house.ingest)


def signed(house: SmallHouse, **more: Any) -> Signed:
    """A signed upload of photo.jpg."""
    permission, commit = house.signing.sign(TESTER, UploadRequest("photo.jpg", None, None, Dialect.API, **more))
    commit.result()
    return permission


def seen(house: SmallHouse, upload: Signed) -> UploadSeen:
    return SignedUploads(house.signing, house.ingest).one(TESTER, upload.upload_id)


def events(house: SmallHouse, upload: Signed) -> list[Event]:
    return [step.event for step in seen(house, upload).record.timeline]


def audited(house: SmallHouse, upload: Signed) -> list[tuple[str, str]]:
    """Action and actor of each entry about an upload, in order."""
    kept = house.database.read(lambda tx: list(audit.in_order(tx)))
    return [(one.entry.action, one.entry.actor) for one in kept if one.entry.subject == upload.upload_id]


def refused(house: SmallHouse, upload: Signed, body: bytes = PHOTO) -> GreenroomError:
    """The error of an attempt that must be refused."""
    attempt, incoming = house.begun(upload, body)
    with pytest.raises(GreenroomError) as problem:
        house.ingest.complete(attempt, incoming)
    house.ingest.end(attempt, problem.value if isinstance(problem.value, ContentRefused | ChecksumRefused) else None)
    return problem.value


# What is declared


def test_a_file_with_the_declared_hash_is_taken(house: SmallHouse) -> None:
    assert house.uploaded(PHOTO, signed(house, sha256=HASH)).state is AssetState.READY


def test_another_file_than_the_one_whose_hash_was_declared_is_refused_and_nothing_is_kept(house: SmallHouse) -> None:
    upload = signed(house, sha256=HASH)

    problem = refused(house, upload, OTHER_PHOTO)

    assert isinstance(problem, ChecksumRefused)
    assert problem.finding.code == "checksum_mismatch"
    assert problem.finding.allowed == HASH
    assert problem.finding.measured == hashlib.sha256(OTHER_PHOTO).hexdigest()
    assert not house.decoder.thinking.is_set(), "bytes that nobody wants are not looked into"
    assert house.temporary_files() == []
    assert house.asset(upload).state is AssetState.WAITING


def test_after_a_wrong_file_the_right_one_is_taken(house: SmallHouse) -> None:
    upload = signed(house, sha256=HASH)
    refused(house, upload, OTHER_PHOTO)

    assert house.uploaded(PHOTO, upload).blob_key == HASH


def test_a_declared_hash_holds_for_bytes_that_a_later_run_judges(house: SmallHouse) -> None:
    upload = signed(house, sha256=HASH)
    attempt, incoming = house.begun(upload, OTHER_PHOTO)
    house.ingest.stage(attempt, incoming)
    incoming.close()
    house.ingest.active.clear()

    house.ingest.resume_all()

    assert house.asset(upload).state is AssetState.WAITING
    assert [one.code for one in house.asset(upload).findings] == ["checksum_mismatch"]


def test_what_was_said_at_signing_stands_in_the_rows(house: SmallHouse) -> None:
    more = {"tags": ("b", "a"), "metadata": {"k": [1, None]}, "folder": folder_ref("shop/boots")}

    upload = signed(house, **more, callback_url="https://example.com/done", name="Caf\u0065\u0301")

    record = seen(house, upload).record
    assert (record.asset.tags, record.asset.metadata) == (("b", "a"), {"k": [1, None]})
    assert record.asset.name == "Caf\u00e9"
    assert record.upload.callback_url == "https://example.com/done"
    assert record.asset.folder_id.startswith("fld_")


def test_a_folder_that_is_not_there_is_refused_alone(house: SmallHouse) -> None:
    wrong = UploadRequest("a.jpg", None, None, Dialect.API, folder=folder_ref("fld_" + "0" * 32))
    commits = [house.signing.sign(TESTER, UploadRequest("a.jpg", None, None, Dialect.API))[1] for _ in range(3)]
    _, hopeless = house.signing.sign(TESTER, wrong)
    commits += [house.signing.sign(TESTER, UploadRequest("a.jpg", None, None, Dialect.API))[1] for _ in range(3)]

    with pytest.raises(NotFound):
        hopeless.result()

    assert [commit.result() for commit in commits] == [1, 2, 3, 4, 5, 6]


# Timelines


def test_a_timeline_begins_with_the_signing(house: SmallHouse) -> None:
    (step,) = seen(house, signed(house)).record.timeline

    assert (step.event, step.by, step.at) == (Event.SIGNED, TESTER.actor, house.clock().timestamp())


def test_a_good_upload_ends_with_how_its_bytes_came(house: SmallHouse) -> None:
    upload = signed(house)
    attempt = house.ingest.begin(upload.upload_id, len(PHOTO), by_grant("192.0.2.7", "r" * 32))
    house.ingest.check_head(attempt, PHOTO)
    attempt.progress.came(len(PHOTO), 10**6)
    incoming = house.store.receive()
    incoming.write((PHOTO,))
    house.ingest.complete(attempt, incoming)
    house.ingest.end(attempt)

    record = seen(house, upload).record
    last = record.timeline[-1]

    assert record.upload.state is UploadState.DONE
    assert (last.event, last.by) == (Event.COMPLETED, "grant")
    assert last.transfer is not None
    assert (last.transfer.received_bytes, last.transfer.expected_bytes) == (len(PHOTO), len(PHOTO))
    assert {"examine", "store"} <= set(last.transfer.timings_ms)


def test_each_refusal_stands_in_the_timeline_with_its_reason(house: SmallHouse) -> None:
    upload = signed(house)
    house.decoder.answer = DAMAGED

    refused(house, upload)
    refused(house, upload)

    steps = seen(house, upload).record.timeline[1:]
    assert [(step.event, step.reason, step.by) for step in steps] == [(Event.REFUSED, "scan_damaged", "grant")] * 2


def test_a_staged_file_that_is_refused_is_refused_once(house: SmallHouse) -> None:
    upload = signed(house)
    house.decoder.answer = DAMAGED
    attempt, incoming = house.begun(upload)
    house.ingest.stage(attempt, incoming)
    with pytest.raises(ContentRefused) as problem:
        house.ingest.complete(attempt, incoming)
    house.ingest.end(attempt, problem.value)

    assert events(house, upload) == [Event.SIGNED, Event.VERIFYING, Event.REFUSED]
    assert [action for action, _ in audited(house, upload)].count("upload.refused") == 1


def test_a_timeline_keeps_the_signing_and_the_last_steps(house: SmallHouse) -> None:
    upload = signed(house)
    house.decoder.answer = DAMAGED
    for _ in range(STEPS_MAX + 3):
        refused(house, upload)

    timeline = seen(house, upload).record.timeline

    assert len(timeline) == STEPS_MAX
    assert [step.event for step in timeline[:2]] == [Event.SIGNED, Event.REFUSED]
    assert len(audited(house, upload)) == STEPS_MAX + 4


def test_what_is_in_flight_is_told_from_memory(house: SmallHouse, uploads: SignedUploads) -> None:
    upload = signed(house)
    first, second = (house.ingest.begin(upload.upload_id, len(PHOTO)) for _ in range(2))
    first.progress.came(100, 10**6)

    flying = uploads.one(TESTER, upload.upload_id).in_flight
    house.ingest.end(first)
    house.ingest.end(second)

    assert [transfer.received_bytes for transfer in flying] == [100, 0]
    assert uploads.one(TESTER, upload.upload_id).in_flight == ()


def test_an_expired_upload_was_ended_by_the_system(house: SmallHouse) -> None:
    upload = signed(house)
    house.clock.go_on(903)

    house.retention.expire()

    assert events(house, upload) == [Event.SIGNED, Event.EXPIRED]
    assert audited(house, upload)[-1] == ("upload.expired", "system")


# The audit


def test_the_audit_knows_who_signed_sent_and_cancelled(house: SmallHouse, uploads: SignedUploads) -> None:
    done, cancelled = signed(house), signed(house)
    house.uploaded(PHOTO, done)
    uploads.renew(TESTER, cancelled.upload_id)
    uploads.cancel(TESTER, cancelled.upload_id)

    me = TESTER.actor
    assert audited(house, done) == [("upload.signed", me), ("upload.completed", "grant")]
    assert audited(house, cancelled) == [("upload.signed", me), ("upload.renewed", me), ("upload.cancelled", me)]


# Cancelling


def test_a_cancelled_upload_takes_no_bytes_and_its_asset_is_deleted(house: SmallHouse, uploads: SignedUploads) -> None:
    upload = signed(house)

    cancelled = uploads.cancel(TESTER, upload.upload_id).record

    assert (cancelled.upload.state, cancelled.asset.state) == (UploadState.CANCELLED, AssetState.DELETED)
    assert house.events(upload.asset_id) == ["asset.deleted"]
    assert upload.asset_id in house.published
    with pytest.raises(UploadOver):
        house.ingest.begin(upload.upload_id, len(PHOTO))
    assert not house.ingest.active


def test_cancelling_twice_changes_nothing(house: SmallHouse, uploads: SignedUploads) -> None:
    upload = signed(house)
    first = uploads.cancel(TESTER, upload.upload_id)
    house.clock.go_on(5)

    assert uploads.cancel(TESTER, upload.upload_id) == first
    assert house.events(upload.asset_id) == ["asset.deleted"]


def test_bytes_on_their_way_are_refused_as_soon_as_more_come(house: SmallHouse, uploads: SignedUploads) -> None:
    upload = signed(house)
    attempt = house.ingest.begin(upload.upload_id, len(PHOTO))
    attempt.progress.came(10, 10**6)

    cancelled = uploads.cancel(TESTER, upload.upload_id)

    with pytest.raises(UploadOver):
        house.ingest.require_within_limit(attempt, 20)
    last = cancelled.record.timeline[-1]
    assert last.transfer is not None
    assert last.transfer.received_bytes == 10


def test_bytes_that_are_being_judged_are_not_published(house: SmallHouse, uploads: SignedUploads) -> None:
    upload = signed(house)
    house.decoder.free.clear()
    attempt, incoming = house.begun(upload)
    with ThreadPoolExecutor(1) as pool:
        judging = pool.submit(house.ingest.complete, attempt, incoming)
        house.decoder.thinking.wait(10)
        uploads.cancel(TESTER, upload.upload_id)
        house.decoder.free.set()
        assert isinstance(judging.exception(10), UploadOver)
    house.ingest.end(attempt)

    assert house.asset(upload).state is AssetState.DELETED
    assert house.temporary_files() == []
    assert events(house, upload) == [Event.SIGNED, Event.CANCELLED]


def test_staged_bytes_that_nobody_judges_yet_are_removed(house: SmallHouse, uploads: SignedUploads) -> None:
    upload = signed(house)
    attempt, incoming = house.begun(upload)
    house.ingest.stage(attempt, incoming)
    incoming.close()
    house.ingest.active.clear()

    uploads.cancel(TESTER, upload.upload_id)

    assert house.temporary_files() == []
    assert house.ingest.unfinished() == []


@pytest.mark.parametrize("end", ["done", "expired"])
def test_an_upload_that_has_ended_is_neither_cancelled_nor_renewed(
    house: SmallHouse, uploads: SignedUploads, end: str
) -> None:
    upload = signed(house)
    if end == "done":
        house.uploaded(PHOTO, upload)
    house.clock.go_on(903)
    house.retention.expire()

    act: Callable[[Act, UploadId], object]
    for act in (uploads.cancel, uploads.renew):
        with pytest.raises(UploadOver) as over:
            act(TESTER, upload.upload_id)
        assert over.value.state == end


def test_a_put_and_a_cancel_at_once_end_in_one_of_two_ways(house: SmallHouse, uploads: SignedUploads) -> None:
    def finish(upload: Signed) -> str:
        try:
            attempt, incoming = house.begun(upload)
        except UploadOver:
            return "cancelled"
        try:
            return house.ingest.complete(attempt, incoming).state.value
        except UploadOver:
            return "cancelled"
        finally:
            house.ingest.end(attempt)

    def cancel(upload: Signed) -> str:
        try:
            return uploads.cancel(TESTER, upload.upload_id).record.upload.state.value
        except UploadOver as over:
            return over.state

    with ThreadPoolExecutor(2) as pool:
        for _ in range(20):
            upload = signed(house)
            sent = pool.submit(finish, upload)
            stopped = pool.submit(cancel, upload)
            outcome = (sent.result(10), stopped.result(10), house.asset(upload).state.value)
            assert outcome in (("ready", "done", "ready"), ("cancelled", "cancelled", "deleted"))


# Renewing


def test_a_renewed_upload_has_a_fresh_url_and_the_old_one_its_own_time(
    house: SmallHouse, uploads: SignedUploads
) -> None:
    upload = signed(house)
    house.clock.go_on(600)

    fresh, _ = uploads.renew(TESTER, upload.upload_id)
    house.clock.go_on(200)
    house.signing.grant(upload.token)
    house.clock.go_on(600)
    house.retention.expire()

    assert (fresh.upload_id, fresh.asset_id) == (upload.upload_id, upload.asset_id)
    assert house.signing.grant(fresh.token).upload_id == upload.upload_id
    assert house.uploaded(PHOTO, fresh).state is AssetState.READY


def test_a_url_whose_time_is_over_can_be_renewed_until_the_upload_is_swept(
    house: SmallHouse, uploads: SignedUploads
) -> None:
    upload = signed(house)
    house.clock.go_on(1000)

    fresh, _ = uploads.renew(TESTER, upload.upload_id)

    assert house.signing.grant(fresh.token).upload_id == upload.upload_id


# Looking


def test_uploads_of_another_account_are_not_there(house: SmallHouse, uploads: SignedUploads) -> None:
    upload = signed(house)

    for act in (uploads.one, uploads.cancel, uploads.renew):
        with pytest.raises(NotFound):
            act(STRANGER, upload.upload_id)
    assert uploads.page(STRANGER, ANY, NEWEST, 10) == []
    assert seen(house, upload).record.upload.state is UploadState.OPEN


def test_a_key_that_is_restricted_to_a_folder_sees_what_goes_there(house: SmallHouse, uploads: SignedUploads) -> None:
    outside = signed(house)
    above = signed(house, folder=folder_ref("shop"))
    inside = signed(house, folder=folder_ref("shop/boots/winter"))
    shop = seen(house, above).record.asset.folder_id
    restricted = Act(TESTER.account_id, "key_of_the_shop", within=shop)

    its_own, commit = house.signing.sign(restricted, UploadRequest("a.jpg", None, None, Dialect.API))
    commit.result()

    found = [one.record.upload.id for one in uploads.page(restricted, ANY, NEWEST, 10)]
    assert set(found) == {above.upload_id, inside.upload_id, its_own.upload_id}
    assert seen(house, its_own).record.asset.folder_id == shop
    with pytest.raises(NotFound):
        uploads.cancel(restricted, outside.upload_id)


def test_pages_go_from_the_newest_to_the_oldest_without_gaps(house: SmallHouse, uploads: SignedUploads) -> None:
    every = []
    for number in range(12):
        every.append(signed(house).upload_id)
        # Some have the same instant: the id decides.
        house.clock.go_on(number % 3)
    done = signed(house)
    house.uploaded(PHOTO, done)
    uploads.cancel(TESTER, every[5])

    found: list[UploadId] = []
    before = NEWEST
    while page := uploads.page(TESTER, ANY, before, 5):
        found += [one.record.upload.id for one in page]
        last = page[-1].record.upload
        before = (last.created_at.timestamp(), last.id)

    assert sorted(found) == sorted([*every, done.upload_id])
    assert [one.record.upload.id for one in uploads.page(TESTER, {UploadState.CANCELLED}, NEWEST, 5)] == [every[5]]
    assert len(uploads.page(TESTER, {UploadState.OPEN}, NEWEST, 100)) == 11


# Whatever comes


HISTORIES = int(os.environ.get("UPLOAD_HISTORIES", "6"))
"""A long campaign: UPLOAD_HISTORIES=3000 pytest tests/services/test_uploads.py -k agree"""


def test_model_and_services_agree_over_random_histories(house: SmallHouse) -> None:
    chosen = settings(
        max_examples=HISTORIES, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
    )

    run_state_machine_as_test(lambda: UploadMachine(house), settings=chosen)
