"""Renditions: blobs made from an original by a recipe; their states, and what was measured before and after."""

import os
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

from msgspec import Struct

from greenroom.domain.formats import FORMATS
from greenroom.domain.ids import AccountId, AssetId, BlobKey
from greenroom.domain.media import Finding, Format
from greenroom.domain.recipe import Recipe

RenditionId = NewType("RenditionId", str)


def new_rendition_id() -> RenditionId:
    """A rendition id with 128 random bits."""
    return RenditionId("rnd_" + os.urandom(16).hex())


class Measured(Struct, frozen=True, omit_defaults=True):
    """What is shown of a file before and after; `format` in words, since an original may be anything."""

    format: str
    size_bytes: int
    width: int | None = None
    height: int | None = None
    frame_count: int | None = None
    frame_rate: float | None = None
    video_codec: str | None = None
    color: str | None = None
    duration_s: float | None = None
    audio_codec: str | None = None
    sample_rate_hz: int | None = None
    channels: int | None = None
    loudness_lufs: float | None = None
    true_peak_dbtp: float | None = None


class Optimized(Struct, frozen=True):
    """What came of a recipe. `remarks` name everything that the copy lacks or that could not be had."""

    format: Format
    before: Measured
    after: Measured
    remarks: tuple[Finding, ...] = ()


class RenditionState(StrEnum):
    """Where a rendition is in its life."""

    PENDING = "pending"  # asked for
    PROCESSING = "processing"  # being made; after a crash it is made again
    READY = "ready"  # its bytes stand under its address for good
    FAILED = "failed"  # cannot be made; the findings say why


TRANSITIONS: dict[RenditionState, frozenset[RenditionState]] = {
    RenditionState.PENDING: frozenset({RenditionState.PROCESSING}),
    RenditionState.PROCESSING: frozenset({RenditionState.PENDING, RenditionState.READY, RenditionState.FAILED}),
    RenditionState.READY: frozenset(),
    RenditionState.FAILED: frozenset({RenditionState.PENDING}),  # asked for again
}


@dataclass(frozen=True, slots=True)
class Rendition:
    """One copy of an asset. It has an address once it is ready: the picture may have decided its format."""

    id: RenditionId
    asset_id: AssetId
    account_id: AccountId
    recipe: Recipe
    state: RenditionState
    attempts: int
    created_at: datetime
    format: Format | None = None
    blob_key: BlobKey | None = None
    optimized: Optimized | None = None
    findings: tuple[Finding, ...] = ()
    ready_at: datetime | None = None

    @property
    def path(self) -> str | None:
        """The permanent path, None until there is something under it."""
        return f"/renditions/{self.id}.{FORMATS[self.format].extensions[0]}" if self.format is not None else None
