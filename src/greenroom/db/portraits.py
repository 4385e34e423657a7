"""What was found when images were looked at as portraits, and which are still to be."""

from datetime import datetime

import msgspec
from sqlalchemy import and_, bindparam, select, text, update

from greenroom.db import catalogue
from greenroom.db.schema import PORTRAIT_DUE, assets
from greenroom.db.sqlite import Transaction, sql
from greenroom.domain.asset import Asset
from greenroom.domain.media import Finding

_encode = msgspec.json.encode
_decode_findings = msgspec.json.Decoder(tuple[Finding, ...]).decode

_NEXT = sql(
    select(*catalogue.COLUMNS)
    # Literally as in the partial index, or SQLite does not use it.
    .where(and_(text(PORTRAIT_DUE), assets.c.ready_at.between(bindparam("since"), bindparam("until"))))
    .order_by(assets.c.ready_at.desc())
    .limit(1)
)
# Of one account: that others have sent the same bytes must not be seen from how soon there is advice.
_same = and_(assets.c.blob_key == bindparam("blob"), assets.c.account_id == bindparam("account"))
_KNOWN = sql(select(assets.c.portrait).where(and_(_same, assets.c.portrait.is_not(None))).limit(1))
_KEEP = sql(
    update(assets)
    .where(and_(_same, text("kind = 'image'"), assets.c.portrait.is_(None)))
    .values(portrait=bindparam("found"))
)


def next_due(tx: Transaction, since: datetime, until: datetime) -> Asset | None:
    """The image that became ready last in that time, of those that nobody has looked at as portraits."""
    found = tx.row(_NEXT, {"since": since.timestamp(), "until": until.timestamp()})
    return catalogue.read(found) if found else None


def known(tx: Transaction, asset: Asset) -> tuple[Finding, ...] | None:
    """What was found in the same bytes of the same account; None if nobody has looked at them."""
    found = tx.row(_KNOWN, {"blob": asset.blob_key, "account": asset.account_id})
    return _decode_findings(found[0]) if found else None


def keep(tx: Transaction, asset: Asset, found: tuple[Finding, ...]) -> None:
    """Write what was found, into all images of the account with these bytes; nothing is done to purged ones."""
    values = {"blob": asset.blob_key, "account": asset.account_id, "found": _encode(found).decode()}
    tx.run(_KEEP, values)
