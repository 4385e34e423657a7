"""`/v2/user/whoami`, `/v2/user/remaining_quota` and their v1 forms (contract 2.11)."""

from typing import Any

from greenroom.domain.act import Act
from greenroom.services.accounts import Accounts
from greenroom.web.jogg.envelope import Call
from greenroom.web.jogg.routes import Doc, Route, Table
from greenroom.web.threads import Threads

AS_MANY_AS_ONE_LIKES = 999_999.0
"""The credits that an account without a limit is said to have: the contract wants a number, and JSON has no other."""


_TEXT = {"type": "string"}
_WHOAMI = Doc(
    "user",
    "Whose key it is.",
    {"type": "object", "required": ["email", "username"], "properties": {"email": _TEXT, "username": _TEXT}},
)
_REMAINING_QUOTA = Doc(
    "user",
    "The credits that are left.",
    {
        "type": "object",
        "required": ["remaining_quota"],
        "properties": {
            "remaining_quota": {
                "type": "number",
                "description": f"{AS_MANY_AS_ONE_LIKES:.0f} for an account without a limit.",
            }
        },
    },
)


class UserCalls:
    """Says whose key it is, and how many credits are left."""

    def __init__(self, accounts: Accounts, threads: Threads) -> None:
        self._accounts = accounts
        self._threads = threads

    async def whoami(self, call: Call, act: Act) -> dict[str, Any]:  # noqa: ARG002  # all there is to know is the act
        """Email and username; the account's name where no username was given."""
        account = (await self._threads.quick(self._accounts.standing, act.account_id)).account
        return {"email": account.email, "username": account.username or account.name}

    async def remaining_quota(self, call: Call, act: Act) -> dict[str, Any]:  # noqa: ARG002
        """Credits that are left."""
        left = (await self._threads.quick(self._accounts.standing, act.account_id)).credits_left
        return {"remaining_quota": left / 1000 if left is not None else AS_MANY_AS_ONE_LIKES}

    def table(self) -> Table:
        """Where these calls are found. Clients try a key with whoami, whatever it may do."""
        whoami = {"GET": Route(None, self.whoami, _WHOAMI)}
        remaining_quota = {"GET": Route(None, self.remaining_quota, _REMAINING_QUOTA)}
        return {
            "/v1/whoami": whoami,
            "/v1/user/whoami": whoami,
            "/v2/user/whoami": whoami,
            "/v1/remaining_quota": remaining_quota,
            "/v1/user/remaining_quota": remaining_quota,
            "/v2/user/remaining_quota": remaining_quota,
        }
