"""
Making photo avatars: photographs that were accepted become avatars and images, and previews in which they move.

What there is to do is asked of the tables, so a crash loses nothing: what was being made is made again. Only who has
the row as it was read changes it, so whoever is late finds that another has the word.
"""

import contextlib
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from msgspec import Struct, structs

from greenroom.db import audit, blobs, catalogue, outbox, photos, produced, usage, uses, videos
from greenroom.db.produced import Born
from greenroom.db.sqlite import Database, Transaction
from greenroom.db.uploads import Judged, Numbers
from greenroom.domain import greetings
from greenroom.domain.act import Act, by_system
from greenroom.domain.allowance import Limits, Measure
from greenroom.domain.asset import Asset, AssetState, said_of
from greenroom.domain.formats import FORMATS
from greenroom.domain.ids import AssetId, BlobKey, new_asset_id
from greenroom.domain.media import Examination, Finding, Format, Kind, MediaInfo, sentences
from greenroom.domain.photo_avatar import LOOK_FORMATS, Motion, Photo, PhotoAvatar, PhotoState, Provided
from greenroom.domain.policy import Policy
from greenroom.domain.production import Caller, Video, VideoId, VideoState, new_video_id
from greenroom.domain.video import Aspect, Likeness, Resolution, ScriptVoice, VideoSpec
from greenroom.errors import NotProduced, ParameterError, QuotaExceeded, StorageFull, UploadRefused
from greenroom.services.credits import Credits
from greenroom.services.photos import USER_TYPE, PortraitMaker
from greenroom.storage.incoming import Incoming, Staged
from greenroom.storage.store import BlobStore

log = structlog.get_logger()

_MOST = 100
_MOST_ATTEMPTS = 3
_LOOK_AGAIN_S = 1.0
_FULL_WAIT_S = 30.0
_STOPPED = "portrait_stopped"
_PASSING = frozenset(("portrait_crashed", "portrait_timed_out", "portrait_disk_full"))
_ROOM_BYTES = 64 * 1024 * 1024
_OF_OURS = Examination(deep=True, decoder="by program")
_NO_MEDIA = MediaInfo(Format.JPEG, Kind.IMAGE)
"""Of what was prepared there is none, and none is written."""
_SYSTEM_ERROR = 50000


class _Whole(Struct, frozen=True):
    """A file that was judged good: its temporary file as it is on the disk, its key, and what was seen in it."""

    file: Staged
    judged: Judged


@dataclass(frozen=True, slots=True)
class PhotoMaking:
    """Make avatars, images and previews, one after the other."""

    database: Database
    store: BlobStore
    portraits: PortraitMaker
    examine: Callable[[int, Format], Examination]
    """Decodes an open file in full."""
    policy: Policy
    numbers: Numbers
    limits: Limits
    credits: Credits
    now: Callable[[], datetime]
    changed: Callable[[AssetId], None]
    """Told of each asset whose state changed, after the commit."""
    locale_of: Callable[[str], str]
    """The language tag of a voice, by its id."""
    withdraw: Callable[[Act, VideoId], None]
    """Ends a preview that is being made, and forgets it."""
    provide: Callable[[Photo], Provided] | None = None
    """Has a provider make the images of a description; raises NotProduced."""
    closed: list[bool] = field(default_factory=list)

    def work(self) -> None:
        """Make what is due, until nothing is."""
        now = self.now()
        for avatar in self.database.read(lambda tx: photos.waiting_avatars(tx, now, _MOST)):
            if self.closed:
                return
            self._attempt(avatar)
        for one in self.database.read(lambda tx: photos.moving(tx, now, _MOST)):
            self._move(one)

    def provide_all(self) -> None:
        """Have the provider make what is due: a thread of its own, since that takes minutes."""
        now = self.now()
        for photo in self.database.read(lambda tx: photos.waiting_photos(tx, now, _MOST)):
            if self.closed or self.provide is None:
                return
            self._provided(photo, self.provide)

    def let_go(self) -> None:
        """Condemn what was prepared of deleted avatars, as soon as no accepted video needs it."""
        now = self.now()

        def forget(tx: Transaction) -> None:
            blobs.condemn(tx, photos.let_go(tx, _MOST), now)

        self.database.write(forget).result()

    def close(self) -> None:
        """Begin nothing more."""
        self.closed.append(True)

    # An avatar

    def _attempt(self, avatar: PhotoAvatar) -> None:
        asset = self._asset(avatar.asset_id)
        if asset.state in (AssetState.WAITING, AssetState.VERIFYING):
            self._again(avatar, avatar.attempts, _LOOK_AGAIN_S)
            return
        if asset.state is not AssetState.READY:
            why = f": {asset.findings[0].message}" if asset.findings else "."
            text = f"The photograph {asset.id} {said_of(asset.state)}{why}"
            self._fail(avatar, (Finding("portrait_gone", text, cure="Upload the photograph again."),))
            return
        found = self._failure(avatar, asset)
        if found is not None:
            self._after(avatar, found)

    def _failure(self, avatar: PhotoAvatar, asset: Asset) -> tuple[Finding, ...] | None:
        """Make an avatar; why it was not made, None if it was."""
        try:
            return self._made(avatar, asset)
        except NotProduced as problem:
            return (Finding(problem.code, str(problem)),)
        except QuotaExceeded as problem:
            return (problem.finding,)
        except UploadRefused as problem:
            return (Finding("portrait_crashed", f"An image that was made is not good: {problem}"),)
        except StorageFull as problem:
            return (Finding("portrait_disk_full", str(problem)),)
        except Exception:
            log.exception("a photo avatar failed unforeseen", avatar=avatar.id)
            return (Finding("portrait_crashed", "The server failed; its log has the details."),)

    def _after(self, avatar: PhotoAvatar, found: tuple[Finding, ...]) -> None:
        code = found[0].code
        if code == _STOPPED:
            return
        if code == "portrait_disk_full":
            self._again(avatar, avatar.attempts, _FULL_WAIT_S)
        elif code in _PASSING and avatar.attempts + 1 < _MOST_ATTEMPTS:
            log.warning("a photo avatar is tried again", avatar=avatar.id, reason=found[0].message)
            self._again(avatar, avatar.attempts + 1, _LOOK_AGAIN_S * 4**avatar.attempts)
        else:
            self._fail(avatar, found)

    def _again(self, avatar: PhotoAvatar, attempts: int, wait_s: float) -> None:
        due = self.now() + timedelta(seconds=wait_s)
        after = structs.replace(avatar, attempts=attempts)
        self.database.write(lambda tx: photos.save_avatar(tx, avatar, after, due)).result()

    def _made(self, avatar: PhotoAvatar, asset: Asset) -> tuple[Finding, ...] | None:
        self.store.require_room(_ROOM_BYTES)
        photo = self._photo(avatar)
        names = tuple(LOOK_FORMATS) if photo is not None else ()
        with contextlib.ExitStack() as opened:
            prepared = _received(opened, self.store)
            looks = [_received(opened, self.store) for _ in names]
            aspect = photo.looks.aspect if photo is not None else Aspect.PORTRAIT
            inspected = self._inspected(opened, asset, aspect, prepared, looks)
            if inspected is not None:
                return inspected
            images = [self._image(file, LOOK_FORMATS[name]) for file, name in zip(looks, names, strict=True)]
            wholes = [self._ours(prepared), *images]
            for whole in wholes:
                opened.enter_context(self.store.holds.publishing(whole.judged.blob_key))
            for whole in wholes:
                self.store.keep(whole.file, whole.judged.blob_key)
            self._publish(avatar, photo, wholes[0].judged, [one.judged for one in images])
        return None

    def _inspected(
        self, opened: contextlib.ExitStack, asset: Asset, aspect: Aspect, prepared: Incoming, looks: Sequence[Incoming]
    ) -> tuple[Finding, ...] | None:
        assert asset.blob_key is not None and asset.info is not None, "a ready asset was seen into"
        source = _kept(opened, self.store.open(asset.blob_key))
        into = _kept(opened, os.open(prepared.path, _WRITE))
        files = [_kept(opened, os.open(file.path, _WRITE)) for file in looks]
        found = self.portraits.make(source, asset.info.format, aspect, into, files)
        return found.refusals or None

    def _publish(self, avatar: PhotoAvatar, photo: Photo | None, prepared: Judged, images: list[Judged]) -> None:
        now = self.now()

        def publish(tx: Transaction) -> list[Asset]:
            blobs.keep(tx, prepared.blob_key, prepared.size_bytes, prepared.examination, now)
            after = structs.replace(
                avatar, state=PhotoState.READY, prepared=prepared.blob_key, findings=(), ended_at=now
            )
            if photos.save_avatar(tx, avatar, after, now) is None:
                _disown(tx, [prepared, *images], now)
                return []
            uses.settle(tx, USER_TYPE, avatar.id)
            born = self._completed(tx, photo, images, now) if photo is not None else []
            cover = born[0].path if born else self._asset(avatar.asset_id).path
            if avatar.motion is None:
                told = {"avatar_id": avatar.number, "photo_avatar_id": avatar.id, "status": "completed"}
                told |= {"preview_url": cover, "cover_url": cover}
                _tell(tx, avatar, "generated_photo_avatar_success", told, now)
            audit.note(tx, by_system(avatar.account_id), "photo_avatar.made", avatar.id, now, {"number": avatar.number})
            return born

        try:
            born = self.database.write(publish).result()
        except QuotaExceeded:
            self.database.write(lambda tx: _disown(tx, [prepared, *images], now)).result()
            raise
        for one in born:
            self.changed(one.id)

    def _completed(self, tx: Transaction, photo: Photo, images: list[Judged], now: datetime) -> list[Asset]:
        """Make assets of the images of a photo, and say so."""
        names = list(LOOK_FORMATS) if photo.asset_id is not None else [str(n) for n in range(1, len(images) + 1)]
        born = [
            produced.add_asset(tx, self.numbers, _born(photo, name, judged), now)
            for name, judged in zip(names, images, strict=True)
        ]
        usage.require_within(tx, photo.account_id, self.limits, Measure.ASSETS, Measure.STORED_BYTES)
        after = structs.replace(
            photo, state=PhotoState.READY, images=tuple(one.id for one in born), findings=(), ended_at=now
        )
        saved = photos.save_photo(tx, photo, after, now)
        assert saved is not None, "who has the avatar has its photo"
        told = {"photo_id": photo.id, "photo_urls": [one.path for one in born]}
        outbox.add(tx, photo.account_id, photo.id, "generated_image_success", told, now, photo.callback_url)
        return born

    def _fail(self, avatar: PhotoAvatar, found: tuple[Finding, ...]) -> None:
        now, photo = self.now(), self._photo(avatar)
        after = structs.replace(avatar, state=PhotoState.FAILED, findings=found, ended_at=now)
        log.info("a photo avatar failed", avatar=avatar.id, code=found[0].code)

        def fail(tx: Transaction) -> None:
            if photos.save_avatar(tx, avatar, after, now) is None:
                return
            uses.settle(tx, USER_TYPE, avatar.id)
            if avatar.motion is None:
                error = {"code": _SYSTEM_ERROR, "message": found[0].message}
                told = {"avatar_id": avatar.number, "photo_avatar_id": avatar.id, "status": "failed", "error": error}
                _tell(tx, avatar, "generated_photo_avatar_failed", told, now)
            if photo is not None and photo.avatar_id == avatar.id:
                self._failed_photo(tx, photo, found, now)
            codes = [one.code for one in found]
            audit.note(tx, by_system(avatar.account_id), "photo_avatar.failed", avatar.id, now, {"findings": codes})

        self.database.write(fail).result()

    def _failed_photo(self, tx: Transaction, photo: Photo, found: tuple[Finding, ...], now: datetime) -> None:
        after = structs.replace(photo, state=PhotoState.FAILED, findings=found, ended_at=now)
        if photos.save_photo(tx, photo, after, now) is None:
            return
        if photo.charge_id is not None:
            self.credits.failed(tx, photo.charge_id, now)
        told = {"photo_id": photo.id, "error": found[0].message}
        outbox.add(tx, photo.account_id, photo.id, "generated_image_failed", told, now, photo.callback_url)

    # A motion

    def _move(self, avatar: PhotoAvatar) -> None:
        """Begin the preview of an avatar that is ready, or tell what came of it."""
        motion = avatar.motion
        assert motion is not None, "only those with a motion are listed"
        if avatar.deleted_at is not None or avatar.state is PhotoState.FAILED:
            if motion.video_id is not None:
                self.withdraw(by_system(avatar.account_id), motion.video_id)
            self._unmoved(avatar, motion, sentences(avatar.findings) or "The avatar was deleted.")
            return
        if motion.video_id is None:
            self._begin(avatar, motion)
            return
        video_id = motion.video_id
        video = self.database.read(lambda tx: videos.by_id(tx, video_id))
        if video is None or video.state in (VideoState.FAILED, VideoState.CANCELLED):
            why = sentences(video.findings) if video is not None and video.findings else "Its preview was removed."
            self._unmoved(avatar, motion, why)
        elif video.state is VideoState.COMPLETED:
            self._moved(avatar, motion, video)
        else:
            due = self.now() + timedelta(seconds=_LOOK_AGAIN_S)
            self.database.write(lambda tx: photos.save_avatar(tx, avatar, avatar, due)).result()

    def _begin(self, avatar: PhotoAvatar, motion: Motion) -> None:
        now, video_id = self.now(), new_video_id()
        try:
            locale = self.locale_of(motion.voice_id)
        except ParameterError as problem:
            # It was there when the motion was asked for.
            self._unmoved(avatar, motion, str(problem))
            return
        text = motion.welcome.strip() or greetings.greeting(avatar.name, locale)
        spec = VideoSpec(
            avatar_id=avatar.id,
            voice=ScriptVoice(text, motion.voice_id),
            name=avatar.name,
            aspect=Aspect.PORTRAIT,
            resolution=Resolution.HD,
            likeness=Likeness(avatar.prepared, own_ground=True),
        )
        video = Video(
            id=video_id,
            account_id=avatar.account_id,
            caller=Caller.MOTION,
            state=VideoState.PENDING,
            spec=spec,
            created_at=now,
            folder_id=avatar.folder_id,
        )
        after = structs.replace(avatar, motion=structs.replace(motion, video_id=video_id))

        def begin(tx: Transaction) -> None:
            if photos.save_avatar(tx, avatar, after, now) is not None:
                videos.add(tx, video)

        self.database.write(begin).result()

    def _moved(self, avatar: PhotoAvatar, motion: Motion, video: Video) -> None:
        assert video.outcome is not None, "a completed video has an outcome"
        told: dict[str, object] = {"motion_id": motion.id, "motion_url": video.outcome.film}
        told |= {"photo_url": self._asset(avatar.asset_id).path, "avatar_id": avatar.number}
        self._end(avatar, motion, "generated_motion_success", told, refund=False)

    def _unmoved(self, avatar: PhotoAvatar, motion: Motion, why: str) -> None:
        failed = structs.replace(motion, error=why)
        self._end(avatar, failed, "generated_motion_failed", {"motion_id": motion.id, "error": why}, refund=True)

    def _end(self, avatar: PhotoAvatar, motion: Motion, type_: str, told: dict[str, object], *, refund: bool) -> None:
        now = self.now()
        after = structs.replace(avatar, motion=structs.replace(motion, ended=True))

        def end(tx: Transaction) -> None:
            if photos.save_avatar(tx, avatar, after, now) is None:
                return
            if refund and motion.charge_id is not None:
                self.credits.failed(tx, motion.charge_id, now)
            outbox.add(tx, avatar.account_id, motion.id, type_, told, now)
            audit.note(tx, by_system(avatar.account_id), type_.replace("generated_", "", 1), motion.id, now)

        self.database.write(end).result()

    # A description

    def _provided(self, photo: Photo, provide: Callable[[Photo], Provided]) -> None:
        try:
            # Before the provider is asked: it is paid each time.
            self.store.require_room(_ROOM_BYTES)
            self._imagine(photo, provide(photo))
        except (NotProduced, UploadRefused) as problem:
            self._not_provided(photo, Finding(problem.code, str(problem)))
        except StorageFull:
            due = self.now() + timedelta(seconds=_FULL_WAIT_S)
            self.database.write(lambda tx: photos.save_photo(tx, photo, photo, due)).result()
        except Exception:
            log.exception("the images of a description failed unforeseen", photo=photo.id)
            self._not_provided(photo, Finding("portrait_crashed", "The server failed; its log has the details."))

    def _not_provided(self, photo: Photo, found: Finding) -> None:
        now = self.now()
        self.database.write(lambda tx: self._failed_photo(tx, photo, (found,), now)).result()

    def _imagine(self, photo: Photo, given: Provided) -> None:
        now = self.now()
        with contextlib.ExitStack() as opened:
            images = []
            for data in given.images:
                file = _received(opened, self.store)
                file.write((data,))
                images.append(self._image(file, given.format))
            for whole in images:
                opened.enter_context(self.store.holds.publishing(whole.judged.blob_key))
                self.store.keep(whole.file, whole.judged.blob_key)
            judged = [whole.judged for whole in images]
            try:
                born = self.database.write(lambda tx: self._completed(tx, photo, judged, now)).result()
            except QuotaExceeded:
                self.database.write(lambda tx: _disown(tx, judged, now)).result()
                raise
        for one in born:
            self.changed(one.id)

    # Files

    def _image(self, file: Incoming, format_: Format) -> _Whole:
        """An image that another process or server made: believed no more than what is sent to us."""
        fd = file.reopened()
        try:
            examined = self.examine(fd, format_)
        finally:
            os.close(fd)
        info = self.policy.judge(examined, Kind.IMAGE)
        staged = self.store.staged(file.name)
        self.store.sync(file)
        return _Whole(staged, Judged(BlobKey(staged.digest()), staged.size_bytes, info, examined))

    def _ours(self, file: Incoming) -> _Whole:
        """What was prepared: no file of media; only our own processes read it."""
        staged = self.store.staged(file.name)
        self.store.sync(file)
        return _Whole(staged, Judged(BlobKey(staged.digest()), staged.size_bytes, _NO_MEDIA, _OF_OURS))

    def _photo(self, avatar: PhotoAvatar) -> Photo | None:
        """The photo whose images are made together with an avatar."""
        photo_id = avatar.photo_id
        found = self.database.read(lambda tx: photos.photo(tx, photo_id)) if photo_id is not None else None
        return found if found is not None and found.avatar_id == avatar.id else None

    def _asset(self, asset_id: AssetId) -> Asset:
        found = self.database.read(lambda tx: catalogue.asset(tx, asset_id))
        assert found is not None, f"asset {asset_id} is gone"
        return found


_WRITE = os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW


def _received(opened: contextlib.ExitStack, store: BlobStore) -> Incoming:
    file = store.receive()
    opened.callback(file.discard)
    return file


def _kept(opened: contextlib.ExitStack, descriptor: int) -> int:
    opened.callback(os.close, descriptor)
    return descriptor


def _born(photo: Photo, look: str, judged: Judged) -> Born:
    extension = FORMATS[judged.info.format].extensions[0]
    id_ = new_asset_id(Kind.IMAGE)
    return Born(id_, photo.account_id, f"{photo.name} ({look})", extension, photo.folder_id, judged)


def _tell(tx: Transaction, avatar: PhotoAvatar, type_: str, told: dict[str, object], now: datetime) -> None:
    outbox.add(tx, avatar.account_id, avatar.id, type_, told, now, avatar.callback_url)


def _disown(tx: Transaction, refused: list[Judged], now: datetime) -> None:
    for one in refused:
        blobs.keep(tx, one.blob_key, one.size_bytes, one.examination, now)
    blobs.condemn(tx, [one.blob_key for one in refused], now)
