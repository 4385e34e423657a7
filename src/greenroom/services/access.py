"""Access: which key calls, and the making and ending of keys."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from greenroom.db import audit, folders, keys
from greenroom.db.sqlite import Database, Transaction
from greenroom.domain import labels
from greenroom.domain.access import WORKING_SCOPES, ApiKey, KeyWish, Scope, new_secret, secret_hash
from greenroom.domain.act import CLI, Act
from greenroom.domain.ids import DEFAULT_ACCOUNT, AccountId
from greenroom.errors import KeyRefused, NotFound, ParameterError
from greenroom.services.recent import Recent

_MOST_KNOWN = 4096


@dataclass(frozen=True, slots=True)
class Access:
    """Look keys up, make them, end them."""

    database: Database
    now: Callable[[], datetime]
    known: Recent[bytes, ApiKey] = field(default_factory=lambda: Recent(_MOST_KNOWN))
    """Keys seen lately by their hash; emptied whenever the catalogue changed, so a revoked key is soon unknown."""
    used: dict[str, float] = field(default_factory=dict)
    """When keys were last used, in Unix seconds, as far as that is not written yet."""

    def remembered(self, secret: str) -> ApiKey | None:
        """The key if it was seen lately; never waits. Raises KeyRefused if its time is over."""
        found = self.known.get(secret_hash(secret))
        return self._in_use(found) if found is not None else None

    def key(self, secret: str) -> ApiKey:
        """The key with that secret. Raises KeyRefused if there is none, or it was revoked or its time is over."""
        hash_ = secret_hash(secret)
        moment = self.known.moment()
        found = self.database.read(lambda tx: keys.by_hash(tx, hash_))
        if found is None:
            raise KeyRefused("This API key is not known here, or it was revoked. List keys: greenroom keys list")
        self.known.keep(hash_, found, moment)
        return self._in_use(found)

    def forget(self) -> None:
        """Look every key up anew from now on."""
        self.known.forget_all()

    def create(self, act: Act, wish: KeyWish, secret: str | None = None) -> tuple[ApiKey, str]:
        """
        Make a key of the act's account; give it with its secret, which is shown this once.

        Raises ParameterError for a wish that contradicts itself, NotFound for a folder that is not there.
        """
        now = self.now()
        _require_sound(wish, now)
        secret = secret or new_secret()
        key = ApiKey(
            id="key_" + secrets.token_hex(8),
            account_id=act.account_id,
            name=labels.name(wish.name),
            # A key that the operator chose may be short; its first characters would give it away.
            prefix=secret[:8] if len(secret) >= 32 else "",
            scopes=wish.scopes,
            created_at=now,
            expires_at=wish.expires_at,
            folder_id=wish.folder_id,
        )
        self.database.write(lambda tx: _add(tx, act, key, secret_hash(secret))).result()
        return key, secret

    def ensure(self, secret: str, scopes: frozenset[Scope]) -> None:
        """See to it that the key the operator chose exists; one that was revoked stays revoked."""
        hash_ = secret_hash(secret)
        if not self.database.read(lambda tx: keys.has_hash(tx, hash_)):
            self.create(Act(DEFAULT_ACCOUNT, CLI), KeyWish("first", scopes), secret)

    def all(self) -> list[ApiKey]:
        """Every key of every account, revoked ones too."""
        return self.database.read(keys.all_keys)

    def page(self, account_id: AccountId, before: tuple[float, str], most: int) -> list[ApiKey]:
        """Up to `most` keys of an account from before the Unix time and the id of another, newest first."""
        return self.database.read(lambda tx: keys.before(tx, account_id, before, most))

    def one(self, account_id: AccountId, key_id: str) -> ApiKey:
        """A key of the account, revoked or not. Raises NotFound."""
        return self.database.read(lambda tx: _one(tx, account_id, key_id))

    def revoke(self, act: Act, key_id: str) -> bool:
        """End a key of the act's account; False if it had ended before. Raises NotFound."""
        now = self.now()
        ended = self.database.write(lambda tx: _revoke(tx, act, key_id, now)).result()
        self.forget()
        return ended

    def note_uses(self) -> int:
        """Write when keys were last used, all in one transaction; give for how many."""
        # Whoever uses a key meanwhile puts it back.
        uses = [(key_id, at) for key_id in list(self.used) if (at := self.used.pop(key_id, None)) is not None]
        if uses:
            self.database.write(lambda tx: keys.use(tx, uses)).result()
        return len(uses)

    def _in_use(self, key: ApiKey) -> ApiKey:
        now = self.now()
        if key.expires_at is not None and now >= key.expires_at:
            raise KeyRefused(
                f"This API key expired on {key.expires_at:%Y-%m-%d at %H:%M:%S UTC}. Make another: "
                "greenroom keys create, or POST /api/v1/keys"
            )
        self.used[key.id] = now.timestamp()
        return key


def _require_sound(wish: KeyWish, now: datetime) -> None:
    if not wish.scopes:
        raise ParameterError("scopes", f"is empty; allowed are {', '.join(Scope)}")
    if wish.expires_at is not None and wish.expires_at <= now:
        raise ParameterError("expires_at", f"is {wish.expires_at:%Y-%m-%d %H:%M:%S UTC}, which is over; give a later")
    if wish.folder_id is not None and not wish.scopes <= WORKING_SCOPES:
        allowed = ", ".join(sorted(WORKING_SCOPES))
        raise ParameterError("scopes", f"of a key that is restricted to a folder may be {allowed}; leave out others")


def _add(tx: Transaction, act: Act, key: ApiKey, hash_: bytes) -> None:
    if key.folder_id is not None:
        folders.require_within(tx, act, key.folder_id)
    keys.add(tx, key, hash_)
    detail = {"name": key.name, "scopes": sorted(key.scopes), "expires_at": key.expires_at, "folder_id": key.folder_id}
    audit.note(tx, act, "key.created", key.id, key.created_at, detail)


def _one(tx: Transaction, account_id: AccountId, key_id: str) -> ApiKey:
    found = keys.one(tx, account_id, key_id)
    if found is None:
        raise NotFound(f"There is no API key {key_id[:60]!r} in this account.")
    return found


def _revoke(tx: Transaction, act: Act, key_id: str, now: datetime) -> bool:
    _one(tx, act.account_id, key_id)
    ended = keys.revoke(tx, key_id, now)
    if ended:
        audit.note(tx, act, "key.revoked", key_id, now)
    return ended
