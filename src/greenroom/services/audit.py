"""The audit: looking through what was changed, and proving that nobody has touched the record of it."""

from dataclasses import dataclass

from greenroom.db import audit
from greenroom.db.sqlite import Database
from greenroom.domain.audit import FIRST, Chosen, Kept, following
from greenroom.domain.ids import AccountId


@dataclass(frozen=True, slots=True)
class Walked:
    """What came of walking the chain: how many entries hold, the last hash, and what is wrong, if anything is."""

    entries: int
    head: str
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class Audit:
    """Read the audit."""

    database: Database

    def page(self, account_id: AccountId, chosen: Chosen, before: int, most: int) -> list[Kept]:
        """Up to `most` entries of an account from before that place in the chain, newest first."""
        return self.database.read(lambda tx: audit.before(tx, account_id, chosen, before, most))

    def walk(self, expected: str | None = None) -> Walked:
        """
        Walk the whole chain, of all accounts.

        `expected` is a head that was noted earlier: it must still stand in the chain, or entries were cut off or
        all of it was written anew.
        """
        last, sequence, met = FIRST, 0, expected is None
        for kept in self.database.read(audit.in_order):
            if kept.sequence != sequence + 1:
                return Walked(sequence, last, f"After entry {sequence} comes {kept.sequence}: one was removed.")
            if kept.hash != following(last, kept.sequence, kept.entry):
                return Walked(sequence, last, f"Entry {kept.sequence} was altered, or is not where it was written.")
            last, sequence = kept.hash, kept.sequence
            met = met or last == expected
        if not met:
            return Walked(sequence, last, f"The head {expected} does not stand in the chain: entries were cut off.")
        return Walked(sequence, last)
