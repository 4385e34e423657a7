"""Verdicts on stored bytes: what was examined how far, under which rules, and what a closer look changes."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy import and_, bindparam, func, literal_column, not_, or_, select, text, update

from greenroom.db import audit, catalogue, outbox
from greenroom.db.schema import assets, blobs
from greenroom.db.sqlite import Transaction, sql
from greenroom.db.uploads import Judged
from greenroom.domain.act import by_system
from greenroom.domain.asset import Asset, AssetState
from greenroom.domain.ids import AssetId, BlobKey
from greenroom.domain.media import Examination, Finding, Stage
from greenroom.domain.policy import POLICY_VERSION

_encode = msgspec.json.encode
_decode_examination = msgspec.json.Decoder(Examination).decode

_MOST_TRIES = 2

# Literally as in the partial index, or SQLite does not use it.
_STRUCTURAL = text("assets.state = 'ready' AND assets.verification = 'structural'")
_NEXT_STRUCTURAL = sql(
    select(assets.c.id)
    .where(and_(_STRUCTURAL, assets.c.deep_tries < literal_column(str(_MOST_TRIES))))
    .order_by(assets.c.deep_tries, assets.c.id)
    .limit(literal_column("1"))
)
_EXAMINATION = sql(select(blobs.c.examination).where(blobs.c.key == bindparam("blob")))
_VERDICT = sql(
    select(assets.c.policy, blobs.c.examination)
    .join_from(assets, blobs, blobs.c.key == assets.c.blob_key)
    .where(assets.c.id == bindparam("asset"))
)
_KEEP_EXAMINATION = sql(
    update(blobs)
    .where(blobs.c.key == bindparam("blob"))
    .values(examination=bindparam("seen"), decoder=bindparam("seen_by"))
)
_PASS = sql(
    update(assets)
    .where(
        and_(
            assets.c.id == bindparam("asset"),
            assets.c.blob_key == bindparam("blob"),
            or_(assets.c.state == literal_column("'ready'"), assets.c.state == literal_column("'rejected'")),
        )
    )
    .values(
        state=AssetState.READY.value,
        verification=bindparam("reached"),
        **catalogue.FACTS,
        notes=bindparam("remarks"),
        findings=None,
        policy=bindparam("rules"),
    )
)
_REJECT = sql(
    update(assets)
    .where(
        and_(
            assets.c.id == bindparam("asset"),
            assets.c.blob_key == bindparam("blob"),
            or_(assets.c.state == literal_column("'ready'"), assets.c.state == literal_column("'rejected'")),
        )
    )
    .values(state=AssetState.REJECTED.value, findings=bindparam("found"), policy=bindparam("rules"))
)
_COUNT_TRY = sql(
    update(assets).where(assets.c.id == bindparam("asset")).values(deep_tries=assets.c.deep_tries + literal_column("1"))
)
_DEEP_TRIES = sql(select(assets.c.deep_tries).where(assets.c.id == bindparam("asset")))
_older = and_(
    or_(assets.c.state == literal_column("'ready'"), assets.c.state == literal_column("'rejected'")),
    assets.c.id > bindparam("after"),
    or_(
        assets.c.policy != bindparam("rules"),
        not_(
            or_(
                func.substr(blobs.c.decoder, 1, func.length(bindparam("images"))) == bindparam("images"),
                func.substr(blobs.c.decoder, 1, func.length(bindparam("films"))) == bindparam("films"),
            )
        ),
    ),
)
_OLDER = sql(
    select(assets.c.id)
    .join_from(assets, blobs, blobs.c.key == assets.c.blob_key)
    .where(_older)
    .order_by(assets.c.id)
    .limit(bindparam("most"))
)


class Verdict(msgspec.Struct, frozen=True):
    """By which policy and decoder an asset was judged, whether all of it was decoded, and what was checked."""

    policy: str
    decoder: str
    deep: bool
    stages: tuple[Stage, ...]


def next_structural(tx: Transaction) -> Asset | None:
    """A ready asset that was not decoded in full yet; those tried before come last, and not for ever."""
    found = tx.row(_NEXT_STRUCTURAL, {})
    return catalogue.asset(tx, AssetId(found[0])) if found else None


def examination(tx: Transaction, key: BlobKey) -> Examination | None:
    """What the last look into a blob gave."""
    found = tx.row(_EXAMINATION, {"blob": key})
    return _decode_examination(found[0]) if found else None


def verdict(tx: Transaction, asset: Asset) -> Verdict | None:
    """The verdict on an asset's bytes."""
    found = tx.row(_VERDICT, {"asset": asset.id})
    if found is None:
        return None
    examined = _decode_examination(found[1])
    return Verdict(str(found[0]), examined.decoder, examined.deep, examined.stages)


def judged_under_older(tx: Transaction, decoders: Sequence[str], after: str, most: int) -> list[Asset]:
    """Up to `most` assets, by id after `after`, judged by other rules or seen by other decoders than today's."""
    images, films = decoders
    rows = tx.rows(_OLDER, {"rules": POLICY_VERSION, "images": images, "films": films, "after": after, "most": most})
    return [found for row in rows if (found := catalogue.asset(tx, AssetId(row[0]))) is not None]


def passed(tx: Transaction, asset: Asset, judged: Judged, now: datetime) -> Asset:
    """Keep a good verdict of a closer look, and give the asset as it stands then; one that was rejected is ready."""
    _keep(tx, judged.blob_key, judged.examination)
    changed = tx.run(
        _PASS,
        {
            "asset": asset.id,
            "blob": judged.blob_key,
            "reached": judged.verification.value,
            "facts": _encode(judged.info).decode(),
            "remarks": _encode(judged.examination.notes).decode(),
            "rules": POLICY_VERSION,
        },
    )
    current = _current(tx, asset)
    if changed:
        detail = {"verification": judged.verification.value, "was": asset.state.value, "policy": POLICY_VERSION}
        audit.note(tx, by_system(asset.account_id), "asset.verified", asset.id, now, detail)
    if changed and asset.state is AssetState.REJECTED:
        outbox.add_event(tx, current, "asset.ready", {"sha256": judged.blob_key, "again": True}, now)
    return current


def rejected(
    tx: Transaction, asset: Asset, examined: Examination, findings: tuple[Finding, ...], now: datetime
) -> Asset:
    """Keep a bad verdict of a closer look: the receipt that was given is superseded by this event."""
    assert asset.blob_key is not None, "only bytes can be rejected"
    _keep(tx, asset.blob_key, examined)
    found = _encode(findings).decode()
    changed = tx.run(_REJECT, {"asset": asset.id, "blob": asset.blob_key, "found": found, "rules": POLICY_VERSION})
    current = _current(tx, asset)
    if changed and asset.state is not AssetState.REJECTED:
        data = {"sha256": asset.blob_key, "findings": findings, "supersedes": "asset.ready"}
        outbox.add_event(tx, current, "asset.rejected", data, now)
        codes = [finding.code for finding in findings]
        audit.note(tx, by_system(asset.account_id), "asset.rejected", asset.id, now, {"findings": codes})
    return current


def count_try(tx: Transaction, asset: Asset) -> None:
    """Remember that a full decode came to no end."""
    tx.run(_COUNT_TRY, {"asset": asset.id})


def deep_tries(tx: Transaction, asset_id: AssetId) -> int:
    """How many full decodes of an asset came to no end."""
    found = tx.row(_DEEP_TRIES, {"asset": asset_id})
    return int(found[0]) if found else 0


def _keep(tx: Transaction, key: BlobKey, examined: Examination) -> None:
    tx.run(_KEEP_EXAMINATION, {"blob": key, "seen": _encode(examined).decode(), "seen_by": examined.decoder})


def _current(tx: Transaction, asset: Asset) -> Asset:
    current = catalogue.asset(tx, asset.id)
    assert current is not None, f"asset {asset.id} is gone"
    return current
