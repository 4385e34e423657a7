"""Imports: originals that this server fetches by itself from an address."""

import os
from datetime import datetime
from enum import StrEnum
from typing import NewType

from msgspec import Struct

from greenroom.domain.asset import Asset
from greenroom.domain.ids import AccountId, UploadId
from greenroom.domain.media import Finding

ImportId = NewType("ImportId", str)


class ImportState(StrEnum):
    """How far an import is."""

    PENDING = "pending"  # waits for its first try, or for the next
    FETCHING = "fetching"  # is being fetched or judged; known to the process that does it, in no row
    DONE = "done"  # the asset is ready
    FAILED = "failed"  # given up; the findings say why
    CANCELLED = "cancelled"  # its owner wants it no more


class Import(Struct, frozen=True):
    """One import as it stands; the upload that it fills and the asset of that are made with it."""

    id: ImportId
    account_id: AccountId
    upload_id: UploadId
    url: str
    any_format: bool
    """The kind of the file is known, its format is whatever its bytes are."""
    state: ImportState
    attempts: int
    created_at: datetime
    next_try_at: datetime
    expires_at: datetime
    """It is not tried after this."""
    ended_at: datetime | None
    findings: tuple[Finding, ...]
    """Why it failed; while it is pending, why the last try did."""
    asset: Asset


def new_import_id() -> ImportId:
    """An import id with 128 random bits."""
    return ImportId("imp_" + os.urandom(16).hex())
