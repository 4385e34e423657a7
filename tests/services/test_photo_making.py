"""Photo avatars in the making: what goes wrong with one keeps no other waiting, and nothing is paid for twice."""

import os
from collections.abc import Sequence

import pytest
from film_studio import MANY
from small_house import OTHER_PHOTO, PHOTO, TESTER, SmallHouse

from greenroom.db import outbox
from greenroom.domain.act import Act
from greenroom.domain.media import Format
from greenroom.domain.photo_avatar import (
    Inspected,
    MotionWish,
    Photo,
    PhotoAvatar,
    PhotoState,
    PortraitWish,
    Provided,
)
from greenroom.domain.policy import Policy
from greenroom.domain.production import VideoId
from greenroom.domain.video import Aspect
from greenroom.domain.video_wish import Named
from greenroom.errors import NotFound, ParameterError, StorageFull
from greenroom.services.credits import Credits
from greenroom.services.photo_making import PhotoMaking
from greenroom.services.photos import Photos

CREDITS = Credits(MANY, refund_failed=True)


class Painter:
    """Finds every photograph good, and paints the same of each."""

    def require_models(self) -> None:
        """Nothing is needed."""

    def judge(self, source: int, format_: Format) -> Inspected:
        return Inspected(())

    def advise(self, source: int, format_: Format) -> Inspected:
        return Inspected(())

    def make(self, source: int, format_: Format, aspect: Aspect, prepared: int, looks: Sequence[int]) -> Inspected:
        os.write(prepared, os.pread(source, 1 << 20, 0) + b" prepared")
        return Inspected(())


class Provider:
    """Gives the same four images of every description, or fails as it is told to; each call is paid for."""

    def __init__(self) -> None:
        self.failures: list[Exception] = []
        self.paid = 0

    def __call__(self, photo: Photo) -> Provided:
        self.paid += 1
        if self.failures:
            raise self.failures.pop(0)
        return Provided((PHOTO, OTHER_PHOTO, PHOTO, OTHER_PHOTO), Format.JPEG)


class Voices:
    """Who can speak."""

    def __init__(self) -> None:
        self.there = {"en-US-anna", "de-DE-otto"}

    def locale_of(self, voice_id: str) -> str:
        if voice_id not in self.there:
            raise ParameterError("voice_id", f"is {voice_id!r}, which names no voice")
        return voice_id[:5]


@pytest.fixture
def voices() -> Voices:
    return Voices()


@pytest.fixture
def photos(house: SmallHouse) -> Photos:
    def resolve(*asked: object) -> object:
        raise NotFound("nothing there")

    return Photos(
        database=house.database,
        store=house.store,
        portraits=Painter(),
        resolve=resolve,  # type: ignore[arg-type]
        check_receiver=lambda url, field: None,
        check_voice=lambda voice_id, language, speed, script: ("", ()),
        credits=CREDITS,
        now=house.clock,
        has_provider=True,
    )


@pytest.fixture
def provider() -> Provider:
    return Provider()


@pytest.fixture
def making(house: SmallHouse, voices: Voices, provider: Provider) -> PhotoMaking:
    def withdraw(act: Act, video_id: VideoId) -> None:
        raise AssertionError("no preview is withdrawn")

    return PhotoMaking(
        database=house.database,
        store=house.store,
        portraits=Painter(),
        examine=house.decoder,
        policy=Policy(),
        numbers=house.signing.numbers,
        limits=MANY,
        credits=CREDITS,
        now=house.clock,
        changed=house.published.append,
        locale_of=voices.locale_of,
        withdraw=withdraw,
        provide=provider,
    )


def animated(house: SmallHouse, photos: Photos, body: bytes, voice_id: str) -> PhotoAvatar:
    """An avatar that is to greet with that voice."""
    photograph = Named(house.uploaded(body).id, "image_url")
    house.clock.go_on(1)
    return photos.animate(TESTER, MotionWish(photograph, "Anna", voice_id, "2.0"))


def test_a_voice_that_is_gone_fails_its_motion_and_keeps_no_other_waiting(
    house: SmallHouse, photos: Photos, making: PhotoMaking, voices: Voices
) -> None:
    mute, greeting = animated(house, photos, PHOTO, "en-US-anna"), animated(house, photos, OTHER_PHOTO, "de-DE-otto")
    assert mute.motion is not None
    motion_id = mute.motion.id
    voices.there = {"de-DE-otto"}

    making.work()

    failed = photos.avatar(TESTER, mute.id).motion
    told = house.database.read(lambda tx: outbox.events_of(tx, motion_id))
    begun = photos.avatar(TESTER, greeting.id).motion
    assert [event.type for event in told] == ["generated_motion_failed"]
    assert "names no voice" in told[0].data["error"]
    assert failed is not None
    assert (failed.ended, failed.error) == (True, told[0].data["error"])
    assert begun is not None
    assert (begun.video_id is not None, begun.ended) == (True, False)


def test_fault_12_a_provider_is_not_asked_while_there_is_no_room_for_its_images(
    house: SmallHouse, photos: Photos, making: PhotoMaking, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(store: object, size_bytes: int) -> None:
        raise StorageFull("The disk has no room.", 60)

    photo = photos.generate(TESTER, PortraitWish(None, "Anna"))
    with monkeypatch.context() as patch:
        patch.setattr(type(house.store), "require_room", full)
        making.provide_all()
    asked_of_a_full_disk = provider.paid
    house.clock.go_on(31)
    making.provide_all()

    assert (asked_of_a_full_disk, provider.paid) == (0, 1)
    assert photos.photo(TESTER, photo.id).state is PhotoState.READY


def test_a_description_that_fails_unforeseen_is_not_paid_for_again(
    house: SmallHouse, photos: Photos, making: PhotoMaking, provider: Provider
) -> None:
    failing = photos.generate(TESTER, PortraitWish(None, "Anna"))
    house.clock.go_on(1)
    good = photos.generate(TESTER, PortraitWish(None, "Otto"))
    provider.failures = [RuntimeError("nobody foresaw this")]

    for _ in range(3):
        making.provide_all()

    assert photos.photo(TESTER, failing.id).state is PhotoState.FAILED
    assert photos.photo(TESTER, good.id).state is PhotoState.READY
    assert provider.paid == 2
