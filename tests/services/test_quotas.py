"""Quotas: what an account may hold, from the signing to the purge, whatever comes between."""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test
from quota_machine import QuotaMachine
from small_house import DAMAGED, PHOTO, TESTER, SmallHouse, small_house

import media_samples
from greenroom.db import usage as usage_rows
from greenroom.db.sqlite import Statement
from greenroom.domain.allowance import Limits, OwnLimits, Usage
from greenroom.domain.asset import AssetState
from greenroom.domain.ids import DEFAULT_ACCOUNT
from greenroom.domain.media import AudioStream, Examination, Format, Kind, MediaInfo
from greenroom.domain.policy import Dialect
from greenroom.errors import QuotaExceeded, UploadRefused
from greenroom.services.accounts import AccountChange, Accounts
from greenroom.services.ingest import Attempt
from greenroom.services.signing import Signed, UploadRequest

SIZE = len(PHOTO)
SOUND = media_samples.wav(1)


def of_sound(seconds: float) -> Examination:
    """What the decoder says of a good WAV that lasts so long."""
    stream = AudioStream(index=0, codec="pcm_s16le", sample_rate_hz=48000, channels=1, duration_s=seconds)
    info = MediaInfo(Format.WAV, Kind.AUDIO, duration_s=seconds, audio=stream)
    return Examination(info, deep=True, decoder="by hand")


@pytest.fixture
def accounts(house: SmallHouse) -> Accounts:
    return Accounts(house.database, house.clock, Limits())


def used(house: SmallHouse) -> Usage:
    """What the account uses, which must be what its rows say."""
    assert house.database.read(lambda tx: list(usage_rows.drift(tx))) == []
    return house.database.read(lambda tx: usage_rows.of(tx, DEFAULT_ACCOUNT)[0])


def limit(house: SmallHouse, **limits: int) -> None:
    """Give the account limits of its own."""
    house.database.write(lambda tx: usage_rows.set_limits(tx, DEFAULT_ACCOUNT, OwnLimits(**limits))).result()


def chunked(house: SmallHouse, signed: Signed, body: bytes) -> Attempt:
    """An attempt whose bytes have come without a word of how many there are; the file is left away."""
    attempt = house.ingest.begin(signed.upload_id, None)
    house.ingest.hold(attempt, len(body))
    return attempt


# What counts, from the signing to the purge


def test_a_declared_size_is_reserved_at_signing_and_stored_when_its_bytes_are_ready(house: SmallHouse) -> None:
    signed = house.signed(size_bytes=SIZE)
    reserved = used(house)

    house.uploaded(signed=signed)

    assert reserved == Usage(0, SIZE, 1, 0, 0)
    assert used(house) == Usage(SIZE, 0, 1, 0, 0)


def test_without_a_declared_size_nothing_is_reserved_where_there_is_no_limit(house: SmallHouse) -> None:
    house.begun(house.signed())

    assert used(house) == Usage(0, 0, 1, 0, 0)


def test_without_a_declared_size_its_bytes_are_reserved_at_the_put_where_there_is_a_limit(house: SmallHouse) -> None:
    limit(house, stored_bytes=10 * SIZE)

    house.begun(house.signed())

    assert used(house) == Usage(0, SIZE, 1, 0, 0)


def test_a_body_that_does_not_say_its_length_reserves_in_steps_and_no_more_than_there_is(house: SmallHouse) -> None:
    limit(house, stored_bytes=20 * 2**20)
    attempt = house.ingest.begin(house.signed().upload_id, None)

    steps = [used_after(house, attempt, size) for size in (1, 8 * 2**20, 8 * 2**20 + 1)]

    # An image may have 10 MiB, so no more than that is held in advance.
    assert steps == [8 * 2**20, 8 * 2**20, 10 * 2**20]


def used_after(house: SmallHouse, attempt: Attempt, size_bytes: int) -> int:
    """The reserved bytes after so many of a body have come."""
    house.ingest.hold(attempt, size_bytes)
    return used(house).reserved_bytes


def test_near_the_limit_no_more_is_held_than_has_come(house: SmallHouse) -> None:
    limit(house, stored_bytes=1000)

    chunked(house, house.signed(), bytes(900))

    assert used(house).reserved_bytes == 900


def test_a_body_that_grows_over_the_limit_is_refused_and_holds_nothing(house: SmallHouse) -> None:
    limit(house, stored_bytes=1000)
    signed = house.signed()
    attempt = chunked(house, signed, bytes(900))

    with pytest.raises(QuotaExceeded) as refused:
        house.ingest.hold(attempt, 1001)
    house.ingest.end(attempt, refused.value)

    assert used(house) == Usage(0, 0, 1, 0, 0)
    assert [finding.code for finding in house.asset(signed).findings] == ["quota_stored_bytes"]


def test_what_was_held_for_a_transfer_that_broke_is_given_back(house: SmallHouse) -> None:
    limit(house, stored_bytes=10 * SIZE)
    attempt, incoming = house.begun(house.signed())

    incoming.discard()
    house.ingest.end(attempt)

    assert used(house) == Usage(0, 0, 1, 0, 0)


def test_a_refused_file_holds_what_was_declared_until_its_upload_expires(house: SmallHouse) -> None:
    house.decoder.answer = DAMAGED
    signed = house.signed(size_bytes=SIZE)
    attempt, incoming = house.begun(signed)
    with pytest.raises(UploadRefused) as refused:
        house.ingest.complete(attempt, incoming)
    house.ingest.end(attempt, refused.value)
    waiting = used(house)

    house.clock.go_on(903)
    house.retention.expire()

    assert waiting == Usage(0, SIZE, 1, 0, 0)
    assert used(house) == Usage(0, 0, 0, 0, 0)


def test_staged_bytes_stay_reserved_when_the_server_ends_before_it_judged_them(house: SmallHouse) -> None:
    limit(house, stored_bytes=10 * SIZE)
    attempt, incoming = house.begun(house.signed())
    house.ingest.stage(attempt, incoming)

    Accounts(house.database, house.clock, Limits()).recount()
    staged = used(house)
    house.ingest.resume_all()

    assert staged == Usage(0, SIZE, 1, 0, 0)


def test_staged_bytes_that_are_refused_are_given_back(house: SmallHouse) -> None:
    attempt, incoming = house.begun(house.signed())
    house.ingest.stage(attempt, incoming)
    staged = used(house)
    house.decoder.answer = DAMAGED

    with pytest.raises(UploadRefused):
        house.ingest.complete(attempt, incoming)
    house.ingest.end(attempt)

    assert staged == Usage(0, SIZE, 1, 0, 0)
    assert used(house) == Usage(0, 0, 1, 0, 0)


def test_equal_bytes_count_twice(house: SmallHouse) -> None:
    house.uploaded()
    house.uploaded()

    assert used(house) == Usage(2 * SIZE, 0, 2, 0, 0)


def test_a_deleted_asset_counts_until_it_is_purged(house: SmallHouse) -> None:
    asset = house.uploaded()
    house.library.delete(TESTER, asset.id)
    deleted = used(house)

    house.clock.go_on(house.retention.restore_s + 1)
    house.retention.purge()

    assert deleted == Usage(SIZE, 0, 1, 0, 0)
    assert used(house) == Usage(0, 0, 0, 0, 0)


def test_a_purge_gives_back_what_a_deleted_upload_had_reserved(house: SmallHouse) -> None:
    signed = house.signed()
    attempt, incoming = house.begun(signed)
    house.ingest.stage(attempt, incoming)
    house.ingest.active.clear()
    house.library.delete(TESTER, signed.asset_id)
    deleted = used(house)

    house.clock.go_on(house.retention.restore_s + 1)
    house.retention.purge()

    assert deleted == Usage(0, SIZE, 0, 0, 0)
    assert used(house) == Usage(0, 0, 0, 0, 0)
    assert house.ingest.unfinished() == []


def test_media_seconds_are_those_that_were_measured(house: SmallHouse) -> None:
    house.decoder.answer = of_sound(1.2345)

    house.uploaded(SOUND, house.signed("a.wav"))

    assert used(house).media_ms == 1235


# What is refused


def test_signing_over_the_number_of_assets_is_refused_with_what_was_measured_and_allowed(house: SmallHouse) -> None:
    limit(house, assets=1)
    house.signed()

    with pytest.raises(QuotaExceeded) as refused:
        house.signed()

    found = refused.value.finding
    assert (found.code, found.measured, found.allowed) == ("quota_assets", "2 assets", "1 assets")
    assert found.cure


def test_signing_over_the_stored_bytes_is_refused_and_leaves_nothing(house: SmallHouse) -> None:
    limit(house, stored_bytes=SIZE)
    house.signed(size_bytes=SIZE)

    with pytest.raises(QuotaExceeded):
        house.signed(size_bytes=1)

    assert used(house) == Usage(0, SIZE, 1, 0, 0)


def test_a_put_over_the_stored_bytes_is_refused_before_its_first_byte(house: SmallHouse) -> None:
    limit(house, stored_bytes=SIZE - 1)
    signed = house.signed()

    with pytest.raises(QuotaExceeded):
        house.ingest.begin(signed.upload_id, SIZE)

    assert used(house) == Usage(0, 0, 1, 0, 0)


def test_media_over_the_seconds_is_refused_and_its_bytes_are_let_go(house: SmallHouse) -> None:
    limit(house, media_ms=1000)
    house.decoder.answer = of_sound(1.001)
    signed = house.signed("a.wav", len(SOUND))
    attempt, incoming = house.begun(signed, SOUND)

    with pytest.raises(QuotaExceeded) as refused:
        house.ingest.complete(attempt, incoming)
    house.ingest.end(attempt, refused.value)
    house.clock.go_on(house.retention.blob_grace_s + 1)
    removed = house.retention.remove_condemned()

    assert refused.value.finding.code == "quota_media_s"
    assert house.asset(signed).state is AssetState.WAITING
    assert removed == 1
    assert used(house) == Usage(0, len(SOUND), 1, 0, 0)


def test_a_limit_that_is_lowered_takes_nothing_away_and_keeps_what_was_promised(house: SmallHouse) -> None:
    signed = house.signed(size_bytes=SIZE)
    limit(house, stored_bytes=1, assets=1)

    ready = house.uploaded(signed=signed)

    assert ready.state is AssetState.READY
    with pytest.raises(QuotaExceeded):
        house.signed(size_bytes=1)


def test_the_limits_of_the_settings_hold_where_an_account_has_none_of_its_own(tmp_path: Path) -> None:
    house = small_house(tmp_path / "data", limits=Limits(assets=1))
    house.signed()

    with pytest.raises(QuotaExceeded):
        house.signed()
    limit(house, assets=0)
    house.signed()

    house.database.close()


def test_one_signing_too_many_does_not_spoil_those_committed_with_it(house: SmallHouse) -> None:
    limit(house, assets=5)

    with ThreadPoolExecutor(20) as pool:
        outcomes = list(pool.map(lambda _: signed_or_refused(house), range(20)))

    assert outcomes.count(True) == 5
    assert used(house).assets == 5


def signed_or_refused(house: SmallHouse) -> bool:
    """Whether an upload could be signed."""
    try:
        house.signed()
    except QuotaExceeded:
        return False
    return True


@pytest.mark.parametrize("declared", [SIZE, None])
def test_fifty_puts_at_once_fill_a_quota_to_the_last_byte_and_not_over_it(
    house: SmallHouse, declared: int | None
) -> None:
    limit(house, stored_bytes=20 * SIZE)

    with ThreadPoolExecutor(50) as pool:
        outcomes = list(pool.map(lambda _: uploaded_or_refused(house, declared), range(50)))

    assert outcomes.count(True) == 20
    assert used(house).stored_bytes == 20 * SIZE
    assert used(house).reserved_bytes == 0


def uploaded_or_refused(house: SmallHouse, declared: int | None) -> bool:
    """Whether a photo could be uploaded."""
    try:
        house.uploaded(signed=house.signed(size_bytes=declared))
    except QuotaExceeded:
        return False
    return True


# Counting anew


@pytest.fixture
def spoilt(house: SmallHouse) -> Iterator[SmallHouse]:
    """A house whose account is said to store more than it does."""
    house.uploaded()
    wrong = Statement("UPDATE usage SET stored_bytes = stored_bytes + 7", {})
    house.database.write(lambda tx: tx.run(wrong, {})).result()
    yield house


def test_what_was_counted_wrong_is_found_and_set_right(spoilt: SmallHouse) -> None:
    accounts = Accounts(spoilt.database, spoilt.clock, Limits())

    wrong, then = accounts.recount(), accounts.drift()

    assert wrong == [f"acc_default has {SIZE:,} stored_bytes, but {SIZE + 7:,} are counted"]
    assert then == []


def test_a_start_gives_back_what_was_held_for_bodies_of_a_run_that_was_killed(house: SmallHouse) -> None:
    limit(house, stored_bytes=10 * SIZE)
    house.begun(house.signed())

    wrong = Accounts(house.database, house.clock, Limits()).recount()

    assert wrong == []
    assert used(house).reserved_bytes == 0


def test_other_accounts_are_not_counted_with_it(house: SmallHouse, accounts: Accounts) -> None:
    other = accounts.create(TESTER, AccountChange("other")).account
    request = UploadRequest("photo.jpg", None, 3, Dialect.CONTENT_TYPE)

    house.signing.sign(TESTER.of(other.id), request)[1].result()

    assert used(house) == Usage(0, 0, 0, 0, 0)
    assert accounts.standing(other.id).used == Usage(0, 3, 1, 0, 0)


def test_an_asset_that_waited_when_it_was_deleted_counts_again_when_it_is_restored(house: SmallHouse) -> None:
    limit(house, assets=1)
    signed = house.signed()
    house.library.delete(TESTER, signed.asset_id)
    house.signed()

    with pytest.raises(QuotaExceeded):
        house.library.restore(TESTER, signed.asset_id)

    assert used(house).assets == 1
    assert house.asset(signed).state is AssetState.DELETED


# Whatever comes


HISTORIES = int(os.environ.get("QUOTA_HISTORIES", "8"))
"""A long campaign: QUOTA_HISTORIES=3000 pytest tests/services/test_quotas.py -k agree"""


def test_model_and_services_agree_over_random_histories(tmp_path: Path) -> None:
    house = small_house(tmp_path / "data")
    chosen = settings(
        max_examples=HISTORIES, stateful_step_count=60, deadline=None, suppress_health_check=list(HealthCheck)
    )

    run_state_machine_as_test(lambda: QuotaMachine(house), settings=chosen)

    house.database.close()
