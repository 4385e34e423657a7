"""Delivery: what stands under a permanent address now, and the open file behind it."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field

from greenroom.db import catalogue
from greenroom.db.sqlite import Database
from greenroom.domain.asset import Asset, AssetState
from greenroom.domain.formats import FORMATS
from greenroom.domain.ids import AssetId
from greenroom.domain.media import Format, Kind
from greenroom.services.recent import Recent

_MOST_OPEN = 256


class OpenBlob:
    """An open blob; the descriptor is closed when nobody holds this any more."""

    __slots__ = ("fd", "size_bytes")

    def __init__(self, fd: int, size_bytes: int) -> None:
        self.fd = fd
        self.size_bytes = size_bytes

    def __del__(self) -> None:
        os.close(self.fd)


@dataclass(frozen=True, slots=True)
class Shown:
    """An asset as its address shows it; `blob` is there when its state is ready."""

    asset: Asset
    content_type: str
    blob: OpenBlob | None


@dataclass(frozen=True, slots=True)
class Delivery:
    """Find what an address shows; remember it as long as nothing changed."""

    database: Database
    open_blob: Callable[[str], int]
    recent: Recent[AssetId, Shown] = field(default_factory=lambda: Recent(_MOST_OPEN))

    def remembered(self, segment: str) -> Shown | None:
        """What was found there lately; never waits."""
        id_, _, extension = segment.partition(".")
        shown = self.recent.get(AssetId(id_))
        return shown if shown is not None and extension == shown.asset.extension else None

    def find(self, segment: str) -> Shown | None:
        """What stands at `/assets/<segment>`, None if nothing ever did. Blocks."""
        id_, dot, extension = segment.partition(".")
        moment = self.recent.moment()
        asset = self.database.read(lambda tx: catalogue.asset(tx, AssetId(id_)))
        if asset is None or not dot or extension != asset.extension:
            return None
        shown = self._shown(asset)
        self.recent.keep(asset.id, shown, moment)
        return shown

    def forget(self, asset_id: AssetId) -> None:
        """Look that asset up anew from now on."""
        self.recent.forget(asset_id)

    def forget_all(self) -> None:
        """Look everything up anew from now on."""
        self.recent.forget_all()

    def _shown(self, asset: Asset) -> Shown:
        if asset.state is not AssetState.READY:
            return Shown(asset, "", None)
        assert asset.info is not None and asset.blob_key is not None and asset.size_bytes is not None
        fd = self.open_blob(asset.blob_key)
        return Shown(asset, served_type(asset.info.format, asset.kind), OpenBlob(fd, asset.size_bytes))


def served_type(format_: Format, kind: Kind) -> str:
    """The MIME type that the bytes have, seen as that kind: sound in an MP4 is audio/mp4."""
    if format_ in (Format.MP4, Format.MOV) and kind is Kind.AUDIO:
        return FORMATS[Format.M4A].mime
    if format_ is Format.M4A and kind is Kind.VIDEO:
        return FORMATS[Format.MP4].mime
    return FORMATS[format_].mime
