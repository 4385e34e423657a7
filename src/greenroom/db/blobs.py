"""
Rows of blobs, as functions of a transaction: condemned when nothing needs their bytes any more, and then removed.

A blob is shared by all assets, renditions and videos with equal bytes, of whichever account. Whoever publishes equal
bytes pardons it in the transaction of the publication.
"""

from collections.abc import Collection
from datetime import datetime

import msgspec
from sqlalchemy import and_, bindparam, delete, exists, func, insert, select, text, update

from greenroom.db.schema import accounts, assets, blobs, photo_avatars, renditions, videos
from greenroom.db.sqlite import Transaction, sql
from greenroom.domain.ids import BlobKey
from greenroom.domain.media import Examination

_wanted = func.json_each(bindparam("keys")).table_valued("value")
_named = blobs.c.key.in_(select(_wanted.c.value))
_unneeded = and_(
    ~exists().where(assets.c.blob_key == blobs.c.key),
    ~exists().where(renditions.c.blob_key == blobs.c.key),
    ~exists().where(videos.c.cover_key == blobs.c.key),
    ~exists().where(videos.c.srt_key == blobs.c.key),
    ~exists().where(videos.c.vtt_key == blobs.c.key),
    ~exists().where(photo_avatars.c.prepared_key == blobs.c.key),
)
_due = and_(blobs.c.condemned_at <= bindparam("before"), _unneeded)
_ADD = sql(
    insert(blobs)
    .values({name: bindparam(name) for name in ("key", "size_bytes", "examination", "decoder", "created_at")})
    .prefix_with("OR IGNORE")
)
_PARDON = sql(
    update(blobs)
    .where(and_(blobs.c.key == bindparam("blob"), blobs.c.condemned_at.is_not(None)))
    .values(condemned_at=None)
)
_CONDEMN = sql(
    update(blobs).where(and_(_named, blobs.c.condemned_at.is_(None), _unneeded)).values(condemned_at=bindparam("now"))
)
_CONDEMNED = sql(
    select(blobs.c.key)
    .where(and_(text("blobs.condemned_at IS NOT NULL"), blobs.c.condemned_at <= bindparam("before")))
    .order_by(blobs.c.condemned_at)
    .limit(bindparam("most"))
)
_DUE = sql(select(blobs.c.key).where(and_(_named, _due)))
_REMOVE = sql(delete(blobs).where(and_(_named, _due)))
_SIZE = sql(select(blobs.c.size_bytes).where(blobs.c.key == bindparam("key")))
_BEGINNING = sql(select(func.min(accounts.c.created_at)))
_KNOWN = sql(select(blobs.c.key).where(_named))


def keep(tx: Transaction, key: BlobKey, size_bytes: int, examined: Examination, now: datetime) -> None:
    """Write the row of a blob, or pardon the one that is there; who needs it is said in the same transaction."""
    values = {
        "key": key,
        "size_bytes": size_bytes,
        "examination": msgspec.json.encode(examined).decode(),
        "decoder": examined.decoder,
        "created_at": now.timestamp(),
    }
    if not tx.run(_ADD, values):
        tx.run(_PARDON, {"blob": key})


def condemn(tx: Transaction, keys: Collection[BlobKey], now: datetime) -> None:
    """Mark those of these blobs that nothing needs."""
    if keys:
        tx.run(_CONDEMN, {"keys": _listed(keys), "now": now.timestamp()})


def condemned(tx: Transaction, before: datetime, most: int) -> list[BlobKey]:
    """Up to `most` blobs that were condemned at that instant or before, first those that were first."""
    return [BlobKey(key) for (key,) in tx.rows(_CONDEMNED, {"before": before.timestamp(), "most": most})]


def due(tx: Transaction, keys: Collection[BlobKey], before: datetime) -> set[BlobKey]:
    """Those of these blobs that are condemned since then, and still not needed by anything: the second look."""
    return {BlobKey(key) for (key,) in tx.rows(_DUE, {"keys": _listed(keys), "before": before.timestamp()})}


def remove(tx: Transaction, keys: Collection[BlobKey], before: datetime) -> None:
    """Forget those of these blobs that are due; their bytes must be gone before."""
    tx.run(_REMOVE, {"keys": _listed(keys), "before": before.timestamp()})


def size_bytes(tx: Transaction, key: BlobKey) -> int:
    """How many bytes a blob has that has a row."""
    found = tx.row(_SIZE, {"key": key})
    assert found is not None, f"blob {key} is gone"
    return int(found[0])


def known(tx: Transaction, keys: Collection[BlobKey]) -> set[BlobKey]:
    """Those of these blobs that have a row."""
    return {BlobKey(key) for (key,) in tx.rows(_KNOWN, {"keys": _listed(keys)})}


def beginning(tx: Transaction) -> float:
    """When this catalogue was made, in Unix seconds: no row of it can speak of bytes that were there before."""
    found = tx.row(_BEGINNING, {})
    assert found is not None and found[0] is not None, "a catalogue has an account"
    return float(found[0])


def _listed(keys: Collection[BlobKey]) -> str:
    return msgspec.json.encode(list(keys)).decode()
