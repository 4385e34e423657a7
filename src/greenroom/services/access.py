"""Access: which key calls, and the making and ending of keys."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from greenroom.db import keys
from greenroom.db.sqlite import Database
from greenroom.domain.access import ApiKey, Scope, new_secret, secret_hash
from greenroom.domain.ids import DEFAULT_ACCOUNT
from greenroom.errors import KeyRefused
from greenroom.services.recent import Recent

_MOST_KNOWN = 4096


@dataclass(frozen=True, slots=True)
class Access:
    """Look keys up, make them, end them."""

    database: Database
    now: Callable[[], datetime]
    known: Recent[bytes, ApiKey] = field(default_factory=lambda: Recent(_MOST_KNOWN))
    """Keys seen lately by their hash; emptied whenever the catalogue changed, so a revoked key is soon unknown."""

    def remembered(self, secret: str) -> ApiKey | None:
        """The key if it was seen lately; never waits."""
        return self.known.get(secret_hash(secret))

    def key(self, secret: str) -> ApiKey:
        """The key with that secret. Raises KeyRefused if there is none or it was revoked."""
        hash_ = secret_hash(secret)
        moment = self.known.moment()
        found = self.database.read(lambda tx: keys.by_hash(tx, hash_))
        if found is None:
            raise KeyRefused("This API key is not known here, or it was revoked. List keys: greenroom keys list")
        self.known.keep(hash_, found, moment)
        return found

    def forget(self) -> None:
        """Look every key up anew from now on."""
        self.known.forget_all()

    def create(self, name: str, scopes: frozenset[Scope], secret: str | None = None) -> tuple[ApiKey, str]:
        """Make a key of the default account; give it with its secret, which is shown this once."""
        secret = secret or new_secret()
        key = ApiKey(
            id="key_" + secrets.token_hex(8),
            account_id=DEFAULT_ACCOUNT,
            name=name,
            # A key that the operator chose may be short; its first characters would give it away.
            prefix=secret[:8] if len(secret) >= 32 else "",
            scopes=scopes,
            created_at=self.now(),
        )
        hash_ = secret_hash(secret)
        self.database.write(lambda tx: keys.add(tx, key, hash_)).result()
        return key, secret

    def ensure(self, secret: str, scopes: frozenset[Scope]) -> None:
        """See to it that the key the operator chose exists; one that was revoked stays revoked."""
        hash_ = secret_hash(secret)
        if not self.database.read(lambda tx: keys.has_hash(tx, hash_)):
            self.create("first", scopes, secret)

    def all(self) -> list[ApiKey]:
        """Every key, revoked ones too."""
        return self.database.read(keys.all_keys)

    def revoke(self, key_id: str) -> bool:
        """End a key; False if it was not there or had ended."""
        now = self.now()
        return self.database.write(lambda tx: keys.revoke(tx, key_id, now)).result()
