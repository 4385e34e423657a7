"""What the operator of a running server does for a test: makes keys and accounts in its data folder."""

from dataclasses import dataclass
from typing import Any

import requests

from greenroom.bootstrap import house
from greenroom.domain.access import ALL_SCOPES, KeyWish, Scope
from greenroom.domain.act import CLI, Act
from greenroom.domain.allowance import Limits
from greenroom.domain.ids import DEFAULT_ACCOUNT, AccountId
from greenroom.services.access import Access
from greenroom.services.accounts import AccountChange, Accounts
from running_server import RunningServer

_TIMEOUT_S = 20


@dataclass
class Caller:
    """Somebody with a key."""

    server: RunningServer
    account_id: AccountId
    key_id: str
    secret: str

    def call(self, method: str, path: str, **more: Any) -> requests.Response:
        """The raw answer to a request with the key."""
        headers = {"x-api-key": self.secret, **more.pop("headers", {})}
        return requests.request(method, self.server.url + path, headers=headers, timeout=_TIMEOUT_S, **more)

    def get(self, path: str) -> requests.Response:
        return self.call("GET", path)

    def post(self, path: str, body: Any) -> requests.Response:
        return self.call("POST", path, json=body)

    def sign(self, **body: Any) -> dict[str, Any]:
        """The whole reply to a compatible sign call."""
        reply: dict[str, Any] = self.post("/v2/upload/asset", {"filename": "a.jpg", **body}).json()
        return reply

    def upload(self, body: bytes, **declared: Any) -> requests.Response:
        """The answer to the PUT of an upload, which must be signed."""
        reply = self.sign(**declared)
        assert reply["code"] == 0, reply
        return self.server.put(reply["data"]["sign_url"], body)


def new_caller(server: RunningServer, *scopes: Scope, account_id: AccountId = DEFAULT_ACCOUNT, **wish: Any) -> Caller:
    """Somebody with a new key; without scopes it has all of an account."""
    database = house.open_catalogue(str(server.data))
    wanted = KeyWish("test", frozenset(scopes) or ALL_SCOPES, **wish)
    key, secret = Access(database, house.now).create(Act(account_id, CLI), wanted)
    database.close()
    return Caller(server, account_id, key.id, secret)


def new_account(server: RunningServer, **limits: int) -> Caller:
    """Somebody with a key of a new account, which may have limits."""
    database = house.open_catalogue(str(server.data))
    accounts = Accounts(database, house.now, Limits())
    made = accounts.create(Act(DEFAULT_ACCOUNT, CLI), AccountChange("test", limits=limits))
    database.close()
    return new_caller(server, account_id=made.account.id)
