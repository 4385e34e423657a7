"""The states of an asset and the ways between them."""

import pytest

from greenroom.domain.asset import BEFORE_READY, TRANSITIONS, AssetState

S = AssetState

ALLOWED = [
    (S.WAITING, S.VERIFYING),
    (S.WAITING, S.READY),
    (S.WAITING, S.EXPIRED),
    (S.WAITING, S.DELETED),
    (S.VERIFYING, S.READY),
    (S.VERIFYING, S.WAITING),
    (S.VERIFYING, S.DELETED),
    (S.READY, S.REJECTED),
    (S.READY, S.DELETED),
    (S.REJECTED, S.READY),
    (S.REJECTED, S.DELETED),
    (S.EXPIRED, S.DELETED),
    *((S.DELETED, state) for state in S if state is not S.DELETED),
]
FORBIDDEN = [(one, other) for one in S for other in S if (one, other) not in ALLOWED]


@pytest.mark.parametrize(("before", "after"), ALLOWED)
def test_an_asset_may_go_there(before: AssetState, after: AssetState) -> None:
    assert after in TRANSITIONS[before]


@pytest.mark.parametrize(("before", "after"), FORBIDDEN)
def test_an_asset_may_not_go_there(before: AssetState, after: AssetState) -> None:
    assert after not in TRANSITIONS[before]


def test_a_purged_asset_stays_purged() -> None:
    assert TRANSITIONS[S.PURGED] == frozenset()


def test_every_state_has_its_row() -> None:
    assert set(TRANSITIONS) == set(S)


def test_first_bytes_come_only_to_an_asset_that_waits_or_is_being_judged() -> None:
    assert {S.WAITING, S.VERIFYING} == BEFORE_READY
