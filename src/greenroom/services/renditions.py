"""
Renditions: copies of assets by a recipe, made in the background one at a time.

What there is to do is asked of the table, so a crash loses nothing: what was being made is made again, into a
file of its own, and whoever finishes last finds that another attempt has the word.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from greenroom.db import audit, catalogue, library, renditions
from greenroom.db.sqlite import Database, Transaction
from greenroom.domain.act import Act
from greenroom.domain.asset import Asset, AssetState
from greenroom.domain.formats import FORMATS
from greenroom.domain.ids import AssetId, BlobKey
from greenroom.domain.media import Examination, Finding, Format
from greenroom.domain.optimize_findings import CANCELLED, PASSING, remark
from greenroom.domain.policy import Policy
from greenroom.domain.recipe import Recipe, recipe_from
from greenroom.domain.rendition import Optimized, Rendition, RenditionId, RenditionState, new_rendition_id
from greenroom.errors import AssetNotReady, NotFound, NotOptimized, StorageFull, UploadRefused
from greenroom.services.delivery import OpenBlob
from greenroom.storage.incoming import Incoming
from greenroom.storage.store import BlobStore

log = structlog.get_logger()

MOST_ATTEMPTS = 2
_MOST_STARTS = 4

Make = Callable[[int, int, Recipe, Callable[[float], None]], Optimized]
"""Writes a copy of one open file into another; raises NotOptimized."""


@dataclass(frozen=True, slots=True)
class ShownRendition:
    """What stands at a rendition's address: its bytes, or none when its asset is no longer there."""

    rendition: Rendition
    asset: Asset
    content_type: str
    blob: OpenBlob | None


@dataclass(frozen=True, slots=True)
class Renditions:
    """Take wishes for copies, make them, find them."""

    database: Database
    store: BlobStore
    make: Make
    examine: Callable[[int, Format], Examination]
    policy: Policy
    now: Callable[[], datetime]
    preset: str = "veryfast"
    under_way: dict[RenditionId, float] = field(default_factory=dict)
    """How far each that is being made has come, from 0 to 1."""

    def ask(self, act: Act, named: str, wishes: Mapping[str, object]) -> Rendition:
        """
        The rendition by these wishes, which is made soon if it is not there; equal wishes find the same one.

        Raises NotFound, AssetNotReady while the asset has no bytes, ParameterError for wishes that make no recipe.
        """
        asset = self._seen(act, named)
        if asset.state is not AssetState.READY:
            raise AssetNotReady(asset.state.value)
        recipe = recipe_from(asset.kind, wishes, preset=self.preset)
        now = self.now()
        new = Rendition(
            new_rendition_id(), asset.id, asset.account_id, recipe, RenditionState.PENDING, attempts=0, created_at=now
        )

        def work(tx: Transaction) -> Rendition:
            found = renditions.add(tx, new)
            audit.note(tx, act, "rendition.asked", found.id, now, {"asset_id": asset.id})
            return found

        return self.database.write(work).result()

    def of_asset(self, act: Act, named: str) -> list[Rendition]:
        """All renditions of an asset, oldest first. Raises NotFound."""
        asset = self._seen(act, named)
        return self.database.read(lambda tx: renditions.of_asset(tx, asset.account_id, asset.id))

    def one(self, act: Act, named: str, rendition_id: RenditionId) -> Rendition:
        """One rendition. Raises NotFound, for a foreign one too."""
        asset = self._seen(act, named)
        found = self.database.read(lambda tx: renditions.by_id(tx, rendition_id))
        if found is None or found.asset_id != asset.id:
            raise NotFound(f"There is no rendition {rendition_id[:60]!r} of this asset.")
        return found

    def progress(self, rendition: Rendition) -> float:
        """How much of it is done, from 0 to 1."""
        return 1.0 if rendition.state is RenditionState.READY else self.under_way.get(rendition.id, 0.0)

    def shown(self, segment: str) -> ShownRendition | None:
        """What stands at `/renditions/<segment>`, None if nothing ever did."""
        id_, dot, extension = segment.partition(".")
        found = self.database.read(lambda tx: renditions.by_id(tx, RenditionId(id_)))
        if found is None or found.format is None or not dot or extension != FORMATS[found.format].extensions[0]:
            return None
        asset = self.database.read(lambda tx: catalogue.asset(tx, found.asset_id))
        assert asset is not None
        mime = FORMATS[found.format].mime
        if asset.state is not AssetState.READY:
            return ShownRendition(found, asset, mime, None)
        assert found.blob_key is not None and found.optimized is not None
        blob = OpenBlob(self.store.open(found.blob_key), found.optimized.after.size_bytes)
        return ShownRendition(found, asset, mime, blob)

    def work(self) -> None:
        """Make what is waiting, one after the other, until nothing is."""
        while self.database.read(renditions.next_waiting) is not None:
            attempt = self.database.write(renditions.claim_next).result()
            if attempt is not None and not self._attempt(attempt):
                return

    def _attempt(self, attempt: Rendition) -> bool:
        """Make one; False when the making was stopped, since then nothing more may begin."""
        self.under_way[attempt.id] = 0.0
        try:
            self._made(attempt)
        except NotOptimized as problem:
            return self._after(attempt, problem.finding)
        except UploadRefused as problem:
            return self._after(attempt, problem.finding)
        except StorageFull as problem:
            self._fail(attempt, remark("optimize_disk_full", str(problem)))
        finally:
            self.under_way.pop(attempt.id, None)
        return True

    def _after(self, attempt: Rendition, finding: Finding) -> bool:
        if finding.code == CANCELLED:
            self.database.write(lambda tx: renditions.put_back(tx, attempt)).result()
            return False
        if finding.code in PASSING and attempt.attempts < MOST_ATTEMPTS:
            log.warning("a rendition is tried again", rendition=attempt.id, reason=finding.message)
            self.database.write(lambda tx: renditions.retry(tx, attempt, (finding,))).result()
        else:
            self._fail(attempt, finding)
        return True

    def _fail(self, attempt: Rendition, finding: Finding) -> None:
        now, asset = self.now(), self._asset(attempt.asset_id)
        log.info("a rendition failed", rendition=attempt.id, code=finding.code)

        def fail(tx: Transaction) -> None:
            if renditions.fail(tx, attempt, (finding,)):
                renditions.add_failed_event(tx, attempt, asset, finding, now)

        self.database.write(fail).result()

    def _made(self, attempt: Rendition) -> None:
        if attempt.attempts > _MOST_STARTS:
            text = f"The server ended {_MOST_STARTS} times while this copy was made; it is not tried again."
            raise NotOptimized(remark("optimize_interrupted", text))
        asset = self._asset(attempt.asset_id)
        if asset.state is not AssetState.READY or asset.blob_key is None:
            raise NotOptimized(remark("optimize_original_gone", f"The original is {asset.state.value}."))
        self.store.require_room(asset.size_bytes or 0)
        target = self.store.receive()
        try:
            optimized = self._copied(attempt, asset.blob_key, target)
            self._publish(attempt, asset, optimized, target)
        finally:
            target.discard()

    def _copied(self, attempt: Rendition, original: BlobKey, target: Incoming) -> Optimized:
        def note(done: float) -> None:
            self.under_way[attempt.id] = done

        try:
            source = self.store.open(original)
        except FileNotFoundError as problem:
            log.error("the bytes of an asset are not in the store; restore them", blob=original)
            raise NotOptimized(remark("optimize_original_gone", "The bytes of the original are lost.")) from problem
        try:
            into = os.open(target.path, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
            try:
                return self.make(source, into, attempt.recipe, note)
            finally:
                os.close(into)
        finally:
            os.close(source)

    def _publish(self, attempt: Rendition, asset: Asset, optimized: Optimized, target: Incoming) -> None:
        fd = target.reopened()
        try:
            examined = self.examine(fd, optimized.format)
        finally:
            os.close(fd)
        # What we make ourselves is believed no more than what is sent to us.
        self.policy.judge(examined, FORMATS[optimized.format].kind)
        # Its bytes were written by another process: what hash and size it has is read from the file.
        staged = self.store.staged(target.name)
        key = BlobKey(staged.digest())
        self.store.sync(target)
        now = self.now()
        with self.store.holds.publishing(key):
            self.store.keep(staged, key)
            self.database.write(
                lambda tx: renditions.publish(tx, attempt, asset, optimized, examined, key, now)
            ).result()

    def _seen(self, act: Act, named: str) -> Asset:
        return self.database.read(lambda tx: library.seen(tx, act, named))

    def _asset(self, asset_id: AssetId) -> Asset:
        found = self.database.read(lambda tx: catalogue.asset(tx, asset_id))
        assert found is not None, f"asset {asset_id} is gone"
        return found
