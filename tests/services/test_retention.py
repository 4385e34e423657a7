"""Retention: what is overdue ends, what is on its way does not, leftovers go."""

from small_house import PHOTO, SmallHouse

from greenroom.domain.asset import AssetState


def test_an_upload_whose_grant_ran_out_expires(house: SmallHouse) -> None:
    signed = house.signed()
    house.clock.go_on(903)

    ended = house.retention.expire()

    assert ended == 1
    assert house.asset(signed).state is AssetState.EXPIRED
    assert house.events(signed.asset_id) == ["upload.expired"]


def test_the_address_of_an_expired_upload_says_so_at_once(house: SmallHouse) -> None:
    signed = house.signed()
    segment = signed.asset_path.removeprefix("/assets/")
    house.delivery.find(segment)
    house.clock.go_on(903)

    house.retention.expire()

    assert house.delivery.remembered(segment) is None
    assert house.published == [signed.asset_id]


def test_a_grant_with_a_second_left_does_not_expire(house: SmallHouse) -> None:
    signed = house.signed()
    house.clock.go_on(899)

    ended = house.retention.expire()

    assert ended == 0
    assert house.asset(signed).state is AssetState.WAITING


def test_fault_02_an_upload_in_flight_outlives_its_grant(house: SmallHouse) -> None:
    signed = house.signed()
    attempt, incoming = house.begun(signed)
    house.clock.go_on(3600)

    ended = house.retention.expire()
    asset = house.ingest.complete(attempt, incoming)

    assert ended == 0
    assert asset.state is AssetState.READY


def test_fault_02_a_put_that_began_in_the_last_moment_is_not_cut_before_it_is_counted(house: SmallHouse) -> None:
    signed = house.signed()
    house.clock.go_on(899.9)
    grant = house.signing.grant(signed.token)
    house.clock.go_on(0.2)

    house.retention.expire()
    attempt, incoming = house.ingest.begin(grant.upload_id, len(PHOTO)), house.store.receive()
    house.ingest.check_head(attempt, PHOTO)
    incoming.write((PHOTO,))

    assert house.ingest.complete(attempt, incoming).state is AssetState.READY


def test_an_upload_that_is_refused_after_its_grant_ran_out_expires_with_the_next_sweep(house: SmallHouse) -> None:
    signed = house.signed()
    attempt, incoming = house.begun(signed)
    house.clock.go_on(3600)
    incoming.discard()
    house.ingest.end(attempt)

    house.retention.expire()

    assert house.asset(signed).state is AssetState.EXPIRED


def test_staged_bytes_outlive_their_grant(house: SmallHouse) -> None:
    signed = house.signed()
    attempt, incoming = house.begun(signed)
    house.ingest.stage(attempt, incoming)
    house.ingest.end(attempt)
    house.clock.go_on(3600)

    house.retention.expire()

    assert house.asset(signed).state is AssetState.VERIFYING


def test_a_ready_asset_does_not_expire(house: SmallHouse) -> None:
    signed = house.signed()
    house.uploaded(PHOTO, signed)
    house.clock.go_on(3600)

    ended = house.retention.expire()

    assert ended == 0
    assert house.asset(signed).state is AssetState.READY


def test_more_overdue_uploads_than_fit_into_one_transaction_all_expire(house: SmallHouse) -> None:
    signed = [house.signed() for _ in range(600)]
    house.clock.go_on(3600)

    ended = house.retention.expire()

    assert ended == 600
    assert house.asset(signed[599]).state is AssetState.EXPIRED


def test_a_start_removes_leftovers_and_keeps_staged_bytes(house: SmallHouse) -> None:
    attempt, staged = house.begun(house.signed())
    house.ingest.stage(attempt, staged)
    _, leftover = house.begun(house.signed())

    removed = house.retention.remove_leftovers()

    assert removed == 1
    assert [path.name for path in house.temporary_files()] == [staged.name]
    assert leftover.name != staged.name
