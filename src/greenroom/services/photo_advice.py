"""
Advice on images: what a photo avatar of them would be refused for, looked at in time that is left over.

What there is to do is asked of the table, so a crash loses nothing. The newest image comes first: somebody may be
waiting for it. One that had no turn within a day gets no advice; whoever asks (`Photos.inspect`) has it at once.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from greenroom.db import portraits
from greenroom.db.sqlite import Database
from greenroom.domain.asset import Asset
from greenroom.domain.media import Finding, Format
from greenroom.domain.photo_avatar import Inspected, could_be_portrait
from greenroom.domain.portrait_findings import NOT_SEEN
from greenroom.errors import ModelsMissing, NotProduced
from greenroom.storage.store import BlobStore

log = structlog.get_logger()

LONGEST_WAIT = timedelta(days=1)
"""So many images cannot wait that it matters: a day of uploads at most."""
PATIENCE = timedelta(minutes=1)
"""How long an image waits for the end of uploads that are on their way; some never end."""
QUIET = timedelta(seconds=1)
"""An image that became ready since then says that more may be coming, one after the other."""
_STOPPED = "portrait_stopped"


class Adviser(Protocol):
    """Who looks at images, in a process of its own (`render.portraits`)."""

    def require_models(self) -> None:
        """Raise ModelsMissing unless what finds faces is installed."""

    def advise(self, source: int, format_: Format) -> Inspected:
        """What speaks against an avatar of an open image; raises NotProduced if it cannot be looked at."""

    def close(self) -> None:
        """End what is under way and take on nothing more."""


@dataclass(frozen=True, slots=True)
class PhotoAdvice:
    """Look at images as portraits, and let their assets say what was found."""

    database: Database
    store: BlobStore
    adviser: Adviser
    is_receiving: Callable[[], bool]
    """Whether bytes of uploads are on their way, which what nobody has asked for must not slow down."""
    now: Callable[[], datetime]

    def work(self) -> None:
        """Look at one image, and settle those before it that need no look; nothing is done without the networks."""
        try:
            self.adviser.require_models()
        except ModelsMissing:
            return
        while (asset := self._next()) is not None:
            known = self._known(asset)
            found = known if known is not None else self._looked(asset)
            if found is None:
                return
            self._keep(asset, found)
            if known is None:
                return

    def close(self) -> None:
        """Begin nothing more and stop what is under way; the next run takes it up."""
        self.adviser.close()

    def _next(self) -> Asset | None:
        """The newest; while uploads come in, the newest of those that have been patient."""
        now = self.now()
        newest = self._due(now, now)
        if newest is None or newest.ready_at is None:
            return None
        if self.is_receiving() or now - newest.ready_at < QUIET:
            return self._due(now, now - PATIENCE)
        return newest

    def _due(self, now: datetime, until: datetime) -> Asset | None:
        return self.database.read(lambda tx: portraits.next_due(tx, now - LONGEST_WAIT, until))

    def _known(self, asset: Asset) -> tuple[Finding, ...] | None:
        """What can be said without a look; None if nothing."""
        assert asset.info is not None, "ready assets have facts"
        if not could_be_portrait(asset.info):
            return ()
        return self.database.read(lambda tx: portraits.known(tx, asset))

    def _looked(self, asset: Asset) -> tuple[Finding, ...] | None:
        """What was found, or that looking failed, which is not tried again; None when it was stopped."""
        assert asset.info is not None and asset.blob_key is not None, "ready assets have bytes"
        try:
            source = self.store.open(asset.blob_key)
        except FileNotFoundError:
            return self._failed(asset, "bytes_missing", "The image has no bytes.")
        try:
            inspected = self.adviser.advise(source, asset.info.format)
        except NotProduced as problem:
            if problem.code == _STOPPED:
                return None
            return self._failed(asset, problem.code, str(problem))
        finally:
            os.close(source)
        return (*inspected.refusals, *inspected.warnings)

    def _failed(self, asset: Asset, code: str, reason: str) -> tuple[Finding, ...]:
        log.warning("an image could not be looked at as a portrait", asset=asset.id, code=code, reason=reason)
        return (Finding(NOT_SEEN, reason, code),)

    def _keep(self, asset: Asset, found: tuple[Finding, ...]) -> None:
        self.database.write(lambda tx: portraits.keep(tx, asset, found)).result()
