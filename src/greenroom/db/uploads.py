"""Uploads: signed, renewed, staged, refused, published, cancelled, expired, as functions of a transaction."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from msgspec import Struct
from sqlalchemy import and_, bindparam, case, func, literal_column, or_, select, text, tuple_, update

from greenroom.db import audit, blobs, catalogue, folders, library, outbox, search
from greenroom.db.rows import Insertion
from greenroom.db.schema import assets, uploads
from greenroom.db.sqlite import Row, Transaction, sql
from greenroom.domain.act import Act, by_system
from greenroom.domain.asset import BEFORE_READY, Asset, AssetState, Upload, UploadState, Verification
from greenroom.domain.folder import TOP, FolderLimits, FolderRef
from greenroom.domain.ids import AccountId, AssetId, BlobKey, FolderId, UploadId
from greenroom.domain.media import Examination, Finding, Format, Kind, MediaInfo
from greenroom.domain.policy import POLICY_VERSION, Dialect
from greenroom.domain.timeline import STEPS_MAX, Event, Step, Transfer

_encode = msgspec.json.encode
_decode_timeline = msgspec.json.Decoder(tuple[Step, ...]).decode

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
    uploads.c.created_at,
    uploads.c.sha256,
    uploads.c.callback_url,
)
_LAST_NUMBER = sql(select(func.max(assets.c.number)).where(assets.c.account_id == bindparam("account")))
_NEW_ASSET_COLUMNS = (
    "id", "account_id", "number", "kind", "state", "verification", "name", "extension", "description", "created_at",
    "folder_id", "tags", "metadata"
)  # fmt: skip


_ADD_ASSETS = Insertion(assets, _NEW_ASSET_COLUMNS)
_ADD_UPLOADS = Insertion(uploads, [*(column.name for column in _COLUMNS), "timeline"])
_both = select(*_COLUMNS, *catalogue.COLUMNS).join_from(uploads, assets, assets.c.id == uploads.c.asset_id)
_UPLOAD_AND_ASSET = sql(_both.where(uploads.c.id == bindparam("id")))
_record = _both.add_columns(uploads.c.timeline, uploads.c.staged)
_RECORD = sql(_record.where(and_(uploads.c.id == bindparam("id"), uploads.c.account_id == bindparam("account"))))
_page = (
    _record.where(
        and_(
            uploads.c.account_id == bindparam("account"),
            uploads.c.state == bindparam("in_state"),
            tuple_(uploads.c.created_at, uploads.c.id) < tuple_(bindparam("at"), bindparam("before")),
        )
    )
    .order_by(uploads.c.created_at.desc(), uploads.c.id.desc())
    .limit(bindparam("most"))
)
_PAGE = sql(_page)
_below = folders.subtree(bindparam("account"), bindparam("within"))
_PAGE_WITHIN = sql(_page.where(assets.c.folder_id.in_(select(_below.c.id))))
_timeline = case(
    (
        func.json_array_length(uploads.c.timeline) >= literal_column(str(STEPS_MAX)),
        func.json_remove(uploads.c.timeline, "$[1]"),  # the first tells of the signing
    ),
    else_=uploads.c.timeline,
)
_WITH_STEP = {"timeline": func.json_insert(_timeline, "$[#]", func.json(bindparam("step")))}
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
    update(uploads).where(uploads.c.id == bindparam("upload")).values(state=bindparam("new"), staged=None, **_WITH_STEP)
)
_RENEW_UPLOAD = sql(
    update(uploads).where(uploads.c.id == bindparam("upload")).values(expires_at=bindparam("until"), **_WITH_STEP)
)
_NOTE_STEP = sql(
    update(uploads)
    .where(and_(uploads.c.id == bindparam("upload"), uploads.c.state == UploadState.OPEN.value))
    .values(**_WITH_STEP)
)
_STAGE_UPLOAD = sql(
    update(uploads)
    .where(uploads.c.id == bindparam("upload"))
    .values(
        staged=bindparam("staged_as"),
        staged_bytes=bindparam("size"),
        receiving_bytes=uploads.c.receiving_bytes - bindparam("reserved"),
        **_WITH_STEP,
    )
)
_AMEND_ASSET = sql(
    update(assets)
    .where(assets.c.id == bindparam("asset"))
    .values(
        name=bindparam("new_name"),
        description=bindparam("new_description"),
        folder_id=bindparam("new_folder"),
        tags=bindparam("new_tags"),
        metadata=bindparam("new_metadata"),
    )
)
_AMEND_UPLOAD = sql(
    update(uploads)
    .where(uploads.c.id == bindparam("upload"))
    .values(sha256=bindparam("new_sha256"), callback_url=bindparam("new_callback_url"))
)
_UNSTAGE_UPLOAD = sql(
    update(uploads)
    .where(and_(uploads.c.id == bindparam("upload"), uploads.c.staged == bindparam("staged_as")))
    .values(staged=None, staged_bytes=0)
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


class Labels(Struct, frozen=True):
    """What its owner calls an asset, and where it belongs; no folder is the top of what the owner's key sees."""

    name: str
    description: str = ""
    folder: FolderRef | None = None
    tags: tuple[str, ...] = ()
    metadata: Mapping[str, Any] = {}


class NewUpload(Struct, frozen=True):
    """A signed upload before it has a row; its asset is born with it."""

    upload: Upload
    kind: Kind
    extension: str
    labels: Labels
    act: Act


class UploadRecord(Struct, frozen=True):
    """An upload with its asset, its timeline, and the temporary name of bytes that wait for a judge."""

    upload: Upload
    asset: Asset
    timeline: tuple[Step, ...]
    staged_as: str | None


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


class StagedBytes(NamedTuple):
    """
    A whole body under a temporary name.

    `reserved_bytes` are those of the account's quota that were held for it on its way; from now on the upload holds
    as many as it has.
    """

    name: str
    size_bytes: int
    reserved_bytes: int = 0


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


def add(tx: Transaction, numbers: Numbers, limits: FolderLimits, news: Sequence[NewUpload]) -> list[int]:
    """
    Write uploads and their waiting assets; give the assets' numbers in their accounts.

    Raises NotFound or FoldersFull for a folder that is not there or cannot be made.
    """
    places = [_folder(tx, new.act, new.labels, limits, new.upload.created_at) for new in news]
    given = [numbers.next(tx, new.upload.account_id) for new in news]
    asset_rows = [_asset_row(new, number, place) for new, number, place in zip(news, given, places, strict=True)]
    _ADD_ASSETS.run(tx, asset_rows)
    _ADD_UPLOADS.run(tx, [_upload_row(new) for new in news])
    for new in news:
        upload = new.upload
        detail = {"asset_id": upload.asset_id, "declared": upload.declared, "size_bytes": upload.declared_bytes}
        audit.note(tx, new.act, "upload.signed", upload.id, upload.created_at, detail)
    return given


def with_asset(tx: Transaction, upload_id: UploadId) -> tuple[Upload, Asset] | None:
    """An upload with its asset."""
    found = tx.row(_UPLOAD_AND_ASSET, {"id": upload_id})
    if found is None:
        return None
    split = len(_COLUMNS)
    return _upload(found[:split]), catalogue.read(found[split:])


def record(tx: Transaction, act: Act, upload_id: UploadId) -> UploadRecord | None:
    """An upload of the account that the caller's key may see."""
    found = tx.row(_RECORD, {"id": upload_id, "account": act.account_id})
    seen = _record_of(found) if found is not None else None
    return seen if seen is not None and folders.is_within(tx, act, seen.asset.folder_id) else None


def page(
    tx: Transaction, act: Act, states: Collection[UploadState], before: tuple[float, str], most: int
) -> list[UploadRecord]:
    """
    Up to `most` uploads in those states that the caller's key may see, newest first.

    `before` is the signing's Unix time and the id of the one they come after.
    """
    at, id_ = before
    values = {"account": act.account_id, "at": at, "before": id_, "most": most, "within": act.within}
    statement = _PAGE if act.within is None else _PAGE_WITHIN
    # The index has the states one after the other: each is read in its order, and so no other is read.
    found = [_record_of(row) for state in states for row in tx.rows(statement, {**values, "in_state": state.value})]
    return sorted(found, key=lambda one: (one.upload.created_at, one.upload.id), reverse=True)[:most]


def publish(
    tx: Transaction, act: Act, upload: Upload, judged: Judged, transfer: Transfer | None, now: datetime
) -> Asset:
    """
    Make an asset ready with judged bytes if it has none yet, and give it as it stands then.

    Compare-and-set: of several uploads at once the first wins; the caller of another sees whose bytes they are.
    """
    info = _encode(judged.info).decode()
    blobs.keep(tx, judged.blob_key, judged.size_bytes, judged.examination, now)
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
        step = _step(Event.COMPLETED, act, now, transfer=transfer)
        tx.run(_END_UPLOAD, {"upload": upload.id, "new": "done", "step": step})
        facts = {"sha256": judged.blob_key, "size_bytes": judged.size_bytes}
        search.relabelled(tx, current.id)
        outbox.add_event(tx, current, "asset.ready", {**facts, "upload_id": upload.id}, now)
        audit.note(tx, act, "upload.completed", upload.id, now, {"asset_id": current.id, **facts})
    else:
        blobs.condemn(tx, [judged.blob_key], now)
    return current


def disown(tx: Transaction, judged: Judged, now: datetime) -> None:
    """Have bytes removed that were kept for a publication which was then refused, unless others need them."""
    blobs.keep(tx, judged.blob_key, judged.size_bytes, judged.examination, now)
    blobs.condemn(tx, [judged.blob_key], now)


def stage(
    tx: Transaction, act: Act, upload: Upload, bytes_: StagedBytes, transfer: Transfer | None, now: datetime
) -> bool:
    """Say that durable bytes wait for judgement; False if the asset no longer waits."""
    moved = tx.run(_MOVE_ASSET, {"asset": upload.asset_id, "old": "waiting", "new": "verifying", "found": None})
    if moved:
        step = _step(Event.VERIFYING, act, now, transfer=transfer)
        values = {"staged_as": bytes_.name, "size": bytes_.size_bytes, "reserved": bytes_.reserved_bytes}
        tx.run(_STAGE_UPLOAD, {"upload": upload.id, "step": step, **values})
        search.relabelled(tx, upload.asset_id)
        audit.note(tx, act, "upload.received", upload.id, now, {"asset_id": upload.asset_id})
    return bool(moved)


def refuse(
    tx: Transaction,
    act: Act,
    upload: Upload,
    staged_as: str | None,
    findings: tuple[Finding, ...],
    transfer: Transfer | None,
    now: datetime,
) -> None:
    """
    Keep the reason of a refusal; if it was the staged bytes that were refused, the asset waits for others again.

    Bytes that another PUT staged meanwhile stay staged: they may yet be found good.
    """
    step = _step(Event.REFUSED, act, now, transfer=transfer, reason=findings[0])
    if tx.run(_NOTE_STEP, {"upload": upload.id, "step": step}):
        detail = {"asset_id": upload.asset_id, "findings": [one.code for one in findings]}
        audit.note(tx, act, "upload.refused", upload.id, now, detail)
    found = _encode(findings).decode()
    if staged_as is not None and tx.run(_UNSTAGE_UPLOAD, {"upload": upload.id, "staged_as": staged_as}):
        tx.run(_MOVE_ASSET, {"asset": upload.asset_id, "old": "verifying", "new": "waiting", "found": found})
    else:
        tx.run(_NOTE_REFUSAL, {"asset": upload.asset_id, "found": found})


def staged(tx: Transaction) -> list[tuple[Upload, str]]:
    """The uploads whose bytes wait for judgement, with their temporary names."""
    return [(_upload(row[:-1]), str(row[-1])) for row in tx.rows(_STAGED, {})]


def amend(tx: Transaction, act: Act, upload: Upload, labels: Labels, limits: FolderLimits, now: datetime) -> None:
    """Write what was said of an upload and its asset only after it was signed. Raises as `add`."""
    tx.run(
        _AMEND_ASSET,
        {
            "asset": upload.asset_id,
            "new_name": labels.name,
            "new_description": labels.description,
            "new_folder": _folder(tx, act, labels, limits, now),
            "new_tags": _encode(labels.tags).decode(),
            "new_metadata": _encode(labels.metadata).decode(),
        },
    )
    search.relabelled(tx, upload.asset_id)
    tx.run(
        _AMEND_UPLOAD,
        {"upload": upload.id, "new_sha256": upload.sha256, "new_callback_url": upload.callback_url},
    )


def renew(tx: Transaction, act: Act, upload: Upload, until: datetime, now: datetime) -> None:
    """Give an open upload until another instant."""
    step = _step(Event.RENEWED, act, now)
    tx.run(_RENEW_UPLOAD, {"upload": upload.id, "until": until.timestamp(), "step": step})
    detail = {"asset_id": upload.asset_id, "expires_at": until.timestamp()}
    audit.note(tx, act, "upload.renewed", upload.id, now, detail)


def cancel(tx: Transaction, act: Act, upload: Upload, asset: Asset, transfer: Transfer | None, now: datetime) -> None:
    """
    End an open upload by its owner's wish; its asset, which has no file yet, is deleted.

    Raises AssetInUse while something that is to be made from the asset is pending.
    """
    library.delete(tx, act, asset, False, now)
    step = _step(Event.CANCELLED, act, now, transfer=transfer)
    tx.run(_END_UPLOAD, {"upload": upload.id, "new": UploadState.CANCELLED.value, "step": step})
    audit.note(tx, act, "upload.cancelled", upload.id, now, {"asset_id": asset.id})


def give_up(
    tx: Transaction,
    act: Act,
    upload_id: UploadId,
    findings: tuple[Finding, ...],
    transfer: Transfer | None,
    now: datetime,
) -> None:
    """End an open upload that will get no file, for those reasons; its asset waits no more."""
    step = _step(Event.EXPIRED, act, now, transfer=transfer, reason=findings[0])
    tx.run(_END_UPLOAD, {"upload": upload_id, "new": UploadState.EXPIRED.value, "step": step})
    found = with_asset(tx, upload_id)
    assert found is not None, f"upload {upload_id} is gone"
    values = {"asset": found[1].id, "old": "waiting", "new": "expired", "found": _encode(findings).decode()}
    tx.run(_MOVE_ASSET, values)
    search.relabelled(tx, found[1].id)


def expire(tx: Transaction, overdue: datetime, now: datetime, spared: frozenset[UploadId], most: int) -> list[AssetId]:
    """
    End up to `most` open uploads whose time was over at the instant `overdue`; give the assets that waited for them.

    Spared are those that bytes are arriving for, and those whose bytes are being judged.
    """
    found_open = tx.rows(_OVERDUE, {"now": overdue.timestamp(), "most": most + len(spared)})
    ended = [(upload_id, asset_id) for upload_id, asset_id in found_open if upload_id not in spared][:most]
    for upload_id, asset_id in ended:
        current = catalogue.asset(tx, asset_id)
        assert current is not None, f"asset {asset_id} is gone"
        act = by_system(current.account_id)
        tx.run(_END_UPLOAD, {"upload": upload_id, "new": "expired", "step": _step(Event.EXPIRED, act, now)})
        audit.note(tx, act, "upload.expired", upload_id, now, {"asset_id": asset_id})
        if current.state is AssetState.WAITING:
            found = _encode(current.findings).decode()
            tx.run(_MOVE_ASSET, {"asset": asset_id, "old": "waiting", "new": "expired", "found": found})
            search.relabelled(tx, asset_id)
            outbox.add_event(tx, current, "upload.expired", {"upload_id": upload_id}, now)
    return [AssetId(asset_id) for _, asset_id in ended]


def _folder(tx: Transaction, act: Act, labels: Labels, limits: FolderLimits, now: datetime) -> FolderId:
    if labels.folder is None and act.within is None:
        return TOP
    return folders.find_or_create(tx, act, labels.folder or FolderRef(), limits, now)


def _asset_row(new: NewUpload, number: int, folder_id: FolderId) -> tuple[Any, ...]:
    """In the order of _NEW_ASSET_COLUMNS."""
    upload, labels = new.upload, new.labels
    return (
        upload.asset_id, upload.account_id, number, new.kind.value, AssetState.WAITING.value, Verification.NONE.value,
        labels.name, new.extension, labels.description, upload.created_at.timestamp(),
        folder_id,
        _encode(labels.tags).decode() if labels.tags else "[]",
        _encode(labels.metadata).decode() if labels.metadata else "{}",
    )  # fmt: skip


def _upload_row(new: NewUpload) -> tuple[Any, ...]:
    """In the order of _COLUMNS, with the timeline."""
    upload = new.upload
    return (
        upload.id, upload.asset_id, upload.account_id, upload.dialect.value, upload.declared.value,
        upload.declared_bytes, upload.max_bytes, upload.expires_at.timestamp(), upload.state.value,
        upload.created_at.timestamp(),
        upload.sha256, upload.callback_url, f"[{_step(Event.SIGNED, new.act, upload.created_at)}]",
    )  # fmt: skip


def _step(
    event: Event, act: Act, now: datetime, *, transfer: Transfer | None = None, reason: Finding | None = None
) -> str:
    step = Step(
        at=round(now.timestamp(), 3),
        event=event,
        by=act.actor,
        reason=reason.code if reason is not None else None,
        detail=reason.message if reason is not None else None,
        transfer=transfer,
    )
    return _encode(step).decode()


def _record_of(row: Row) -> UploadRecord:
    *both, timeline, staged_as = row
    split = len(_COLUMNS)
    upload, asset = _upload(tuple(both[:split])), catalogue.read(tuple(both[split:]))
    return UploadRecord(upload, asset, _decode_timeline(timeline), staged_as)


def _upload(row: Row) -> Upload:
    (id_, asset_id, account, dialect, declared, declared_bytes, max_bytes, expires, state, created, sha256,
     callback_url) = row  # fmt: skip
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
        created_at=catalogue.instant(created),
        sha256=sha256,
        callback_url=callback_url,
    )
