"""Verification after the answer: full decodes of videos, and judging again under newer rules."""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import structlog

from greenroom.db import verdicts
from greenroom.db.sqlite import Database
from greenroom.db.uploads import Judged
from greenroom.domain.asset import Asset
from greenroom.domain.ids import AssetId
from greenroom.domain.media import Examination, Finding, Format
from greenroom.domain.policy import Policy
from greenroom.errors import UploadRefused
from greenroom.storage.store import BlobStore

log = structlog.get_logger()

_LOST = Finding("bytes_missing", "The bytes are not in the store.")
# The decoder's end, not the file's fault for certain: the verdict stays as far as it went.
_INCONCLUSIVE = frozenset((_LOST.code, "examination_unavailable", "examination_timed_out", "examination_out_of_memory"))
_PAGE = 100


class Examine(Protocol):
    """Looks into an open file, as far as `deep` says."""

    def __call__(self, fd: int, format: Format, *, deep: bool) -> Examination: ...


@dataclass(frozen=True, slots=True)
class Verification:
    """Look closer at stored files, and let their assets say what was found."""

    database: Database
    store: BlobStore
    examine: Examine
    policy: Policy
    changed: Callable[[AssetId], None]
    """Told of each asset whose verdict changed, after the commit."""
    now: Callable[[], datetime]

    def deepen_all(self) -> int:
        """Decode in full what was only judged by its structure, one file after another; give how many were judged."""
        judged = 0
        while (asset := self.database.read(verdicts.next_structural)) is not None:
            if not self._look_closer(asset):
                return judged
            judged += 1
        return judged

    def reverify(self, decoders: Sequence[str]) -> Iterator[tuple[Asset, Asset]]:
        """
        Judge again, in full, every asset judged under an older policy or by an older decoder than `decoders`.

        Yields each asset as it was and as it stands now. What is done is not done again: it may be stopped at
        any time and goes on where it was.
        """
        page = self._older(decoders, after="")
        while page:
            for asset in page:
                yield asset, self._judged_again(asset, self._examined(asset))
            page = self._older(decoders, after=page[-1].id)

    def _older(self, decoders: Sequence[str], after: str) -> list[Asset]:
        return self.database.read(lambda tx: verdicts.judged_under_older(tx, decoders, after, _PAGE))

    def _look_closer(self, asset: Asset) -> bool:
        known = self.database.read(lambda tx: verdicts.examination(tx, asset.blob_key) if asset.blob_key else None)
        examined = known if known is not None and known.deep else self._examined(asset)
        if any(finding.code == "examination_unavailable" for finding in examined.damage):
            return False
        if _is_inconclusive(examined):
            self.database.write(lambda tx: verdicts.count_try(tx, asset)).result()
        else:
            self._judged_again(asset, examined)
        return True

    def _examined(self, asset: Asset) -> Examination:
        assert asset.blob_key is not None and asset.info is not None, "only assets with bytes are looked into"
        try:
            fd = self.store.open(asset.blob_key)
        except FileNotFoundError:
            log.error("the bytes of an asset are not in the store; restore them", asset=asset.id, blob=asset.blob_key)
            return Examination(damage=(_LOST,))
        try:
            return self.examine(fd, asset.info.format, deep=True)
        finally:
            os.close(fd)

    def _judged_again(self, asset: Asset, examined: Examination) -> Asset:
        if _is_inconclusive(examined):
            return asset
        assert asset.blob_key is not None and asset.size_bytes is not None, "only assets with bytes are judged"
        now = self.now()
        try:
            info = self.policy.judge(examined, asset.kind)
        except UploadRefused as refusal:
            findings = (refusal.finding, *refusal.others)
            after = self.database.write(lambda tx: verdicts.rejected(tx, asset, examined, findings, now)).result()
        else:
            judged = Judged(asset.blob_key, asset.size_bytes, info, examined)
            after = self.database.write(lambda tx: verdicts.passed(tx, asset, judged, now)).result()
        self.changed(asset.id)
        return after


def _is_inconclusive(examined: Examination) -> bool:
    return any(finding.code in _INCONCLUSIVE for finding in examined.damage)
