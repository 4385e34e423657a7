"""Credits: charged when a production is accepted, and given back when it fails, if the operator wants that."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from greenroom.db import audit, charges, usage
from greenroom.db.sqlite import Transaction
from greenroom.domain.act import Act, by_system
from greenroom.domain.allowance import UNLIMITED, Limits
from greenroom.errors import InsufficientCredit


@dataclass(frozen=True, slots=True)
class Credits:
    """Charge accounts, in the transactions of what they are charged for."""

    usual: Limits
    refund_failed: bool

    def charge(self, tx: Transaction, act: Act, credits: float, what: str, now: datetime) -> str:
        """
        Take credits, to the thousandth, for `what`, such as the id of a video; the id of the charge.

        Raises InsufficientCredit if the account has fewer left.
        """
        amount = round(credits * 1000)
        used, own = usage.of(tx, act.account_id)
        limit = own.over(self.usual).credits_m
        if limit != UNLIMITED and used.credits_m + amount > limit:
            raise InsufficientCredit(credits, max(0, limit - used.credits_m) / 1000)
        charge_id = "chg_" + secrets.token_hex(16)
        charges.add(tx, charge_id, act.account_id, what, amount, now)
        audit.note(tx, act, "credits.charged", charge_id, now, {"what": what, "credits": amount / 1000})
        return charge_id

    def failed(self, tx: Transaction, charge_id: str, now: datetime) -> bool:
        """Give the credits of a charge back because what they were for has failed; False if they are kept, or were."""
        refunded = charges.refund(tx, charge_id, now) if self.refund_failed else None
        if refunded is None:
            return False
        account_id, what, amount = refunded
        detail = {"what": what, "credits": amount / 1000}
        audit.note(tx, by_system(account_id), "credits.refunded", charge_id, now, detail)
        return True

    def charge_again(self, tx: Transaction, act: Act, charge_id: str, now: datetime) -> str:
        """
        Charge once more what was given back; the id of the charge that holds then.

        Raises InsufficientCredit.
        """
        found = charges.taken(tx, charge_id)
        assert found is not None, f"charge {charge_id} is gone"
        _, what, amount, refunded = found
        return self.charge(tx, act, amount / 1000, what, now) if refunded else charge_id

    def settle(self, tx: Transaction, charge_id: str, credits: float, now: datetime) -> None:
        """
        Charge what something costs in truth instead of what was thought.

        It was accepted, so it is made even if the difference is more than the account has left.
        """
        found = charges.taken(tx, charge_id)
        more = charges.amend(tx, charge_id, round(credits * 1000))
        if found is not None and more:
            detail = {"what": found[1], "credits": credits, "before": found[2] / 1000}
            audit.note(tx, by_system(found[0]), "credits.settled", charge_id, now, detail)
