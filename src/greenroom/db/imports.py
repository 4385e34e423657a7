"""Rows of imports: every question and every change, as functions of a transaction."""

from datetime import datetime

import msgspec
from sqlalchemy import and_, bindparam, case, insert, select, text, tuple_, update

from greenroom.db import audit, catalogue, folders, outbox, uploads
from greenroom.db.schema import assets, imports
from greenroom.db.schema import uploads as upload_rows
from greenroom.db.sqlite import Row, Transaction, sql
from greenroom.domain.act import Act, by_system
from greenroom.domain.asset import Asset, UploadState
from greenroom.domain.ids import AssetId, UploadId
from greenroom.domain.imports import Import, ImportId, ImportState
from greenroom.domain.media import Finding
from greenroom.domain.timeline import Transfer

_encode = msgspec.json.encode
_decode_findings = msgspec.json.Decoder(tuple[Finding, ...]).decode

# The upload's end is the import's: it is written with the asset, the import's own row a moment later.
_state = case(
    (imports.c.state != ImportState.PENDING.value, imports.c.state),
    (upload_rows.c.state == UploadState.DONE.value, ImportState.DONE.value),
    (upload_rows.c.state == UploadState.CANCELLED.value, ImportState.CANCELLED.value),
    else_=imports.c.state,
)
_COLUMNS = (
    imports.c.id,
    imports.c.account_id,
    imports.c.upload_id,
    imports.c.url,
    imports.c.any_format,
    _state,
    imports.c.attempts,
    imports.c.created_at,
    imports.c.next_try_at,
    upload_rows.c.expires_at,
    imports.c.ended_at,
    imports.c.findings,
)
_whole = (
    select(*_COLUMNS, *catalogue.COLUMNS)
    .join_from(imports, upload_rows, upload_rows.c.id == imports.c.upload_id)
    .join(assets, assets.c.id == upload_rows.c.asset_id)
)
_ADD = sql(
    insert(imports).values(
        {
            name: bindparam(name)
            for name in ("id", "account_id", "upload_id", "url", "any_format", "state", "created_at", "next_try_at")
        }
    )
)
_BY_ID = sql(_whole.where(and_(imports.c.id == bindparam("id"), imports.c.account_id == bindparam("account"))))
_page = (
    _whole.where(
        and_(
            imports.c.account_id == bindparam("account"),
            tuple_(imports.c.created_at, imports.c.id) < tuple_(bindparam("at"), bindparam("before")),
        )
    )
    .order_by(imports.c.created_at.desc(), imports.c.id.desc())
    .limit(bindparam("most"))
)
_PAGE = sql(_page)
_below = folders.subtree(bindparam("account"), bindparam("within"))
_PAGE_WITHIN = sql(_page.where(assets.c.folder_id.in_(select(_below.c.id))))
_DUE = sql(
    _whole.where(
        and_(
            text("imports.state = 'pending'"),  # literally, or SQLite does not use the partial index
            imports.c.next_try_at <= bindparam("now"),
        )
    )
    .order_by(imports.c.next_try_at)
    .limit(bindparam("most"))
)
_OF_URL = sql(
    select(upload_rows.c.asset_id)
    .join_from(imports, upload_rows, upload_rows.c.id == imports.c.upload_id)
    .where(and_(imports.c.account_id == bindparam("account"), imports.c.url == bindparam("url")))
    .order_by(imports.c.created_at.desc())
    .limit(200)
)
_URL_OF = sql(
    select(imports.c.url)
    .join_from(imports, upload_rows, upload_rows.c.id == imports.c.upload_id)
    .where(and_(imports.c.account_id == bindparam("account"), upload_rows.c.asset_id == bindparam("asset")))
    .limit(1)
)
_pending = and_(imports.c.id == bindparam("import"), imports.c.state == ImportState.PENDING.value)
_COUNT_TRY = sql(update(imports).where(_pending).values(attempts=imports.c.attempts + bindparam("tries")))
_TRY_AGAIN = sql(update(imports).where(_pending).values(next_try_at=bindparam("at"), findings=bindparam("found")))
_END = sql(
    update(imports)
    .where(_pending)
    .values(state=bindparam("new"), ended_at=bindparam("now"), findings=bindparam("found"))
)


def add(
    tx: Transaction, act: Act, import_id: ImportId, upload_id: UploadId, url: str, *, any_format: bool, now: datetime
) -> Import:
    """Write an import of an upload that was written just before."""
    tx.run(
        _ADD,
        {
            "id": import_id,
            "account_id": act.account_id,
            "upload_id": upload_id,
            "url": url,
            "any_format": any_format,
            "state": ImportState.PENDING.value,
            "created_at": now.timestamp(),
            "next_try_at": now.timestamp(),
        },
    )
    row = tx.row(_BY_ID, {"id": import_id, "account": act.account_id})
    assert row is not None
    added = _import(row)
    # Not the address: it may be a key to somebody's store.
    audit.note(tx, act, "import.started", import_id, now, {"asset_id": added.asset.id, "upload_id": upload_id})
    return added


def by_id(tx: Transaction, act: Act, import_id: ImportId) -> Import | None:
    """The import with that id, if it is of the account and the caller's key may see it."""
    row = tx.row(_BY_ID, {"id": import_id, "account": act.account_id})
    found = _import(row) if row is not None else None
    return found if found is not None and folders.is_within(tx, act, found.asset.folder_id) else None


def page(tx: Transaction, act: Act, before: tuple[float, str], most: int) -> list[Import]:
    """Up to `most` imports that the caller's key may see, newest first; `before` is the last one's time and id."""
    at, id_ = before
    values = {"account": act.account_id, "at": at, "before": id_, "most": most, "within": act.within}
    return [_import(row) for row in tx.rows(_PAGE if act.within is None else _PAGE_WITHIN, values)]


def fetched(tx: Transaction, act: Act, url: str) -> list[AssetId]:
    """The assets of an account that come from an address, newest first."""
    return [AssetId(asset_id) for (asset_id,) in tx.rows(_OF_URL, {"account": act.account_id, "url": url})]


def address_of(tx: Transaction, asset: Asset) -> str | None:
    """The address that an asset was to be fetched from; None if it was to be uploaded."""
    row = tx.row(_URL_OF, {"account": asset.account_id, "asset": asset.id})
    return row[0] if row is not None else None


def due(tx: Transaction, now: datetime, most: int) -> list[Import]:
    """Up to `most` imports whose next try has come, the longest waiting first."""
    return [_import(row) for row in tx.rows(_DUE, {"now": now.timestamp(), "most": most})]


def count_try(tx: Transaction, one: Import, tries: int) -> None:
    """Count a try that begins (1), or forget one that was not carried through (-1)."""
    tx.run(_COUNT_TRY, {"import": one.id, "tries": tries})


def try_again(tx: Transaction, one: Import, finding: Finding, at: datetime) -> None:
    """Have it tried again at an instant; why this try failed is kept."""
    tx.run(_TRY_AGAIN, {"import": one.id, "at": at.timestamp(), "found": _encode((finding,)).decode()})


def end(tx: Transaction, one: Import, state: ImportState, now: datetime) -> None:
    """Say how it ended; nothing if that is said already."""
    tx.run(_END, {"import": one.id, "new": state.value, "now": now.timestamp(), "found": None})


def fail(tx: Transaction, one: Import, findings: tuple[Finding, ...], transfer: Transfer | None, now: datetime) -> None:
    """Give an import up, with its upload; nothing if it has ended meanwhile."""
    found = _encode(findings).decode()
    values = {"import": one.id, "new": ImportState.FAILED.value, "now": now.timestamp(), "found": found}
    if not tx.run(_END, values):
        return
    act = by_system(one.account_id)
    uploads.give_up(tx, act, one.upload_id, findings, transfer, now)
    told = {"import_id": one.id, "code": findings[0].code, "message": findings[0].message}
    outbox.add_event(tx, one.asset, "import.failed", told, now)
    detail = {"asset_id": one.asset.id, "findings": [finding.code for finding in findings]}
    audit.note(tx, act, "import.failed", one.id, now, detail)


def cancel(tx: Transaction, act: Act, one: Import, transfer: Transfer | None, now: datetime) -> None:
    """End a pending import by its owner's wish, with its upload."""
    found = uploads.with_asset(tx, one.upload_id)
    assert found is not None, f"upload {one.upload_id} is gone"
    end(tx, one, ImportState.CANCELLED, now)
    uploads.cancel(tx, act, *found, transfer, now)
    audit.note(tx, act, "import.cancelled", one.id, now, {"asset_id": one.asset.id})


def _import(row: Row) -> Import:
    split = len(_COLUMNS)
    id_, account, upload_id, url, any_format, state, attempts, created, next_try, expires, ended, findings = row[:split]
    return Import(
        id=id_,
        account_id=account,
        upload_id=upload_id,
        url=url,
        any_format=bool(any_format),
        state=ImportState(state),
        attempts=attempts,
        created_at=catalogue.instant(created),
        next_try_at=catalogue.instant(next_try),
        expires_at=catalogue.instant(expires),
        ended_at=catalogue.instant(ended) if ended is not None else None,
        findings=_decode_findings(findings) if findings else (),
        asset=catalogue.read(row[split:]),
    )
