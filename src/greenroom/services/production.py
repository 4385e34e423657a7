"""
Production: videos as their owners see them, from the wish to the finished asset.

A video waits in its row until `services/making` takes it up; nothing here waits for a render.
"""

import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from msgspec import structs

from greenroom.db import audit, blobs, catalogue, folders, library, outbox, usage, uses, videos
from greenroom.db.sqlite import Database, Transaction
from greenroom.domain.act import Act
from greenroom.domain.allowance import Limits
from greenroom.domain.folder import TOP
from greenroom.domain.ids import AssetId, BlobKey
from greenroom.domain.media import Finding
from greenroom.domain.production import (
    AVATAR_VIDEOS,
    Caller,
    Files,
    Progress,
    Step,
    Video,
    VideoId,
    VideoState,
    new_video_id,
)
from greenroom.domain.production_findings import lasting, merged
from greenroom.domain.video import VideoSpec, sources
from greenroom.domain.video_wish import VideoWish
from greenroom.errors import NotFound, VideoOver
from greenroom.services.credits import Credits
from greenroom.services.delivery import OpenBlob
from greenroom.services.video_standing import Waits, standing
from greenroom.services.video_wishes import Brief, VideoWishes
from greenroom.storage.store import BlobStore

USER_TYPE = "video"
"""What a video is called among the users of an asset."""
NEWEST = (float("inf"), "")
"""Where a list of videos begins."""
_CREDIT_S = 120.0


@dataclass(slots=True)
class UnderWay:
    """An attempt at a video that is being made now; what is known of it stands in no row."""

    progress: Progress = Progress(Step.WAITING, 0.0)
    stop: threading.Event = field(default_factory=threading.Event)
    """Set when nobody wants it any more, or the server ends."""


class ShownFile(NamedTuple):
    """What stands at the address of a file of a video: its bytes, or none when its film is no longer there."""

    video: Video
    content_type: str
    blob_key: BlobKey
    blob: OpenBlob | None


_FILES = {
    "cover.jpg": ("cover", "image/jpeg"),
    "captions.srt": ("srt", "application/x-subrip; charset=utf-8"),
    "captions.vtt": ("vtt", "text/vtt; charset=utf-8"),
}


@dataclass(frozen=True, slots=True)
class Production:
    """Take wishes for videos, find them, end and repeat them. What a key may not see is not there: NotFound."""

    database: Database
    store: BlobStore
    wishes: VideoWishes
    credits: Credits
    limits: Limits
    now: Callable[[], datetime]
    changed: Callable[[AssetId], None]
    """Told of each asset whose state changed, after the commit."""
    under_way: dict[VideoId, UnderWay] = field(default_factory=dict)
    """Shared with whoever makes them."""
    callers: frozenset[Caller] = AVATAR_VIDEOS
    """Only what these calls asked for is found here; whatever is accepted is made."""

    def create(self, act: Act, wish: VideoWish, caller: Caller) -> Video:
        """
        Have a video made soon, and charge for it. Blocks for lookups of addresses.

        Raises ParameterError that names the field, AddressRefused, InsufficientCredit, QuotaExceeded if the account
        may not have one more asset, and what imports raise.
        """
        brief = self.wishes.brief(act, wish)
        return self.accept(act, brief, caller, wish.webhook_url)

    def accept(
        self, act: Act, brief: Brief, caller: Caller, callback_url: str = "", video_id: VideoId | None = None
    ) -> Video:
        """
        Have what is known to be good made soon, and charge for it.

        Raises InsufficientCredit, QuotaExceeded.
        """
        now, id_ = self.now(), video_id or new_video_id()

        def add(tx: Transaction) -> Video:
            usage.require_room_for_asset(tx, act.account_id, self.limits)
            charge_id = self.credits.charge(tx, act, cost(brief.spec, brief.estimated_s), id_, now)
            video = Video(
                id=id_,
                account_id=act.account_id,
                caller=caller,
                state=VideoState.PENDING,
                spec=brief.spec,
                created_at=now,
                warnings=brief.warnings,
                callback_url=callback_url or None,
                charge_id=charge_id,
                folder_id=act.within or TOP,
            )
            videos.add(tx, video)
            self._use(tx, video, now)
            audit.note(tx, act, "video.created", id_, now, {"caller": caller, "avatar": brief.spec.avatar_id})
            return video

        return self.database.write(add).result()

    def one(self, act: Act, video_id: VideoId) -> Video:
        """One video. Raises NotFound, for a foreign one too."""
        return self.database.read(lambda tx: self._seen(tx, act, video_id))

    def page(
        self,
        act: Act,
        before: tuple[float, str] = NEWEST,
        most: int = 20,
        states: Collection[VideoState] = (),
    ) -> list[Video]:
        """
        Up to `most` videos, newest first, after the one with that Unix time and id.

        `states` are those wanted, none given are all.
        """
        return self.database.read(lambda tx: videos.page(tx, act, before, most, states, self.callers))

    def numbered(
        self, act: Act, number: int, size: int, states: Collection[VideoState] = (), *, oldest_first: bool = False
    ) -> tuple[list[Video], int]:
        """The page of that number, from 1, of pages of that size, and how many videos there are in all."""
        after = (number - 1) * size
        return self.database.read(
            lambda tx: videos.numbered(tx, act, after, size, states, self.callers, oldest_first=oldest_first)
        )

    def cancel(self, act: Act, video_id: VideoId) -> Video:
        """
        End a video that is not finished; what was charged for it is given back. Doing so twice changes nothing.

        Raises NotFound, and VideoOver for one that is completed or has failed.
        """
        now = self.now()
        cancelled = self.database.write(
            lambda tx: self._cancelled(tx, act, self._seen(tx, act, video_id), now)
        ).result()
        self._stop(video_id)
        return cancelled

    def withdraw(self, act: Act, video_id: VideoId) -> None:
        """End a video that nobody wants any more, and forget it; one that has ended stays, and none is none."""
        now = self.now()

        def remove(tx: Transaction) -> None:
            video = videos.seen(tx, act, video_id, self.callers)
            if video is not None and not video.ended:
                videos.remove(tx, self._cancelled(tx, act, video, now))

        self.database.write(remove).result()
        self._stop(video_id)

    def retry(self, act: Act, video_id: VideoId) -> Video:
        """
        Have a video that failed or was cancelled made again by the same spec; it is charged again if it was refunded.

        Raises NotFound, VideoOver for one that is completed, has not ended, or is made of what is gone for good, and
        InsufficientCredit.
        """
        now = self.now()

        def again(tx: Transaction) -> Video:
            video = self._seen(tx, act, video_id)
            if video.state not in (VideoState.FAILED, VideoState.CANCELLED):
                raise VideoOver(video.state.value, "Only one that failed or was cancelled is tried again.")
            found = standing(tx, video.spec)
            if isinstance(found, Finding):
                raise VideoOver(video.state.value, f"It cannot be tried again. {found.message} {found.cure}")
            awaited = found.warnings if isinstance(found, Waits) else ()
            charge_id = self.credits.charge_again(tx, act, video.charge_id, now) if video.charge_id else None
            pending = structs.replace(
                video,
                state=VideoState.PENDING,
                attempts=0,
                ended_at=None,
                findings=(),
                warnings=merged(video.warnings, awaited),
                charge_id=charge_id,
            )
            self._use(tx, pending, now)
            audit.note(tx, act, "video.retried", video_id, now, {"was": video.state})
            return _saved(tx, video, pending, now)

        return self.database.write(again).result()

    def delete(self, act: Act, video_id: VideoId, *, force: bool = False) -> None:
        """
        Forget a video, after ending it if it is not finished. Its film goes the way of a deleted asset, and can be
        restored like one, unless it was moved to where the key sees nothing; cover and captions are gone.

        Raises NotFound, and AssetInUse while something pending is to be made from the film, unless forced.
        """
        now = self.now()

        def remove(tx: Transaction) -> Video:
            video = self._seen(tx, act, video_id)
            if not video.ended:
                video = self._cancelled(tx, act, video, now)
            outcome = video.outcome
            film = catalogue.asset(tx, outcome.asset_id) if outcome is not None else None
            if film is not None and folders.is_within(tx, act, film.folder_id):
                library.delete(tx, act, film, force, now)
            videos.remove(tx, video)
            if outcome is not None:
                blobs.condemn(tx, [key for key in (outcome.cover, outcome.srt, outcome.vtt) if key], now)
            audit.note(tx, act, "video.deleted", video_id, now, {"was": video.state})
            return video

        removed = self.database.write(remove).result()
        self._stop(video_id)
        if removed.outcome is not None:
            self.changed(removed.outcome.asset_id)

    def progress(self, video: Video) -> Progress:
        """How far it is."""
        if video.state is VideoState.COMPLETED:
            return Progress(Step.CHECKING, 1.0, 0.0)
        going = self.under_way.get(video.id)
        if going is None or video.state is not VideoState.PROCESSING:
            return Progress(Step.WAITING, 0.0)
        return going.progress

    def files(self, video: Video) -> Files:
        """Where its files are, as paths; without its film none of them can be had."""
        outcome = video.outcome
        if outcome is None or video.film_gone:
            return Files()
        base = f"/videos/{video.id}"
        return Files(
            film=outcome.film,
            cover=f"{base}/cover.jpg",
            srt=f"{base}/captions.srt" if outcome.srt else None,
            vtt=f"{base}/captions.vtt" if outcome.vtt else None,
        )

    def shown(self, path: str) -> ShownFile | None:
        """What stands at `/videos/<path>`, None if nothing does."""
        id_, _, name = path.partition("/")
        found = self.database.read(lambda tx: videos.by_id(tx, VideoId(id_)))
        if found is None or found.outcome is None or name not in _FILES:
            return None
        attribute, content_type = _FILES[name]
        key = getattr(found.outcome, attribute)
        if key is None:
            return None
        if found.film_gone:
            return ShownFile(found, content_type, key, None)
        size = self.database.read(lambda tx: blobs.size_bytes(tx, key))
        return ShownFile(found, content_type, key, OpenBlob(self.store.open(key), size))

    def _seen(self, tx: Transaction, act: Act, video_id: VideoId) -> Video:
        found = videos.seen(tx, act, video_id, self.callers)
        if found is None:
            raise NotFound(f"There is no video {video_id[:60]!r} in this account.")
        return found

    def _use(self, tx: Transaction, video: Video, now: datetime) -> None:
        for source in sources(video.spec):
            asset = catalogue.asset(tx, source.asset_id)
            assert asset is not None, f"asset {source.asset_id} is gone"
            uses.add(tx, asset, USER_TYPE, video.id, now)

    def _cancelled(self, tx: Transaction, act: Act, video: Video, now: datetime) -> Video:
        if video.state is VideoState.CANCELLED:
            return video
        if video.ended:
            raise VideoOver(video.state.value, "There is nothing to cancel; delete it if it is not wanted.")
        over = structs.replace(video, state=VideoState.CANCELLED, warnings=lasting(video.warnings), ended_at=now)
        ended = _saved(tx, video, over, now)
        if video.charge_id is not None:
            self.credits.failed(tx, video.charge_id, now)
        uses.settle(tx, USER_TYPE, video.id)
        if video.is_told:
            told = {"video_id": video.id, "status": ended.state.value}
            outbox.add(tx, video.account_id, video.id, "video.cancelled", told, now, video.callback_url)
        audit.note(tx, act, "video.cancelled", video.id, now, {"was": video.state})
        return ended

    def _stop(self, video_id: VideoId) -> None:
        going = self.under_way.get(video_id)
        if going is not None:
            going.stop.set()


def cost(spec: VideoSpec, length_s: float) -> float:
    """
    Credits for a video of that length: one for every two minutes that are begun; with a take one for 125 seconds,
    rounded up to the hundredth (contract 1.8).
    """
    if spec.take is not None:
        return max(1, -(-round(length_s * 1000) // 1250)) / 100
    return float(max(1, -(-round(length_s * 1000) // round(_CREDIT_S * 1000))))


def _saved(tx: Transaction, before: Video, after: Video, now: datetime) -> Video:
    # It was read in the same transaction, so nobody can have changed it.
    saved = videos.save(tx, before, after, now)
    assert saved is not None, f"video {before.id} is gone"
    return saved
