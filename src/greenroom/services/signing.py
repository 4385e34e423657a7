"""Signing: what a client asks to upload becomes a permission, an upload that waits for its bytes, and an asset."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from unicodedata import normalize

from msgspec import Struct

from greenroom.db import uploads, usage
from greenroom.db.sqlite import Commit, Database, Transaction
from greenroom.db.uploads import Labels, NewUpload, Numbers
from greenroom.domain import grant as grants
from greenroom.domain.act import Act
from greenroom.domain.allowance import Limits, Measure
from greenroom.domain.asset import Upload, UploadState
from greenroom.domain.folder import FolderLimits, FolderRef
from greenroom.domain.formats import FORMATS
from greenroom.domain.grant import Grant, Purpose
from greenroom.domain.ids import AssetId, BlobKey, UploadId, new_asset_id, new_upload_id
from greenroom.domain.media import Kind
from greenroom.domain.policy import Dialect, Policy
from greenroom.storage.store import BlobStore


class UploadRequest(Struct, frozen=True):
    """What a client asks to upload; None and empty where it did not say. Without a name, the file's is taken."""

    filename: str
    content_type: str | None
    size_bytes: int | None
    dialect: Dialect
    name: str = ""
    description: str = ""
    sha256: BlobKey | None = None
    folder: FolderRef | None = None
    tags: tuple[str, ...] = ()
    metadata: Mapping[str, Any] = {}
    callback_url: str | None = None

    @property
    def labels(self) -> Labels:
        """What the asset will be called."""
        name, description = normalize("NFC", self.name or self.filename), normalize("NFC", self.description)
        return Labels(name, description, self.folder, self.tags, self.metadata)


class Signed(Struct, frozen=True):
    """A permission to upload: the token of the sign_url and what the asset will be."""

    asset_id: AssetId
    upload_id: UploadId
    asset_path: str
    token: str
    expires_at: datetime
    max_bytes: int
    content_type: str


@dataclass(frozen=True, slots=True)
class Signing:
    """Permit uploads, and know the permissions again."""

    database: Database
    store: BlobStore
    policy: Policy
    keys: Sequence[bytes]
    """The first signs, all verify."""
    grant_lifetime_s: float
    now: Callable[[], datetime]
    write_rows: bool = True
    folder_limits: FolderLimits = FolderLimits()
    limits: Limits = Limits()
    """What accounts may hold that have no limits of their own."""
    numbers: Numbers = field(default_factory=Numbers)

    def sign(self, act: Act, request: UploadRequest) -> tuple[Signed, Commit[int]]:
        """
        Permit an upload; it holds when the commit is done, which gives the asset's number in its account.

        Raises TypeRefused or SizeRefused at once if what was declared is against the policy, StorageFull if the
        disk had no room for it a moment ago.
        """
        new = self.declared(act, request, self.grant_lifetime_s)
        path = f"/assets/{new.upload.asset_id}.{new.extension}"
        return self.permission(new.upload, new.kind, path), self._written(new)

    def declared(self, act: Act, request: UploadRequest, lifetime_s: float) -> NewUpload:
        """An upload as it was declared, to be written by `add_together`. Raises as `sign`."""
        declared = self.policy.declare(request.filename, request.content_type, request.size_bytes, request.dialect)
        self.store.require_remembered_room(request.size_bytes or 0)
        now = self.now()
        upload = Upload(
            id=new_upload_id(now),
            asset_id=new_asset_id(declared.kind),
            account_id=act.account_id,
            dialect=request.dialect,
            declared=declared.format,
            declared_bytes=declared.size_bytes,
            max_bytes=declared.max_bytes,
            expires_at=now + timedelta(seconds=lifetime_s),
            state=UploadState.OPEN,
            created_at=now,
            sha256=request.sha256,
            callback_url=request.callback_url,
        )
        return NewUpload(upload, declared.kind, declared.extension, request.labels, act)

    def permission(self, upload: Upload, kind: Kind, asset_path: str) -> Signed:
        """A signed URL for an upload, good until the upload's time is over; it changes nothing."""
        grant = Grant(upload.id, kind, upload.max_bytes, upload.expires_at)
        return Signed(
            asset_id=upload.asset_id,
            upload_id=upload.id,
            asset_path=asset_path,
            token=grants.sign(grant, Purpose.UPLOAD, self.keys[0]),
            expires_at=upload.expires_at,
            max_bytes=upload.max_bytes,
            content_type=FORMATS[upload.declared].mime,
        )

    def grant(self, token: str) -> Grant:
        """The grant of a sign_url. Raises GrantInvalid or GrantExpired."""
        return grants.verify(token, Purpose.UPLOAD, self.keys, self.now())

    def add_together(self, tx: Transaction, news: Sequence[NewUpload]) -> list[int]:
        """Write uploads and their waiting assets; give the assets' numbers in their accounts."""
        numbers = uploads.add(tx, self.numbers, self.folder_limits, news)
        for account_id in {new.upload.account_id for new in news}:
            usage.require_within(tx, account_id, self.limits, Measure.ASSETS, Measure.STORED_BYTES)
        return numbers

    def _written(self, new: NewUpload) -> Commit[int]:
        return self.database.write_together(self.add_together, new) if self.write_rows else Commit.of(0)
