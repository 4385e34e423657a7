"""Credits: charged once for what is accepted, never more than there are, and given back when it fails."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from small_house import TESTER, SmallHouse

from greenroom.db import usage
from greenroom.db.sqlite import Transaction
from greenroom.domain.allowance import Limits, OwnLimits
from greenroom.domain.ids import DEFAULT_ACCOUNT
from greenroom.errors import InsufficientCredit
from greenroom.services.credits import Credits

CREDITS = Credits(Limits(credits_m=2_000), refund_failed=True)


def charged(house: SmallHouse, amount: float, credits: Credits = CREDITS) -> str:
    """The id of a charge for a video."""
    now = house.clock()
    return house.database.write(lambda tx: credits.charge(tx, TESTER, amount, "video vid_1", now)).result()


def failed(house: SmallHouse, charge_id: str, credits: Credits = CREDITS) -> bool:
    """Whether a charge was given back."""
    now = house.clock()
    return house.database.write(lambda tx: credits.failed(tx, charge_id, now)).result()


def spent(house: SmallHouse) -> int:
    return house.database.read(lambda tx: usage.of(tx, DEFAULT_ACCOUNT)[0].credits_m)


def test_what_is_accepted_is_charged_to_the_thousandth(house: SmallHouse) -> None:
    for _ in range(3):
        charged(house, 0.008)

    assert spent(house) == 24


def test_the_last_credit_may_be_spent_and_no_more(house: SmallHouse) -> None:
    charged(house, 1.5)
    charged(house, 0.5)

    with pytest.raises(InsufficientCredit) as refused:
        charged(house, 0.001)

    assert (refused.value.cost, refused.value.left) == (0.001, 0.0)
    assert spent(house) == 2000


def test_without_a_limit_as_much_is_spent_as_one_likes(house: SmallHouse) -> None:
    charged(house, 10**6, Credits(Limits(), refund_failed=True))

    assert spent(house) == 10**9


def test_an_account_may_have_a_number_of_its_own(house: SmallHouse) -> None:
    house.database.write(lambda tx: usage.set_limits(tx, DEFAULT_ACCOUNT, OwnLimits(credits_m=100))).result()

    with pytest.raises(InsufficientCredit):
        charged(house, 0.101)


def test_what_failed_is_given_back_once(house: SmallHouse) -> None:
    charge_id = charged(house, 1.0)

    given_back = [failed(house, charge_id), failed(house, charge_id), failed(house, "chg_unknown")]

    assert given_back == [True, False, False]
    assert spent(house) == 0


def test_an_operator_may_keep_what_was_charged(house: SmallHouse) -> None:
    keeping = Credits(Limits(), refund_failed=False)
    charge_id = charged(house, 1.0, keeping)

    assert failed(house, charge_id, keeping) is False
    assert spent(house) == 1000


def test_a_charge_is_undone_with_what_it_was_for(house: SmallHouse) -> None:
    def work(tx: Transaction) -> None:
        CREDITS.charge(tx, TESTER, 1.0, "video vid_1", house.clock())
        raise RuntimeError("the video cannot be made")

    with pytest.raises(RuntimeError):
        house.database.write(work).result()

    assert spent(house) == 0


def test_many_at_once_spend_no_more_than_there_is(house: SmallHouse) -> None:
    with ThreadPoolExecutor(20) as pool:
        outcomes = list(pool.map(partial(accepted, house), range(20)))

    assert outcomes.count(True) == 6
    assert spent(house) == 1800


def accepted(house: SmallHouse, _: int) -> bool:
    """Whether something for 0.3 credits was accepted."""
    try:
        charged(house, 0.3)
    except InsufficientCredit:
        return False
    return True
