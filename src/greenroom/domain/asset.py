"""Assets and the uploads that fill them: values, states, and the table of permitted transitions."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from msgspec import Struct

from greenroom.domain.folder import TOP, FolderRef
from greenroom.domain.ids import AccountId, AssetId, BlobKey, FolderId, UploadId
from greenroom.domain.media import Finding, Format, Kind, MediaInfo
from greenroom.domain.policy import Dialect


class AssetState(StrEnum):
    """Where an asset is in its life; what GET says in each state stands in `web/delivery.py`."""

    WAITING = "waiting"  # signed, no accepted bytes yet
    VERIFYING = "verifying"  # bytes are durable, judgement is not in
    READY = "ready"  # judged and good
    REJECTED = "rejected"  # a later stage or a re-verification found it bad
    EXPIRED = "expired"  # the grant ran out and nothing came
    DELETED = "deleted"  # by its owner; can be restored for a while
    PURGED = "purged"  # deleted for so long that its bytes and all that was said of it are gone for good


def said_of(state: AssetState) -> str:
    """What is said of an asset in that state, behind its name."""
    return "got no file before its upload URL expired" if state is AssetState.EXPIRED else f"is {state.value}"


TRANSITIONS: dict[AssetState, frozenset[AssetState]] = {
    AssetState.WAITING: frozenset({AssetState.VERIFYING, AssetState.READY, AssetState.EXPIRED, AssetState.DELETED}),
    # A refused file ends the attempt, not the upload: the asset waits for other bytes.
    AssetState.VERIFYING: frozenset({AssetState.READY, AssetState.WAITING, AssetState.DELETED}),
    AssetState.READY: frozenset({AssetState.REJECTED, AssetState.DELETED}),
    AssetState.REJECTED: frozenset({AssetState.READY, AssetState.DELETED}),  # a re-verification may clear it
    AssetState.EXPIRED: frozenset({AssetState.DELETED}),
    # Restored, an asset is what it was; one that had no bytes yet is what became of its upload meanwhile.
    AssetState.DELETED: frozenset(AssetState) - {AssetState.DELETED},
    AssetState.PURGED: frozenset(),
}

BEFORE_READY = frozenset(state for state, following in TRANSITIONS.items() if AssetState.READY in following) - {
    AssetState.REJECTED,
    AssetState.DELETED,
}
"""The states from which a first set of bytes may make an asset ready."""


class Verification(StrEnum):
    """How far the judgement of a ready asset goes."""

    NONE = "none"  # nothing judged yet
    STRUCTURAL = "structural"  # container, packets and key frames
    DEEP = "deep"  # every picture and sound was decoded


@dataclass(frozen=True, slots=True)
class Asset:
    """What a user owns: an original and its facts. Addresses are paths; origins are joined when answering."""

    id: AssetId
    account_id: AccountId
    number: int
    """The integer id, unique in its account."""
    kind: Kind
    state: AssetState
    verification: Verification
    name: str
    extension: str
    created_at: datetime
    blob_key: BlobKey | None = None
    size_bytes: int | None = None
    info: MediaInfo | None = None
    findings: tuple[Finding, ...] = ()
    notes: tuple[Finding, ...] = ()
    description: str = ""
    ready_at: datetime | None = None
    policy: str = ""
    """The version of the rules that its bytes were judged by."""
    folder_id: FolderId = TOP
    tags: tuple[str, ...] = ()
    metadata: Mapping[str, Any] = field(default_factory=dict)
    version: int = 1
    """Counts its owner's changes; what is found in its bytes is no change of theirs."""
    updated_at: datetime | None = None
    deleted_at: datetime | None = None
    portrait: tuple[Finding, ...] | None = None
    """What speaks against a photo avatar of it; None while nobody has looked at it as a portrait."""

    @property
    def path(self) -> str:
        """The permanent path: the last segment is the id and the extension."""
        return f"/assets/{self.id}.{self.extension}"


class AssetChange(Struct, frozen=True):
    """
    What an owner wants an asset to be called and where it is to be; None leaves it as it is.

    Metadata is merged into what is there, where None removes a key (RFC 7396, on the first level).
    """

    name: str | None = None
    description: str | None = None
    folder: FolderRef | None = None
    tags: tuple[str, ...] | None = None
    metadata: Mapping[str, Any] | None = None


class UploadState(StrEnum):
    """Whether an upload still takes bytes."""

    OPEN = "open"
    DONE = "done"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class Upload(Struct, frozen=True):
    """One signed permission to send an original, and what came of it."""

    id: UploadId
    asset_id: AssetId
    account_id: AccountId
    dialect: Dialect
    declared: Format
    declared_bytes: int | None
    max_bytes: int
    expires_at: datetime
    state: UploadState
    created_at: datetime
    sha256: BlobKey | None = None
    """What the file's hash has to be."""
    callback_url: str | None = None
    """Where its owner wants to be told what came of it."""
