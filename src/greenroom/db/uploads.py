"""Uploads: signed, staged, refused, published, expired, as functions of a transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import and_, bindparam, func, insert, or_, select, text, update

from greenroom.db import audit, catalogue, outbox
from greenroom.db.json_rows import insert_all
from greenroom.db.schema import assets, blobs, uploads
from greenroom.db.sqlite import Row, Transaction, sql
from greenroom.domain.act import Act
from greenroom.domain.asset import BEFORE_READY, Asset, AssetState, Upload, UploadState, Verification
from greenroom.domain.ids import AccountId, BlobKey, UploadId
from greenroom.domain.media import Examination, Finding, Format, Kind, MediaInfo
from greenroom.domain.policy import POLICY_VERSION, Dialect

_encode = msgspec.json.encode

_COLUMNS = (
    uploads.c.id,
    uploads.c.asset_id,
    uploads.c.account_id,
    uploads.c.dialect,
    uploads.c.declared,
    uploads.c.declared_bytes,
    uploads.c.max_bytes,
    uploads.c.expires_at,
    uploads.c.state,
)
_LAST_NUMBER = sql(select(func.max(assets.c.number)).where(assets.c.account_id == bindparam("account")))
_NEW_ASSET_COLUMNS = (
    "id", "account_id", "number", "kind", "state", "verification", "name", "extension", "description", "created_at"
)  # fmt: skip


_ADD_ASSETS = insert_all(assets, _NEW_ASSET_COLUMNS)
_NEW_UPLOAD_COLUMNS = (*(column.name for column in _COLUMNS), "created_at")
_ADD_UPLOADS = insert_all(uploads, _NEW_UPLOAD_COLUMNS)
_UPLOAD_AND_ASSET = sql(
    select(*_COLUMNS, *catalogue.COLUMNS)
    .join_from(uploads, assets, assets.c.id == uploads.c.asset_id)
    .where(uploads.c.id == bindparam("id"))
)
_ADD_BLOB = sql(
    insert(blobs)
    .values({name: bindparam(name) for name in ("key", "size_bytes", "examination", "decoder", "created_at")})
    .prefix_with("OR IGNORE")
)
_PARDON_BLOB = sql(
    update(blobs)
    .where(and_(blobs.c.key == bindparam("blob"), blobs.c.condemned_at.is_not(None)))
    .values(condemned_at=None)
)
_MAKE_READY = sql(
    update(assets)
    .where(and_(assets.c.id == bindparam("asset"), or_(*(assets.c.state == state.value for state in BEFORE_READY))))
    .values(
        state=bindparam("state"),
        verification=bindparam("verification"),
        blob_key=bindparam("blob"),
        size_bytes=bindparam("size"),
        **catalogue.FACTS,
        notes=bindparam("remarks"),
        findings=None,
        policy=bindparam("policy"),
        ready_at=bindparam("now"),
    )
)
_MOVE_ASSET = sql(
    update(assets)
    .where(and_(assets.c.id == bindparam("asset"), assets.c.state == bindparam("old")))
    .values(state=bindparam("new"), findings=bindparam("found"))
)
_NOTE_REFUSAL = sql(
    update(assets)
    .where(and_(assets.c.id == bindparam("asset"), assets.c.state == AssetState.WAITING.value))
    .values(findings=bindparam("found"))
)
_END_UPLOAD = sql(
    update(uploads).where(uploads.c.id == bindparam("upload")).values(state=bindparam("new"), staged=None)
)
_STAGE_UPLOAD = sql(update(uploads).where(uploads.c.id == bindparam("upload")).values(staged=bindparam("staged_as")))
_UNSTAGE_UPLOAD = sql(
    update(uploads)
    .where(and_(uploads.c.id == bindparam("upload"), uploads.c.staged == bindparam("staged_as")))
    .values(staged=None)
)
_STAGED = sql(select(*_COLUMNS, uploads.c.staged).where(uploads.c.staged.is_not(None)))
_OVERDUE = sql(
    select(uploads.c.id, uploads.c.asset_id)
    .where(
        and_(
            text("uploads.state = 'open'"),  # literally, or SQLite does not use the partial index
            uploads.c.expires_at <= bindparam("now"),
            uploads.c.staged.is_(None),
        )
    )
    .order_by(uploads.c.expires_at)
    .limit(bindparam("most"))
)


class NewUpload(Struct, frozen=True):
    """A signed upload before it has a row; its asset is born with it."""

    upload: Upload
    kind: Kind
    name: str
    extension: str
    description: str
    created_at: datetime
    act: Act


@dataclass(frozen=True, slots=True)
class Judged:
    """What publishing needs to know of bytes that were judged good."""

    blob_key: BlobKey
    size_bytes: int
    info: MediaInfo
    examination: Examination

    @property
    def verification(self) -> Verification:
        """How far the examination went."""
        return Verification.DEEP if self.examination.deep else Verification.STRUCTURAL


class Numbers:
    """
    Hands out the integer ids of each account's assets; used by the writer's thread alone.

    Only one process makes assets, so the last number is read once and then remembered: asking for it in every
    insert would double its cost. Rows of assets are never removed (a permanent URL must say "deleted" for
    good), so no number comes twice.
    """

    __slots__ = ("_last",)

    def __init__(self) -> None:
        self._last: dict[AccountId, int] = {}

    def next(self, tx: Transaction, account_id: AccountId) -> int:
        """The next number of that account."""
        last = self._last.get(account_id)
        if last is None:
            found = tx.row(_LAST_NUMBER, {"account": account_id})
            last = int(found[0] or 0) if found else 0
        self._last[account_id] = last + 1
        return last + 1


def add(tx: Transaction, numbers: Numbers, news: Sequence[NewUpload]) -> list[int]:
    """Write uploads and their waiting assets; give the assets' numbers in their accounts."""
    given = [numbers.next(tx, new.upload.account_id) for new in news]
    asset_rows = [_asset_row(new, number) for new, number in zip(news, given, strict=True)]
    tx.run(_ADD_ASSETS, {"rows": _encode(asset_rows).decode()})
    tx.run(_ADD_UPLOADS, {"rows": _encode([_upload_row(new) for new in news]).decode()})
    for new in news:
        upload = new.upload
        detail = {"asset_id": upload.asset_id, "declared": upload.declared, "size_bytes": upload.declared_bytes}
        audit.note(tx, new.act, "upload.signed", upload.id, new.created_at, detail)
    return given


def with_asset(tx: Transaction, upload_id: UploadId) -> tuple[Upload, Asset] | None:
    """An upload with its asset."""
    found = tx.row(_UPLOAD_AND_ASSET, {"id": upload_id})
    if found is None:
        return None
    split = len(_COLUMNS)
    return _upload(found[:split]), catalogue.read(found[split:])


def publish(tx: Transaction, upload: Upload, judged: Judged, now: datetime) -> Asset:
    """
    Make an asset ready with judged bytes if it has none yet, and give it as it stands then.

    Compare-and-set: of several uploads at once the first wins; the caller of another sees whose bytes they are.
    """
    info = _encode(judged.info).decode()
    added = tx.run(
        _ADD_BLOB,
        {
            "key": judged.blob_key,
            "size_bytes": judged.size_bytes,
            "examination": _encode(judged.examination).decode(),
            "decoder": judged.examination.decoder,
            "created_at": now.timestamp(),
        },
    )
    if not added:
        tx.run(_PARDON_BLOB, {"blob": judged.blob_key})
    won = tx.run(
        _MAKE_READY,
        {
            "asset": upload.asset_id,
            "state": "ready",
            "verification": judged.verification.value,
            "blob": judged.blob_key,
            "size": judged.size_bytes,
            "facts": info,
            "remarks": _encode(judged.examination.notes).decode(),
            "policy": POLICY_VERSION,
            "now": now.timestamp(),
        },
    )
    current = catalogue.asset(tx, upload.asset_id)
    assert current is not None, f"asset {upload.asset_id} is gone"
    if won:
        tx.run(_END_UPLOAD, {"upload": upload.id, "new": "done"})
        outbox.add_event(tx, current, "asset.ready", {"sha256": judged.blob_key, "size_bytes": judged.size_bytes}, now)
    return current


def stage(tx: Transaction, upload: Upload, staged_as: str) -> bool:
    """Say that durable bytes wait for judgement under that temporary name; False if the asset no longer waits."""
    moved = tx.run(_MOVE_ASSET, {"asset": upload.asset_id, "old": "waiting", "new": "verifying", "found": None})
    if moved:
        tx.run(_STAGE_UPLOAD, {"upload": upload.id, "staged_as": staged_as})
    return bool(moved)


def refuse(tx: Transaction, upload: Upload, staged_as: str | None, findings: tuple[Finding, ...]) -> None:
    """
    Keep the reason of a refusal; if it was the staged bytes that were refused, the asset waits for others again.

    Bytes that another PUT staged meanwhile stay staged: they may yet be found good.
    """
    found = _encode(findings).decode()
    if staged_as is not None and tx.run(_UNSTAGE_UPLOAD, {"upload": upload.id, "staged_as": staged_as}):
        tx.run(_MOVE_ASSET, {"asset": upload.asset_id, "old": "verifying", "new": "waiting", "found": found})
    else:
        tx.run(_NOTE_REFUSAL, {"asset": upload.asset_id, "found": found})


def staged(tx: Transaction) -> list[tuple[Upload, str]]:
    """The uploads whose bytes wait for judgement, with their temporary names."""
    return [(_upload(row[:-1]), str(row[-1])) for row in tx.rows(_STAGED, {})]


def expire(tx: Transaction, overdue: datetime, now: datetime, spared: frozenset[UploadId], most: int) -> int:
    """
    End up to `most` open uploads whose time was over at the instant `overdue`; give how many.

    Spared are those that bytes are arriving for, and those whose bytes are being judged.
    """
    found_open = tx.rows(_OVERDUE, {"now": overdue.timestamp(), "most": most + len(spared)})
    ended = [(upload_id, asset_id) for upload_id, asset_id in found_open if upload_id not in spared][:most]
    for upload_id, asset_id in ended:
        current = catalogue.asset(tx, asset_id)
        tx.run(_END_UPLOAD, {"upload": upload_id, "new": "expired"})
        if current is not None and current.state is AssetState.WAITING:
            found = _encode(current.findings).decode()
            tx.run(_MOVE_ASSET, {"asset": asset_id, "old": "waiting", "new": "expired", "found": found})
            outbox.add_event(tx, current, "upload.expired", {"upload_id": upload_id}, now)
    return len(ended)


def _asset_row(new: NewUpload, number: int) -> tuple[Any, ...]:
    """In the order of _NEW_ASSET_COLUMNS."""
    upload = new.upload
    return (
        upload.asset_id, upload.account_id, number, new.kind, AssetState.WAITING, Verification.NONE,
        new.name, new.extension, new.description, new.created_at.timestamp(),
    )  # fmt: skip


def _upload_row(new: NewUpload) -> tuple[Any, ...]:
    """In the order of _NEW_UPLOAD_COLUMNS."""
    upload = new.upload
    return (
        upload.id, upload.asset_id, upload.account_id, upload.dialect, upload.declared, upload.declared_bytes,
        upload.max_bytes, upload.expires_at.timestamp(), upload.state, new.created_at.timestamp(),
    )  # fmt: skip


def _upload(row: Row) -> Upload:
    id_, asset_id, account, dialect, declared, declared_bytes, max_bytes, expires, state = row
    return Upload(
        id=id_,
        asset_id=asset_id,
        account_id=account,
        dialect=Dialect(dialect),
        declared=Format(declared),
        declared_bytes=declared_bytes,
        max_bytes=max_bytes,
        expires_at=catalogue.instant(expires),
        state=UploadState(state),
    )
