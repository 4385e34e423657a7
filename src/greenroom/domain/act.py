"""Who wants something changed: what the audit, the quotas and the limits of a key have to know of a request."""

from msgspec import Struct, structs

from greenroom.domain.idempotency import Once
from greenroom.domain.ids import AccountId, FolderId

CLI = "cli"
SYSTEM = "system"
GRANT = "grant"


class Act(Struct, frozen=True):
    """
    One request to read or change something.

    `actor` is the id of the key that calls, or who else acts: `cli` the operator, `grant` whoever has a signed URL,
    `system` the server by itself. `address` is the caller's, empty where there is none.
    """

    account_id: AccountId
    actor: str
    address: str = ""
    request_id: str = ""
    within: FolderId | None = None
    """The folder that the key is restricted to, with all below it."""
    once: Once | None = None
    """The idempotency key that the caller gave."""

    def of(self, account_id: AccountId) -> "Act":
        """The same for that account: whoever has a signed URL does not say whose it is."""
        return structs.replace(self, account_id=account_id)

    def without_key(self) -> "Act":
        """The same without its idempotency key: for what is kept of a request that had no effect."""
        return structs.replace(self, once=None)


def by_grant(address: str = "", request_id: str = "") -> Act:
    """Whoever has a signed URL; of which account is known when the upload is found."""
    return Act(AccountId(""), GRANT, address, request_id)


def by_system(account_id: AccountId) -> Act:
    """What the server does by itself for an account."""
    return Act(account_id, SYSTEM)
