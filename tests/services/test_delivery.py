"""Delivery: what stands under a permanent address, and that memory never makes it lie."""

import os
from dataclasses import replace

import pytest
from slow_database import SlowDatabase
from small_house import PHOTO, SmallHouse

from greenroom.domain.asset import AssetState
from greenroom.domain.media import Format, Kind
from greenroom.services.delivery import Delivery, served_type


def test_a_waiting_asset_is_shown_without_bytes(house: SmallHouse) -> None:
    signed = house.signed()

    shown = house.delivery.find(f"{signed.asset_id}.jpg")

    assert shown is not None
    assert (shown.asset.state, shown.blob) == (AssetState.WAITING, None)


def test_a_ready_asset_is_shown_with_its_bytes_and_their_type(house: SmallHouse) -> None:
    asset = house.uploaded(PHOTO)

    shown = house.delivery.find(f"{asset.id}.jpg")

    assert shown is not None and shown.blob is not None
    assert shown.content_type == "image/jpeg"
    assert os.pread(shown.blob.fd, 1 << 20, 0) == PHOTO


@pytest.mark.parametrize("segment", ["", ".", ".jpg", "{id}", "{id}.", "{id}.png", "{id}.jpg.", "../{id}.jpg", "x.jpg"])
def test_an_address_that_was_never_given_shows_nothing(house: SmallHouse, segment: str) -> None:
    asset = house.uploaded()
    segment = segment.replace("{id}", asset.id)
    house.delivery.find(f"{asset.id}.jpg")

    found, remembered = house.delivery.find(segment), house.delivery.remembered(segment)

    assert (found, remembered) == (None, None)


def test_what_was_found_is_remembered(house: SmallHouse) -> None:
    asset = house.uploaded()

    found = house.delivery.find(f"{asset.id}.jpg")

    assert house.delivery.remembered(f"{asset.id}.jpg") is found


def test_a_waiting_asset_that_becomes_ready_is_looked_up_anew(house: SmallHouse) -> None:
    signed = house.signed()
    house.delivery.find(f"{signed.asset_id}.jpg")

    house.uploaded(PHOTO, signed)

    assert house.delivery.remembered(f"{signed.asset_id}.jpg") is None


def test_an_asset_that_becomes_ready_while_it_is_looked_up_is_not_remembered_as_waiting(house: SmallHouse) -> None:
    signed = house.signed()
    segment = f"{signed.asset_id}.jpg"
    database = SlowDatabase(str(house.data / "catalogue.db"), lambda: delivery.forget(signed.asset_id))
    delivery = replace(house.delivery, database=database)

    delivery.find(segment)

    assert delivery.remembered(segment) is None
    database.close()


def test_a_forgotten_blob_stays_open_for_who_still_sends_it(house: SmallHouse) -> None:
    asset = house.uploaded(PHOTO)
    shown = house.delivery.find(f"{asset.id}.jpg")

    house.delivery.forget_all()

    assert shown is not None and shown.blob is not None
    assert os.pread(shown.blob.fd, 4, 0) == PHOTO[:4]


def test_a_blob_that_nobody_sends_any_more_is_closed(house: SmallHouse) -> None:
    asset = house.uploaded(PHOTO)
    opened: list[int] = []
    delivery = Delivery(house.database, lambda key: opened.append(house.store.open(key)) or opened[-1])  # type: ignore
    delivery.find(f"{asset.id}.jpg")

    delivery.forget_all()

    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(opened[0])


@pytest.mark.parametrize(
    ("format_", "kind", "mime"),
    [
        (Format.MP4, Kind.VIDEO, "video/mp4"),
        (Format.MP4, Kind.AUDIO, "audio/mp4"),
        (Format.M4A, Kind.VIDEO, "video/mp4"),
        (Format.MOV, Kind.VIDEO, "video/quicktime"),
        (Format.JPEG, Kind.IMAGE, "image/jpeg"),
    ],
)
def test_the_served_type_is_what_the_bytes_are_seen_as(format_: Format, kind: Kind, mime: str) -> None:
    assert served_type(format_, kind) == mime
