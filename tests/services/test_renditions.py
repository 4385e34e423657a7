"""Renditions: asked for once, made once, published whole, and made again after whatever went wrong."""

import os
from collections.abc import Callable
from dataclasses import replace

import pytest
from small_house import DAMAGED, OTHER_PHOTO, PHOTO, TESTER, SmallHouse

import media_samples
from greenroom.domain.act import Act
from greenroom.domain.asset import Asset, AssetState
from greenroom.domain.ids import AccountId, AssetId
from greenroom.domain.media import Finding, Format
from greenroom.domain.policy import Policy
from greenroom.domain.recipe import Recipe
from greenroom.domain.rendition import Measured, Optimized, RenditionId, RenditionState
from greenroom.errors import AssetNotReady, NotFound, NotOptimized, ParameterError
from greenroom.services.renditions import Renditions

COPY = media_samples.jpeg(32, 24)
MEASURED = Measured("JPEG image", len(COPY), 32, 24)
KILLED = NotOptimized(Finding(code="optimize_crashed", message="The process was killed."))
CANCELLED = NotOptimized(Finding(code="optimize_cancelled", message="Stopped."))
UNDECODABLE = NotOptimized(Finding(code="optimize_undecodable", message="Nothing can be decoded."))


class Copier:
    """Makes the same copy of everything, or fails as it is told to, once for each failure."""

    def __init__(self) -> None:
        self.failures: list[Exception] = []
        self.sources: list[bytes] = []
        self.between: Callable[[], None] = lambda: None

    def __call__(self, source: int, target: int, recipe: Recipe, progress: Callable[[float], None]) -> Optimized:
        self.sources.append(os.pread(source, 1 << 20, 0))
        os.write(target, b"half of a copy")
        progress(0.5)
        self.between()
        if self.failures:
            raise self.failures.pop(0)
        os.ftruncate(target, 0)
        os.pwrite(target, COPY, 0)
        return Optimized(Format.JPEG, MEASURED, MEASURED)


@pytest.fixture
def copier() -> Copier:
    return Copier()


@pytest.fixture
def renditions(house: SmallHouse, copier: Copier) -> Renditions:
    return Renditions(house.database, house.store, copier, house.decoder, Policy(), house.clock)


def reread(renditions: Renditions, asset: Asset) -> list[tuple[RenditionState, int]]:
    return [(one.state, one.attempts) for one in renditions.of_asset(TESTER, asset.id)]


def test_a_rendition_is_pending_until_it_is_made(house: SmallHouse, renditions: Renditions) -> None:
    asked = renditions.ask(TESTER, house.uploaded().id, {})

    assert (asked.state, asked.path, renditions.progress(asked)) == (RenditionState.PENDING, None, 0.0)


def test_a_made_rendition_is_ready_with_its_bytes_under_its_address(house: SmallHouse, renditions: Renditions) -> None:
    asset = house.uploaded()
    asked = renditions.ask(TESTER, asset.id, {})

    renditions.work()
    made = renditions.one(TESTER, asset.id, asked.id)
    shown = renditions.shown(f"{asked.id}.jpg")

    assert (made.state, made.path) == (RenditionState.READY, f"/renditions/{asked.id}.jpg")
    assert shown is not None
    assert shown.blob is not None
    assert os.pread(shown.blob.fd, shown.blob.size_bytes, 0) == COPY


def test_the_original_is_what_is_copied_and_it_stays_as_it_was(
    house: SmallHouse, renditions: Renditions, copier: Copier
) -> None:
    asset = house.uploaded()
    renditions.ask(TESTER, asset.id, {})

    renditions.work()
    now = house.database.read(lambda tx: renditions._asset(asset.id))

    assert copier.sources == [PHOTO]
    assert now == asset


def test_the_event_is_written_once_with_the_state(house: SmallHouse, renditions: Renditions) -> None:
    asset = house.uploaded()
    renditions.ask(TESTER, asset.id, {})

    renditions.work()
    renditions.work()

    assert house.events(asset.id) == ["asset.ready", "rendition.ready"]


def test_equal_wishes_find_the_same_rendition(house: SmallHouse, renditions: Renditions) -> None:
    asset = house.uploaded()

    first = renditions.ask(TESTER, asset.id, {})
    second = renditions.ask(TESTER, asset.id, {"max_size": "1920x1080"})

    assert first.id == second.id


def test_other_wishes_make_another_rendition(house: SmallHouse, renditions: Renditions) -> None:
    asset = house.uploaded()

    first = renditions.ask(TESTER, asset.id, {})
    second = renditions.ask(TESTER, asset.id, {"quality": 70})

    assert first.id != second.id


def test_a_ready_rendition_that_is_asked_for_again_is_not_made_again(
    house: SmallHouse, renditions: Renditions, copier: Copier
) -> None:
    asset = house.uploaded()
    renditions.ask(TESTER, asset.id, {})
    renditions.work()

    again = renditions.ask(TESTER, asset.id, {})
    renditions.work()

    assert again.state is RenditionState.READY
    assert len(copier.sources) == 1


def test_a_process_that_dies_gets_a_second_chance(house: SmallHouse, renditions: Renditions, copier: Copier) -> None:
    asset = house.uploaded()
    renditions.ask(TESTER, asset.id, {})
    copier.failures = [KILLED]

    renditions.work()

    assert reread(renditions, asset) == [(RenditionState.READY, 2)]


def test_a_process_that_dies_twice_is_not_tried_a_third_time(
    house: SmallHouse, renditions: Renditions, copier: Copier
) -> None:
    asset = house.uploaded()
    asked = renditions.ask(TESTER, asset.id, {})
    copier.failures = [KILLED, KILLED]

    renditions.work()
    failed = renditions.one(TESTER, asset.id, asked.id)

    assert (failed.state, failed.findings) == (RenditionState.FAILED, (KILLED.finding,))
    assert house.events(asset.id) == ["asset.ready", "rendition.failed"]


def test_a_file_that_cannot_be_copied_fails_at_once_with_the_reason(
    house: SmallHouse, renditions: Renditions, copier: Copier
) -> None:
    asset = house.uploaded()
    renditions.ask(TESTER, asset.id, {})
    copier.failures = [UNDECODABLE]

    renditions.work()

    assert reread(renditions, asset) == [(RenditionState.FAILED, 1)]


def test_a_failed_rendition_is_tried_anew_when_it_is_asked_for_again(
    house: SmallHouse, renditions: Renditions, copier: Copier
) -> None:
    asset = house.uploaded()
    first = renditions.ask(TESTER, asset.id, {})
    copier.failures = [UNDECODABLE]
    renditions.work()

    second = renditions.ask(TESTER, asset.id, {})
    renditions.work()

    assert first.id == second.id
    assert reread(renditions, asset) == [(RenditionState.READY, 1)]


def test_one_that_is_stopped_waits_for_the_next_start_as_if_it_had_not_begun(
    house: SmallHouse, renditions: Renditions, copier: Copier
) -> None:
    asset = house.uploaded()
    renditions.ask(TESTER, asset.id, {})
    copier.failures = [CANCELLED]

    renditions.work()

    assert reread(renditions, asset) == [(RenditionState.PENDING, 0)]


def test_one_that_a_crash_interrupted_is_made_again(house: SmallHouse, renditions: Renditions, copier: Copier) -> None:
    asset = house.uploaded()
    renditions.ask(TESTER, asset.id, {})
    copier.failures = [KeyboardInterrupt()]  # type: ignore[list-item]
    with pytest.raises(KeyboardInterrupt):
        renditions.work()

    replace(renditions, under_way={}).work()

    assert reread(renditions, asset) == [(RenditionState.READY, 2)]


def test_one_that_ends_the_server_each_time_is_given_up(
    house: SmallHouse, renditions: Renditions, copier: Copier
) -> None:
    asset = house.uploaded()
    asked = renditions.ask(TESTER, asset.id, {})
    copier.failures = [KeyboardInterrupt()] * 4  # type: ignore[list-item]
    for _start in range(4):
        with pytest.raises(KeyboardInterrupt):
            renditions.work()

    renditions.work()
    failed = renditions.one(TESTER, asset.id, asked.id)

    assert (failed.state, failed.findings[0].code) == (RenditionState.FAILED, "optimize_interrupted")


def test_nothing_temporary_is_left_behind(house: SmallHouse, renditions: Renditions, copier: Copier) -> None:
    asset = house.uploaded()
    renditions.ask(TESTER, asset.id, {})
    copier.failures = [KILLED, UNDECODABLE]

    renditions.work()

    assert house.temporary_files() == []


def test_a_copy_that_our_own_examiner_refuses_is_not_published(
    house: SmallHouse, renditions: Renditions, copier: Copier
) -> None:
    asset = house.uploaded()
    asked = renditions.ask(TESTER, asset.id, {})
    house.decoder.answer = DAMAGED

    renditions.work()
    failed = renditions.one(TESTER, asset.id, asked.id)

    assert (failed.state, failed.findings[0].code) == (RenditionState.FAILED, "scan_damaged")


def test_of_two_attempts_at_once_only_the_later_publishes(
    house: SmallHouse, renditions: Renditions, copier: Copier
) -> None:
    asset = house.uploaded()
    renditions.ask(TESTER, asset.id, {})
    other = replace(renditions, make=Copier(), under_way={})
    copier.between = other.work

    renditions.work()

    assert reread(renditions, asset) == [(RenditionState.READY, 2)]
    assert house.events(asset.id).count("rendition.ready") == 1


def test_progress_is_told_while_it_is_made(house: SmallHouse, renditions: Renditions, copier: Copier) -> None:
    asset = house.uploaded()
    asked = renditions.ask(TESTER, asset.id, {})
    seen: list[tuple[RenditionState, float]] = []

    def look() -> None:
        one = renditions.one(TESTER, asset.id, asked.id)
        seen.append((one.state, renditions.progress(one)))

    copier.between = look
    renditions.work()

    assert seen == [(RenditionState.PROCESSING, 0.5)]


def test_an_asset_without_bytes_has_nothing_to_copy(house: SmallHouse, renditions: Renditions) -> None:
    with pytest.raises(AssetNotReady) as caught:
        renditions.ask(TESTER, house.signed().asset_id, {})

    assert caught.value.state == AssetState.WAITING


def test_foreign_and_absent_assets_are_told_alike(house: SmallHouse, renditions: Renditions) -> None:
    asset = house.uploaded()

    with pytest.raises(NotFound):
        renditions.ask(Act(AccountId("acc_other"), "key"), asset.id, {})
    with pytest.raises(NotFound):
        renditions.ask(TESTER, AssetId("img_absent"), {})


def test_a_rendition_of_another_asset_is_not_found_under_this_one(house: SmallHouse, renditions: Renditions) -> None:
    first, second = house.uploaded(), house.uploaded()
    asked = renditions.ask(TESTER, first.id, {})

    with pytest.raises(NotFound):
        renditions.one(TESTER, second.id, asked.id)


def test_a_wish_that_makes_no_recipe_is_refused(house: SmallHouse, renditions: Renditions) -> None:
    with pytest.raises(ParameterError) as caught:
        renditions.ask(TESTER, house.uploaded().id, {"crf": 23})

    assert caught.value.field == "crf"


@pytest.mark.parametrize("segment", ["", ".", "rnd_absent", "rnd_absent.jpg", "../catalogue.db"])
def test_nothing_stands_under_other_addresses(renditions: Renditions, segment: str) -> None:
    assert renditions.shown(segment) is None


def test_a_wrong_extension_shows_nothing(house: SmallHouse, renditions: Renditions) -> None:
    asked = renditions.ask(TESTER, house.uploaded().id, {})
    renditions.work()

    assert renditions.shown(f"{asked.id}.png") is None
    assert renditions.shown(RenditionId(asked.id)) is None


def test_a_copy_of_bytes_that_are_lost_fails_with_that_reason_and_keeps_no_other_waiting(
    house: SmallHouse, renditions: Renditions
) -> None:
    lost, there = house.uploaded(), house.uploaded(OTHER_PHOTO)
    renditions.ask(TESTER, lost.id, {})
    house.clock.go_on(1)
    renditions.ask(TESTER, there.id, {})
    assert lost.blob_key is not None
    house.store.remove([lost.blob_key])

    renditions.work()

    assert [one.code for one in renditions.of_asset(TESTER, lost.id)[0].findings] == ["optimize_original_gone"]
    assert reread(renditions, there) == [(RenditionState.READY, 1)]
