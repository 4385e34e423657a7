"""Access: which keys open, and for how long."""

from dataclasses import replace
from datetime import timedelta

import pytest
from slow_database import SlowDatabase
from small_house import TESTER, SmallHouse

from greenroom.domain.access import ALL_SCOPES, KeyWish, Scope
from greenroom.errors import KeyRefused


def test_a_made_key_opens(house: SmallHouse) -> None:
    key, secret = house.access.create(TESTER, KeyWish("phone", frozenset({Scope.UPLOAD})))

    found = house.access.key(secret)

    assert found == key
    assert found.may(Scope.UPLOAD)
    assert not found.may(Scope.READ)


def test_an_unknown_key_is_refused(house: SmallHouse) -> None:
    with pytest.raises(KeyRefused):
        house.access.key("gr_unknown")


def test_a_revoked_key_is_refused_as_soon_as_the_change_is_noticed(house: SmallHouse) -> None:
    key, secret = house.access.create(TESTER, KeyWish("phone", ALL_SCOPES))
    house.access.key(secret)

    house.access.revoke(TESTER, key.id)

    assert house.access.remembered(secret) is None
    with pytest.raises(KeyRefused):
        house.access.key(secret)


def test_a_key_that_is_revoked_while_it_is_looked_up_is_not_remembered(house: SmallHouse) -> None:
    _, secret = house.access.create(TESTER, KeyWish("phone", ALL_SCOPES))
    database = SlowDatabase(str(house.data / "catalogue.db"), lambda: access.forget())
    access = replace(house.access, database=database)

    access.key(secret)

    assert access.remembered(secret) is None
    database.close()


def test_a_key_can_be_revoked_once(house: SmallHouse) -> None:
    key, _ = house.access.create(TESTER, KeyWish("phone", ALL_SCOPES))

    first, second = (house.access.revoke(TESTER, key.id) for _ in range(2))

    assert (first, second) == (True, False)


def test_a_key_opens_until_the_instant_of_its_end_remembered_or_not(house: SmallHouse) -> None:
    wish = KeyWish("phone", ALL_SCOPES, expires_at=house.clock() + timedelta(seconds=10))
    _, secret = house.access.create(TESTER, wish)
    house.clock.go_on(9.9)
    house.access.key(secret)

    house.clock.go_on(0.1)

    with pytest.raises(KeyRefused, match="expired on 2026-01-01 at 12:00:10 UTC"):
        house.access.remembered(secret)
    with pytest.raises(KeyRefused, match="expired on"):
        house.access.key(secret)


def test_uses_are_written_together_and_once(house: SmallHouse) -> None:
    secrets = [house.access.create(TESTER, KeyWish(str(number), ALL_SCOPES))[1] for number in range(3)]
    for secret in secrets[:2]:
        house.access.key(secret)
    house.clock.go_on(5)
    house.access.remembered(secrets[0])

    written = [house.access.note_uses(), house.access.note_uses()]

    used = [key.last_used_at for key in house.access.all()]
    assert written == [2, 0]
    assert used == [house.clock(), house.clock() - timedelta(seconds=5), None]


@pytest.mark.parametrize("scope", list(Scope))
def test_admin_includes_all_that_is_of_an_account(house: SmallHouse, scope: Scope) -> None:
    key, _ = house.access.create(TESTER, KeyWish("admin", frozenset({Scope.ADMIN})))

    assert key.may(scope) == (scope is not Scope.OPERATOR)


def test_the_operators_key_is_made_once_and_stays_revoked(house: SmallHouse) -> None:
    house.access.ensure("the operator's own key", ALL_SCOPES)
    (key,) = house.access.all()
    house.access.revoke(TESTER, key.id)

    house.access.ensure("the operator's own key", ALL_SCOPES)

    assert [known.revoked_at is not None for known in house.access.all()] == [True]


def test_a_short_key_of_the_operators_shows_none_of_its_characters(house: SmallHouse) -> None:
    key, _ = house.access.create(TESTER, KeyWish("short", ALL_SCOPES), "sesame-sesame")

    assert key.prefix == ""


def test_secrets_with_characters_from_everywhere_are_looked_up_not_crashed_on(house: SmallHouse) -> None:
    with pytest.raises(KeyRefused):
        house.access.key("ключ\x00\udcff")
