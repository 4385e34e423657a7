"""Images are looked at as portraits one at a time, the newest first, once for the same bytes, when there is time."""

import io
from dataclasses import dataclass, field

import pytest
from PIL import Image
from small_house import RESTORE_S, TESTER, SmallHouse

from greenroom.db import catalogue, produced
from greenroom.db.uploads import Judged
from greenroom.domain.act import CLI, Act
from greenroom.domain.allowance import Limits
from greenroom.domain.asset import Asset
from greenroom.domain.folder import TOP
from greenroom.domain.ids import BlobKey, new_asset_id
from greenroom.domain.media import Examination, Finding, Format, Kind, MediaInfo
from greenroom.domain.photo_avatar import Inspected
from greenroom.domain.policy import Dialect
from greenroom.errors import NotProduced
from greenroom.render.portraits import Portraits
from greenroom.services.accounts import AccountChange, Accounts
from greenroom.services.photo_advice import PhotoAdvice
from greenroom.services.signing import UploadRequest

TOO_DARK = Finding("too_dark", "The face is too dark.", "brightness 12 of 255")
DOUBTFUL = Finding("edge_doubtful", "Like colours.", "0.40")


@dataclass
class Eyes:
    """Sees what it is told to, and counts how often it looks."""

    answer: Inspected | Exception = field(default_factory=lambda: Inspected((TOO_DARK,)))
    looks: int = 0

    def require_models(self) -> None:
        """Nothing is needed."""

    def advise(self, source: int, format_: Format) -> Inspected:
        self.looks += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def close(self) -> None:
        """Nothing is under way."""


@pytest.fixture
def eyes() -> Eyes:
    return Eyes()


@pytest.fixture
def advice(house: SmallHouse, eyes: Eyes) -> PhotoAdvice:
    seen_as(house, width=480, height=600)
    return PhotoAdvice(house.database, house.store, eyes, lambda: bool(house.ingest.active), house.clock)


def seen_as(house: SmallHouse, **facts: object) -> None:
    """Have all images that come be of such a kind."""
    info = MediaInfo(**({"format": Format.JPEG, "kind": Kind.IMAGE} | facts))  # type: ignore[arg-type]
    house.decoder.answer = Examination(info, deep=True, decoder="by hand")


def image(number: int) -> bytes:
    """A small file for each number."""
    out = io.BytesIO()
    Image.new("RGB", (64, 48), (number, 40, 90)).save(out, "JPEG")
    return out.getvalue()


def uploaded(house: SmallHouse, number: int = 1) -> Asset:
    asset = house.uploaded(image(number))
    house.clock.go_on(2)
    return asset


def found(house: SmallHouse, asset: Asset) -> tuple[Finding, ...] | None:
    now = house.database.read(lambda tx: catalogue.asset(tx, asset.id))
    assert now is not None
    return now.portrait


def test_what_a_look_finds_is_kept_refusals_before_warnings(house: SmallHouse, eyes: Eyes, advice: PhotoAdvice) -> None:
    asset = uploaded(house)
    eyes.answer = Inspected((TOO_DARK,), (DOUBTFUL,))
    before = found(house, asset)
    advice.work()

    assert (before, found(house, asset)) == (None, (TOO_DARK, DOUBTFUL))


def test_one_image_is_looked_at_in_a_turn_the_newest_first(house: SmallHouse, advice: PhotoAdvice) -> None:
    older, newer = uploaded(house, 1), uploaded(house, 2)
    advice.work()
    first = found(house, older), found(house, newer)
    advice.work()

    assert first == (None, (TOO_DARK,))
    assert found(house, older) == (TOO_DARK,)


def test_the_same_bytes_are_looked_at_once(house: SmallHouse, eyes: Eyes, advice: PhotoAdvice) -> None:
    before = [uploaded(house), uploaded(house)]
    advice.work()
    after = uploaded(house)
    advice.work()
    advice.work()

    assert eyes.looks == 1
    assert [found(house, one) for one in (*before, after)] == [(TOO_DARK,)] * 3


def test_nobody_sees_from_advice_that_others_have_sent_the_same_bytes(
    house: SmallHouse, eyes: Eyes, advice: PhotoAdvice
) -> None:
    mine = uploaded(house)
    advice.work()
    accounts = Accounts(house.database, house.clock, Limits())
    other = accounts.create(Act(TESTER.account_id, CLI), AccountChange("other")).account.id
    signed, commit = house.signing.sign(Act(other, "key"), UploadRequest("a.jpg", None, None, Dialect.CONTENT_TYPE))
    commit.result()
    theirs = house.uploaded(image(1), signed)
    house.clock.go_on(2)
    advice.work()

    assert mine.blob_key == theirs.blob_key
    assert (eyes.looks, found(house, theirs)) == (2, (TOO_DARK,))


def test_uploads_on_their_way_come_first_but_not_for_ever(house: SmallHouse, advice: PhotoAdvice) -> None:
    asset = uploaded(house)
    house.begun(house.signed(), image(2))
    advice.work()
    at_once = found(house, asset)
    house.clock.go_on(61)
    advice.work()

    assert (at_once, found(house, asset)) == (None, (TOO_DARK,))


def test_while_images_come_one_after_the_other_only_patient_ones_are_looked_at(
    house: SmallHouse, advice: PhotoAdvice
) -> None:
    patient = uploaded(house, 1)
    house.clock.go_on(60)
    just_come = house.uploaded(image(2))
    advice.work()

    assert (found(house, patient), found(house, just_come)) == ((TOO_DARK,), None)


def test_an_image_that_had_no_turn_in_a_day_is_left(house: SmallHouse, eyes: Eyes, advice: PhotoAdvice) -> None:
    uploaded(house)
    house.clock.go_on(86401)
    advice.work()

    assert eyes.looks == 0


def test_a_look_that_was_stopped_is_done_again(house: SmallHouse, eyes: Eyes, advice: PhotoAdvice) -> None:
    asset = uploaded(house)
    eyes.answer = NotProduced("portrait_stopped", "The server ends.")
    advice.work()
    stopped = found(house, asset)
    eyes.answer = Inspected(())
    advice.work()

    assert (stopped, found(house, asset)) == (None, ())


def test_a_look_that_fails_is_told_and_in_nobodys_way(house: SmallHouse, eyes: Eyes, advice: PhotoAdvice) -> None:
    older, newer = uploaded(house, 1), uploaded(house, 2)
    eyes.answer = NotProduced("portrait_crashed", "It ended.")
    advice.work()
    eyes.answer = Inspected((TOO_DARK,))
    advice.work()

    failed = (Finding("portrait_not_seen", "It ended.", "portrait_crashed"),)
    assert (found(house, newer), found(house, older)) == (failed, (TOO_DARK,))


@pytest.mark.parametrize(
    "facts",
    [
        {"width": 64, "height": 48},
        {"width": 127, "height": 900},
        {"width": 2600, "height": 1000},
        {"width": 480, "height": 600, "format": Format.GIF},
        {"width": 480, "height": 600, "format": Format.WEBP, "frame_count": 8},
    ],
)
def test_what_can_be_no_portrait_is_not_looked_at(
    house: SmallHouse, eyes: Eyes, advice: PhotoAdvice, facts: dict[str, object]
) -> None:
    portrait = uploaded(house, 1)
    seen_as(house, **facts)
    uploaded(house, 2)
    advice.work()

    assert (eyes.looks, found(house, portrait)) == (1, (TOO_DARK,))


def test_what_is_made_here_is_not_looked_at(house: SmallHouse, eyes: Eyes, advice: PhotoAdvice) -> None:
    info = MediaInfo(Format.JPEG, Kind.IMAGE, 480, 600)
    judged = Judged(BlobKey("0" * 64), 1000, info, Examination(info, deep=True))
    born = produced.Born(new_asset_id(Kind.IMAGE), TESTER.account_id, "look", "jpg", TOP, judged)
    made = house.database.write(lambda tx: produced.add_asset(tx, house.signing.numbers, born, house.clock())).result()
    house.clock.go_on(2)
    advice.work()

    assert (eyes.looks, found(house, made)) == (0, ())


def test_without_the_networks_nothing_is_said(house: SmallHouse, advice: PhotoAdvice) -> None:
    asset = uploaded(house)
    nowhere = Portraits(str(house.data / "none"))
    PhotoAdvice(house.database, house.store, nowhere, lambda: False, house.clock).work()
    without = found(house, asset)
    advice.work()

    assert (without, found(house, asset)) == (None, (TOO_DARK,))


def test_nothing_is_left_of_the_advice_on_a_purged_image(house: SmallHouse, advice: PhotoAdvice) -> None:
    asset = uploaded(house)
    advice.work()
    house.library.delete(TESTER, asset.id)
    house.clock.go_on(RESTORE_S)
    house.retention.purge()

    assert found(house, asset) is None
