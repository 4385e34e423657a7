"""Accounts: made, shown and changed by the operator; what they use by themselves too."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from msgspec import Struct, structs

from greenroom.db import accounts, audit, usage
from greenroom.db.sqlite import Database, Transaction
from greenroom.domain import account as accounts_domain
from greenroom.domain import labels
from greenroom.domain.account import Account, new_account_id
from greenroom.domain.act import Act
from greenroom.domain.allowance import UNLIMITED, Limits, OwnLimits, Usage
from greenroom.domain.ids import AccountId
from greenroom.errors import NotFound


class AccountChange(Struct, frozen=True):
    """What is to be said of an account; None leaves a thing as it is."""

    name: str | None = None
    email: str | None = None
    username: str | None = None
    limits: Mapping[str, int | None] = {}
    """Limits by their names in OwnLimits; None where those of the settings are to hold again."""


class Standing(Struct, frozen=True):
    """An account with what it uses, the limits it has of its own, and those that hold for it."""

    account: Account
    used: Usage
    own: OwnLimits
    limits: Limits

    @property
    def credits_left(self) -> int | None:
        """Credits that are left, in thousandths; None for as many as one likes."""
        limit = self.limits.credits_m
        return None if limit == UNLIMITED else max(0, limit - self.used.credits_m)


@dataclass(frozen=True, slots=True)
class Accounts:
    """Look after accounts; `usual` are the limits of those that have none of their own."""

    database: Database
    now: Callable[[], datetime]
    usual: Limits

    def create(self, act: Act, wish: AccountChange) -> Standing:
        """Make an account; it has no key yet. Raises ParameterError that names the field."""
        new = _changed(Account(new_account_id(), "", self.now()), wish)
        return self.database.write(lambda tx: self._add(tx, act, new, wish)).result()

    def change(self, act: Act, account_id: AccountId, wish: AccountChange) -> Standing:
        """Say something else of an account. Raises NotFound, and ParameterError that names the field."""
        now = self.now()
        return self.database.write(lambda tx: self._change(tx, act, account_id, wish, now)).result()

    def standing(self, account_id: AccountId) -> Standing:
        """An account. Raises NotFound."""
        return self.database.read(lambda tx: self._standing(tx, account_id))

    def page(self, after: tuple[float, str], most: int) -> list[Standing]:
        """Up to `most` accounts from after the Unix time and the id of another, oldest first."""
        return self.database.read(
            lambda tx: [self._standing_of(tx, account) for account in accounts.after(tx, after, most)]
        )

    def recount(self) -> list[str]:
        """
        Set right what accounts use, and what an earlier run's bodies on their way had reserved.

        To be done at a start, before the first upload. Gives what was wrong, in words.
        """
        self.database.write(usage.forget_receiving).result()
        wrong = self.drift()
        if wrong:
            self.database.write(usage.recount).result()
        return wrong

    def drift(self) -> list[str]:
        """Where what was counted is not what is there, in words."""
        return self.database.read(lambda tx: list(usage.drift(tx)))

    def _add(self, tx: Transaction, act: Act, new: Account, wish: AccountChange) -> Standing:
        accounts.add(tx, new)
        audit.note(tx, act.of(new.id), "account.created", new.id, new.created_at, _detail(wish))
        return self._limited(tx, new, wish)

    def _change(self, tx: Transaction, act: Act, account_id: AccountId, wish: AccountChange, now: datetime) -> Standing:
        changed = _changed(_one(tx, account_id), wish)
        accounts.change(tx, changed)
        audit.note(tx, act.of(account_id), "account.changed", account_id, now, _detail(wish))
        return self._limited(tx, changed, wish)

    def _limited(self, tx: Transaction, account: Account, wish: AccountChange) -> Standing:
        if wish.limits:
            usage.set_limits(tx, account.id, structs.replace(usage.of(tx, account.id)[1], **wish.limits))
        return self._standing_of(tx, account)

    def _standing(self, tx: Transaction, account_id: AccountId) -> Standing:
        return self._standing_of(tx, _one(tx, account_id))

    def _standing_of(self, tx: Transaction, account: Account) -> Standing:
        used, own = usage.of(tx, account.id)
        return Standing(account, used, own, own.over(self.usual))


def _one(tx: Transaction, account_id: AccountId) -> Account:
    found = accounts.one(tx, account_id)
    if found is None:
        raise NotFound(f"There is no account {account_id[:60]!r}.")
    return found


def _changed(account: Account, wish: AccountChange) -> Account:
    return structs.replace(
        account,
        name=labels.name(wish.name) if wish.name is not None else account.name,
        email=accounts_domain.email(wish.email) if wish.email is not None else account.email,
        username=accounts_domain.username(wish.username) if wish.username is not None else account.username,
    )


def _detail(wish: AccountChange) -> dict[str, object]:
    return {name: value for name, value in structs.asdict(wish).items() if value not in (None, {})}
