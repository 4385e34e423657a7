"""Signing an upload: what it leaves behind, and how long its grant is good."""

import pytest
from small_house import TESTER, SmallHouse

from greenroom.domain.asset import AssetState, Verification
from greenroom.domain.policy import Dialect
from greenroom.errors import GrantExpired, TypeRefused
from greenroom.services.signing import UploadRequest


def test_a_signed_upload_has_a_waiting_asset_before_any_byte_came(house: SmallHouse) -> None:
    signed = house.signed("Holiday Photo.JPG")

    asset = house.asset(signed)

    assert (asset.state, asset.verification) == (AssetState.WAITING, Verification.NONE)
    assert (asset.name, asset.extension) == ("Holiday Photo.JPG", "jpg")
    assert signed.asset_path == f"/assets/{asset.id}.jpg"


def test_numbers_of_assets_count_from_one_without_gaps(house: SmallHouse) -> None:
    numbers = [house.asset(signed).number for signed in (house.signed(), house.signed(), house.signed())]

    assert numbers == [1, 2, 3]


def test_a_refused_declaration_leaves_no_row(house: SmallHouse) -> None:
    request = UploadRequest("notes.txt", None, None, Dialect.CONTENT_TYPE)

    with pytest.raises(TypeRefused):
        house.signing.sign(TESTER, request)

    assert house.asset(house.signed()).number == 1


def test_a_grant_is_good_until_its_last_moment(house: SmallHouse) -> None:
    signed = house.signed()
    house.clock.go_on(899.999)

    grant = house.signing.grant(signed.token)

    assert grant.upload_id == signed.upload_id


def test_a_grant_is_expired_at_its_last_moment(house: SmallHouse) -> None:
    signed = house.signed()
    house.clock.go_on(900)

    with pytest.raises(GrantExpired):
        house.signing.grant(signed.token)
