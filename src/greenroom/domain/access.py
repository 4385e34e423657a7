"""API keys: who calls, and what the key lets them do."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from greenroom.domain.ids import AccountId, FolderId


class Scope(StrEnum):
    """What a key may do; `admin` includes all that is of one account."""

    UPLOAD = "upload"
    READ = "read"
    RENDER = "render"
    ADMIN = "admin"
    OPERATOR = "operator"  # look after accounts; in no other scope, and only the command line gives it


WORKING_SCOPES = frozenset((Scope.UPLOAD, Scope.READ, Scope.RENDER))
"""What a key that is restricted to a folder may do: the others are of the whole account."""
ALL_SCOPES = WORKING_SCOPES | {Scope.ADMIN}
"""All that is of one account."""


@dataclass(frozen=True, slots=True)
class KeyWish:
    """What a key is to be: `expires_at` and `folder_id` are None where it has no end and no bounds."""

    name: str
    scopes: frozenset[Scope]
    expires_at: datetime | None = None
    folder_id: FolderId | None = None


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key as it is kept: never the key itself, only its hash and its first characters for recognition."""

    id: str
    account_id: AccountId
    name: str
    prefix: str
    scopes: frozenset[Scope]
    created_at: datetime
    revoked_at: datetime | None = None
    expires_at: datetime | None = None
    folder_id: FolderId | None = None
    """The only folder that it may touch, with all below it."""
    last_used_at: datetime | None = None

    def may(self, scope: Scope) -> bool:
        """Whether the key has the scope, itself or through `admin`."""
        return scope in self.scopes or (Scope.ADMIN in self.scopes and scope in ALL_SCOPES)


def new_secret() -> str:
    """A new API key: `gr_` and 256 random bits."""
    return "gr_" + secrets.token_urlsafe(32)


def secret_hash(secret: str) -> bytes:
    """
    The SHA-256 of a key, which is what is stored and looked up.

    A plain hash is enough for 256 random bits, and a lookup by hash leaks no time about the key itself.
    """
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).digest()
