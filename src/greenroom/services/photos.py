"""
Photos: photographs that become avatars, as their owners see them, from the wish to the avatar that can be used.

The photograph is looked at before anything is charged or queued; what is to be made stands in rows, and
`services/photo_making` makes it.
"""

import os
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from msgspec import structs

from greenroom.db import audit, catalogue, photos, uses, videos
from greenroom.db.sqlite import Database, Transaction
from greenroom.domain import labels
from greenroom.domain.act import Act
from greenroom.domain.asset import Asset, AssetState
from greenroom.domain.folder import TOP
from greenroom.domain.ids import AssetId
from greenroom.domain.media import Finding, Format, Kind
from greenroom.domain.photo_avatar import (
    MOTION_CREDITS,
    PHOTO_CREDITS,
    Consent,
    Inspected,
    Motion,
    MotionId,
    MotionWish,
    Photo,
    PhotoAvatar,
    PhotoId,
    PhotoState,
    PortraitWish,
    new_motion_id,
    new_photo_avatar_id,
    new_photo_id,
)
from greenroom.domain.production import Video
from greenroom.domain.video import Aspect
from greenroom.domain.video_wish import Named
from greenroom.errors import FaceMissing, FacesSeveral, FaceUnfit, NotFound, ParameterError
from greenroom.services.credits import Credits
from greenroom.services.named_assets import NamedAssets, Resolve
from greenroom.storage.store import BlobStore
from greenroom.studio.notice import Notice

USER_TYPE = "photo_avatar"
"""What an avatar in the making is called among the users of an asset."""
NEWEST = (float("inf"), "")
"""Where a list of avatars begins."""
_REFUSALS = {
    "no_face": FaceMissing,
    "no_human_face": FaceMissing,
    "several_faces": FacesSeveral,
}
_CONSENT_MAX = 2000


class PortraitMaker(Protocol):
    """Who looks at photographs, in a process of its own (`render.portraits`)."""

    def require_models(self) -> None:
        """Raise ModelsMissing unless what finds faces is installed."""

    def judge(self, source: int, format_: Format) -> Inspected:
        """What speaks against an avatar of an open photograph; raises NotProduced if it cannot be looked at."""

    def advise(self, source: int, format_: Format) -> Inspected:
        """The same, with what would not be best of an avatar that can be made."""

    def make(self, source: int, format_: Format, aspect: Aspect, prepared: int, looks: Sequence[int]) -> Inspected:
        """The same, with the avatar and the four images written into open files where nothing does."""


@dataclass(frozen=True, slots=True)
class Photos:
    """Take wishes for photo avatars, find and delete them. What a key may not see is not there: NotFound."""

    database: Database
    store: BlobStore
    portraits: PortraitMaker
    resolve: Resolve
    check_receiver: Callable[[str, str], object]
    """Raises AddressRefused for an address that may not be told anything."""
    check_voice: Callable[[str, str, float, str | None], tuple[str, Sequence[Notice]]]
    """Raises ParameterError for a voice that there is not, and for a script in which it has nothing to say."""
    credits: Credits
    now: Callable[[], datetime]
    require_consent: bool = False
    has_provider: bool = False
    """Whether an image provider makes portraits of descriptions."""

    def generate(self, act: Act, wish: PortraitWish) -> Photo:
        """
        Have the four images of a photograph made, and an avatar of it; or of a description four images alone.

        Blocks while the photograph is looked at. Raises ParameterError, PortraitRefused, ModelsMissing,
        InsufficientCredit, NotProduced for a photograph that cannot be looked at, and what imports raise.
        """
        if wish.callback_url:
            self.check_receiver(wish.callback_url, wish.callback_field)
        name = labels.name(wish.name) if wish.name.strip() else ""
        if wish.photograph is None:
            return self._described(act, wish, name)
        consent = self._consent(act, wish.consent)
        asset = self._good_portrait(act, wish.photograph)
        return self.database.write(lambda tx: self._add(tx, act, wish, name, consent, asset)[0]).result()

    def create(self, act: Act, wish: PortraitWish) -> PhotoAvatar:
        """The same, for a photograph; what is given is the avatar."""
        if wish.photograph is None:
            raise ParameterError("asset", "is required: the photograph, by the id, number or address of an image")
        photo = self.generate(act, wish)
        assert photo.avatar_id is not None, "an avatar is made of a photograph"
        return self.avatar(act, photo.avatar_id)

    def animate(self, act: Act, wish: MotionWish) -> PhotoAvatar:
        """
        Have an avatar made of a photograph, and a preview in which it greets with a voice.

        Raises as `generate` does, ParameterError for an unknown voice or model and for a welcome that it cannot say,
        NotFound for an unknown photo.
        """
        if wish.model not in MOTION_CREDITS:
            raise ParameterError("model", f"is {wish.model[:40]!r}; allowed are {', '.join(MOTION_CREDITS)}")
        self._check_welcome(wish)
        consent = self._consent(act, wish.consent)
        photo_id = self._photo_of(act, wish.photo_id)
        asset = self._good_portrait(act, wish.photograph)
        now = self.now()
        motion = Motion(new_motion_id(), wish.model, wish.voice_id, wish.description, wish.welcome)

        def add(tx: Transaction) -> PhotoAvatar:
            charge_id = self.credits.charge(tx, act, MOTION_CREDITS[wish.model], motion.id, now)
            avatar = self._avatar(act, wish.name, consent, asset, now)
            charged = structs.replace(motion, charge_id=charge_id)
            return self._added(tx, act, structs.replace(avatar, photo_id=photo_id, motion=charged), asset, now)

        return self.database.write(add).result()

    def inspect(self, act: Act, named: Named) -> tuple[Asset, Inspected]:
        """
        What speaks against an avatar of an asset, and what would not be best of one; nothing is changed or charged for.

        Raises ParameterError for an asset that is no verified image, ModelsMissing, NotProduced.
        """
        self.portraits.require_models()
        asset = self._asset(act, named)
        if asset.state is not AssetState.READY:
            raise ParameterError(named.field, f"is {asset.id}, which is {asset.state.value}; wait until it is ready")
        return asset, self._seen_by(self.portraits.advise, asset)

    def photo(self, act: Act, photo_id: PhotoId) -> Photo:
        """One photo. Raises NotFound, for a foreign one too."""
        found = self.database.read(lambda tx: photos.seen_photo(tx, act, photo_id))
        if found is None:
            raise NotFound(f"There is no photo {photo_id[:60]!r} in this account.")
        return found

    def avatar(self, act: Act, named: str) -> PhotoAvatar:
        """The avatar of that id or number. Raises NotFound, for a foreign or deleted one too."""
        found = self.database.read(lambda tx: photos.seen_avatar(tx, act, named))
        if found is None:
            raise NotFound(f"There is no photo avatar {named[:60]!r} in this account.")
        return found

    def of_motion(self, act: Act, motion_id: MotionId) -> PhotoAvatar:
        """The avatar of a motion. Raises NotFound."""
        found = self.database.read(lambda tx: photos.of_motion(tx, act, motion_id))
        if found is None:
            raise NotFound(f"There is no motion {motion_id[:60]!r} in this account.")
        return found

    def page(
        self, act: Act, before: tuple[float, str] = NEWEST, most: int = 20, states: Collection[PhotoState] = ()
    ) -> list[PhotoAvatar]:
        """Up to `most` avatars, newest first, after the one with that Unix time and id."""
        return self.database.read(lambda tx: photos.page(tx, act, before, most, states))

    def numbered(
        self, act: Act, number: int, size: int, states: Collection[PhotoState] = (), name: str = ""
    ) -> tuple[list[PhotoAvatar], int]:
        """The page of that number, from 1, of avatars whose names have `name` in them, and how many there are."""
        return self.database.read(lambda tx: photos.numbered(tx, act, (number - 1) * size, size, states, name))

    def preview(self, avatar: PhotoAvatar) -> Video | None:
        """The video in which an avatar greets; None without one, or when it was removed."""
        video_id = avatar.motion.video_id if avatar.motion is not None else None
        return self.database.read(lambda tx: videos.by_id(tx, video_id)) if video_id is not None else None

    def paths(self, asset_ids: Sequence[AssetId]) -> list[str]:
        """Where assets are."""
        return [asset.path for asset in self.database.read(lambda tx: catalogue.assets_in_order(tx, asset_ids))]

    def images(self, avatar: PhotoAvatar) -> Photo | None:
        """The photo that an avatar was made with, None if it was made alone."""
        photo_id = avatar.photo_id
        return self.database.read(lambda tx: photos.photo(tx, photo_id)) if photo_id is not None else None

    def delete(self, act: Act, named: str) -> PhotoAvatar:
        """
        Delete an avatar and what was prepared of the face; videos that were accepted are still made with it.

        A preview that is not finished ends. The photograph, the images and the preview are assets, and stay until they
        are deleted as such. Raises NotFound.
        """
        now = self.now()

        def remove(tx: Transaction) -> PhotoAvatar:
            avatar = photos.seen_avatar(tx, act, named)
            if avatar is None:
                raise NotFound(f"There is no photo avatar {named[:60]!r} in this account.")
            state = PhotoState.FAILED if avatar.state is PhotoState.PENDING else avatar.state
            gone = structs.replace(avatar, state=state, deleted_at=now)
            if avatar.state is PhotoState.PENDING:
                uses.settle(tx, USER_TYPE, avatar.id)
                self._refund(tx, avatar, now)
            saved = photos.save_avatar(tx, avatar, gone, now)
            assert saved is not None, "it was read in this transaction"
            audit.note(tx, act, "photo_avatar.deleted", avatar.id, now, {"number": avatar.number})
            return saved

        return self.database.write(remove).result()

    def _refund(self, tx: Transaction, avatar: PhotoAvatar, now: datetime) -> None:
        """End what is not made yet of an avatar that is deleted, and give back what was charged for it."""
        if avatar.motion is not None and avatar.motion.charge_id is not None:
            self.credits.failed(tx, avatar.motion.charge_id, now)
        photo = photos.photo(tx, avatar.photo_id) if avatar.photo_id is not None else None
        if photo is None or photo.state is not PhotoState.PENDING or photo.avatar_id != avatar.id:
            return
        found = Finding("avatar_deleted", "The avatar was deleted before its images were made.")
        photos.save_photo(
            tx, photo, structs.replace(photo, state=PhotoState.FAILED, findings=(found,), ended_at=now), now
        )
        if photo.charge_id is not None:
            self.credits.failed(tx, photo.charge_id, now)

    # Making rows

    def _add(
        self, tx: Transaction, act: Act, wish: PortraitWish, name: str, consent: Consent | None, asset: Asset
    ) -> tuple[Photo, PhotoAvatar]:
        now, photo_id = self.now(), new_photo_id()
        charge_id = self.credits.charge(tx, act, PHOTO_CREDITS, photo_id, now)
        avatar = self._avatar(act, name or _bare(asset.name), consent, asset, now)
        avatar = structs.replace(avatar, photo_id=photo_id, callback_url=wish.callback_url or None)
        photo = Photo(
            id=photo_id,
            account_id=act.account_id,
            state=PhotoState.PENDING,
            looks=wish.looks,
            created_at=now,
            name=avatar.name,
            asset_id=asset.id,
            avatar_id=avatar.id,
            charge_id=charge_id,
            folder_id=act.within or TOP,
        )
        photos.add_photo(tx, photo)
        return photo, self._added(tx, act, avatar, asset, now)

    def _avatar(self, act: Act, name: str, consent: Consent | None, asset: Asset, now: datetime) -> PhotoAvatar:
        return PhotoAvatar(
            id=new_photo_avatar_id(),
            account_id=act.account_id,
            number=0,
            name=name,
            state=PhotoState.PENDING,
            asset_id=asset.id,
            created_at=now,
            consent=consent,
            folder_id=act.within or TOP,
        )

    def _added(self, tx: Transaction, act: Act, avatar: PhotoAvatar, asset: Asset, now: datetime) -> PhotoAvatar:
        added = photos.add_avatar(tx, avatar)
        uses.add(tx, asset, USER_TYPE, added.id, now)
        detail = {
            "number": added.number,
            "asset_id": asset.id,
            "sha256": asset.blob_key,
            "photo_id": added.photo_id,
            "motion_id": added.motion.id if added.motion is not None else None,
            "consent": added.consent.statement if added.consent is not None else None,
        }
        audit.note(tx, act, "photo_avatar.created", added.id, now, detail)
        return added

    def _described(self, act: Act, wish: PortraitWish, name: str) -> Photo:
        if not self.has_provider:
            text = (
                "is missing. Give a photograph: portraits from a description need an image provider, and none is "
                "configured here (GREENROOM_PHOTO_IMAGES_URL)"
            )
            raise ParameterError("image_url", text)
        now, photo_id = self.now(), new_photo_id()

        def add(tx: Transaction) -> Photo:
            charge_id = self.credits.charge(tx, act, PHOTO_CREDITS, photo_id, now)
            photo = Photo(
                id=photo_id,
                account_id=act.account_id,
                state=PhotoState.PENDING,
                looks=wish.looks,
                created_at=now,
                name=name or "Portrait",
                charge_id=charge_id,
                callback_url=wish.callback_url or None,
                folder_id=act.within or TOP,
            )
            photos.add_photo(tx, photo)
            audit.note(tx, act, "photo.created", photo.id, now, {"looks": structs.asdict(wish.looks)})
            return photo

        return self.database.write(add).result()

    # Looking before

    def _check_welcome(self, wish: MotionWish) -> None:
        welcome = wish.welcome.strip()
        if welcome and not any(character.isalnum() for character in welcome):
            raise ParameterError("welcome_msg", "has no word in it; give a text that can be said, or none")
        try:
            self.check_voice(wish.voice_id, "", 1.0, welcome or None)
        except ParameterError as problem:
            field = "welcome_msg" if problem.field == "script" else problem.field
            raise ParameterError(field, problem.problem) from problem

    def _consent(self, act: Act, said: str) -> Consent | None:
        said = said.strip()
        if len(said) > _CONSENT_MAX:
            raise ParameterError("consent", f"has {len(said):,} characters; allowed are {_CONSENT_MAX:,}")
        if said:
            return Consent(said, self.now(), act.actor)
        if self.require_consent:
            text = "is required on this server: say who is shown in the photograph, and how they agreed to be animated"
            raise ParameterError("consent", text)
        return None

    def _photo_of(self, act: Act, photo_id: str) -> PhotoId | None:
        return self.photo(act, PhotoId(photo_id)).id if photo_id else None

    def _good_portrait(self, act: Act, named: Named) -> Asset:
        """The photograph; judged here if its bytes are there already, else when they have come."""
        self.portraits.require_models()
        asset = self._asset(act, named)
        if asset.state is AssetState.READY:
            refuse(named.field, self._seen_by(self.portraits.judge, asset))
        return asset

    def _seen_by(self, look: Callable[[int, Format], Inspected], asset: Asset) -> Inspected:
        assert asset.blob_key is not None and asset.info is not None, "a ready asset was seen into"
        source = self.store.open(asset.blob_key)
        try:
            return look(source, asset.info.format)
        finally:
            os.close(source)

    def _asset(self, act: Act, named: Named) -> Asset:
        return NamedAssets(self.database, self.resolve).one(act, named, Kind.IMAGE)


def refuse(field: str, inspected: Inspected) -> None:
    """Raise PortraitRefused, of the class that the first reason has, if there is one."""
    if inspected.refusals:
        first, *others = inspected.refusals
        raise _REFUSALS.get(first.code, FaceUnfit)(field, first, *others)


def _bare(filename: str) -> str:
    """A name for people of the name of a file."""
    stem = filename.rpartition(".")[0] or filename
    return stem.strip()[: labels.NAME_MAX] or "Photo avatar"
