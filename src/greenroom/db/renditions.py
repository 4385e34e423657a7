"""Rows of renditions: every question and every change, as functions of a transaction."""

from datetime import UTC, datetime

import msgspec
from sqlalchemy import and_, bindparam, insert, select, text, update

from greenroom.db import audit, blobs, outbox
from greenroom.db.schema import renditions
from greenroom.db.sqlite import Row, Transaction, sql
from greenroom.domain.act import by_system
from greenroom.domain.asset import Asset
from greenroom.domain.ids import AccountId, AssetId, BlobKey
from greenroom.domain.media import Examination, Finding, Format
from greenroom.domain.recipe import Recipe, recipe_key
from greenroom.domain.rendition import Optimized, Rendition, RenditionId, RenditionState

_encode = msgspec.json.encode
_decode_recipe = msgspec.json.Decoder(Recipe).decode
_decode_optimized = msgspec.json.Decoder(Optimized).decode
_decode_findings = msgspec.json.Decoder(tuple[Finding, ...]).decode

_COLUMNS = (
    renditions.c.id,
    renditions.c.asset_id,
    renditions.c.account_id,
    renditions.c.recipe,
    renditions.c.state,
    renditions.c.attempts,
    renditions.c.created_at,
    renditions.c.ready_at,
    renditions.c.format,
    renditions.c.blob_key,
    renditions.c.optimized,
    renditions.c.findings,
)
_NEW = ("id", "account_id", "asset_id", "recipe_key", "recipe", "state", "attempts", "created_at")
_ADD = sql(insert(renditions).values({name: bindparam(name) for name in _NEW}).prefix_with("OR IGNORE"))
_BY_ID = sql(select(*_COLUMNS).where(renditions.c.id == bindparam("id")))
_BY_RECIPE = sql(
    select(*_COLUMNS).where(
        and_(renditions.c.asset_id == bindparam("asset"), renditions.c.recipe_key == bindparam("key"))
    )
)
_OF_ASSET = sql(
    select(*_COLUMNS)
    .where(and_(renditions.c.asset_id == bindparam("asset"), renditions.c.account_id == bindparam("account")))
    .order_by(renditions.c.created_at)
)
_WAITING = sql(
    select(*_COLUMNS)
    .where(text("renditions.state IN ('pending','processing')"))  # literally, or the partial index is not used
    .order_by(renditions.c.created_at)
    .limit(1)
)
_CLAIM = sql(
    update(renditions)
    .where(renditions.c.id == bindparam("rendition"))
    .values(state="processing", attempts=renditions.c.attempts + 1)
)
_MOVE = sql(
    update(renditions)
    .where(
        and_(
            renditions.c.id == bindparam("rendition"),
            renditions.c.state == bindparam("old"),
            renditions.c.attempts == bindparam("attempt"),
        )
    )
    .values(state=bindparam("new"), attempts=bindparam("count"), findings=bindparam("found"))
)
_MAKE_READY = sql(
    update(renditions)
    .where(
        and_(
            renditions.c.id == bindparam("rendition"),
            renditions.c.state == "processing",
            renditions.c.attempts == bindparam("attempt"),
        )
    )
    .values(
        state="ready",
        format=bindparam("made_as"),
        blob_key=bindparam("blob"),
        optimized=bindparam("facts"),
        findings=None,
        ready_at=bindparam("now"),
    )
)


def add(tx: Transaction, new: Rendition) -> Rendition:
    """Write a rendition that is asked for, or give the one by this recipe; if that failed, it is tried again."""
    key = recipe_key(new.recipe)
    tx.run(
        _ADD,
        {
            "id": new.id,
            "account_id": new.account_id,
            "asset_id": new.asset_id,
            "recipe_key": key,
            "recipe": _encode(new.recipe).decode(),
            "state": new.state.value,
            "attempts": 0,
            "created_at": new.created_at.timestamp(),
        },
    )
    found = tx.row(_BY_RECIPE, {"asset": new.asset_id, "key": key})
    assert found is not None
    there = _rendition(found)
    if there.state is RenditionState.FAILED:
        _move(tx, there, RenditionState.PENDING, 0, ())
        return _again(tx, there.id)
    return there


def by_id(tx: Transaction, rendition_id: RenditionId) -> Rendition | None:
    """The rendition with that id, of whichever account."""
    found = tx.row(_BY_ID, {"id": rendition_id})
    return _rendition(found) if found else None


def of_asset(tx: Transaction, account_id: AccountId, asset_id: AssetId) -> list[Rendition]:
    """The renditions of an account's asset, oldest first."""
    return [_rendition(row) for row in tx.rows(_OF_ASSET, {"asset": asset_id, "account": account_id})]


def next_waiting(tx: Transaction) -> Rendition | None:
    """The oldest that is to be made, or was being made when an earlier run ended."""
    found = tx.row(_WAITING, {})
    return _rendition(found) if found else None


def claim_next(tx: Transaction) -> Rendition | None:
    """Begin an attempt at the one that waits longest, and count it; None if none does."""
    waiting = next_waiting(tx)
    if waiting is None:
        return None
    tx.run(_CLAIM, {"rendition": waiting.id})
    return _again(tx, waiting.id)


def put_back(tx: Transaction, attempt: Rendition) -> None:
    """Have it made later, as if this attempt had not been."""
    _move(tx, attempt, RenditionState.PENDING, attempt.attempts - 1, ())


def retry(tx: Transaction, attempt: Rendition, findings: tuple[Finding, ...]) -> None:
    """Have it made once more; what went wrong is kept."""
    _move(tx, attempt, RenditionState.PENDING, attempt.attempts, findings)


def fail(tx: Transaction, attempt: Rendition, findings: tuple[Finding, ...]) -> bool:
    """Say that it cannot be made, and why; False if another attempt has the word."""
    return _move(tx, attempt, RenditionState.FAILED, attempt.attempts, findings)


def publish(
    tx: Transaction,
    attempt: Rendition,
    about: Asset,
    made: Optimized,
    examined: Examination,
    blob: BlobKey,
    now: datetime,
) -> bool:
    """Make it ready if this attempt still has the word, with its event; False if not."""
    size = made.after.size_bytes
    blobs.keep(tx, blob, size, examined, now)
    won = tx.run(
        _MAKE_READY,
        {
            "rendition": attempt.id,
            "attempt": attempt.attempts,
            "made_as": made.format.value,
            "blob": blob,
            "facts": _encode(made).decode(),
            "now": now.timestamp(),
        },
    )
    if won:
        data = {"rendition_id": attempt.id, "sha256": blob, "size_bytes": size}
        outbox.add_event(tx, about, "rendition.ready", data, now)
        audit.note(tx, by_system(about.account_id), "rendition.made", attempt.id, now, {"asset_id": about.id, **data})
    else:
        blobs.condemn(tx, [blob], now)
    return bool(won)


def add_failed_event(tx: Transaction, attempt: Rendition, about: Asset, finding: Finding, now: datetime) -> None:
    """Tell that there will be no such copy."""
    data = {"rendition_id": attempt.id, "code": finding.code, "message": finding.message}
    outbox.add_event(tx, about, "rendition.failed", data, now)
    detail = {"asset_id": about.id, "findings": [finding.code]}
    audit.note(tx, by_system(about.account_id), "rendition.failed", attempt.id, now, detail)


def _move(tx: Transaction, there: Rendition, new: RenditionState, attempts: int, findings: tuple[Finding, ...]) -> bool:
    values = {
        "rendition": there.id,
        "old": there.state.value,
        "attempt": there.attempts,
        "new": new.value,
        "count": attempts,
        "found": _encode(findings).decode() if findings else None,
    }
    return bool(tx.run(_MOVE, values))


def _again(tx: Transaction, rendition_id: RenditionId) -> Rendition:
    found = by_id(tx, rendition_id)
    assert found is not None, f"rendition {rendition_id} is gone"
    return found


def _rendition(row: Row) -> Rendition:
    id_, asset, account, recipe, state, attempts, created, ready, format_, blob, optimized, findings = row
    return Rendition(
        id=id_,
        asset_id=asset,
        account_id=account,
        recipe=_decode_recipe(recipe),
        state=RenditionState(state),
        attempts=attempts,
        created_at=datetime.fromtimestamp(created, tz=UTC),
        format=Format(format_) if format_ else None,
        blob_key=blob,
        optimized=_decode_optimized(optimized) if optimized else None,
        findings=_decode_findings(findings) if findings else (),
        ready_at=datetime.fromtimestamp(ready, tz=UTC) if ready is not None else None,
    )
